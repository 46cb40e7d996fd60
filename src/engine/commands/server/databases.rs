//! Commands on whole databases: DBSIZE, FLUSHALL, FLUSHDB, SWAPDB.

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::cost;
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
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
        .history(&[("4.0.0", "The word `ASYNC`."), ("6.2.0", "The word `SYNC`.")]),
    Command::new("FLUSHDB [(ASYNC | SYNC)]", flushdb)
        .summary("Removes all keys of the database.")
        .cost("O(N) where N is the number of keys in the selected database")
        .flags(WRITE)
        .acl(acl::KEYSPACE | acl::DANGEROUS)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
        .history(&[("4.0.0", "The word `ASYNC`."), ("6.2.0", "The word `SYNC`.")]),
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
    let mode = Mode::read(ctx, args)?;
    let removed = (0..ctx.keys.dbs.len()).map(|db| ctx.keys.flush(db)).sum();
    ctx.server.all_flushed(ctx.keys, ctx.now);
    Ok(after_flush(ctx, removed, mode))
}

fn flushdb(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mode = Mode::read(ctx, args)?;
    let removed = ctx.keys.flush(ctx.keys.db);
    Ok(after_flush(ctx, removed, mode))
}

/// Who frees what the keys held.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// The command.
    Here,
    /// A thread, and the client waits for it.
    Awaited,
    /// A thread.
    Async,
}

impl Mode {
    fn read(ctx: &Context, args: &mut Args) -> Result<Mode, Error> {
        let sync = || match ctx.may_block {
            true => Mode::Awaited,
            false => Mode::Here,
        };
        match args.rest() {
            [] if ctx.server.config.yes("lazyfree-lazy-user-flush") => Ok(Mode::Async),
            [] => Ok(sync()),
            [mode] if mode.eq_ignore_ascii_case(b"ASYNC") => Ok(Mode::Async),
            [mode] if mode.eq_ignore_ascii_case(b"SYNC") => Ok(sync()),
            _ => Err(Error::Syntax),
        }
    }
}

/// Gives the reply. A server that frees memory at once lets its client wait for that: an invalidation of what the
/// client itself has cached then comes before the reply.
fn after_flush(ctx: &mut Context, removed: u64, mode: Mode) -> Reply {
    if mode != Mode::Here {
        ctx.keys.stats.lazily_freed += removed;
    }
    if mode != Mode::Async {
        ctx.keys.work += removed * cost::FLUSHED_KEY;
    }
    // Flushing nothing is replicated too: a replica may have what this server does not.
    if ctx.server.wants_effects() {
        ctx.replicate_as(ctx.words);
    }
    if mode != Mode::Awaited {
        ctx.server.invalidate_all(Some(ctx.id));
        return Reply::OK;
    }
    let told = ctx.server.outbox.len();
    ctx.server.invalidate_all(None);
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
