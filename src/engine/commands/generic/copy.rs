//! One value under another name: COPY, MOVE, RENAME, RENAMENX.

use crate::args::Args;
use crate::command::{Command, flag::*, key};
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Object;
use crate::number;
use crate::reply::Reply;
use crate::value::Value;

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::new(
        "COPY source:key destination:key [DB destination-db:int] [REPLACE]",
        copy,
    )
    .summary(
        "Copies what a key holds, and its deadline, to another key, here or in another database.",
    )
    .cost("O(N) for a collection, N being its elements; O(1) for a string")
    .since("6.2.0")
    .flags(WRITE | DENYOOM)
    .key_flags(&[key::RO | key::ACCESS, key::OW | key::UPDATE]),
    Command::new("MOVE key db:int", move_to)
        .summary("Moves a key to another database.")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::UPDATE]),
    Command::new("RENAME key newkey:key", rename)
        .summary("Gives a key another name; what had that name is gone.")
        .flags(WRITE)
        .key_flags(&[key::RW | key::ACCESS | key::DELETE, key::OW | key::UPDATE]),
    Command::new("RENAMENX key newkey:key", renamenx)
        .summary("Gives a key another name, if no key has that name.")
        .flags(WRITE | FAST)
        .key_flags(&[key::RW | key::ACCESS | key::DELETE, key::OW | key::INSERT])
        .history(&[("3.2.0", "No error any more if both names are the same.")]),
];

fn rename(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (from, to) = (args.word()?, args.word()?);
    rename_key(ctx, from, to, true)?;
    Ok(Reply::OK)
}

fn renamenx(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (from, to) = (args.word()?, args.word()?);
    Ok(rename_key(ctx, from, to, false)?.into())
}

fn rename_key(ctx: &mut Context, from: &[u8], to: &[u8], replace: bool) -> Result<bool, Error> {
    if ctx.keys.write(from).is_none() {
        return Err(Error::NoSuchKey);
    }
    if from == to {
        return Ok(false);
    }
    if ctx.keys.write(to).is_some() && !replace {
        return Ok(false);
    }
    let overwritten = ctx.keys.remove(to);
    ctx.keys.free(overwritten.as_ref());
    let object = ctx.keys.remove(from).expect("the key was just seen");
    place(ctx, to, object);
    ctx.keys.touched(from);
    ctx.keys.touched(to);
    ctx.keys.notify(Class::Generic, "rename_from", from);
    ctx.keys.notify(Class::Generic, "rename_to", to);
    if let Some(before) = overwritten {
        ctx.keys.notify_overwritten(to, before.value.kind());
    }
    ctx.keys.dirty += 1;
    Ok(true)
}

fn move_to(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if ctx.server.cluster.is_some() {
        return Err(Error::err("MOVE is not allowed in cluster mode"));
    }
    let key = args.word()?;
    let (from, to) = (ctx.keys.db, database(ctx, args.word()?)?);
    if from == to {
        return Err(Error::SameObject);
    }
    if ctx.keys.write(key).is_none() {
        return Ok(Reply::Int(0));
    }
    ctx.keys.db = to;
    let taken = ctx.keys.write(key).is_some();
    ctx.keys.db = from;
    if taken {
        return Ok(Reply::Int(0));
    }
    let object = ctx.keys.remove(key).expect("the key was just seen");
    ctx.keys.db = to;
    place(ctx, key, object);
    ctx.keys.db = from;
    ctx.keys.touched(key);
    ctx.keys.notify(Class::Generic, "move_from", key);
    ctx.keys.db = to;
    ctx.keys.changed(Class::Generic, "move_to", key);
    ctx.keys.db = from;
    Ok(Reply::Int(1))
}

fn copy(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (source, destination) = (args.word()?, args.word()?);
    let from = ctx.keys.db;
    let mut to = from;
    let mut replace = false;
    while !args.is_empty() {
        if args.token("REPLACE") {
            replace = true;
        } else if args.left() >= 2 && args.token("DB") {
            to = database(ctx, args.word()?)?;
        } else {
            return Err(Error::Syntax);
        }
    }
    if from == to && source == destination {
        return Err(Error::SameObject);
    }
    let Some(mut object) = ctx.keys.read(source).cloned() else {
        return Ok(Reply::Int(0));
    };
    ctx.keys.work += cost::of_copying(&object.value);
    if let Value::Stream(stream) = &mut object.value {
        stream.settle_copy();
    }
    ctx.keys.db = to;
    let copied = copy_into(ctx, destination, object, replace);
    ctx.keys.db = from;
    Ok(copied?.into())
}

/// In the database that is current now.
fn copy_into(
    ctx: &mut Context,
    destination: &[u8],
    object: Object,
    replace: bool,
) -> Result<bool, Error> {
    if ctx.keys.write(destination).is_some() && !replace {
        return Ok(false);
    }
    if matches!(object.value, Value::VectorSet(_)) {
        return Err(Error::err("not supported for this module key"));
    }
    let overwritten = ctx.keys.remove(destination);
    ctx.keys.free(overwritten.as_ref());
    place(ctx, destination, object);
    ctx.keys.changed(Class::Generic, "copy_to", destination);
    if let Some(before) = overwritten {
        ctx.keys
            .notify_overwritten(destination, before.value.kind());
    }
    Ok(true)
}

/// The value with its deadline under a key that is not there.
fn place(ctx: &mut Context, key: &[u8], mut object: Object) {
    if let Value::String(text) = &mut object.value {
        text.make_room(key, object.deadline != Object::NEVER);
    }
    ctx.keys.put(key, object.value, object.deadline);
}

fn database(ctx: &Context, word: &[u8]) -> Result<usize, Error> {
    let number = number::parse_i64(word).ok_or(Error::NotAnInteger)?;
    if i32::try_from(number).is_err() {
        return Err(Error::NotAnInt32);
    }
    usize::try_from(number)
        .ok()
        .filter(|db| *db < ctx.keys.dbs.len())
        .ok_or(Error::err("DB index is out of range"))
}
