function p0(...)
for c,arg in b do while false do --[[m
m]] g.c(false);
for a,_y,e in a, ..., 255 do  end; end; end;
end
function p1(...)
while self do c -- c
= --[[m
m]] ..., -- c
c:a(..., true).x1.b  and  -  'b\n', -- c
'b\n'  or  3e+2  -  (nil); end;
end
function p2(...)
for self={"q\"\\",false,[ ... ]=true,
},# -  true do  end;
repeat function e.x1(e,f,g,...) repeat foo
= nil; until -- c
-  a; return (g), false, f end;
a:x1(false --[[m
m]]  ..  ...,  - x1, f()); until --[[m
m]] foo  /  {}  <  a  /  arg;
local function _y(...)  end;
end
function p3(...)
local foo;
c -- c
= function (self,self,...) a,self = -- c
x1  +  true;
a:self"a\
b"; end, (7.)"a\
b";
end
function p4(...)
if {"a\
b";false --[[m
m]]  ==  'b\n',
d =true  /  -- c
foo} then return  else  end;
return function (e,e,...) f[ true ].f = true, --[[m
m]] ...;
g[ f ][  [==[ x ]] ]==] ]
= (-1);
d = "a", -- c
nil; end
end
