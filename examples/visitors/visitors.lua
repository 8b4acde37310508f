-- Counts different visitors in a HyperLogLog.

local PRECISION = 12
local REGISTERS = 1 << PRECISION

local function read(rec)
    local sketch = rec.sketch
    if sketch ~= nil and bytes.size(sketch) ~= REGISTERS then
        error(string.format("bin sketch has %d registers, not %d", bytes.size(sketch), REGISTERS), 0)
    end
    return sketch
end

-- FNV-1a of 64 bits, mixed as MurmurHash3 does. Integers wrap.
local function hash(text)
    local h = 0xcbf29ce484222325
    for i = 1, #text do
        h = (h ~ string.byte(text, i)) * 0x100000001b3
    end
    h = (h ~ (h >> 33)) * 0xff51afd7ed558ccd
    h = (h ~ (h >> 33)) * 0xc4ceb9fe1a85ec53
    return h ~ (h >> 33)
end

local function add(sketch, visitor)
    local h = hash(visitor)
    local register = (h >> (64 - PRECISION)) + 1
    local rest = (h << PRECISION) | (1 << (PRECISION - 1))
    local rank = 1
    while rest > 0 do -- the highest bit is the sign
        rest = rest << 1
        rank = rank + 1
    end
    if sketch[register] >= rank then
        return false
    end
    sketch[register] = rank
    return true
end

local function estimate(sketch)
    local zeros, sum = 0, 0.0
    for i = 1, REGISTERS do
        local rank = sketch[i]
        if rank == 0 then
            zeros = zeros + 1
        end
        sum = sum + 2.0 ^ -rank
    end
    local count = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * REGISTERS / sum
    if count <= 2.5 * REGISTERS and zeros > 0 then
        count = REGISTERS * math.log(REGISTERS / zeros)
    end
    return math.floor(count + 0.5)
end

function visit(rec, page, day, visitor)
    local sketch = read(rec)
    if sketch == nil then
        sketch = bytes(REGISTERS)
        for _ = 1, REGISTERS do
            bytes.append_byte(sketch, 0)
        end
        rec.page = page
        rec.day = day
    end
    if not add(sketch, visitor) then
        return false
    end
    rec.sketch = sketch
    local code
    if aerospike:exists(rec) then
        code = aerospike:update(rec)
    else
        code = aerospike:create(rec)
    end
    if code ~= 0 then
        error("the record was not stored", 0)
    end
    return true
end

function count(rec)
    local sketch = read(rec)
    if sketch == nil then
        return 0
    end
    return estimate(sketch)
end

function unique(stream, from, to)
    local function in_time(rec)
        return rec.day ~= nil and rec.day >= from and rec.day <= to
            and rec.sketch ~= nil and bytes.size(rec.sketch) == REGISTERS
    end
    local function sketch_of(rec)
        return rec.sketch
    end
    local function merge(a, b)
        for i = 1, REGISTERS do
            if b[i] > a[i] then
                a[i] = b[i]
            end
        end
        return a
    end
    return stream : filter(in_time) : map(sketch_of) : reduce(merge) : map(estimate)
end
