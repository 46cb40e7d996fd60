//! Commands of the group `transactions`: queueing itself is the ladder's business (`engine.rs`).

use crate::acl::{Denied, log};
use crate::args::Args;
use crate::command::{Command, Entry, flag::*, key};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::scripting::Interrupted;
use crate::told;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("MULTI", multi)
        .summary("Begins a transaction: commands are queued until EXEC.")
        .since("1.2.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY),
    Command::new("EXEC", exec)
        .summary("Runs the queued commands, one after another, with nothing in between.")
        .cost("Depends on commands in the transaction")
        .since("1.2.0")
        .flags(NOSCRIPT | LOADING | STALE | SKIP_SLOWLOG),
    Command::new("DISCARD", discard)
        .summary("Drops the queued commands and ends the transaction.")
        .cost("O(N), when N is the number of queued commands")
        .since("2.0.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY),
    Command::new("WATCH key...", watch)
        .summary("Makes the next EXEC do nothing if one of these keys changes before it.")
        .cost("O(1) for every key.")
        .since("2.2.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY)
        .key_flags(&[key::RO]),
    Command::new("UNWATCH", unwatch)
        .summary("Forgets all watched keys.")
        .since("2.2.0")
        .flags(NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY),
];

fn multi(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let client = ctx.client_mut();
    if client.transaction.is_some() {
        return Err(Error::NestedMulti);
    }
    client.transaction = Some(Default::default());
    if trace::is_on() {
        told::began(ctx.id);
    }
    Ok(Reply::OK)
}

fn exec(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let Some(transaction) = ctx.client_mut().transaction.take() else {
        return Err(Error::ExecWithoutMulti);
    };
    let (keys, id) = (&*ctx.keys, ctx.id);
    let expired = ctx
        .client()
        .watching
        .iter()
        .any(|(db, key)| keys.watched_key_expired(*db, key, id));
    let broken = std::mem::take(&mut ctx.client_mut().watch_broken) || expired;
    if trace::is_on() {
        told::exec(ctx.keys, ctx.client(), &transaction, broken);
    }
    ctx.server.unwatch_all(ctx.keys, ctx.id);
    if transaction.refused {
        return Err(Error::ExecAbort);
    }
    if broken {
        return Ok(Reply::NullArray);
    }
    go_on(ctx, Vec::new(), transaction.queue)
}

/// Runs what is left of a transaction's queue. A script that takes long interrupts it: `Reply::Later`.
pub(crate) fn go_on(
    ctx: &mut Context,
    mut replies: Vec<Reply>,
    queue: Vec<(&'static Entry, Vec<Vec<u8>>)>,
) -> Result<Reply, Error> {
    let told = trace::is_on();
    let mut queue = queue.into_iter();
    replies.reserve(queue.len());
    while let Some((entry, words)) = queue.next() {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        if told {
            told::runs(replies.len(), queue.len(), &words);
        }
        let reply = match ctx.permit(entry, &words, log::Context::Multi) {
            Ok(()) => ctx.call(entry, &words),
            Err(denied) => ctx.fail(no_longer_allowed(denied)),
        };
        if let Some(running) = ctx.server.scripting.parked.get_mut() {
            running.transaction = Some(Interrupted {
                replies,
                rest: queue.collect(),
                entry: ctx.entry,
                words: ctx.words.iter().map(|word| word.to_vec()).collect(),
            });
            return Ok(Reply::Later);
        }
        replies.push(reply);
    }
    Ok(Reply::Array(replies))
}

/// The rules have changed since the command was queued.
fn no_longer_allowed(denied: Denied) -> Error {
    Error::NoPerm(format!(
        "ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no \
         longer allowed for the following reason: {}",
        denied.explain()
    ))
}

fn discard(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    if ctx.client_mut().transaction.is_none() {
        return Err(Error::DiscardWithoutMulti);
    }
    end(ctx);
    Ok(Reply::OK)
}

/// Forgets the queue and the watched keys, if there are any.
pub(super) fn end(ctx: &mut Context) {
    ctx.server.end_transaction(ctx.keys, ctx.id);
}

fn watch(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let client = ctx.client();
    if client.transaction.is_some() {
        return Err(Error::WatchInsideMulti);
    }
    // EXEC is lost already.
    if client.watch_broken {
        return Ok(Reply::OK);
    }
    let db = ctx.keys.db;
    for key in args.rest() {
        let watching = &mut ctx.client_mut().watching;
        if !watching
            .iter()
            .any(|(at, watched)| *at == db && watched == key)
        {
            watching.push((db, key.to_vec()));
            ctx.keys.watch(key, ctx.id);
            if trace::is_on() {
                told::watched(ctx.id, db, key);
            }
        }
    }
    Ok(Reply::OK)
}

fn unwatch(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.server.unwatch_all(ctx.keys, ctx.id);
    ctx.client_mut().watch_broken = false;
    if trace::is_on() {
        told::unwatched(ctx.id);
    }
    Ok(Reply::OK)
}
