function p0(...)
while b  >  nil  and  --[[m
m]] true  <=  {} do for c=d.e,"a" do function x1(c,foo,d) f = 255, --[[m
m]] false, --[[m
m]] false; end;
repeat c,x1[ 0x10 ],x1 = true, ..., x1; until b(nil, --[[m
m]] x1, --[[m
m]] true); end; end;
function f._y(f,e) -- c
 end;
if d.a(false, false, false) then local x1; else arg.foo.g,x1 -- c
= --[[m
m]] ...  -  self  >=  {_y -- c
=false;[ 'b\n' ]=(-1),
[ 'b\n' ]=...,}; end;
end
function p1(...)
arg[ f  or  c  %  ...  or  b ] = ..., function (c,_y,self,...)
function b.a.e:arg(g) return 255, false end; end, true;
end
function p2(...)
c[ _y ](_y  -  ...,  [==[ x ]] ]==]
 >=  false
 >  c);
local arg=1e-7;
end
function p3(...)
if 7. then -- c
b[ "a" ]((-1), b, {"\65\0\200",false;nil}); else for e,x1 in {g,
}, nil do return b.self, --[[m
m]] {foo;} end; (c).arg:e(); if e:foo(c, b,  [[
first]]) then local g,b,a=# d, 0, (false); repeat  until -  ...; f.c[ _y ]:c{c}; else do foo --[[m
m]] = false,
...,
 [[
first]]; --[[m
m]] end; end; end;
end
function p4(...)
_y.c,arg = {b =# nil,
x1'b\n'[ c ]();e =-0  <   [==[ x ]] ]==]},
...;
while false do repeat for e,g,a in arg, a, g do return ..., e end; until
255
 ~=  (...); local a,a,arg; return _y{true,
c =d,[ ... ]=nil,
}, g, a end;
end
