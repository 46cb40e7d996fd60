//! Slices, and running line by line.

use crate::vm::Vm;

/// What a machine that stops at each line remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stepper {
    /// Jumps and calls left in this slice; `Vm::fuel` is kept at zero meanwhile.
    left: i64,
    /// Where it was last: depth of frames, line, instruction.
    depth: usize,
    line: u32,
    pc: u32,
    /// It has stopped here already.
    stopped: bool,
}

impl Vm {
    /// Lets `run` come back with `Run::Line` before each line, or no longer.
    pub fn set_stepping(&mut self, stepping: bool) {
        if stepping != self.stepper.is_some() {
            self.stepper = stepping.then(Stepper::default);
        }
    }

    pub(crate) fn refuel(&mut self, slice: u64) {
        let slice = i64::try_from(slice).unwrap_or(i64::MAX);
        self.slice = slice;
        self.fuel = slice;
        if let Some(stepper) = &mut self.stepper {
            stepper.left = slice;
            self.fuel = 0;
        }
    }

    /// What is left of the slice.
    pub(crate) fn fuel_left(&self) -> i64 {
        self.stepper.map_or(0, |stepper| stepper.left) + self.fuel
    }

    /// With fuel below zero: whether to run on all the same.
    #[cold]
    pub(crate) fn keep_going(&mut self) -> bool {
        let Some(stepper) = &mut self.stepper else {
            return false;
        };
        stepper.left += self.fuel.min(0);
        self.fuel = 0;
        stepper.left >= 0
    }

    /// While stepping, before each instruction: whether a line begins here at which to stop.
    #[cold]
    pub(crate) fn at_new_line(&mut self) -> bool {
        let depth = self.thread.frames.len();
        let (Some(stepper), Some(frame)) = (&mut self.stepper, self.thread.frames.last()) else {
            return false;
        };
        let Some(closure) = frame.lua() else {
            return false;
        };
        let line = closure
            .prototype
            .lines
            .get(frame.pc as usize)
            .copied()
            .unwrap_or(0);
        let back = frame.pc <= stepper.pc && !stepper.stopped;
        let new = depth != stepper.depth || line != stepper.line || frame.pc == 0 || back;
        if new && !(stepper.stopped && depth == stepper.depth && frame.pc == stepper.pc) {
            *stepper = Stepper {
                depth,
                line,
                pc: frame.pc,
                stopped: true,
                ..*stepper
            };
            return true;
        }
        *stepper = Stepper {
            depth,
            line,
            pc: frame.pc,
            stopped: false,
            ..*stepper
        };
        false
    }
}
