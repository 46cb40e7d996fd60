function p0(...)
foo[ {true,b
=false} ].f = --[[m
m]] c.e{_y;true,
};
return function (b,foo,...) e.f[ true ]
= true;
(-0)[ ... ]._y
= nil, -- c
0x10, -- c
 [==[ x ]] ]==]; end  *  d.x1.f[ -0 ](_y)
end
function p1(...)
if true then  else while function (self,f) f,x1 --[[m
m]] = -- c
nil, nil; return nil, nil end do --[[m
m]]  end;
end;
local e=...;
end
function p2(...)
c.self:self{x1 = -
...,
};
while not  3e+2 do  end;
end
function p3(...)
repeat function a.self(f)
d(); end; local function b(a,arg,x1,...) for e=false,nil,false do a,a --[[m
m]] = g, 255, self;
c._y,c = 'b\n',
a; end; local g; function arg(f,c,b) _y = --[[m
m]] nil, 'b\n'; self = a; end; end; until --[[m
m]] (-  (b)[ false ].b[ false ]);
end
function p4(...)
((d)):g{("\65\0\200"),};
arg{"a\
b";{true,
...;x1 =true},};
return true  and  --[[m
m]] 0.1  /  c[ b ], {} --[[m
m]]  /  (7.), ...
end
