//! OBJECT: what Redis keeps beside a value.

use crate::access::Tally;
use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::container("OBJECT")
        .summary("Commands that look at how a value is kept.")
        .cost("Depends on the subcommand")
        .since("2.2.3"),
    Command::new("OBJECT|ENCODING key", encoding)
        .summary("Says in which encoding a value is kept.")
        .since("2.2.3")
        .flags(READONLY)
        .key_flags(&[key::RO])
        .tips(&["nondeterministic_output"]),
    Command::new("OBJECT|FREQ key", freq)
        .summary("Says how often a key is used, on a logarithmic scale; only under an LFU eviction policy.")
        .since("4.0.0")
        .flags(READONLY)
        .key_flags(&[key::RO])
        .tips(&["nondeterministic_output"]),
    Command::new("OBJECT|HELP", help).summary("Lists the subcommands.").since("6.2.0").flags(LOADING | STALE),
    Command::new("OBJECT|IDLETIME key", idletime)
        .summary("Says for how many seconds a key has not been used; not under an LFU eviction policy.")
        .since("2.2.3")
        .flags(READONLY)
        .key_flags(&[key::RO])
        .tips(&["nondeterministic_output"]),
    Command::new("OBJECT|REFCOUNT key", refcount)
        .summary("Says how many references to a value there are.")
        .since("2.2.3")
        .flags(READONLY)
        .key_flags(&[key::RO])
        .tips(&["nondeterministic_output"]),
];

fn encoding(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let object = ctx.keys.read_unnoticed(args.word()?);
    Ok(Reply::bulk_or_null(
        object.map(|object| object.value.encoding()),
    ))
}

fn refcount(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // A value lies in one piece with its key since 8.2, so nothing is shared any more, not even small numbers.
    Ok(ctx
        .keys
        .read_unnoticed(args.word()?)
        .map_or(Reply::Null, |_| Reply::Int(1)))
}

fn idletime(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (now, tally) = (ctx.now, ctx.keys.tally);
    let Some(object) = ctx.keys.read_unnoticed(args.word()?) else {
        return Ok(Reply::Null);
    };
    match tally {
        Tally::Recency => Ok(Reply::Int(i64::from(object.access.idle_seconds(now)))),
        Tally::Frequency(_) => Err(Error::err(
            "An LFU maxmemory policy is selected, idle time not tracked. \
             Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
        )),
    }
}

fn freq(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (now, tally) = (ctx.now, ctx.keys.tally);
    let Some(object) = ctx.keys.read_unnoticed(args.word()?) else {
        return Ok(Reply::Null);
    };
    match tally {
        Tally::Frequency(frequency) => Ok(Reply::Int(i64::from(
            object.access.counter(&frequency, now),
        ))),
        Tally::Recency => Err(Error::err(
            "An LFU maxmemory policy is not selected, access frequency not tracked. \
             Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
        )),
    }
}
