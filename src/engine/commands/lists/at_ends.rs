//! Pushing and popping: what a queue or a stack needs.

use super::{add_key, end, left, pop_command, popped, pushed, take};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::values::list::{End, List};

pub(super) fn lpush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    push(ctx, args, End::Left, true)
}

pub(super) fn rpush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    push(ctx, args, End::Right, true)
}

pub(super) fn lpushx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    push(ctx, args, End::Left, false)
}

pub(super) fn rpushx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    push(ctx, args, End::Right, false)
}

fn push(ctx: &mut Context, args: &mut Args, end: End, may_make: bool) -> Result<Reply, Error> {
    let key = args.word()?;
    let values = args.rest();
    let limits = ctx.limits();
    let bytes = values.iter().map(|value| value.len()).sum();
    let add_to = |list: &mut List| {
        list.make_room(bytes, values.len(), &limits);
        values.iter().for_each(|value| list.push(end, value));
        list.len()
    };
    let length = match ctx.keys.get_mut::<List>(key)? {
        Some(list) => add_to(list),
        None if !may_make => return Ok(Reply::Int(0)),
        None => {
            let mut list = List::default();
            let length = add_to(&mut list);
            add_key(ctx.keys, key, list);
            length
        }
    };
    ctx.keys.changed(Class::List, pushed(end), key);
    ctx.keys.dirty += values.len() as u64 - 1;
    Ok(length.into())
}

pub(super) fn lpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop(ctx, args, End::Left)
}

pub(super) fn rpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    pop(ctx, args, End::Right)
}

fn pop(ctx: &mut Context, args: &mut Args, end: End) -> Result<Reply, Error> {
    let key = args.word()?;
    let limits = ctx.limits();
    if args.is_empty() {
        let Some(list) = ctx.keys.get_mut::<List>(key)? else {
            return Ok(Reply::Null);
        };
        let value = list.pop(end);
        let left = left(list, &limits);
        popped(ctx.keys, end, key, 1, left);
        return Ok(value.map_or(Reply::Null, Reply::Bulk));
    }
    if args.left() > 1 {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let count = args.count()?;
    let Some(list) = ctx.keys.get_mut::<List>(key)? else {
        return Ok(Reply::NullArray);
    };
    if count == 0 {
        return Ok(Reply::Array(Vec::new()));
    }
    let taken = take(list, end, count);
    let left = left(list, &limits);
    popped(ctx.keys, end, key, taken.len(), left);
    Ok(Reply::Array(taken))
}

/// What LMPOP and BLMPOP take, and from where.
pub(super) struct Several<'a> {
    pub keys: &'a [&'a [u8]],
    pub end: End,
    pub count: usize,
}

impl<'a> Several<'a> {
    pub(super) fn read(args: &mut Args<'a>) -> Result<Several<'a>, Error> {
        let keys = positive(args.word()?).ok_or(Error::err("numkeys should be greater than 0"))?;
        let keys = args.take(keys)?;
        let end = end(args)?;
        let mut count = None;
        while !args.is_empty() {
            if count.is_some() || args.left() < 2 || !args.token("COUNT") {
                return Err(Error::Syntax);
            }
            count =
                Some(positive(args.word()?).ok_or(Error::err("count should be greater than 0"))?);
        }
        Ok(Several {
            keys,
            end,
            count: count.unwrap_or(1),
        })
    }

    /// The key and its elements, from the first key that has a list.
    pub(super) fn pop(&self, ctx: &mut Context) -> Result<Option<Reply>, Error> {
        let limits = ctx.limits();
        for key in self.keys {
            let Some(list) = ctx.keys.get_mut::<List>(key)? else {
                continue;
            };
            let taken = take(list, self.end, self.count);
            let left = left(list, &limits);
            popped(ctx.keys, self.end, key, taken.len(), left);
            let count = number::i64_to_bytes(taken.len() as i64);
            ctx.replicate_as(&[pop_command(self.end), key, &count]);
            return Ok(Some(Reply::Array(vec![
                Reply::bulk(key),
                Reply::Array(taken),
            ])));
        }
        Ok(None)
    }
}

fn positive(word: &[u8]) -> Option<usize> {
    number::parse_i64(word)
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| *number > 0)
}

pub(super) fn lmpop(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let taken = Several::read(args)?.pop(ctx)?;
    Ok(taken.unwrap_or(Reply::NullArray))
}
