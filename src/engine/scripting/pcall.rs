//! `pcall` as Redis redefines it: an error that is a table with a text `err` comes out as that text.

use lua::{Args, Call, Continuation, NativeResult, Outcome, Protection, Value, Vm};

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
        let shown = match error {
            Value::Table(table) => match vm.raw_get_text(table, b"err") {
                text @ (Value::String(_) | Value::Number(_)) => text,
                _ => error,
            },
            _ => error,
        };
        vm.push(Value::Boolean(false))?;
        vm.push(shown)?;
        Ok(Outcome::Values(2))
    }
}
