function p0(...)
for g,b,c in function (a)  end, --[[m
m]] function (f,arg,foo) x1
= --[[m
m]] 'b\n', x1;
x1[ _y ] = nil,  [[long
string]];
b -- c
= nil; end  ==  self._y"q\"\\", --[[m
m]] ("q\"\\") do local g=b, arg[ nil ]  /  not  false,  - true  ^  (nil).b;
while arg do  end; end;
for self,d in {7.} do  end;
local f={[ d  %  ... ]=not not  _y,"a"}, b;
return not not  function (...) e = -- c
true, true,  [==[ x ]] ]==];
g[ nil ].x1 -- c
= 53,
self,
arg; end
end
function p1(...)
d:x1(nil)({});
local self=arg[ false ][ true  or  --[[m
m]] b ], -0;
return e
end
function p2(...)
function g(d,...)  end;
function self(g,_y) function x1.e() --[[m
m]] for b,f in self do  end; end;
do f[ false ],c.x1.b = c  %   [[long
string]], (true), 's127'; --[[m
m]] end; end;
return ({}),
... -- c
 ~=  false  ..  -- c
not  nil
end
function p3(...)
while -  b  +  true do -- c
while (function (c,c,...) arg,d,f = false, -- c
self, -- c
...; e,f,g = "\65\0\200"; end) do local a="a" --[[m
m]]  *  "\65\0\200", b;
f[ ... ][ true ]:d();
break end; end;
x1,f[ b  +  {} ]
=
...  +  false  -  ...  ..  (d  >  --[[m
m]] ...),
false,
false;
end
function p4(...)
while true  %  "a"  ==  7. --[[m
m]]  /  ... do -- c
 end;
return {arg =a}, ...  /  (nil), not  {}
end
