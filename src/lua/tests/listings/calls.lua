f()
f(1)
f(a, b)
f(g())
f(a, g())
f((g()))
f(...)
f(1, ...)
f{1}
f"s"
f[[s]]
a.b.c(1).d[2]:e(3)
a:b()
a:b(c, d())
a:b{x = 1}
a:b"s"
local x = f()
local y, z = f(), a:b()
x = (f or g)(x)
f
{
}
f(
1,
2
)
if f(x) then return f(x) end
do return f(x), g(y) end
do return (f(x)) end
do return a:b() end
do return ... end
do return ..., 1 end
do return x end
do return x, y end
return f(x)(y)(z)
