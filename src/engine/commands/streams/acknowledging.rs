//! XACK and XACKDEL.

use super::adding::deleted;
use super::deleting::{Order, Outcome, delete_one, outcomes_reply};
use super::{ids, read_group, told};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::stream::Stream;

pub(super) fn xack(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name) = (args.word()?, args.word()?);
    if read_group(ctx, key, name)?.is_none() {
        return Ok(Reply::Int(0));
    }
    let ids = ids(args.rest())?;
    let group = ctx.keys.get_mut::<Stream>(key)?;
    let group = group.and_then(|stream| stream.group_mut(name));
    let group = group.expect("the group was just seen");
    let known = ids.iter().filter(|id| {
        let known = group.acknowledge(**id).is_some();
        if known && trace::is_on() {
            told::acknowledged(name, **id);
        }
        known
    });
    let count = known.count();
    ctx.keys.dirty += count as u64;
    Ok(count.into())
}

pub(super) fn xackdel(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name) = (args.word()?, args.word()?);
    let found = read_group(ctx, key, name)?.is_some();
    let order = Order::read(args)?;
    if !found {
        return Ok(order.nothing_found());
    }
    let ids = order.parse_ids()?;
    let stream = ctx.keys.get_mut::<Stream>(key)?;
    let stream = stream.expect("the stream was just seen");
    let before = stream.len();
    let mut outcomes = Vec::with_capacity(ids.len());
    let mut acknowledged = 0;
    for id in ids {
        let group = stream.group_mut(name).expect("the group was just seen");
        outcomes.push(if group.acknowledge(id).is_none() {
            Outcome::NotFound
        } else {
            acknowledged += 1;
            if trace::is_on() {
                told::acknowledged(name, id);
            }
            match delete_one(stream, id, order.references) {
                Outcome::Kept => Outcome::Kept,
                // What was acknowledged is gone, whoever deleted it.
                _ => Outcome::Deleted,
            }
        });
    }
    let count = before - stream.len();
    if count > 0 {
        stream.settle_after_deletion();
        deleted(ctx.keys, "xdel", key, count);
    }
    ctx.keys.dirty += acknowledged;
    Ok(outcomes_reply(&outcomes))
}
