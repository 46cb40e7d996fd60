//! VADD.

use super::vectors::{self, wrong_dimension};
use super::wrong_arity;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::hnsw::{Graph, LINKS_DEFAULT, LINKS_MAX, Quantization};
use crate::value::Kind;
use crate::values::vector_set::{Projection, VectorSet};

const LINKS_MIN: usize = 4;
const EFFORT_DEFAULT: usize = 200;
const EFFORT_MAX: i64 = 1_000_000;
/// The real server would take many gigabytes for a projection beyond this.
const MATRIX_MAX: usize = 1 << 24;

struct Options<'a> {
    quantization: Quantization,
    effort: usize,
    links: usize,
    attributes: Option<&'a [u8]>,
    /// CAS: the real server looks for neighbors in a thread. Here nothing does, but see `vadd`.
    in_thread: bool,
}

impl<'a> Options<'a> {
    fn read(args: &mut Args<'a>) -> Result<Options<'a>, Error> {
        let mut options = Options {
            quantization: Quantization::Int8,
            effort: EFFORT_DEFAULT,
            links: LINKS_DEFAULT,
            attributes: None,
            in_thread: false,
        };
        while !args.is_empty() {
            let with_value = args.left() > 1;
            if args.token("CAS") {
                options.in_thread = true;
            } else if args.token("NOQUANT") {
                options.quantization = Quantization::None;
            } else if args.token("Q8") {
                options.quantization = Quantization::Int8;
            } else if args.token("BIN") {
                options.quantization = Quantization::Binary;
            } else if with_value && args.token("EF") {
                options.effort = within(args, 1, EFFORT_MAX).ok_or(Error::err("invalid EF"))?;
            } else if with_value && args.token("M") {
                let links = within(args, LINKS_MIN as i64, LINKS_MAX as i64);
                options.links = links.ok_or(Error::err("invalid M"))?;
            } else if with_value && args.token("SETATTR") {
                options.attributes = Some(args.word()?);
            } else {
                return Err(Error::err("invalid option after element"));
            }
        }
        Ok(options)
    }
}

fn within(args: &mut Args, least: i64, most: i64) -> Option<usize> {
    let number = args.int().ok()?;
    (least..=most).contains(&number).then_some(number as usize)
}

pub(super) fn vadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() < 4 {
        return Err(wrong_arity(ctx));
    }
    let key = args.word()?;
    let reduced = reduction(args)?;
    let vector = vectors::read(args)?;
    let Ok(element) = args.word() else {
        return Err(wrong_arity(ctx));
    };
    let options = Options::read(args)?;
    let added = add(ctx, key, vector, reduced, element, &options);
    // The module closes a key that it opened for writing, whatever came of it.
    ctx.keys.touched(key);
    added
}

fn add(
    ctx: &mut Context,
    key: &[u8],
    vector: Vec<f32>,
    reduced: usize,
    element: &[u8],
    options: &Options,
) -> Result<Reply, Error> {
    let in_thread = options.in_thread
        && ctx.may_block
        && !ctx
            .server
            .config
            .yes("vset-force-single-threaded-execution");
    let added = match ctx.keys.get_mut::<VectorSet>(key)? {
        None => {
            let set = make(&vector, reduced, element, options, ctx)?;
            ctx.keys.insert(key, set.into_value());
            true
        }
        Some(set) => {
            let vector = fit(set, vector, reduced, options)?;
            let attributes = options.attributes;
            let added = set.add(element, attributes, &vector, options.effort, ctx.random);
            if added && attributes.is_some() && in_thread {
                // A surprise of Redis': it forgets to count what a thread has added.
                set.forget_attributed();
            }
            added
        }
    };
    // Another vector for an element that was there is not replicated, in the real server as here.
    ctx.keys.dirty += added as u64;
    Ok(Reply::Bool(added))
}

/// REDUCE's number, which the real server keeps in 32 bits; 0 is none.
fn reduction(args: &mut Args) -> Result<usize, Error> {
    if args.left() <= 2 || !args.token("REDUCE") {
        return Ok(0);
    }
    match number::parse_i64(args.word()?) {
        Some(number @ 1..) => Ok(number as u32 as usize),
        _ => Err(vectors::INVALID),
    }
}

fn make(
    vector: &[f32],
    reduced: usize,
    element: &[u8],
    options: &Options,
    ctx: &mut Context,
) -> Result<VectorSet, Error> {
    if reduced.saturating_mul(vector.len()) > MATRIX_MAX {
        return Err(Error::NotEmulated(format!(
            "a projection of more than {MATRIX_MAX} numbers"
        )));
    }
    let projection = (reduced > 0).then(|| Projection::new(vector.len(), reduced));
    let dimension = if reduced > 0 { reduced } else { vector.len() };
    let graph = Graph::new(dimension, options.quantization, options.links);
    let mut set = VectorSet::new(graph, projection);
    let vector = vectors::project(&set, vector.to_vec())?;
    set.add(
        element,
        options.attributes,
        &vector,
        options.effort,
        ctx.random,
    );
    Ok(set)
}

/// Checks that the set takes vectors as this one is said to be, and makes it as short as the set's.
fn fit(
    set: &VectorSet,
    vector: Vec<f32>,
    reduced: usize,
    options: &Options,
) -> Result<Vec<f32>, Error> {
    if set.quantization() != options.quantization {
        return Err(Error::err(
            "asked quantization mismatch with existing vector set",
        ));
    }
    if set.graph.links != options.links {
        return Err(Error::err(
            "asked M value mismatch with existing vector set",
        ));
    }
    let said = match set.projection {
        None => vector.len(),
        Some(_) => reduced,
    };
    if said != set.graph.dimension {
        return Err(wrong_dimension(vector.len(), set));
    }
    if reduced > 0 && set.projection.is_none() {
        return Err(Error::err(
            "cannot add projection to existing set without projection",
        ));
    }
    vectors::project(set, vector)
}
