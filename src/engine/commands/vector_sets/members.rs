//! Elements: how many, whether one is there, by chance, their attributes, removing one.

use super::{take, wrong_arity};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::random::Random;
use crate::values::vector_set::VectorSet;

/// A real server would send for hours what a negative count asks for; a page cannot hold it.
const REPLY_AT_MOST: u64 = 1 << 20;

pub(super) fn vcard(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key] = take(ctx, args)?;
    let set = ctx.keys.get::<VectorSet>(key)?;
    Ok(Reply::from(set.map_or(0, VectorSet::len)))
}

pub(super) fn vismember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key, element] = take(ctx, args)?;
    let set = ctx.keys.get::<VectorSet>(key)?;
    Ok(Reply::Bool(
        set.is_some_and(|set| set.find(element).is_some()),
    ))
}

pub(super) fn vgetattr(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key, element] = take(ctx, args)?;
    let set = ctx.keys.get::<VectorSet>(key)?;
    let node = set.and_then(|set| set.node(element));
    Ok(Reply::bulk_or_null(
        node.and_then(|node| node.attributes.as_ref()),
    ))
}

pub(super) fn vsetattr(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key, element, attributes] = take(ctx, args)?;
    ctx.keys.touched(key);
    let Some(set) = ctx.keys.get_mut::<VectorSet>(key)? else {
        return Ok(Reply::Bool(false));
    };
    let Some(node) = set.find(element) else {
        return Ok(Reply::Bool(false));
    };
    set.set_attributes(node, attributes.to_vec());
    ctx.keys.dirty += 1;
    Ok(Reply::Bool(true))
}

/// The last one takes the key with it, and nobody is notified of that.
pub(super) fn vrem(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key, element] = take(ctx, args)?;
    ctx.keys.touched(key);
    let Some(set) = ctx.keys.get_mut::<VectorSet>(key)? else {
        return Ok(Reply::Bool(false));
    };
    if !set.remove(element) {
        return Ok(Reply::Bool(false));
    }
    if set.is_empty() {
        ctx.keys.remove(key);
    }
    ctx.keys.dirty += 1;
    Ok(Reply::Bool(true))
}

pub(super) fn vrandmember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, count) = match args.rest() {
        [key] => (key, None),
        [key, count] => {
            let count = number::parse_i64(count);
            (
                key,
                Some(count.ok_or(Error::err("COUNT value is not an integer"))?),
            )
        }
        _ => return Err(wrong_arity(ctx)),
    };
    if count == Some(0) {
        return Ok(Reply::Array(Vec::new()));
    }
    let Some(set) = ctx.keys.get::<VectorSet>(key)? else {
        let nothing = count.map(|_| Reply::Array(Vec::new()));
        return Ok(nothing.unwrap_or(Reply::Null));
    };
    let name = |node: u32| Reply::bulk(&set.graph.node(node).name);
    let Some(count) = count else {
        return Ok(name(one(set, ctx.random)));
    };
    if count > 0 {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        return Ok(Reply::array(
            distinct(set, count, ctx.random).into_iter().map(name),
        ));
    }
    if count.unsigned_abs() > REPLY_AT_MOST {
        return Err(Error::NotEmulated(format!(
            "a reply of more than {REPLY_AT_MOST} elements"
        )));
    }
    let drawn = (0..count.unsigned_abs()).map(|_| name(one(set, ctx.random)));
    Ok(Reply::array(drawn))
}

fn one(set: &VectorSet, random: &mut Random) -> u32 {
    let node = set.graph.random_node(random);
    node.expect("a set that is there has elements")
}

/// A fifth of all is drawn one by one; more are neighbors in the order of insertion, beginning somewhere.
fn distinct(set: &VectorSet, count: usize, random: &mut Random) -> Vec<u32> {
    let first = one(set, random);
    if count > set.len() / 5 {
        let from = set
            .graph
            .places()
            .position(|node| node == first)
            .unwrap_or(0);
        let walk = set.graph.places().skip(from).chain(set.graph.places());
        return walk.take(count.min(set.len())).collect();
    }
    let mut drawn = vec![first];
    let mut seen = vec![first];
    while drawn.len() < count {
        let next = one(set, random);
        if let Err(at) = seen.binary_search(&next) {
            seen.insert(at, next);
            drawn.push(next);
        }
    }
    drawn
}
