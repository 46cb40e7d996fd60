//! `assert`, `pairs`, `tostring` and the other global functions.

use super::Functions;
use crate::compile::Limits;
use crate::event::Event;
use crate::lexer::c_string;
use crate::native::{Args, Call, Continuation, NativeResult, Outcome, Protection};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

/// 5.1's `LUAI_MAXCSTACK`: how many values a C function may have on the stack.
pub(crate) const MAX_C_STACK: usize = 8000;

const FUNCTIONS: Functions = &[
    ("assert", assert),
    ("collectgarbage", collectgarbage),
    ("error", error),
    ("gcinfo", gcinfo),
    ("getmetatable", getmetatable),
    ("load", load),
    ("loadstring", loadstring),
    ("pcall", pcall),
    ("rawequal", rawequal),
    ("rawget", rawget),
    ("rawset", rawset),
    ("select", select),
    ("setmetatable", setmetatable),
    ("tonumber", tonumber),
    ("tostring", tostring),
    ("type", type_of),
    ("unpack", unpack),
    ("xpcall", xpcall),
];

impl Vm {
    pub(crate) fn open_base(&mut self) -> Result<(), Error> {
        let globals = self.globals;
        self.raw_set_text(globals, b"_G", Value::Table(globals))?;
        let version = self.string(b"Lua 5.1")?;
        self.raw_set_text(globals, b"_VERSION", Value::String(version))?;
        self.register(globals, FUNCTIONS)?;
        let step = self.native(next, &[])?;
        self.iterators.next = Some(step);
        self.raw_set_text(globals, b"next", Value::Function(step))?;
        let each = self.native(pairs, &[Value::Function(step)])?;
        self.raw_set_text(globals, b"pairs", Value::Function(each))?;
        let step = self.native(next_index, &[])?;
        self.iterators.array = Some(step);
        let each = self.native(ipairs, &[Value::Function(step)])?;
        self.raw_set_text(globals, b"ipairs", Value::Function(each))
    }

    pub(crate) fn compile_limits(&self) -> Limits {
        Limits {
            c_levels: u32::from(self.thread.base_levels + self.thread.levels),
        }
    }

    /// An error unless that many more values fit a native's part of the stack.
    pub(crate) fn has_room(&self, args: Args, more: usize) -> bool {
        let used = self.thread.top - args.base();
        more <= MAX_C_STACK && used + more <= MAX_C_STACK
    }
}

fn assert(vm: &mut Vm, args: Args) -> NativeResult {
    if vm.check_any(args, 0)?.truthy() {
        vm.set_top(args.base() + args.len());
        return Ok(Outcome::Values(args.len()));
    }
    let text = match vm.optional_string(args, 1)? {
        Some(string) => c_string(vm.bytes(string)).to_vec(),
        None => b"assertion failed!".to_vec(),
    };
    Err(vm.error(&text))
}

fn collectgarbage(vm: &mut Vm, args: Args) -> NativeResult {
    let option = match vm.optional_string(args, 0)? {
        Some(string) => vm.bytes(string).to_vec(),
        None => b"collect".to_vec(),
    };
    let given = vm.optional_integer(args, 1, 0)? as f64;
    let answer = match c_string(&option) {
        b"count" => Value::Number(vm.memory() as f64 / 1024.0),
        b"collect" => {
            vm.collect();
            Value::Number(0.0)
        }
        b"step" => {
            vm.collect();
            Value::Boolean(false)
        }
        b"stop" | b"restart" => Value::Number(0.0),
        b"setpause" => Value::Number(vm.libraries.pause.replace(given).unwrap_or(200.0)),
        b"setstepmul" => Value::Number(vm.libraries.step.replace(given).unwrap_or(200.0)),
        other => {
            let text = [b"invalid option '", other, b"'"].concat();
            return Err(vm.argument_error(args, 0, &text));
        }
    };
    Ok(Outcome::One(answer))
}

fn gcinfo(vm: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(Value::Number((vm.memory() / 1024) as f64)))
}

fn error(vm: &mut Vm, args: Args) -> NativeResult {
    let level = vm.optional_integer(args, 1, 1)? as i32;
    let value = vm.arg(args, 0);
    let text = match value {
        Value::String(string) => vm.bytes(string).to_vec(),
        Value::Number(number) => crate::number::to_text(number),
        _ => return Err(Error::Raised(value)),
    };
    if level <= 0 {
        return Err(Error::Raised(value));
    }
    let mut full = vm.position_at(level as usize);
    full.extend(text);
    Err(vm.raised(&full))
}

fn getmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let Some(metatable) = vm.metatable_of(value) else {
        return Ok(Outcome::One(Value::Nil));
    };
    let shown = vm.metatable_event(metatable, Event::Metatable);
    Ok(Outcome::One(if shown.is_nil() {
        Value::Table(metatable)
    } else {
        shown
    }))
}

