//! Making libraries: their code runs once and registers functions. Source: Redis 8.2, `function_lua.c`,
//! `luaEngineCreate` and `luaRegisterFunction`.

use lua::{Args, Pin, Run, TableRef, Value, Vm};

use super::api::{self, Asked};
use super::libraries::{BAD_NAME, Function, Library, is_name};
use super::machine::Machine;
use super::run::{describe, machine, put_back, write_log};
use super::shebang::{self, Flags, Header};
use super::{Kind, NANOS_PER_STEP};
use crate::context::Context;
use crate::error::Error;
use crate::rdb::{Reader, file};
use crate::structures::ordered::OrderedMap;

/// What FUNCTION RESTORE does with libraries that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Flush,
    Append,
    Replace,
}

impl Policy {
    pub fn of(word: &[u8]) -> Option<Policy> {
        let all = [
            ("flush", Policy::Flush),
            ("append", Policy::Append),
            ("replace", Policy::Replace),
        ];
        let found = all
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, policy)| *policy)
    }
}

/// A library whose code has run, with its functions in the machine.
struct Made {
    library: Library,
    pins: OrderedMap<Vec<u8>, Pin>,
}

/// FUNCTION LOAD. Returns the library's name.
pub fn load(ctx: &mut Context, code: &[u8], replace: bool) -> Result<Vec<u8>, Error> {
    let mut machine = machine(ctx, Kind::Function)?;
    compile_missing(ctx, &mut machine);
    let loaded = load_into(ctx, &mut machine, code, replace);
    put_back(ctx, Kind::Function, machine);
    loaded
}

fn load_into(
    ctx: &mut Context,
    machine: &mut Machine,
    code: &[u8],
    replace: bool,
) -> Result<Vec<u8>, Error> {
    let Header { engine, name, .. } = shebang::of_library(code)?;
    check_name(&engine, &name)?;
    if !replace && ctx.server.scripting.libraries.get(&name).is_some() {
        return Err(already("Library", &name));
    }
    let made = make(ctx, machine, code)?;
    let libraries = &ctx.server.scripting.libraries;
    if let Some(function) = libraries.collision(&made.library, Some(&name)) {
        unpin(machine, made.pins);
        return Err(already("Function", &function));
    }
    put(ctx, machine, made);
    Ok(name)
}

fn check_name(engine: &[u8], name: &[u8]) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::err(BAD_NAME));
    }
    if !engine.eq_ignore_ascii_case(b"lua") {
        let engine = String::from_utf8_lossy(engine);
        return Err(Error::Err(format!("Engine '{engine}' not found").into()));
    }
    Ok(())
}

fn already(what: &str, name: &[u8]) -> Error {
    let name = String::from_utf8_lossy(name);
    Error::Err(format!("{what} {} already exists", quoted(what, &name)).into())
}

/// Names of libraries stand in quotes, those of functions do not.
fn quoted(what: &str, name: &str) -> String {
    if what == "Library" {
        format!("'{name}'")
    } else {
        name.to_string()
    }
}

fn unpin(machine: &mut Machine, pins: OrderedMap<Vec<u8>, Pin>) {
    pins.values().for_each(|pin| machine.vm.unpin(*pin));
}

/// The library takes its place, and that of one with its name.
fn put(ctx: &mut Context, machine: &mut Machine, made: Made) {
    let libraries = &mut ctx.server.scripting.libraries;
    if let Some(old) = libraries.get(&made.library.name) {
        old.functions.keys().for_each(|name| machine.forget(name));
    }
    libraries.insert(made.library);
    for (name, pin) in made.pins {
        machine.forget(&name);
        machine.compiled.insert(name, pin);
    }
}

/// A library was removed: its functions are no longer in the machine.
pub fn forget(ctx: &mut Context, library: &Library) {
    if let Ok(mut machine) = machine(ctx, Kind::Function) {
        library
            .functions
            .keys()
            .for_each(|name| machine.forget(name));
        put_back(ctx, Kind::Function, machine);
    }
}

/// Libraries that files brought are code only until somebody asks for them.
pub fn catch_up(ctx: &mut Context) {
    if !std::mem::take(&mut ctx.server.persistence.functions_read) {
        return;
    }
    ctx.server.scripting.flush_functions();
    for code in ctx.server.persistence.functions.clone() {
        // What another server wrote was valid there; what is not here is kept as it is, and is no function.
        let _ = load(ctx, &code, true);
    }
}

/// After a clone of the engine the machine is a new one: the libraries register their functions again.
pub fn compile_missing(ctx: &mut Context, machine: &mut Machine) {
    let libraries = ctx.server.scripting.libraries.iter();
    let missing: Vec<Vec<u8>> = libraries
        .filter(|library| {
            let first = library.functions.keys().next();
            first.is_some_and(|name| !machine.compiled.contains_key(name))
        })
        .map(|library| library.code.clone())
        .collect();
    for code in missing {
        if let Ok(made) = make(ctx, machine, &code) {
            put(ctx, machine, made);
        }
    }
}

