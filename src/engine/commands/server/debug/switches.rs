//! DEBUG words that change how the server works, or fill it: POPULATE, the limit of packed nodes, resizing, the cron.

use crate::args::Args;
use crate::config;
use crate::context::Context;
use crate::error::Error;
use crate::keyspace::Object;
use crate::number;
use crate::reply::Reply;
use crate::value::Value;
use crate::values::string::Str;

/// Keys `key:0` and so on with values `value:0`, all at once: a million of them in a moment. Those that are there stay.
pub(super) fn populate(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    // Slots are numbered with 32 bits.
    const KEYS_AT_MOST: usize = 100_000_000;
    let count = args.count()?;
    let prefix = if args.is_empty() {
        b"key"
    } else {
        args.word()?
    };
    let bytes = if args.is_empty() { 0 } else { args.count()? };
    let limit = ctx.server.config.proto_max_bulk_len;
    if count > KEYS_AT_MOST || bytes > limit || count.saturating_mul(bytes) > 4 * limit {
        return Err(Error::NotEmulated("so much does not fit".to_string()));
    }
    ctx.keys.current().keys.expand(count);
    let mut key = [prefix, b":"].concat();
    let stem = key.len();
    let mut value = b"value:".to_vec();
    for index in 0..count {
        key.truncate(stem);
        value.truncate(6);
        let digits = number::i64_to_bytes(index as i64);
        key.extend_from_slice(&digits);
        value.extend_from_slice(&digits);
        if ctx.keys.current().keys.contains(&key) {
            continue;
        }
        let mut text = value.clone();
        if bytes > 0 {
            text.resize(bytes, 0);
        }
        ctx.keys.put(
            &key,
            Value::String(Str::text(&text, &key, false)),
            Object::NEVER,
        );
        ctx.keys.touched(&key);
    }
    Ok(Reply::OK)
}

/// From which size on an element of a list has a node of its own; 0 is what the node's limit says.
pub(super) fn packed_threshold(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const BELOW: u64 = (1 << 32) - (1 << 20);
    let bytes = config::parse_memory(args.word()?).filter(|bytes| *bytes <= BELOW);
    let bytes = bytes.ok_or(Error::err(
        "argument must be a memory value bigger than 1 and smaller than 4gb",
    ))?;
    ctx.server.config.limits.list_packed_threshold = bytes as usize;
    Ok(Reply::OK)
}

/// A word that the server reads with `atoi`: what is no number is 0.
pub(super) fn switch(args: &mut Args) -> Result<bool, Error> {
    let word = args.word()?;
    let digits = word
        .iter()
        .skip_while(|byte| matches!(byte, b'+' | b'-' | b' '))
        .take_while(|byte| byte.is_ascii_digit());
    Ok(digits.into_iter().any(|digit| *digit != b'0'))
}

pub(super) fn dict_resizing(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let allowed = switch(args)?;
    for db in &mut ctx.keys.dbs {
        db.keys.set_resize_avoid(!allowed);
        db.expires.set_resize_avoid(!allowed);
    }
    Ok(Reply::OK)
}

pub(super) fn reply_buffer(args: &mut Args) -> Result<Option<Reply>, Error> {
    if args.token("PEAK-RESET-TIME") {
        if !args.token("NEVER") && !args.token("RESET") {
            args.int()?;
        }
        return Ok(Some(Reply::OK));
    }
    Ok(args.token("RESIZING").then_some(Reply::OK))
}

/// Sends words to replicas and the append-only file that this server does not run itself.
pub(super) fn replicate(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() > 1 {
        // Whom it is for: the file, the replicas, or both.
        args.word()?;
    }
    ctx.replicate_as(args.rest());
    Ok(Reply::OK)
}
