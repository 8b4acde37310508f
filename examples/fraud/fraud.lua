-- Checks payments of a card against its payments of the last day.

local DAY, PAYMENTS_MAX = 24 * 3600, 200
local MINUTE, COUNT_MAX = 60, 4
local AMOUNT_MAX = 200000
local TRAVEL_TIME = 3600
local SMALL_AMOUNT, TRIES_MAX = 100, 2
local REVIEW_POINTS, DENY_POINTS = 40, 80

local function window(rec, now)
    local recent = list()
    for p in list.iterator(rec.payments or list()) do
        if p.at > now - DAY then
            list.append(recent, p)
        end
    end
    return recent
end

local function judge(before, now, cents, country)
    local points, reasons = 0, list()
    local function suspect(more, reason)
        points = points + more
        list.append(reasons, reason)
    end
    local count, amount, tries = 0, 0, 0
    for b in list.iterator(before) do
        if b.at > now - MINUTE then
            count = count + 1
        end
        if b.cents <= SMALL_AMOUNT then
            tries = tries + 1
        end
        amount = amount + b.cents
    end
    if count >= COUNT_MAX then
        suspect(50, "many payments in a minute")
    end
    if amount + cents > AMOUNT_MAX then
        suspect(40, "a large sum in a day")
    end
    if tries >= TRIES_MAX and cents > 100 * SMALL_AMOUNT then
        suspect(40, "a large payment after small ones")
    end
    local last = before[list.size(before)]
    if last ~= nil and last.country ~= country and now - last.at < TRAVEL_TIME then
        suspect(40, "from " .. last.country .. " to " .. country .. " in an hour")
    end
    local verdict = "approve"
    if points >= DENY_POINTS then
        verdict = "deny"
    elseif points >= REVIEW_POINTS then
        verdict = "review"
    end
    return map { verdict = verdict, points = points, reasons = reasons }
end

function check(rec, now, cents, country)
    if cents < 1 then
        error(string.format("a payment of %d cents", cents), 0)
    end
    local payments = window(rec, now)
    local verdict = judge(payments, now, cents, country)
    if verdict.verdict == "deny" then
        warn("%s points=%d cents=%d", "payment denied", verdict.points, cents)
        return verdict
    end
    list.append(payments, map { at = now, cents = cents, country = country })
    local size = list.size(payments)
    if size > PAYMENTS_MAX then
        payments = list.drop(payments, size - PAYMENTS_MAX)
    end
    rec.payments = payments
    record.set_ttl(rec, DAY)
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
    return verdict
end

function recent(rec, now)
    return window(rec, now)
end
