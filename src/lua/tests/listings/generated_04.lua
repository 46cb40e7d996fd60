function p0(...)
for c in ..., {}, not   [[long
string]]  ~=  # true do  end;
b,f,x1 = false,
( [[
first]]  >=  --[[m
m]] 's90'  <=  ...),
...;
local x1;
return function (d,foo,...) --[[m
m]] arg = false; arg,f.foo.d,arg.arg[ .5 ] = f, -- c
3.5; end, (...), not  false
end
function p1(...)
for b,g in e(d, 255, 1)(...):_y()  %  {[ ... ]=nil;[ nil ]=g;} do if e("a", a) then self.a(..., false, 1e3); return f  >  'b\n', --[[m
m]] true
 ==  --[[m
m]] ... else (false).f = 1, c; if  [[
first]] then  --[[m
m]] end; break end; function c(...)  end; d,e,b = (c)  ..  foo  <  0, (true), 's92'  ^  c  ^  false  *  -- c
c; break end;
return ( [[long
string]]) [[
first]].a
end
function p2(...)
e();
do  --[[m
m]] end;
repeat while "a\
b" do --[[m
m]] local function e(b,a,x1) --[[m
m]] foo[ x1 ] = false; end; end; until g;
return function (e,_y,...)  end, nil, true  -  false  *  d
end
function p3(...)
local a=true, {d[ nil ],
(false).e[  [[
first]] ][ arg ],
-  self,};
return {}, --[[m
m]] (self._y), --[[m
m]] g
end
function p4(...)
d,foo.arg.a,x1 --[[m
m]] = 2  +  nil  ..  --[[m
m]] c  ==  true -- c
 or  -- c
f[ true ]._y[ 's283' ]()  ~=  --[[m
m]] _y:self(false)._y, function (a,d,g) --[[m
m]] x1.d,c
= true, -- c
false;
c = f, false;
b,x1 = _y, "\65\0\200"; end --[[m
m]]  and  function (arg,self) (x1).f[ false ],c,d --[[m
m]] = 3.5,  [[long
string]];
return nil, -- c
nil, -- c
true end, false;
end
