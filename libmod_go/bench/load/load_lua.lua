-- What load.go does, in Lua.

function get_bin(rec)
    return rec.n
end

local function store(rec, bin, amount)
    local n = rec[bin] + amount
    rec[bin] = n
    if aerospike:update(rec) ~= 0 then
        error("the record was not stored", 0)
    end
    return n
end

function add(rec, amount)
    return store(rec, "n", amount)
end

function sum(rec)
    local total = 0
    for n in list.iterator(rec.numbers) do
        total = total + n
    end
    return total
end

function top(rec)
    local scores = {}
    for name, score in map.pairs(rec.scores) do
        scores[#scores + 1] = { name, score }
    end
    table.sort(scores, function(a, b)
        if a[2] ~= b[2] then
            return a[2] > b[2]
        end
        return a[1] < b[1]
    end)
    local names = list()
    for i = 1, math.min(10, #scores) do
        list.append(names, scores[i][1])
    end
    return names
end

-- JSON: each function gets the text and the place where its value begins, and returns the value and the place after it.

local value
local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function skip(text, at)
    return string.find(text, "[^ \t\r\n]", at)
end

local function string_at(text, at)
    local parts = ""
    local from = at + 1
    while true do
        local to = string.find(text, '["\\]', from)
        parts = parts .. string.sub(text, from, to - 1)
        if string.byte(text, to) == 34 then
            return parts, to + 1
        end
        local escape = string.sub(text, to + 1, to + 1)
        if escape == "u" then
            parts = parts .. utf8.char(tonumber(string.sub(text, to + 2, to + 5), 16))
            from = to + 6
        else
            parts = parts .. (escapes[escape] or escape)
            from = to + 2
        end
    end
end

local function number_at(text, at)
    local _, to = string.find(text, "^[-+.%deE]+", at)
    return tonumber(string.sub(text, at, to)), to + 1
end

local function array_at(text, at)
    local array = {}
    at = skip(text, at + 1)
    while string.byte(text, at) ~= 93 do
        array[#array + 1], at = value(text, at)
        at = skip(text, at)
        if string.byte(text, at) == 44 then
            at = skip(text, at + 1)
        end
    end
    return array, at + 1
end

local function object_at(text, at)
    local object = {}
    at = skip(text, at + 1)
    while string.byte(text, at) ~= 125 do
        local key
        key, at = string_at(text, at)
        at = skip(text, at)
        object[key], at = value(text, skip(text, at + 1))
        at = skip(text, at)
        if string.byte(text, at) == 44 then
            at = skip(text, at + 1)
        end
    end
    return object, at + 1
end

value = function(text, at)
    local first = string.byte(text, at)
    if first == 123 then
        return object_at(text, at)
    elseif first == 91 then
        return array_at(text, at)
    elseif first == 34 then
        return string_at(text, at)
    elseif first == 116 then
        return true, at + 4
    elseif first == 102 then
        return false, at + 5
    elseif first == 110 then
        return nil, at + 4
    end
    return number_at(text, at)
end

function order(rec)
    local total = 0
    for _, item in ipairs(value(rec.order, 1).items) do
        total = total + item.cents * item.count
    end
    return total
end

function total(stream)
    local function add(a, b)
        return a + b
    end
    local function count(so_far, rec)
        return so_far + rec.n
    end
    return stream : aggregate(0, count) : reduce(add)
end
