function p0(...)
local function b(...) --[[m
m]] local d; end;
c = {},
true
 -  b[ _y ][ "\65\0\200" ].a:g'b\n'  *  "a\
b",
function () repeat (nil).f.f = -- c
1, false; (nil).b
=
true; a = nil, nil,  [[long
string]]; until nil; end;
for c,a in f.g[ true ]:x1(true),  [[
first]]  and  -- c
nil  -  false, foo do  end;
end
function p1(...)
for g=function (b,b,...) _y[  [[long
string]] ]._y = -- c
foo,
x1,
nil; end  >  (nil),x1  <=  3.5 do  end;
local f,c,foo=self  <  -- c
true -- c
 >  nil  /  (c).a[ false ]{g =...,a}, 255  ~=  ((...)), function (...)  end  ^   - "a\
b";
_y[ false -- c
 %  1e-7 ]'b\n';
end
function p2(...)
e:_y(function (g,x1) x1,foo,a.foo = false, "a", nil; x1 = --[[m
m]] 1e-7, true, false; self = -- c
e; end, c, {});
function a._y.c:foo(c,x1) a =
(651), function () b.a[ 0x10 ],f,(1e-7)[ false ].arg -- c
= true, nil, c; end, {[ nil ]=nil,
arg;[ 0.1 ]=x1}; local a=_y  /   [[
first]] -- c
 %   [==[ x ]] ]==]; end;
end
function p3(...)
repeat e[ self ][ c ][ true ](...  ~=  nil); break until true;
return function (_y,c,x1) -- c
_y,b,(b)[ 7. ].x1 = 1e3; c,g,e --[[m
m]] = f, true; end
end
function p4(...)
function x1.b:e(arg,d,x1,...)
 end;
_y[ not not  ... ][ function () --[[m
m]] self = true, false, arg; g = 7., nil; end ] --[[m
m]] = _y;
return {self,[ "a\
b" ]=false}, -- c
arg  /  -- c
(f)
end
