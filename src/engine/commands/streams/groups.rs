//! XGROUP.

use super::adding::noted;
use super::{consumer_or_new, id, id_or_end, told};
use crate::args::Args;
use crate::commands::help::wrong_arity_or_unknown;
use crate::context::Context;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Keyspace;
use crate::reply::Reply;
use crate::value::Kind;
use crate::values::stream::{Group, Stream, StreamId};

/// Options of CREATE and SETID.
struct Options {
    make_stream: bool,
    entries_read: i64,
}

impl Options {
    fn read(ctx: &Context, args: &mut Args, may_make_stream: bool) -> Result<Options, Error> {
        let mut options = Options {
            make_stream: false,
            entries_read: Group::UNKNOWN,
        };
        while !args.is_empty() {
            if may_make_stream && args.token("MKSTREAM") {
                options.make_stream = true;
            } else if args.left() > 1 && args.token("ENTRIESREAD") {
                options.entries_read = args.int()?;
                if options.entries_read < Group::UNKNOWN {
                    return Err(Error::err("value for ENTRIESREAD must be positive or -1"));
                }
            } else {
                return Err(wrong_arity_or_unknown(ctx));
            }
        }
        Ok(options)
    }

    /// Nobody can have read more entries than there were.
    fn entries_read(&self, added: u64) -> i64 {
        let added = i64::try_from(added).unwrap_or(i64::MAX);
        self.entries_read.min(added)
    }
}

fn no_key() -> Error {
    Error::err(
        "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option \
         to create an empty stream automatically.",
    )
}

fn stream<'a>(ctx: &'a mut Context, key: &[u8]) -> Result<&'a mut Stream, Error> {
    ctx.keys.get_mut::<Stream>(key)?.ok_or_else(no_key)
}

fn group<'a>(ctx: &'a mut Context, key: &[u8], name: &[u8]) -> Result<&'a mut Group, Error> {
    let found = stream(ctx, key)?.group_mut(name);
    found.ok_or_else(|| no_group_for_key(key, name))
}

/// `No such consumer group … for key name …`, as XGROUP and XINFO say it.
pub(super) fn no_group_for_key(key: &[u8], name: &[u8]) -> Error {
    let (key, name) = (String::from_utf8_lossy(key), String::from_utf8_lossy(name));
    Error::Raw(format!("NOGROUP No such consumer group '{name}' for key name '{key}'").into())
}

pub(super) fn create(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const WORDS_MAX: usize = 8;
    let (key, name, start) = (args.word()?, args.word()?, args.word()?);
    let options = Options::read(ctx, args, true)?;
    let found = ctx.keys.get_mut::<Stream>(key)?;
    let (last_id, added) = match &found {
        Some(stream) => (stream.last_id, stream.entries_added),
        None if options.make_stream => (StreamId::MIN, 0),
        None => return Err(no_key()),
    };
    let exists = found.is_some();
    if ctx.words.len() > WORDS_MAX {
        return Err(wrong_arity_or_unknown(ctx));
    }
    let last_id = if start == b"$" { last_id } else { id(start)? };
    if !exists {
        ctx.keys.insert(key, Stream::default().into_value());
        ctx.keys.touched(key);
    }
    let group = Group::new(last_id, options.entries_read(added));
    if !stream(ctx, key)?.add_group(name, group) {
        return Err(Error::Raw(
            "BUSYGROUP Consumer Group name already exists".into(),
        ));
    }
    noted(ctx.keys, "xgroup-create", key);
    Ok(Reply::OK)
}

pub(super) fn set_id(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const WORDS_MAX: usize = 7;
    let (key, name, start) = (args.word()?, args.word()?, args.word()?);
    let options = Options::read(ctx, args, false)?;
    let stream = stream(ctx, key)?;
    let (last_id, added) = (stream.last_id, stream.entries_added);
    group(ctx, key, name)?;
    if ctx.words.len() > WORDS_MAX {
        return Err(wrong_arity_or_unknown(ctx));
    }
    let last_id = if start == b"$" {
        last_id
    } else {
        id_or_end(start, 0)?
    };
    ctx.keys
        .get_mut::<Stream>(key)?
        .ok_or_else(no_key)?
        .set_last_id(name, last_id);
    let group = group(ctx, key, name)?;
    group.entries_read = options.entries_read(added);
    if trace::is_on() {
        told::cursor(name, group);
    }
    noted(ctx.keys, "xgroup-setid", key);
    Ok(Reply::OK)
}

pub(super) fn destroy(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name) = (args.word()?, args.word()?);
    if !stream(ctx, key)?.remove_group(name) {
        return Ok(Reply::Int(0));
    }
    noted(ctx.keys, "xgroup-destroy", key);
    // Who waits for entries of this group gets an error now.
    ctx.keys.signal_ready(key);
    Ok(Reply::Int(1))
}

pub(super) fn create_consumer(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name, consumer) = (args.word()?, args.word()?, args.word()?);
    let now = ctx.now.millis();
    let (_, made) = consumer_or_new(group(ctx, key, name)?, consumer, now);
    if made {
        if trace::is_on() {
            told::consumer_made(name, consumer);
        }
        consumer_made(ctx.keys, key);
    }
    Ok(made.into())
}

/// What follows when a command made a consumer.
pub(super) fn consumer_made(keys: &mut Keyspace, key: &[u8]) {
    noted(keys, "xgroup-createconsumer", key);
}

pub(super) fn delete_consumer(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let (key, name, consumer) = (args.word()?, args.word()?, args.word()?);
    let Some(pending) = group(ctx, key, name)?.remove_consumer(consumer) else {
        return Ok(Reply::Int(0));
    };
    if trace::is_on() {
        told::consumer_gone(name, consumer, pending);
    }
    ctx.keys.dirty += 1;
    ctx.keys.notify(Class::Stream, "xgroup-delconsumer", key);
    Ok(pending.into())
}
