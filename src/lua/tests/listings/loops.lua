for i = 1, 10 do print(i) end
for i = 10, 1, -1 do local x = i if x then break end end
for i = a, b, c do for j = i, i do end end
for k, v in pairs(t) do print(k, v) end
for k in next, t do break end
for a, b, c, d in f(), 1 do end
for x in f, s, 0, g() do end
while x do
  local y = x
  while y do y = f(y) if y then break end end
end
repeat local z = f() until z
do local a do local b do break_ = 1 end end end
for i = 1, 2 do
  for j = 1, 2 do
    if i == j then break end
  end
end
