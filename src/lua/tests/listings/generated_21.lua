function p0(...)
while function (b,f,...)  end do -- c
local g,c=function (f,...)  end, --[[m
m]] a, --[[m
m]]  [==[ x ]] ]==]; end;
local f,c,f;
end
function p1(...)
(7.)[ e.a(a, false, 0) ] = f;
x1.f.b = function (_y,g,...) --[[m
m]] repeat  until function (_y,arg) --[[m
m]] e.g.a,self[ true ],foo = .5, -- c
7.; end; end;
end
function p2(...)
while nil do (d).b[ -  g ],d = 's14', g  >  (...), true --[[m
m]]  <  ... -- c
 +  --[[m
m]] 1  ..  true;
g.foo(not not  nil, (.5).a.b:g{nil;[ nil ]=false,}); end;
return true
end
function p3(...)
self.c.foo();
return "\65\0\200"  %  g
 *  "q\"\\"  /  'b\n', -- c
..., -- c
0 --[[m
m]]  ~=  true  ~=  nil
end
function p4(...)
g = --[[m
m]] {e --[[m
m]] =true,0x10,}, _y[ d ](c, (-1))  >=  -- c
true
 or  foo  *  ...  and  true;
end