fn setmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let metatable = match vm.arg(args, 1) {
        Value::Table(metatable) => Some(metatable),
        Value::Nil if args.len() > 1 => None,
        _ => return Err(vm.argument_error(args, 1, b"nil or table expected")),
    };
    let guard = vm.metatable(table);
    if !vm.table_event(guard, Event::Metatable).is_nil() {
        return Err(vm.error(b"cannot change a protected metatable"));
    }
    check_writable(vm, table)?;
    vm.set_metatable(table, metatable);
    Ok(Outcome::One(Value::Table(table)))
}

/// Natives complain about a read-only table without saying where.
pub(super) fn check_writable(vm: &mut Vm, table: TableRef) -> Result<(), Error> {
    if vm.is_readonly(table) {
        return Err(vm.raised(b"Attempt to modify a readonly table"));
    }
    Ok(())
}

fn rawequal(vm: &mut Vm, args: Args) -> NativeResult {
    let (left, right) = (vm.check_any(args, 0)?, vm.check_any(args, 1)?);
    Ok(Outcome::One(Value::Boolean(left.same(right))))
}

fn rawget(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.check_any(args, 1)?;
    Ok(Outcome::One(vm.raw_get(table, key)))
}

fn rawset(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.check_any(args, 1)?;
    let value = vm.check_any(args, 2)?;
    check_writable(vm, table)?;
    match key {
        Value::Nil => return Err(vm.raised(b"table index is nil")),
        Value::Number(number) if number.is_nan() => {
            return Err(vm.raised(b"table index is NaN"));
        }
        _ => vm.raw_set(table, key, value)?,
    }
    Ok(Outcome::One(Value::Table(table)))
}

fn select(vm: &mut Vm, args: Args) -> NativeResult {
    let count = args.len() as i64;
    if let Value::String(string) = vm.arg(args, 0)
        && vm.bytes(string).first() == Some(&b'#')
    {
        return Ok(Outcome::One(Value::Number((count - 1) as f64)));
    }
    let mut index = i64::from(vm.check_int(args, 0)?);
    if index < 0 {
        index += count;
    } else if index > count {
        index = count;
    }
    if index < 1 {
        return Err(vm.argument_error(args, 0, b"index out of range"));
    }
    Ok(Outcome::Values((count - index) as usize))
}

fn tonumber(vm: &mut Vm, args: Args) -> NativeResult {
    let base = vm.optional_integer(args, 1, 10)? as i32;
    if base == 10 {
        let value = vm.check_any(args, 0)?;
        let number = vm.to_number(value);
        return Ok(Outcome::One(number.map_or(Value::Nil, Value::Number)));
    }
    let string = vm.check_string(args, 0)?;
    if !(2..=36).contains(&base) {
        return Err(vm.argument_error(args, 1, b"base out of range"));
    }
    let number = crate::number::parse_in_base(vm.bytes(string), base as u32);
    Ok(Outcome::One(number.map_or(Value::Nil, Value::Number)))
}

fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let event = vm.event_of(value, Event::ToString);
    if !event.is_nil() {
        vm.push(event)?;
        vm.push(value)?;
        return Call::outcome(1, AfterToString);
    }
    if let Value::String(_) = value {
        return Ok(Outcome::One(value));
    }
    let text = vm.describe(value);
    Ok(Outcome::One(Value::String(vm.string_of(text)?)))
}

#[derive(Debug)]
struct AfterToString;

impl Continuation for AfterToString {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let count = results.unwrap_or(0);
        let first = vm.top() - count;
        Ok(Outcome::One(if count > 0 {
            vm.slot(first)
        } else {
            Value::Nil
        }))
    }
}

impl Vm {
    /// What `tostring` says of a value that has no metamethod for it.
    pub fn describe(&self, value: Value) -> Vec<u8> {
        match value {
            Value::Nil | Value::Dead(..) => b"nil".to_vec(),
            Value::Boolean(true) => b"true".to_vec(),
            Value::Boolean(false) => b"false".to_vec(),
            Value::Number(number) => crate::number::to_text(number),
            Value::String(string) => self.bytes(string).to_vec(),
            Value::Light(0) => b"userdata: (nil)".to_vec(),
            Value::Table(table) => address("table", 0, table.0),
            Value::Function(function) => address("function", 1, function.0),
            Value::Thread(thread) => address("thread", 2, thread.0),
            Value::Light(light) => address("userdata", 3, light),
        }
    }
}

/// Something that looks as an address does and differs between things.
fn address(kind: &str, space: u64, index: u32) -> Vec<u8> {
    let address = 0x5555_0000_0000 + (space << 36) + u64::from(index) * 64;
    format!("{kind}: {address:#x}").into_bytes()
}

fn type_of(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.check_any(args, 0)?.type_name();
    Ok(Outcome::One(Value::String(vm.string(name.as_bytes())?)))
}

fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let first = i64::from(vm.optional_integer(args, 1, 1)? as i32);
    let last = match vm.arg(args, 2) {
        Value::Nil => vm.raw_len(table) as i64,
        _ => i64::from(vm.check_int(args, 2)?),
    };
    if first > last {
        return Ok(Outcome::Nothing);
    }
    let count = (last - first + 1) as usize;
    if !vm.has_room(args, count) {
        return Err(vm.error(b"too many results to unpack"));
    }
    for index in first..=last {
        let value = vm.raw_get(table, Value::Number(index as f64));
        vm.push(value)?;
    }
    Ok(Outcome::Values(count))
}

