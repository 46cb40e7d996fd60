//! Calling, returning and unwinding. Nothing here recurses: what is to be done next is an `Action`.

use std::rc::Rc;

use crate::event::Event;
use crate::function::{Closure, LuaClosure, NativeKind, Upvalue};
use crate::heap::NONE;
use crate::native::{Args, Call, Continuation, Outcome, Protection};
use crate::proto::VARARG_NEEDS_ARG;
use crate::thread::{Body, Frame, MAX_CALLS, NATIVE_ROOM, NativeFrame, Then, WINDOW};
use crate::value::{FunctionRef, Value};
use crate::vm::{Error, Vm};

/// 5.1's `LUAI_MAXCCALLS`.
pub(crate) const MAX_LEVELS: u16 = 200;
/// How far error handlers may go beyond.
const MAX_LEVELS_IN_ERROR: u16 = MAX_LEVELS + (MAX_LEVELS >> 3);

/// What is to be done next.
#[derive(Debug)]
pub(crate) enum Action {
    /// Call the function in slot `func`, whose arguments follow it. `level`: this counts as a C call.
    Call {
        func: usize,
        arguments: usize,
        then: Then,
        level: bool,
    },
    /// A native answered.
    Outcome {
        outcome: Outcome,
        args: Args,
        then: Then,
    },
    /// A function returned these; its own slot was `func`.
    Deliver {
        first: usize,
        count: usize,
        func: usize,
        then: Then,
    },
    Raise(Error),
    /// The host is to answer a native call.
    Host {
        id: u32,
        args: Args,
        then: Then,
    },
    /// A native paused; it has no frame of its own meanwhile.
    Resume {
        continuation: Box<dyn Continuation>,
        args: Args,
        then: Then,
    },
}

/// What came of an action or of a run of the loop.
#[derive(Debug)]
pub(crate) enum Step {
    /// The topmost frame is Lua: run it.
    Execute,
    Act(Action),
    Pause,
    Line,
    Host {
        id: u32,
        args: Args,
    },
    Done(Vec<Value>),
    Failed(Error),
}

pub(crate) type Stepped = Result<Step, Error>;

impl Vm {
    pub(crate) fn perform(&mut self, action: Action) -> Stepped {
        match action {
            Action::Call {
                func,
                arguments,
                then,
                level,
            } => {
                if self.fuel < 0 && !self.keep_going() {
                    self.pending = Some(Action::Call {
                        func,
                        arguments,
                        then,
                        level,
                    });
                    return Ok(Step::Pause);
                }
                self.call(func, arguments, then, level)
            }
            Action::Outcome {
                outcome,
                args,
                then,
            } => self.act_on(outcome, args, then),
            Action::Deliver {
                first,
                count,
                func,
                then,
            } => self.deliver(first, count, func, then),
            Action::Raise(error) => self.raise(error),
            Action::Host { id, args, then } => {
                self.pending = Some(Action::Host { id, args, then });
                Ok(Step::Host { id, args })
            }
            Action::Resume {
                continuation,
                args,
                then,
            } => self.resume_native(continuation, args, then, Ok(0)),
        }
    }

    /// Calls the value in slot `func`.
    pub(crate) fn call(
        &mut self,
        func: usize,
        mut arguments: usize,
        then: Then,
        level: bool,
    ) -> Stepped {
        let levels = self.thread.levels;
        if level {
            self.enter_level(then)?;
        }
        let function = match self.thread.stack[func] {
            Value::Function(function) => function,
            _ => {
                arguments += 1;
                self.insert_call_event(func, arguments)?
            }
        };
        self.fuel -= 1;
        match &self.heap.closures[function.0 as usize] {
            Closure::Lua(closure) => {
                let closure = Rc::clone(closure);
                self.enter(closure, func, arguments, then, levels)?;
                Ok(Step::Execute)
            }
            Closure::Native(native) => {
                let kind = native.function;
                let mut args = self.native_args(function, func, arguments)?;
                args.levels = levels;
                self.run_native(kind, args, then)
            }
            Closure::Free(_) => Ok(Step::Act(Action::Deliver {
                first: 0,
                count: 0,
                func,
                then,
            })),
        }
    }

