//! What one thread of control (the main program or a coroutine) is made of: its stack and its frames.

use std::rc::Rc;

use crate::function::LuaClosure;
use crate::native::{Args, Continuation, Protection};
use crate::value::{ThreadRef, Value};

/// Registers that every running function can address without further checks.
pub(crate) const WINDOW: usize = 256;
/// Free slots that a native function finds above its arguments.
pub(crate) const NATIVE_ROOM: usize = 64;
/// 5.1's `LUAI_MAXCALLS`.
pub(crate) const MAX_CALLS: usize = 20_000;

/// What becomes of the results of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// They are the results of a call instruction that wants so many; all of them if negative.
    Call(i16),
    /// The first one ends the caller's current instruction, whose metamethod this was.
    Finish,
    /// The same for `<=` done as `not (b < a)`.
    FinishNot,
    /// The first one takes the place of the operand in this register; concatenation goes on.
    Concat(u8),
    /// They go to the continuation of the native function below.
    Continue,
    /// They end the coroutine.
    Resumer,
    /// They end the program.
    Done,
    /// The first one is the error value with which unwinding goes on.
    Handled,
}

#[derive(Debug)]
pub(crate) enum Body {
    Lua(Rc<LuaClosure>),
    Native(NativeFrame),
}

/// A native function that waits for a function it called.
#[derive(Debug)]
pub(crate) struct NativeFrame {
    pub args: Args,
    pub continuation: Box<dyn Continuation>,
    pub protection: Protection,
}

#[derive(Debug)]
pub(crate) struct Frame {
    pub body: Body,
    /// Where the function stands, and where its results go.
    pub func: u32,
    /// The first register.
    pub base: u32,
    /// The first slot above the registers.
    pub top: u32,
    /// The next instruction, as of the last time that somebody could look.
    pub pc: u32,
    /// How many frames gave way to this one by tail calls.
    pub tail_calls: u32,
    pub then: Then,
    /// The level of nested C calls of whoever called this.
    pub levels: u16,
}

impl Frame {
    pub fn lua(&self) -> Option<&Rc<LuaClosure>> {
        match &self.body {
            Body::Lua(closure) => Some(closure),
            Body::Native(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not started, or having yielded.
    Suspended,
    Running,
    /// Waits for a coroutine that it resumed.
    Normal,
    Dead,
}

/// Who resumed a coroutine, and what it does with what comes out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resumer {
    pub thread: ThreadRef,
    pub args: Args,
    pub then: Then,
    /// By `coroutine.wrap`: errors go on, results come without `true`.
    pub wrapped: bool,
}

#[derive(Debug)]
pub(crate) struct ThreadState {
    pub stack: Vec<Value>,
    pub top: usize,
    pub frames: Vec<Frame>,
    /// Open upvalues: stack slot and upvalue, in the order of slots.
    pub open: Vec<(u32, u32)>,
    pub status: Status,
    /// How many frames 5.1 would have allocated: the depth at which it complains.
    pub frame_room: usize,
    /// How deep C calls nest in this thread; a coroutine may yield at 0.
    pub levels: u16,
    /// The same of whoever resumed it.
    pub base_levels: u16,
    pub resumer: Option<Resumer>,
    /// What the yield was an instruction of: where the values of the next resume go.
    pub yielded: Option<(u32, Then)>,
}

impl ThreadState {
    pub fn new() -> ThreadState {
        ThreadState {
            stack: Vec::new(),
            top: 0,
            frames: Vec::new(),
            open: Vec::new(),
            status: Status::Suspended,
            frame_room: 8,
            levels: 0,
            base_levels: 0,
            resumer: None,
            yielded: None,
        }
    }

    pub fn cost(&self) -> usize {
        size_of::<ThreadState>()
            + self.stack.capacity() * size_of::<Value>()
            + self.frames.capacity() * size_of::<Frame>()
    }

    /// The first slot that nothing in this thread uses.
    pub fn extent(&self) -> usize {
        let frames = self
            .frames
            .iter()
            .map(|frame| frame.top as usize)
            .max()
            .unwrap_or(0);
        frames.max(self.top).min(self.stack.len())
    }
}
