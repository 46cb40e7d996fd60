//! Reading and changing a list by index or by value.

use super::{left, range, removed};
use crate::args::Args;
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::{Bulks, Reply};
use crate::structures::listpack::INT_TEXT;
use crate::values::list::{End, List};

pub(super) fn llen(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(ctx
        .keys
        .get::<List>(args.word()?)?
        .map_or(0, List::len)
        .into())
}

pub(super) fn lindex(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let Some(list) = ctx.keys.get::<List>(args.word()?)? else {
        return Ok(Reply::Null);
    };
    Ok(Reply::bulk_or_null(list.get(args.int()?)))
}

pub(super) fn lrange(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let (start, stop) = (args.int()?, args.int()?);
    let Some(list) = ctx.keys.get::<List>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let (start, count) = range(start, stop, list.len());
    let mut elements = Bulks::with_capacity(count);
    for entry in list.iter_from(start).take(count) {
        elements.push(entry.text(&mut [0; INT_TEXT]));
    }
    Ok(Reply::Bulks(elements))
}

pub(super) fn ltrim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let (start, stop) = (args.int()?, args.int()?);
    let limits = ctx.limits();
    let Some(list) = ctx.keys.get_mut::<List>(key)? else {
        return Ok(Reply::OK);
    };
    let length = list.len();
    let (start, count) = range(start, stop, length);
    // The right part first, then the left one: the indexes of what is kept do not move in between.
    list.delete_range(start + count, length - start - count);
    list.delete_range(0, start);
    let left = left(list, &limits);
    removed(ctx.keys, "ltrim", key, length - count, left);
    Ok(Reply::OK)
}

pub(super) fn lset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let limits = ctx.limits();
    let list = ctx.keys.get_mut::<List>(key)?.ok_or(Error::NoSuchKey)?;
    let (index, value) = (args.int()?, args.word()?);
    list.make_room(value.len(), 1, &limits);
    // LSET's index has 32 bits in Redis, and what is above them is cut off: 4294967296 is the first element.
    let index = i64::from(index as i32);
    if !list.replace(index, value) {
        return Err(Error::IndexOutOfRange);
    }
    list.shrink(&limits);
    ctx.keys.changed(Class::List, "lset", key);
    Ok(Reply::OK)
}

pub(super) fn linsert(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let side = if args.token("AFTER") {
        End::Right
    } else if args.token("BEFORE") {
        End::Left
    } else {
        return Err(Error::Syntax);
    };
    let (pivot, value) = (args.word()?, args.word()?);
    let limits = ctx.limits();
    let Some(list) = ctx.keys.get_mut::<List>(key)? else {
        return Ok(Reply::Int(0));
    };
    // Room is made before anybody knows whether the pivot is there: the encoding may change for nothing.
    list.make_room(value.len(), 1, &limits);
    if !list.insert_beside(pivot, side, value) {
        return Ok(Reply::Int(-1));
    }
    let length = list.len();
    ctx.keys.work += length as u64 * cost::SKIP;
    ctx.keys.changed(Class::List, "linsert", key);
    Ok(length.into())
}

pub(super) fn lrem(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let count = args.symmetric_int()?;
    let value = args.word()?;
    let from = if count < 0 { End::Right } else { End::Left };
    let limit = if count == 0 {
        usize::MAX
    } else {
        usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX)
    };
    let limits = ctx.limits();
    let Some(list) = ctx.keys.get_mut::<List>(key)? else {
        return Ok(Reply::Int(0));
    };
    let walked = list.len();
    let gone = list.remove_equal(value, limit, from);
    if gone > 0 {
        let left = left(list, &limits);
        removed(ctx.keys, "lrem", key, gone, left);
    }
    ctx.keys.work += walked as u64 * cost::SKIP;
    Ok(gone.into())
}

/// What LPOS is asked for.
struct Search {
    /// Matches passed over before the first that counts.
    skip: u64,
    from: End,
    /// None: one match, not in an array. 0: all.
    count: Option<u64>,
    /// How many elements are compared; 0: all.
    most: u64,
}

impl Search {
    fn read(args: &mut Args) -> Result<Search, Error> {
        let mut search = Search {
            skip: 0,
            from: End::Left,
            count: None,
            most: 0,
        };
        while !args.is_empty() {
            if args.left() < 2 {
                return Err(Error::Syntax);
            } else if args.token("RANK") {
                let rank = args.symmetric_int()?;
                search.skip = rank.unsigned_abs().checked_sub(1).ok_or(Error::err(
                    "RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
                ))?;
                search.from = if rank < 0 { End::Right } else { End::Left };
            } else if args.token("COUNT") {
                search.count =
                    Some(not_negative(args.word()?).ok_or(Error::err("COUNT can't be negative"))?);
            } else if args.token("MAXLEN") {
                search.most =
                    not_negative(args.word()?).ok_or(Error::err("MAXLEN can't be negative"))?;
            } else {
                return Err(Error::Syntax);
            }
        }
        Ok(search)
    }

    /// Indexes from the left of the matches, in the order in which they are met.
    fn find(&self, list: &List, value: &[u8]) -> Vec<usize> {
        let most = if self.most == 0 { u64::MAX } else { self.most };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (length, skip) = (list.len(), usize::try_from(self.skip).unwrap_or(usize::MAX));
        let wanted = match self.count {
            None => 1,
            Some(0) => usize::MAX,
            Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        };
        match self.from {
            End::Left => {
                let matches = list
                    .iter()
                    .take(most)
                    .enumerate()
                    .filter(|(_, entry)| entry.equals(value));
                matches.map(|(at, _)| at).skip(skip).take(wanted).collect()
            }
            End::Right => {
                let matches = list
                    .iter_rev()
                    .take(most)
                    .enumerate()
                    .filter(|(_, entry)| entry.equals(value));
                matches
                    .map(|(at, _)| length - 1 - at)
                    .skip(skip)
                    .take(wanted)
                    .collect()
            }
        }
    }
}

fn not_negative(word: &[u8]) -> Option<u64> {
    number::parse_i64(word).and_then(|number| u64::try_from(number).ok())
}

pub(super) fn lpos(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, value) = (args.word()?, args.word()?);
    let search = Search::read(args)?;
    let list = ctx.keys.get::<List>(key)?;
    let walked = list.map_or(0, List::len);
    let found = list
        .map(|list| search.find(list, value))
        .unwrap_or_default();
    ctx.keys.work += walked as u64 * cost::SKIP;
    if search.count.is_some() {
        return Ok(Reply::array(found.into_iter().map(Reply::from)));
    }
    Ok(found.first().map_or(Reply::Null, |at| Reply::from(*at)))
}
