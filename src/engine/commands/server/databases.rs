//! Commands on whole databases: DBSIZE, FLUSHALL, FLUSHDB, SWAPDB.

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::new("DBSIZE", dbsize)
        .summary("Counts the keys of the database.")
        .flags(READONLY | FAST)
        .acl(acl::KEYSPACE)
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Command::new("FLUSHALL [(ASYNC | SYNC)]", flushall)
        .summary("Removes all keys of all databases.")
        .cost("O(N) where N is the total number of keys in all databases")
        .flags(WRITE)
        .acl(acl::KEYSPACE | acl::DANGEROUS)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("FLUSHDB [(ASYNC | SYNC)]", flushdb)
        .summary("Removes all keys of the database.")
        .cost("O(N) where N is the number of keys in the selected database")
        .flags(WRITE)
        .acl(acl::KEYSPACE | acl::DANGEROUS)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("SWAPDB index1:int index2:int", swapdb)
        .summary("Exchanges two databases.")
        .cost("O(N) where N is the count of clients watching or blocking on keys from both databases.")
        .since("4.0.0")
        .flags(WRITE | FAST)
        .acl(acl::KEYSPACE | acl::DANGEROUS),
];

fn dbsize(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::from(ctx.keys.current().keys.len()))
}

fn flushall(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let later = is_async(ctx, args)?;
    for db in 0..ctx.keys.dbs.len() {
        ctx.keys.flush(db);
    }
    Ok(after_flush(ctx, later))
}

fn flushdb(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let later = is_async(ctx, args)?;
    ctx.keys.flush(ctx.keys.db);
    Ok(after_flush(ctx, later))
}

fn is_async(ctx: &Context, args: &mut Args) -> Result<bool, Error> {
    match args.rest() {
        [] => Ok(ctx.server.config.get("lazyfree-lazy-user-flush").as_deref() == Some(b"yes")),
        [mode] if mode.eq_ignore_ascii_case(b"ASYNC") => Ok(true),
        [mode] if mode.eq_ignore_ascii_case(b"SYNC") => Ok(false),
        _ => Err(Error::Syntax),
    }
}

/// Gives the reply. A server that frees memory at once lets its client wait for that: an invalidation of what the
/// client itself has cached then comes before the reply.
fn after_flush(ctx: &mut Context, later: bool) -> Reply {
    // Flushing nothing is replicated too: a replica may have what this server does not.
    ctx.keys.dirty += 1;
    let told = ctx.server.outbox.len();
    ctx.server.invalidate_all();
    if later || !ctx.may_block {
        return Reply::OK;
    }
    let own = |event: &mut Event| matches!(event, Event::Push { client, .. } if *client == ctx.id);
    let mut replies: Vec<Reply> = ctx
        .server
        .outbox
        .extract_if(told.., own)
        .filter_map(|event| match event {
            Event::Push { reply, .. } => Some(reply),
            _ => None,
        })
        .collect();
    if replies.is_empty() {
        return Reply::OK;
    }
    replies.push(Reply::OK);
    Reply::Many(replies)
}

fn swapdb(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if ctx.server.cluster.is_some() {
        return Err(Error::err("SWAPDB is not allowed in cluster mode"));
    }
    let first = number::parse_i64(args.word()?).ok_or(Error::err("invalid first DB index"))?;
    let second = number::parse_i64(args.word()?).ok_or(Error::err("invalid second DB index"))?;
    let index = |number: i64| {
        let db = usize::try_from(number)
            .ok()
            .filter(|db| *db < ctx.keys.dbs.len());
        db.ok_or(Error::err("DB index is out of range"))
    };
    let (first, second) = (index(first)?, index(second)?);
    if first != second {
        ctx.keys.swap(first, second);
    }
    ctx.keys.dirty += 1;
    Ok(Reply::OK)
}