    fn run_native(&mut self, kind: NativeKind, args: Args, then: Then) -> Stepped {
        match kind {
            NativeKind::Function(function) => match function(self, args) {
                Ok(outcome) => Ok(Step::Act(Action::Outcome {
                    outcome,
                    args,
                    then,
                })),
                Err(error) => {
                    self.in_native = true;
                    Err(error)
                }
            },
            NativeKind::Host(id) => Ok(Step::Act(Action::Host { id, args, then })),
        }
    }

    /// Room and bounds for a native about to be called.
    #[inline]
    pub(crate) fn native_args(
        &mut self,
        callee: FunctionRef,
        func: usize,
        arguments: usize,
    ) -> Result<Args, Error> {
        self.thread.top = func + 1 + arguments;
        if self.thread.top + NATIVE_ROOM > self.thread.stack.len() {
            self.grow_stack(self.thread.top + NATIVE_ROOM)?;
        }
        if self.thread.frames.len() + 1 >= self.thread.frame_room {
            self.grow_frames()?;
        }
        let (base, count) = ((func + 1) as u32, arguments as u32);
        Ok(Args {
            callee,
            base,
            count,
            levels: self.thread.levels,
        })
    }

    /// Whether one more level can be entered without an error.
    #[inline]
    pub(crate) fn has_level(&self) -> bool {
        self.thread.base_levels + self.thread.levels + 1 < MAX_LEVELS
    }

    fn enter_level(&mut self, then: Then) -> Result<(), Error> {
        self.thread.levels += 1;
        match self.thread.base_levels + self.thread.levels {
            ..MAX_LEVELS => Ok(()),
            MAX_LEVELS if then == Then::Handled && self.failed_in_native() => {
                // The handler was to be called by a native, whose errors say no position.
                self.in_native = true;
                Err(self.raised(b"C stack overflow"))
            }
            MAX_LEVELS => Err(self.runtime_error(b"C stack overflow")),
            MAX_LEVELS_IN_ERROR.. => Err(Error::Handler),
            _ => Ok(()),
        }
    }

    /// Puts the `__call` metamethod below a value that is no function.
    fn insert_call_event(&mut self, func: usize, arguments: usize) -> Result<FunctionRef, Error> {
        let object = self.thread.stack[func];
        let Value::Function(function) = self.event_of(object, Event::Call) else {
            return Err(self.call_error(func));
        };
        self.grow_stack(func + arguments + 1 + WINDOW)?;
        self.thread
            .stack
            .copy_within(func..func + arguments, func + 1);
        self.thread.stack[func] = Value::Function(function);
        Ok(function)
    }

    /// Pushes the frame of a Lua function whose arguments follow slot `func`.
    #[inline]
    pub(crate) fn enter(
        &mut self,
        closure: Rc<LuaClosure>,
        func: usize,
        arguments: usize,
        then: Then,
        levels: u16,
    ) -> Result<(), Error> {
        let prototype = &closure.prototype;
        let parameters = usize::from(prototype.parameters);
        let size = usize::from(prototype.max_stack);
        let mut base = func + 1;
        if base + arguments + WINDOW + NATIVE_ROOM > self.thread.stack.len() {
            self.grow_stack(base + arguments + WINDOW + NATIVE_ROOM)?;
        }
        let top;
        if prototype.vararg == 0 {
            top = base + size;
            let first = base + arguments.min(parameters);
            if first < top {
                self.thread.stack[first..top].fill(Value::Nil);
            }
        } else {
            base = self.arrange_varargs(&closure, func, arguments)?;
            top = base + size;
        }
        if self.thread.frames.len() + 1 >= self.thread.frame_room {
            self.grow_frames()?;
        }
        self.thread.frames.push(Frame {
            body: Body::Lua(closure),
            func: func as u32,
            base: base as u32,
            top: top as u32,
            pc: 0,
            tail_calls: 0,
            then,
            levels,
        });
        Ok(())
    }

