function p0(...)
for x1='s160',# --[[m
m]] {nil,e =c},nil do break end;
return "a"  *  e  ==  {false}
end
function p1(...)
function g(b,x1,...) return {} end;
while x1 do  end;
local e,a;
return d, e().x1"\65\0\200", function (...)  end
end
function p2(...)
d[ c --[[m
m]]  >  -- c
_y ]:b(c  and  g  >  _y, b);
repeat function arg.x1:self(x1) -- c
e[ c ][ nil ]{[ nil ]=true,
}; for arg="a\
b","a\
b" do  end; return  end; until false;
end
function p3(...)
local foo=nil --[[m
m]]  <=  nil -- c
 ^  not  -- c
(-1) --[[m
m]]  >  true, x1{...,}, function (e) for foo in 1e-7,
1e-7 do  end; end;
end
function p4(...)
local c=false  ==  ...;
for c=false  >  1e-7  ==  -- c
self(...)(1),(...)  /  (false) do  end;
x1 = c, -- c
f.c[ _y ]:arg()  ~=  -- c
{}
 ~=  e(true,  [==[ x ]] ]==]), -- c
7.;
return foo.b, function (self,a,...) d,_y -- c
= 's254',
false,
true; end, 2
end
