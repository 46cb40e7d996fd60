function p0(...)
while d[ {[ false ]=arg;true,
[ nil ]=true} ][ "a" -- c
 <  foo ] do --[[m
m]]  end;
return not   [[
first]]
 ==  ...
end
function p1(...)
({nil,
a =true;nil}).f[ a ]:foo'b\n';
b.g[ nil  or  --[[m
m]] 0 ]();
return g, b, self
end
function p2(...)
local d,arg;
for arg=function (foo,...)
a[ nil ][ (-1) ],c.c = --[[m
m]] ..., self;
self = ...; end,{b ='b\n';} do local function x1(e,_y,g)  end; end;
return self[ .5 ]
end
function p3(...)
c:arg()[ function (...) -- c
a,a,_y = -- c
b, -- c
b, -- c
nil; end ]:x1 [==[ x ]] ]==];
end
function p4(...)
local c=nil, (...), {};
local d,_y=(true) -- c
 and  ('s274')  +  -- c
true  ==  true, function (self,...) -- c
 end  <=  _y(f, _y, 3.5), false;
_y = _y;
end
