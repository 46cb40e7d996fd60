//! Setting, reading and removing fields.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::reply::Reply;
use crate::values::hash::{Found, Hash, OldDeadline};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new("HDEL key field...", hdel)
        .summary("Removes fields; the key goes with the last of them.")
        .cost("O(N), N being the number of fields to remove")
        .since("2.0.0")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::DELETE])
        .history(&[("2.4.0", "Several fields at once.")]),
    Command::new("HEXISTS key field", hexists)
        .summary("Says whether a hash has a field.")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("HGET key field", hget)
        .summary("Gives the value of a field.")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("HGETALL key", hgetall)
        .summary("Gives all fields with their values.")
        .cost("O(N), N being the size of the hash")
        .since("2.0.0")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output_order"]),
    Command::new("HKEYS key", hkeys)
        .summary("Gives all fields.")
        .cost("O(N), N being the size of the hash")
        .since("2.0.0")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output_order"]),
    Command::new("HLEN key", hlen)
        .summary("Gives the number of fields.")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("HMGET key field...", hmget)
        .summary("Gives the values of several fields, nil for each that is not there.")
        .cost("O(N), N being the number of fields asked for")
        .since("2.0.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("HMSET key (field value)...", hmset)
        .summary("Sets several fields.")
        .cost("O(N), N being the number of fields set")
        .since("2.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::UPDATE])
        .deprecated("4.0.0", "`HSET` with multiple field-value pairs"),
    Command::new("HSET key (field value)...", hset)
        .summary(
            "Sets fields and says how many of them are new; the hash is made if it is not there.",
        )
        .cost("O(1) for each field, so O(N) for N of them")
        .since("2.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::UPDATE])
        .history(&[("4.0.0", "Several fields at once.")]),
    Command::new("HSETNX key field value", hsetnx)
        .summary("Sets a field only if it is not there.")
        .since("2.0.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[key::RW | key::INSERT]),
    Command::new("HSTRLEN key field", hstrlen)
        .summary("Gives the length of a field's value in bytes.")
        .since("3.2.0")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("HVALS key", hvals)
        .summary("Gives all values.")
        .cost("O(N), N being the size of the hash")
        .since("2.0.0")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS])
        .tips(&["nondeterministic_output_order"]),
];

fn hget(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field) = (args.word()?, args.word()?);
    read(ctx, key, field, Reply::Null, |found| {
        Reply::Bulk(found.value.into_owned())
    })
}

fn hstrlen(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field) = (args.word()?, args.word()?);
    read(ctx, key, field, Reply::Int(0), |found| {
        found.value.len().into()
    })
}

fn hexists(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field) = (args.word()?, args.word()?);
    read(ctx, key, field, Reply::Int(0), |_| Reply::Int(1))
}

/// A field as readers see it: one past its deadline is removed on the way and counts as absent.
fn read(
    ctx: &mut Context,
    key: &[u8],
    field: &[u8],
    absent: Reply,
    present: impl FnOnce(Found) -> Reply,
) -> Result<Reply, Error> {
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get_inside::<Hash>(key)? else {
        return Ok(absent);
    };
    hash.visit(field);
    match hash.get(field) {
        None => Ok(absent),
        Some(found) if !found.is_due(now) => Ok(present(found)),
        Some(_) => {
            ctx.keys.drop_due_fields(key, &[field]);
            Ok(absent)
        }
    }
}

fn hmget(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, fields) = (args.word()?, args.rest());
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get_inside::<Hash>(key)? else {
        return Ok(Reply::Array(vec![Reply::Null; fields.len()]));
    };
    let mut some_are_due = false;
    let values = fields.iter().map(|field| {
        hash.visit(field);
        match hash.get(field) {
            Some(found) if found.is_due(now) => {
                some_are_due = true;
                Reply::Null
            }
            found => Reply::bulk_or_null(found.map(|found| found.value)),
        }
    });
    let values = values.collect();
    if some_are_due {
        ctx.keys.drop_due_fields(key, fields);
    }
    Ok(Reply::Array(values))
}

fn hlen(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // Fields past their deadline count until something removes them.
    Ok(ctx
        .keys
        .get::<Hash>(args.word()?)?
        .map_or(0, Hash::len)
        .into())
}

fn hgetall(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get::<Hash>(key)? else {
        return Ok(Reply::Map(Vec::new()));
    };
    let live = hash.iter().filter(|(_, found)| !found.is_due(now));
    Ok(Reply::Map(
        live.map(|(field, found)| (Reply::bulk(field), Reply::bulk(found.value)))
            .collect(),
    ))
}

fn hkeys(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get::<Hash>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let live = hash.iter().filter(|(_, found)| !found.is_due(now));
    Ok(Reply::bulks(live.map(|(field, _)| field)))
}

fn hvals(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let key = args.word()?;
    let now = ctx.now.millis();
    let Some(hash) = ctx.keys.get::<Hash>(key)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let live = hash.iter().filter(|(_, found)| !found.is_due(now));
    Ok(Reply::bulks(live.map(|(_, found)| found.value)))
}

fn hset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(set_all(ctx, args)?.into())
}

fn hmset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    set_all(ctx, args)?;
    Ok(Reply::OK)
}

/// Returns how many of the fields are new.
fn set_all(ctx: &mut Context, args: &mut Args) -> Result<usize, Error> {
    let (key, words) = (args.word()?, args.rest());
    if words.len() % 2 == 1 {
        return Err(Error::WrongArity(ctx.name().to_string()));
    }
    let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
    let hash = ctx.keys.get_or_insert::<Hash>(key, Hash::new)?;
    let before = hash.next_deadline();
    hash.make_room(words, &limits, seed);
    let set = |pair: &&[&[u8]]| hash.set(pair[0], pair[1], OldDeadline::Drop, &limits, seed);
    let created = words.chunks_exact(2).filter(set).count();
    let after = hash.next_deadline();
    ctx.keys.relist_fields(key, before, after);
    ctx.keys.changed(Class::Hash, "hset", key);
    Ok(created)
}

fn hsetnx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, field, value) = (args.word()?, args.word()?, args.word()?);
    let (limits, seed, now) = (ctx.limits(), ctx.keys.hash_seed(), ctx.now.millis());
    if let Some(hash) = ctx.keys.get_mut::<Hash>(key)?
        && let Some(found) = hash.get(field)
    {
        if !found.is_due(now) {
            return Ok(Reply::Int(0));
        }
        ctx.keys.drop_due_fields(key, &[field]);
    }
    let hash = ctx.keys.get_or_insert::<Hash>(key, Hash::new)?;
    hash.make_room(&[field, value], &limits, seed);
    hash.set(field, value, OldDeadline::Drop, &limits, seed);
    ctx.keys.changed(Class::Hash, "hset", key);
    Ok(Reply::Int(1))
}

fn hdel(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, fields) = (args.word()?, args.rest());
    let Some(hash) = ctx.keys.get_mut::<Hash>(key)? else {
        return Ok(Reply::Int(0));
    };
    let before = hash.next_deadline();
    let removed = fields.iter().filter(|field| hash.remove(field)).count();
    let (after, empty) = (hash.next_deadline(), hash.is_empty());
    if removed > 0 {
        ctx.keys.relist_fields(key, before, after);
        ctx.keys.changed(Class::Hash, "hdel", key);
        if empty {
            ctx.keys.remove_empty(key);
        }
    }
    Ok(removed.into())
}
