//! ZRANDMEMBER.

use super::members;
use crate::args::Args;
use crate::commands::draw;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::sorted_set::SortedSet;

pub(super) fn zrandmember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    if args.is_empty() {
        let set = ctx.keys.get::<SortedSet>(key)?;
        return Ok(Reply::bulk_or_null(
            set.and_then(|set| set.random(ctx.random))
                .map(|(member, _)| member),
        ));
    }
    let count = draw::Count::take(args, "WITHSCORES")?;
    let Some(set) = ctx.keys.get::<SortedSet>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let from = draw::From {
        len: set.len(),
        sparse: set.structures().is_some(),
        one: |random: &mut _| set.random(random),
    };
    // All of them come from the highest score down.
    let drawn = count.draw(from, set.iter_rev(), ctx.random)?;
    Ok(members(drawn.into_iter(), count.with_values))
}