/// FUNCTION RESTORE. Either all libraries of the payload come in, or none.
pub fn restore(ctx: &mut Context, body: &[u8], policy: Policy) -> Result<(), Error> {
    let codes = read_codes(body)?;
    let mut machine = machine(ctx, Kind::Function)?;
    compile_missing(ctx, &mut machine);
    let restored = restore_into(ctx, &mut machine, &codes, policy);
    put_back(ctx, Kind::Function, machine);
    restored
}

fn read_codes(body: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let failed = || Error::err("failed loading the given functions payload");
    let mut reader = Reader::new(body);
    let mut codes = Vec::new();
    while reader.left() > 0 {
        if reader.byte().map_err(|_| failed())? != file::FUNCTION {
            return Err(Error::err("given type is not a function"));
        }
        codes.push(reader.string().map_err(|_| failed())?);
    }
    Ok(codes)
}

fn restore_into(
    ctx: &mut Context,
    machine: &mut Machine,
    codes: &[Vec<u8>],
    policy: Policy,
) -> Result<(), Error> {
    let mut all: Vec<Made> = Vec::new();
    let mut problem = None;
    for code in codes {
        match check_and_make(ctx, machine, code, &all, policy) {
            Ok(made) => all.push(made),
            Err(error) => {
                problem = Some(error);
                break;
            }
        }
    }
    if let Some(error) = problem {
        all.into_iter().for_each(|made| unpin(machine, made.pins));
        return Err(error);
    }
    if policy == Policy::Flush {
        for library in ctx.server.scripting.libraries.iter() {
            library
                .functions
                .keys()
                .for_each(|name| machine.forget(name));
        }
        ctx.server.scripting.libraries.clear();
    }
    all.into_iter().for_each(|made| put(ctx, machine, made));
    Ok(())
}

fn check_and_make(
    ctx: &mut Context,
    machine: &mut Machine,
    code: &[u8],
    before: &[Made],
    policy: Policy,
) -> Result<Made, Error> {
    let Header { engine, name, .. } = shebang::of_library(code)?;
    check_name(&engine, &name)?;
    let twice = before.iter().any(|made| made.library.name == name);
    let there = ctx.server.scripting.libraries.get(&name).is_some();
    if twice || there && policy == Policy::Append {
        return Err(match policy {
            Policy::Append if !twice => {
                let name = String::from_utf8_lossy(&name);
                Error::Err(format!("Library {name} already exists").into())
            }
            _ => already("Library", &name),
        });
    }
    let made = make(ctx, machine, code)?;
    let libraries = &ctx.server.scripting.libraries;
    let taken = match policy {
        Policy::Flush => None,
        _ => libraries.collision(&made.library, Some(&name)),
    };
    let taken = taken.or_else(|| {
        let mut others = before
            .iter()
            .flat_map(|other| other.library.functions.keys());
        let same = |name: &&Vec<u8>| {
            let mut own = made.library.functions.keys();
            own.any(|own| own.eq_ignore_ascii_case(name))
        };
        others.find(same).cloned()
    });
    match taken {
        None => Ok(made),
        Some(function) => {
            unpin(machine, made.pins);
            Err(already("Function", &function))
        }
    }
}

/// Runs a library's code.
fn make(ctx: &mut Context, machine: &mut Machine, code: &[u8]) -> Result<Made, Error> {
    let Header {
        name, code: body, ..
    } = shebang::of_library(code)?;
    let loaded = machine.vm.load(body, b"@user_function");
    let function = loaded.map_err(|error| {
        let text = String::from_utf8_lossy(&machine.text_of(error)).into_owned();
        Error::Err(format!("Error compiling function: {text}").into())
    })?;
    let mut made = Made {
        library: Library {
            name,
            code: code.to_vec(),
            functions: OrderedMap::new(),
        },
        pins: OrderedMap::new(),
    };
    let ran = machine
        .show_globals_for_loading(true)
        .and_then(|()| machine.vm.start(function, &[]))
        .map_err(|error| machine.text_of(error))
        .and_then(|()| run(ctx, &mut machine.vm, &mut made));
    let restored = machine.show_globals_for_loading(false).is_ok();
    let problem = match ran {
        Err(text) => {
            let text = String::from_utf8_lossy(&text);
            Error::Err(format!("Error registering functions: {text}").into())
        }
        Ok(()) if made.library.functions.is_empty() => Error::err("No functions registered"),
        Ok(()) if restored => return Ok(made),
        Ok(()) => Error::err("not enough memory"),
    };
    unpin(machine, made.pins);
    Err(problem)
}

/// A library's code may run for so long.
const LOADING_NANOS: u64 = 500_000_000;
const SLICE: u64 = 20_000;

