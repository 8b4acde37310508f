-- Reports when a vehicle enters or leaves areas.

local FENCES_MAX, CORNERS_MAX = 100, 200
local EARTH_RADIUS = 6371008.8 -- meters

local function store(rec, fences)
    rec.fences = fences
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

function fence(rec, name, corners, meters)
    local count = list.size(corners)
    if count == 1 and meters <= 0 then
        error(string.format("circle %s needs a radius above 0", name), 0)
    elseif count ~= 1 and (count < 3 or count > CORNERS_MAX) then
        error(string.format("fence %s needs 1 corner, or from 3 to %d", name, CORNERS_MAX), 0)
    end
    local fences = rec.fences or map()
    local new = map { corners = corners, inside = false }
    if meters ~= 0 then
        new.meters = meters + 0.0 -- a double
    end
    fences[name] = new
    if map.size(fences) > FENCES_MAX then
        error(string.format("a vehicle has at most %d fences", FENCES_MAX), 0)
    end
    store(rec, fences)
    return map.size(fences)
end

function unfence(rec, name)
    local fences = rec.fences
    if fences == nil or fences[name] == nil then
        return false
    end
    map.remove(fences, name)
    store(rec, fences)
    return true
end

-- The distance in meters on a sphere, by the haversine formula.
local function distance(a, b)
    local lat = math.sin(math.rad(b.lat - a.lat) / 2)
    local lon = math.sin(math.rad(b.lon - a.lon) / 2)
    local h = lat * lat + math.cos(math.rad(a.lat)) * math.cos(math.rad(b.lat)) * lon * lon
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(math.min(1, h)))
end

local function contains(fence, p)
    local corners = fence.corners
    local count = list.size(corners)
    if count == 1 then
        return distance(corners[1], p) <= fence.meters
    end
    local inside = false
    for i = 1, count do
        local a, b = corners[i], corners[i % count + 1]
        if (a.lon > p.lon) ~= (b.lon > p.lon)
            and p.lat < a.lat + (b.lat - a.lat) * (p.lon - a.lon) / (b.lon - a.lon) then
            inside = not inside
        end
    end
    return inside
end

function move(rec, lat, lon)
    if math.abs(lat) > 90 or math.abs(lon) > 180 then
        error(string.format("no place on Earth: %.4f, %.4f", lat, lon), 0)
    end
    local at = map { lat = lat, lon = lon }
    local fences = rec.fences or map()
    local names = {}
    for name in map.keys(fences) do
        table.insert(names, name)
    end
    table.sort(names)
    local events = list()
    for _, name in ipairs(names) do
        local inside = contains(fences[name], at)
        if inside ~= fences[name].inside then
            fences[name].inside = inside
            list.append(events, map { fence = name, enters = inside })
        end
    end
    rec.at = at
    store(rec, fences)
    return events
end
