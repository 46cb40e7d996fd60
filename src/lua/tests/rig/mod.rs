//! Scripts as Redis runs them, without Redis: enough of `EVAL` around the machine to compare replies.

use lua::{
    Args, Call, Continuation, Error, Failure, Level, LevelKind, NativeResult, Outcome, Protection,
    Run, TableRef, Value, Vm,
};
use serde_json::{Value as Json, json};

const MEMORY: usize = 256 << 20;
/// Steps after which a script counts as endless.
pub const MOST_STEPS: u64 = 300_000_000;

/// A machine with the globals of Redis, all of them read-only.
pub fn machine() -> Result<Vm, Error> {
    let mut vm = Vm::with_library(MEMORY)?;
    let globals = vm.globals();
    for (name, function) in [
        ("pcall", pcall as lua::NativeFunction),
        ("__redis__err__handler", handler),
    ] {
        let function = vm.native(function, &[])?;
        vm.raw_set_text(globals, name.as_bytes(), function.into())?;
    }
    let redis = vm.table(0, 0)?;
    for (name, function) in [
        ("error_reply", error_reply as lua::NativeFunction),
        ("status_reply", status_reply),
    ] {
        let function = vm.native(function, &[])?;
        vm.raw_set_text(redis, name.as_bytes(), function.into())?;
    }
    vm.raw_set_text(globals, b"redis", redis.into())?;
    let metatable = vm.table(0, 1)?;
    let missing = vm.native(missing_global, &[])?;
    vm.raw_set_text(metatable, b"__index", missing.into())?;
    vm.set_metatable(globals, Some(metatable));
    protect(&mut vm, globals);
    vm.set_readonly(metatable, true);
    if let Some(strings) = vm.string_metatable() {
        vm.set_readonly(strings, true);
    }
    Ok(vm)
}

/// Makes a table and those in it read-only.
fn protect(vm: &mut Vm, table: TableRef) {
    if vm.is_readonly(table) {
        return;
    }
    vm.set_readonly(table, true);
    let mut position = 0;
    while let Some((_, value, next)) = vm.entry_from(table, position) {
        position = next;
        if let Value::Table(inner) = value {
            protect(vm, inner);
        }
    }
}

fn missing_global(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.describe(vm.arg(args, 1));
    let before = &b"Script attempted to access nonexistent global variable '"[..];
    Err(vm.error(&[before, &name, b"'"].concat()))
}

fn error_reply(vm: &mut Vm, args: Args) -> NativeResult {
    reply_table(vm, args, b"err")
}

fn status_reply(vm: &mut Vm, args: Args) -> NativeResult {
    reply_table(vm, args, b"ok")
}

fn reply_table(vm: &mut Vm, args: Args, field: &[u8]) -> NativeResult {
    let table = vm.table(0, 1)?;
    let mut text = vm.describe(vm.arg(args, 0));
    if field == b"err" {
        text = match text.strip_prefix(b"-") {
            Some(rest) => rest.to_vec(),
            None => [b"ERR ", &text[..]].concat(),
        };
    }
    let text = vm.string_of(text)?;
    vm.raw_set_text(table, field, text.into())?;
    Ok(Outcome::One(table.into()))
}

fn handler(vm: &mut Vm, args: Args) -> NativeResult {
    Ok(Outcome::One(vm.arg(args, 0)))
}

/// Redis' `pcall`: of an error that is a table with a text `err`, the text.
#[derive(Debug)]
struct AfterCall;

impl Continuation for AfterCall {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let mut value = match results {
            Ok(count) => return Ok(Outcome::Values(count + 1)),
            Err(value) => value,
        };
        if let Value::Table(table) = value
            && let text @ Value::String(_) = vm.raw_get_text(table, b"err")
        {
            value = text;
        }
        vm.push(Value::Boolean(false))?;
        vm.push(value)?;
        Ok(Outcome::Values(2))
    }
}

fn pcall(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    vm.push(Value::Boolean(true))?;
    for number in 0..args.len() {
        let value = vm.arg(args, number);
        vm.push(value)?;
    }
    Ok(Outcome::Call(Call {
        arguments: args.len() - 1,
        protection: Protection::Catch,
        then: Box::new(AfterCall),
    }))
}

