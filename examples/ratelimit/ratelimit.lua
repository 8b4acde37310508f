-- A rate limiter with one integer for each caller: the generic cell rate algorithm.

local function read(rec, now, limit, period_ms, burst)
    if limit < 1 or burst < 1 then
        error("limit and burst must be at least 1", 0)
    end
    if period_ms < limit then
        error(string.format("more than one call a millisecond: %d in %d ms", limit, period_ms), 0)
    end
    local interval = period_ms // limit
    return {
        now = now,
        interval = interval,
        tolerance = interval * (burst - 1),
        next = math.max(now, rec.next or now)
    }
end

local function decision(l, allowed)
    local ahead = l.next - l.now
    local retry = math.max(0, ahead - l.tolerance)
    local remaining = 0
    if retry == 0 then
        remaining = (l.tolerance - ahead) // l.interval + 1
    end
    return map { allowed = allowed, remaining = remaining, retry_ms = retry, reset_ms = ahead }
end

function allow(rec, now, limit, period_ms, burst)
    local l = read(rec, now, limit, period_ms, burst)
    if l.next - l.tolerance > now then
        return decision(l, false)
    end
    l.next = l.next + l.interval
    rec.next = l.next
    record.set_ttl(rec, (l.next - now) // 1000 + 2)
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
    return decision(l, true)
end

function status(rec, now, limit, period_ms, burst)
    local l = read(rec, now, limit, period_ms, burst)
    return decision(l, l.next - l.tolerance <= now)
end

function reset(rec)
    if not aerospike:exists(rec) then
        return false
    end
    if aerospike:remove(rec) ~= 0 then
        error("the record was not removed", 0)
    end
    return true
end
