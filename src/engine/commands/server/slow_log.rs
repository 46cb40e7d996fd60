//! SLOWLOG. What is slow is the cost model's business (`cost.rs`), what an entry holds `slow_log.rs`'s at the crate's root.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::commands::help::{help, wrong_arity_or_unknown};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::slow_log::SlowCall;

pub const COMMANDS: &[Command] = &[
    Command::container("SLOWLOG")
        .summary("Shows slow commands.")
        .cost("Depends on subcommand.")
        .since("2.2.12"),
    Command::new("SLOWLOG|GET [count:int]", slowlog_get)
        .summary("Gives the entries of the slow log, the last first.")
        .cost("O(N) where N is the number of entries returned")
        .since("2.2.12")
        .flags(ADMIN | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "nondeterministic_output"])
        .history(&[(
            "4.0.0",
            "An entry names address, port and name of the client.",
        )]),
    Command::new("SLOWLOG|HELP", help)
        .summary("Lists the subcommands.")
        .since("6.2.0")
        .flags(LOADING | STALE),
    Command::new("SLOWLOG|LEN", slowlog_len)
        .summary("Counts the entries of the slow log.")
        .since("2.2.12")
        .flags(ADMIN | LOADING | STALE)
        .tips(&[
            "request_policy:all_nodes",
            "response_policy:agg_sum",
            "nondeterministic_output",
        ]),
    Command::new("SLOWLOG|RESET", slowlog_reset)
        .summary("Empties the slow log.")
        .cost("O(N) where N is the number of entries in the slowlog")
        .since("2.2.12")
        .flags(ADMIN | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
];

fn slowlog_get(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const COUNT: i64 = 10;
    let count = match args.rest() {
        [] => COUNT,
        [count] => {
            let count = number::parse_i64(count).filter(|count| *count >= -1);
            count.ok_or(Error::err("count should be greater than or equal to -1"))?
        }
        _ => return Err(wrong_arity_or_unknown(ctx)),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let shown = ctx.server.slow_log.iter().take(count).map(shown);
    Ok(Reply::array(shown))
}

fn shown(call: &SlowCall) -> Reply {
    Reply::Array(vec![
        Reply::Int(call.id as i64),
        Reply::Int(call.at.secs()),
        Reply::Int(call.micros as i64),
        Reply::array(call.words.iter().map(Reply::bulk)),
        Reply::bulk(&call.address),
        Reply::bulk(&call.client_name),
    ])
}

fn slowlog_len(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::from(ctx.server.slow_log.len()))
}

fn slowlog_reset(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.server.slow_log.clear();
    Ok(Reply::OK)
}
