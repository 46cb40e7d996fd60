//! BITOP.

use std::borrow::Cow;

use super::told;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::structures::bits::{self, Operation};
use crate::value::Value;
use crate::values::string::Str;

const NAMES: &[(&str, Operation)] = &[
    ("AND", Operation::And),
    ("OR", Operation::Or),
    ("XOR", Operation::Xor),
    ("NOT", Operation::Not),
    ("DIFF", Operation::Diff),
    ("DIFF1", Operation::Diff1),
    ("ANDOR", Operation::AndOr),
    ("ONE", Operation::One),
];

pub(super) fn bitop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (name, operation) = *NAMES
        .iter()
        .find(|(name, _)| args.token(name))
        .ok_or(Error::Syntax)?;
    let destination = args.word()?;
    let keys = args.rest();
    match operation {
        Operation::Not if keys.len() != 1 => {
            return Err(Error::err(
                "BITOP NOT must be called with a single source key.",
            ));
        }
        Operation::Diff | Operation::Diff1 | Operation::AndOr if keys.len() < 2 => {
            let text = format!("BITOP {name} must be called with at least two source keys.");
            return Err(Error::Err(text.into()));
        }
        _ => {}
    }
    let result = combine(ctx, operation, keys)?;
    let length = result.len();
    // Before the result is written: it may take the place of a source.
    let sources = match trace::is_on() {
        true => told::sources(ctx, keys),
        false => Vec::new(),
    };
    if length > 0 {
        let combined = trace::is_on().then(|| told::combined(name, sources, &result));
        ctx.keys.expire_if_due(destination);
        ctx.keys
            .insert(destination, Value::String(Str::raw(result)));
        if let Some(event) = combined {
            trace::tell(event);
        }
        ctx.keys.changed(Class::String, "set", destination);
    } else if ctx.keys.delete(destination) {
        ctx.keys.changed(Class::Generic, "del", destination);
    }
    Ok(length.into())
}

/// Absent keys are empty strings.
fn combine(ctx: &mut Context, operation: Operation, keys: &[&[u8]]) -> Result<Vec<u8>, Error> {
    // Each look-up may expire a key: all of them come before the first value is borrowed.
    for key in keys {
        ctx.keys.get::<Str>(key)?;
    }
    let db = &ctx.keys.dbs[ctx.keys.db];
    let sources = keys.iter().map(|key| match db.keys.get(key) {
        Some(object) => match &object.value {
            Value::String(value) => value.bytes(),
            _ => Cow::default(),
        },
        None => Cow::default(),
    });
    let sources: Vec<Cow<[u8]>> = sources.collect();
    let slices: Vec<&[u8]> = sources.iter().map(|source| &**source).collect();
    Ok(bits::combine(operation, &slices))
}
