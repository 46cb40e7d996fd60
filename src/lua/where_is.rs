//! Where the script is: levels of calls, positions for messages, the frames a debugger shows.

use crate::thread::{Body, Frame, ThreadState};
use crate::value::{FunctionRef, Value};
use crate::vm::{Error, Vm};

/// A level of calls, as 5.1's `debug.getinfo` tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub kind: LevelKind,
    /// The chunk's name as it was given, with its `@` or `=`; "=[C]" for natives.
    pub source: Vec<u8>,
    /// -1 where there is none.
    pub line: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelKind {
    Main,
    Lua,
    Native,
    /// A caller that gave its place to what it called.
    TailCall,
}

/// A variable of a paused function.
#[derive(Clone, Debug)]
pub struct Local {
    pub name: Vec<u8>,
    pub value: Value,
}

impl Level {
    pub(crate) fn native() -> Level {
        Level {
            kind: LevelKind::Native,
            source: b"=[C]".to_vec(),
            line: -1,
        }
    }

    fn tail_call() -> Level {
        Level {
            kind: LevelKind::TailCall,
            source: b"=(tail call)".to_vec(),
            line: -1,
        }
    }

    pub(crate) fn of(frame: &Frame) -> Level {
        match &frame.body {
            Body::Native(_) => Level::native(),
            Body::Lua(closure) => {
                let prototype = &closure.prototype;
                let main = prototype.line_defined == 0;
                Level {
                    kind: if main {
                        LevelKind::Main
                    } else {
                        LevelKind::Lua
                    },
                    source: prototype.source.to_vec(),
                    line: prototype.line_before(frame.pc) as i32,
                }
            }
        }
    }
}

/// A chunk's name as messages show it.
pub fn chunk_id(source: &[u8]) -> Vec<u8> {
    const SIZE: usize = 60;
    crate::lexer::chunk_id(source, SIZE)
}

impl Vm {
    /// "source:line: " of the function on top, if it is Lua.
    fn position(&self) -> Vec<u8> {
        self.position_of(self.thread.frames.last())
    }

    fn position_of(&self, frame: Option<&Frame>) -> Vec<u8> {
        let Some((frame, closure)) = frame.and_then(|frame| Some((frame, frame.lua()?))) else {
            return Vec::new();
        };
        let mut text = chunk_id(&closure.prototype.source);
        let line = closure.prototype.line_before(frame.pc);
        text.extend_from_slice(format!(":{line}: ").as_bytes());
        text
    }

    /// The position that `error` puts before a message for a level: 1 is the function that called it.
    pub fn position_at(&self, level: usize) -> Vec<u8> {
        let Some(mut left) = level.checked_sub(1) else {
            return Vec::new();
        };
        for frame in self.thread.frames.iter().rev() {
            if left == 0 {
                return self.position_of(Some(frame));
            }
            match left.checked_sub(1 + frame.tail_calls as usize) {
                Some(rest) => left = rest,
                None => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// The levels of calls from the function on top down, with those that tail calls hid.
    pub fn levels(&self) -> impl Iterator<Item = Level> + '_ {
        self.thread.frames.iter().rev().flat_map(|frame| {
            let hidden = (0..frame.tail_calls).map(|_| Level::tail_call());
            std::iter::once(Level::of(frame)).chain(hidden)
        })
    }

    /// Remembers where an error came up.
    pub(crate) fn note_levels(&mut self) {
        let native = std::mem::take(&mut self.in_native).then(Level::native);
        self.failed_at = native.into_iter().chain(self.levels()).take(2).collect();
    }

    /// Whether the error under way came up in a native function.
    pub(crate) fn failed_in_native(&self) -> bool {
        self.failed_at
            .first()
            .is_some_and(|level| level.kind == LevelKind::Native)
    }

    /// An error with this text as it is.
    pub fn raised(&mut self, text: &[u8]) -> Error {
        match self.heap.string(text) {
            Ok(string) => Error::Raised(Value::String(string)),
            Err(error) => error,
        }
    }

    /// An error of a native function, with the position of the function that called it.
    #[cold]
    pub fn error(&mut self, text: &[u8]) -> Error {
        let text = [&self.position()[..], text].concat();
        self.raised(&text)
    }

    /// An error of an instruction. The same, because natives have no frame of their own.
    #[cold]
    pub(crate) fn runtime_error(&mut self, text: &[u8]) -> Error {
        self.error(text)
    }

    pub(crate) fn with_position(&mut self, value: Value) -> Result<Value, Error> {
        let mut text = self.position();
        match value {
            Value::String(string) => text.extend_from_slice(self.heap.bytes(string)),
            Value::Number(number) => text.extend(crate::number::to_text(number)),
            _ => {}
        }
        Ok(Value::String(self.heap.string_of(text)?))
    }

    /// The line that a paused script is about to run or in the middle of.
    pub fn current_line(&self) -> Option<u32> {
        let frame = self.thread.frames.last()?;
        let prototype = &frame.lua()?.prototype;
        // Stopped before an instruction: that one counts, not the last.
        let at = if self.stepper.is_some() {
            frame.pc
        } else {
            frame.pc.saturating_sub(1)
        };
        prototype.lines.get(at as usize).copied()
    }

    /// The local variables, with their values, of a level of calls (0 is the function on top).
    pub fn locals(&self, level: usize) -> Vec<Local> {
        let frames = self.thread.frames.len();
        let Some(frame) = frames
            .checked_sub(level + 1)
            .and_then(|at| self.thread.frames.get(at))
        else {
            return Vec::new();
        };
        locals_of(&self.thread, frame)
    }

    /// The variables from outside that the function of a level uses.
    pub fn upvalues(&self, level: usize) -> Vec<Local> {
        let frame = self.thread.frames.iter().rev().nth(level);
        let Some(closure) = frame.and_then(Frame::lua) else {
            return Vec::new();
        };
        let names = closure.prototype.upvalue_names.iter();
        let values = closure.upvalues.iter();
        names
            .zip(values)
            .map(|(name, index)| Local {
                name: name.to_vec(),
                value: self.upvalue_value(*index),
            })
            .collect()
    }

    /// Where the value of a native closure's creator is shown; nothing for Lua functions.
    pub fn is_native(&self, function: FunctionRef) -> bool {
        self.heap.native(function).is_some()
    }
}

fn locals_of(thread: &ThreadState, frame: &Frame) -> Vec<Local> {
    let Some(closure) = frame.lua() else {
        return Vec::new();
    };
    let alive = closure.prototype.locals.iter();
    let alive = alive.filter(|local| local.start_pc <= frame.pc && frame.pc < local.end_pc);
    alive
        .enumerate()
        .map(|(register, local)| Local {
            name: local.name.to_vec(),
            value: thread
                .stack
                .get(frame.base as usize + register)
                .copied()
                .unwrap_or_default(),
        })
        .collect()
}