fn next(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.arg(args, 1);
    let Some(position) = vm.heap.at(table).position_after(key) else {
        return Err(vm.raised(b"invalid key to 'next'"));
    };
    let Some((key, value, _)) = vm.entry_from(table, position) else {
        return Ok(Outcome::One(Value::Nil));
    };
    vm.push(key)?;
    vm.push(value)?;
    Ok(Outcome::Values(2))
}

fn pairs(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let step = vm.upvalue(args, 0);
    vm.push(step)?;
    vm.push(Value::Table(table))?;
    vm.push(Value::Nil)?;
    Ok(Outcome::Values(3))
}

fn ipairs(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let step = vm.upvalue(args, 0);
    vm.push(step)?;
    vm.push(Value::Table(table))?;
    vm.push(Value::Number(0.0))?;
    Ok(Outcome::Values(3))
}

fn next_index(vm: &mut Vm, args: Args) -> NativeResult {
    let index = vm.check_int(args, 1)?;
    let table = vm.check_table(args, 0)?;
    let index = Value::Number(f64::from(index.wrapping_add(1)));
    let value = vm.raw_get(table, index);
    if value.is_nil() {
        return Ok(Outcome::Nothing);
    }
    vm.push(index)?;
    vm.push(value)?;
    Ok(Outcome::Values(2))
}

#[derive(Debug)]
struct AfterProtected;

impl Continuation for AfterProtected {
    /// `true` stands below the results already.
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        match results {
            Ok(count) => Ok(Outcome::Values(count + 1)),
            Err(value) => {
                vm.push(Value::Boolean(false))?;
                vm.push(value)?;
                Ok(Outcome::Values(2))
            }
        }
    }
}

fn pcall(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    vm.push(Value::Nil)?;
    let (base, count) = (args.base(), args.len());
    for index in (0..count).rev() {
        let value = vm.slot(base + index);
        vm.set_slot(base + index + 1, value);
    }
    vm.set_slot(base, Value::Boolean(true));
    Ok(Outcome::Call(Call {
        arguments: count - 1,
        protection: Protection::Catch,
        then: Box::new(AfterProtected),
    }))
}

fn xpcall(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 1)?;
    vm.set_top(args.base() + 2);
    let function = vm.arg(args, 0);
    vm.push(Value::Boolean(true))?;
    vm.push(function)?;
    Ok(Outcome::Call(Call {
        arguments: 0,
        protection: Protection::Handler(args.base + 1),
        then: Box::new(AfterProtected),
    }))
}

fn loadstring(vm: &mut Vm, args: Args) -> NativeResult {
    let source = vm.check_string(args, 0)?;
    let name = vm.optional_string(args, 1)?.unwrap_or(source);
    let (source, name) = (vm.bytes(source).to_vec(), vm.bytes(name).to_vec());
    load_text(vm, &source, &name)
}

fn load_text(vm: &mut Vm, source: &[u8], name: &[u8]) -> NativeResult {
    match vm.load(source, name) {
        Ok(function) => Ok(Outcome::One(Value::Function(function))),
        Err(error) => {
            let value = vm.error_value(error);
            vm.push(Value::Nil)?;
            vm.push(value)?;
            Ok(Outcome::Values(2))
        }
    }
}

/// The pieces that a reader function gave so far.
#[derive(Debug)]
struct Reading {
    text: Vec<u8>,
}

fn load(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_function(args, 0)?;
    vm.optional_string(args, 1)?;
    read_on(vm, args, Reading { text: Vec::new() })
}

fn read_on(vm: &mut Vm, args: Args, reading: Reading) -> NativeResult {
    let reader = vm.arg(args, 0);
    vm.push(reader)?;
    Ok(Outcome::Call(Call {
        arguments: 0,
        protection: Protection::Catch,
        then: Box::new(reading),
    }))
}

impl Continuation for Reading {
    fn resume(
        mut self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let refused = match results {
            Ok(0) => None,
            Ok(count) => {
                let piece = vm.slot(vm.top() - count);
                vm.set_top(vm.top() - count);
                match piece {
                    Value::Nil => None,
                    Value::String(string) if vm.bytes(string).is_empty() => None,
                    Value::String(_) | Value::Number(_) => {
                        let piece = vm.describe(piece);
                        vm.make_room(self.text.len() * 2 + piece.len())?;
                        self.text.extend(piece);
                        return read_on(vm, args, *self);
                    }
                    _ => Some(vm.raised(b"reader function must return a string")),
                }
            }
            Err(value) => Some(Error::Raised(value)),
        };
        if let Some(error) = refused {
            let value = vm.error_value(error);
            vm.push(Value::Nil)?;
            vm.push(value)?;
            return Ok(Outcome::Values(2));
        }
        let name = match vm.arg(args, 1) {
            Value::String(name) => vm.bytes(name).to_vec(),
            _ => b"=(load)".to_vec(),
        };
        load_text(vm, &self.text, &name)
    }

    fn memory(&self) -> usize {
        self.text.capacity()
    }
}
