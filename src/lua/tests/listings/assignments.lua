local a, b, c = 1, 2
a, b = b, a
a.x, a[b], a = 1, 2, 3
a[1], a.x, b[a], b = f()
x, y, z = 0, nil, true
x.y.z[1]["two"] = x.y
t[#t + 1], t.n = v, t.n + 1
local s = "text", 'single', [[long
string]], [==[
with ]] inside]==], "\65\10\0\200\"\\\
continued"
local d, e = ...
local p, q, r = 1, ...
local m, n = (f())
local i, j, k = f(), g()
do
  local a = a
  a = a
end
a = nil
local u, v, w
