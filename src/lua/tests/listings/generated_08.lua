function p0(...)
local f=arg  >  (...).arg[ nil ](7.)  <  3.5, ({f =true,
foo =1e300,
...}),  [[long
string]];
f:arg(not not  ( [[long
string]]));
return foo.g.d, (nil)
end
function p1(...)
local foo=c.self({x1
=nil}, true --[[m
m]]  <=  (-1), 2 -- c
 <  f), function (x1)  end  ==  --[[m
m]] function (d,c,e)  end;
local b=..., (1e3  <  g  ..  false  ..  false);
local _y,foo,foo=function (b,...) e[ ... ]:c{nil,true,};
return (nil) end, 1, true;
end
function p2(...)
x1,arg = {function (f,_y,...) f
= true, 3e+2;
arg,e.c.arg = nil, --[[m
m]] ...;
b.f[ false ] = -- c
true, -- c
f; end};
local c=x1:b();
end
function p3(...)
repeat local c=true, {x1}  >=  ("q\"\\")[ b ], e.b:f"a"(a); return (a).self[ _y ].d [[
first]] until (((0x10)));
end
function p4(...)
local foo,x1,g= - -- c
g  ==  -- c
0.1;
return (arg).arg, self[ nil ][  [==[ x ]] ]==] ]
end
