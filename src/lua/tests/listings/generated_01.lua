function p0(...)
local self=( - -- c
("\65\0\200") [[long
string]]), true;
return function (d,x1,self) b,g,("a").arg = false,  [[
first]], nil; c = 0; b = false, --[[m
m]] false; end, false, ...  <=  x1  +  false
end
function p1(...)
do do  end; local a; end;
local function arg() d.d:foo(); if not  nil  ^  nil then x1[ 255 ][ nil ]{0x10;}; end; repeat repeat g = nil, 0.1, true;
_y.x1,a[ true ],b[ true ] =
2;
d = 2, true;
return nil until f  >=  false;
arg = -  --[[m
m]] d;
(_y).x1(true, --[[m
m]] _y, --[[m
m]] nil);
return (c)[ nil ]"a\
b", f
 >=  0x10 until -0  and  nil
 ~=  x1; end;
for foo=nil,nil do break end;
end
function p2(...)
a,foo = (nil).b -- c
 >  --[[m
m]] false -- c
 ^  e  and  b, arg  ==  ('s177')[ _y ]  >  function (g,g,...) -- c
_y,foo,a[ ... ] --[[m
m]] = nil,  [[long
string]], self; (a)._y.arg = .5; _y[ ... ][ "a" ] = ..., d, ...; return true, nil, false end;
arg[ (false) ][ function () _y = false, -- c
false;
(nil)[ true ].self = --[[m
m]] nil, nil, 1e3;
foo._y = (-1),
nil; end ](f.f().d, b  and  's238'  and  "a\
b");
end
function p3(...)
repeat local g=function (...) --[[m
m]] _y --[[m
m]] = foo, --[[m
m]] x1, --[[m
m]] 1e300; a,x1.g =  [==[ x ]] ]==], -- c
nil; return f, --[[m
m]] false, --[[m
m]] true end, c.e.c()(e, foo);
x1 -- c
= -- c
(nil).c.foo;
do function e.x1.f()  end;
return e( [==[ x ]] ]==],  [[long
string]]) -- c
end;
return true until function (self,...) arg,_y[ nil ].e -- c
= true; d
= -- c
true, d; a.x1,e =  [==[ x ]] ]==], true, nil; end  *  _y.a:g"a\
b";
({foo =a})();
end
function p4(...)
f.c = function (foo,arg) a,e,a = {nil;_y =nil,
false},
f  >  f; local _y,d,x1; while false  and  foo do foo[ arg ].e = nil; end; end;
return 1e3, ...  ~=   [==[ x ]] ]==]  <=  -- c
nil -- c
 and  "a", nil  *  'b\n'
end
