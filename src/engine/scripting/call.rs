//! `redis.call` and `redis.pcall`: which commands a script may run, and how. Source: Redis 8.2, `script.c`, `scriptCall`.

use std::borrow::Cow;

use lua::{Args, Value, Vm};

use super::by_line::{self, Called};
use super::running::Running;
use super::{api, convert};
use crate::acl::{Denied, log};
use crate::cluster::redirect;
use crate::cluster::slot::key_slot;
use crate::command::{Entry, flag, table};
use crate::context::Context;
use crate::error::{Error, Outage};
use crate::keys;
use crate::number;
use crate::reply::Reply;

/// A command's words out of a call's arguments: texts and numbers. The error is what a script is told.
pub fn words<'a>(vm: &'a Vm, args: Args) -> Result<Vec<Cow<'a, [u8]>>, &'static [u8]> {
    if args.is_empty() {
        return Err(b"Please specify at least one argument for this redis lib call");
    }
    let word = |number| match vm.arg(args, number) {
        Value::String(text) => Some(Cow::Borrowed(vm.bytes(text))),
        Value::Number(number) => Some(Cow::Owned(number_word(number))),
        _ => None,
    };
    let words: Option<_> = (0..args.len()).map(word).collect();
    words.ok_or(b"Lua redis lib command arguments must be strings or integers")
}

/// Whole numbers lose their point, others keep what is needed to read them back.
fn number_word(number: f64) -> Vec<u8> {
    const EXACT: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() == 0.0 && (-EXACT..EXACT).contains(&number) {
        return number::i64_to_bytes(number as i64);
    }
    // Unlike a reply's, its sign is told: what is not a number is negative where the processor made it.
    if number.is_nan() && number.is_sign_negative() {
        return b"-nan".to_vec();
    }
    number::format_f64(number).into_bytes()
}

/// Runs one command for the script. `raises`: an error ends the script, unless it catches it.
pub fn call(
    ctx: &mut Context,
    vm: &mut Vm,
    running: &mut Running,
    args: Args,
    raises: bool,
) -> Result<Value, lua::Error> {
    let words = match words(vm, args) {
        Ok(words) => words,
        Err(text) => return fail(vm, text, raises),
    };
    let words: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
    let reply = run(ctx, running, &words);
    if let Some(calls) = &mut running.calls {
        let writes = table()
            .resolve(&words)
            .is_ok_and(|entry| entry.has(flag::WRITE));
        calls.push(Called {
            line: by_line::line_of(vm),
            words: words.iter().map(|word| word.to_vec()).collect(),
            wrote: writes && !matches!(reply, Reply::Error(_)),
            reply: reply.clone(),
        });
    }
    match reply {
        Reply::Error(error) => {
            let error = convert::counted_error(vm, &error.to_string())?;
            if raises {
                Err(lua::Error::Raised(error))
            } else {
                Ok(error)
            }
        }
        reply => convert::to_lua(vm, &reply, running.protocol),
    }
}

fn fail(vm: &mut Vm, text: &[u8], raises: bool) -> Result<Value, lua::Error> {
    match api::raise(vm, text) {
        lua::Error::Raised(error) if !raises => Ok(error),
        error => Err(error),
    }
}

fn run(ctx: &mut Context, running: &mut Running, words: &[&[u8]]) -> Reply {
    match admit(ctx, running, words) {
        Ok(entry) => {
            let before = ctx.server.persistence.aof.unit.len();
            ctx.server.scripting.speaks = true;
            let reply = ctx.call(entry, words);
            ctx.server.scripting.speaks = false;
            if running.replication == 0 {
                ctx.server.persistence.aof.unit.truncate(before);
            }
            reply
        }
        Err(error) => ctx.fail(error),
    }
}

