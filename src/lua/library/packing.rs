//! `struct.*`: values to bytes and back, by a format string.

use super::Functions;
use crate::lexer::c_string;
use crate::native::{Args, NativeResult, Outcome, to_integer};
use crate::value::{StringRef, Value};
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[("pack", pack), ("unpack", unpack), ("size", size)];

const MAX_INTEGER: usize = 32;
const MAX_ALIGNMENT: usize = 8;

impl Vm {
    pub(crate) fn open_struct(&mut self) -> Result<(), Error> {
        self.open("struct", FUNCTIONS).map(|_| ())
    }
}

/// Reads a format string, option by option.
struct Format {
    text: Vec<u8>,
    at: usize,
    big: bool,
    alignment: usize,
}

impl Format {
    fn new(vm: &mut Vm, args: Args) -> Result<Format, Error> {
        let string = vm.check_string(args, 0)?;
        let text = c_string(vm.bytes(string)).to_vec();
        Ok(Format {
            text,
            at: 0,
            big: false,
            alignment: 1,
        })
    }

    /// The next option and the bytes its value takes.
    fn next(&mut self, vm: &mut Vm) -> Result<Option<(u8, usize)>, Error> {
        let Some(option) = self.text.get(self.at).copied() else {
            return Ok(None);
        };
        self.at += 1;
        let size = match option {
            b'B' | b'b' | b'x' => 1,
            b'H' | b'h' => 2,
            b'L' | b'l' | b'T' | b'd' => 8,
            b'f' => 4,
            b'c' => self.number(vm, 1)?,
            b'i' | b'I' => {
                let size = self.number(vm, 4)?;
                if size > MAX_INTEGER {
                    let text =
                        format!("integral size {size} is larger than limit of {MAX_INTEGER}");
                    return Err(vm.error(text.as_bytes()));
                }
                size
            }
            _ => 0,
        };
        Ok(Some((option, size)))
    }

    fn number(&mut self, vm: &mut Vm, default: usize) -> Result<usize, Error> {
        let mut number = None;
        while let Some(digit) = self.text.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            let value = number.unwrap_or(0) * 10 + usize::from(digit - b'0');
            if value > i32::MAX as usize {
                return Err(vm.error(b"integral size overflow"));
            }
            number = Some(value);
            self.at += 1;
        }
        Ok(number.unwrap_or(default))
    }

    /// Bytes of padding before a value at this position.
    fn padding(&self, position: usize, option: u8, size: usize) -> usize {
        if size == 0 || option == b'c' {
            return 0;
        }
        let size = size.min(self.alignment);
        size.wrapping_sub(position & size.wrapping_sub(1)) & size.wrapping_sub(1)
    }

    /// Options that are no values.
    fn control(&mut self, vm: &mut Vm, args: Args, option: u8) -> Result<(), Error> {
        match option {
            b' ' => {}
            b'>' => self.big = true,
            b'<' => self.big = false,
            b'!' => {
                let alignment = self.number(vm, MAX_ALIGNMENT)?;
                if !alignment.is_power_of_two() {
                    let text = format!("alignment {alignment} is not a power of 2");
                    return Err(vm.error(text.as_bytes()));
                }
                self.alignment = alignment;
            }
            _ => {
                let text = [b"invalid format option '", &[option][..], b"'"].concat();
                return Err(vm.argument_error(args, 0, &text));
            }
        }
        Ok(())
    }

    /// Turns bytes of a number on this machine, least first, into the wanted order.
    fn ordered(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.big {
            bytes.reverse();
        }
        bytes
    }
}

/// An integer of `size` bytes, cut or filled with zeros, least byte first.
fn integer_bytes(number: f64, size: usize) -> Vec<u8> {
    let value = if number < 0.0 {
        to_integer(number) as u64
    } else {
        to_unsigned(number)
    };
    let mut bytes = value.to_le_bytes().to_vec();
    bytes.resize(size, 0);
    bytes
}

/// C's conversion of a double to an unsigned 64-bit integer on x86-64.
fn to_unsigned(number: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if number >= HALF {
        to_integer(number - HALF) as u64 ^ 1 << 63
    } else {
        to_integer(number) as u64
    }
}

fn pack(vm: &mut Vm, args: Args) -> NativeResult {
    let mut format = Format::new(vm, args)?;
    let mut bytes = Vec::new();
    let mut argument = 1;
    while let Some((option, size)) = format.next(vm)? {
        let padding = format.padding(bytes.len(), option, size);
        vm.make_room(bytes.len() * 2 + padding + size)?;
        bytes.resize(bytes.len() + padding, 0);
        match option {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                let number = number(vm, args, argument)?;
                argument += 1;
                bytes.extend(format.ordered(integer_bytes(number, size)));
            }
            b'x' => bytes.push(0),
            b'f' | b'd' => {
                let number = number(vm, args, argument)?;
                argument += 1;
                let raw = if option == b'f' {
                    (number as f32).to_le_bytes().to_vec()
                } else {
                    number.to_le_bytes().to_vec()
                };
                bytes.extend(format.ordered(raw));
            }
            b'c' | b's' => {
                let string = text(vm, args, argument)?;
                argument += 1;
                let length = vm.bytes(string).len();
                let size = if size == 0 { length } else { size };
                if length < size {
                    return Err(vm.argument_error(args, argument, b"string too short"));
                }
                vm.make_room(bytes.len() * 2 + size)?;
                bytes.extend_from_slice(&vm.bytes(string)[..size]);
                if option == b's' {
                    bytes.push(0);
                }
            }
            _ => format.control(vm, args, option)?,
        }
    }
    Ok(Outcome::One(Value::String(vm.string_of(bytes)?)))
}

