function p0(...)
g.self = --[[m
m]] c({});
g = --[[m
m]] nil;
end
function p1(...)
if g then repeat return {arg,
b =...,
}, --[[m
m]] -  false until _y[ 0.1 ](7.).e(..., -- c
 [[
first]], -- c
1e300); c.foo.b.foo:self [[
first]]; local g,foo,self=(("a")), --[[m
m]] ( [==[ x ]] ]==]).self.b:_y(); else repeat self,arg.b,g.arg =
 [==[ x ]] ]==]  >=  nil;
for d=-0,foo do  end; until --[[m
m]] -  -  -- c
nil;
local c,x1,e=x1, function () --[[m
m]]  end, # self[ 255 ][ true ].f;
do (nil).c.d:a(true); end; end;
(e[ 'b\n' ]):e(a, -- c
f, -- c
...);
end
function p2(...)
(true)[ ({[ 1e-7 ]=(-1)}) ].x1 = ..., 1e3;
end
function p3(...)
local function _y(...) ( [==[ x ]] ]==]).a{}:e{_y ="a\
b";}(); return ... end;
end
function p4(...)
local x1=(_y);
foo.d.d(f, nil) [[
first]];
if (x1){c}(arg  >=  false) then -- c
arg,g,foo[ {false} ].foo = 0x10, --[[m
m]] false  ==  --[[m
m]] self -- c
 or  true;
(nil).c(...); elseif f(..., arg) then function _y() arg.c[ true ].x1(); end; --[[m
m]] end;
end
