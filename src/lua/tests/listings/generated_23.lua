function p0(...)
a = nil  +  not  function ()  end, -- c
function (_y,f,...) --[[m
m]] if {f -- c
=a,} then x1._y.c
= -- c
b, -- c
0.1, -- c
(-1); else (3.5).foo = false, 'b\n', "a\
b"; --[[m
m]] end; e[ d ].f = 1e300, {}; return 255, -- c
'b\n', -- c
g end, -- c
(... --[[m
m]]  +  g  or  --[[m
m]] (-1));
return  - d  *  d, true -- c
 and  nil --[[m
m]]  <  --[[m
m]] f, function (d,...)  end
end
function p1(...)
do  --[[m
m]] end;
return e[ c ]
 +  nil
 or  --[[m
m]] false, (...):self"q\"\\"  >=  --[[m
m]] #  [[long
string]]
end
function p2(...)
foo
= a.c[ -  -- c
7. ].self, function (...) while true  ==  e do return nil, nil end; end, d"a";
return self, 7.
end
function p3(...)
if {[  - 1e300 ]=_y[ ... ][ "\65\0\200" ]} then _y,b[ 1e300  %  "a" ],x1
= function (e,...) x1,g[ 2 ] = -- c
"\65\0\200", false, nil; end  <  (true), _y
 <  ( [[long
string]]); while false do if function (a,foo,...) ("a").g.a =
true, ..., ...; end then f[ b ] = arg, -- c
 [==[ x ]] ]==]; else self = ..., nil, true; return nil
end; end; end;
end
function p4(...)
(-  ...  and  g).arg[ e(g, nil, true) ] =
{}  -  (...)  and  (true);
foo = { [==[ x ]] ]==]  %  ...;[ {1e-7;[ nil ]=_y} ]=e;arg =...  <=  ...};
return (true)
end
