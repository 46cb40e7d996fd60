function p0(...)
local a=function (b) for foo=false,nil,false do  end; for x1=g,nil do return  end; local e={"q\"\\",
x1}, function ()  end, a; end;
for g=-  "\65\0\200"  >=  false,arg:a(true, nil)[ false ](..., false):_y(f)  and  b.x1,# 0x10 do  end;
local e,f,x1;
end
function p1(...)
do  end;
for c,b in (false).a[ true ][ true ]:g{[ ... ]=e,
foo,
nil}, ...  and  -- c
g  ==   -  [[
first]] do function d() d[ nil ][ "\65\0\200" ],_y
= (false), --[[m
m]]  - false, --[[m
m]] nil --[[m
m]]  ..  true;
g(nil, false, 'b\n');
if nil  ^  -- c
nil then g,(0.1)[ nil ],(nil).arg -- c
= d, --[[m
m]] 338, --[[m
m]] false;
c.e.e = --[[m
m]] foo;
arg --[[m
m]] = -- c
7.; else foo.x1 --[[m
m]] = true; return nil,
self,
1e300 end; end; end;
local b;
end
function p2(...)
do if 0x10 then local function a(foo,c) arg[ -0 ],f.f[ nil ] = 0.1; end; end;
foo,arg
= b(), 'b\n', nil; --[[m
m]] end;
g = --[[m
m]] nil  ==  nil  <=  function (...) g[ true ] --[[m
m]] = foo, false;
g = --[[m
m]] false, false, arg;
_y -- c
= false,
"a",
d; end  and  0.1;
local function f(f,self,f) do  end; end;
return foo(...){b;c,
}, # true, (g)
end
function p3(...)
local e=not not  nil  ~=  e  <  foo;
end
function p4(...)
local self,_y=function (c,foo,arg,...) --[[m
m]] _y = c;
arg.self = false, --[[m
m]] a, --[[m
m]] ...;
b[ false ][ ... ] = f; end --[[m
m]]  %  ({});
return ...
end
