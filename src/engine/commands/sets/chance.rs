//! Members by chance: SPOP takes them out, SRANDMEMBER looks.

use super::{no_members, rules};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::structures::random::Random;
use crate::values::set::{Rules, Set};

/// So many members go into one SREM for the replicas.
const SREM_AT_MOST: usize = 1024;
/// A real server would send for hours what a negative count asks for; a page cannot hold it.
const REPLY_AT_MOST: usize = 1 << 20;

pub(super) fn spop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    if !args.is_empty() {
        if args.left() > 1 {
            return Err(Error::Syntax);
        }
        let count = args.count()?;
        return pop_several(ctx, key, count);
    }
    let Some(set) = ctx.keys.get_mut::<Set>(key)? else {
        return Ok(Reply::Null);
    };
    let member = set
        .pop_random(ctx.random)
        .expect("a set that is there has members");
    let is_empty = set.is_empty();
    ctx.keys.lost(Class::Set, "spop", key, is_empty);
    // A replica must not draw its own member.
    ctx.replicate_as(&[b"SREM", key, &member]);
    Ok(Reply::Bulk(member))
}

fn pop_several(ctx: &mut Context, key: &[u8], count: usize) -> Result<Reply, Error> {
    let rules = rules(ctx);
    let Some(set) = ctx.keys.get_mut::<Set>(key)? else {
        return Ok(no_members());
    };
    if count == 0 {
        return Ok(no_members());
    }
    let length = set.len();
    let members = if count < length {
        set.pop_several(count, &rules, ctx.random)
    } else {
        let members = everything(set, &rules);
        // As a union, it reads the set once more.
        ctx.keys.stats.hits += 1;
        members
    };
    ctx.keys.lost(Class::Set, "spop", key, count >= length);
    ctx.keys.dirty += count.min(length) as u64 - 1;
    if count >= length {
        ctx.replicate_as(&[b"DEL", key]);
    } else {
        for batch in members.chunks(SREM_AT_MOST) {
            let words: Vec<&[u8]> = [b"SREM", key]
                .into_iter()
                .chain(batch.iter().map(Vec::as_slice))
                .collect();
            ctx.replicate_as(&words);
        }
    }
    Ok(Reply::Set(members.into_iter().map(Reply::Bulk).collect()))
}

/// All members, in the order in which the union of one set gives them.
fn everything(set: &Set, rules: &Rules) -> Vec<Vec<u8>> {
    trace::unheard(|| super::algebra::union(&[Some(set)], false, rules))
        .iter()
        .map(|member| member.into_owned())
        .collect()
}

pub(super) fn srandmember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    if args.is_empty() {
        let Some(set) = ctx.keys.get::<Set>(key)? else {
            return Ok(Reply::Null);
        };
        return Ok(one(set, ctx.random));
    }
    if args.left() > 1 {
        return Err(Error::Syntax);
    }
    let count = args.symmetric_int()?;
    let Some(set) = ctx.keys.get::<Set>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count < 0 {
        if wanted > REPLY_AT_MOST {
            return Err(Error::NotEmulated(format!(
                "a reply of more than {REPLY_AT_MOST} members"
            )));
        }
        return Ok(Reply::Array(
            (0..wanted).map(|_| one(set, ctx.random)).collect(),
        ));
    }
    Ok(Reply::Array(distinct(set, wanted, ctx.random)))
}

fn one(set: &Set, random: &mut Random) -> Reply {
    let member = set
        .random_member(random)
        .expect("a set that is there has members");
    Reply::Bulk(member.to_bytes().into_owned())
}

/// `wanted` different members, or all of them.
fn distinct(set: &Set, wanted: usize, random: &mut Random) -> Vec<Reply> {
    if wanted == 1 {
        return vec![one(set, random)];
    }
    // Each member is kept with the chance that fills what is still wanted from what is still to come.
    let mut wanted = wanted.min(set.len());
    let mut chosen = Vec::with_capacity(wanted);
    for (passed, member) in set.members().enumerate() {
        if wanted == 0 {
            break;
        }
        if random.below((set.len() - passed) as u64) < wanted as u64 {
            chosen.push(Reply::Bulk(member.to_bytes().into_owned()));
            wanted -= 1;
        }
    }
    if matches!(set, Set::Table(_)) && chosen.len() < set.len() {
        shuffle(&mut chosen, random);
    }
    chosen
}

fn shuffle(members: &mut [Reply], random: &mut Random) {
    for last in (1..members.len()).rev() {
        members.swap(last, random.below(last as u64 + 1) as usize);
    }
}
