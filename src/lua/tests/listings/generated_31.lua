function p0(...)
for e in {1,
},
{f =false} do  end;
e,g,f = f.b[ true ]:d(false, true)  and  not not  ..., function (d,a) --[[m
m]] a -- c
= nil; end  +  function (g,c)  end, (false);
end
function p1(...)
local g={a --[[m
m]]  or  --[[m
m]] f;f -- c
=false;}, function (x1) _y[ 7. ] = --[[m
m]] 3.5, false, f
 ^  true;
f = --[[m
m]] foo, arg  /  false; end;
x1[ function (a,a) -- c
d = x1, false;
return  end ].self -- c
=
nil  +  --[[m
m]] false, --[[m
m]] {...,
c.c[ false ],
function (a,b,f) f._y.foo
= nil, true; end,}, --[[m
m]] 0;
end
function p2(...)
if 3e+2 then -- c
return  elseif ... -- c
then for a,foo,_y in c.c:arg(nil, true, true), function (_y,c) arg,c -- c
= -- c
arg, true; end do  end; c -- c
=
( [==[ x ]] ]==])  ==  "a\
b"; return arg:foo(nil, --[[m
m]] true).f(..., --[[m
m]] 'b\n', --[[m
m]] ...), false  >  ..., {[ _y ]=d;} end;
return ...  *  -- c
nil, ..., nil
end
function p3(...)
c:e{-0};
return {[ _y ]='b\n',"a\
b",}
end
function p4(...)
local foo,c="q\"\\"
 >  -- c
(true)
 >=  false;
local f;
function _y.e(foo,self,self,...) -- c
if a  <   [[
first]]
 *  {true;x1,
} then g[ true ] = "a\
b"  <  (-1); x1.self(); c,foo = -- c
-  -- c
1e300; else local f=(-1);
repeat a = false, false; until -- c
d;
g.x1.c{x1 =c,nil;}(nil); end; end;
end