/// What a script replies, with `SHA` for its sum.
pub fn eval(
    vm: &mut Vm,
    script: &[u8],
    keys: &[Vec<u8>],
    args: &[Vec<u8>],
    (slice, most): (u64, u64),
) -> Json {
    match try_eval(vm, script, keys, args, (slice, most)) {
        Ok(reply) => reply,
        Err(error) => json!({ "machine": format!("{error:?}") }),
    }
}

fn try_eval(
    vm: &mut Vm,
    script: &[u8],
    keys: &[Vec<u8>],
    args: &[Vec<u8>],
    (slice, most): (u64, u64),
) -> Result<Json, Error> {
    let globals = vm.globals();
    for (name, words) in [(&b"KEYS"[..], keys), (b"ARGV", args)] {
        let table = vm.table(0, 0)?;
        for (index, word) in words.iter().enumerate() {
            let word = vm.string(word)?;
            vm.raw_set_index(table, index + 1, word.into())?;
        }
        vm.raw_set_text(globals, name, table.into())?;
    }
    let chunk = match vm.load(script, b"@user_script") {
        Ok(chunk) => chunk,
        Err(Error::Raised(value)) => {
            let text = vm.describe(value);
            let before = &b"ERR Error compiling script (new function): "[..];
            return Ok(error_json(&[before, &text].concat()));
        }
        Err(error) => return Err(error),
    };
    vm.start(chunk, &[])?;
    let mut runs = 0u64;
    loop {
        match vm.run(slice) {
            Run::Pending | Run::Line => runs += 1,
            Run::Host { .. } => vm.answer(&[])?,
            Run::Done(values) => {
                return Ok(reply(vm, values.first().copied().unwrap_or_default(), 0));
            }
            Run::Failed(failure) => return Ok(failed(vm, &failure)),
        }
        if runs.saturating_mul(slice) > most {
            return Ok(json!("endless"));
        }
    }
}

fn failed(vm: &mut Vm, failure: &Failure) -> Json {
    let mut text = match failure.value {
        Value::Table(table) => match vm.raw_get_text(table, b"err") {
            Value::String(text) => vm.bytes(text).to_vec(),
            _ => return error_json(b"ERR unknown error"),
        },
        value => [b"ERR ", &vm.describe(value)[..]].concat(),
    };
    let at = |index: usize| failure.levels.get(index);
    let level: Option<&Level> = match at(0) {
        Some(level) if level.kind == LevelKind::Native => at(1),
        level => level,
    };
    if let Some(level) = level {
        let source = String::from_utf8_lossy(&level.source);
        text.extend(format!(" script: SHA, on {source}:{}.", level.line).into_bytes());
    }
    error_json(&text)
}

fn error_json(text: &[u8]) -> Json {
    let line: Vec<u8> = text
        .iter()
        .map(|byte| {
            if matches!(byte, b'\r' | b'\n') {
                b' '
            } else {
                *byte
            }
        })
        .collect();
    json!({ "err": bytes_json(&line) })
}

fn bytes_json(bytes: &[u8]) -> Json {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "hex": digits })
        }
    }
}

fn reply(vm: &Vm, value: Value, depth: usize) -> Json {
    match value {
        Value::String(string) => bytes_json(vm.bytes(string)),
        Value::Number(number) => json!(lua::native::to_integer(number)),
        Value::Boolean(true) => json!(1),
        Value::Table(table) if depth < 100 => {
            if let Value::String(text) = vm.raw_get_text(table, b"err") {
                return json!({ "err": bytes_json(vm.bytes(text)) });
            }
            if let Value::String(text) = vm.raw_get_text(table, b"ok") {
                return json!({ "ok": bytes_json(vm.bytes(text)) });
            }
            let items = (1..).map(|index| vm.raw_get_index(table, index));
            let items = items.take_while(|item| !matches!(item, Value::Nil));
            items.map(|item| reply(vm, item, depth + 1)).collect()
        }
        _ => Json::Null,
    }
}
