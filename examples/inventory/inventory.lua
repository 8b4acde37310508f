-- Reserves items of a product for orders.

local RESERVATIONS_MAX = 1000

-- The product without reservations that are too old.
local function read(rec, now)
    local reserved = map()
    for order, reservation in map.pairs(rec.reserved or map()) do
        if reservation["until"] > now then
            reserved[order] = reservation
        end
    end
    return { in_stock = rec.in_stock or 0, reserved = reserved }
end

local function available(product)
    local free = product.in_stock
    for reservation in map.values(product.reserved) do
        free = free - reservation.items
    end
    return free
end

local function store(rec, product)
    rec.in_stock = product.in_stock
    rec.reserved = product.reserved
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
    return map { in_stock = product.in_stock, available = available(product) }
end

function restock(rec, items, now)
    if items < 1 then
        error(string.format("cannot restock %d items", items), 0)
    end
    local product = read(rec, now)
    product.in_stock = product.in_stock + items
    return store(rec, product)
end

function reserve(rec, order, items, now, seconds)
    if items < 1 or seconds < 1 then
        error(string.format("cannot reserve %d items for %d s", items, seconds), 0)
    end
    local product = read(rec, now)
    map.remove(product.reserved, order)
    local free = available(product)
    if items > free then
        error(string.format("%d items are available, %d are requested", free, items), 0)
    end
    if map.size(product.reserved) == RESERVATIONS_MAX then
        error(string.format("there are %d reservations already", RESERVATIONS_MAX), 0)
    end
    product.reserved[order] = map { items = items, ["until"] = now + seconds }
    return store(rec, product)
end

function buy(rec, order, now)
    local product = read(rec, now)
    local reservation = product.reserved[order]
    if reservation == nil then
        error(string.format("order %s has no reservation", order), 0)
    end
    map.remove(product.reserved, order)
    product.in_stock = product.in_stock - reservation.items
    return store(rec, product)
end

function release(rec, order, now)
    local product = read(rec, now)
    map.remove(product.reserved, order)
    return store(rec, product)
end
