//! `table.*`

mod sort;

use super::Functions;
use super::base::check_writable;
use crate::native::{Args, Call, Continuation, NativeResult, Outcome};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("concat", concat),
    ("foreach", foreach),
    ("foreachi", foreachi),
    ("getn", getn),
    ("insert", insert),
    ("maxn", maxn),
    ("remove", remove),
    ("setn", setn),
    ("sort", sort::sort),
];

impl Vm {
    pub(crate) fn open_table(&mut self) -> Result<(), Error> {
        self.open("table", FUNCTIONS).map(|_| ())
    }
}

fn at(vm: &Vm, table: TableRef, index: i64) -> Value {
    vm.raw_get(table, Value::Number(index as f64))
}

/// Sets as C functions do.
fn put(vm: &mut Vm, table: TableRef, index: i64, value: Value) -> Result<(), Error> {
    check_writable(vm, table)?;
    vm.raw_set(table, Value::Number(index as f64), value)
}

fn concat(vm: &mut Vm, args: Args) -> NativeResult {
    let separator = vm.optional_string(args, 1)?.unwrap_or(vm.events.empty);
    let table = vm.check_table(args, 0)?;
    let first = i64::from(vm.optional_integer(args, 2, 1)? as i32);
    let last = match vm.arg(args, 3) {
        Value::Nil => vm.raw_len(table) as i64,
        _ => i64::from(vm.check_int(args, 3)?),
    };
    let gap = vm.bytes(separator).len();
    let mut length = 0usize;
    for index in first..=last {
        length += gap;
        length += match at(vm, table, index) {
            Value::String(string) => vm.bytes(string).len(),
            Value::Number(_) => 24,
            other => {
                let kind = other.type_name();
                let text = format!("invalid value ({kind}) at index {index} in table for 'concat'");
                return Err(vm.error(text.as_bytes()));
            }
        };
    }
    vm.make_room(length)?;
    vm.charge(length as u64 >> 8);
    let mut text = Vec::with_capacity(length);
    for index in first..=last {
        match at(vm, table, index) {
            Value::String(string) => text.extend_from_slice(vm.bytes(string)),
            Value::Number(number) => text.extend(crate::number::to_text(number)),
            _ => {}
        }
        if index != last {
            text.extend_from_slice(vm.bytes(separator));
        }
    }
    Ok(Outcome::One(Value::String(vm.string_of(text)?)))
}

fn getn(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    Ok(Outcome::One(Value::Number(vm.raw_len(table) as f64)))
}

fn setn(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_table(args, 0)?;
    Err(vm.error(b"'setn' is obsolete"))
}

fn maxn(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let mut greatest = 0.0;
    let mut position = 0;
    while let Some((key, _, next)) = vm.entry_from(table, position) {
        position = next;
        if let Value::Number(number) = key
            && number > greatest
        {
            greatest = number;
        }
    }
    Ok(Outcome::One(Value::Number(greatest)))
}

fn insert(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let end = vm.raw_len(table) as i64 + 1;
    let position = match args.len() {
        2 => end,
        3 => {
            let position = i64::from(vm.check_int(args, 1)?);
            let mut index = end.max(position);
            vm.charge((index - position) as u64 >> 4);
            while index > position {
                let value = at(vm, table, index - 1);
                put(vm, table, index, value)?;
                index -= 1;
            }
            position
        }
        _ => return Err(vm.error(b"wrong number of arguments to 'insert'")),
    };
    let value = vm.arg(args, args.len() - 1);
    put(vm, table, position, value)?;
    Ok(Outcome::Nothing)
}

fn remove(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let end = vm.raw_len(table) as i64;
    let mut position = i64::from(vm.optional_integer(args, 1, end)? as i32);
    if position < 1 || position > end {
        return Ok(Outcome::Nothing);
    }
    let removed = at(vm, table, position);
    vm.charge((end - position) as u64 >> 4);
    while position < end {
        let value = at(vm, table, position + 1);
        put(vm, table, position, value)?;
        position += 1;
    }
    put(vm, table, end, Value::Nil)?;
    Ok(Outcome::One(removed))
}

/// Where a walk over a table is.
#[derive(Debug)]
struct Walk {
    position: usize,
    /// By index up to this one; by `next` if there is none.
    last: Option<usize>,
}

fn foreach(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_table(args, 0)?;
    vm.check_function(args, 1)?;
    Walk {
        position: 0,
        last: None,
    }
    .step(vm, args)
}

fn foreachi(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    vm.check_function(args, 1)?;
    let last = Some(vm.raw_len(table));
    Walk { position: 0, last }.step(vm, args)
}

impl Walk {
    fn step(mut self, vm: &mut Vm, args: Args) -> NativeResult {
        let table = vm.check_table(args, 0)?;
        let entry = match self.last {
            Some(last) if self.position >= last => None,
            Some(_) => {
                self.position += 1;
                let value = vm.raw_get_index(table, self.position);
                Some((Value::Number(self.position as f64), value))
            }
            None => vm
                .entry_from(table, self.position)
                .map(|(key, value, next)| {
                    self.position = next;
                    (key, value)
                }),
        };
        let Some((key, value)) = entry else {
            return Ok(Outcome::Nothing);
        };
        let function = vm.arg(args, 1);
        vm.push(function)?;
        vm.push(key)?;
        vm.push(value)?;
        Call::outcome(2, self)
    }
}

impl Continuation for Walk {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let count = results.unwrap_or(0);
        let first = vm.top() - count;
        let value = if count > 0 {
            vm.slot(first)
        } else {
            Value::Nil
        };
        vm.set_top(first);
        if !value.is_nil() {
            return Ok(Outcome::One(value));
        }
        self.step(vm, args)
    }
}
