//! `cmsgpack.*`: MessagePack. Nesting is kept in lists of ours, not on Rust's stack.

mod read;

use super::Functions;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("pack", pack),
    ("unpack", read::unpack),
    ("unpack_one", read::unpack_one),
    ("unpack_limit", read::unpack_limit),
];

const TEXTS: &[(&str, &str)] = &[
    ("_NAME", "cmsgpack"),
    ("_VERSION", "lua-cmsgpack 0.4.0"),
    ("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo"),
    ("_DESCRIPTION", "MessagePack C implementation for Lua"),
];

/// Tables nested deeper are packed as nil.
const MAX_NESTING: usize = 16;

impl Vm {
    pub(crate) fn open_cmsgpack(&mut self) -> Result<(), Error> {
        let table = self.table(0, 0)?;
        let globals = self.globals;
        self.raw_set_text(globals, b"cmsgpack", Value::Table(table))?;
        self.register(table, FUNCTIONS)?;
        for (key, text) in TEXTS {
            let text = self.string(text.as_bytes())?;
            self.raw_set_text(table, key.as_bytes(), Value::String(text))?;
        }
        Ok(())
    }
}

fn pack(vm: &mut Vm, args: Args) -> NativeResult {
    if args.is_empty() {
        return Err(vm.argument_error_at(args, 0, b"MessagePack pack needs input."));
    }
    if !vm.has_room(args, args.len()) {
        let text = b"Too many arguments for MessagePack pack.";
        return Err(vm.argument_error_at(args, 0, text));
    }
    let mut bytes = Vec::new();
    for number in 0..args.len() {
        let value = vm.arg(args, number);
        write(vm, value, 0, &mut bytes)?;
    }
    Ok(Outcome::One(Value::String(vm.string_of(bytes)?)))
}

/// Recursion is bounded by `MAX_NESTING`.
fn write(vm: &mut Vm, value: Value, level: usize, bytes: &mut Vec<u8>) -> Result<(), Error> {
    match value {
        Value::String(string) => {
            let length = vm.bytes(string).len();
            grow(vm, bytes, length + 5)?;
            write_head(bytes, length, [0xA0, 0xD9, 0xDA, 0xDB], 32);
            bytes.extend_from_slice(vm.bytes(string));
        }
        Value::Boolean(boolean) => bytes.push(if boolean { 0xC3 } else { 0xC2 }),
        Value::Number(number) => {
            grow(vm, bytes, 9)?;
            write_number(number, bytes);
        }
        Value::Table(table) if level < MAX_NESTING => {
            grow(vm, bytes, 5)?;
            return match array_length(vm, table) {
                Some(_) => write_array(vm, table, level, bytes),
                None => write_map(vm, table, level, bytes),
            };
        }
        _ => bytes.push(0xC0),
    }
    Ok(())
}

fn grow(vm: &mut Vm, bytes: &mut Vec<u8>, more: usize) -> Result<(), Error> {
    if bytes.len() + more > bytes.capacity() {
        // Everything packed stays reachable from the arguments: a collection harms nothing.
        vm.make_room(bytes.len() * 2 + more)?;
    }
    Ok(())
}

/// A length in the shortest form: within the first byte, or after it in 1, 2 or 4 bytes.
fn write_head(bytes: &mut Vec<u8>, length: usize, kinds: [u8; 4], short: usize) {
    if length < short {
        bytes.push(kinds[0] | length as u8);
    } else if length <= 0xFF && kinds[1] != 0 {
        bytes.extend([kinds[1], length as u8]);
    } else if length <= 0xFFFF {
        bytes.push(kinds[2]);
        bytes.extend((length as u16).to_be_bytes());
    } else {
        bytes.push(kinds[3]);
        bytes.extend((length as u32).to_be_bytes());
    }
}

fn write_number(number: f64, bytes: &mut Vec<u8>) {
    let integer = crate::native::to_integer(number);
    if number.is_finite() && integer as f64 == number {
        return write_integer(integer, bytes);
    }
    let short = number as f32;
    if f64::from(short) == number {
        bytes.push(0xCA);
        bytes.extend(short.to_be_bytes());
    } else {
        bytes.push(0xCB);
        bytes.extend(number.to_be_bytes());
    }
}

fn write_integer(integer: i64, bytes: &mut Vec<u8>) {
    match integer {
        -32..=0x7F => bytes.push(integer as u8),
        0x80..=0xFF => bytes.extend([0xCC, integer as u8]),
        0x100..=0xFFFF => {
            bytes.push(0xCD);
            bytes.extend((integer as u16).to_be_bytes());
        }
        0x1_0000..=0xFFFF_FFFF => {
            bytes.push(0xCE);
            bytes.extend((integer as u32).to_be_bytes());
        }
        0x1_0000_0000.. => {
            bytes.push(0xCF);
            bytes.extend(integer.to_be_bytes());
        }
        -0x80..=-33 => bytes.extend([0xD0, integer as u8]),
        -0x8000..=-0x81 => {
            bytes.push(0xD1);
            bytes.extend((integer as i16).to_be_bytes());
        }
        -0x8000_0000..=-0x8001 => {
            bytes.push(0xD2);
            bytes.extend((integer as i32).to_be_bytes());
        }
        _ => {
            bytes.push(0xD3);
            bytes.extend(integer.to_be_bytes());
        }
    }
}

/// How many items, if the keys are 1 to that number.
fn array_length(vm: &Vm, table: TableRef) -> Option<usize> {
    let mut position = 0;
    let (mut count, mut greatest) = (0i32, 0i32);
    while let Some((key, _, next)) = vm.entry_from(table, position) {
        position = next;
        let Value::Number(number) = key else {
            return None;
        };
        if number <= 0.0 || f64::from(number as i32) != number {
            return None;
        }
        greatest = greatest.max(number as i32);
        count += 1;
    }
    (count == greatest).then_some(count as usize)
}

fn write_array(
    vm: &mut Vm,
    table: TableRef,
    level: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    let length = vm.raw_len(table);
    write_head(bytes, length, [0x90, 0, 0xDC, 0xDD], 16);
    for index in 1..=length {
        let value = vm.raw_get_index(table, index);
        write(vm, value, level + 1, bytes)?;
    }
    Ok(())
}

fn write_map(vm: &mut Vm, table: TableRef, level: usize, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let mut position = 0;
    let mut length = 0;
    while let Some((_, _, next)) = vm.entry_from(table, position) {
        position = next;
        length += 1;
    }
    write_head(bytes, length, [0x80, 0, 0xDE, 0xDF], 16);
    position = 0;
    while let Some((key, value, next)) = vm.entry_from(table, position) {
        position = next;
        write(vm, key, level + 1, bytes)?;
        write(vm, value, level + 1, bytes)?;
    }
    Ok(())
}
