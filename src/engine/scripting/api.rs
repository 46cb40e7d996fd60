//! The table `redis` of scripts. What needs no server is a native function here; what does is a number that the machine
//! comes back with, and `run.rs` answers. Source: Redis 8.2, `script_lua.c`.

use lua::{Args, NativeFunction, NativeResult, Outcome, TableRef, Value, Vm};

use super::convert;
use crate::server::{VERSION, VERSION_NUMBER};

/// Functions that the engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Asked {
    Call,
    ProtectedCall,
    Log,
    SetProtocol,
    SetReplication,
    CheckPermission,
    RegisterFunction,
}

impl Asked {
    const ALL: [Asked; 7] = [
        Asked::Call,
        Asked::ProtectedCall,
        Asked::Log,
        Asked::SetProtocol,
        Asked::SetReplication,
        Asked::CheckPermission,
        Asked::RegisterFunction,
    ];

    pub fn of(id: u32) -> Option<Asked> {
        Asked::ALL.get(id as usize).copied()
    }
}

const ASKED: &[(&str, Asked)] = &[
    ("call", Asked::Call),
    ("pcall", Asked::ProtectedCall),
    ("setresp", Asked::SetProtocol),
    ("set_repl", Asked::SetReplication),
    ("acl_check_cmd", Asked::CheckPermission),
];

const NATIVE: &[(&str, NativeFunction)] = &[
    ("sha1hex", sha1hex),
    ("error_reply", error_reply),
    ("status_reply", status_reply),
    ("replicate_commands", replicate_commands),
    ("breakpoint", breakpoint),
    ("debug", debug),
];

const LEVELS: &[(&str, f64)] = &[
    ("LOG_DEBUG", 0.0),
    ("LOG_VERBOSE", 1.0),
    ("LOG_NOTICE", 2.0),
    ("LOG_WARNING", 3.0),
];

/// Where `set_repl` lets effects go.
pub const REPL_AOF: u8 = 1;
pub const REPL_REPLICA: u8 = 2;
pub const REPL_ALL: u8 = REPL_AOF | REPL_REPLICA;

const REPLICATION: &[(&str, u8)] = &[
    ("REPL_NONE", 0),
    ("REPL_AOF", REPL_AOF),
    ("REPL_SLAVE", REPL_REPLICA),
    ("REPL_REPLICA", REPL_REPLICA),
    ("REPL_ALL", REPL_ALL),
];

/// `redis` as scripts and functions see it.
pub fn table(vm: &mut Vm) -> Result<TableRef, lua::Error> {
    let table = vm.table(0, 32)?;
    for (name, asked) in ASKED {
        ask(vm, table, name, *asked)?;
    }
    add_log(vm, table)?;
    for (name, function) in NATIVE {
        let function = Value::Function(vm.native(*function, &[])?);
        vm.raw_set_text(table, name.as_bytes(), function)?;
    }
    for (name, bits) in REPLICATION {
        vm.raw_set_text(table, name.as_bytes(), Value::Number(f64::from(*bits)))?;
    }
    add_version(vm, table)?;
    Ok(table)
}

/// `redis` while a library is loaded.
pub fn table_while_loading(vm: &mut Vm) -> Result<TableRef, lua::Error> {
    let table = vm.table(0, 8)?;
    ask(vm, table, "register_function", Asked::RegisterFunction)?;
    add_log(vm, table)?;
    add_version(vm, table)?;
    Ok(table)
}

fn ask(vm: &mut Vm, table: TableRef, name: &str, asked: Asked) -> Result<(), lua::Error> {
    let function = Value::Function(vm.host_function(asked as u32)?);
    vm.raw_set_text(table, name.as_bytes(), function)
}

fn add_log(vm: &mut Vm, table: TableRef) -> Result<(), lua::Error> {
    ask(vm, table, "log", Asked::Log)?;
    for (name, level) in LEVELS {
        vm.raw_set_text(table, name.as_bytes(), Value::Number(*level))?;
    }
    Ok(())
}

fn add_version(vm: &mut Vm, table: TableRef) -> Result<(), lua::Error> {
    let version = Value::String(vm.string(VERSION.as_bytes())?);
    vm.raw_set_text(table, b"REDIS_VERSION", version)?;
    let number = Value::Number(f64::from(VERSION_NUMBER));
    vm.raw_set_text(table, b"REDIS_VERSION_NUM", number)
}

/// Raises an error of this text, as a table.
pub fn raise(vm: &mut Vm, text: &[u8]) -> lua::Error {
    match convert::error_table(vm, text) {
        Ok(table) => lua::Error::Raised(Value::Table(table)),
        Err(error) => error,
    }
}

fn sha1hex(vm: &mut Vm, args: Args) -> NativeResult {
    if args.len() != 1 {
        return Err(raise(vm, b"wrong number of arguments"));
    }
    let sum = match vm.arg(args, 0) {
        Value::String(text) => sum_of(vm.bytes(text)),
        Value::Number(number) => {
            let text = vm.number_string(number)?;
            sum_of(vm.bytes(text))
        }
        _ => sum_of(b""),
    };
    vm.string(sum.as_bytes())
        .map(|sum| Outcome::One(Value::String(sum)))
}

/// SHA-1 as 40 hex digits.
pub fn sum_of(bytes: &[u8]) -> String {
    sha1_smol::Sha1::from(bytes).digest().to_string()
}

fn error_reply(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(text) = only_text(vm, args) else {
        return wrong_arguments(vm);
    };
    let coded = [b"-", text.strip_prefix(b"-").unwrap_or(&text)].concat();
    let table = convert::error_table(vm, &coded)?;
    Ok(Outcome::One(Value::Table(table)))
}

fn status_reply(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(text) = only_text(vm, args) else {
        return wrong_arguments(vm);
    };
    convert::field(vm, b"ok", &text).map(Outcome::One)
}

fn only_text(vm: &Vm, args: Args) -> Option<Vec<u8>> {
    match (args.len(), vm.arg(args, 0)) {
        (1, Value::String(text)) => Some(vm.bytes(text).to_vec()),
        _ => None,
    }
}

/// The error is returned here, not raised.
fn wrong_arguments(vm: &mut Vm) -> NativeResult {
    let table = convert::error_table(vm, b"wrong number or type of arguments")?;
    Ok(Outcome::One(Value::Table(table)))
}

/// Scripts have replicated their effects, and nothing else, since Redis 7.
fn replicate_commands(_: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(Value::Boolean(true)))
}

/// No debugger of redis-cli's is attached.
fn breakpoint(_: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(Value::Boolean(false)))
}

fn debug(_: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::Nothing)
}
