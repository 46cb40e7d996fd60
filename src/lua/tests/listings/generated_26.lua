function p0(...)
local self,a,f=#
...,
"q\"\\"  or  {nil}  or  ...;
local function d(e)  end;
return true, -- c
# 2  <  foo
end
function p1(...)
for x1=arg,g do local _y=a.e{[ e ]=a;true,[ nil ]=c}
 *  function (...)  end, {}  >=  true; for b,x1 in _y do return foo  ~=  .5, d end; local c; end;
for _y={true,
[ 7. ]=884},{},x1[ ... ].d{} do  end;
e = d[ arg  ^  "a\
b" ]._y;
end
function p2(...)
local function c()
 end;
return {true,...,
}, {[ c ]=nil,
}  >  function (g,c,b,...)
arg = "a", x1; end, false  >=  ...
end
function p3(...)
for e=nil,not not  ...  <=  b[ c ](false, -- c
...)[ d ]:foo(false) do return  end;
local x1,g,c=function (a,foo)
do b[ d ] = nil, 'b\n';
end; end, _y:d"a\
b", nil;
local function d()  end;
end
function p4(...)
local c,d=255  ^  {};
return (a).b, 'b\n'
end