fn run(ctx: &mut Context, vm: &mut Vm, made: &mut Made) -> Result<(), Vec<u8>> {
    let mut steps = 0;
    loop {
        let ran = vm.run(SLICE);
        steps += vm.used();
        if steps * NANOS_PER_STEP > LOADING_NANOS {
            vm.kill();
            return Err(b"ERR FUNCTION LOAD timeout".to_vec());
        }
        let (id, args) = match ran {
            Run::Done(_) => return Ok(()),
            Run::Failed(failure) => return Err(describe(vm, failure.value).0),
            Run::Pending | Run::Line => continue,
            Run::Host { id, args } => (id, args),
        };
        let answer = match Asked::of(id) {
            Some(Asked::RegisterFunction) => register(vm, args, made),
            Some(Asked::Log) => write_log(ctx, vm, args).map(|_| ()),
            _ => Err(api::raise(vm, b"not allowed while a library is loaded")),
        };
        match answer.and_then(|()| vm.answer(&[])) {
            Ok(()) => {}
            Err(error) => vm.answer_error(error),
        }
    }
}

/// What `redis.register_function` was given.
#[derive(Default)]
struct Registration {
    name: Option<Vec<u8>>,
    description: Option<Vec<u8>>,
    callback: Option<Value>,
    flags: Flags,
}

fn register(vm: &mut Vm, args: Args, made: &mut Made) -> Result<(), lua::Error> {
    let registration = read_registration(vm, args).map_err(|text| api::raise(vm, text))?;
    let (Some(name), Some(callback)) = (registration.name, registration.callback) else {
        return Err(api::raise(
            vm,
            b"redis.register_function must get a callback argument",
        ));
    };
    if !is_name(&name) {
        return Err(api::raise(vm, BAD_NAME.as_bytes()));
    }
    if made.library.functions.contains_key(&name) {
        return Err(api::raise(vm, b"Function already exists in the library"));
    }
    made.pins.insert(name.clone(), vm.pin(callback));
    let function = Function {
        name: name.clone(),
        description: registration.description,
        flags: registration.flags,
    };
    made.library.functions.insert(name, function);
    Ok(())
}

fn read_registration(vm: &Vm, args: Args) -> Result<Registration, &'static [u8]> {
    let first = vm.arg(args, 0);
    match args.len() {
        1 => match first {
            Value::Table(table) => read_named(vm, table),
            _ => Err(
                b"calling redis.register_function with a single argument is only applicable to Lua table (representing \
                  named arguments).",
            ),
        },
        2 => {
            let name = text(vm, first)
                .ok_or(&b"first argument to redis.register_function must be a string"[..])?;
            match vm.arg(args, 1) {
                callback @ Value::Function(_) => Ok(Registration {
                    name: Some(name),
                    callback: Some(callback),
                    ..Registration::default()
                }),
                _ => Err(b"second argument to redis.register_function must be a function"),
            }
        }
        _ => Err(b"wrong number of arguments to redis.register_function"),
    }
}

fn read_named(vm: &Vm, table: TableRef) -> Result<Registration, &'static [u8]> {
    let mut registration = Registration::default();
    let mut position = 0;
    while let Some((key, value, next)) = vm.entry_from(table, position) {
        position = next;
        let key = text(vm, key)
            .ok_or(&b"named argument key given to redis.register_function is not a string"[..])?;
        match key.to_ascii_lowercase().as_slice() {
            b"function_name" => {
                let problem =
                    &b"function_name argument given to redis.register_function must be a string"[..];
                registration.name = Some(text(vm, value).ok_or(problem)?);
            }
            b"description" => {
                let problem =
                    &b"description argument given to redis.register_function must be a string"[..];
                registration.description = Some(text(vm, value).ok_or(problem)?);
            }
            b"callback" => match value {
                Value::Function(_) => registration.callback = Some(value),
                _ => {
                    return Err(
                        b"callback argument given to redis.register_function must be a function",
                    );
                }
            },
            b"flags" => match value {
                Value::Table(flags) => read_flags(vm, flags, &mut registration.flags)?,
                _ => {
                    return Err(
                        b"flags argument to redis.register_function must be a table representing function flags",
                    );
                }
            },
            _ => return Err(b"unknown argument given to redis.register_function"),
        }
    }
    if registration.name.is_none() {
        return Err(b"redis.register_function must get a function name argument");
    }
    match registration.callback {
        Some(_) => Ok(registration),
        None => Err(b"redis.register_function must get a callback argument"),
    }
}

fn read_flags(vm: &Vm, table: TableRef, flags: &mut Flags) -> Result<(), &'static [u8]> {
    for index in 1.. {
        let value = vm.raw_get_index(table, index);
        if value.is_nil() {
            break;
        }
        let known = text(vm, value).is_some_and(|name| flags.set(&name));
        if !known {
            return Err(b"unknown flag given");
        }
    }
    Ok(())
}

/// A text; a number is one too.
fn text(vm: &Vm, value: Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(vm.bytes(text).to_vec()),
        Value::Number(number) => Some(lua::number::to_text(number)),
        _ => None,
    }
}
