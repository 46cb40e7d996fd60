//! From EVAL or FCALL to a reply. Source: Redis 8.2, `script.c`, `scriptPrepareForRun`; `script_lua.c`,
//! `luaCallFunction`.

use lua::lexer::c_string;
use lua::{Args, Failure, FunctionRef, LevelKind, Run, Value, Vm};

use super::api::{self, Asked};
use super::machine::Machine;
use super::running::{Kind, Running};
use super::shebang::Flags;
use super::{NANOS_PER_STEP, call, convert};
use crate::command::table;
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::reply::Reply;
use crate::resp::Protocol;

/// What is to be run.
pub struct Program<'a> {
    pub kind: Kind,
    /// The script's sum, or the function's name as messages show it.
    pub name: String,
    pub flags: Flags,
    /// By a command that ends in `_RO`.
    pub read_only: bool,
    pub keys: &'a [&'a [u8]],
    pub arguments: &'a [&'a [u8]],
}

/// What a call of `redis.call` takes, beside the command itself.
const CALL: u64 = 20;

/// Runs a program. `Reply::Later` means that it is parked.
pub fn start(
    ctx: &mut Context,
    mut machine: Box<Machine>,
    function: FunctionRef,
    program: Program,
) -> Result<Reply, Error> {
    let begun = check(ctx, &program).and_then(|()| {
        begin(&mut machine.vm, function, &program)
            .map_err(|error| Error::Raw(lossy(&machine.text_of(error)).into()))
    });
    if let Err(error) = begun {
        put_back(ctx, program.kind, machine);
        return Err(error);
    }
    let (id, entry, words, now) = (ctx.id, ctx.entry, ctx.words, ctx.now);
    ctx.server.show_to_monitors(entry, id, words, now);
    let by_line = ctx.server.scripting.by_line;
    machine.vm.set_stepping(by_line);
    let flags = program.flags;
    let client = ctx.client();
    let running = Running {
        kind: program.kind,
        name: program.name,
        client: ctx.id,
        entry: ctx.entry,
        words: Vec::new(),
        since: ctx.now,
        steps: 0,
        db: client.db,
        protocol: Protocol::Resp2,
        replication: api::REPL_ALL,
        read_only: program.read_only || flags.no_writes,
        allow_oom: flags.allow_oom,
        allow_cross_slot: flags.unflagged || flags.allow_cross_slot_keys,
        slot: None,
        wrote: false,
        obeyed: client.obeyed,
        killed: false,
        busy: false,
        abandoned: false,
        calls: by_line.then(Vec::new),
        before_line: false,
        transaction: None,
        machine: Some(machine),
    };
    let patience = ctx.server.scripting.patience;
    let threshold = ctx.server.config.busy_reply_threshold;
    let nanos = patience
        .map_or(threshold, |patience| patience.min(threshold))
        .as_nanos();
    let steps = (nanos as u64 / NANOS_PER_STEP).max(1);
    go_on(ctx, Box::new(running), steps)
}

/// Whether the program may run at all. What it declares about writes, memory and staleness was asked before, on the
/// ladder: `Scripting::command_flags`.
fn check(ctx: &Context, program: &Program) -> Result<(), Error> {
    let flags = program.flags;
    let server = &ctx.server;
    if flags.unflagged {
        let stale = server.replication.is_stale() && !server.config.yes("replica-serve-stale-data");
        return if stale {
            Err(Error::MasterDown)
        } else {
            Ok(())
        };
    }
    if flags.no_cluster && server.cluster.is_some() {
        return Err(Error::err(
            "Can not run script on cluster, 'no-cluster' flag is set.",
        ));
    }
    match program.read_only && !flags.no_writes {
        true => Err(Error::err(
            "Can not execute a script with write flag using *_ro command.",
        )),
        false => Ok(()),
    }
}

fn begin(vm: &mut Vm, function: FunctionRef, program: &Program) -> Result<(), lua::Error> {
    let keys = texts(vm, program.keys)?;
    let arguments = texts(vm, program.arguments)?;
    if program.kind == Kind::Function {
        return vm.start(function, &[keys, arguments]);
    }
    let globals = vm.globals();
    vm.raw_set_text(globals, b"KEYS", keys)?;
    vm.raw_set_text(globals, b"ARGV", arguments)?;
    vm.start(function, &[])
}

fn texts(vm: &mut Vm, words: &[&[u8]]) -> Result<Value, lua::Error> {
    let table = vm.table(words.len(), 0)?;
    for (at, word) in words.iter().enumerate() {
        let word = Value::String(vm.string(word)?);
        vm.raw_set_index(table, at + 1, word)?;
    }
    Ok(Value::Table(table))
}