fn number(vm: &mut Vm, args: Args, argument: usize) -> Result<f64, Error> {
    match argument < args.len() {
        true => vm.check_number(args, argument),
        false => Err(missing(vm, args, argument, "number")),
    }
}

fn text(vm: &mut Vm, args: Args, argument: usize) -> Result<StringRef, Error> {
    match argument < args.len() {
        true => vm.check_string(args, argument),
        false => Err(missing(vm, args, argument, "string")),
    }
}

/// Behind the arguments C finds the nil that parts them from what was packed.
fn missing(vm: &mut Vm, args: Args, argument: usize, expected: &str) -> Error {
    let reason = format!("{expected} expected, got nil");
    vm.argument_error(args, argument, reason.as_bytes())
}

fn read_integer(bytes: &[u8], big: bool, signed: bool) -> f64 {
    let mut value = 0u64;
    for index in 0..bytes.len() {
        let index = if big { index } else { bytes.len() - 1 - index };
        value = value << 8 | u64::from(bytes[index]);
    }
    if !signed {
        return value as f64;
    }
    // A shift by 64 or more counts modulo 64 on x86-64.
    let mask = u64::MAX.wrapping_shl((bytes.len() as u32 * 8).wrapping_sub(1));
    if value & mask != 0 {
        value |= mask;
    }
    value as i64 as f64
}

fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let mut format = Format::new(vm, args)?;
    let string = vm.check_string(args, 1)?;
    let length = vm.bytes(string).len();
    let start = vm.optional_integer(args, 2, 1)?;
    if start == 0 {
        return Err(vm.argument_error(args, 2, b"offset must be 1 or greater"));
    }
    let mut position = (start as u64 as usize).wrapping_sub(1);
    let mut count = 0;
    while let Some((option, mut size)) = format.next(vm)? {
        position = position.wrapping_add(format.padding(position, option, size));
        check_length(vm, args, position, size, length)?;
        if !vm.has_room(args, 2) {
            return Err(vm.error(b"stack overflow (too many results)"));
        }
        let value = match option {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                let bytes = &vm.bytes(string)[position..position + size];
                let signed = option.is_ascii_lowercase();
                Some(Value::Number(read_integer(bytes, format.big, signed)))
            }
            b'f' | b'd' => {
                let bytes = vm.bytes(string)[position..position + size].to_vec();
                Some(Value::Number(read_float(&format.ordered(bytes))))
            }
            b'x' => None,
            b'c' => {
                if size == 0 {
                    size = previous_size(vm, &mut count)?;
                    check_length(vm, args, position, size, length)?;
                }
                Some(part(vm, string, position, size)?)
            }
            b's' => {
                let rest = &vm.bytes(string)[position..];
                let Some(end) = rest.iter().position(|byte| *byte == 0) else {
                    return Err(vm.error(b"unfinished string in data"));
                };
                size = end + 1;
                Some(part(vm, string, position, end)?)
            }
            _ => {
                format.control(vm, args, option)?;
                None
            }
        };
        if let Some(value) = value {
            vm.push(value)?;
            count += 1;
        }
        position += size;
    }
    vm.push(Value::Number((position + 1) as f64))?;
    Ok(Outcome::Values(count + 1))
}

fn check_length(
    vm: &mut Vm,
    args: Args,
    position: usize,
    size: usize,
    length: usize,
) -> Result<(), Error> {
    if size <= length && position <= length - size {
        return Ok(());
    }
    Err(vm.argument_error(args, 1, b"data string too short"))
}

/// `c0` takes its size from the value before, which it uses up.
fn previous_size(vm: &mut Vm, count: &mut usize) -> Result<usize, Error> {
    let value = if *count == 0 {
        Value::Nil
    } else {
        vm.slot(vm.top() - 1)
    };
    let Some(number) = vm.to_number(value) else {
        return Err(vm.error(b"format 'c0' needs a previous size"));
    };
    vm.set_top(vm.top() - 1);
    *count -= 1;
    Ok(to_unsigned(number) as usize)
}

fn part(vm: &mut Vm, string: crate::StringRef, from: usize, length: usize) -> Result<Value, Error> {
    vm.make_room(length)?;
    Ok(Value::String(vm.heap.part(string, from..from + length)?))
}

fn read_float(bytes: &[u8]) -> f64 {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return f64::from(f32::from_le_bytes(bytes));
    }
    <[u8; 8]>::try_from(bytes).map_or(0.0, f64::from_le_bytes)
}

fn size(vm: &mut Vm, args: Args) -> NativeResult {
    let mut format = Format::new(vm, args)?;
    let mut position = 0usize;
    while let Some((option, size)) = format.next(vm)? {
        position += format.padding(position, option, size);
        if option == b's' {
            return Err(vm.argument_error(args, 0, b"option 's' has no fixed size"));
        }
        if option == b'c' && size == 0 {
            return Err(vm.argument_error(args, 0, b"option 'c0' has no fixed size"));
        }
        if !option.is_ascii_alphanumeric() {
            format.control(vm, args, option)?;
        }
        position += size;
    }
    Ok(Outcome::One(Value::Number(position as f64)))
}
