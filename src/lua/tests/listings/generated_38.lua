function p0(...)
local c;
return function (c,g,foo)  end
end
function p1(...)
for foo=d,-  (true) do self.x1.f:e();
repeat f,f,x1 = -- c
(...),
d  <  false; until
{"a\
b"}; end;
end
function p2(...)
d(){}(g(foo, true, x1), d(true)  ..  ("a"));
local self,foo,d=nil  and  nil  ..   [[
first]];
return nil  +  'b\n' -- c
 or  --[[m
m]] (...)
end
function p3(...)
if {}  ~=  --[[m
m]] nil
 ..  c"a" then e[ nil  +  self ],c.arg = foo  <  "a"  ~=  --[[m
m]] a[ 's342' ]"q\"\\", {foo =false}; else  end;
end
function p4(...)
while d.b[ 1  -  false ][  - arg ] do self = (false).arg, not  -- c
(b), x1 --[[m
m]]  ..  foo("\65\0\200", --[[m
m]] nil)[ arg ](); repeat f = {g;...;foo =false}, foo, e
 and  1; f( [[long
string]], -- c
f); until -- c
c.c{0,
...,[ a ]=true}  ==  not not  1; local c=255, {255;[ true ]=nil}, a; return -  # foo, not not  {}, {e = [[
first]];false,}
 *  {} end;
end
