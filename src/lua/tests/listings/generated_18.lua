function p0(...)
local d,c,b;
for self=f.foo.x1[ false ]"a\
b",( [==[ x ]] ]==]),(arg) do  end;
c,a,x1[ f  <  false  ..  arg  ~=  nil ][ false  >  --[[m
m]] c  <  true  ^  -0 ] --[[m
m]] = ... --[[m
m]]  ..  -- c
false, -- c
g.b, -- c
foo.b;
return ...  >  f
 +  c  +  1, ( - -- c
nil), ...
 %  --[[m
m]] ... -- c
 /  g.f
end
function p1(...)
repeat local e=(false  ==  -- c
b);
d.b(a  ~=  --[[m
m]] b); until false;
return f, function (d)  end
end
function p2(...)
do local function b(self,a,g,...) f,f --[[m
m]] = (true), 'b\n'  or  "\65\0\200"; b = -- c
 [[
first]]  <=  ...; end; end;
end
function p3(...)
do do (-0).self[ nil ] =  [[
first]]  <=  nil, --[[m
m]] (true);
(a).self[  [==[ x ]] ]==] ][ "q\"\\" ]( [==[ x ]] ]==],
false,
0x10); end;
repeat arg,foo = --[[m
m]] (true), nil; until -  function (c)  end;
return  end;
function self.e.a(foo,b,a) while g do self[ nil ] -- c
= false, d[ a ], false;
for self=nil, [==[ x ]] ]==],foo do a[ nil ] -- c
= false, c; end;
return  end;
return function (...) e.c.g,self[ f ] --[[m
m]] = ...; x1,d = -- c
f; end, {} end;
end
function p4(...)
repeat  until not not  false  -  ... --[[m
m]]  ~=  not not  -- c
d  -  false;
for d=(nil  /  g),function (x1,g) --[[m
m]]  end do repeat _y.g._y:g{3.5,
'b\n'};
while false do -- c
arg.b[ c ],_y.f = nil, -- c
g; end; until 661  >  nil --[[m
m]]  and  nil;
local d={c = [[long
string]],f =(-1)}, x1.g[ true ].c, {[  [[
first]] ]=1e-7,true,
nil};
break end;
end
