//! SCAN: the keys of a database a few at a time. What its cursor guarantees is the dict's doing (`structures/dict`).

use crate::args::Args;
use crate::cluster::slot::pattern_slot;
use crate::command::{Command, flag::*};
use crate::commands::cursor;
use crate::context::Context;
use crate::cost;
use crate::error::Error;
use crate::glob;
use crate::keyspace::Object;
use crate::reply::Reply;

pub(in crate::commands) const COMMANDS: &[Command] =
    &[Command::new("SCAN cursor:int [MATCH pattern:pattern] [COUNT count:int] [TYPE type]", scan)
        .summary("Gives some keys and a cursor that leads to the next ones; the cursor 0 begins and ends the walk.")
        .cost("O(1) for every call, O(N) for the whole walk")
        .since("2.8.0")
        .flags(READONLY)
        .tips(&["nondeterministic_output", "request_policy:special", "response_policy:special"])
        .history(&[("6.0.0", "The option `TYPE`.")])];

fn scan(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mut cursor = cursor::parse(args.word()?)?;
    let mut count = 10;
    let (mut pattern, mut kind) = (None, None);
    while !args.is_empty() {
        if args.left() >= 2 && args.token("COUNT") {
            count = args.int()?;
            if count < 1 {
                return Err(Error::Syntax);
            }
        } else if args.left() >= 2 && args.token("MATCH") {
            // `*` would not match the empty key.
            pattern = Some(args.word()?).filter(|pattern| *pattern != b"*");
        } else if args.left() >= 2 && args.token("TYPE") {
            kind = Some(args.word()?);
        } else if args.token("NOVALUES") {
            return Err(Error::err("NOVALUES option can only be used in HSCAN"));
        } else {
            return Err(Error::Syntax);
        }
    }
    let wanted = |key: &[u8], found: &'static str| {
        pattern.is_none_or(|pattern| glob::matches(pattern, key, false))
            && kind.is_none_or(|kind| kind.eq_ignore_ascii_case(found.as_bytes()))
    };
    let only = pattern
        .filter(|_| ctx.server.cluster.is_some())
        .and_then(pattern_slot);
    let mut found = Vec::new();
    // Sparse tables: an empty bucket counts a tenth of a key, so that a call ends.
    let mut buckets_left = count.saturating_mul(10);
    loop {
        cursor = bucket(ctx, cursor, only, &wanted, &mut found);
        if cursor == 0 || buckets_left == 0 || found.len() as i64 >= count {
            break;
        }
        buckets_left -= 1;
    }
    Ok(cursor::reply(cursor, found))
}

/// One step of the walk. Keys that are due are removed on the way, whether or not they are asked for.
fn bucket(
    ctx: &mut Context,
    cursor: u64,
    only: Option<u16>,
    wanted: &impl Fn(&[u8], &'static str) -> bool,
    found: &mut Vec<Reply>,
) -> u64 {
    let now = ctx.now.millis();
    let mut due = Vec::new();
    let mut walked = 1;
    let mut visit = |key: &[u8], object: &Object| {
        walked += 1;
        if object.has_deadline() && now > object.deadline {
            due.push(key.to_vec());
        } else if wanted(key, object.value.kind()) {
            found.push(Reply::bulk(key));
        }
    };
    let keys = &ctx.keys.current().keys;
    let next = match only {
        Some(slot) => keys.scan_slot(cursor, slot, &mut visit),
        None => keys.scan(cursor, &mut visit),
    };
    ctx.keys.work += walked * cost::WALK;
    due.iter().for_each(|key| ctx.keys.expire(key));
    next
}
