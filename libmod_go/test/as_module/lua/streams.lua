-- What go/streams does, in Lua.

function even(s)
    return s : filter(function(n) return n % 2 == 0 end)
end

function increment(s)
    return s : map(function(n) return n + 1 end)
end

local function add_up(a, b)
    return a + b
end

function sum(s)
    return s : reduce(add_up)
end

function product(s)
    return s : reduce(function(a, b) return a * b end)
end

function rollup(s)
    local function one(r)
        return map{ [r.campaign] = r.views }
    end
    local function both(a, b)
        return map.merge(a, b, add_up)
    end
    return s : map(one) : reduce(both)
end

function rollup2(s)
    local function count(m, r)
        m[r.campaign] = (m[r.campaign] or 0) + r.views
        return m
    end
    return s : aggregate(map(), count)
end

local function joined(a, b)
    local l = list.clone(a)
    for v in list.iterator(b) do
        list.append(l, v)
    end
    return l
end

function views(s)
    return s : map(function(r) return r.views end) : reduce(add_up)
end

function group(s)
    local function collect(m, r)
        local l = m[r.campaign] or list()
        list.append(l, r.id)
        m[r.campaign] = l
        return m
    end
    local function both(a, b)
        return map.merge(a, b, joined)
    end
    return s : aggregate(map(), collect) : reduce(both)
end

function echo(s)
    return s : map(function(v) return v end)
end

function add(s, n)
    return s : map(function(m) return m + n end)
end

function over(s, limit)
    return s : filter(function(f) return f > limit end) : map(function(f) return 2 * f end)
end

function bins(s, names)
    return s : map(function(r)
        local l = list()
        for name in list.iterator(names) do
            list.append(l, r[name])
        end
        return l
    end)
end

function bin(s, name)
    return s : filter(function(r) return r[name] ~= nil end) : map(function(r) return r[name] end)
end

function sum_bin(s, name)
    return s : map(function(r) return r[name] or 0 end) : reduce(add_up)
end

function sum_on_match(s, name, value)
    return s : map(function(r) return r[name] == value and value or 0 end) : reduce(add_up)
end

function join(s, separator)
    return s : reduce(function(a, b) return a .. separator .. b end)
end

function squares_of_sum(s)
    return s : map(function(n) return n + 1 end) : reduce(add_up) : map(function(n) return n * n end)
end

function fail(s)
    error("no stream today")
end

local function at(s, place, act)
    return s : map(function(n)
        if n == place then
            act()
        end
        return n
    end)
end

function fail_at(s, place)
    return at(s, place, function() local none = nil; none.x = 1 end)
end

function panic_at(s, place)
    return at(s, place, function() error("enough of this") end)
end
