//! MONITOR. What it shows is `monitor.rs`'s business at the crate's root.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[Command::new("MONITOR", monitor)
    .summary("Shows every command that any client sends from now on.")
    .cost("")
    .flags(ADMIN | NOSCRIPT | LOADING | STALE)];

fn monitor(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let id = ctx.id;
    if !ctx.may_block {
        return Err(Error::err("MONITOR isn't allowed for DENY BLOCKING client"));
    }
    let client = ctx.client_mut();
    if std::mem::replace(&mut client.monitor, true) {
        return Ok(Reply::Nothing);
    }
    ctx.server.monitors.push(id);
    Ok(Reply::OK)
}
