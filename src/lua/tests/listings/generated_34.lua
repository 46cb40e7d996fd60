function p0(...)
arg[  - nil  >=  x1 ][  - (b) ],foo,arg --[[m
m]] =  [[long
string]]  ..  nil  ==  true -- c
 <=  {[ "a\
b" ]=arg,
[ 7. ]=nil}, nil;
x1 =  - false;
end
function p1(...)
for foo=7.,...  <=  e[  [[long
string]] ].e(b) do for a in "a\
b", x1, e do _y,self = # -- c
false, c, not  false; return 0.1 end; local f,foo=foo()[ 'b\n' ],
nil; ({true,})[  [[
first]] ],_y,self = (g), ((...)"\65\0\200"[ true ]), ({}); end;
do f = --[[m
m]] c.x1.arg[ nil ], (true); for x1 in 2  *  foo do c.arg:b"a\
b"; end; -- c
end;
end
function p2(...)
local function c(g,b)  end;
repeat  until d[ 1e3  or  nil ].self[ e  ~=  c ];
return true, -- c
(740)  >=  #
"a\
b", -- c
e  >  nil
 ^  (1e-7)
end
function p3(...)
for foo=true
 and  foo,self do if x1.arg.c.g then  else  end; while true do break end; do local foo;
function f:self(self) e[ g ],g,e = nil;
d = --[[m
m]] self, 1e300, nil; end; -- c
end; end;
local e,self=g;
d[ nil ].a,arg
= {a  and  1e3,
[ (self).f ]=3e+2 -- c
 ..  nil;}, -- c
false, -- c
not not  -- c
2  and  ...  >=  7.;
end
function p4(...)
((b))[ false  or  255 ]();
c();
local d=not  ...,
a,
not not  {self,
};
end
