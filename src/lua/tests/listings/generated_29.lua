function p0(...)
local e,b,d;
x1.a[ (c) ].e();
return x1,  - b._y
end
function p1(...)
(false):f((...)  ~=  function (foo,foo) _y[ true ] = nil; (false)[ nil ],d[ false ] = --[[m
m]] nil, self, nil; g = x1, "a\
b", nil; end);
local function f(c,a) d = --[[m
m]]  [[
first]];
c =
-  255  ^  g:f(a, false, true);
f.b(true --[[m
m]]  <  "a\
b"); end;
return not  --[[m
m]] ...  *  -- c
{"q\"\\",
e =nil}, self,  - e
end
function p2(...)
self[ foo  %  ...  -  arg  -  a ]._y --[[m
m]] = function (d,self) local function foo(c,d,e) -- c
 end;
arg[ nil ] = false, false, nil  <  false; end, g;
for b,a,self in ...  *  not  _y, nil do  end;
end
function p3(...)
local function f(self,d,g,...) --[[m
m]] foo = function () --[[m
m]] return false, 1e-7 end; for e,x1,g in  [[long
string]]  and  f, false -- c
 <=  1e300 do  end; function g(arg,g) e.b.g = "\65\0\200" -- c
 +  false, nil;
(nil){[ false ]=1,
};
for a=f,false do d[ _y ][ e ],arg[  [==[ x ]] ]==] ][ e ],e =
nil, nil, true; self = 1e300; return nil, nil, nil end; end; end;
end
function p4(...)
c.foo[ nil  *  d  %  foo  >  --[[m
m]] false ]
= (nil)
 ^  ({true,
d}), -- c
c, -- c
{};
end
