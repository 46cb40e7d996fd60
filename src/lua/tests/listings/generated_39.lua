function p0(...)
if not   - {1,"\65\0\200"} then  else repeat (...)[ true ][ nil ]:f{[ f ]=f,0x10;g =self;}; local x1,a={}; (x1)[ true ],f = nil; until 1e-7; --[[m
m]] end;
g =
 - _y  -  -- c
x1(b), true;
return ((3e+2)), {}, x1.b.f
end
function p1(...)
local x1;
local function c(x1,f,c,...) local g=nil,
x1.e[ foo ],
...; function b.x1(g,foo,d,...)
if ... then  else f[ false ] -- c
= true; end; end; end;
end
function p2(...)
do function self:f() local a=function (foo,...) return true end, --[[m
m]] {};
e.e[ 0x10 ]:a();
for _y in nil do break end; end; -- c
end;
end
function p3(...)
local function e(g,e,c,...)  end;
return true, not  not   [==[ x ]] ]==], {-0,
...,g =false}
end
function p4(...)
(foo[ ... ]:arg()).self((c
 ==  ...), (true)[ 1e300 ](false, --[[m
m]] nil, --[[m
m]] nil){false}  /  ...  -   [[long
string]], function (arg)  end);
local arg,d=c.self"a\
b";
return function (foo,self) --[[m
m]] a -- c
= --[[m
m]] true,
false,
c; self = d, false; ( [[
first]])[ nil ][ true ] = --[[m
m]] nil, self; end  >=  f  <=  255, ..., {[ true ]=true;}
end
