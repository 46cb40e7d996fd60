//! The machine: its state, and how it is made, started, continued and asked.

use std::rc::Rc;

use crate::call::{Action, Step};
use crate::event::Events;
use crate::function::{Closure, LuaClosure, NativeClosure, NativeKind, Prototype};
use crate::heap::Heap;
use crate::native::{Args, NativeFunction};
use crate::proto::Proto;
use crate::random::Random;
use crate::step::Stepper;
use crate::thread::{Status, Then, ThreadState, WINDOW};
use crate::value::{FunctionRef, StringRef, TableRef, ThreadRef, Value};
use crate::where_is::Level;

/// Why something did not end well.
#[derive(Clone, Copy, Debug)]
pub enum Error {
    /// Lua's `error`, with any value.
    Raised(Value),
    /// "not enough memory"; `pcall` catches it, no handler sees it.
    Memory,
    /// "error in error handling", also past the handler.
    Handler,
    /// `Vm::kill`; nothing catches it.
    Killed,
}

/// A program that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error: Error,
    /// The error's value; a text for errors that have none.
    pub value: Value,
    /// Where it happened: the function that raised it and the one that called that.
    pub levels: Vec<Level>,
}

/// Why `Vm::run` came back.
#[derive(Debug)]
pub enum Run {
    /// The program ended and returned these.
    Done(Vec<Value>),
    /// The slice is used up: call `run` again.
    Pending,
    /// The script called a host function. Answer by `Vm::answer` or `Vm::answer_error`, then `run` again.
    Host {
        id: u32,
        args: Args,
    },
    /// While stepping: the script is about to begin a line.
    Line,
    Failed(Failure),
}

pub struct Vm {
    pub(crate) heap: Heap,
    pub(crate) thread: ThreadState,
    pub(crate) current: ThreadRef,
    pub(crate) globals: TableRef,
    pub(crate) registry: TableRef,
    pub(crate) string_metatable: Option<TableRef>,
    pub(crate) events: Events,
    /// What the slice began with, and what is left of it: less than nothing after a long native.
    pub(crate) slice: i64,
    pub(crate) fuel: i64,
    pub(crate) killed: bool,
    pub(crate) pending: Option<Action>,
    pub(crate) stepper: Option<Stepper>,
    /// The native function running now, if any, is what raises errors.
    pub(crate) in_native: bool,
    pub(crate) failed_at: Vec<Level>,
    pub(crate) random: Random,
    /// Seconds, as `os.clock` answers.
    pub(crate) clock: f64,
    pub(crate) iterators: Iterators,
    pub(crate) pins: Vec<Value>,
    pub(crate) epoch: u32,
    pub(crate) libraries: crate::library::State,
}

/// Natives that the loop knows and does by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Iterators {
    pub next: Option<FunctionRef>,
    pub array: Option<FunctionRef>,
}

impl Iterators {
    pub fn roots(self) -> impl Iterator<Item = Value> {
        self.next.into_iter().chain(self.array).map(Value::Function)
    }
}

/// A value kept from the collector until `Vm::unpin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin(u32);

impl Vm {
    /// A machine without any globals; `limit` is how many bytes it may use.
    pub fn new(limit: usize) -> Result<Vm, Error> {
        let mut heap = Heap::new(limit);
        let current = heap.thread(ThreadState::new())?;
        let globals = heap.table(0, 2)?;
        let registry = heap.table(0, 2)?;
        let events = Events::new(&mut heap)?;
        Ok(Vm {
            heap,
            thread: ThreadState {
                status: Status::Running,
                ..ThreadState::new()
            },
            current,
            globals,
            registry,
            string_metatable: None,
            events,
            slice: 0,
            fuel: 0,
            killed: false,
            pending: None,
            stepper: None,
            in_native: false,
            failed_at: Vec::new(),
            random: Random::default(),
            clock: 0.0,
            iterators: Iterators::default(),
            pins: Vec::new(),
            epoch: 0,
            libraries: crate::library::State::default(),
        })
    }

    /// Compiles a chunk. The name follows Lua's rules: `@` before a file's name, `=` before any other.
    ///
    /// The error is the text that Lua would raise.
    pub fn load(&mut self, source: &[u8], name: &[u8]) -> Result<FunctionRef, Error> {
        let compiled = crate::compile::compile(source, name, self.compile_limits());
        match compiled {
            Ok(proto) => self.load_proto(&proto),
            Err(text) => Err(self.raised(&text)),
        }
    }

    /// Makes a function of compiled code.
    pub fn load_proto(&mut self, proto: &Proto) -> Result<FunctionRef, Error> {
        let prototype = Prototype::load(proto, &mut self.heap)?;
        let mut upvalues = Vec::new();
        for _ in 0..prototype.upvalue_count {
            upvalues.push(
                self.heap
                    .upvalue(crate::function::Upvalue::Closed(Value::Nil))?,
            );
        }
        let upvalues = upvalues.into_boxed_slice();
        let closure = LuaClosure {
            prototype,
            upvalues,
            globals: self.globals,
        };
        self.heap.closure(Closure::Lua(Rc::new(closure)))
    }

