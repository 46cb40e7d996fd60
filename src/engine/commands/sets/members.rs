//! One set and its members.

use super::{no_members, rules};
use crate::args::Args;
use crate::commands::cursor::{self, Options};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::value::Kind;
use crate::values::set::Set;

pub(super) fn sadd(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let members = args.rest();
    let rules = rules(ctx);
    let added = match ctx.keys.get_mut::<Set>(key)? {
        Some(set) => {
            set.make_room(members.len(), &rules);
            members
                .iter()
                .filter(|member| set.insert(member, &rules))
                .count()
        }
        None => {
            let mut set = Set::new(members[0], members.len(), &rules);
            let added = members
                .iter()
                .filter(|member| set.insert(member, &rules))
                .count();
            ctx.keys.insert(key, set.into_value());
            added
        }
    };
    if added > 0 {
        ctx.keys.changed(Class::Set, "sadd", key);
        ctx.keys.dirty += added as u64 - 1;
    }
    Ok(added.into())
}

pub(super) fn srem(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let Some(set) = ctx.keys.get_mut::<Set>(key)? else {
        return Ok(Reply::Int(0));
    };
    let removed = args
        .rest()
        .iter()
        .filter(|member| set.remove(member))
        .count();
    let is_empty = set.is_empty();
    if removed > 0 {
        ctx.keys.changed(Class::Set, "srem", key);
        ctx.keys.dirty += removed as u64 - 1;
    }
    if is_empty {
        ctx.keys.remove_empty(key);
    }
    Ok(removed.into())
}

pub(super) fn smove(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination, member) = (args.word()?, args.word()?, args.word()?);
    if ctx.keys.get_mut::<Set>(source)?.is_none() {
        return Ok(Reply::Int(0));
    }
    let is_there = ctx.keys.get_mut::<Set>(destination)?.is_some();
    let Some(set) = ctx.keys.get_mut::<Set>(source)? else {
        return Ok(Reply::Int(0));
    };
    if source == destination {
        return Ok(set.contains(member).into());
    }
    if !set.remove(member) {
        return Ok(Reply::Int(0));
    }
    let is_empty = set.is_empty();
    ctx.keys.dirty += 1;
    ctx.keys.notify(Class::Set, "srem", source);
    if is_empty {
        ctx.keys.remove_empty(source);
    }
    let rules = rules(ctx);
    if !is_there {
        ctx.keys
            .insert(destination, Set::new(member, 1, &rules).into_value());
    }
    ctx.keys.touched(source);
    let set = ctx
        .keys
        .get_mut::<Set>(destination)?
        .expect("there or just inserted");
    if set.insert(member, &rules) {
        ctx.keys.changed(Class::Set, "sadd", destination);
    }
    Ok(Reply::Int(1))
}

pub(super) fn scard(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(ctx
        .keys
        .get::<Set>(args.word()?)?
        .map_or(0, Set::len)
        .into())
}

pub(super) fn sismember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, member) = (args.word()?, args.word()?);
    Ok(ctx
        .keys
        .get_inside::<Set>(key)?
        .is_some_and(|set| {
            set.visit(member);
            set.contains(member)
        })
        .into())
}

pub(super) fn smismember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mut set = ctx.keys.get_inside::<Set>(args.word()?)?;
    let answers = args.rest().iter().map(|member| {
        Reply::from(set.as_mut().is_some_and(|set| {
            set.visit(member);
            set.contains(member)
        }))
    });
    Ok(Reply::Array(answers.collect()))
}

pub(super) fn smembers(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let Some(set) = ctx.keys.get::<Set>(args.word()?)? else {
        return Ok(no_members());
    };
    Ok(Reply::Set(
        set.iter()
            .map(|member| Reply::Bulk(member.into_owned()))
            .collect(),
    ))
}

// --- Walking ------------------------------------------------------------------------------------------------------

pub(super) fn sscan(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, cursor) = (args.word()?, cursor::parse(args.word()?)?);
    // Without a key nobody looks at the options.
    let Some(set) = ctx.keys.get::<Set>(key)? else {
        return Ok(cursor::reply(0, Vec::new()));
    };
    let options = Options::take(args, false)?;
    let mut found = Vec::new();
    let mut show = |member: &[u8]| {
        if options.matches(member) {
            found.push(Reply::bulk(member));
        }
    };
    let Set::Table(table) = set else {
        // A small encoding has no cursor: everything comes at once.
        set.iter().for_each(|member| show(&member));
        return Ok(cursor::reply(0, found));
    };
    let next = options.walk(cursor, |cursor| {
        let mut shown = 0;
        let next = table.scan(cursor, &mut |member, ()| {
            shown += 1;
            show(member);
        });
        (next, shown)
    });
    Ok(cursor::reply(next, found))
}
