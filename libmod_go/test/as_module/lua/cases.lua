-- What go/cases does, in Lua.

function clone(r, bin)
    local l = r[bin]
    local copy = list.clone(l)
    list.append(copy, "more")
    return list { copy, l }
end

function concat(r, bin1, bin2)
    local l = r[bin1]
    list.concat(l, r[bin2])
    r[bin1] = l
    aerospike:update(r)
    return list.size(l)
end

function merge(r, bin1, bin2)
    local merged = list.merge(r[bin1], r[bin2])
    return list { merged, list.size(r[bin1]), list.size(r[bin2]) }
end

local function fold(f, first, ...)
    for i = 1, select('#', ...) do
        first = f(first, (select(i, ...)))
    end
    return first
end

function add(r, ...)
    return fold(function(a, b) return a + b end, ...)
end

function sub(r, ...)
    return fold(function(a, b) return a - b end, ...)
end

function mult(r, ...)
    return fold(function(a, b) return a * b end, ...)
end

function div(r, ...)
    return fold(function(a, b) return a / b end, ...)
end

function pow(r, ...)
    return fold(function(a, b) return a ^ b end, ...)
end

function mod(r, ...)
    return fold(function(a, b) return a % b end, ...)
end

function difference(r, a, b)
    return sub(r, a, b)
end

function join(r, delimiter, ...)
    local out = ''
    for i = 1, select('#', ...) do
        out = out .. (i > 1 and delimiter or '') .. select(i, ...)
    end
    return out
end

function join_bins(r, delimiter, ...)
    local out = ''
    for i = 1, select('#', ...) do
        out = out .. (i > 1 and delimiter or '') .. r[(select(i, ...))]
    end
    return out
end

function text_length(r, text)
    return string.len(text)
end

function two_bins(r, bin1, value1, bin2, value2)
    r[bin1] = value1
    r[bin2] = value2
    if aerospike:update(r) ~= 0 then error('not updated') end
    return r['b']
end

function set_and_create(r, bin, value)
    local old = r[bin]
    r[bin] = value
    aerospike:create(r)
    return old
end

function create_record(r, bin1, value1, bin2, value2)
    if not aerospike:exists(r) then
        aerospike:create(r)
    end
    r[bin1] = value1
    if bin2 then
        r[bin2] = value2
    end
    aerospike:update(r)
    return r[bin1]
end

function many_bins(r, count)
    if not aerospike:exists(r) then
        aerospike:create(r)
    end
    for i = 1, count do
        r['bin' .. i] = i
    end
    aerospike:update(r)
    return r['bin' .. count]
end

function new_map(r, a, b, c)
    local m = map { a = a, b = b, c = c }
    return m.b
end

function put_map(r, bin, m)
    r[bin] = m
    if aerospike:exists(r) then
        aerospike:update(r)
    else
        aerospike:create(r)
    end
    return r[bin]
end

function get_in_map(r, bin, key)
    return r[bin][key]
end

function odd_pairs(r, ...)
    local count = select('#', ...)
    if count % 2 > 0 then error('odd number of elements') end
    return count // 2
end

function integers_in_bytes(r, n)
    local b = bytes(14)
    bytes.set_int16(b, 1, n)
    bytes.set_int32(b, 3, n)
    bytes.set_int64_le(b, 7, n)
    return list { b, bytes.get_int16(b, 1), bytes.get_int32(b, 3), bytes.get_int64_le(b, 7) }
end

function append_integers(r, n)
    local b = bytes(16)
    bytes.append_int16(b, n)
    bytes.append_int16_le(b, n)
    bytes.append_int32(b, n)
    bytes.append_int64(b, n)
    return b
end

function index_bytes(r, first, second)
    local b = bytes(2)
    b[1] = first
    b[2] = second
    return list { b, b[2], bytes.size(b) }
end

function lists_of_bytes(r, bin, count)
    local l = list()
    for i = 1, count do
        local b = bytes(3)
        b[1] = i
        b[2] = i * 5
        b[3] = i * 10
        list.append(l, b)
    end
    r[bin] = l
    aerospike:update(r)
    return list.size(l)
end

function text_in_bytes(r, text, from, length)
    local b = bytes(string.len(text))
    bytes.set_string(b, 1, text)
    return list { b, bytes.get_string(b, from, length) }
end