    /// Makes a program of a function and its arguments. What ran before is forgotten.
    pub fn start(&mut self, function: FunctionRef, arguments: &[Value]) -> Result<(), Error> {
        self.reset();
        self.grow_stack(WINDOW + arguments.len())?;
        self.push(Value::Function(function))?;
        for argument in arguments {
            self.push(*argument)?;
        }
        let arguments = arguments.len();
        self.pending = Some(Action::Call {
            func: 0,
            arguments,
            then: Then::Done,
            level: true,
        });
        Ok(())
    }

    fn reset(&mut self) {
        self.close_upvalues(0);
        self.thread.frames.clear();
        if self.current != ThreadRef(0) {
            self.thread.status = Status::Dead;
            self.switch_to(ThreadRef(0));
            self.close_upvalues(0);
        }
        let stack = std::mem::take(&mut self.thread.stack);
        self.thread = ThreadState {
            status: Status::Running,
            stack,
            ..ThreadState::new()
        };
        self.thread.stack.fill(Value::Nil);
        self.killed = false;
        self.pending = None;
        self.in_native = false;
        self.failed_at.clear();
    }

    /// Runs until something happens, at the latest after about `slice` jumps back and calls.
    pub fn run(&mut self, slice: u64) -> Run {
        self.refuel(slice);
        let mut action = self.pending.take();
        if self.killed {
            self.note_levels();
            action = Some(Action::Raise(Error::Killed));
        }
        loop {
            let step = match action.take() {
                Some(next) => self.perform(next),
                None => self.execute(),
            };
            match step {
                Ok(Step::Execute) => {}
                Ok(Step::Act(next)) => action = Some(next),
                Ok(Step::Pause) => return Run::Pending,
                Ok(Step::Line) => return Run::Line,
                Ok(Step::Host { id, args }) => return Run::Host { id, args },
                Ok(Step::Done(values)) => return Run::Done(values),
                Ok(Step::Failed(error)) => return Run::Failed(self.failure(error)),
                Err(error) => {
                    self.note_levels();
                    action = Some(Action::Raise(error));
                }
            }
        }
    }

    fn failure(&mut self, error: Error) -> Failure {
        let value = match error {
            Error::Raised(value) => value,
            Error::Memory => self.text_or_nil(b"not enough memory"),
            Error::Handler => self.text_or_nil(b"error in error handling"),
            Error::Killed => Value::Nil,
        };
        Failure {
            error,
            value,
            levels: std::mem::take(&mut self.failed_at),
        }
    }

    fn text_or_nil(&mut self, text: &[u8]) -> Value {
        self.heap.string(text).map_or(Value::Nil, Value::String)
    }

    /// Makes the program end with `Error::Killed` when it is run next, whatever it protects.
    pub fn kill(&mut self) {
        self.killed = true;
    }

    /// The results of the host function that `run` came back for.
    pub fn answer(&mut self, values: &[Value]) -> Result<(), Error> {
        let Some(Action::Host { args, then, .. }) = self.pending.take() else {
            return Ok(());
        };
        for value in values {
            self.push(*value)?;
        }
        let outcome = crate::native::Outcome::Values(values.len());
        self.pending = Some(Action::Outcome {
            outcome,
            args,
            then,
        });
        Ok(())
    }

    /// Raises an error from the host function that `run` came back for.
    pub fn answer_error(&mut self, error: Error) {
        self.in_native = true;
        self.note_levels();
        self.pending = Some(Action::Raise(error));
    }

    /// `slice` for natives that work long without jumps or calls.
    pub fn charge(&mut self, fuel: u64) {
        self.fuel = self.fuel.saturating_sub(fuel.min(i64::MAX as u64) as i64);
    }

    pub fn globals(&self) -> TableRef {
        self.globals
    }

    /// What is loaded from now on has another table of globals.
    pub fn set_globals(&mut self, globals: TableRef) {
        self.globals = globals;
    }

    /// What the last `run` took, which may be more than its slice.
    pub fn used(&self) -> u64 {
        u64::try_from(self.slice - self.fuel_left()).unwrap_or_default()
    }

    /// A table that scripts do not see, for whatever the host wants kept.
    pub fn registry(&self) -> TableRef {
        self.registry
    }

    pub fn string_metatable(&self) -> Option<TableRef> {
        self.string_metatable
    }

    pub fn set_clock(&mut self, seconds: f64) {
        self.clock = seconds;
    }

    /// Starts the numbers of `math.random` anew, as `math.randomseed` does.
    pub fn seed_random(&mut self, seed: i32) {
        self.random.seed(seed);
    }

    /// Bytes in use, as `collectgarbage("count")` counts them.
    pub fn memory(&self) -> usize {
        self.heap.used
    }

    /// Collects whenever it may from now on: for tests, in which what was freed too early shall be missed.
    pub fn collect_eagerly(&mut self) {
        self.heap.eager = true;
        self.collect();
    }

