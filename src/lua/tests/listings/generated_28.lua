function p0(...)
a = true  ==  --[[m
m]] function (g) -- c
 end;
for arg in (true).e do  end;
foo,(self[ false ][ x1 ])[ ...
 ==  arg  <  --[[m
m]] foo ].f =
'b\n', b.d[ b ] --[[m
m]]  %  (false  <  'b\n');
end
function p1(...)
while (true
 or   [[long
string]])  or   [==[ x ]] ]==]  *  nil  %  1e300 do -- c
a.g(false  or  --[[m
m]] d); b[ {arg -- c
=(-1)} ],_y,arg = --[[m
m]] c; end;
local function self() return  end;
end
function p2(...)
for e,_y,arg in ("q\"\\"  %  "a\
b"), function (b)  end, d[ ... ].arg[ 255 ]  or  --[[m
m]] arg[ false ] do for g,_y,e in "a\
b"  <  g do local f,d,c=self --[[m
m]]  -  true; for b,g,f in false, ... do foo,(...)._y.self,a.self[ "\65\0\200" ] = ..., self;
e.g[ nil ] = nil, a;
a,e,b = nil, --[[m
m]] g, --[[m
m]] 7.; end; end; break end;
return 1
end
function p3(...)
a --[[m
m]] = "\65\0\200", --[[m
m]] function (arg,f,...) if "q\"\\"
 and  f then g = --[[m
m]] false, ..., 'b\n'; arg -- c
= --[[m
m]] true, nil, false; x1,c[  [[
first]] ][ 's228' ] --[[m
m]] = c, true; elseif 1e300 --[[m
m]] then c,g = -- c
g, false, "a\
b"; c.x1[ 0.1 ],self,arg = g; elseif "q\"\\" then  else  -- c
end;
for _y=arg,false,arg do c =  [==[ x ]] ]==], e, false;
(255)[ false ] =
self, nil; end;
_y[ 3.5 ],arg --[[m
m]] = {false,
f =true,self}, ...; end, --[[m
m]] (arg -- c
 ~=  true  *  3e+2  /  ...);
end
function p4(...)
function f:c() function e.c.x1:x1(arg)
local function g()  end; if function (_y,e)  end then --[[m
m]] f[ nil ] =
self,  [==[ x ]] ]==]; elseif c then  else self = x1, nil;
end; if true  /  g then --[[m
m]] a --[[m
m]] = 's138', _y; self[ nil ].b --[[m
m]] = 579; arg,x1 = a; -- c
end; end;
for arg,f,self in {nil} do  end;
b,d -- c
= -  -  true,  - _y, x1; end;
end
