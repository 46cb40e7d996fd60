function p0(...)
c,self,arg = -- c
(false)[ 0 ]
 >  -- c
(...)  %  -- c
{...,g ='s359'}, 'b\n'  or  nil;
while function (f,d) g.f
= arg; end
 ^  (a)[ false ][ "\65\0\200" ]  or  --[[m
m]] true -- c
 ..  nil -- c
 and  not not  false do break end;
function self.e(...) -- c
local g=1e-7; e = -- c
(false)  +  --[[m
m]] (foo), function (f,d,...) e.arg = false,
g,
true; end, function (x1,_y,self,...)
arg = false;
_y = -- c
"a\
b";
f = foo; end; end;
return not  true  *  b
end
function p1(...)
local x1=function ()
local function c(g,e,_y,...) _y = -- c
..., ..., ...; self = .5, true; end;
do  end;
local g= - g, foo(false, --[[m
m]]  [==[ x ]] ]==], --[[m
m]] nil), function (_y,e,arg) -- c
self,b = 3.5, -- c
false, -- c
_y;
_y -- c
= (-1), nil;
(true)[ false ][ false ],g.x1,d[ 0 ].x1 = --[[m
m]] false; end; end;
local self=...;
return arg[ nil ], ((d).x1)
end
function p2(...)
function self.b.a(...)
 end;
function a(c,...) --[[m
m]]  end;
repeat local function _y(_y,foo) for c,arg in f, 1e3,  [[
first]] do (nil)[ true ] = x1, g;
foo.foo[ g ] = -- c
true, 1e3;
e,f,_y.a.d = --[[m
m]] nil; end; end; until -- c
false;
return d:b(true, nil).c(false)  ~=  ..., ...,  - -- c
"q\"\\"  %  true
end
function p3(...)
local function b(self,e,d,...) d = -  g.b();
for e=x1()._y"q\"\\",not not  nil do for arg=true,1e-7 do x1.x1._y,a.arg,f
= ..., true, true; end; end; end;
return 1e-7
end
function p4(...)
local function b() --[[m
m]] arg[ function () g.a[ 0.1 ] = -- c
foo,
true,
"\65\0\200"; end ] =
{};
(e(d).b.arg).g = not  nil,
a,
f -- c
 /  nil; end;
x1[ {} ],d,x1 --[[m
m]] = {false  <=  true,
e
=(nil)};
end
