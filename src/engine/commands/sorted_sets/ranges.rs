//! ZRANGE and its older siblings.

use super::query::{Given, Kind, Query};
use super::{members, stored};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::sorted_set::{Rules, SortedSet};

pub(super) fn zrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, None, None)
}

pub(super) fn zrevrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, Some(Kind::Rank), Some(true))
}

pub(super) fn zrangebyscore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, Some(Kind::Score), Some(false))
}

pub(super) fn zrevrangebyscore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, Some(Kind::Score), Some(true))
}

pub(super) fn zrangebylex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, Some(Kind::Lex), Some(false))
}

pub(super) fn zrevrangebylex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    range(ctx, args, Some(Kind::Lex), Some(true))
}

fn range(
    ctx: &mut Context,
    args: &mut Args,
    kind: Option<Kind>,
    reverse: Option<bool>,
) -> Result<Reply, Error> {
    let key = args.word()?;
    let query = Query::take(
        args,
        Given {
            kind,
            reverse,
            stores: false,
        },
    )?;
    let Some(set) = ctx.keys.get::<SortedSet>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    Ok(members(query.run(set), query.with_scores))
}

pub(super) fn zrangestore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (destination, source) = (args.word()?, args.word()?);
    let query = Query::take(
        args,
        Given {
            kind: None,
            reverse: None,
            stores: true,
        },
    )?;
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let mut rules = Rules {
        limits: &limits,
        seed,
        random: ctx.random,
    };
    let mut result = SortedSet::new();
    if let Some(set) = ctx.keys.get::<SortedSet>(source)? {
        result = SortedSet::with_capacity(query.expected(set), 0, &rules);
        for (member, score) in query.run(set) {
            result.set(&member, score, &mut rules);
        }
    }
    Ok(stored(ctx, destination, "zrangestore", result))
}
