-- What record_operations.go does, in Lua.

local function outcome(code)
    if code == 0 then return "done" end
    return "refused"
end

-- record.bin_names lists only what is stored.
local function names(rec)
    local found = list()
    for _, name in ipairs({"a", "b", "c", "d"}) do
        if rec[name] ~= nil then list.append(found, name) end
    end
    return found
end

local operations = {
    get = function(rec, name) return rec[name] end,
    set = function(rec, name, value) rec[name] = value return "done" end,
    unset = function(rec, name) rec[name] = nil return "done" end,
    bins = names,
    exists = function(rec) return aerospike:exists(rec) end,
    set_ttl = function(rec, seconds) record.set_ttl(rec, seconds) return "done" end,
    metadata = function(rec) return list { record.ttl(rec), record.gen(rec) } end,
    create = function(rec) return outcome(aerospike:create(rec)) end,
    update = function(rec) return outcome(aerospike:update(rec)) end,
    remove = function(rec) return outcome(aerospike:remove(rec)) end,
    fail = function() error("failed", 0) end,
}

function operate(rec, all)
    local results = list()
    for operation in list.iterator(all) do
        local result = operations[operation[1]](rec, operation[2], operation[3])
        list.append(results, result)
    end
    return results
end