/// Runs until the program has made so many steps in all.
pub fn go_on(ctx: &mut Context, mut running: Box<Running>, until: u64) -> Result<Reply, Error> {
    let mut machine = running
        .machine
        .take()
        .expect("a script that does not run has its machine");
    machine.vm.set_clock(ctx.now.micros() as f64 / 1e6);
    let db = std::mem::replace(&mut ctx.client_mut().db, running.db);
    let protocol = ctx.client().protocol;
    let before = running.nanos();
    let end = run(ctx, &mut machine, &mut running, until);
    running.db = std::mem::replace(&mut ctx.client_mut().db, db);
    ctx.client_mut().protocol = protocol;
    ctx.keys.work += running.nanos() - before;
    match end {
        Some(reply) => {
            ctx.replicate_nothing();
            machine.vm.set_stepping(false);
            put_back(ctx, running.kind, machine);
            reply
        }
        None => {
            let threshold = ctx.server.config.busy_reply_threshold;
            running.busy = u128::from(running.nanos()) >= threshold.as_nanos();
            running.machine = Some(machine);
            // Most scripts never come here: only now is the command kept.
            if running.words.is_empty() {
                running.words = ctx.words.iter().map(|word| word.to_vec()).collect();
            }
            ctx.server.scripting.parked.put(running);
            ctx.replicate_nothing();
            Ok(Reply::Later)
        }
    }
}

/// `None`: the steps are used up.
fn run(
    ctx: &mut Context,
    machine: &mut Machine,
    running: &mut Running,
    until: u64,
) -> Option<Result<Reply, Error>> {
    let vm = &mut machine.vm;
    if running.killed {
        vm.kill();
    }
    running.before_line = false;
    loop {
        let left = until.saturating_sub(running.steps);
        if left == 0 && !running.killed {
            return None;
        }
        let slice = left.clamp(1, ctx.server.scripting.slice);
        let ran = vm.run(slice);
        running.steps += vm.used();
        match ran {
            Run::Line if running.calls.is_some() => {
                running.before_line = true;
                return None;
            }
            Run::Pending | Run::Line => {}
            Run::Host { id, args } => {
                let work = std::mem::take(&mut ctx.keys.work);
                ctx.client_mut().protocol = running.protocol;
                answer(ctx, vm, running, id, args);
                running.steps += CALL + ctx.keys.work / NANOS_PER_STEP;
                ctx.keys.work = work;
            }
            Run::Done(values) => {
                let value = values.first().copied().unwrap_or_default();
                return Some(convert::from_lua(vm, value, running.protocol));
            }
            Run::Failed(failure) => return Some(failed(vm, running, failure)),
        }
    }
}

fn answer(ctx: &mut Context, vm: &mut Vm, running: &mut Running, id: u32, args: Args) {
    let answer = match Asked::of(id) {
        Some(Asked::Call) => call::call(ctx, vm, running, args, true).map(Some),
        Some(Asked::ProtectedCall) => call::call(ctx, vm, running, args, false).map(Some),
        Some(Asked::Log) => write_log(ctx, vm, args),
        Some(Asked::SetProtocol) => set_protocol(vm, running, args),
        Some(Asked::SetReplication) => set_replication(vm, running, args),
        Some(Asked::CheckPermission) => check_permission(ctx, vm, args).map(Some),
        Some(Asked::RegisterFunction) | None => Err(api::raise(
            vm,
            b"redis.register_function can only be called on FUNCTION LOAD command",
        )),
    };
    let answered = match answer {
        Ok(Some(value)) => vm.answer(&[value]),
        Ok(None) => vm.answer(&[]),
        Err(error) => {
            vm.answer_error(error);
            Ok(())
        }
    };
    if let Err(error) = answered {
        vm.answer_error(error);
    }
}

/// `redis.log(level, text...)`.
pub fn write_log(ctx: &mut Context, vm: &mut Vm, args: Args) -> Result<Option<Value>, lua::Error> {
    if args.len() < 2 {
        return Err(api::raise(
            vm,
            b"redis.log() requires two arguments or more.",
        ));
    }
    let level = vm.arg(args, 0);
    let Some(level) = vm.to_number(level) else {
        return Err(api::raise(
            vm,
            b"First argument must be a number (log level).",
        ));
    };
    if !(0.0..=3.0).contains(&level.trunc()) {
        return Err(api::raise(vm, b"Invalid log level."));
    }
    let mut text = Vec::new();
    for number in 1..args.len() {
        if let Value::String(_) | Value::Number(_) = vm.arg(args, number) {
            if !text.is_empty() {
                text.push(b' ');
            }
            let part = vm.check_string(args, number)?;
            text.extend_from_slice(vm.bytes(part));
        }
    }
    if level.trunc() as i64 >= ctx.server.config.log_level() {
        ctx.server.outbox.push(Event::Log(lossy(&text)));
    }
    Ok(None)
}

