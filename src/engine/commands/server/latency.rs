//! LATENCY. What is measured is the cost model's business (`cost.rs`), the series of delays `latency.rs`'s at the
//! crate's root. DOCTOR's numbers are Redis', its words are ours.

use std::fmt::Write;

use crate::args::Args;
use crate::command::{Command, Entry, flag::*, table};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::latency::{Series, event};
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[Command] = &[
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
];

fn latest(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let row = |(event, series): (&str, &Series)| {
        let last = series
            .samples
            .back()
            .expect("a series begins with a sample");
        Reply::Array(vec![
            Reply::bulk(event),
            Reply::Int(last.at),
            Reply::Int(last.millis as i64),
            Reply::Int(series.longest as i64),
        ])
    };
    Ok(Reply::array(ctx.server.latency.iter().map(row)))
}

fn history(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let series = ctx.server.latency.get(args.word()?);
    let samples = series.into_iter().flat_map(|series| &series.samples);
    Ok(Reply::array(samples.map(|sample| {
        Reply::Array(vec![
            Reply::Int(sample.at),
            Reply::Int(sample.millis as i64),
        ])
    })))
}

fn graph(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let event = args.word()?;
    let name = String::from_utf8_lossy(event);
    match ctx.server.latency.get(event) {
        Some(series) => Ok(Reply::Verbatim("txt", series.graph(&name, ctx.now))),
        None => Err(Error::Err(
            format!("No samples available for event '{name}'").into(),
        )),
    }
}

fn reset(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let latency = &mut ctx.server.latency;
    Ok(Reply::from(match args.rest() {
        [] => latency.forget_all(),
        events => events.iter().filter(|event| latency.forget(event)).count(),
    }))
}

fn doctor(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let mut text = String::new();
    let config = &ctx.server.config;
    if config.latency_monitor_threshold == 0 && ctx.server.latency.iter().next().is_none() {
        text.push_str(
            "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \
             \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep \
             space mission I'd suggest to take a look at https://redis.io/docs/latest/operate/oss_and_stack/management/\
             optimization/latency-monitor.\n",
        );
        return Ok(Reply::Verbatim("txt", text));
    }
    let mut commands = false;
    for (at, (event, series)) in ctx.server.latency.iter().enumerate() {
        if at == 0 {
            text.push_str("Dave, there were latency spikes in this Redis instance:\n\n");
        }
        let summary = series.summary(ctx.now);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{}. {event}: {} latency spikes (average {}ms, mean deviation {}ms, period {} sec). \
             Worst all time event {}ms.",
            at + 1,
            summary.spikes,
            summary.average,
            summary.deviation,
            number::format_fixed(summary.period, 2),
            summary.longest
        );
        commands |= event == event::COMMAND;
        if let Some(advice) = advice(event) {
            let _ = writeln!(text, "   - {advice}");
        }
    }
    if text.is_empty() {
        text.push_str(
            "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest \
             bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n",
        );
    } else if commands {
        let micros = config.slowlog_log_slower_than;
        if micros < 0 || micros > config.latency_monitor_threshold.saturating_mul(1000) {
            text.push_str(
                "\nThe slow log does not hold all of these commands. \
                 Try 'CONFIG SET slowlog-log-slower-than 1000'.\n",
            );
        }
    }
    Ok(Reply::Verbatim("txt", text))
}

fn advice(event: &str) -> Option<&'static str> {
    match event {
        event::COMMAND => Some(
            "Look into the slow log for commands whose work grows with the data. \
             Removing a very large value at once blocks as well: UNLINK it, or keep it in parts.",
        ),
        event::FAST_COMMAND => Some(
            "Commands that are always fast took long: look for what the machine does beside the server.",
        ),
        event::EXPIRE_CYCLE => {
            Some("Many keys expire at the same time: spread their deadlines over a longer time.")
        }
        event::EVICTION_CYCLE => Some(
            "Keys are evicted faster than memory becomes free: allow more memory, or write less at once.",
        ),
        _ => None,
    }
}

fn histogram(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let entries: Vec<&Entry> = match args.rest() {
        [] => table().all().collect(),
        names => names
            .iter()
            .filter_map(|name| table().find_full(name))
            .flat_map(|entry| std::iter::once(entry).chain(entry.subcommands.values().copied()))
            .collect(),
    };
    let mut shown = Vec::new();
    for entry in entries {
        let histogram = &ctx.server.stats.command(entry).durations;
        let calls = histogram.total();
        if calls == 0 {
            continue;
        }
        let powers = histogram.powers().into_iter();
        let powers =
            powers.map(|(micros, calls)| (Reply::Int(micros as i64), Reply::Int(calls as i64)));
        let facts = vec![
            (Reply::bulk("calls"), Reply::Int(calls as i64)),
            (Reply::bulk("histogram_usec"), Reply::Map(powers.collect())),
        ];
        shown.push((Reply::bulk(entry.name), Reply::Map(facts)));
    }
    Ok(Reply::Map(shown))
}
