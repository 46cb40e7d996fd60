function p0(...)
f,self,foo[ (false  or  1) ][ (false) ] = function (arg,self,self,...) --[[m
m]] for _y=1e3,... do (true).g.g = -- c
g, x1;
(g)[ false ].c = nil, true; end; end, -- c
_y.foo[ # nil ];
for foo,e,x1 in ("\65\0\200" -- c
 +  ...), (true) do  end;
function c(c,...) foo[ arg ][ c ](); end;
end
function p1(...)
f = (false  ..  's142')[ (self) ][ true
 <  true ], --[[m
m]] 0x10, --[[m
m]] _y.e;
end
function p2(...)
if true  <  false  ==  b --[[m
m]]  /  (true) then if not  e  ^  (a) then --[[m
m]]  end; e,a,x1 = (self).arg.b(0.1, false), nil, {}; else  -- c
end;
end
function p3(...)
_y.foo[ function (g,d,arg,...) a,x1,d = nil, self, d; a = --[[m
m]]  [==[ x ]] ]==], nil; e[ 0x10 ],e = nil, x1; end ],x1,g --[[m
m]] = -- c
..., not not  false;
do local f=# -- c
foo;
end;
local f;
return ...
end
function p4(...)
while nil do  end;
_y,e,self = true, function (_y) repeat _y -- c
=  [[long
string]]; until
not not  c; end, not not  {[ 0.1 ]=true,
...;};
end
