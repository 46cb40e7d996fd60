//! From one list to another (or the same one) in a single step.

use super::{add_key, end, left, popped, pushed};
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::number;
use crate::reply::Reply;
use crate::values::list::{End, List};

/// Which end an element leaves, and at which it arrives.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub from: End,
    pub to: End,
}

impl Way {
    pub(super) const RIGHT_TO_LEFT: Way = Way {
        from: End::Right,
        to: End::Left,
    };

    pub(super) fn read(args: &mut Args) -> Result<Way, Error> {
        Ok(Way {
            from: end(args)?,
            to: end(args)?,
        })
    }
}

pub(super) fn lmove(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination) = (args.word()?, args.word()?);
    let way = Way::read(args)?;
    let moved = move_element(ctx, source, destination, way)?;
    Ok(moved.map_or(Reply::Null, Reply::Bulk))
}

pub(super) fn rpoplpush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination) = (args.word()?, args.word()?);
    let moved = move_element(ctx, source, destination, Way::RIGHT_TO_LEFT)?;
    Ok(moved.map_or(Reply::Null, Reply::Bulk))
}

/// The element that was moved; none if there is no source.
pub(super) fn move_element(
    ctx: &mut Context,
    source: &[u8],
    destination: &[u8],
    way: Way,
) -> Result<Option<Vec<u8>>, Error> {
    if ctx.keys.get_mut::<List>(source)?.is_none() {
        return Ok(None);
    }
    let is_there = ctx.keys.get_mut::<List>(destination)?.is_some();
    let popped_value = ctx
        .keys
        .get_mut::<List>(source)?
        .and_then(|list| list.pop(way.from));
    let value = popped_value.expect("a list that is there has elements");
    let limits = ctx.limits();
    // A number travels as a number, and Redis counts no bytes for those when it looks whether they fit.
    let bytes = if number::parse_i64(&value).is_some() {
        0
    } else {
        value.len()
    };
    let add_to = |list: &mut List| {
        list.make_room(bytes, 1, &limits);
        list.push(way.to, &value);
    };
    if is_there {
        let list = ctx.keys.get_mut::<List>(destination)?;
        add_to(list.expect("it was there and nothing removed it"));
    } else {
        let mut list = List::default();
        add_to(&mut list);
        add_key(ctx.keys, destination, list);
    }
    ctx.keys.touched(destination);
    ctx.keys.notify(Class::List, pushed(way.to), destination);
    let source_list = ctx
        .keys
        .get_mut::<List>(source)?
        .expect("only `removed` ends a key");
    let left = left(source_list, &limits);
    popped(ctx.keys, way.from, source, 1, left);
    Ok(Some(value))
}
