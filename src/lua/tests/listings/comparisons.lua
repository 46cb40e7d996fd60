local a, b, c, d
x = a < b y = a > b x = a <= b y = a >= b x = a == b y = a ~= b
x = a < 1 y = 1 < a x = "s" == a y = a ~= nil x = true == a
if a < b then x = 1 end
if not (a < b) then x = 1 end
if a == 1 and b ~= 2 or c >= 3 then x = 1 else x = 2 end
while a > b do a = a - 1 end
repeat a = a + 1 until a >= b
local e = (a < b) == (c < d)
local f = a < b and b < c
return a < b, not (a == b)
