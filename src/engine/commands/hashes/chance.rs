//! HRANDFIELD.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::random::Random;
use crate::values::hash::{Found, Hash};

pub(in crate::commands) const COMMANDS: &[Command] = &[Command::new("HRANDFIELD key [count:int [WITHVALUES]]", hrandfield)
    .summary("Gives fields by chance: different ones, or with a negative count each drawn anew.")
    .cost("O(N), N being the number of fields returned")
    .since("6.2.0")
    .flags(READONLY)
    .key_flags(&[key::RO | key::ACCESS])
    .tips(&["nondeterministic_output"])];

type Drawn<'a> = (Cow<'a, [u8]>, Found<'a>);

fn hrandfield(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    if args.is_empty() {
        let Some((hash, random)) = live_hash(ctx, key)? else { return Ok(Reply::Null) };
        return Ok(Reply::bulk_or_null(hash.random(random).map(|(field, _)| field)));
    }
    let count = args.int()?;
    if count == i64::MIN {
        return Err(Error::err("value is out of range, value must between -9223372036854775807 and 9223372036854775807"));
    }
    let with_values = !args.is_empty();
    if with_values && (args.left() > 1 || !args.token("WITHVALUES")) {
        return Err(Error::Syntax);
    }
    if with_values && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err(Error::OutOfRange);
    }
    let Some((hash, random)) = live_hash(ctx, key)? else { return Ok(Reply::Array(Vec::new())) };
    let drawn = draw(hash, count, random)?;
    Ok(if with_values {
        Reply::Pairs(drawn.into_iter().map(|(field, found)| (Reply::bulk(field), Reply::bulk(found.value))).collect())
    } else {
        Reply::array(drawn.into_iter().map(|(field, _)| Reply::bulk(field)))
    })
}

/// The hash without the fields past their deadline: they are removed first, so that none can be drawn.
fn live_hash<'a>(ctx: &'a mut Context, key: &[u8]) -> Result<Option<(&'a Hash, &'a mut Random)>, Error> {
    let Some(hash) = ctx.keys.get::<Hash>(key)? else { return Ok(None) };
    if hash.next_deadline().is_some() {
        ctx.keys.expire_fields(key, usize::MAX);
    }
    let hash = ctx.keys.get_mut::<Hash>(key)?;
    Ok(hash.map(|hash| (&*hash, &mut *ctx.random)))
}

fn draw<'a>(hash: &'a Hash, count: i64, random: &mut Random) -> Result<Vec<Drawn<'a>>, Error> {
    // A reply that no browser could hold.
    const AT_MOST: u64 = 10_000_000;
    if count < 0 {
        if count.unsigned_abs() > AT_MOST {
            return Err(Error::NotEmulated("a reply of more than 10000000 elements".to_string()));
        }
        return Ok((0..count.unsigned_abs()).filter_map(|_| hash.random(random)).collect());
    }
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    if wanted >= hash.len() {
        return Ok(hash.iter().collect());
    }
    if wanted == 1 {
        return Ok(hash.random(random).into_iter().collect());
    }
    if hash.table().is_some() && wanted * 3 <= hash.len() {
        return Ok(draw_until_enough(hash, wanted, random));
    }
    // In the order in which they lie, each with the chance that is left for it.
    let (mut needed, mut left) = (wanted as u64, hash.len() as u64);
    let chosen = hash.iter().filter(|_| {
        let taken = random.chance(needed, left);
        left -= 1;
        needed -= taken as u64;
        taken
    });
    Ok(chosen.collect())
}

fn draw_until_enough<'a>(hash: &'a Hash, wanted: usize, random: &mut Random) -> Vec<Drawn<'a>> {
    let mut seen = BTreeSet::new();
    let mut drawn = Vec::with_capacity(wanted);
    while drawn.len() < wanted {
        let Some((field, found)) = hash.random(random) else { break };
        if seen.insert(field.clone()) {
            drawn.push((field, found));
        }
    }
    drawn
}
