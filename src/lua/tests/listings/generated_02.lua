function p0(...)
local self,_y,f=..., "\65\0\200", x1(..., arg, true)'b\n';
end
function p1(...)
for c=nil  ~=  --[[m
m]] true --[[m
m]]  ~=  --[[m
m]] {foo =e,},function (d,arg,self) return f,
true end do do b = a, nil  ..  ...;
self:d{}:self's105';
end;
for x1=(false)[ false ],false do return arg"a\
b", not  nil end;
arg((nil)); end;
end
function p2(...)
local c,x1,a={}, function (...) -- c
(nil)[ nil ],f -- c
= false, --[[m
m]] 98;
return  end  or  --[[m
m]] b[ 255 ].a[ 2 ];
return false, {}
end
function p3(...)
a,x1 = b.self.d, "\65\0\200";
end
function p4(...)
for g=true,("\65\0\200").arg:c{nil;} do local function _y(a) local g= [[
first]];
e = g  and  arg, --[[m
m]] x1[ arg ];
for foo in "\65\0\200" do  end; end; break end;
d();
end
