//! Reading MessagePack.

use crate::native::{Args, NativeResult, Outcome};
use crate::value::{StringRef, Value};
use crate::vm::{Error, Vm};

/// What C's stack has room for, with two slots for each nested array and one for each map key.
const ROOM: usize = super::super::base::MAX_C_STACK;

/// Why input cannot be read.
enum Bad {
    Missing,
    Format,
    Error(Error),
}

impl From<Error> for Bad {
    fn from(error: Error) -> Bad {
        Bad::Error(error)
    }
}

/// A table being filled; it stands on the stack.
struct Open {
    slot: usize,
    left: usize,
    /// The next index of an array; none for a map.
    index: Option<usize>,
    /// A map's key that waits for its value, on the slot above the table.
    has_key: bool,
}

struct Reader {
    input: StringRef,
    at: usize,
    end: usize,
}

pub(super) fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    read(vm, args, 0, 0)
}

pub(super) fn unpack_one(vm: &mut Vm, args: Args) -> NativeResult {
    let offset = vm.optional_integer(args, 1, 0)?;
    read(vm, args, 1, offset)
}

pub(super) fn unpack_limit(vm: &mut Vm, args: Args) -> NativeResult {
    let limit = vm.check_integer(args, 1)?;
    let offset = vm.optional_integer(args, 2, 0)?;
    read(vm, args, limit, offset)
}

fn read(vm: &mut Vm, args: Args, limit: i64, offset: i64) -> NativeResult {
    let all = limit == 0 && offset == 0;
    let input = vm.check_string(args, 0)?;
    let length = vm.bytes(input).len();
    if offset < 0 || limit < 0 {
        let (offset, length) = (offset as i32, length as i32);
        let text =
            format!("Invalid request to unpack with offset of {offset} and limit of {length}.");
        return Err(vm.error(text.as_bytes()));
    }
    if offset as u64 > length as u64 {
        let text = format!(
            "Start offset {} greater than input length {}.",
            offset as i32, length as i32
        );
        return Err(vm.error(text.as_bytes()));
    }
    vm.set_top(args.base() + 1);
    if !all {
        vm.push(Value::Nil)?;
    }
    let limit = if all { i64::from(i32::MAX) } else { limit };
    let mut reader = Reader {
        input,
        at: offset as usize,
        end: length,
    };
    let mut count = 0;
    while reader.at < reader.end && (count as i64) < limit {
        match reader.value(vm, args) {
            Ok(()) => count += 1,
            Err(Bad::Missing) => return Err(vm.error(b"Missing bytes in input.")),
            Err(Bad::Format) => return Err(vm.error(b"Bad data format in input.")),
            Err(Bad::Error(error)) => return Err(error),
        }
    }
    if !all {
        let next = if reader.at == reader.end {
            -1.0
        } else {
            reader.at as f64
        };
        vm.set_slot(args.base() + 1, Value::Number(next));
        count += 1;
    }
    Ok(Outcome::Values(count))
}

