//! Commands of the group `scripting`: EVAL and its kin here, FUNCTION and FCALL in `function.rs`. How a program runs is
//! `scripting/`'s business, at the crate's root.

pub mod function;

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::commands::help::{help, wrong_arity_or_unknown};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::scripting::{self, Kind, Program, shebang, sum_of};

/// Of all commands that run a program.
const RUNS: u32 = NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS | MOVABLEKEYS | MAY_REPLICATE;
const RUNS_READ_ONLY: u32 =
    NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS | MOVABLEKEYS | READONLY;

const KEY_NOTES: &str = "What a program will do with its keys is not known: the worst is assumed.";
const KEYS: KeySpec = keys(key::RW | key::ACCESS | key::UPDATE);
const KEYS_READ: KeySpec = keys(key::RO | key::ACCESS);

/// As many as the second argument says, from the third on.
const fn keys(flags: u32) -> KeySpec {
    KeySpec {
        flags,
        begin: Begin::Index(2),
        find: Find::Count {
            count_at: 0,
            first: 1,
            step: 1,
        },
        notes: "",
    }
}

pub const COMMANDS: &[Command] = &[
    Command::new("EVAL script numkeys:int [key...] [arg...]", eval)
        .summary("Runs a Lua script.")
        .cost("Depends on the script that is executed.")
        .since("2.6.0")
        .flags(RUNS)
        .key_specs(&[KEYS])
        .key_notes(KEY_NOTES),
    Command::new("EVAL_RO script numkeys:int [key...] [arg...]", eval_ro)
        .summary("Runs a Lua script that may not write.")
        .cost("Depends on the script that is executed.")
        .since("7.0.0")
        .flags(RUNS_READ_ONLY)
        .key_specs(&[KEYS_READ])
        .key_notes(KEY_NOTES),
    Command::new("EVALSHA sha1 numkeys:int [key...] [arg...]", evalsha)
        .summary("Runs a cached Lua script, named by its SHA-1 sum.")
        .cost("Depends on the script that is executed.")
        .since("2.6.0")
        .flags(RUNS)
        .key_specs(&[KEYS]),
    Command::new("EVALSHA_RO sha1 numkeys:int [key...] [arg...]", evalsha_ro)
        .summary("Runs a cached Lua script that may not write, named by its SHA-1 sum.")
        .cost("Depends on the script that is executed.")
        .since("7.0.0")
        .flags(RUNS_READ_ONLY)
        .key_specs(&[KEYS_READ]),
    Command::container("SCRIPT")
        .summary("Keeps and ends scripts.")
        .cost("Depends on subcommand.")
        .since("2.6.0"),
    Command::new("SCRIPT|DEBUG (YES | SYNC | NO)", script_debug)
        .summary("Chooses how the next scripts are debugged.")
        .since("3.2.0")
        .flags(NOSCRIPT),
    Command::new("SCRIPT|EXISTS sha1...", script_exists)
        .summary("Says which scripts are cached.")
        .cost("O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).")
        .since("2.6.0")
        .flags(NOSCRIPT)
        .tips(&["request_policy:all_shards", "response_policy:agg_logical_and"]),
    Command::new("SCRIPT|FLUSH [ASYNC | SYNC]", script_flush)
        .summary("Forgets all cached scripts.")
        .cost("O(N) with N being the number of scripts in cache")
        .since("2.6.0")
        .flags(NOSCRIPT)
        .history(&[("6.2.0", "The words `ASYNC` and `SYNC`.")])
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("SCRIPT|HELP", help)
        .summary("Lists the subcommands.")
        .since("5.0.0")
        .flags(LOADING | STALE),
    Command::new("SCRIPT|KILL", script_kill)
        .summary("Ends the running script if it has not written yet.")
        .since("2.6.0")
        .flags(NOSCRIPT | ALLOW_BUSY)
        .tips(&["request_policy:all_shards", "response_policy:one_succeeded"]),
    Command::new("SCRIPT|LOAD script", script_load)
        .summary("Caches a script without running it.")
        .cost("O(N) with N being the length in bytes of the script body.")
        .since("2.6.0")
        .flags(NOSCRIPT | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
];

const NO_SCRIPT: Error = Error::Raw(std::borrow::Cow::Borrowed(
    "NOSCRIPT No matching script. Please use EVAL.",
));

fn eval(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run_text(ctx, args, false)
}

fn eval_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run_text(ctx, args, true)
}

fn evalsha(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run_cached(ctx, args, false)
}

fn evalsha_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    run_cached(ctx, args, true)
}

fn run_text(ctx: &mut Context, args: &mut Args, read_only: bool) -> Result<Reply, Error> {
    // Scripts are not replicated, only what they do.
    ctx.replicate_nothing();
    let body = args.word()?;
    let words = args.rest();
    key_count(words, Error::NotAnInteger)?;
    let sum = sum_of(body);
    if ctx.server.scripting.cache.get(&sum).is_none() {
        cache(ctx, &sum, body, true)?;
    }
    run(ctx, sum, words, read_only)
}

