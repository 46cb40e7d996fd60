//! The commands that wait for an element. Each is run again by the engine when one of its keys may serve it.

use super::at_ends::Several;
use super::moving::{Way, move_element};
use super::{left, pop_command, popped};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::time::Time;
use crate::value::Kind;
use crate::values::list::{End, List};

pub(super) fn blpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_or_wait(ctx, args, End::Left)
}

pub(super) fn brpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop_or_wait(ctx, args, End::Right)
}

fn pop_or_wait(ctx: &mut Context, args: &mut Args, end: End) -> Result<Reply, Error> {
    let keys = args.take(args.left() - 1)?;
    let deadline = ctx.timeout(args.word()?)?;
    let limits = ctx.limits();
    for key in keys {
        let Some(list) = ctx.keys.get_mut::<List>(key)? else {
            continue;
        };
        let value = list.pop(end).expect("a list that is there has elements");
        let left = left(list, &limits);
        popped(ctx.keys, end, key, 1, left);
        ctx.replicate_as(&[pop_command(end), key]);
        return Ok(Reply::Array(vec![Reply::bulk(key), Reply::Bulk(value)]));
    }
    Ok(ctx.wait(Some(List::NAME), keys, deadline, Reply::NullArray))
}

pub(super) fn blmpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // The timeout stands first and is looked at last.
    let timeout = args.word()?;
    let several = Several::read(args)?;
    let deadline = ctx.timeout(timeout)?;
    match several.pop(ctx)? {
        Some(taken) => Ok(taken),
        None => Ok(ctx.wait(Some(List::NAME), several.keys, deadline, Reply::NullArray)),
    }
}

pub(super) fn blmove(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination) = (args.word()?, args.word()?);
    let ends = [args.peek(), ctx.words.get(4).copied()];
    let way = Way::read(args)?;
    let deadline = ctx.timeout(args.word()?)?;
    let reply = move_or_wait(ctx, source, destination, way, deadline)?;
    if let (Reply::Bulk(_), [Some(from), Some(to)]) = (&reply, ends) {
        ctx.replicate_as(&[b"LMOVE", source, destination, from, to]);
    }
    Ok(reply)
}

pub(super) fn brpoplpush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination) = (args.word()?, args.word()?);
    let deadline = ctx.timeout(args.word()?)?;
    let reply = move_or_wait(ctx, source, destination, Way::RIGHT_TO_LEFT, deadline)?;
    if let Reply::Bulk(_) = reply {
        ctx.replicate_as(&[b"RPOPLPUSH", source, destination]);
    }
    Ok(reply)
}

fn move_or_wait(
    ctx: &mut Context,
    source: &[u8],
    destination: &[u8],
    way: Way,
    deadline: Option<Time>,
) -> Result<Reply, Error> {
    match move_element(ctx, source, destination, way)? {
        Some(value) => Ok(Reply::Bulk(value)),
        // A wait that ends without an element answers an absent array; where nothing may wait, an absent value.
        None if !ctx.may_block => Ok(Reply::Null),
        None => Ok(ctx.wait(Some(List::NAME), &[source], deadline, Reply::NullArray)),
    }
}