    pub fn set_memory_limit(&mut self, bytes: usize) {
        self.heap.limit = bytes;
    }

    pub fn pin(&mut self, value: Value) -> Pin {
        if let Some(free) = self.pins.iter().position(|value| value.is_nil()) {
            self.pins[free] = value;
            return Pin(free as u32);
        }
        self.pins.push(value);
        Pin((self.pins.len() - 1) as u32)
    }

    pub fn pinned(&self, pin: Pin) -> Value {
        self.pins.get(pin.0 as usize).copied().unwrap_or_default()
    }

    pub fn unpin(&mut self, pin: Pin) {
        if let Some(value) = self.pins.get_mut(pin.0 as usize) {
            *value = Value::Nil;
        }
    }

    /// A function in Rust as a value.
    pub fn native(
        &mut self,
        function: NativeFunction,
        upvalues: &[Value],
    ) -> Result<FunctionRef, Error> {
        let function = NativeKind::Function(function);
        let closure = NativeClosure {
            function,
            upvalues: upvalues.into(),
        };
        self.heap.closure(Closure::Native(Box::new(closure)))
    }

    /// A function that the host answers: `run` comes back with `Run::Host` and this number.
    pub fn host_function(&mut self, id: u32) -> Result<FunctionRef, Error> {
        let closure = NativeClosure {
            function: NativeKind::Host(id),
            upvalues: Box::default(),
        };
        self.heap.closure(Closure::Native(Box::new(closure)))
    }
}

/// Strings and tables, without metamethods.
impl Vm {
    pub fn string(&mut self, bytes: &[u8]) -> Result<StringRef, Error> {
        self.heap.string(bytes)
    }

    pub fn string_of(&mut self, bytes: Vec<u8>) -> Result<StringRef, Error> {
        self.heap.string_of(bytes)
    }

    pub fn bytes(&self, string: StringRef) -> &[u8] {
        self.heap.bytes(string)
    }

    pub fn table(&mut self, array: usize, nodes: usize) -> Result<TableRef, Error> {
        self.heap.table(array, nodes)
    }

    pub fn raw_get(&self, table: TableRef, key: Value) -> Value {
        self.heap.at(table).get(key)
    }

    pub fn raw_get_index(&self, table: TableRef, index: usize) -> Value {
        self.heap.at(table).get_index(index)
    }

    /// The value under a key that is a text; nil also if no such string exists.
    pub fn raw_get_text(&self, table: TableRef, key: &[u8]) -> Value {
        let hash = crate::strings::hash(key);
        let key = self.heap.strings.find(key, hash);
        key.map_or(Value::Nil, |key| self.heap.at(table).get_string(key))
    }

    /// Sets, read-only or not. A key must be neither nil nor NaN: such a value is dropped.
    pub fn raw_set(&mut self, table: TableRef, key: Value, value: Value) -> Result<(), Error> {
        if crate::table::Table::check_key(key).is_err() {
            return Ok(());
        }
        let place = self.heap.place(table, key)?;
        let table = self.heap.at_mut(table);
        table.put(place, value);
        table.absent = 0;
        Ok(())
    }

    pub fn raw_set_index(
        &mut self,
        table: TableRef,
        index: usize,
        value: Value,
    ) -> Result<(), Error> {
        self.raw_set(table, Value::Number(index as f64), value)
    }

    pub fn raw_set_text(&mut self, table: TableRef, key: &[u8], value: Value) -> Result<(), Error> {
        let key = self.heap.string(key)?;
        self.raw_set(table, Value::String(key), value)
    }

    /// `#` of a table.
    pub fn raw_len(&self, table: TableRef) -> usize {
        self.heap.at(table).border()
    }

    /// The entry at or after a position in the order of `pairs`, and the position after it. Begin at 0.
    pub fn entry_from(&self, table: TableRef, position: usize) -> Option<(Value, Value, usize)> {
        self.heap.at(table).entry_from(position)
    }

    pub fn metatable(&self, table: TableRef) -> Option<TableRef> {
        self.heap.at(table).metatable
    }

    pub fn set_metatable(&mut self, table: TableRef, metatable: Option<TableRef>) {
        self.heap.at_mut(table).metatable = metatable;
    }

    pub fn is_readonly(&self, table: TableRef) -> bool {
        self.heap.at(table).readonly
    }

    /// Lets every change by a script fail with "Attempt to modify a readonly table".
    pub fn set_readonly(&mut self, table: TableRef, readonly: bool) {
        self.heap.at_mut(table).readonly = readonly;
    }

    /// A number as text, as `tostring` writes it.
    pub fn number_string(&mut self, number: f64) -> Result<StringRef, Error> {
        self.heap.string_of(crate::number::to_text(number))
    }

    /// A number, or a string that reads as one.
    pub fn to_number(&self, value: Value) -> Option<f64> {
        match value {
            Value::Number(number) => Some(number),
            Value::String(string) => crate::number::parse(self.heap.bytes(string)),
            _ => None,
        }
    }
}
