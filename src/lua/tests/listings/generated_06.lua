function p0(...)
local _y='s111'  *  --[[m
m]] e.e.self.x1, not not   [==[ x ]] ]==] --[[m
m]]  ..  {c
=nil,arg =1};
for x1,b,c in (false)._y(..., nil),
(function (_y)  end),
{} do  end;
end
function p1(...)
_y:e(foo, -- c
function (x1)
 end, -- c
-  ...);
do local function _y(a,foo) --[[m
m]]  end; end;
while arg do --[[m
m]] local g,a=arg(nil, ...), f --[[m
m]]  >  --[[m
m]] {x1 =...;[ ... ]=d,
}; g -- c
= false; end;
end
function p2(...)
_y{# "q\"\\";'s178',
};
function a(x1,_y,c) --[[m
m]] local f=true, --[[m
m]] (nil).arg; end;
return function (arg,arg,b,...) return "q\"\\", e end, f [==[ x ]] ]==]
end
function p3(...)
local x1= [[long
string]]  ..  ( - false);
return nil
end
function p4(...)
local function f() x1 = nil  and  -- c
false --[[m
m]]  %  -- c
false  %  nil, d  ==  "q\"\\"  ^  nil -- c
 -  3e+2, (nil  and  foo); while self do if function (x1,b,d,...)  end then
g,c[ false ],a --[[m
m]] = c; else arg.c -- c
=
c; b,_y,self.x1.arg = --[[m
m]] nil; --[[m
m]] end; local arg=nil, --[[m
m]] b; function e.d(b) self =
-0, c; return false, true, true end; end; end;
return x1(), 3.5, _y
end
