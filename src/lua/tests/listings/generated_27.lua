function p0(...)
if function (x1,_y,foo)  end then b[ self ][ 's184' ]{}; x1(nil, foo, nil):arg(arg(self), --[[m
m]] 7.); end;
local a;
end
function p1(...)
foo,_y,foo = not  e[ true ],
false;
return ...
end
function p2(...)
a(true, function () c[ nil ] = --[[m
m]] nil, true, nil; (foo)._y[ "\65\0\200" ],arg,_y -- c
= nil; (false)[ nil ].a,g = true; return  end);
end
function p3(...)
d[ ... ].f();
return "a\
b"
end
function p4(...)
local function self(c)  end;
return #
f, nil, 1e3
end
