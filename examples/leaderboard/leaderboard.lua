-- The best scores of a game in one record: a list of entries, the best first.

-- The higher score comes first, then the earlier one, then by name.
local function comes_first(a, b)
    if a.score ~= b.score then
        return a.score > b.score
    elseif a.at ~= b.at then
        return a.at < b.at
    end
    return a.player < b.player
end

local function store(rec)
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

function submit(rec, player, score, now, size)
    if size < 1 then
        error(string.format("a board of %d entries is too small", size), 0)
    end
    local entries = list()
    local mine = map { player = player, score = score, at = now }
    for entry in list.iterator(rec.entries or list()) do
        if entry.player ~= player then
            list.append(entries, entry)
        elseif entry.score >= score then
            mine = entry
        end
    end
    local place = 1
    while place <= list.size(entries) and comes_first(entries[place], mine) do
        place = place + 1
    end
    list.insert(entries, place, mine)
    if list.size(entries) > size then
        entries = list.take(entries, size)
    end
    rec.entries = entries
    store(rec)
    if place > size then
        return 0
    end
    return place
end

function top(rec, n)
    return list.take(rec.entries or list(), math.max(n, 0))
end

function around(rec, player, n)
    local entries = rec.entries or list()
    local mine
    for i = 1, list.size(entries) do
        if entries[i].player == player then
            mine = i
        end
    end
    if mine == nil then
        error("player " .. player .. " is not on the board", 0)
    end
    local places = list()
    for i = math.max(1, mine - n), math.min(mine + n, list.size(entries)) do
        local entry = entries[i]
        list.append(places, map { rank = i, player = entry.player, score = entry.score, at = entry.at })
    end
    return places
end
