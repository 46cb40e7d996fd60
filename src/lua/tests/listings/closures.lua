local a, b = 1, 2
local function f() return a end
local function g() a = b return function() b = a return f, g end end
while a do
  local c
  function h() return c end
  if c then break end
end
repeat
  local d = function() return a, d end
  if d then break end
  local e
  local e2 = function() return e end
until e
for i = 1, 3 do t[i] = function() return i end end
for k, v in pairs(t) do t[k] = function() k, v = v, k end end
do local x = 1 y = function() x = x + 1 return x end end
function a.b.c(self) return self end
function a.b:d(x, ...) self.x = x return ... end
local function fact(n) if n == 0 then return 1 end return n * fact(n - 1) end
return function(a) return function(b) return function(c) return a + b + c end end end
