//! `string.*`, except for what takes patterns.

mod dump;
mod format;
mod search;

use super::Functions;
use super::base::MAX_C_STACK;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::Value;
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("byte", byte),
    ("char", char),
    ("dump", dump::dump),
    ("find", search::find),
    ("format", format::format),
    ("gfind", search::gmatch),
    ("gmatch", search::gmatch),
    ("gsub", search::gsub),
    ("len", len),
    ("lower", lower),
    ("match", search::matches),
    ("rep", rep),
    ("reverse", reverse),
    ("sub", sub),
    ("upper", upper),
];

impl Vm {
    pub(crate) fn open_string(&mut self) -> Result<(), Error> {
        let table = self.open("string", FUNCTIONS)?;
        let metatable = self.table(0, 1)?;
        self.raw_set_text(metatable, b"__index", Value::Table(table))?;
        self.string_metatable = Some(metatable);
        Ok(())
    }
}

/// A position that counts from the end if negative; 0 if it is before the beginning.
fn from_end(position: i64, length: usize) -> i64 {
    let position = if position < 0 {
        position.wrapping_add(length as i64 + 1)
    } else {
        position
    };
    position.max(0)
}

fn len(vm: &mut Vm, args: Args) -> NativeResult {
    let string = vm.check_string(args, 0)?;
    Ok(Outcome::One(Value::Number(vm.bytes(string).len() as f64)))
}

fn sub(vm: &mut Vm, args: Args) -> NativeResult {
    let string = vm.check_string(args, 0)?;
    let length = vm.bytes(string).len();
    let start = from_end(vm.check_integer(args, 1)?, length).max(1);
    let end = from_end(vm.optional_integer(args, 2, -1)?, length).min(length as i64);
    if start > end {
        return Ok(Outcome::One(Value::String(vm.events.empty)));
    }
    let (start, end) = (start as usize - 1, end as usize);
    if start == 0 && end == length {
        return Ok(Outcome::One(Value::String(string)));
    }
    vm.make_room(end - start)?;
    Ok(Outcome::One(Value::String(
        vm.heap.part(string, start..end)?,
    )))
}

/// A new string made of a string byte by byte.
fn changed(vm: &mut Vm, args: Args, change: fn(&mut [u8])) -> NativeResult {
    let string = vm.check_string(args, 0)?;
    let length = vm.bytes(string).len();
    vm.make_room(length)?;
    vm.charge(length as u64 >> 8);
    let mut bytes = vm.bytes(string).to_vec();
    change(&mut bytes);
    Ok(Outcome::One(Value::String(vm.string_of(bytes)?)))
}

fn reverse(vm: &mut Vm, args: Args) -> NativeResult {
    changed(vm, args, <[u8]>::reverse)
}

fn lower(vm: &mut Vm, args: Args) -> NativeResult {
    changed(vm, args, <[u8]>::make_ascii_lowercase)
}

fn upper(vm: &mut Vm, args: Args) -> NativeResult {
    changed(vm, args, <[u8]>::make_ascii_uppercase)
}

fn rep(vm: &mut Vm, args: Args) -> NativeResult {
    let string = vm.check_string(args, 0)?;
    let count = vm.check_int(args, 1)?.max(0) as usize;
    let length = vm.bytes(string).len().saturating_mul(count);
    vm.make_room(length)?;
    vm.charge(length as u64 >> 8);
    let repeated = vm.bytes(string).repeat(if length == 0 { 0 } else { count });
    Ok(Outcome::One(Value::String(vm.string_of(repeated)?)))
}

fn byte(vm: &mut Vm, args: Args) -> NativeResult {
    let string = vm.check_string(args, 0)?;
    let length = vm.bytes(string).len();
    let first = from_end(vm.optional_integer(args, 1, 1)?, length);
    let last = from_end(vm.optional_integer(args, 2, first)?, length);
    let (first, last) = (first.max(1), last.min(length as i64));
    if first > last {
        return Ok(Outcome::Nothing);
    }
    let count = (last - first + 1) as usize;
    if count > i32::MAX as usize {
        return Err(vm.error(b"string slice too long"));
    }
    if count == 1 {
        let byte = vm.bytes(string)[first as usize - 1];
        return Ok(Outcome::One(Value::Number(f64::from(byte))));
    }
    if !vm.has_room(args, count) {
        return Err(vm.error(b"stack overflow (string slice too long)"));
    }
    for index in first as usize - 1..last as usize {
        let byte = vm.bytes(string)[index];
        vm.push(Value::Number(f64::from(byte)))?;
    }
    Ok(Outcome::Values(count))
}

fn char(vm: &mut Vm, args: Args) -> NativeResult {
    let mut bytes = Vec::with_capacity(args.len().min(MAX_C_STACK));
    for index in 0..args.len() {
        let code = vm.check_int(args, index)?;
        let Ok(byte) = u8::try_from(code) else {
            return Err(vm.argument_error(args, index, b"invalid value"));
        };
        bytes.push(byte);
    }
    Ok(Outcome::One(Value::String(vm.string_of(bytes)?)))
}
