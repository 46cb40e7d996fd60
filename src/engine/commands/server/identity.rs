//! What a server says of itself in a word: TIME, LOLWUT, MODULE.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::commands::help::help;
use crate::context::Context;
use crate::error::Error;
use crate::exceptions;
use crate::reply::Reply;
use crate::server::VERSION;

pub const COMMANDS: &[Command] = &[
    Command::new("TIME", time)
        .summary("Gives the time: seconds since 1970, and microseconds.")
        .since("2.6.0")
        .flags(LOADING | STALE | FAST)
        .tips(&["nondeterministic_output"]),
    Command::new("LOLWUT [VERSION version:int]", lolwut)
        .summary("Draws something, and gives the version.")
        .cost("")
        .since("5.0.0")
        .flags(READONLY | FAST),
    Command::container("MODULE")
        .summary("Loads and lists modules.")
        .cost("Depends on subcommand.")
        .since("4.0.0"),
    Command::new("MODULE|HELP", help)
        .summary("Lists the subcommands.")
        .since("5.0.0")
        .flags(LOADING | STALE),
    Command::new("MODULE|LIST", module_list)
        .summary("Lists the loaded modules.")
        .cost("O(N) where N is the number of loaded modules.")
        .since("4.0.0")
        .flags(ADMIN | NOSCRIPT)
        .tips(&["nondeterministic_output_order"]),
    Command::new("MODULE|LOAD path [arg...]", module_load)
        .summary("Loads a module: not here.")
        .since("4.0.0")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED),
    Command::new(
        "MODULE|LOADEX path [(CONFIG (name value))...] [ARGS args...]",
        module_loadex,
    )
    .summary("Loads a module with parameters: not here.")
    .since("7.0.0")
    .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED),
    Command::new("MODULE|UNLOAD name", module_unload)
        .summary("Unloads a module.")
        .since("4.0.0")
        .flags(ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED),
];

fn time(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let micros = ctx.now.micros().rem_euclid(1_000_000);
    Ok(Reply::array(
        [ctx.now.secs(), micros].map(|number| Reply::bulk(number.to_string())),
    ))
}

/// The server draws generative art that differs between versions; ours is a mountain ridge.
fn lolwut(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() > 1 && args.token("VERSION") {
        args.int()?;
    }
    const WIDTH: usize = 60;
    const HEIGHT: usize = 8;
    let mut height = ctx.random.below(HEIGHT as u64) as usize;
    let mut ridge = Vec::with_capacity(WIDTH);
    for _ in 0..WIDTH {
        height = match ctx.random.below(3) {
            0 => height.saturating_sub(1),
            1 => (height + 1).min(HEIGHT - 1),
            _ => height,
        };
        ridge.push(height);
    }
    let mut drawing = String::new();
    for row in (0..HEIGHT).rev() {
        let line: String = ridge
            .iter()
            .map(|top| {
                if *top == row {
                    '^'
                } else if *top > row {
                    ':'
                } else {
                    ' '
                }
            })
            .collect();
        drawing.push_str(line.trim_end());
        drawing.push('\n');
    }
    Ok(Reply::Verbatim(
        "txt",
        format!("{drawing}\nA ridge, drawn by chance. Redis ver. {VERSION}\n"),
    ))
}

fn module_list(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(modules())
}

/// Vector sets are a module, one that is always there.
pub fn modules() -> Reply {
    let facts = [
        ("name", Reply::bulk("vectorset")),
        ("ver", Reply::Int(1)),
        ("path", Reply::bulk("")),
        ("args", Reply::Array(Vec::new())),
    ];
    let facts = facts.map(|(name, value)| (Reply::bulk(name), value));
    Reply::Array(vec![Reply::Map(facts.to_vec())])
}

fn module_load(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(exceptions::MODULE_LOAD.error())
}

fn module_loadex(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(exceptions::MODULE_LOADEX.error())
}

fn module_unload(_: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Err(exceptions::MODULE_UNLOAD.error())
}
