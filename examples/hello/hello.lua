-- The smallest module. In Lua every function takes the record.

function hello(rec)
    return "Hello, world!"
end

function greet(rec, ...)
    if select("#", ...) == 0 then
        return hello(rec)
    end
    return "Hello, " .. table.concat({ ... }, ", ") .. "!"
end
