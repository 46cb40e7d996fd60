//! `cjson.*`: JSON, as lua-cjson 2.1 reads and writes it. Nesting is kept in lists of ours.

mod read;
mod write;

use super::Functions;
use crate::lexer::c_string;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("encode", write::encode),
    ("decode", read::decode),
    ("encode_sparse_array", encode_sparse_array),
    ("encode_max_depth", encode_max_depth),
    ("decode_max_depth", decode_max_depth),
    ("encode_number_precision", encode_number_precision),
    ("encode_keep_buffer", encode_keep_buffer),
    ("encode_invalid_numbers", encode_invalid_numbers),
    ("decode_invalid_numbers", decode_invalid_numbers),
    ("new", new),
];

const MAX_PRECISION: i32 = 14;

/// What the functions of one module were told; it outlives scripts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    sparse_convert: bool,
    sparse_ratio: i32,
    sparse_safe: i32,
    encode_depth: i32,
    decode_depth: i32,
    precision: i32,
    keep_buffer: bool,
    encode_invalid: Invalid,
    decode_invalid: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Invalid {
    Refused,
    Written,
    Null,
}

const DEFAULT: Config = Config {
    sparse_convert: false,
    sparse_ratio: 2,
    sparse_safe: 10,
    encode_depth: 1000,
    decode_depth: 1000,
    precision: 14,
    keep_buffer: true,
    encode_invalid: Invalid::Refused,
    decode_invalid: true,
};

impl Vm {
    pub(crate) fn open_cjson(&mut self) -> Result<(), Error> {
        let table = self.new_cjson()?;
        let globals = self.globals;
        self.raw_set_text(globals, b"cjson", Value::Table(table))
    }

    /// A module with a configuration of its own.
    fn new_cjson(&mut self) -> Result<TableRef, Error> {
        self.heap.reserve(size_of::<Config>())?;
        let number = Value::Number(self.libraries.cjson.len() as f64);
        self.libraries.cjson.push(DEFAULT);
        let table = self.table(0, 0)?;
        for (name, function) in FUNCTIONS {
            let function = self.native(*function, &[number])?;
            self.raw_set_text(table, name.as_bytes(), Value::Function(function))?;
        }
        self.raw_set_text(table, b"null", Value::Light(0))?;
        let name = self.string(b"cjson")?;
        self.raw_set_text(table, b"_NAME", Value::String(name))?;
        let version = self.string(b"2.1.0")?;
        self.raw_set_text(table, b"_VERSION", Value::String(version))?;
        Ok(table)
    }

    fn cjson(&mut self, args: Args) -> Config {
        *self.cjson_mut(args)
    }

    fn cjson_mut(&mut self, args: Args) -> &mut Config {
        let index = match self.upvalue(args, 0) {
            Value::Number(number) => number as usize,
            _ => 0,
        };
        let last = self.libraries.cjson.len() - 1;
        &mut self.libraries.cjson[index.min(last)]
    }
}

fn new(vm: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(Value::Table(vm.new_cjson()?)))
}

fn limit_arguments(vm: &mut Vm, args: Args, most: usize) -> Result<(), Error> {
    if args.len() > most {
        return Err(vm.argument_error(args, most, b"found too many arguments"));
    }
    Ok(())
}

fn expect_one(vm: &mut Vm, args: Args) -> Result<(), Error> {
    if args.len() != 1 {
        return Err(vm.argument_error(args, 0, b"expected 1 argument"));
    }
    Ok(())
}

fn integer(
    vm: &mut Vm,
    args: Args,
    number: usize,
    range: (i32, i32),
    setting: fn(&mut Config) -> &mut i32,
) -> Result<Value, Error> {
    if !vm.arg(args, number).is_nil() {
        let value = vm.check_integer(args, number)? as i32;
        if value < range.0 || value > range.1 {
            let text = format!("expected integer between {} and {}", range.0, range.1);
            return Err(vm.argument_error(args, 0, text.as_bytes()));
        }
        *setting(vm.cjson_mut(args)) = value;
    }
    Ok(Value::Number(f64::from(*setting(vm.cjson_mut(args)))))
}

/// One of some words by its number; booleans stand for the first two.
fn choice(vm: &mut Vm, args: Args, words: &[&[u8]]) -> Result<Option<usize>, Error> {
    let value = vm.arg(args, 0);
    match value {
        Value::Nil => return Ok(None),
        Value::Boolean(boolean) => return Ok(Some(usize::from(boolean))),
        _ => {}
    }
    let word = vm.check_string(args, 0)?;
    let word = c_string(vm.bytes(word)).to_vec();
    match words.iter().position(|known| *known == word) {
        Some(index) => Ok(Some(index)),
        None => {
            let text = [b"invalid option '", &word[..], b"'"].concat();
            Err(vm.argument_error(args, 0, &text))
        }
    }
}

fn switch(vm: &mut Vm, args: Args, setting: fn(&mut Config) -> &mut bool) -> Result<Value, Error> {
    if let Some(chosen) = choice(vm, args, &[b"off", b"on"])? {
        *setting(vm.cjson_mut(args)) = chosen == 1;
    }
    Ok(Value::Boolean(*setting(vm.cjson_mut(args))))
}

fn encode_sparse_array(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 3)?;
    let convert = switch(vm, args, |config| &mut config.sparse_convert)?;
    let range = (0, i32::MAX);
    let ratio = integer(vm, args, 1, range, |config| &mut config.sparse_ratio)?;
    let safe = integer(vm, args, 2, range, |config| &mut config.sparse_safe)?;
    for value in [convert, ratio, safe] {
        vm.push(value)?;
    }
    Ok(Outcome::Values(3))
}

fn encode_max_depth(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    let range = (1, i32::MAX);
    integer(vm, args, 0, range, |config| &mut config.encode_depth).map(Outcome::One)
}

fn decode_max_depth(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    let range = (1, i32::MAX);
    integer(vm, args, 0, range, |config| &mut config.decode_depth).map(Outcome::One)
}

fn encode_number_precision(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    let range = (1, MAX_PRECISION);
    integer(vm, args, 0, range, |config| &mut config.precision).map(Outcome::One)
}

fn encode_keep_buffer(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    switch(vm, args, |config| &mut config.keep_buffer).map(Outcome::One)
}

fn decode_invalid_numbers(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    switch(vm, args, |config| &mut config.decode_invalid).map(Outcome::One)
}

fn encode_invalid_numbers(vm: &mut Vm, args: Args) -> NativeResult {
    limit_arguments(vm, args, 1)?;
    if let Some(chosen) = choice(vm, args, &[b"off", b"on", b"null"])? {
        let known = [Invalid::Refused, Invalid::Written, Invalid::Null];
        vm.cjson_mut(args).encode_invalid = known[chosen.min(2)];
    }
    Ok(Outcome::One(match vm.cjson(args).encode_invalid {
        Invalid::Refused => Value::Boolean(false),
        Invalid::Written => Value::Boolean(true),
        Invalid::Null => Value::String(vm.string(b"null")?),
    }))
}