fn run_cached(ctx: &mut Context, args: &mut Args, read_only: bool) -> Result<Reply, Error> {
    const DIGITS: usize = 40;
    ctx.replicate_nothing();
    let sum = args.word()?;
    if sum.len() != DIGITS {
        return Err(NO_SCRIPT);
    }
    let words = args.rest();
    key_count(words, Error::NotAnInteger)?;
    let sum = String::from_utf8_lossy(sum).to_ascii_lowercase();
    if ctx.server.scripting.cache.get(&sum).is_none() {
        return Err(NO_SCRIPT);
    }
    run(ctx, sum, words, read_only)
}

/// How many of the words behind it are keys.
fn key_count(words: &[&[u8]], not_a_number: Error) -> Result<usize, Error> {
    let (count, rest) = words.split_first().ok_or(Error::Syntax)?;
    let count = number::parse_i64(count).ok_or(not_a_number)?;
    if count > rest.len() as i64 {
        return Err(Error::err(
            "Number of keys can't be greater than number of args",
        ));
    }
    usize::try_from(count).map_err(|_| Error::err("Number of keys can't be negative"))
}

fn run(ctx: &mut Context, sum: String, words: &[&[u8]], read_only: bool) -> Result<Reply, Error> {
    let count = key_count(words, Error::NotAnInteger)?;
    let (keys, arguments) = words[1..].split_at(count);
    let mut machine = scripting::machine(ctx, Kind::Script)?;
    let scripting = &mut ctx.server.scripting;
    scripting.cache.touch(&sum);
    let script = scripting.cache.get(&sum).ok_or(NO_SCRIPT)?;
    let flags = script.flags;
    let compiled = shebang::of_script(&script.body).and_then(|(_, code)| {
        machine
            .compile(&sum, code)
            .map_err(|text| compile_error(&text))
    });
    let function = compiled.map(|()| machine.function(sum.as_bytes()));
    let function = match function {
        Ok(Some(function)) => function,
        other => {
            scripting::put_back(ctx, Kind::Script, machine);
            return other.and(Err(NO_SCRIPT));
        }
    };
    let program = Program {
        kind: Kind::Script,
        name: sum,
        flags,
        read_only,
        keys,
        arguments,
    };
    scripting::start(ctx, machine, function, program)
}

fn compile_error(text: &[u8]) -> Error {
    let text = String::from_utf8_lossy(text);
    Error::Err(format!("Error compiling script (new function): {text}").into())
}

/// Compiles a script and keeps it. `passing`: it came with EVAL.
fn cache(ctx: &mut Context, sum: &str, body: &[u8], passing: bool) -> Result<(), Error> {
    let (flags, code) = shebang::of_script(body)?;
    let mut machine = scripting::machine(ctx, Kind::Script)?;
    let compiled = machine.compile(sum, code);
    if compiled.is_ok() {
        let cache = &mut ctx.server.scripting.cache;
        if let Some(evicted) = cache.insert(sum, body, flags, passing) {
            machine.forget(evicted.as_bytes());
        }
    }
    scripting::put_back(ctx, Kind::Script, machine);
    compiled.map_err(|text| compile_error(&text))
}

fn script_load(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let body = args.word()?;
    let sum = sum_of(body);
    if ctx.server.scripting.cache.get(&sum).is_none() {
        cache(ctx, &sum, body, false)?;
    }
    ctx.server.scripting.cache.keep(&sum);
    Ok(Reply::bulk(sum))
}

fn script_exists(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let cache = &ctx.server.scripting.cache;
    let known = |sum: &&[u8]| {
        let sum = String::from_utf8_lossy(sum).to_ascii_lowercase();
        Reply::from(cache.get(&sum).is_some())
    };
    Ok(Reply::array(args.rest().iter().map(known)))
}

fn script_flush(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    const PROBLEM: &str = "SCRIPT FLUSH only support SYNC|ASYNC option";
    match args.left() {
        0 | 1 => flush_mode(ctx, args, PROBLEM)?,
        _ => return Err(Error::err(PROBLEM)),
    }
    ctx.server.scripting.flush_scripts();
    Ok(Reply::OK)
}

/// Whether what is flushed is freed at once makes no difference to anybody here.
fn flush_mode(ctx: &Context, args: &mut Args, problem: &'static str) -> Result<(), Error> {
    match args.rest() {
        [] => Ok(()),
        [mode] if mode.eq_ignore_ascii_case(b"sync") || mode.eq_ignore_ascii_case(b"async") => {
            Ok(())
        }
        [_] => Err(Error::err(problem)),
        _ => Err(wrong_arity_or_unknown(ctx)),
    }
}

fn script_kill(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    ctx.server.scripting.kill(false)
}

/// The protocol of redis-cli --ldb is not spoken here; a page steps through scripts by other means.
fn script_debug(_: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let mode = args.word()?;
    if mode.eq_ignore_ascii_case(b"no") {
        Ok(Reply::OK)
    } else if mode.eq_ignore_ascii_case(b"yes") || mode.eq_ignore_ascii_case(b"sync") {
        Err(Error::NotEmulated(
            "SCRIPT DEBUG: the debugger of redis-cli is not here, scripts can be stepped through in the page"
                .to_string(),
        ))
    } else {
        Err(Error::err("Use SCRIPT DEBUG YES/SYNC/NO"))
    }
}
