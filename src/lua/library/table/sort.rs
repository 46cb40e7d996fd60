//! `table.sort`: 5.1's quicksort, step by step, so that it can stop at any comparison and go on later.
//!
//! The order of comparisons and exchanges is 5.1's, which shows when the comparison is inconsistent.

use super::{at, put};
use crate::native::{Args, Call, Continuation, NativeResult, Outcome};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

/// Slots above the two arguments: the pivot, and the two items compared last.
const PIVOT: usize = 2;
const LEFT: usize = 3;
const RIGHT: usize = 4;
const SLOTS: usize = 5;

/// Which comparison is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Is the last less than the first?
    Ends,
    /// Is the middle one less than the first?
    MiddleFirst,
    /// Is the last less than the middle one?
    LastMiddle,
    /// Is the item at `i` less than the pivot?
    Up,
    /// Is the pivot less than the item at `j`?
    Down,
}

#[derive(Debug)]
struct Sort {
    table: TableRef,
    /// Parts still to be sorted.
    parts: Vec<(i64, i64)>,
    low: i64,
    high: i64,
    i: i64,
    j: i64,
    phase: Phase,
    compares: bool,
}

pub(super) fn sort(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let length = vm.raw_len(table) as i64;
    let compares = !vm.arg(args, 1).is_nil();
    if compares {
        vm.check_function(args, 1)?;
    }
    let function = vm.arg(args, 1);
    vm.set_top(args.base() + 1);
    vm.push(function)?;
    for _ in PIVOT..SLOTS {
        vm.push(Value::Nil)?;
    }
    let sort = Sort {
        table,
        parts: Vec::new(),
        low: 1,
        high: length,
        i: 0,
        j: 0,
        phase: Phase::Ends,
        compares,
    };
    if length < 2 {
        return Ok(Outcome::Nothing);
    }
    sort.run(vm, args, None)
}

impl Sort {
    fn run(mut self, vm: &mut Vm, args: Args, mut answer: Option<bool>) -> NativeResult {
        loop {
            let truth = match answer.take() {
                Some(truth) => truth,
                None => {
                    let (a, b) = self.question(vm, args)?;
                    match self.ask(vm, a, b)? {
                        Some(truth) => truth,
                        None => return Call::outcome(2, self),
                    }
                }
            };
            if !self.apply(vm, args, truth)? {
                return Ok(Outcome::Nothing);
            }
        }
    }

    /// The two values to compare in this phase, which also go to their slots.
    fn question(&mut self, vm: &mut Vm, args: Args) -> Result<(Value, Value), Error> {
        let base = args.base();
        let (left, right) = match self.phase {
            Phase::Ends => (self.low, self.high),
            Phase::MiddleFirst => (self.i, self.low),
            Phase::LastMiddle => (self.i, self.high),
            Phase::Up => {
                self.i += 1;
                let item = at(vm, self.table, self.i);
                vm.set_slot(base + LEFT, item);
                return Ok((item, vm.slot(base + PIVOT)));
            }
            Phase::Down => {
                self.j -= 1;
                let item = at(vm, self.table, self.j);
                vm.set_slot(base + RIGHT, item);
                return Ok((vm.slot(base + PIVOT), item));
            }
        };
        let (left, right) = (at(vm, self.table, left), at(vm, self.table, right));
        vm.set_slot(base + LEFT, left);
        vm.set_slot(base + RIGHT, right);
        Ok(if self.phase == Phase::MiddleFirst {
            (left, right)
        } else {
            (right, left)
        })
    }

    /// Whether `a < b`; `None` if a function was pushed that must be called for it.
    fn ask(&self, vm: &mut Vm, a: Value, b: Value) -> Result<Option<bool>, Error> {
        vm.charge(1);
        let function = if self.compares {
            vm.slot(vm.top() - SLOTS + 1)
        } else {
            if let Some(truth) = vm.heap.plain_order(a, b, false) {
                return Ok(Some(truth));
            }
            vm.native_order_event(a, b)?
        };
        vm.push(function)?;
        vm.push(a)?;
        vm.push(b)?;
        Ok(None)
    }

