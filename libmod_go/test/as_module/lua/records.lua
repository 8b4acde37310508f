-- What go/records does, in Lua: the tests hold the answers of the two together.

function getbin(r, name)
    return r[name]
end

function cat(r, ...)
    local all = ''
    for i = 1, select('#', ...) do
        all = all .. (r[select(i, ...)] or '')
    end
    return all
end

local function store(r)
    local failed
    if aerospike:exists(r) then
        failed = aerospike:update(r)
    else
        failed = aerospike:create(r)
    end
    if failed ~= 0 then error('not stored') end
end

function setbin(r, name, value)
    local old = r[name]
    r[name] = value
    store(r)
    return old
end

function set_and_get(r, name, value)
    r[name] = value
    store(r)
    return r[name]
end

function set_two(r, name1, value1, name2, value2)
    r[name1] = value1
    r[name2] = value2
    if aerospike:update(r) ~= 0 then error('not updated') end
    return r[name1]
end

function remove(r, name)
    local old = r[name]
    r[name] = nil
    if aerospike:update(r) ~= 0 then error('not updated') end
    return old
end

function create_record(r, name, value)
    if not aerospike:exists(r) and aerospike:create(r) ~= 0 then error('not created') end
    r[name] = value
    if aerospike:update(r) ~= 0 then error('not updated') end
    return r[name]
end

function create_again(r)
    if aerospike:create(r) ~= 0 then error('not created') end
end

function delete_record(r)
    if aerospike:remove(r) ~= 0 then error('not removed') end
end

function exists(r)
    return aerospike:exists(r)
end

function facts(r)
    return list { record.ttl(r), record.gen(r), record.size(r), record.setname(r), record.key(r), record.digest(r) }
end

-- Aerospike counts from 2010.
function last_update(r)
    return record.last_update_time(r) + 1262304000000
end

function bin_names(r)
    local names = list()
    for _, name in ipairs(record.bin_names(r)) do
        list.append(names, name)
    end
    return names
end

function set_ttl(r, seconds)
    record.set_ttl(r, seconds)
    if aerospike:update(r) ~= 0 then error('not updated') end
end

function speak(r, text)
    warn(text)
    info(text)
    debug(text)
end
