//! What bit commands tell whoever listens (`trace`).

use trace::{Bits, Event, Source, sample, tell};

use crate::context::Context;
use crate::value::Value;

#[cold]
pub(super) fn grown(from: usize, to: usize) {
    if from < to {
        tell(Event::Bits(Bits::Grown {
            from: from as u64,
            to: to as u64,
        }));
    }
}

#[cold]
pub(super) fn read(at: usize, bit: bool) {
    tell(Event::Bits(Bits::Read { at: at as u64, bit }));
}

#[cold]
pub(super) fn set(at: usize, from: bool, to: bool) {
    let at = at as u64;
    tell(Event::Bits(Bits::Set { at, from, to }));
}

#[cold]
pub(super) fn number_read(signed: bool, width: u32, at: usize, value: i64) {
    tell(Event::Bits(Bits::NumberRead {
        signed,
        width,
        at: at as u64,
        value,
    }));
}

#[cold]
pub(super) fn number_set(
    (signed, width, at): (bool, u32, usize),
    from: i64,
    wanted: i128,
    to: Option<i64>,
    overflow: &'static str,
) {
    tell(Event::Bits(Bits::NumberSet {
        signed,
        width,
        at: at as u64,
        from,
        wanted,
        to,
        overflow,
    }));
}

#[cold]
pub(super) fn counted(first: usize, last: usize, ones: usize) {
    tell(Event::Bits(Bits::Counted {
        first: first as u64,
        last: last as u64,
        ones: ones as u64,
    }));
}

#[cold]
pub(super) fn found(bit: bool, first: usize, last: usize, at: Option<usize>) {
    tell(Event::Bits(Bits::Found {
        bit,
        first: first as u64,
        last: last as u64,
        at: at.map(|at| at as u64),
    }));
}

/// The strings that BITOP reads. More than a few are not drawn.
#[cold]
pub(super) fn sources(ctx: &Context, keys: &[&[u8]]) -> Vec<Source> {
    const SOURCES_MAX: usize = 8;
    let db = &ctx.keys.dbs[ctx.keys.db];
    let source = |key: &&[u8]| {
        let bytes = match db.keys.get(key).map(|object| &object.value) {
            Some(Value::String(value)) => value.bytes(),
            _ => Default::default(),
        };
        Source {
            key: sample(key),
            bytes: sample(&bytes),
            length: bytes.len() as u64,
        }
    };
    keys.iter().take(SOURCES_MAX).map(source).collect()
}

/// Told once the result is written, for only then does it belong to that key.
#[cold]
pub(super) fn combined(operation: &'static str, sources: Vec<Source>, result: &[u8]) -> Event {
    Event::Bits(Bits::Combined {
        operation,
        sources,
        result: sample(result),
        length: result.len() as u64,
    })
}
