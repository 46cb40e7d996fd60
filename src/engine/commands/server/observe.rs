//! SLOWLOG, LATENCY and MONITOR. No command takes time here, so nothing is slow and nothing has latency:
//! the logs are empty because that is the truth.

use crate::args::Args;
use crate::command::{Command, flag::*, table};
use crate::commands::help::{help, wrong_arity_or_unknown};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;

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
        .tips(&["request_policy:all_nodes", "nondeterministic_output"]),
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
    Command::container("LATENCY")
        .summary("Shows delays.")
        .cost("Depends on subcommand.")
        .since("2.8.13"),
    Command::new("LATENCY|DOCTOR", doctor)
        .summary("Says what to make of the delays.")
        .since("2.8.13")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_nodes",
            "response_policy:special",
        ]),
    Command::new("LATENCY|GRAPH event", graph)
        .summary("Draws the delays of an event.")
        .since("2.8.13")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_nodes",
            "response_policy:special",
        ]),
    Command::new("LATENCY|HELP", help)
        .summary("Lists the subcommands.")
        .since("2.8.13")
        .flags(LOADING | STALE),
    Command::new("LATENCY|HISTOGRAM [command...]", histogram)
        .summary("Gives how long commands took, in classes.")
        .cost("O(N) where N is the number of commands with latency information being retrieved.")
        .since("7.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_nodes",
            "response_policy:special",
        ]),
    Command::new("LATENCY|HISTORY event", history)
        .summary("Gives the delays of an event.")
        .since("2.8.13")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_nodes",
            "response_policy:special",
        ]),
    Command::new("LATENCY|LATEST", latest)
        .summary("Gives the last delay of each event.")
        .since("2.8.13")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_nodes",
            "response_policy:special",
        ]),
    Command::new("LATENCY|RESET [event...]", reset)
        .summary("Forgets the delays of events, or of all.")
        .since("2.8.13")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:agg_sum"]),
    Command::new("MONITOR", monitor)
        .summary("Shows every command that any client sends from now on.")
        .cost("")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE),
];

fn slowlog_get(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    match args.rest() {
        [] => {}
        [count] => {
            let count = number::parse_i64(count).filter(|count| *count >= -1);
            count.ok_or(Error::err("count should be greater than or equal to -1"))?;
        }
        _ => return Err(wrong_arity_or_unknown(ctx)),
    }
    Ok(Reply::Array(Vec::new()))
}

fn slowlog_len(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(0))
}

fn slowlog_reset(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::OK)
}

fn latest(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Array(Vec::new()))
}

fn history(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Array(Vec::new()))
}

fn graph(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let event = String::from_utf8_lossy(args.word()?);
    Err(Error::Err(
        format!("No samples available for event '{event}'").into(),
    ))
}

fn reset(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(0))
}

fn doctor(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let text = match ctx.server.config.int("latency-monitor-threshold") {
        Some(1..) => "Nothing to report: no command takes time in this emulator.\n",
        _ => {
            "Latency monitoring is off (latency-monitor-threshold is 0). No command takes time in this emulator, \
             so there would be nothing to report.\n"
        }
    };
    Ok(Reply::Verbatim("txt", text.to_string()))
}

/// Calls are counted; all of them fall into the class of no time at all.
fn histogram(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let wanted = args.rest();
    let is_wanted = |name: &str| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    let mut shown = Vec::new();
    for entry in table().all().filter(|entry| is_wanted(entry.name)) {
        let calls = ctx.server.stats.command(entry).calls;
        if calls > 0 {
            let facts = [
                (Reply::bulk("calls"), Reply::Int(calls as i64)),
                (
                    Reply::bulk("histogram_usec"),
                    Reply::Map(vec![(Reply::Int(1), Reply::Int(calls as i64))]),
                ),
            ];
            shown.push((Reply::bulk(entry.name), Reply::Map(facts.to_vec())));
        }
    }
    Ok(Reply::Map(shown))
}

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
