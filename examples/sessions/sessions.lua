-- The session of a user in a record that expires.

local ATTRIBUTES_MAX = 32

local function check(code, doing)
    if code ~= 0 then
        error("the record was not " .. doing, 0)
    end
end

local function check_session(rec)
    if not aerospike:exists(rec) then
        error("there is no such session", 0)
    end
end

function open(rec, user, now, idle)
    if idle < 1 then
        error(string.format("a session cannot expire after %d seconds", idle), 0)
    end
    if aerospike:exists(rec) then
        error("the session exists already", 0)
    end
    rec.user = user
    rec.opened = now
    rec.seen = now
    record.set_ttl(rec, idle)
    check(aerospike:create(rec), "created")
end

function touch(rec, now, idle, longest)
    check_session(rec)
    local user, opened, attributes = rec.user, rec.opened, rec.attributes
    local expires = math.min(idle, opened + longest - now)
    if expires < 1 then
        info("session too old user=%s seconds=%d", user, now - opened)
        check(aerospike:remove(rec), "removed")
        return nil
    end
    rec.seen = now
    record.set_ttl(rec, expires)
    check(aerospike:update(rec), "updated")
    local session = map { user = user, expires = expires }
    if attributes ~= nil then -- a map stores nil
        session.attributes = attributes
    end
    return session
end

function put(rec, name, value)
    check_session(rec)
    local attributes = rec.attributes or map()
    if value == nil then
        map.remove(attributes, name)
    else
        attributes[name] = value
    end
    if map.size(attributes) > ATTRIBUTES_MAX then
        error(string.format("a session has at most %d attributes", ATTRIBUTES_MAX), 0)
    end
    rec.attributes = attributes
    record.set_ttl(rec, record.ttl(rec)) -- else the namespace's default would apply
    check(aerospike:update(rec), "updated")
    return map.size(attributes)
end

function close(rec, now)
    check_session(rec)
    local user, seconds = rec.user, now - rec.opened
    info("session closed user=%s seconds=%d", user, seconds)
    check(aerospike:remove(rec), "removed")
    return seconds
end
