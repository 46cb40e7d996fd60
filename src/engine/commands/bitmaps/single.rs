//! SETBIT and GETBIT.

use super::{offset, reaching, told};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::structures::bits;
use crate::values::string::Str;

pub(super) fn setbit(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let at = offset(ctx, args.word()?, None)?;
    let bit = match number::parse_i64(args.word()?) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(Error::err("bit is not an integer or out of range")),
    };
    let (bytes, grew) = reaching(ctx, key, at)?;
    let before = bits::get(bytes, at);
    bits::set(bytes, at, bit);
    if trace::is_on() {
        told::set(at, before, bit);
    }
    // A bit that stays as it is changes nothing, unless the string became longer.
    if grew || before != bit {
        ctx.keys.changed(Class::String, "setbit", key);
    }
    Ok(before.into())
}

pub(super) fn getbit(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let at = offset(ctx, args.word()?, None)?;
    let value = ctx.keys.get::<Str>(key)?;
    let bit = value.is_some_and(|value| bits::get(&value.bytes(), at));
    if trace::is_on() {
        told::read(at, bit);
    }
    Ok(bit.into())
}
