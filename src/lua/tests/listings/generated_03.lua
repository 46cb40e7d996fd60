function p0(...)
function x1.d.a:x1(a,g,c,...)  end;
repeat (255)[ _y ][ nil ][ false ]:e [==[ x ]] ]==];
break until (-  's202').a.self;
end
function p1(...)
while f do local _y=...  /  foo
 <=  {'s355',
arg
=3e+2}, {}, ...  *  e.g; x1,arg = nil, false, (...); end;
local a;
function g.a.a:b()  end;
end
function p2(...)
local d=function (g,b)  end, -- c
(true);
f,g,b -- c
= {true,803,} --[[m
m]]  <=  --[[m
m]] (f  <  true);
f,f[ d:a()(g) ] = x1[ d ].c.e(true,  [[
first]])  <  ...;
end
function p3(...)
c.x1 = (d)  -  # _y;
end
function p4(...)
local self=..., not  function () c = --[[m
m]] "q\"\\";
x1 -- c
= -- c
false, true, f; end, nil;
local e,b,x1=foo;
while true do c[ b ].f:self(d, f)(false);
local function d(arg,d) function _y.foo(f,_y,...) a[ 1e3 ] --[[m
m]] =
false, true;
d.x1[ "a" ] = --[[m
m]] b, 3.5; end; for d=d,nil, [[long
string]] do foo.e,_y[ true ] =
false, "q\"\\", true;
x1,c
= g, x1, arg;
_y,b,foo = 3e+2; end; end; end;
end
