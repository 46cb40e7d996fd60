local function old(...) return arg end
local function new(...) return ... end
local function mixed(a, b, ...) local x, y = ... return a, b, select('#', ...), {...}, arg end
local function nested(...) return function(...) return ... end, arg.n end
local t = {..., ...}
local u = {(...)}
t[...] = ...
return new(...)
