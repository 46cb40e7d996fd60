//! Lua to JSON.

use super::{Config, Invalid, expect_one};
use crate::library::base::MAX_C_STACK;
use crate::native::{Args, NativeResult, Outcome};
use crate::number::format::Spec;
use crate::value::{StringRef, TableRef, Value};
use crate::vm::{Error, Vm};

/// A table being written.
struct Open {
    table: TableRef,
    /// Of an array: its length and the index written last. Of an object: nothing.
    length: Option<usize>,
    position: usize,
    first: bool,
}

struct Writer {
    config: Config,
    text: Vec<u8>,
    open: Vec<Open>,
    /// Slots that C would have taken for the tables that are open.
    slots: usize,
}

pub(super) fn encode(vm: &mut Vm, args: Args) -> NativeResult {
    expect_one(vm, args)?;
    let config = vm.cjson(args);
    let mut writer = Writer {
        config,
        text: Vec::new(),
        open: Vec::new(),
        slots: 1,
    };
    let value = vm.arg(args, 0);
    writer.value(vm, value)?;
    while let Some(open) = writer.open.last_mut() {
        match open.next(vm) {
            Some((key, value)) => {
                if !std::mem::take(&mut open.first) {
                    writer.text.push(b',');
                }
                if open.length.is_none() {
                    writer.key(vm, key)?;
                }
                writer.value(vm, value)?;
            }
            None => writer.close(),
        }
        vm.charge(1);
    }
    Ok(Outcome::One(Value::String(vm.string_of(writer.text)?)))
}

impl Open {
    fn next(&mut self, vm: &Vm) -> Option<(Value, Value)> {
        match self.length {
            Some(length) if self.position >= length => None,
            Some(_) => {
                self.position += 1;
                Some((Value::Nil, vm.raw_get_index(self.table, self.position)))
            }
            None => {
                let (key, value, next) = vm.entry_from(self.table, self.position)?;
                self.position = next;
                Some((key, value))
            }
        }
    }
}

impl Writer {
    fn grow(&mut self, vm: &mut Vm, more: usize) -> Result<(), Error> {
        if self.text.len() + more > self.text.capacity() {
            vm.make_room(self.text.len() * 2 + more)?;
        }
        Ok(())
    }

    fn value(&mut self, vm: &mut Vm, value: Value) -> Result<(), Error> {
        self.grow(vm, 32)?;
        match value {
            Value::String(string) => self.string(vm, string),
            Value::Number(number) => self.number(vm, number),
            Value::Boolean(true) => self.word(b"true"),
            Value::Boolean(false) => self.word(b"false"),
            Value::Nil | Value::Light(0) => self.word(b"null"),
            Value::Table(table) => self.table(vm, table),
            other => Err(refuse(vm, other, "type not supported")),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Error> {
        self.text.extend_from_slice(word);
        Ok(())
    }

    fn key(&mut self, vm: &mut Vm, key: Value) -> Result<(), Error> {
        self.grow(vm, 32)?;
        match key {
            Value::Number(number) => {
                self.text.push(b'"');
                self.number(vm, number)?;
                self.text.push(b'"');
            }
            Value::String(string) => self.string(vm, string)?,
            other => return Err(refuse(vm, other, "table key must be a number or string")),
        }
        self.text.push(b':');
        Ok(())
    }

    fn table(&mut self, vm: &mut Vm, table: TableRef) -> Result<(), Error> {
        let depth = self.open.len() + 1;
        if depth > self.config.encode_depth as usize || self.slots + 3 > MAX_C_STACK {
            let text = format!("Cannot serialise, excessive nesting ({depth})");
            return Err(vm.error(text.as_bytes()));
        }
        let length = self.array_length(vm, table)?;
        self.text.push(if length.is_some() { b'[' } else { b'{' });
        self.slots += if length.is_some() { 1 } else { 2 };
        self.open.push(Open {
            table,
            length,
            position: 0,
            first: true,
        });
        Ok(())
    }

    fn close(&mut self) {
        let is_array = self.open.pop().is_some_and(|open| open.length.is_some());
        self.slots -= if is_array { 1 } else { 2 };
        self.text.push(if is_array { b']' } else { b'}' });
    }

    /// The length of a table that is written as an array: whole keys from one on, and not too few.
    fn array_length(&self, vm: &mut Vm, table: TableRef) -> Result<Option<usize>, Error> {
        let mut position = 0;
        let (mut greatest, mut items) = (0_i32, 0_i32);
        while let Some((key, _, next)) = vm.entry_from(table, position) {
            position = next;
            match key {
                Value::Number(number) if number >= 1.0 && number.floor() == number => {
                    if number > f64::from(greatest) {
                        greatest = to_int(number);
                    }
                    items = items.wrapping_add(1);
                }
                _ => return Ok(None),
            }
        }
        let ratio = self.config.sparse_ratio;
        let is_sparse =
            ratio > 0 && greatest > items.wrapping_mul(ratio) && greatest > self.config.sparse_safe;
        if is_sparse && !self.config.sparse_convert {
            return Err(refuse(vm, Value::Table(table), "excessively sparse array"));
        }
        Ok((!is_sparse && greatest > 0).then_some(greatest as usize))
    }

    fn number(&mut self, vm: &mut Vm, number: f64) -> Result<(), Error> {
        if !number.is_finite() {
            match self.config.encode_invalid {
                Invalid::Refused => {
                    let reason = "must not be NaN or Inf";
                    return Err(refuse(vm, Value::Number(number), reason));
                }
                Invalid::Null => return self.word(b"null"),
                Invalid::Written if number.is_nan() => return self.word(b"nan"),
                Invalid::Written => {}
            }
        }
        let precision = Some(self.config.precision as usize);
        let spec = Spec {
            precision,
            ..Spec::of(b'g')
        };
        self.text.extend(spec.number(number));
        Ok(())
    }

    fn string(&mut self, vm: &mut Vm, string: StringRef) -> Result<(), Error> {
        let length = vm.bytes(string).len();
        self.grow(vm, length.saturating_mul(6) + 2)?;
        vm.charge(length as u64 >> 8);
        self.text.push(b'"');
        for byte in vm.bytes(string) {
            match byte {
                b'"' => self.text.extend_from_slice(b"\\\""),
                b'\\' => self.text.extend_from_slice(b"\\\\"),
                b'/' => self.text.extend_from_slice(b"\\/"),
                8 => self.text.extend_from_slice(b"\\b"),
                9 => self.text.extend_from_slice(b"\\t"),
                10 => self.text.extend_from_slice(b"\\n"),
                12 => self.text.extend_from_slice(b"\\f"),
                13 => self.text.extend_from_slice(b"\\r"),
                0..=31 | 127 => self.text.extend(format!("\\u{byte:04x}").into_bytes()),
                other => self.text.push(*other),
            }
        }
        self.text.push(b'"');
        Ok(())
    }
}

fn refuse(vm: &mut Vm, value: Value, reason: &str) -> Error {
    let kind = value.type_name();
    vm.error(format!("Cannot serialise {kind}: {reason}").as_bytes())
}

/// C's conversion of a double to a 32-bit integer on x86-64: what does not fit is the least integer, below which every
/// later key is the greatest so far.
fn to_int(number: f64) -> i32 {
    match number <= f64::from(i32::MAX) {
        true => number as i32,
        false => i32::MIN,
    }
}
