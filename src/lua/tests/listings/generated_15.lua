function p0(...)
if (a  or  _y)().foo.d then
while "q\"\\"
 ==  g  or  nil do --[[m
m]] local b=false; e --[[m
m]] = f[ true ].f(nil, -- c
nil); end; local a=not  (-1),
...; do (true).x1[ x1 ].c(); local self=-0, (nil); end; else  --[[m
m]] end;
end
function p1(...)
for arg=foo[ ... ].f(nil, a, _y),{1e3} do a = true, false; end;
for b in true
 <  false  ~=  self  ..  -- c
false, foo:b(a) do  end;
end
function p2(...)
b,foo --[[m
m]] = {[ {g --[[m
m]] =nil,[ -0 ]=a,
[ arg ]=false,} ]=function (e) --[[m
m]] b.a.foo = --[[m
m]] "q\"\\", --[[m
m]] nil, --[[m
m]] false; return  end,}, -- c
 - g;
return {b --[[m
m]] =...;self =false,
false}, g, function (b)  end  <  a
 ~=  7.
end
function p3(...)
while nil do return (nil) end;
return d
end
function p4(...)
self,((("\65\0\200")))[ 0x10 ] = self.a:d(d  ==  g);
end
