-- Rolls up events, one record each.

local function add(hours, hour, kind, rollup)
    local kinds = hours[hour] or map()
    local old = kinds[kind]
    if old then
        rollup = map {
            count = old.count + rollup.count,
            failed = old.failed + rollup.failed,
            slowest = math.max(old.slowest, rollup.slowest)
        }
    end
    kinds[kind] = rollup
    hours[hour] = kinds
end

function per_hour(stream, from, to)
    local function in_time(rec)
        return rec.at ~= nil and rec.at >= from and rec.at < to
    end
    local function count(hours, rec)
        local failed = 1
        if rec.ok then
            failed = 0
        end
        add(hours, rec.at // 3600, rec.kind or "", map { count = 1, failed = failed, slowest = rec.ms or 0 })
        return hours
    end
    local function merge(a, b)
        for hour, kinds in map.pairs(b) do
            for kind, rollup in map.pairs(kinds) do
                add(a, hour, kind, rollup)
            end
        end
        return a
    end
    return stream : filter(in_time) : aggregate(map(), count) : reduce(merge)
end

-- The number of bits of n.
local function bits(n)
    local count = 0
    while n > 0 do
        n = n >> 1
        count = count + 1
    end
    return count
end

local function add_up(a, b)
    return a + b
end

local function limit(histogram, count, percent)
    local rest = (count * percent + 99) // 100
    for bucket = 0, 63 do
        rest = rest - (histogram[bucket] or 0)
        if rest <= 0 then
            return (1 << bucket) - 1
        end
    end
    return 0
end

function latency(stream, kind)
    local function of_kind(rec)
        return rec.kind == kind
    end
    local function duration(rec)
        return math.max(rec.ms or 0, 0)
    end
    local function count(histogram, ms)
        local bucket = bits(ms)
        histogram[bucket] = (histogram[bucket] or 0) + 1
        return histogram
    end
    local function merge(a, b)
        return map.merge(a, b, add_up)
    end
    local function percentiles(histogram)
        local total = 0
        for n in map.values(histogram) do
            total = total + n
        end
        return map { count = total, p50 = limit(histogram, total, 50), p99 = limit(histogram, total, 99) }
    end
    return stream : filter(of_kind) : map(duration) : aggregate(map(), count) : reduce(merge) : map(percentiles)
end
