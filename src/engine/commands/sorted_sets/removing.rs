//! Removing members: by name, or a range of them.

use super::query::{lex_range, ranks, score_range};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::values::sorted_set::SortedSet;

pub(super) fn zrem(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, members) = (args.word()?, args.rest());
    remove(ctx, key, "zrem", |set| {
        members
            .iter()
            .filter(|member| set.remove(member).is_some())
            .count()
    })
}

pub(super) fn zremrangebyrank(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, start, stop) = (args.word()?, args.int()?, args.int()?);
    remove(ctx, key, "zremrangebyrank", |set| {
        match ranks(start, stop, set.len()) {
            Some((start, end)) => set.remove_ranks(start, end),
            None => 0,
        }
    })
}

pub(super) fn zremrangebyscore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let range = score_range(args.word()?, args.word()?)?;
    remove(ctx, key, "zremrangebyscore", |set| {
        set.remove_scores(&range)
    })
}

pub(super) fn zremrangebylex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let range = lex_range(args.word()?, args.word()?)?;
    remove(ctx, key, "zremrangebylex", |set| set.remove_lex(&range))
}

fn remove(
    ctx: &mut Context,
    key: &[u8],
    event: &'static str,
    remove_from: impl FnOnce(&mut SortedSet) -> usize,
) -> Result<Reply, Error> {
    let Some(set) = ctx.keys.get_mut::<SortedSet>(key)? else {
        return Ok(Reply::Int(0));
    };
    let count = remove_from(set);
    let empty = set.is_empty();
    if count > 0 && event == "zrem" {
        ctx.keys.lost(Class::SortedSet, event, key, empty);
    } else if count > 0 {
        ctx.keys.changed(Class::SortedSet, event, key);
        if empty {
            ctx.keys.remove_empty(key);
        }
    }
    Ok(count.into())
}
