-- Evaluates orders, one record each.

function by_region(stream, least)
    local function large(rec)
        return rec.cents ~= nil and rec.cents >= least
    end
    local function count(totals, rec)
        local region = rec.region or ""
        local total = totals[region] or map { orders = 0, cents = 0 }
        totals[region] = map { orders = total.orders + 1, cents = total.cents + rec.cents }
        return totals
    end
    local function add(a, b)
        return map { orders = a.orders + b.orders, cents = a.cents + b.cents }
    end
    local function merge(a, b)
        return map.merge(a, b, add)
    end
    return stream : filter(large) : aggregate(map(), count) : reduce(merge)
end

-- The higher value comes first, then by name.
local function comes_first(a, b)
    if a.cents ~= b.cents then
        return a.cents > b.cents
    end
    return a.customer < b.customer
end

function largest(stream, k)
    if k < 1 then
        error("k must be at least 1", 0)
    end
    local function insert(orders, order)
        local place = 1
        while place <= list.size(orders) and comes_first(orders[place], order) do
            place = place + 1
        end
        list.insert(orders, place, order)
        if list.size(orders) > k then
            return list.take(orders, k)
        end
        return orders
    end
    local function collect(orders, rec)
        return insert(orders, map { customer = rec.customer or "", cents = rec.cents or 0 })
    end
    local function merge(a, b)
        for order in list.iterator(b) do
            a = insert(a, order)
        end
        return a
    end
    return stream : aggregate(list(), collect) : reduce(merge)
end
