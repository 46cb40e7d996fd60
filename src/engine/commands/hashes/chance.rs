//! HRANDFIELD.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::commands::draw;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::random::Random;
use crate::values::hash::Hash;

pub(in crate::commands) const COMMANDS: &[Command] =
    &[
        Command::new("HRANDFIELD key [count:int [WITHVALUES]]", hrandfield)
            .summary(
                "Gives fields by chance: different ones, or with a negative count each drawn anew.",
            )
            .cost("O(N), N being the number of fields returned")
            .since("6.2.0")
            .flags(READONLY)
            .key_flags(&[key::RO | key::ACCESS])
            .tips(&["nondeterministic_output"]),
    ];

fn hrandfield(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    if args.is_empty() {
        let Some((hash, random)) = live_hash(ctx, key)? else {
            return Ok(Reply::Null);
        };
        return Ok(Reply::bulk_or_null(
            hash.random(random).map(|(field, _)| field),
        ));
    }
    let count = draw::Count::take(args, "WITHVALUES")?;
    let Some((hash, random)) = live_hash(ctx, key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let from = draw::From {
        len: hash.len(),
        sparse: hash.table().is_some(),
        one: |random: &mut _| hash.random(random),
    };
    let drawn = count.draw(from, hash.iter(), random)?.into_iter();
    Ok(if count.with_values {
        Reply::Pairs(
            drawn
                .map(|(field, found)| (Reply::bulk(field), Reply::bulk(found.value)))
                .collect(),
        )
    } else {
        Reply::array(drawn.map(|(field, _)| Reply::bulk(field)))
    })
}

/// The hash without the fields past their deadline: they are removed first, so that none can be drawn.
fn live_hash<'a>(
    ctx: &'a mut Context,
    key: &[u8],
) -> Result<Option<(&'a Hash, &'a mut Random)>, Error> {
    let Some(hash) = ctx.keys.get::<Hash>(key)? else {
        return Ok(None);
    };
    if hash.next_deadline().is_some() {
        ctx.keys.expire_fields(key, usize::MAX);
    }
    let hash = ctx.keys.get_mut::<Hash>(key)?;
    Ok(hash.map(|hash| (&*hash, &mut *ctx.random)))
}
