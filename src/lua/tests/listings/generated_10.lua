function p0(...)
do  --[[m
m]] end;
local a= [[
first]], nil, (_y._y());
return function (_y,...) f = b; f.self =
...,
nil,
1e-7; e = g; end  -  false -- c
 +  -- c
1
end
function p1(...)
f =  -  - nil  /  _y[ ... ];
do local f= - (a), a.g[ nil ].g, {};
while "a"  >  'b\n' do foo.d.d,g.d.self,arg =
( [==[ x ]] ]==]), -- c
(.5)[ ... ]{}, -- c
false;
local foo=(true), -- c
...  or  --[[m
m]] nil;
foo,a,e
= (false), -- c
function (foo,g) g,a[ "q\"\\" ][ c ],f.foo._y --[[m
m]] =
true, 255, 0; g,d =
1e-7, e; a,( [[
first]])[ true ],(nil)[ 's41' ]
= --[[m
m]] x1, nil, true; end, -- c
...;
break end;
return  end;
end
function p2(...)
local g,g,d=function (a,f,...) --[[m
m]] a,f.c.self,a =  [[long
string]], "q\"\\";
f -- c
=
e, 'b\n', false; end  >=  (-1)  -  --[[m
m]] not  ...;
return function (b) self
= 0x10, -- c
f, -- c
0x10; foo = -0, "a\
b"; a --[[m
m]] = 7., x1; end
end
function p3(...)
local x1;
return e  or  false -- c
 or  0.1, not  -- c
not   [[
first]]
end
function p4(...)
local x1=# (nil  ^  nil), (g)(), -  true  /  -- c
function (arg,arg,b,...) self --[[m
m]] = ..., nil, nil; _y[ x1 ][ d ] =
7., nil, d; end  %  ...;
return true, -- c
nil, -- c
self
end
