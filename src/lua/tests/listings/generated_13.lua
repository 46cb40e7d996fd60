function p0(...)
function self(a,e,...) local x1,g=function () return 'b\n', nil, 1 end, -- c
not  arg  ~=  's178'  <  true; do (b)[ true ]{}:x1(..., --[[m
m]] ...); a.d(1e300,
false,
true); end; function c(...)
local function f()
f,arg,(e)[ nil ] --[[m
m]] = -- c
nil, nil, false; c.self,arg = nil, false, false; end; end; end;
end
function p1(...)
do local b,_y,_y=...  -  false;
repeat _y.e.e = nil, (true):e(...)[ nil ](), {self =self,
f;}; a = _y, -- c
true; until
self;
a = -- c
{}, --[[m
m]] {arg =false,
b}  /  {};
return function () foo[ b ],a = a, nil, nil; a.self = -- c
's387'; d,_y.a --[[m
m]] = true, -- c
nil, -- c
d; end, --[[m
m]] nil end;
end
function p2(...)
function foo() -- c
while c do f,foo,_y.arg = function (c,...) --[[m
m]] e = nil, -- c
d; end, {nil}; for e=nil,nil do  end; repeat foo = --[[m
m]] true;
e -- c
= c, --[[m
m]] f; until # nil; end; end;
end
function p3(...)
b = (false){[ d ]=false,
[  [[
first]] ]=true;}, g  /  (self) -- c
 *   [==[ x ]] ]==]  ~=  --[[m
m]] b,  [[long
string]];
_y --[[m
m]] = 's15', {{nil,},[ self  ^  's369' ]=e  <=  -- c
g};
end
function p4(...)
repeat if {} then do _y[ true ] -- c
=
_y, nil, "q\"\\";
b[ nil ][ self ] = ...;
c = arg, ..., false; end; local f=function (e,f) -- c
a[ e ].arg = true, nil, 57; d = nil, 0; end; foo = ...
 ==  false; elseif foo.self.e -- c
then _y[ 1e3 ],b = -- c
e
 or  -- c
false;
local function b() -- c
_y = e, nil;
return  end;
local a=false  %  nil, f,  [[long
string]]  ^  1e3; end; until -- c
not not  {_y =e};
return g.g()
end
