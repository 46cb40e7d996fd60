function p0(...)
local function c(_y) d.x1
= -- c
 [[
first]]  /  arg  ~=  nil  ==  nil; end;
while d do  end;
b.c's125';
return b
end
function p1(...)
self.f({false;self =x1;nil});
end
function p2(...)
for _y=e,foo[ g ][ a ][ g ](g, b, e) do local function x1(arg,_y,x1)  end; end;
c,self = ( - -- c
{}),
d[ false ]  +  "a"
 *  -- c
'b\n'  and  c  -  _y._y._y(nil);
end
function p3(...)
while arg[ ... ]._y[ ... ] do while function () d = --[[m
m]] a;
b -- c
= --[[m
m]] _y; end do _y --[[m
m]] = (foo), "q\"\\" --[[m
m]]  or  --[[m
m]] "q\"\\"; local x1,c=c.d.self:c(false)(), ...  or  e; b = false  *  false, true; end;
x1
= ( [==[ x ]] ]==]), e;
local b={true,1e300,
b
=...}, {}; end;
end
function p4(...)
f,b
= b  <  {_y =true,
nil,}, a().b(function () c,f[ arg ] = false; self = nil, nil, 1e-7; b.arg,arg = .5; end), # true  %  -- c
false  ..  --[[m
m]] ...;
local _y=true,
 - {true;foo,
[ 3e+2 ]=true,};
end
