//! `coroutine.*`

use super::Functions;
use crate::coroutine::status_name;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::{FunctionRef, ThreadRef, Value};
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("create", create),
    ("resume", resume),
    ("running", running),
    ("status", status),
    ("wrap", wrap),
    ("yield", yield_values),
];

impl Vm {
    pub(crate) fn open_coroutine(&mut self) -> Result<(), Error> {
        self.open("coroutine", FUNCTIONS).map(|_| ())
    }
}

fn check_body(vm: &mut Vm, args: Args) -> Result<FunctionRef, Error> {
    match vm.arg(args, 0) {
        Value::Function(function) if !vm.is_native(function) => Ok(function),
        _ => Err(vm.argument_error(args, 0, b"Lua function expected")),
    }
}

fn check_coroutine(vm: &mut Vm, args: Args) -> Result<ThreadRef, Error> {
    match vm.arg(args, 0) {
        Value::Thread(thread) => Ok(thread),
        _ => Err(vm.argument_error(args, 0, b"coroutine expected")),
    }
}

fn create(vm: &mut Vm, args: Args) -> NativeResult {
    let function = check_body(vm, args)?;
    Ok(Outcome::One(Value::Thread(vm.new_coroutine(function)?)))
}

fn resume(vm: &mut Vm, args: Args) -> NativeResult {
    let thread = check_coroutine(vm, args)?;
    Ok(Outcome::Resume {
        thread,
        values: args.len() - 1,
        wrapped: false,
    })
}

fn running(vm: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(match vm.current {
        ThreadRef(0) => Value::Nil,
        thread => Value::Thread(thread),
    }))
}

fn status(vm: &mut Vm, args: Args) -> NativeResult {
    let thread = check_coroutine(vm, args)?;
    let name = status_name(vm.status_of(thread));
    Ok(Outcome::One(Value::String(vm.string(name.as_bytes())?)))
}

fn wrap(vm: &mut Vm, args: Args) -> NativeResult {
    let function = check_body(vm, args)?;
    let thread = vm.new_coroutine(function)?;
    let wrapped = vm.native(resume_wrapped, &[Value::Thread(thread)])?;
    Ok(Outcome::One(Value::Function(wrapped)))
}

fn resume_wrapped(vm: &mut Vm, args: Args) -> NativeResult {
    let Value::Thread(thread) = vm.upvalue(args, 0) else {
        return Ok(Outcome::Nothing);
    };
    Ok(Outcome::Resume {
        thread,
        values: args.len(),
        wrapped: true,
    })
}

fn yield_values(_: &mut Vm, args: Args) -> NativeResult {
    Ok(Outcome::Yield(args.len()))
}
