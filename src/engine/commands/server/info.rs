//! INFO. What the sections say is `info.rs`'s business at the crate's root.

use crate::args::Args;
use crate::command::{Command, acl, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::info;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[Command::new("INFO [section...]", info)
    .summary("Gives facts and counters of the server, in sections.")
    .flags(LOADING | STALE | SENTINEL)
    .acl(acl::DANGEROUS)
    .tips(&[
        "nondeterministic_output",
        "request_policy:all_shards",
        "response_policy:special",
    ])
    .history(&[("7.0.0", "Several sections at once.")])];

fn info(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Verbatim(
        "txt",
        info::text(ctx.keys, ctx.server, ctx.now, args.rest()),
    ))
}
