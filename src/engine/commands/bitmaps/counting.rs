//! BITCOUNT and BITPOS.

use super::told;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::bits;
use crate::values::string::Str;

pub(super) fn bitcount(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let range = match args.left() {
        0 => Range::ALL,
        2 | 3 => {
            let (start, end) = (args.int()?, args.int()?);
            Range {
                start,
                end: Some(end),
                in_bits: in_bits(args)?,
            }
        }
        _ => return Err(Error::Syntax),
    };
    let Some(value) = ctx.keys.get::<Str>(key)? else {
        return Ok(Reply::Int(0));
    };
    let bytes = value.bytes();
    let count = match range.resolve(bytes.len()) {
        Some((first, last)) if !range.is_backward() => {
            let ones = bits::count_between(&bytes, first, last);
            if trace::is_on() {
                told::counted(first, last, ones);
            }
            ones
        }
        _ => 0,
    };
    Ok(count.into())
}

pub(super) fn bitpos(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let bit = match args.int()? {
        0 => false,
        1 => true,
        _ => return Err(Error::err("The bit argument must be 1 or 0.")),
    };
    let mut range = Range::ALL;
    if args.left() > 3 {
        return Err(Error::Syntax);
    }
    if !args.is_empty() {
        range.start = args.int()?;
    }
    if let Some(word) = args.peek() {
        // The unit is read before the end that stands before it.
        args.take(1)?;
        range.in_bits = in_bits(args)?;
        range.end = Some(Args::new(&[word], 0).int()?);
    }
    let Some(value) = ctx.keys.get::<Str>(key)? else {
        return Ok(Reply::Int(if bit { -1 } else { 0 }));
    };
    let bytes = value.bytes();
    let Some((first, last)) = range.resolve(bytes.len()) else {
        return Ok(Reply::Int(-1));
    };
    let at = match bits::find(&bytes, bit, first, last) {
        // Zeros go on behind the string, unless its end was named.
        None if !bit && range.end.is_none() => Some(last + 1),
        found => found,
    };
    if trace::is_on() {
        told::found(bit, first, last, at);
    }
    Ok(at.map_or(Reply::Int(-1), Reply::from))
}

fn in_bits(args: &mut Args) -> Result<bool, Error> {
    let in_bits = args.token("BIT");
    if !in_bits && !args.token("BYTE") {
        args.finish()?;
    }
    Ok(in_bits)
}

/// From one byte or bit to another; negative ones count from the end.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: i64,
    end: Option<i64>,
    in_bits: bool,
}

impl Range {
    const ALL: Range = Range {
        start: 0,
        end: None,
        in_bits: false,
    };

    /// Both ends counted from the end, in the wrong order: BITCOUNT sees it before the length moves them.
    fn is_backward(self) -> bool {
        matches!(self.end, Some(end) if self.start < 0 && end < 0 && self.start > end)
    }

    /// The first and the last bit; `None` if there are none between them.
    fn resolve(self, bytes: usize) -> Option<(usize, usize)> {
        let per_unit = if self.in_bits { 1 } else { 8 };
        let total = (bytes * 8 / per_unit) as i64;
        let from_end = |at: i64| if at < 0 { (total + at).max(0) } else { at };
        let start = from_end(self.start);
        let end = from_end(self.end.unwrap_or(total - 1)).min(total - 1);
        if start > end {
            return None;
        }
        let (start, end) = (start as usize, end as usize);
        Some((start * per_unit, (end + 1) * per_unit - 1))
    }
}
