//! FUNCTION and FCALL. Source: Redis 8.2, `functions.c`, `function_lua.c`.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::commands::help::{help, wrong_arity_or_unknown};
use crate::context::Context;
use crate::error::Error;
use crate::glob;
use crate::rdb;
use crate::reply::Reply;
use crate::scripting::{self, Kind, Program, libraries::Library, loading};

use super::{KEY_NOTES, KEYS, KEYS_READ, RUNS, RUNS_READ_ONLY, flush_mode, key_count};

pub const COMMANDS: &[Command] = &[
    Command::new("FCALL function numkeys:int [key...] [arg...]", fcall)
        .summary("Runs a function.")
        .cost("Depends on the function that is executed.")
        .since("7.0.0")
        .flags(RUNS)
        .key_specs(&[KEYS])
        .key_notes(KEY_NOTES),
    Command::new("FCALL_RO function numkeys:int [key...] [arg...]", fcall_ro)
        .summary("Runs a function that may not write.")
        .cost("Depends on the function that is executed.")
        .since("7.0.0")
        .flags(RUNS_READ_ONLY)
        .key_specs(&[KEYS_READ])
        .key_notes(KEY_NOTES),
    Command::container("FUNCTION")
        .summary("Keeps libraries of functions.")
        .cost("Depends on subcommand.")
        .since("7.0.0"),
    Command::new("FUNCTION|DELETE library-name", function_delete)
        .summary("Forgets a library and its functions.")
        .since("7.0.0")
        .flags(NOSCRIPT | WRITE)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("FUNCTION|DUMP", function_dump)
        .summary("Gives all libraries as bytes for FUNCTION RESTORE.")
        .cost("O(N) where N is the number of functions")
        .since("7.0.0")
        .flags(NOSCRIPT),
    Command::new("FUNCTION|FLUSH [ASYNC | SYNC]", function_flush)
        .summary("Forgets all libraries.")
        .cost("O(N) where N is the number of functions deleted")
        .since("7.0.0")
        .flags(NOSCRIPT | WRITE)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("FUNCTION|HELP", help)
        .summary("Lists the subcommands.")
        .since("7.0.0")
        .flags(LOADING | STALE),
    Command::new("FUNCTION|KILL", function_kill)
        .summary("Ends the running function if it has not written yet.")
        .since("7.0.0")
        .flags(NOSCRIPT | ALLOW_BUSY)
        .tips(&["request_policy:all_shards", "response_policy:one_succeeded"]),
    Command::new(
        "FUNCTION|LIST [LIBRARYNAME library-name-pattern] [WITHCODE]",
        function_list,
    )
    .summary("Describes libraries and their functions.")
    .cost("O(N) where N is the number of functions")
    .since("7.0.0")
    .flags(NOSCRIPT)
    .tips(&["nondeterministic_output_order"]),
    Command::new("FUNCTION|LOAD [REPLACE] function-code", function_load)
        .summary("Makes a library of its code.")
        .cost("O(1) (considering compilation time is redundant)")
        .since("7.0.0")
        .flags(NOSCRIPT | WRITE | DENYOOM)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new(
        "FUNCTION|RESTORE serialized-value [FLUSH | APPEND | REPLACE]",
        function_restore,
    )
    .summary("Makes libraries from what FUNCTION DUMP gave.")
    .cost("O(N) where N is the number of functions on the payload")
    .since("7.0.0")
    .flags(NOSCRIPT | WRITE | DENYOOM)
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Command::new("FUNCTION|STATS", function_stats)
        .summary("Says which function runs, and how many there are.")
        .since("7.0.0")
        .flags(NOSCRIPT | ALLOW_BUSY)
        .tips(&[
            "nondeterministic_output",
            "request_policy:all_shards",
            "response_policy:special",
        ]),
];

fn fcall(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run(ctx, args, false)
}

fn fcall_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run(ctx, args, true)
}

fn run(ctx: &mut Context, args: &mut Args, read_only: bool) -> Result<Reply, Error> {
    ctx.replicate_nothing();
    loading::catch_up(ctx);
    let name = args.word()?;
    let words = args.rest();
    let found = ctx.server.scripting.libraries.function(name);
    let (_, function) = found.ok_or(Error::err("Function not found"))?;
    let (name, flags) = (function.name.clone(), function.flags);
    let count = key_count(words, Error::err("Bad number of keys provided"))?;
    let (keys, arguments) = words[1..].split_at(count);
    let mut machine = scripting::machine(ctx, Kind::Function)?;
    loading::compile_missing(ctx, &mut machine);
    let Some(function) = machine.function(&name) else {
        scripting::put_back(ctx, Kind::Function, machine);
        return Err(Error::err("Function not found"));
    };
    let program = Program {
        kind: Kind::Function,
        name: String::from_utf8_lossy(&name).into_owned(),
        flags,
        read_only,
        keys,
        arguments,
    };
    scripting::start(ctx, machine, function, program)
}

