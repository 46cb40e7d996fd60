//! Switching between threads of control.

use crate::call::{Action, MAX_LEVELS, Step, Stepped};
use crate::native::Args;
use crate::thread::{NATIVE_ROOM, Resumer, Status, Then, ThreadState, WINDOW};
use crate::value::{FunctionRef, ThreadRef, Value};
use crate::vm::{Error, Vm};

impl Vm {
    /// A coroutine that will run a function.
    pub(crate) fn new_coroutine(&mut self, function: FunctionRef) -> Result<ThreadRef, Error> {
        let mut state = ThreadState::new();
        state.stack = vec![Value::Nil; WINDOW + 2 * NATIVE_ROOM];
        state.stack[0] = Value::Function(function);
        state.top = 1;
        self.heap.thread(state)
    }

    /// Puts away the running thread and takes another.
    pub(crate) fn switch_to(&mut self, thread: ThreadRef) {
        let (to, from) = (thread.0 as usize, self.current.0 as usize);
        if let Some(state) = self.heap.threads[to].as_mut() {
            std::mem::swap(&mut self.thread, state);
        }
        self.heap.threads.swap(to, from);
        self.current = thread;
    }

    pub(crate) fn status_of(&self, thread: ThreadRef) -> Status {
        if thread == self.current {
            return Status::Running;
        }
        let state = self.heap.threads[thread.0 as usize].as_ref();
        state.map_or(Status::Dead, |state| state.status)
    }

    pub(crate) fn resume(
        &mut self,
        thread: ThreadRef,
        values: usize,
        wrapped: bool,
        args: Args,
        then: Then,
    ) -> Stepped {
        let status = self.status_of(thread);
        if status != Status::Suspended {
            let name = status_name(status);
            let text = format!("cannot resume {name} coroutine");
            return self.resume_refused(text.as_bytes(), wrapped, args, then);
        }
        let levels = self.thread.base_levels + self.thread.levels;
        if levels >= MAX_LEVELS {
            // 5.1 takes the function off the coroutine's stack to put the message there.
            if let Some(state) = self.heap.threads[thread.0 as usize].as_mut()
                && state.yielded.is_none()
            {
                state.status = Status::Dead;
            }
            return self.resume_refused(b"C stack overflow", wrapped, args, then);
        }
        let top = self.thread.top;
        let moved = self.thread.stack[top - values..top].to_vec();
        let resumer = Resumer {
            thread: self.current,
            args,
            then,
            wrapped,
        };
        self.thread.status = Status::Normal;
        self.switch_to(thread);
        self.thread.status = Status::Running;
        self.thread.resumer = Some(resumer);
        self.thread.base_levels = levels + 1;
        let first = self.thread.top;
        self.grow_stack(first + values + WINDOW)?;
        self.thread.stack[first..first + values].copy_from_slice(&moved);
        self.thread.top = first + values;
        match self.thread.yielded.take() {
            Some((func, then)) => Ok(Step::Act(Action::Deliver {
                first,
                count: values,
                func: func as usize,
                then,
            })),
            None => Ok(Step::Act(Action::Call {
                func: 0,
                arguments: values,
                then: Then::Resumer,
                level: false,
            })),
        }
    }

    fn resume_refused(&mut self, text: &[u8], wrapped: bool, args: Args, then: Then) -> Stepped {
        if wrapped {
            self.in_native = true;
            return Err(self.error(text));
        }
        let value = Value::String(self.heap.string(text)?);
        self.answer_resumer(&[Value::Boolean(false), value], args, then)
    }

    fn answer_resumer(&mut self, values: &[Value], args: Args, then: Then) -> Stepped {
        self.grow_stack(self.thread.top + values.len() + WINDOW)?;
        let first = self.thread.top;
        self.thread.stack[first..first + values.len()].copy_from_slice(values);
        self.thread.top = first + values.len();
        self.thread.levels = args.levels;
        let func = args.base() - 1;
        Ok(Step::Act(Action::Deliver {
            first,
            count: values.len(),
            func,
            then,
        }))
    }

    /// `coroutine.yield`.
    pub(crate) fn suspend(&mut self, count: usize, func: usize, then: Then) -> Stepped {
        if self.thread.resumer.is_none() || self.thread.levels > 0 {
            self.in_native = true;
            return Err(self.raised(b"attempt to yield across metamethod/C-call boundary"));
        }
        self.thread.yielded = Some((func as u32, then));
        let top = self.thread.top;
        self.thread.top = func;
        self.hand_over(top - count, count, Status::Suspended)
    }

    pub(crate) fn coroutine_ended(&mut self, first: usize, count: usize) -> Stepped {
        self.hand_over(first, count, Status::Dead)
    }

    fn hand_over(&mut self, first: usize, count: usize, status: Status) -> Stepped {
        let mut values = Vec::with_capacity(count + 1);
        let Some(resumer) = self.thread.resumer.take() else {
            return Ok(Step::Done(Vec::new()));
        };
        if !resumer.wrapped {
            values.push(Value::Boolean(true));
        }
        values.extend_from_slice(&self.thread.stack[first..first + count]);
        self.leave_coroutine(resumer, status);
        self.answer_resumer(&values, resumer.args, resumer.then)
    }

    fn leave_coroutine(&mut self, resumer: Resumer, status: Status) {
        if status == Status::Dead {
            self.thread.top = 0;
            self.heap
                .release(self.thread.cost().saturating_sub(size_of::<ThreadState>()));
            self.thread.stack = Vec::new();
            self.thread.frames = Vec::new();
        }
        self.thread.status = status;
        self.switch_to(resumer.thread);
        self.thread.status = Status::Running;
    }

    pub(crate) fn coroutine_failed(&mut self, error: Error) -> Stepped {
        let Some(resumer) = self.thread.resumer.take() else {
            return Ok(Step::Failed(error));
        };
        self.leave_coroutine(resumer, Status::Dead);
        if matches!(error, Error::Killed) {
            return Ok(Step::Act(Action::Raise(error)));
        }
        let value = self.error_value(error);
        if !resumer.wrapped {
            return self.answer_resumer(
                &[Value::Boolean(false), value],
                resumer.args,
                resumer.then,
            );
        }
        self.in_native = true;
        let value = match value {
            Value::String(_) | Value::Number(_) => self.with_position(value)?,
            other => other,
        };
        Err(Error::Raised(value))
    }
}

pub(crate) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Suspended => "suspended",
        Status::Running => "running",
        Status::Normal => "normal",
        Status::Dead => "dead",
    }
}
