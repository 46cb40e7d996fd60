//! Fields that are counted up and down.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number::{self, LongDouble};
use crate::reply::Reply;
use crate::values::hash::{Hash, OldDeadline};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("HINCRBY key field increment:int", hincrby)
        .summary("Adds to the number in a field; an absent field counts as 0.")
        .since("2.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("HINCRBYFLOAT key field increment:float", hincrbyfloat)
        .summary("Adds a decimal number to the number in a field; an absent field counts as 0.")
        .since("2.6.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
];

fn hincrby(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field, increment) = (args.word()?, args.word()?, args.int()?);
    let number = match old_value(ctx, key, field)? {
        Some(value) => {
            number::parse_i64(&value).ok_or(Error::err("hash value is not an integer"))?
        }
        None => 0,
    };
    let sum = number
        .checked_add(increment)
        .ok_or(Error::IncrementOverflow)?;
    store(ctx, key, field, &number::i64_to_bytes(sum))?;
    ctx.keys.changed(Class::Hash, "hincrby", key);
    Ok(Reply::Int(sum))
}

fn hincrbyfloat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field, increment) = (args.word()?, args.word()?, args.word()?);
    let increment = LongDouble::parse(increment).ok_or(Error::NotAFloat)?;
    if !increment.is_finite() {
        return Err(Error::err("value is NaN or Infinity"));
    }
    let number = match old_value(ctx, key, field)? {
        Some(value) => LongDouble::parse(&value).ok_or(Error::err("hash value is not a float"))?,
        None => LongDouble::from_f64(0.0),
    };
    let sum = number.plus(increment);
    if !sum.is_finite() {
        return Err(Error::err("increment would produce NaN or Infinity"));
    }
    let text = sum.to_text();
    store(ctx, key, field, text.as_bytes())?;
    ctx.keys.changed(Class::Hash, "hincrbyfloat", key);
    // The sum, not the increment: a replica's own sum might differ in the last digit.
    ctx.replicate_as(&[
        b"HSETEX",
        key,
        b"KEEPTTL",
        b"FIELDS",
        b"1",
        field,
        text.as_bytes(),
    ]);
    Ok(Reply::Bulk(text.into_bytes()))
}

/// A field past its deadline is removed on the way, and the hash with it if that was all.
fn old_value(ctx: &mut Context, key: &[u8], field: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(None);
    };
    let Some(found) = hash.get(field) else {
        return Ok(None);
    };
    if !found.is_due(now) {
        return Ok(Some(found.value.into_owned()));
    }
    ctx.keys.drop_due_fields(key, &[field]);
    Ok(None)
}

fn store(ctx: &mut Context, key: &[u8], field: &[u8], value: &[u8]) -> Result<(), Error> {
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let hash = ctx.keys.get_or_insert::<Hash>(key, Hash::new)?;
    hash.set(field, value, OldDeadline::Keep, &limits, seed);
    Ok(())
}
