function p0(...)
function foo.e()
function arg.g(x1,f,x1) -- c
 end; end;
end
function p1(...)
do local f= - (nil), ( - ...); end;
foo,_y,self = (nil  +  b){}[ 1e300  or  e ][ {true,
true;false} ], ...  ^  ('s353');
end
function p2(...)
e[ (...)[ "a\
b" ].g  and  false  +  true ]._y,a.x1,d.x1._y =
(false  or  false)[ false  ~=  false ].d:b(f, ..., 'b\n');
end
function p3(...)
self[ function (f,c,g)  end  *  function ()  end ].b,e
= true;
local foo,foo;
d,_y = (b)("\65\0\200")  -  x1[  [[long
string]] ];
return _y,
(false -- c
 %  _y),
false
end
function p4(...)
local function b(x1,f,...) local arg=function (arg,...) f -- c
= false, "a\
b";
f,e,_y = false;
f -- c
= a; end, --[[m
m]] e.self[ 1 ][ 0.1 ](nil), --[[m
m]] function (arg,f,...)  end; end;
local c=nil  <=  --[[m
m]] -0, x1, true  <  -- c
false  ~=  {arg,
c --[[m
m]] =arg,"a\
b";};
return arg{foo -- c
=a,
...,
 [[
first]]} --[[m
m]]  -  --[[m
m]] ...  or  nil, not  {}, "\65\0\200"
end
