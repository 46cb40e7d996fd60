//! XDEL and XDELEX.

use super::adding::deleted;
use super::{id, ids, references, told};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::values::stream::{References, Stream, StreamId};

/// What XDELEX and XACKDEL answer for one id.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Outcome {
    NotFound = -1,
    Deleted = 1,
    /// A group still needs it.
    Kept = 2,
}

pub(super) fn xdel(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let Some(stream) = ctx.keys.get_mut::<Stream>(key)? else {
        return Ok(Reply::Int(0));
    };
    let ids = ids(args.rest())?;
    let before = stream.len();
    ids.iter().for_each(|id| _ = stream.delete(*id));
    let count = before - stream.len();
    if count > 0 {
        stream.settle_after_deletion();
        deleted(ctx.keys, "xdel", key, count);
    }
    Ok(Reply::Int(count as i64))
}

pub(super) fn xdelex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let found = ctx.keys.get_mut::<Stream>(key)?;
    let order = Order::read(args)?;
    let Some(stream) = found else {
        return Ok(order.nothing_found());
    };
    let ids = ids(order.ids)?;
    let before = stream.len();
    let outcomes: Vec<Outcome> = ids
        .iter()
        .map(|id| delete_one(stream, *id, order.references))
        .collect();
    let count = before - stream.len();
    if count > 0 {
        stream.settle_after_deletion();
        deleted(ctx.keys, "xdel", key, count);
    }
    Ok(outcomes_reply(&outcomes))
}

/// Deletes one entry with or without what groups know of it.
pub(super) fn delete_one(stream: &mut Stream, id: StreamId, references: References) -> Outcome {
    match references {
        References::Acked if stream.is_referenced(id) => {
            if trace::is_on() {
                told::needed(id);
            }
            return Outcome::Kept;
        }
        // Even if the entry is gone already.
        References::Delete => stream.forget_references(id),
        _ => {}
    }
    if stream.delete(id) {
        Outcome::Deleted
    } else {
        Outcome::NotFound
    }
}

pub(super) fn outcomes_reply(outcomes: &[Outcome]) -> Reply {
    Reply::array(outcomes.iter().map(|outcome| Reply::Int(*outcome as i64)))
}

/// `[KEEPREF | DELREF | ACKED] IDS numids id …`
pub(super) struct Order<'a> {
    pub references: References,
    pub ids: &'a [&'a [u8]],
}

impl<'a> Order<'a> {
    pub fn read(args: &mut Args<'a>) -> Result<Order<'a>, Error> {
        let mut chosen = None;
        let mut ids: &[&[u8]] = &[];
        while !args.is_empty() {
            if chosen.is_none()
                && let Some(references) = references(args)
            {
                chosen = Some(references);
            } else if args.left() > 1 && ids.is_empty() && args.token("IDS") {
                let count = number::parse_i64(args.word()?).filter(|count| *count > 0);
                let count = count.ok_or(Error::err("Number of IDs must be a positive integer"))?;
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                ids = args.take(count).map_err(|_| {
                    Error::err("The `numids` parameter must match the number of arguments")
                })?;
            } else {
                return Err(Error::Syntax);
            }
        }
        if ids.is_empty() {
            return Err(Error::Syntax);
        }
        Ok(Order {
            references: chosen.unwrap_or_default(),
            ids,
        })
    }

    /// The reply if there is no such key or group. The ids are not looked at.
    pub fn nothing_found(&self) -> Reply {
        outcomes_reply(&vec![Outcome::NotFound; self.ids.len()])
    }

    pub fn parse_ids(&self) -> Result<Vec<StreamId>, Error> {
        self.ids.iter().map(|word| id(word)).collect()
    }
}
