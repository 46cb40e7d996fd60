function p0(...)
do (c)[ b ][ b ][ 1e-7 ]();
for a in (...) do (self)[  [==[ x ]] ]==] ][  [==[ x ]] ]==] ](); (false) [[long
string]]; end;
(false).self.self.b("a"); end;
repeat arg[ false ]:g{}; until false;
end
function p1(...)
repeat while self  <=  nil do  end; until function (foo,...) f(...)[ nil ].c(); local arg,c,g= [[
first]]
 %   [[long
string]]; function _y(arg,arg,f,...) b =
nil, --[[m
m]] ..., --[[m
m]] nil; end; end;
self = --[[m
m]]  [[
first]]  >=  foo  ~=  function (b,_y,foo,...) -- c
 end  or  b;
for self=foo()[ ... ],{} do  end;
end
function p2(...)
g();
local f=e -- c
 or  _y  or  -- c
_y  <=  #  [==[ x ]] ]==]
 or  _y();
local function f(b) repeat local f,c,c=self, false;
while g.foo._y[ true ]() do g[ nil ][ nil ],(false).b[ true ] -- c
= -- c
1, nil; end; until {nil,};
arg(function (foo,g) b,c = -- c
.5, --[[m
m]] nil;
return  end); end;
return 0.1
end
function p3(...)
local x1;
local d=foo, true  and  ...  -  e  >  e.self[ "a\
b" ]:e{e ='b\n';};
return {}  %  nil
end
function p4(...)
arg.f(e):d"a";
end
