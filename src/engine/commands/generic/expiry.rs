//! Deadlines of keys: the EXPIRE and TTL families and PERSIST. Who removes what is due: `keyspace.rs` when a key is
//! asked for, `expire.rs` when nobody asks.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;

const OPTIONS: &[(&str, &str)] = &[("7.0.0", "The options `NX`, `XX`, `GT` and `LT`.")];

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("EXPIRE key seconds:int [NX | XX | GT | LT]", expire)
        .summary("Gives a key a deadline, so many seconds from now.")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE])
        .history(OPTIONS),
    Command::new(
        "EXPIREAT key unix-time-seconds:time [NX | XX | GT | LT]",
        expireat,
    )
    .summary("Gives a key a deadline, in seconds since 1970.")
    .since("1.2.0")
    .flags(WRITE | FAST)
    .key_flags(&[key::RW | key::UPDATE])
    .history(OPTIONS),
    Command::new("EXPIRETIME key", expiretime)
        .summary("Says when a key will expire, in seconds since 1970.")
        .since("7.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("PERSIST key", persist)
        .summary("Takes a key's deadline away: it stays until it is removed.")
        .since("2.2.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("PEXPIRE key milliseconds:int [NX | XX | GT | LT]", pexpire)
        .summary("Gives a key a deadline, so many milliseconds from now.")
        .since("2.6.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::UPDATE])
        .history(OPTIONS),
    Command::new(
        "PEXPIREAT key unix-time-milliseconds:time [NX | XX | GT | LT]",
        pexpireat,
    )
    .summary("Gives a key a deadline, in milliseconds since 1970.")
    .since("2.6.0")
    .flags(WRITE | FAST)
    .key_flags(&[key::RW | key::UPDATE])
    .history(OPTIONS),
    Command::new("PEXPIRETIME key", pexpiretime)
        .summary("Says when a key will expire, in milliseconds since 1970.")
        .since("7.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("PTTL key", pttl)
        .summary("Says how many milliseconds a key has left.")
        .since("2.6.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output"])
        .history(&[(
            "2.8.0",
            "-2 for an absent key; before, it was -1 as for a key without a deadline.",
        )]),
    Command::new("TTL key", ttl)
        .summary("Says how many seconds a key has left.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output"])
        .history(&[(
            "2.8.0",
            "-2 for an absent key; before, it was -1 as for a key without a deadline.",
        )]),
];

// --- Setting ------------------------------------------------------------------------------------------------------

fn expire(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let now = ctx.clock().millis();
    set_deadline(ctx, args, now, 1000)
}

fn pexpire(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let now = ctx.clock().millis();
    set_deadline(ctx, args, now, 1)
}

fn expireat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    set_deadline(ctx, args, 0, 1000)
}

fn pexpireat(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    set_deadline(ctx, args, 0, 1)
}

/// When the new deadline counts.
#[derive(Debug, Clone, Copy, Default)]
struct Condition {
    absent: bool,
    present: bool,
    later: bool,
    sooner: bool,
}

impl Condition {
    fn read(options: &[&[u8]]) -> Result<Condition, Error> {
        let mut condition = Condition::default();
        for option in options {
            match option.to_ascii_uppercase().as_slice() {
                b"NX" => condition.absent = true,
                b"XX" => condition.present = true,
                b"GT" => condition.later = true,
                b"LT" => condition.sooner = true,
                _ => {
                    return Err(Error::Err(
                        format!("Unsupported option {}", String::from_utf8_lossy(option)).into(),
                    ));
                }
            }
        }
        if condition.absent && (condition.present || condition.later || condition.sooner) {
            return Err(Error::err(
                "NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if condition.later && condition.sooner {
            return Err(Error::err(
                "GT and LT options at the same time are not compatible",
            ));
        }
        Ok(condition)
    }

    /// No deadline is the latest of all: GT never replaces it, LT always does.
    fn allows(self, old: Option<i64>, new: i64) -> bool {
        !(self.absent && old.is_some()
            || self.present && old.is_none()
            || self.later && old.is_none_or(|old| new <= old)
            || self.sooner && old.is_some_and(|old| new >= old))
    }
}

/// `base` and `unit` in milliseconds: what the amount counts from, and what one of it is.
fn set_deadline(ctx: &mut Context, args: &mut Args, base: i64, unit: i64) -> Result<Reply, Error> {
    let (key, amount) = (args.word()?, args.word()?);
    let options = args.rest();
    let condition = Condition::read(options)?;
    let amount = number::parse_i64(amount).ok_or(Error::NotAnInteger)?;
    let deadline = amount
        .checked_mul(unit)
        .and_then(|millis| millis.checked_add(base));
    let deadline = deadline.ok_or_else(|| Error::InvalidExpireTime(ctx.name().to_string()))?;
    if ctx.keys.write(key).is_none() {
        return Ok(Reply::Int(0));
    }
    if !condition.allows(ctx.keys.deadline(key), deadline) {
        return Ok(Reply::Int(0));
    }
    if deadline <= ctx.now.millis() {
        // A deadline that is past removes the key now; this counts as a removal and not as expiry.
        ctx.keys.remove(key);
        ctx.keys.changed(Class::Generic, "del", key);
        ctx.replicate_as(&[b"DEL", key]);
    } else {
        ctx.keys.set_deadline(key, Some(deadline));
        ctx.keys.changed(Class::Generic, "expire", key);
        // PEXPIREAT says already what replicas need.
        if base != 0 || unit != 1 {
            replicate(ctx, key, deadline, options);
        }
    }
    Ok(Reply::Int(1))
}

/// Replicas get the point in time, so that they count from the same moment; the options stay.
fn replicate(ctx: &mut Context, key: &[u8], deadline: i64, options: &[&[u8]]) {
    if ctx.server.wants_effects() {
        let at = number::i64_to_bytes(deadline);
        let words: Vec<&[u8]> = [b"PEXPIREAT", key, &at]
            .into_iter()
            .chain(options.iter().copied())
            .collect();
        ctx.replicate_as(&words);
    }
}

fn persist(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let Some(object) = ctx.keys.write(key) else {
        return Ok(Reply::Int(0));
    };
    if !object.has_deadline() {
        return Ok(Reply::Int(0));
    }
    ctx.keys.set_deadline(key, None);
    ctx.keys.changed(Class::Generic, "persist", key);
    Ok(Reply::Int(1))
}

// --- Asking -------------------------------------------------------------------------------------------------------

fn ttl(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let now = ctx.now.millis();
    // Rounded: 1500 ms are 2 seconds.
    answer(ctx, args, |deadline| {
        deadline.saturating_sub(now).max(0).saturating_add(500) / 1000
    })
}

fn pttl(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let now = ctx.now.millis();
    answer(ctx, args, |deadline| deadline.saturating_sub(now).max(0))
}

fn expiretime(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    answer(ctx, args, |deadline| deadline.saturating_add(500) / 1000)
}

fn pexpiretime(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    answer(ctx, args, |deadline| deadline)
}

/// -2 for an absent key, -1 for one without a deadline.
fn answer(ctx: &mut Context, args: &mut Args, shown: impl Fn(i64) -> i64) -> Result<Reply, Error> {
    const ABSENT: i64 = -2;
    const NO_DEADLINE: i64 = -1;
    Ok(Reply::Int(match ctx.keys.read_untouched(args.word()?) {
        None => ABSENT,
        Some(object) if !object.has_deadline() => NO_DEADLINE,
        Some(object) => shown(object.deadline),
    }))
}
