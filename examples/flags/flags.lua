-- Which variant of a feature a user gets.

local FORCED_MAX = 200

local function sum(variants)
    local weights = 0
    for variant in list.iterator(variants) do
        if variant.weight < 0 or variant.weight > 1000000 then
            error(string.format("the weight of %s must be from 0 to 1000000", variant.name), 0)
        end
        weights = weights + variant.weight
    end
    if weights == 0 then
        error("no variant has a weight", 0)
    end
    return weights
end

-- FNV-1a of 32 bits, mixed as MurmurHash3 does.
local function bucket(text, n)
    local hash = 2166136261
    for i = 1, #text do
        hash = ((hash ~ string.byte(text, i)) * 16777619) & 0xffffffff
    end
    hash = ((hash ~ (hash >> 16)) * 0x85ebca6b) & 0xffffffff
    hash = ((hash ~ (hash >> 13)) * 0xc2b2ae35) & 0xffffffff
    return (hash ~ (hash >> 16)) % n
end

function define(rec, salt, percent, variants)
    if percent < 0 or percent > 100 then
        error(string.format("%d is not a percentage", percent), 0)
    end
    sum(variants)
    rec.salt = salt
    rec.percent = percent
    rec.variants = variants
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
end

function variant(rec, user)
    local forced = rec.forced
    if forced ~= nil and forced[user] ~= nil then
        return forced[user]
    end
    local salt = rec.salt or ""
    if bucket(salt .. ":percent:" .. user, 100) >= (rec.percent or 0) then
        return nil
    end
    local variants = rec.variants
    local rest = bucket(salt .. ":variant:" .. user, sum(variants))
    for v in list.iterator(variants) do
        rest = rest - v.weight
        if rest < 0 then
            return v.name
        end
    end
end

function force(rec, user, name)
    if not aerospike:exists(rec) then
        error("the flag is not defined", 0)
    end
    local forced = rec.forced or map()
    if name == nil then
        map.remove(forced, user)
    else
        forced[user] = name
    end
    if map.size(forced) > FORCED_MAX then
        error(string.format("at most %d users can be forced", FORCED_MAX), 0)
    end
    rec.forced = forced
    if aerospike:update(rec) ~= 0 then
        error("the record was not stored", 0)
    end
    return map.size(forced)
end
