//! XLEN, XRANGE and XREVRANGE.

use super::{entry_reply, range_end, range_start};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::values::stream::Stream;

pub(super) fn xlen(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let stream = ctx.keys.get::<Stream>(args.word()?)?;
    Ok(Reply::Int(stream.map_or(0, |stream| stream.len() as i64)))
}

pub(super) fn xrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, start, end) = (args.word()?, args.word()?, args.word()?);
    range(ctx, args, key, [start, end], Order::Forward)
}

pub(super) fn xrevrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, end, start) = (args.word()?, args.word()?, args.word()?);
    range(ctx, args, key, [start, end], Order::Backward)
}

#[derive(PartialEq)]
enum Order {
    Forward,
    Backward,
}

fn range(
    ctx: &mut Context,
    args: &mut Args,
    key: &[u8],
    [start, end]: [&[u8]; 2],
    order: Order,
) -> Result<Reply, Error> {
    let (start, end) = (range_start(start)?, range_end(end)?);
    let mut count = None;
    while !args.is_empty() {
        if args.left() < 2 || !args.token("COUNT") {
            return Err(Error::Syntax);
        }
        count = Some(args.int()?.max(0));
    }
    let Some(stream) = ctx.keys.get::<Stream>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let count = match count {
        Some(0) => return Ok(Reply::NullArray),
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let entries: Vec<Reply> = if order == Order::Forward {
        let entries = stream.range(start, end).take(count);
        entries.map(entry_reply).collect()
    } else {
        let entries = stream.range_rev(start, end).take(count);
        entries.map(entry_reply).collect()
    };
    Ok(Reply::Array(entries))
}
