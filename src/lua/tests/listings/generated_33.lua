function p0(...)
if (...):_y() then -- c
 elseif true --[[m
m]] then  elseif  - -0 -- c
 ~=   [[
first]]
then  -- c
end;
do local arg,d,foo=nil  +  d  /  d
 +  -- c
 [[long
string]], {}; end;
end
function p1(...)
while 1e3 do c = -- c
false  <=   [==[ x ]] ]==]  >  nil  +  nil, b, false; end;
self.e(true,
false,
c)(g, f, {0x10,3e+2}  /  -- c
a[ 0x10 ][ nil ](false, true));
arg
= ...;
return d, e -- c
 *  -- c
{}
end
function p2(...)
function _y.self(g,...) local function b() if _y then
 elseif nil then  else g = 'b\n'; -- c
end; end;
function c() -- c
repeat  until nil;
a[  [[long
string]] ][ nil ].c [[
first]]; end; end;
local c,x1;
end
function p3(...)
local function d() -- c
local self,self=(f  <   [==[ x ]] ]==]), -- c
self, -- c
(self[ false ]()[ false ]); end;
return ...  ..  foo
 or  true
end
function p4(...)
local foo,self=e:f"q\"\\".self"\65\0\200", function (d,e,foo,...)  end;
local function x1(c,d,d) local a='s57', -- c
function (...)
f,self.x1.x1
= false; end;
for x1,arg,e in (x1).a.c:a{ [[
first]],}(1e3), f do  end;
local _y=function (e,arg,b,...) _y = 1, .5, false; end, -- c
-  -- c
0x10;
return nil, {x1 =true,
} --[[m
m]]  +  f, -  not not  --[[m
m]] 1e300 end;
_y[ nil ]'s243';
end