    /// Moves the parameters of a vararg function above its other arguments; returns its base.
    fn arrange_varargs(
        &mut self,
        closure: &LuaClosure,
        func: usize,
        arguments: usize,
    ) -> Result<usize, Error> {
        let parameters = usize::from(closure.prototype.parameters);
        let size = usize::from(closure.prototype.max_stack);
        let first = func + 1;
        // A call with very many arguments takes as long as several.
        const ARGUMENTS_A_STEP: usize = 64;
        self.charge((arguments / ARGUMENTS_A_STEP) as u64);
        for missing in arguments..parameters {
            self.thread.stack[first + missing] = Value::Nil;
        }
        let base = first + arguments.max(parameters);
        self.charge(arguments as u64 >> 5);
        self.grow_stack(base + WINDOW + NATIVE_ROOM)?;
        let mut extra = 0;
        if closure.prototype.vararg & VARARG_NEEDS_ARG != 0 {
            self.thread.top = base;
            let table = self.old_arg_table(first + parameters, base)?;
            self.thread.stack[base + parameters] = table;
            extra = 1;
        }
        for parameter in 0..parameters {
            self.thread.stack[base + parameter] = self.thread.stack[first + parameter];
            self.thread.stack[first + parameter] = Value::Nil;
        }
        self.thread.stack[base + parameters + extra..base + size.max(parameters + extra)]
            .fill(Value::Nil);
        Ok(base)
    }

    /// The table `arg` of functions written for Lua 5.0.
    fn old_arg_table(&mut self, from: usize, to: usize) -> Result<Value, Error> {
        let count = to - from;
        let table = self.heap.table(count, 1)?;
        for index in 0..count {
            let value = self.thread.stack[from + index];
            self.raw_set_index(table, index + 1, value)?;
        }
        let key = Value::String(self.events.arg_count);
        self.raw_set(table, key, Value::Number(count as f64))?;
        Ok(Value::Table(table))
    }