impl Reader {
    /// Pushes one whole value.
    fn value(&mut self, vm: &mut Vm, args: Args) -> Result<(), Bad> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.item(vm, args, &mut open)?;
            while let Some(inner) = open.last_mut() {
                if vm.top() > inner.slot + 1 && !fill(vm, inner)? {
                    break;
                }
                if inner.left > 0 {
                    break;
                }
                vm.set_top(inner.slot + 1);
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn take<const N: usize>(&mut self, vm: &Vm) -> Result<[u8; N], Bad> {
        let bytes = vm
            .bytes(self.input)
            .get(self.at..self.at + N)
            .ok_or(Bad::Missing)?;
        self.at += N;
        bytes.try_into().map_err(|_| Bad::Missing)
    }

    fn length(&mut self, vm: &Vm, bytes: u8) -> Result<usize, Bad> {
        Ok(match bytes {
            1 => usize::from(self.take::<1>(vm)?[0]),
            2 => usize::from(u16::from_be_bytes(self.take(vm)?)),
            _ => u32::from_be_bytes(self.take(vm)?) as usize,
        })
    }

    /// Pushes a plain value, or an empty table and opens it.
    fn item(&mut self, vm: &mut Vm, args: Args, open: &mut Vec<Open>) -> Result<(), Bad> {
        let first = self.take::<1>(vm)?[0];
        let number = match first {
            0x00..=0x7F => f64::from(first),
            0xE0..=0xFF => f64::from(first as i8),
            0xCA => f64::from(f32::from_be_bytes(self.take(vm)?)),
            0xCB => f64::from_be_bytes(self.take(vm)?),
            0xCC => f64::from(self.take::<1>(vm)?[0]),
            0xCD => f64::from(u16::from_be_bytes(self.take(vm)?)),
            0xCE => f64::from(u32::from_be_bytes(self.take(vm)?)),
            // C reads it unsigned and pushes it as a signed integer.
            0xCF => i64::from_be_bytes(self.take(vm)?) as f64,
            0xD0 => f64::from(i8::from_be_bytes(self.take(vm)?)),
            0xD1 => f64::from(i16::from_be_bytes(self.take(vm)?)),
            0xD2 => f64::from(i32::from_be_bytes(self.take(vm)?)),
            0xD3 => i64::from_be_bytes(self.take(vm)?) as f64,
            _ => return self.other(vm, args, first, open),
        };
        Ok(vm.push(Value::Number(number))?)
    }

    fn other(
        &mut self,
        vm: &mut Vm,
        args: Args,
        first: u8,
        open: &mut Vec<Open>,
    ) -> Result<(), Bad> {
        match first {
            0xC0 => Ok(vm.push(Value::Nil)?),
            0xC2 | 0xC3 => Ok(vm.push(Value::Boolean(first == 0xC3))?),
            0xA0..=0xBF => self.text(vm, usize::from(first & 0x1F)),
            0xC4 | 0xD9 => self.length(vm, 1).and_then(|length| self.text(vm, length)),
            0xC5 | 0xDA => self.length(vm, 2).and_then(|length| self.text(vm, length)),
            0xC6 | 0xDB => self.length(vm, 4).and_then(|length| self.text(vm, length)),
            0x90..=0x9F => open_table(vm, args, usize::from(first & 0xF), Some(1), open),
            0x80..=0x8F => open_table(vm, args, usize::from(first & 0xF), None, open),
            0xDC | 0xDD => {
                let length = self.length(vm, if first == 0xDC { 2 } else { 4 })?;
                open_table(vm, args, length, Some(1), open)
            }
            0xDE | 0xDF => {
                let length = self.length(vm, if first == 0xDE { 2 } else { 4 })?;
                open_table(vm, args, length, None, open)
            }
            _ => Err(Bad::Format),
        }
    }

    fn text(&mut self, vm: &mut Vm, length: usize) -> Result<(), Bad> {
        let end = self.at.saturating_add(length);
        if end > self.end {
            return Err(Bad::Missing);
        }
        let string = vm.heap.part(self.input, self.at..end)?;
        self.at = end;
        Ok(vm.push(Value::String(string))?)
    }
}

fn open_table(
    vm: &mut Vm,
    args: Args,
    length: usize,
    index: Option<usize>,
    open: &mut Vec<Open>,
) -> Result<(), Bad> {
    let is_array = index.is_some();
    let table = vm.table(0, 0)?;
    vm.push(Value::Table(table))?;
    // An array in C keeps its next index above it.
    let indices = open.iter().filter(|outer| outer.index.is_some()).count();
    if vm.top() - args.base() + indices + 1 > ROOM {
        let what = if is_array { "array" } else { "hash" };
        let text = format!("stack overflow (in function mp_decode_to_lua_{what})");
        return Err(Bad::Error(vm.error(text.as_bytes())));
    }
    open.push(Open {
        slot: vm.top() - 1,
        left: length,
        index,
        has_key: false,
    });
    Ok(())
}

/// Moves what was read last into the table; whether the table got an entry.
fn fill(vm: &mut Vm, open: &mut Open) -> Result<bool, Error> {
    let Value::Table(table) = vm.slot(open.slot) else {
        return Ok(true);
    };
    let value = vm.slot(vm.top() - 1);
    let key = match &mut open.index {
        Some(index) => {
            *index += 1;
            Value::Number((*index - 1) as f64)
        }
        None if !open.has_key => {
            open.has_key = true;
            return Ok(false);
        }
        None => {
            open.has_key = false;
            vm.slot(open.slot + 1)
        }
    };
    match key {
        Value::Nil => return Err(vm.raised(b"table index is nil")),
        Value::Number(number) if number.is_nan() => {
            return Err(vm.raised(b"table index is NaN"));
        }
        _ => vm.raw_set(table, key, value)?,
    }
    vm.set_top(open.slot + 1);
    open.left -= 1;
    Ok(true)
}