fn set_protocol(
    vm: &mut Vm,
    running: &mut Running,
    args: Args,
) -> Result<Option<Value>, lua::Error> {
    if args.len() != 1 {
        return Err(api::raise(vm, b"redis.setresp() requires one argument."));
    }
    let value = vm.arg(args, 0);
    running.protocol = match vm.to_number(value).map(lua::native::to_integer) {
        Some(2) => Protocol::Resp2,
        Some(3) => Protocol::Resp3,
        _ => return Err(api::raise(vm, b"RESP version must be 2 or 3.")),
    };
    Ok(None)
}

fn set_replication(
    vm: &mut Vm,
    running: &mut Running,
    args: Args,
) -> Result<Option<Value>, lua::Error> {
    if args.len() != 1 {
        return Err(api::raise(vm, b"redis.set_repl() requires one argument."));
    }
    let value = vm.arg(args, 0);
    let bits = vm.to_number(value).map_or(0, lua::native::to_integer);
    let Some(bits) = u8::try_from(bits)
        .ok()
        .filter(|bits| bits & !api::REPL_ALL == 0)
    else {
        let text = b"Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.";
        return Err(api::raise(vm, text));
    };
    running.replication = bits;
    Ok(None)
}

fn check_permission(ctx: &Context, vm: &mut Vm, args: Args) -> Result<Value, lua::Error> {
    let words = match call::words(vm, args) {
        Ok(words) => words,
        Err(text) => return Err(api::raise(vm, text)),
    };
    let words: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
    let user = ctx.server.users.get(ctx.client().user);
    let allowed = table()
        .resolve(&words)
        .ok()
        .map(|entry| user.check(entry, &words).is_ok());
    match allowed {
        Some(allowed) => Ok(Value::Boolean(allowed)),
        None => Err(api::raise(
            vm,
            b"Invalid command passed to redis.acl_check_cmd()",
        )),
    }
}

/// The reply of a program that ended with an error: its text, who it was, and where.
fn failed(vm: &mut Vm, running: &Running, failure: Failure) -> Result<Reply, Error> {
    let (text, counted) = match failure.error {
        lua::Error::Killed => (
            b"ERR Script killed by user with SCRIPT KILL...".to_vec(),
            false,
        ),
        _ => describe(vm, failure.value),
    };
    let native = |level: &&lua::Level| level.kind != LevelKind::Native;
    let place = match failure.levels.first() {
        Some(first) if first.kind == LevelKind::Native => failure.levels.get(1).filter(native),
        first => first,
    };
    let place = place.or(failure.levels.first());
    let mut text = lossy(c_string(&text));
    if let Some(level) = place {
        let source = lossy(&level.source);
        text = format!(
            "{text} script: {}, on {source}:{}.",
            running.name, level.line
        );
    }
    let error = Error::Raw(text.into());
    if counted {
        Ok(Reply::Error(error))
    } else {
        Err(error)
    }
}

/// An error's text, and whether the statistics know it already.
pub fn describe(vm: &mut Vm, value: Value) -> (Vec<u8>, bool) {
    if let Value::Table(table) = value {
        let counted = vm
            .raw_get_text(table, b"ignore_error_stats_update")
            .truthy();
        let text = match vm.raw_get_text(table, b"err") {
            text @ (Value::String(_) | Value::Number(_)) => Some(vm.describe(text)),
            _ => None,
        };
        return (text.unwrap_or(b"ERR unknown error".to_vec()), counted);
    }
    let text = vm.describe(value);
    ([b"ERR ", &text[..]].concat(), false)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// The machine for a kind of program; made if there is none.
pub fn machine(ctx: &mut Context, kind: Kind) -> Result<Box<Machine>, Error> {
    if let Some(machine) = ctx.server.scripting.place(kind).take() {
        return Ok(machine);
    }
    let made = Machine::new(kind);
    made.map(Box::new)
        .map_err(|_| Error::err("not enough memory"))
}

/// A machine that runs nothing any more.
pub fn put_back(ctx: &mut Context, kind: Kind, machine: Box<Machine>) {
    ctx.server.scripting.place(kind).put(machine);
}
