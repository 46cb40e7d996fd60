//! `pcall` as Redis redefines it: an error that is a table with a text `err` comes out as that text.

use lua::{Args, Call, Continuation, NativeResult, Outcome, Protection, TableRef, Value, Vm};

#[derive(Debug)]
struct Caught;

pub fn pcall(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    // The result `true` stands below the function already: what it returns comes to stand behind it.
    vm.push(Value::Nil)?;
    for number in (0..args.len()).rev() {
        let value = vm.slot(args.base() + number);
        vm.set_slot(args.base() + number + 1, value);
    }
    vm.set_slot(args.base(), Value::Boolean(true));
    Ok(Outcome::Call(Call {
        arguments: args.len() - 1,
        protection: Protection::Catch,
        then: Box::new(Caught),
    }))
}

impl Continuation for Caught {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let error = match results {
            Ok(count) => return Ok(Outcome::Values(count + 1)),
            Err(error) => error,
        };
        let Value::Table(table) = error else {
            return failed(vm, &[error]);
        };
        match text_of(vm, table) {
            Text::Found(text) => shown(vm, error, text),
            Text::Refused(type_name) => {
                let text = format!("attempt to index a {type_name} value");
                Err(vm.raised(text.as_bytes()))
            }
            Text::Asked(function, table) => {
                // It stays below what is called, to be shown if there is no text.
                vm.push(error)?;
                vm.push(function)?;
                vm.push(Value::Table(table))?;
                let name = vm.string(b"err")?;
                vm.push(Value::String(name))?;
                Call::outcome(2, AfterIndex)
            }
        }
    }
}

/// What `error.err` is.
enum Text {
    Found(Value),
    /// This function says it of this table.
    Asked(Value, TableRef),
    /// What is to be asked is of a type that cannot be.
    Refused(&'static str),
}

/// `error.err` as Lua looks it up: by `__index` where a table has no such field itself.
fn text_of(vm: &Vm, mut table: TableRef) -> Text {
    const LOOP: usize = 100;
    for _ in 0..LOOP {
        let own = vm.raw_get_text(table, b"err");
        let index = vm
            .metatable(table)
            .map(|metatable| vm.raw_get_text(metatable, b"__index"));
        match index {
            _ if !own.is_nil() => return Text::Found(own),
            Some(Value::Table(next)) => table = next,
            Some(function @ Value::Function(_)) => return Text::Asked(function, table),
            // Texts have the functions of `string`, and none of them is called so.
            None | Some(Value::Nil | Value::String(_)) => return Text::Found(Value::Nil),
            Some(other) => return Text::Refused(other.type_name()),
        }
    }
    Text::Found(Value::Nil)
}

#[derive(Debug)]
struct AfterIndex;

impl Continuation for AfterIndex {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        _: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let count = results.unwrap_or(0);
        let first = vm.top() - count;
        let error = vm.slot(first - 1);
        let text = match count {
            0 => Value::Nil,
            _ => vm.slot(first),
        };
        shown(vm, error, text)
    }
}

/// The text alone; what is none comes after the error, forgotten there by Redis.
fn shown(vm: &mut Vm, error: Value, text: Value) -> NativeResult {
    match text {
        Value::String(_) | Value::Number(_) => failed(vm, &[text]),
        _ => failed(vm, &[error, text]),
    }
}

fn failed(vm: &mut Vm, values: &[Value]) -> NativeResult {
    vm.push(Value::Boolean(false))?;
    for value in values {
        vm.push(*value)?;
    }
    Ok(Outcome::Values(1 + values.len()))
}
