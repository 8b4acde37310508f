-- What from_lua.go does, in Lua.

function count(rec, bin, n)
    rec[bin] = (rec[bin] or 0) + n
    if aerospike:exists(rec) then
        aerospike:update(rec)
    else
        aerospike:create(rec)
    end
    return rec[bin]
end

function divide(rec, a, b)
    return a / b
end

function divide_doubles(rec, a, b)
    return a / b
end

function floor_divide(rec, a, b)
    return a // b
end

function remainder(rec, a, b)
    return a % b
end

function add(rec, a, b)
    return a + b
end

function add_narrow(rec, a, b)
    return a + b
end

function equal(rec, a, b)
    return a == b
end

function is_true(rec, v)
    if v then
        return true
    end
    return false
end

function length(rec, s)
    return #s
end

function upper(rec, s)
    return string.upper(s)
end

function as_string(rec, b)
    return bytes.get_string(b, 1, bytes.size(b))
end

function join(rec, a, b)
    return a .. b
end

function make_list(rec)
    local l = list()
    list.append(l, 1)
    list.append(l, nil)
    list.append(l, 3)
    return l
end

function at(rec, l, i)
    return l[i]
end

function sum_up(rec, l)
    local sum = 0
    for n in list.iterator(l) do
        sum = sum + n
    end
    return sum
end

function count_of(rec, m, key)
    return m[key]
end

function set_nil(rec, m, key)
    m[key] = nil
    return m
end

function first_keys(rec, m)
    local seen = map()
    for i = 1, 100 do
        for key in map.keys(m) do
            seen[key] = true
            break
        end
    end
    local keys = list()
    for key in map.keys(seen) do
        list.append(keys, key)
    end
    return keys
end

function sorted_keys(rec, m)
    local keys = {}
    for key in map.keys(m) do
        table.insert(keys, key)
    end
    table.sort(keys)
    return list(keys)
end

function merge(rec, a, b)
    return map.merge(a, b, function(x, y) return x > y end)
end

function kind(rec, v)
    if getmetatable(v) == Map then
        return "map"
    elseif getmetatable(v) == List then
        return "list"
    elseif math.type(v) == "integer" then
        return "integer"
    end
    return type(v)
end

function two(rec)
    return 1, 2
end

function optional(rec, a, b)
    return a + (b or 0)
end

function fail(rec)
    error("no more tokens")
end

function recover_from_error(rec)
    local ok = pcall(function() error("no more tokens") end)
    if ok then
        return "no error"
    end
    return "went on"
end

function append_in_place(rec, bin)
    list.append(rec[bin], 4)
    return list.size(rec[bin])
end

function set_without_update(rec)
    rec.n = 2
    return rec.n
end

function fail_after_update(rec)
    rec.n = 2
    aerospike:update(rec)
    error("too late")
end

function long_bin(rec)
    rec.a_name_of_more_than_15 = 2
    aerospike:update(rec)
end

function create_twice(rec)
    aerospike:create(rec)
end

function remove_and_ask(rec)
    aerospike:remove(rec)
    return aerospike:exists(rec)
end

function remove_set_create(rec)
    aerospike:remove(rec)
    rec.n = 2
    aerospike:create(rec)
end

function names_after_set(rec)
    rec.new = 1
    rec.n = nil
    local names = record.bin_names(rec)
    table.sort(names)
    return list(names)
end

function speak(rec, name, n)
    trace("trace")
    debug("debug name=%s", name)
    info("info n=%d", n)
    warn("warn")
end

function nil_in_between(stream)
    return stream : map(function(rec)
        if rec.n == 2 then
            return nil
        end
        return rec.n
    end)
end

function sum_stream(stream)
    return stream : aggregate(0, function(sum, rec) return sum + rec.n end)
end

function group(stream)
    return stream : map(function(rec) return rec.n end) : groupby(function(n) return n % 2 end)
end
