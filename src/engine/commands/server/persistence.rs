//! What has to do with files and the process: SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, SHUTDOWN. There are neither
//! files nor processes here, so most of them say so.

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
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING),
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
        .flags(ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | SENTINEL | ALLOW_BUSY),
];

fn no_files<T>() -> Result<T, Error> {
    Err(Error::NotEmulated(
        "nothing is written to disk yet".to_string(),
    ))
}

fn save(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    no_files()
}

fn bgsave(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    args.token("SCHEDULE");
    args.finish()?;
    no_files()
}

fn bgrewriteaof(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    no_files()
}

fn lastsave(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(ctx.server.started.secs()))
}

fn shutdown(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mut abort = false;
    let options = args.rest();
    for option in options {
        match option.to_ascii_uppercase().as_slice() {
            b"NOSAVE" | b"SAVE" | b"NOW" | b"FORCE" => {}
            b"ABORT" => abort = true,
            _ => return Err(Error::Syntax),
        }
    }
    let has = |name: &[u8]| {
        options
            .iter()
            .any(|option| option.eq_ignore_ascii_case(name))
    };
    if abort && options.len() > 1 || has(b"SAVE") && has(b"NOSAVE") {
        return Err(Error::Syntax);
    }
    if abort {
        return Err(Error::err("No shutdown in progress."));
    }
    Err(exceptions::SHUTDOWN.error())
}
