function p0(...)
foo = -- c
e, _y[ not  --[[m
m]] ... ].b, ('s16'):g(a, --[[m
m]] a)  <=  --[[m
m]] # "q\"\\"
 and  g;
local e= - (nil)[ nil ].f:_y(0, nil, d), f.x1:g [[
first]];
do return  --[[m
m]] end;
end
function p1(...)
local arg=( - c)
 and  (g).a{...}( [[long
string]], true), ...;
end
function p2(...)
repeat  until ({c =...}  +  function (x1,self,self) -- c
a =  [[long
string]], --[[m
m]] true, --[[m
m]] 1;
g,g,self = 1;
g.x1,g[ nil ][ nil ] = nil;
return nil, 7., _y end);
return ('s365')("a\
b", nil, g), (f
 ~=  'b\n'), function (b,b,self,...) -- c
c[ f ].a,_y = ..., true, ...;
arg,x1,x1.e.a = x1, nil, a;
b,e[ true ] = 'b\n', true, 2; end
end
function p3(...)
b = nil  <=  (not  false);
function a.x1:a(g,arg,...) if foo then  elseif nil then while "q\"\\" do d,c --[[m
m]] = e, --[[m
m]] ...; (true).e.g,g = e; end;
while 'b\n'  and  --[[m
m]] nil do x1 -- c
= _y, false;
a
= --[[m
m]] _y, "a";
self,e[ false ].self,(false).f -- c
= -- c
 [==[ x ]] ]==]; end;
d,c --[[m
m]] = ... --[[m
m]]  >=  1e3,
('b\n'); elseif  [[long
string]] then  end; end;
local c=( -
false);
end
function p4(...)
local b,b,_y=d  ^  's188'  >=  { [==[ x ]] ]==];...},
(...);
local f,arg;
return nil, foo  -  self  -  1e-7  *  --[[m
m]] .5, x1
end
