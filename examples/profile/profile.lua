-- A user's profile in one record.

local function update(rec)
    if aerospike:update(rec) ~= 0 then
        error("the record was not stored", 0)
    end
end

function merge(rec, attributes)
    local merged = rec.attributes or map()
    for name, value in map.pairs(attributes) do
        if value == nil then
            map.remove(merged, name)
        else
            merged[name] = value
        end
    end
    rec.attributes = merged
    update(rec)
    return map.size(merged)
end

function visit(rec, page, topics, limit)
    local visits = rec.visits or list()
    local interests = rec.interests or map()
    for topic in list.iterator(topics) do
        interests[topic] = (interests[topic] or 0) + 1
    end
    list.append(visits, page)
    visits = list.drop(visits, math.max(0, list.size(visits) - math.max(0, limit)))
    rec.visits = visits
    rec.interests = interests
    update(rec)
    return visits
end

function top(rec, k)
    local sorted = {}
    for topic, points in map.pairs(rec.interests or map()) do
        table.insert(sorted, map { topic = topic, points = points })
    end
    table.sort(sorted, function(a, b)
        if a.points ~= b.points then
            return a.points > b.points
        end
        return a.topic < b.topic
    end)
    local best = list()
    for i = 1, math.min(k, #sorted) do
        list.append(best, sorted[i])
    end
    return best
end