    /// Goes on after a comparison; whether there is more to do.
    fn apply(&mut self, vm: &mut Vm, args: Args, truth: bool) -> Result<bool, Error> {
        match self.phase {
            Phase::Ends => {
                if truth {
                    self.exchange(vm, args, self.low, self.high)?;
                }
                if self.high - self.low == 1 {
                    return Ok(self.next_part());
                }
                self.i = (self.low + self.high) / 2;
                self.phase = Phase::MiddleFirst;
            }
            Phase::MiddleFirst => {
                if !truth {
                    self.phase = Phase::LastMiddle;
                    return Ok(true);
                }
                self.exchange(vm, args, self.i, self.low)?;
                return self.partition(vm, args);
            }
            Phase::LastMiddle => {
                if truth {
                    self.exchange(vm, args, self.i, self.high)?;
                }
                return self.partition(vm, args);
            }
            Phase::Up => {
                if truth {
                    self.check_order(vm, self.i > self.high)?;
                } else {
                    self.phase = Phase::Down;
                }
            }
            Phase::Down => {
                if truth {
                    self.check_order(vm, self.j < self.low)?;
                } else if self.j < self.i {
                    return self.split(vm);
                } else {
                    self.exchange(vm, args, self.i, self.j)?;
                    self.phase = Phase::Up;
                }
            }
        }
        Ok(true)
    }

    fn check_order(&self, vm: &mut Vm, outside: bool) -> Result<(), Error> {
        if outside {
            return Err(vm.error(b"invalid order function for sorting"));
        }
        Ok(())
    }

    /// Stores the compared items, each in the place of the other.
    fn exchange(&self, vm: &mut Vm, args: Args, left: i64, right: i64) -> Result<(), Error> {
        let (first, second) = (vm.slot(args.base() + LEFT), vm.slot(args.base() + RIGHT));
        put(vm, self.table, left, second)?;
        put(vm, self.table, right, first)
    }

    /// Puts the pivot, the median of three, out of the way.
    fn partition(&mut self, vm: &mut Vm, args: Args) -> Result<bool, Error> {
        if self.high - self.low == 2 {
            return Ok(self.next_part());
        }
        let pivot = at(vm, self.table, self.i);
        vm.set_slot(args.base() + PIVOT, pivot);
        let last = at(vm, self.table, self.high - 1);
        put(vm, self.table, self.i, last)?;
        put(vm, self.table, self.high - 1, pivot)?;
        self.i = self.low;
        self.j = self.high - 1;
        self.phase = Phase::Up;
        Ok(true)
    }

    /// Puts the pivot between the two parts; the smaller one comes first.
    fn split(&mut self, vm: &mut Vm) -> Result<bool, Error> {
        let pivot = at(vm, self.table, self.high - 1);
        let middle = at(vm, self.table, self.i);
        put(vm, self.table, self.high - 1, middle)?;
        put(vm, self.table, self.i, pivot)?;
        let (smaller, larger) = if self.i - self.low < self.high - self.i {
            ((self.low, self.i - 1), (self.i + 1, self.high))
        } else {
            ((self.i + 1, self.high), (self.low, self.i - 1))
        };
        self.parts.push(larger);
        self.parts.push(smaller);
        Ok(self.next_part())
    }

    fn next_part(&mut self) -> bool {
        while let Some((low, high)) = self.parts.pop() {
            if low < high {
                (self.low, self.high) = (low, high);
                self.phase = Phase::Ends;
                return true;
            }
        }
        false
    }
}

impl Continuation for Sort {
    fn resume(
        self: Box<Self>,
        vm: &mut Vm,
        args: Args,
        results: Result<usize, Value>,
    ) -> NativeResult {
        let count = results.unwrap_or(0);
        let first = vm.top() - count;
        let truth = count > 0 && vm.slot(first).truthy();
        vm.set_top(first);
        self.run(vm, args, Some(truth))
    }
}
