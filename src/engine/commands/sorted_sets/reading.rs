//! Scores, ranks and counts.

use super::query::{lex_range, score_range};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::sorted_set::SortedSet;

pub(super) fn zcard(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(ctx
        .keys
        .get::<SortedSet>(args.word()?)?
        .map_or(0, SortedSet::len)
        .into())
}

pub(super) fn zscore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, member) = (args.word()?, args.word()?);
    let score = ctx
        .keys
        .get::<SortedSet>(key)?
        .and_then(|set| set.score(member));
    Ok(score.map_or(Reply::Null, Reply::Double))
}

pub(super) fn zmscore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, members) = (args.word()?, args.rest());
    let set = ctx.keys.get::<SortedSet>(key)?;
    let score = |member: &&[u8]| {
        set.and_then(|set| set.score(member))
            .map_or(Reply::Null, Reply::Double)
    };
    Ok(Reply::array(members.iter().map(score)))
}

pub(super) fn zrank(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    rank(ctx, args, false)
}

pub(super) fn zrevrank(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    rank(ctx, args, true)
}

fn rank(ctx: &mut Context, args: &mut Args, reverse: bool) -> Result<Reply, Error> {
    let (key, member) = (args.word()?, args.word()?);
    if args.left() > 1 {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let with_score = args.token("WITHSCORE");
    args.finish()?;
    let set = ctx.keys.get::<SortedSet>(key)?;
    let Some((set, (rank, score))) = set.and_then(|set| Some((set, set.rank(member)?))) else {
        return Ok(if with_score {
            Reply::NullArray
        } else {
            Reply::Null
        });
    };
    let rank: Reply = if reverse { set.len() - 1 - rank } else { rank }.into();
    Ok(if with_score {
        Reply::Array(vec![rank, Reply::Double(score)])
    } else {
        rank
    })
}

pub(super) fn zcount(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let range = score_range(args.word()?, args.word()?)?;
    let set = ctx.keys.get::<SortedSet>(key)?;
    Ok(set.map_or(0, |set| set.count_in_score_range(&range)).into())
}

pub(super) fn zlexcount(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let range = lex_range(args.word()?, args.word()?)?;
    let set = ctx.keys.get::<SortedSet>(key)?;
    Ok(set.map_or(0, |set| set.count_in_lex_range(&range)).into())
}
