function p0(...)
e = -- c
foo, --[[m
m]] b[  [[long
string]] ].self{nil,
_y =c};
do x1:x1(); -- c
end;
for _y,d in arg(false,
g,
...), (true), _y do  end;
end
function p1(...)
while function (e,self,_y) for x1=true,false do a --[[m
m]] = b, --[[m
m]] nil, --[[m
m]] nil; _y,arg.self -- c
=
foo, --[[m
m]]  [[long
string]], --[[m
m]] f; end; local c=true, 657  or  false; end do local x1,b,e={d,
g;[ ... ]=255}; end;
a(true -- c
 /  1e-7  ^  true  ^  --[[m
m]] false,
{true,
});
end
function p2(...)
local function c()  end;
local x1;
function foo:b(b,g) do return function (a,e)  end, (f), (nil) --[[m
m]] end; end;
return ({})
end
function p3(...)
d[ _y.c.b ] = function () for d=nil,f do break end; repeat  until true; for d in nil, _y, e do e = c;
g.c,self,c = --[[m
m]] false, 0.1;
return a end; end;
end
function p4(...)
function arg() --[[m
m]]  end;
repeat for d,c in 'b\n' --[[m
m]]  ^  _y do local b,arg=a, --[[m
m]] a --[[m
m]]  >  -- c
true, --[[m
m]] false --[[m
m]]  <  true;
repeat e[ g ].foo = nil; until
(a); end; function d(a,foo,f,...)
 end; until a[  [[
first]] ]:foo [[long
string]]  or  f[ nil ]._y;
for self,d in foo,
a do while (foo) do for g=true,...,... do foo = (-1), --[[m
m]] true, --[[m
m]] 7.;
return f end; end; end;
end