    /// Grows the list of frames as 5.1 does, which decides when it complains about their number.
    #[cold]
    #[inline(never)]
    pub(crate) fn grow_frames(&mut self) -> Result<(), Error> {
        let room = self.thread.frame_room;
        if room > MAX_CALLS {
            return Err(Error::Handler);
        }
        self.heap.reserve(room * size_of::<Frame>())?;
        self.thread.frame_room = room * 2;
        if room * 2 > MAX_CALLS {
            return Err(self.runtime_error(b"stack overflow"));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn grow_stack(&mut self, needed: usize) -> Result<(), Error> {
        let size = self.thread.stack.len();
        if needed <= size {
            return Ok(());
        }
        self.grow_stack_to(needed.max(size + size / 2).max(WINDOW + 2 * NATIVE_ROOM))
    }

    #[cold]
    #[inline(never)]
    fn grow_stack_to(&mut self, size: usize) -> Result<(), Error> {
        let more = size - self.thread.stack.len();
        self.heap.reserve(more * size_of::<Value>())?;
        self.thread.stack.reserve_exact(more);
        self.thread.stack.resize(size, Value::Nil);
        Ok(())
    }

    fn act_on(&mut self, outcome: Outcome, args: Args, then: Then) -> Stepped {
        let func = args.base() - 1;
        let top = self.thread.top;
        if matches!(
            outcome,
            Outcome::Nothing | Outcome::One(_) | Outcome::Values(_)
        ) {
            self.thread.levels = args.levels;
        }
        match outcome {
            Outcome::Nothing => self.deliver(top, 0, func, then),
            Outcome::One(value) => {
                self.thread.stack[func] = value;
                self.deliver(func, 1, func, then)
            }
            Outcome::Values(count) => self.deliver(top - count, count, func, then),
            Outcome::Call(call) => self.call_from_native(call, args, then),
            Outcome::Pause(continuation) => {
                self.pending = Some(Action::Resume {
                    continuation,
                    args,
                    then,
                });
                Ok(Step::Pause)
            }
            Outcome::Yield(count) => self.suspend(count, func, then),
            Outcome::Resume {
                thread,
                values,
                wrapped,
            } => self.resume(thread, values, wrapped, args, then),
        }
    }

    fn call_from_native(&mut self, call: Call, args: Args, then: Then) -> Stepped {
        let func = self.thread.top - call.arguments - 1;
        if self.thread.frames.len() + 1 >= self.thread.frame_room {
            self.grow_frames()?;
        }
        let native = NativeFrame {
            args,
            continuation: call.then,
            protection: call.protection,
        };
        self.thread.frames.push(Frame {
            body: Body::Native(native),
            func: (args.base() - 1) as u32,
            base: args.base,
            top: func as u32,
            pc: 0,
            tail_calls: 0,
            then,
            levels: self.thread.levels,
        });
        let arguments = call.arguments;
        Ok(Step::Act(Action::Call {
            func,
            arguments,
            then: Then::Continue,
            level: true,
        }))
    }

    /// Hands results to whoever waits for them.
    pub(crate) fn deliver(
        &mut self,
        first: usize,
        count: usize,
        func: usize,
        then: Then,
    ) -> Stepped {
        match then {
            Then::Call(wanted) => {
                self.place_results(first, count, func, wanted);
                Ok(Step::Execute)
            }
            Then::Finish | Then::FinishNot | Then::Concat(_) => {
                let value = if count > 0 {
                    self.thread.stack[first]
                } else {
                    Value::Nil
                };
                self.finish(value, first, count, then)
            }
            Then::Continue => {
                self.thread.stack.copy_within(first..first + count, func);
                self.thread.top = func + count;
                self.continue_native(Ok(count))
            }
            Then::Resumer => self.coroutine_ended(first, count),
            Then::Done => Ok(Step::Done(self.thread.stack[first..first + count].to_vec())),
            Then::Handled => {
                let value = if count > 0 {
                    self.thread.stack[first]
                } else {
                    Value::Nil
                };
                self.unwind(Error::Raised(value))
            }
        }
    }

    #[inline]
    pub(crate) fn place_results(&mut self, first: usize, count: usize, func: usize, wanted: i16) {
        let stack = &mut self.thread.stack;
        if wanted < 0 {
            stack.copy_within(first..first + count, func);
            self.thread.top = func + count;
            return;
        }
        let wanted = wanted as usize;
        for index in 0..wanted {
            stack[func + index] = if index < count {
                stack[first + index]
            } else {
                Value::Nil
            };
        }
    }

    /// Pops the topmost frame, which is a native's, and lets the native go on.
    fn continue_native(&mut self, results: Result<usize, Value>) -> Stepped {
        let Some(Frame {
            body: Body::Native(native),
            then,
            levels,
            ..
        }) = self.thread.frames.pop()
        else {
            return Ok(Step::Execute);
        };
        self.thread.levels = levels;
        let args = native.args;
        if self.thread.top + NATIVE_ROOM > self.thread.stack.len() {
            self.grow_stack(self.thread.top + NATIVE_ROOM)?;
        }
        if self.heap.used > self.heap.threshold {
            if let Err(value) = results {
                // On the stack the collector sees it.
                self.push(value)?;
            }
            self.heap.held += native.continuation.memory();
            self.collect();
            self.heap.held -= native.continuation.memory();
            self.thread.top -= usize::from(results.is_err());
        }
        self.resume_native(native.continuation, args, then, results)
    }

    fn resume_native(
        &mut self,
        continuation: Box<dyn Continuation>,
        args: Args,
        then: Then,
        results: Result<usize, Value>,
    ) -> Stepped {
        match continuation.resume(self, args, results) {
            Ok(outcome) => Ok(Step::Act(Action::Outcome {
                outcome,
                args,
                then,
            })),
            Err(error) => {
                self.in_native = true;
                Err(error)
            }
        }
    }

    /// An error: to its handler first, if there is one and the error is for it.
    fn raise(&mut self, error: Error) -> Stepped {
        let Error::Raised(value) = error else {
            return self.unwind(error);
        };
        let catcher = self
            .thread
            .frames
            .iter()
            .rev()
            .find_map(|frame| match &frame.body {
                Body::Native(native) if native.protection != Protection::None => {
                    Some(native.protection)
                }
                _ => None,
            });
        let Some(Protection::Handler(slot)) = catcher else {
            return self.unwind(error);
        };
        let handler = self.thread.stack[slot as usize];
        if !matches!(handler, Value::Function(_)) {
            return self.unwind(Error::Handler);
        }
        let func = self.thread.extent();
        self.grow_stack(func + WINDOW)?;
        self.thread.stack[func] = handler;
        self.thread.stack[func + 1] = value;
        self.thread.top = func + 2;
        Ok(Step::Act(Action::Call {
            func,
            arguments: 1,
            then: Then::Handled,
            level: true,
        }))
    }

    /// Drops frames down to the one that catches the error.
    fn unwind(&mut self, error: Error) -> Stepped {
        while let Some(frame) = self.thread.frames.last() {
            if let Body::Native(native) = &frame.body
                && native.protection != Protection::None
                && !matches!(error, Error::Killed)
            {
                return self.catch(error);
            }
            let base = frame.base as usize;
            self.thread.levels = frame.levels;
            self.close_upvalues(base);
            self.thread.frames.pop();
        }
        self.thread.top = 0;
        match self.thread.resumer {
            Some(_) => self.coroutine_failed(error),
            None => Ok(Step::Failed(error)),
        }
    }

    fn catch(&mut self, error: Error) -> Stepped {
        let value = self.error_value(error);
        let frame = self.thread.frames.last();
        let top = frame.map_or(0, |frame| frame.top as usize);
        self.close_upvalues(top);
        self.thread.top = top;
        self.failed_at.clear();
        if matches!(error, Error::Memory) {
            // What the failed part left behind is in the way of what comes next.
            self.thread.stack[top..].fill(Value::Nil);
            self.collect();
        }
        if self.thread.frame_room > MAX_CALLS && self.thread.frames.len() + 1 < MAX_CALLS {
            self.thread.frame_room = MAX_CALLS;
        }
        self.continue_native(Err(value))
    }

    pub(crate) fn error_value(&self, error: Error) -> Value {
        match error {
            Error::Raised(value) => value,
            Error::Memory => Value::String(self.events.not_enough_memory),
            Error::Handler => Value::String(self.events.error_in_handling),
            Error::Killed => Value::Nil,
        }
    }

    /// Gives every open variable at or above a slot a place of its own.
    pub(crate) fn close_upvalues(&mut self, from: usize) {
        while let Some((slot, upvalue)) = self.thread.open.last().copied() {
            if (slot as usize) < from {
                break;
            }
            let value = self.thread.stack[slot as usize];
            self.heap.upvalues[upvalue as usize] = Upvalue::Closed(value);
            self.thread.open.pop();
        }
    }

    /// The variable for a register of the running function, shared by all that use it.
    pub(crate) fn find_upvalue(&mut self, slot: usize) -> Result<u32, Error> {
        let slot = slot as u32;
        let at = self.thread.open.partition_point(|(open, _)| *open < slot);
        if let Some((found, upvalue)) = self.thread.open.get(at)
            && *found == slot
            && *upvalue != NONE
        {
            return Ok(*upvalue);
        }
        let upvalue = self.heap.upvalue(Upvalue::Open(self.current, slot))?;
        self.thread.open.insert(at, (slot, upvalue));
        Ok(upvalue)
    }
}
