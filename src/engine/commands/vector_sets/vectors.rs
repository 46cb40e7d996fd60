//! Vectors as words, and VEMB, which gives one back.

use super::wrong_arity;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::hnsw::Quantization;
use crate::structures::hnsw::vector::floats;
use crate::values::vector_set::VectorSet;

pub(super) const INVALID: Error = Error::err("invalid vector specification");

/// `FP32 bytes` or `VALUES number components`.
pub(super) fn read(args: &mut Args) -> Result<Vec<f32>, Error> {
    if args.token("FP32") {
        let bytes = args.word().map_err(|_| INVALID)?;
        return match bytes.len() {
            length if length >= 4 && length.is_multiple_of(4) => Ok(floats(bytes)),
            _ => Err(INVALID),
        };
    }
    if !args.token("VALUES") {
        return Err(INVALID);
    }
    let count = args
        .int()
        .ok()
        .and_then(|count| usize::try_from(count).ok());
    let count = count.filter(|count| *count > 0).ok_or(INVALID)?;
    let words = args.take(count).map_err(|_| INVALID)?;
    let component = |word: &&[u8]| number::parse_f64(word).map(|value| value as f32);
    words
        .iter()
        .map(component)
        .collect::<Option<_>>()
        .ok_or(INVALID)
}

/// A vector as the set keeps them: through its projection, if it has one.
pub(super) fn project(set: &VectorSet, vector: Vec<f32>) -> Result<Vec<f32>, Error> {
    match &set.projection {
        None => Ok(vector),
        Some(projection) if projection.input == vector.len() => Ok(projection.apply(&vector)),
        Some(projection) => Err(Error::Err(
            format!(
                "Input dimension mismatch for projection - got {} but projection expects {}",
                vector.len(),
                projection.input
            )
            .into(),
        )),
    }
}

pub(super) fn wrong_dimension(got: usize, set: &VectorSet) -> Error {
    let has = set.graph.dimension;
    Error::Err(format!("Vector dimension mismatch - got {got} but set has {has}").into())
}

pub(super) fn vemb(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() < 2 {
        return Err(wrong_arity(ctx));
    }
    let (key, element) = (args.word()?, args.word()?);
    let mut raw = false;
    while !args.is_empty() {
        if !args.token("RAW") {
            return Err(Error::err("invalid option"));
        }
        raw = true;
    }
    let Some(set) = ctx.keys.get::<VectorSet>(key)? else {
        return Ok(Reply::Null);
    };
    let Some(node) = set.node(element) else {
        return Ok(Reply::Null);
    };
    if !raw {
        let values = node.vector.values(set.graph.dimension);
        return Ok(Reply::array(values.into_iter().map(double)));
    }
    let mut parts = vec![
        Reply::Status(set.quantization().name()),
        Reply::Bulk(node.vector.to_bytes()),
        double(node.vector.length),
    ];
    if set.quantization() == Quantization::Int8 {
        parts.push(double(node.vector.range()));
    }
    Ok(Reply::Array(parts))
}

pub(super) fn double(value: f32) -> Reply {
    Reply::Double(f64::from(value))
}
