//! How a vector set is kept: VDIM, VINFO, VLINKS.

use super::vectors::double;
use super::{take, wrong_arity};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::vector_set::VectorSet;

pub(super) fn vdim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key] = take(ctx, args)?;
    let set = ctx.keys.get::<VectorSet>(key)?;
    let set = set.ok_or(Error::err("key does not exist"))?;
    Ok(Reply::from(set.graph.dimension))
}

pub(super) fn vinfo(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let [key] = take(ctx, args)?;
    let Some(set) = ctx.keys.get::<VectorSet>(key)? else {
        return Ok(Reply::NullArray);
    };
    let graph = &set.graph;
    let input = set
        .projection
        .as_ref()
        .map_or(0, |projection| projection.input);
    let numbers = [
        ("hnsw-m", graph.links as u64),
        ("vector-dim", graph.dimension as u64),
        ("projection-input-dim", input as u64),
        ("size", set.len() as u64),
        ("max-level", graph.level as u64),
        ("attributes-count", set.attributed()),
        ("vset-uid", set.number.unwrap_or(0)),
        ("hnsw-max-node-uid", graph.last_id),
    ];
    let quantization = Reply::Status(set.quantization().name());
    let mut facts = vec![(Reply::Status("quant-type"), quantization)];
    facts.extend(numbers.map(|(name, number)| (Reply::Status(name), Reply::Int(number as i64))));
    Ok(Reply::Map(facts))
}

pub(super) fn vlinks(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, element, with_scores) = match args.rest() {
        [key, element] => (key, element, false),
        [key, element, option] if option.eq_ignore_ascii_case(b"WITHSCORES") => {
            (key, element, true)
        }
        _ => return Err(wrong_arity(ctx)),
    };
    let Some(set) = ctx.keys.get::<VectorSet>(key)? else {
        return Ok(Reply::Null);
    };
    let Some(at) = set.find(element) else {
        return Ok(Reply::Null);
    };
    let graph = &set.graph;
    let name = |link: &u32| Reply::bulk(&graph.node(*link).name);
    let score = |link: &u32| double((1.0 - f64::from(graph.distance(at, *link)) / 2.0) as f32);
    let layers = graph.node(at).layers.iter().rev();
    Ok(Reply::array(layers.map(|layer| {
        let links = layer.links.iter();
        match with_scores {
            false => Reply::array(links.map(name)),
            true => Reply::Map(links.map(|link| (name(link), score(link))).collect()),
        }
    })))
}