fn function_load(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let mut replace = false;
    while args.left() > 1 {
        let option = args.word()?;
        if !option.eq_ignore_ascii_case(b"replace") {
            let option = String::from_utf8_lossy(option);
            return Err(Error::Err(format!("Unknown option given: {option}").into()));
        }
        replace = true;
    }
    let code = args
        .word()
        .map_err(|_| Error::err("Function code is missing"))?;
    let name = loading::load(ctx, code, replace)?;
    changed(ctx);
    Ok(Reply::Bulk(name))
}

/// The libraries changed: files are to have them, and the change counts.
fn changed(ctx: &mut Context) {
    ctx.server.persistence.functions = ctx.server.scripting.libraries.codes();
    ctx.keys.dirty += 1;
}

fn function_delete(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let removed = ctx.server.scripting.libraries.remove(args.word()?);
    let library = removed.ok_or(Error::err("Library not found"))?;
    loading::forget(ctx, &library);
    changed(ctx);
    Ok(Reply::OK)
}

fn function_flush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    flush_mode(ctx, args, "FUNCTION FLUSH only supports SYNC|ASYNC option")?;
    ctx.server.scripting.flush_functions();
    changed(ctx);
    Ok(Reply::OK)
}

fn function_kill(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.server.scripting.kill(true)
}

fn function_list(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let (mut pattern, mut with_code): (Option<&[u8]>, bool) = (None, false);
    while let Some(word) = args.peek() {
        if !with_code && args.token("WITHCODE") {
            with_code = true;
        } else if pattern.is_none() && args.token("LIBRARYNAME") {
            let missing = Error::err("library name argument was not given");
            pattern = Some(args.word().map_err(|_| missing)?);
        } else {
            let word = String::from_utf8_lossy(word);
            return Err(Error::Err(format!("Unknown argument {word}").into()));
        }
    }
    let libraries = ctx.server.scripting.libraries.iter();
    let wanted = |library: &&Library| {
        pattern.is_none_or(|pattern| glob::matches(pattern, &library.name, true))
    };
    Ok(Reply::array(
        libraries
            .filter(wanted)
            .map(|library| describe(library, with_code)),
    ))
}

fn describe(library: &Library, with_code: bool) -> Reply {
    let functions = library.functions.values().map(|function| {
        let flags = function.flags.names();
        Reply::Map(vec![
            (Reply::bulk("name"), Reply::bulk(&function.name)),
            (
                Reply::bulk("description"),
                Reply::bulk_or_null(function.description.as_ref()),
            ),
            (
                Reply::bulk("flags"),
                Reply::Set(flags.into_iter().map(Reply::Status).collect()),
            ),
        ])
    });
    let mut fields = vec![
        (Reply::bulk("library_name"), Reply::bulk(&library.name)),
        (Reply::bulk("engine"), Reply::bulk("LUA")),
        (Reply::bulk("functions"), Reply::array(functions)),
    ];
    if with_code {
        fields.push((Reply::bulk("library_code"), Reply::bulk(&library.code)));
    }
    Reply::Map(fields)
}

fn function_stats(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let scripting = &ctx.server.scripting;
    let running = match scripting.parked.get() {
        Some(running) if running.kind == Kind::Script => return Err(running.refusal()),
        Some(running) => Reply::Map(vec![
            (Reply::bulk("name"), Reply::bulk(&running.name)),
            (
                Reply::bulk("command"),
                Reply::array(running.words.iter().map(Reply::bulk)),
            ),
            (
                Reply::bulk("duration_ms"),
                Reply::Int((running.nanos() / 1_000_000) as i64),
            ),
        ]),
        None => Reply::Null,
    };
    let counts = Reply::Map(vec![
        (
            Reply::bulk("libraries_count"),
            Reply::from(scripting.libraries.len()),
        ),
        (
            Reply::bulk("functions_count"),
            Reply::from(scripting.libraries.function_count()),
        ),
    ]);
    Ok(Reply::Map(vec![
        (Reply::bulk("running_script"), running),
        (
            Reply::bulk("engines"),
            Reply::Map(vec![(Reply::bulk("LUA"), counts)]),
        ),
    ]))
}

fn function_dump(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let compress = ctx.server.config.persistence.compress;
    let codes = ctx.server.scripting.libraries.codes();
    Ok(Reply::Bulk(rdb::dump_functions(&codes, compress)))
}

fn function_restore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    loading::catch_up(ctx);
    let payload = args.word()?;
    let policy = match args.rest() {
        [] => loading::Policy::Append,
        [word] => loading::Policy::of(word).ok_or(Error::err(
            "Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
        ))?,
        _ => return Err(wrong_arity_or_unknown(ctx)),
    };
    let body =
        rdb::open_dump(payload).ok_or(Error::err("DUMP payload version or checksum are wrong"))?;
    loading::restore(ctx, body, policy)?;
    changed(ctx);
    Ok(Reply::OK)
}
