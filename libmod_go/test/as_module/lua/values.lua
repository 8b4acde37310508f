-- What go/values does, in Lua.

function echo(r, value)
    return value
end

function count(r, ...)
    return select('#', ...)
end

function get_nothing(r)
end

function get_nil(r)
    return nil
end

function get_boolean(r)
    return true
end

function get_integer(r)
    return 123
end

function get_float(r)
    return 123.987
end

function get_string(r)
    return "abc"
end

function get_list(r)
    return list { 1, 2, 3 }
end

function get_map(r)
    return map { ["a"] = 1, ["b"] = 2, ["c"] = 3 }
end

function get_bytes(r)
    local b = bytes(3)
    bytes.append_byte(b, 0)
    bytes.append_byte(b, 1)
    bytes.append_byte(b, 255)
    return b
end

function get_long_string(r, length)
    local text = {}
    for i = 0, length - 1 do
        text[i + 1] = string.char(97 + i % 26)
    end
    return table.concat(text)
end

function add(r, a, b)
    return a + b
end

function add_floats(r, a, b)
    return a + b
end

function concat(r, a, b)
    return a .. b
end

function length(r, a)
    return string.len(a)
end

function negate(r, a)
    return not a
end

function fail(r)
    error('no more tokens')
end

function dereference_nil(r)
    local first = nil
    return first.next
end

function give_panic(r)
    error('it cannot go on')
end
