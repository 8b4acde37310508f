-- Changes parts of a document in a bin by JSON Patch (RFC 6902).

local NOT_THERE = "there is no such value"

local function is_map(value)
    return getmetatable(value) == Map
end

local function is_list(value)
    return getmetatable(value) == List
end

-- Splits a JSON pointer.
local function parse(path)
    if string.sub(path or "", 1, 1) ~= "/" then
        error(string.format('the path "%s" does not begin with /', path or ""), 0)
    end
    local keys = {}
    for key in string.gmatch(path, "/([^/]*)") do
        key = string.gsub(key, "~1", "/")
        key = string.gsub(key, "~0", "~")
        table.insert(keys, key)
    end
    return keys
end

-- A key as an index from 1 to last.
local function index(key, last)
    local i = math.tointeger(tonumber(key))
    if i == nil or tostring(i) ~= key or i < 0 or i + 1 > last then
        error(NOT_THERE, 0)
    end
    return i + 1
end

local function has(m, key)
    for k in map.keys(m) do
        if k == key then
            return true -- its value may be nil
        end
    end
    return false
end

local function child(parent, key)
    if is_map(parent) and has(parent, key) then
        return parent[key]
    elseif is_list(parent) then
        return parent[index(key, list.size(parent))]
    end
    error(NOT_THERE, 0)
end

local function find(document, path)
    for _, key in ipairs(path) do
        document = child(document, key)
    end
    return document
end

-- The list or map that contains the path's last key, and that key.
local function parent_of(document, path)
    for i = 1, #path - 1 do
        document = child(document, path[i])
    end
    return document, path[#path]
end

local function set(document, path, value)
    local parent, key = parent_of(document, path)
    child(parent, key)
    if is_map(parent) then
        parent[key] = value
    else
        parent[index(key, list.size(parent))] = value
    end
end

local function add(document, path, value)
    local parent, key = parent_of(document, path)
    if is_map(parent) then
        parent[key] = value
    elseif is_list(parent) and key == "-" then
        list.append(parent, value)
    elseif is_list(parent) then
        list.insert(parent, index(key, list.size(parent) + 1), value)
    else
        error(NOT_THERE, 0)
    end
end

local function remove(document, path)
    local parent, key = parent_of(document, path)
    child(parent, key)
    if is_map(parent) then
        map.remove(parent, key)
    else
        list.remove(parent, index(key, list.size(parent)))
    end
end

local function clone(value)
    if is_map(value) then
        local copied = map()
        for k, v in map.pairs(value) do
            copied[k] = clone(v)
        end
        return copied
    elseif is_list(value) then
        local copied = list()
        for i = 1, list.size(value) do
            list.append(copied, clone(value[i]))
        end
        return copied
    end
    return value
end

local function equal(a, b)
    if is_list(a) and is_list(b) then
        if list.size(a) ~= list.size(b) then
            return false
        end
        for i = 1, list.size(a) do
            if not equal(a[i], b[i]) then
                return false
            end
        end
        return true
    elseif is_map(a) and is_map(b) then
        if map.size(a) ~= map.size(b) then
            return false
        end
        for k, v in map.pairs(a) do
            if not has(b, k) or not equal(v, b[k]) then
                return false
            end
        end
        return true
    end
    return a == b
end

local function apply(document, change)
    local path, op = parse(change.path), change.op
    if op == "add" then
        add(document, path, change.value)
    elseif op == "remove" then
        remove(document, path)
    elseif op == "replace" then
        set(document, path, change.value)
    elseif op == "test" then
        local found, value = pcall(find, document, path)
        if not found or not equal(value, change.value) then
            error("the value is another one", 0)
        end
    elseif op == "move" or op == "copy" then
        local from = parse(change.from)
        local value = find(document, from)
        if op == "copy" then
            value = clone(value)
        else
            remove(document, from)
        end
        add(document, path, value)
    else
        error("there is no such operation", 0)
    end
end

function get(rec, bin, path)
    return find(rec[bin], parse(path))
end

function patch(rec, bin, changes)
    local document = rec[bin] or map()
    for i = 1, list.size(changes) do
        local change = changes[i]
        local done, message = pcall(apply, document, change)
        if not done then
            error(string.format("change %d: %s %s: %s", i, change.op, change.path, message), 0)
        end
    end
    rec[bin] = document
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
    return list.size(changes)
end
