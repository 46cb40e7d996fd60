function p0(...)
b = not  --[[m
m]] {nil;};
local function d(x1,b) local foo,arg,arg; local x1=false, x1; end;
end
function p1(...)
f -- c
= foo -- c
 and  function (e,arg,f,...) (120)[ ... ],e._y[ true ] = nil, "\65\0\200", c;
c,self[ _y ] = nil, false; end, ({'s91';f,
})  >=  {}, (x1)  *  -  'b\n';
return c  /  not not  nil, ...  -  b  +  false
 >=  false
end
function p2(...)
(_y(c))();
(not  g.e[ .5 ](e,  [==[ x ]] ]==], ...)).g -- c
= --[[m
m]] {c =_y,("\65\0\200");}, arg,  - --[[m
m]] foo  -  e  -  --[[m
m]] function (...) g = a; end;
local _y=false, function (c) --[[m
m]]  end  or  -- c
false  and  function (a,b,self) -- c
 end, (nil).b[ nil ].e(false)
 /  _y[ false ];
end
function p3(...)
local arg= - nil;
arg.f();
return b{b =false;self ='s153'}{[  [==[ x ]] ]==] ]=g,
_y;}  >  nil, -- c
255  /  d(...,
"a")
end
function p4(...)
local x1,foo=d._y.e.x1,
f.b  <=  ...  >  nil  ==  -- c
foo  <=  d,
 - --[[m
m]]  [==[ x ]] ]==] --[[m
m]]  ==  281 -- c
 <=  false;
end
