//! What has to do with files and the process: SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, SHUTDOWN. Files are those of the
//! engine's disk (`disk.rs`); a process that could end is there only if whoever drives the engine says so.

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::exceptions;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
    Command::new("SAVE", save)
        .summary("Writes a snapshot and waits for it.")
        .cost("O(N) where N is the total number of keys in all databases")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | NO_MULTI),
    Command::new("BGSAVE [SCHEDULE]", bgsave)
        .summary("Writes a snapshot in the background.")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING)
        .history(&[("3.2.2", "The option `SCHEDULE`.")]),
    Command::new("BGREWRITEAOF", bgrewriteaof)
        .summary("Writes the append-only file anew, in the background.")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING),
    Command::new("LASTSAVE", lastsave)
        .summary("Gives the time of the last snapshot, or of the start if there was none.")
        .flags(LOADING | STALE | FAST)
        .acl(acl::ADMIN | acl::DANGEROUS)
        .tips(&["nondeterministic_output"]),
    Command::new("SHUTDOWN [(NOSAVE | SAVE)] [NOW] [FORCE] [ABORT]", shutdown)
        .summary("Ends the server.")
        .cost("O(N) when saving, where N is the total number of keys in all databases, otherwise O(1)")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | SENTINEL | ALLOW_BUSY)
        .history(&[("7.0.0", "The options `NOW`, `FORCE` and `ABORT`.")]),
];

fn save(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    if ctx.server.persistence.is_saving() {
        return Err(SAVING);
    }
    ctx.server.save(ctx.keys, ctx.now);
    Ok(Reply::OK)
}

const SAVING: Error = Error::err("Background save already in progress");

fn bgsave(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let schedule = match args.rest() {
        [] => false,
        [word] if word.eq_ignore_ascii_case(b"SCHEDULE") => true,
        _ => return Err(Error::Syntax),
    };
    if ctx.server.persistence.is_saving() {
        return Err(SAVING);
    }
    let in_transaction = !ctx.may_block;
    if ctx.server.persistence.child.is_none() && !in_transaction {
        ctx.server.start_save(ctx.keys, ctx.now);
        return Ok(Reply::Status("Background saving started"));
    }
    if schedule || in_transaction {
        ctx.server.persistence.save_scheduled = true;
        return Ok(Reply::Status("Background saving scheduled"));
    }
    Err(Error::err(
        "Another child process is active (AOF?): can't BGSAVE right now. \
         Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
    ))
}

fn bgrewriteaof(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let persistence = &mut ctx.server.persistence;
    if persistence
        .child
        .as_ref()
        .is_some_and(|child| !child.is_snapshot())
    {
        return Err(Error::err(
            "Background append only file rewriting already in progress",
        ));
    }
    if persistence.child.is_some() || !ctx.may_block {
        persistence.aof.rewrite_scheduled = true;
        return Ok(Reply::Status(
            "Background append only file rewriting scheduled",
        ));
    }
    ctx.server.start_rewrite(ctx.keys, ctx.now);
    Ok(Reply::Status(
        "Background append only file rewriting started",
    ))
}

fn lastsave(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(ctx.server.persistence.last_save.secs()))
}

fn shutdown(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let options = args.rest();
    let known = |option: &&[u8]| {
        let names: [&[u8]; 5] = [b"NOSAVE", b"SAVE", b"NOW", b"FORCE", b"ABORT"];
        names.iter().any(|name| option.eq_ignore_ascii_case(name))
    };
    let has = |name: &[u8]| {
        options
            .iter()
            .any(|option| option.eq_ignore_ascii_case(name))
    };
    let abort = has(b"ABORT");
    if !options.iter().all(known) || abort && options.len() > 1 || has(b"SAVE") && has(b"NOSAVE") {
        return Err(Error::Syntax);
    }
    if abort {
        return Err(Error::err("No shutdown in progress."));
    }
    if !ctx.server.persistence.can_exit {
        return Err(exceptions::SHUTDOWN.error());
    }
    let has_save_points = !ctx.server.config.persistence.save_points.is_empty();
    if has(b"SAVE") || has_save_points && !has(b"NOSAVE") {
        ctx.server.save(ctx.keys, ctx.now);
    }
    ctx.server.close_append_only();
    ctx.server.persistence.exits = true;
    Ok(Reply::Nothing)
}
