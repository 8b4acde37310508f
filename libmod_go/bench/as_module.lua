-- What bench/floor does in Go, in Lua, for bench/as_module.c to measure beside it.

function empty(r)
end

function get_bin(r)
    return r["a"]
end

function set_bin(r)
    local n = r["a"]
    r["a"] = n + 1
    return n
end

function string_arg(r, bin)
    return r[bin]
end

function list10(r, numbers)
    local sum = 0
    for n in list.iterator(numbers) do
        sum = sum + n
    end
    local result = list()
    for n in list.iterator(numbers) do
        list.append(result, n + sum)
    end
    return result
end

function map10(r, numbers)
    local sum = 0
    for n in map.values(numbers) do
        sum = sum + n
    end
    local result = map()
    for key, n in map.pairs(numbers) do
        result[key] = n + sum
    end
    return result
end
