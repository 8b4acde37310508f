-- What go/collections does, in Lua.

function create(r, ...)
    local l = list()
    for i = 1, select('#', ...) do
        list.append(l, (select(i, ...)))
    end
    return l
end

function size(r, bin)
    return list.size(r[bin])
end

function iterate(r, bin)
    local l = list()
    for v in list.iterator(r[bin]) do
        list.append(l, v)
    end
    return l
end

function insert(r, bin, at, value)
    local l = list.clone(r[bin])
    list.insert(l, at, value)
    return l
end

function append(r, bin, value)
    local l = list.clone(r[bin])
    list.append(l, value)
    return l
end

function prepend(r, bin, value)
    local l = list.clone(r[bin])
    list.prepend(l, value)
    return l
end

function take(r, bin, count)
    return list.take(r[bin], count)
end

function remove_at(r, bin, at)
    local l = list.clone(r[bin])
    list.remove(l, at)
    return l
end

function drop(r, bin, count)
    return list.drop(r[bin], count)
end

function trim(r, bin, at)
    local l = list.clone(r[bin])
    list.trim(l, at)
    return l
end

function concat(r, bin1, bin2)
    return list.merge(r[bin1], r[bin2])
end

function sum(r, numbers)
    local total = 0
    for n in list.iterator(numbers) do
        total = total + n
    end
    return total
end

function map_new(r, ...)
    local m = map()
    for i = 1, select('#', ...), 2 do
        m[select(i, ...)] = select(i + 1, ...)
    end
    return m
end

function map_get(r, bin, key)
    return r[bin][key]
end

function map_put(r, m, key, value)
    m[key] = value
    return m
end

function map_remove(r, m, key)
    map.remove(m, key)
    return m
end

function map_size(r, m)
    return map.size(m)
end

function map_sum(r, m)
    local total = 0
    for n in map.values(m) do
        total = total + n
    end
    return total
end

function deep(r, value, lists)
    for i = 1, lists do
        value = list { value }
    end
    return value
end

function keep(r, bin, value)
    r[bin] = value
    if aerospike:update(r) ~= 0 then error('not updated') end
    return r[bin]
end

function bytes_size(r, b)
    return bytes.size(b)
end

function bytes_at(r, b, at)
    return b[at]
end

function bytes_append(r, b, value)
    bytes.append_byte(b, value)
    return b
end

function bytes_new(r, ...)
    local b = bytes(select('#', ...))
    for i = 1, select('#', ...) do
        bytes.append_byte(b, (select(i, ...)))
    end
    return b
end
