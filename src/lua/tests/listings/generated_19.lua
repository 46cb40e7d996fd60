function p0(...)
(e.a{nil;false}).x1 = (function (g,foo,...) arg,_y.self[ g ],( [[
first]]).e = nil,  [[long
string]]; self,a,d._y[ "a" ] = true; b =
nil, "a\
b", true; end);
do  end;
return {"a\
b";nil;foo --[[m
m]] =0}
end
function p1(...)
_y.a.d = true;
c.x1(function (a) foo,arg[  [==[ x ]] ]==] ] = 7., false; c -- c
= --[[m
m]] foo, --[[m
m]] nil; _y[ 1e-7 ][ nil ] = false,
nil,
x1; end  or  0.1, (a).a[ 'b\n' ], -  --[[m
m]] 1  +  false);
end
function p2(...)
c = x1, {}, {[ true  ..  true ]=...,
c
=(...),
};
end
function p3(...)
c,a[ (g).g[ "a\
b" ]._y ] = -- c
f.foo.arg._y, _y
 ~=  (2)  >  nil, (self:x1 [[long
string]]).f;
for x1=c.foo(nil),self,... -- c
 >=  true  and  -- c
... do local foo,a=f; end;
local g,arg="a";
end
function p4(...)
function self.g(...)
 end;
e,c = ({f;[ false ]=218;[ f ]=false});
end
