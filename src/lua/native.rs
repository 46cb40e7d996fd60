//! Functions written in Rust: what they receive, what they may answer, how they check arguments.

use std::fmt::Debug;

use crate::value::{FunctionRef, StringRef, TableRef, Value};
use crate::vm::{Error, Vm};

/// A function in Rust. It must not run Lua itself: it asks for that with `Outcome::Call`, so that a
/// script can be paused wherever it is and depth is never that of Rust's stack.
pub type NativeFunction = fn(&mut Vm, Args) -> NativeResult;
pub type NativeResult = Result<Outcome, Error>;

/// Which function was called and where its arguments stand on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    pub(crate) callee: FunctionRef,
    pub(crate) base: u32,
    pub(crate) count: u32,
    /// The level of C calls to return to at the end.
    pub(crate) levels: u16,
}

impl Args {
    pub fn len(self) -> usize {
        self.count as usize
    }

    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The slot of the stack on which the first argument stands.
    pub fn base(self) -> usize {
        self.base as usize
    }
}

/// What a native function answers.
#[derive(Debug)]
pub enum Outcome {
    Nothing,
    One(Value),
    /// That many values, which it pushed last.
    Values(usize),
    /// Call and then continue.
    Call(Call),
    /// The slice is used up: pause, and then continue. Nothing was called, so there are no results.
    Pause(Box<dyn Continuation>),
    /// Suspend the coroutine, handing out that many values pushed last.
    Yield(usize),
    /// Continue a coroutine with that many values pushed last.
    Resume {
        thread: crate::ThreadRef,
        values: usize,
        wrapped: bool,
    },
}

/// A function that a native function wants called: it was pushed, and its arguments after it.
#[derive(Debug)]
pub struct Call {
    pub arguments: usize,
    pub protection: Protection,
    pub then: Box<dyn Continuation>,
}

impl Call {
    /// A call whose errors pass through.
    pub fn outcome(arguments: usize, then: impl Continuation + 'static) -> NativeResult {
        let then = Box::new(then);
        Ok(Outcome::Call(Call {
            arguments,
            protection: Protection::None,
            then,
        }))
    }
}

/// What happens to errors in a called function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    None,
    /// They come to the continuation.
    Catch,
    /// They go through the handler on this slot of the stack, then come to the continuation.
    Handler(u32),
}

/// The rest of a native function, after a function it called or after a pause.
///
/// It may hold no `Value`s of its own: what must live stands on the stack.
pub trait Continuation: Debug {
    /// With how many values were returned (they are the last ones pushed), or the error caught.
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        results: Result<usize, Value>,
    ) -> NativeResult;

    /// Bytes held meanwhile.
    fn memory(&self) -> usize {
        0
    }
}

/// Access to arguments, counted from zero here and from one in messages.
impl Vm {
    /// An argument; nil if there is none.
    #[inline]
    pub fn arg(&self, args: Args, number: usize) -> Value {
        if number < args.len() {
            self.thread.stack[args.base() + number]
        } else {
            Value::Nil
        }
    }

    /// Replaces an argument, which keeps the new value from the collector.
    pub fn set_arg(&mut self, args: Args, number: usize, value: Value) {
        if number < args.len() {
            self.thread.stack[args.base() + number] = value;
        }
    }

    /// The values that a native closure was made with.
    pub fn upvalue(&self, args: Args, number: usize) -> Value {
        let native = self.heap.native(args.callee);
        native
            .and_then(|native| native.upvalues.get(number).copied())
            .unwrap_or_default()
    }

    pub(crate) fn set_native_upvalue(&mut self, args: Args, number: usize, value: Value) {
        let closure = &mut self.heap.closures[args.callee.0 as usize];
        if let crate::function::Closure::Native(native) = closure
            && let Some(place) = native.upvalues.get_mut(number)
        {
            *place = value;
        }
    }

    #[inline]
    pub fn check_any(&mut self, args: Args, number: usize) -> Result<Value, Error> {
        if number < args.len() {
            return Ok(self.thread.stack[args.base() + number]);
        }
        Err(self.argument_error(args, number, b"value expected"))
    }

    #[inline]
    pub fn check_table(&mut self, args: Args, number: usize) -> Result<TableRef, Error> {
        match self.arg(args, number) {
            Value::Table(table) => Ok(table),
            _ => Err(self.argument_type_error(args, number, "table")),
        }
    }

    pub fn check_function(&mut self, args: Args, number: usize) -> Result<FunctionRef, Error> {
        match self.arg(args, number) {
            Value::Function(function) => Ok(function),
            _ => Err(self.argument_type_error(args, number, "function")),
        }
    }

    #[inline]
    pub fn check_number(&mut self, args: Args, number: usize) -> Result<f64, Error> {
        match self.arg(args, number) {
            Value::Number(found) => Ok(found),
            other => match self.to_number(other) {
                Some(found) => Ok(found),
                None => Err(self.argument_type_error(args, number, "number")),
            },
        }
    }

    /// A number cut to a 64-bit integer as C does on x86-64.
    #[inline]
    pub fn check_integer(&mut self, args: Args, number: usize) -> Result<i64, Error> {
        self.check_number(args, number).map(to_integer)
    }

    /// A number cut to C's `int`, by way of 64 bits.
    #[inline]
    pub fn check_int(&mut self, args: Args, number: usize) -> Result<i32, Error> {
        self.check_integer(args, number).map(|found| found as i32)
    }

    /// A string, or a number as one; the argument itself becomes the string, as in 5.1.
    #[inline]
    pub fn check_string(&mut self, args: Args, number: usize) -> Result<StringRef, Error> {
        match self.arg(args, number) {
            Value::String(string) => Ok(string),
            Value::Number(found) => {
                let string = self.number_string(found)?;
                self.set_arg(args, number, Value::String(string));
                Ok(string)
            }
            _ => Err(self.argument_type_error(args, number, "string")),
        }
    }

    pub fn optional_integer(
        &mut self,
        args: Args,
        number: usize,
        default: i64,
    ) -> Result<i64, Error> {
        match self.arg(args, number) {
            Value::Nil => Ok(default),
            _ => self.check_integer(args, number),
        }
    }

    pub fn optional_string(
        &mut self,
        args: Args,
        number: usize,
    ) -> Result<Option<StringRef>, Error> {
        match self.arg(args, number) {
            Value::Nil => Ok(None),
            _ => self.check_string(args, number).map(Some),
        }
    }

    /// Pushes a value above everything; the collector sees it from now on.
    #[inline]
    pub fn push(&mut self, value: Value) -> Result<(), Error> {
        let top = self.thread.top;
        if top >= self.thread.stack.len() {
            self.grow_stack(top + 1)?;
        }
        self.thread.stack[top] = value;
        self.thread.top = top + 1;
        Ok(())
    }

    /// A value by its slot, as `Args::base` counts them.
    pub fn slot(&self, index: usize) -> Value {
        self.thread.stack.get(index).copied().unwrap_or_default()
    }

    pub fn set_slot(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.thread.stack.get_mut(index) {
            *slot = value;
        }
    }

    /// The first free slot.
    pub fn top(&self) -> usize {
        self.thread.top
    }

    /// Drops what was pushed at and above a slot.
    pub fn set_top(&mut self, top: usize) {
        self.thread.top = top.min(self.thread.stack.len());
    }
}

/// C's conversion of a double to a 64-bit integer on x86-64: what does not fit is the least integer.
#[inline]
pub fn to_integer(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}
