//! A script that is run line by line: it is parked before each line, and can be looked at there. Redis has this as
//! `redis-cli --ldb`, in a copy of the server; here it is the server itself that stands still.

use lua::{LevelKind, Local, Value, Vm};

use super::running::{Kind, Running};
use crate::reply::Reply;

/// A command that a script ran.
#[derive(Debug, Clone)]
pub struct Called {
    pub line: u32,
    pub words: Vec<Vec<u8>>,
    pub reply: Reply,
    /// It may have changed something: a command that writes, and no error.
    pub wrote: bool,
}

/// What there is to see of a script that stands still.
#[derive(Debug)]
pub struct Standing<'a> {
    /// It stands before this line; or it is in the middle of it, and there is more to do.
    pub line: u32,
    pub midway: bool,
    pub locals: Vec<Variable>,
    /// Of the functions around the one that runs.
    pub outer: Vec<Variable>,
    /// KEYS and ARGV, as a script has them.
    pub given: Vec<Variable>,
    pub calls: &'a [Called],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// As Lua would write it; cut if it is long.
    pub value: String,
}

impl Running {
    /// What there is to see, if it is run by line.
    pub fn standing(&self) -> Option<Standing<'_>> {
        let calls = self.calls.as_deref()?;
        let vm = &self.machine.as_ref()?.vm;
        let line = match self.before_line {
            true => vm.current_line().unwrap_or_default(),
            false => line_of(vm),
        };
        Some(Standing {
            line,
            midway: !self.before_line,
            locals: variables(vm, vm.locals(0)),
            outer: variables(vm, vm.upvalues(0)),
            given: match self.kind {
                Kind::Script => given(vm),
                Kind::Function => Vec::new(),
            },
            calls,
        })
    }
}

/// The line of the script that runs now.
pub fn line_of(vm: &Vm) -> u32 {
    let of_script = |level: &lua::Level| level.kind != LevelKind::Native && level.line > 0;
    let level = vm.levels().find(of_script);
    level.map_or(0, |level| level.line as u32)
}

fn given(vm: &Vm) -> Vec<Variable> {
    let variable = |name: &str| Variable {
        name: name.to_string(),
        value: shown(vm, vm.raw_get_text(vm.globals(), name.as_bytes()), 0),
    };
    vec![variable("KEYS"), variable("ARGV")]
}

fn variables(vm: &Vm, locals: Vec<Local>) -> Vec<Variable> {
    // A loop keeps its state in variables that no script can name: `(for index)`.
    let named = locals
        .into_iter()
        .filter(|local| !local.name.starts_with(b"("));
    named
        .map(|local| Variable {
            name: String::from_utf8_lossy(&local.name).into_owned(),
            value: shown(vm, local.value, 0),
        })
        .collect()
}

/// A value as Lua would write it. Of what is long or deep, the beginning.
fn shown(vm: &Vm, value: Value, depth: usize) -> String {
    const BYTES: usize = 60;
    const ENTRIES: usize = 8;
    const DEPTH: usize = 2;
    match value {
        Value::String(text) => {
            let bytes = vm.bytes(text);
            let part = &bytes[..bytes.len().min(BYTES)];
            let quoted = crate::words::quote(part);
            match bytes.len() - part.len() {
                0 => quoted,
                more => format!("{quoted}… {more} more bytes"),
            }
        }
        Value::Table(table) => {
            let length = vm.raw_len(table);
            let (mut entries, mut position) = (Vec::new(), 0);
            while let Some((key, value, next)) = vm.entry_from(table, position) {
                position = next;
                if entries.len() == ENTRIES || depth == DEPTH {
                    entries.push("…".to_string());
                    break;
                }
                let value = shown(vm, value, depth + 1);
                entries.push(match key {
                    Value::Number(at) if at >= 1.0 && at <= length as f64 => value,
                    Value::String(name) => {
                        format!("{} = {value}", String::from_utf8_lossy(vm.bytes(name)))
                    }
                    key => format!("[{}] = {value}", shown(vm, key, DEPTH)),
                });
            }
            match entries.is_empty() {
                true => "{}".to_string(),
                false => format!("{{ {} }}", entries.join(", ")),
            }
        }
        Value::Function(_) => "function".to_string(),
        Value::Thread(_) => "coroutine".to_string(),
        other => String::from_utf8_lossy(&vm.describe(other)).into_owned(),
    }
}
