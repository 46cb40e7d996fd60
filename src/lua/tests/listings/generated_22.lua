function p0(...)
_y[ g.b:e()() ][ true  ==  e ](nil);
return {...,
b =nil,
a}
end
function p1(...)
repeat function d(_y,self,f) local function c() b,arg --[[m
m]] =
self, --[[m
m]] nil; end; function b.f.b(self) c[ true ].c,(nil)[ nil ].f
=
c;
d[ true ]
= d; end; do b = f;
f = nil, false, true;
end; end; for x1,g,foo in arg._y:d(0.1,
3.5,
3e+2).d, d, nil  <  -- c
... do g --[[m
m]] = -- c
3e+2, g.x1; d,self,(nil).a[ ... ] = "q\"\\"; end; until not not  #  [[
first]]
 %  c  >=  false;
end
function p2(...)
x1 = function (d) function arg.x1._y(foo,...)  end;
local foo,f;
return _y end;
return nil  /  --[[m
m]] ...,
(not  d),
(false)
end
function p3(...)
local function g(d)  end;
local _y=function (b,foo,_y) e,g.foo,c[ 's357' ][ false ]
= nil,
f; g,a,f = nil; end -- c
 %  not  --[[m
m]] false  ==  function (...) _y.g,b,arg = true, "a\
b", e;
(true).c[  [[long
string]] ]
= 255, "q\"\\", d; end;
return x1.foo()  <  (nil), --[[m
m]] ("q\"\\"  %  d)
end
function p4(...)
for self,arg,a in 3e+2, {[ nil ]='s153';} -- c
 <=  b -- c
 ~=  -- c
'b\n' do  end;
for c in nil, function (b,a) x1,e
= _y, -- c
arg, -- c
true;
b[  [==[ x ]] ]==] ].a
= _y, false, nil; end do do e[  [==[ x ]] ]==] ][ 7. ](true, ...); return true  ==  --[[m
m]] "\65\0\200", true, "\65\0\200" -- c
 +  's56' end; e = --[[m
m]] self[ nil ]'b\n'; for c=...,_y  -  g do e = --[[m
m]] false; end; end;
return (3.5)
end
