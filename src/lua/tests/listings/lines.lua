local a =
  1 +
  b *
  c
f(
  a,

  b
).x =
  -- comment
  [[

  ]]
--[[ long
comment ]] local t = { --[==[ ]] ]==]
  x = 1,
  2,
  [y] = function()
    return
      x
  end;
  3
}
if
  a
then
  b()
elseif
  c
then
else
  d()
end
return
  a ..
  b
