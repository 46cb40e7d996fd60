local a, b, c
x = a and b
x = a or b
x = a and b or c
x = (a or b) and c
x = not a
x = not not a
x = not (a and b)
x = not (a or not b)
x = nil and a
x = false or a
x = true and a
x = 1 and a or 2
x = a and nil
x = a or false
x = nil or false
x = f() and g() or h()
x = a and f(b) or g(c)
a = a and b
a = b or a
local t = {a and b, c or a; not a}
if a then x = 1 elseif b then x = 2 elseif not c then x = 3 else x = 4 end
if a and b then elseif a or b then end
if nil then x = 1 end
if false then x = 1 elseif true then x = 2 end
if 1 then x = 1 end
while true do if a then break end end
while nil do x = 1 end
repeat until true
repeat until nil
return a and b, a or b, not a