/// The rungs that a command has to climb inside a script.
fn admit(
    ctx: &mut Context,
    running: &mut Running,
    words: &[&[u8]],
) -> Result<&'static Entry, Error> {
    const UNKNOWN: Error = Error::err("Unknown Redis command called from script");
    let entry = table().resolve(words).map_err(|error| match error {
        Error::NotEmulated(_) => error,
        _ => UNKNOWN,
    })?;
    if !entry.accepts(words.len()) {
        return Err(Error::err(
            "Wrong number of args calling Redis command from script",
        ));
    }
    if entry.has(flag::NOSCRIPT) {
        return Err(Error::err("This Redis command is not allowed from script"));
    }
    check_freshness(ctx, entry)?;
    ctx.permit(entry, words, log::Context::Script)
        .map_err(|denied| refusal(ctx, entry, denied))?;
    check_write(ctx, running, entry)?;
    check_memory(ctx, running, entry)?;
    if entry.has(flag::WRITE) {
        running.wrote = true;
    }
    check_place(ctx, running, entry, words)?;
    Ok(entry)
}

fn check_freshness(ctx: &Context, entry: &Entry) -> Result<(), Error> {
    let stale = ctx.server.replication.is_stale()
        && !ctx.server.config.yes("replica-serve-stale-data")
        && !ctx.client().obeyed;
    match stale && !entry.has(flag::STALE) {
        true => Err(Error::err("Can not execute the command on a stale replica")),
        false => Ok(()),
    }
}

fn refusal(ctx: &Context, entry: &Entry, denied: Denied) -> Error {
    let text = ctx.server.refusal(ctx.id, entry, denied).to_string();
    let reason = text.strip_prefix("NOPERM ").unwrap_or(&text);
    Error::Err(format!("ACL failure in script: {reason}").into())
}

fn check_write(ctx: &Context, running: &Running, entry: &Entry) -> Result<(), Error> {
    if !entry.has(flag::WRITE) {
        return Ok(());
    }
    if running.read_only {
        return Err(Error::err(
            "Write commands are not allowed from read-only scripts.",
        ));
    }
    if ctx.client().obeyed {
        return Ok(());
    }
    if ctx.server.replication.is_replica() && ctx.server.config.yes("replica-read-only") {
        return Err(Error::ReadOnly);
    }
    // Once the script has written it can no longer be stopped half-way.
    match running.wrote || ctx.server.has_replicas_to_write(ctx.now) {
        true => Ok(()),
        false => Err(Error::NoReplicas),
    }
}

fn check_memory(ctx: &Context, running: &Running, entry: &Entry) -> Result<(), Error> {
    let refused = ctx.server.out_of_memory
        && !running.allow_oom
        && !running.wrote
        && !ctx.client().obeyed
        && entry.has(flag::DENYOOM);
    if refused {
        Err(Error::OutOfMemory)
    } else {
        Ok(())
    }
}

/// In a cluster a script may use the keys of this node, and those of one slot.
fn check_place(
    ctx: &Context,
    running: &mut Running,
    entry: &'static Entry,
    words: &[&[u8]],
) -> Result<(), Error> {
    let Some(cluster) = &ctx.server.cluster else {
        return Ok(());
    };
    if ctx.client().obeyed || entry.key_specs.is_empty() {
        return Ok(());
    }
    let (keys, config) = (&*ctx.keys, &ctx.server.config);
    let checked = redirect::check(cluster, keys, config, ctx.client(), entry, words);
    checked.map_err(|error| match error {
        Error::ClusterDown(Outage::Writes) => Error::err(
            "Script attempted to execute a write command while the cluster is down and readonly",
        ),
        Error::ClusterDown(Outage::Everything) => {
            Error::err("Script attempted to execute a command while the cluster is down")
        }
        Error::ClusterDown(Outage::Slot) => {
            Error::err("Script attempted to access a slot not served")
        }
        Error::CrossSlot => Error::Err(
            format!(
                "Command '{}' in script attempted to access keys that don't hash to the same slot",
                entry.name
            )
            .into(),
        ),
        _ => Error::err("Script attempted to access a non local key in a cluster node"),
    })?;
    let slot = keys::of(entry, words)
        .and_then(|found| found.first().map(|found| key_slot(words[found.at])));
    match (slot, running.slot) {
        (Some(slot), Some(before)) if slot != before && !running.allow_cross_slot => {
            Err(SEVERAL_SLOTS)
        }
        _ => {
            running.slot = running.slot.or(slot);
            Ok(())
        }
    }
}

const SEVERAL_SLOTS: Error =
    Error::err("Script attempted to access keys that do not hash to the same slot");
