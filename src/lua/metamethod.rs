//! What instructions do when the plain case does not apply: conversions, metamethods, errors.

use crate::call::{Action, Step, Stepped};
use crate::event::Event;
use crate::heap::Heap;
use crate::names::{Operand, order_text};
use crate::opcode::{Instruction, Opcode};
use crate::table::{BadKey, Table};
use crate::thread::{Then, WINDOW};
use crate::value::{TableRef, Value};
use crate::vm::{Error, Vm};

/// 5.1's `MAXTAGLOOP`.
const MAX_CHAIN: usize = 100;

/// What a lookup led to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    Value(Value),
    /// This metamethod is to be asked about this object.
    Ask {
        function: Value,
        object: Value,
    },
}

impl Vm {
    /// `object[key]`.
    pub(crate) fn lookup(
        &mut self,
        object: Value,
        key: Value,
        operand: Operand,
    ) -> Result<Found, Error> {
        let mut object = object;
        let mut operand = operand;
        for _ in 0..MAX_CHAIN {
            let event = match object {
                Value::Table(table) => {
                    let table = self.heap.at(table);
                    let value = table.get(key);
                    if !value.is_nil() {
                        return Ok(Found::Value(value));
                    }
                    let metatable = table.metatable;
                    let event = self.table_event(metatable, Event::Index);
                    if event.is_nil() {
                        return Ok(Found::Value(Value::Nil));
                    }
                    event
                }
                _ => {
                    let event = self.event_of(object, Event::Index);
                    if event.is_nil() {
                        return Err(self.type_error(object, operand, "index"));
                    }
                    event
                }
            };
            if let Value::Function(_) = event {
                return Ok(Found::Ask {
                    function: event,
                    object,
                });
            }
            object = event;
            if !matches!(operand, Operand::Native) {
                operand = Operand::Other;
            }
        }
        Err(self.operand_error(operand, b"loop in gettable"))
    }

    /// Reads into register A of the current instruction.
    pub(crate) fn read(
        &mut self,
        object: Value,
        key: Value,
        operand: Operand,
        target: usize,
    ) -> Stepped {
        match self.lookup(object, key, operand)? {
            Found::Value(value) => {
                self.thread.stack[target] = value;
                Ok(Step::Execute)
            }
            Found::Ask { function, object } => {
                self.call_event(function, &[object, key], Then::Finish)
            }
        }
    }

    /// `object[key] = value`. With memory short, garbage goes first.
    pub(crate) fn write(
        &mut self,
        object: Value,
        key: Value,
        value: Value,
        operand: Operand,
    ) -> Stepped {
        let mut object = object;
        let mut operand = operand;
        for _ in 0..MAX_CHAIN {
            let event = match object {
                Value::Table(table) => match self.write_table(table, key, value)? {
                    None => return Ok(Step::Execute),
                    Some(event) => event,
                },
                _ => {
                    let event = self.event_of(object, Event::NewIndex);
                    if event.is_nil() {
                        return Err(self.type_error(object, operand, "index"));
                    }
                    event
                }
            };
            if let Value::Function(_) = event {
                return self.call_event(event, &[object, key, value], Then::Finish);
            }
            object = event;
            operand = Operand::Other;
        }
        Err(self.runtime_error(b"loop in settable"))
    }

    /// Sets a table's field unless its metatable has something to say about it.
    fn write_table(
        &mut self,
        table: TableRef,
        key: Value,
        value: Value,
    ) -> Result<Option<Value>, Error> {
        if self.heap.at(table).readonly {
            return Err(self.runtime_error(b"Attempt to modify a readonly table"));
        }
        self.check_key(key)?;
        let place = match self.heap.place(table, key) {
            Err(Error::Memory) => {
                self.collect();
                self.heap.place(table, key)?
            }
            place => place?,
        };
        let found = self.heap.at_mut(table);
        if found.at(place).is_nil() && found.metatable.is_some() {
            let metatable = found.metatable;
            let event = self.table_event(metatable, Event::NewIndex);
            if !event.is_nil() {
                return Ok(Some(event));
            }
        }
        let found = self.heap.at_mut(table);
        found.put(place, value);
        found.absent = 0;
        Ok(None)
    }

    pub(crate) fn check_key(&mut self, key: Value) -> Result<(), Error> {
        match Table::check_key(key) {
            Ok(()) => Ok(()),
            Err(BadKey::Nil) => Err(self.runtime_error(b"table index is nil")),
            Err(BadKey::Nan) => Err(self.runtime_error(b"table index is NaN")),
        }
    }

    /// Calls a metamethod above the registers of the running function.
    pub(crate) fn call_event(
        &mut self,
        function: Value,
        arguments: &[Value],
        then: Then,
    ) -> Stepped {
        let func = match self.thread.frames.last() {
            Some(frame) => frame.top as usize,
            None => self.thread.top,
        };
        self.grow_stack(func + WINDOW)?;
        self.thread.stack[func] = function;
        self.thread.stack[func + 1..func + 1 + arguments.len()].copy_from_slice(arguments);
        let arguments = arguments.len();
        self.thread.top = func + 1 + arguments;
        Ok(Step::Act(Action::Call {
            func,
            arguments,
            then,
            level: true,
        }))
    }

    /// Arithmetic on what are not two numbers.
    pub(crate) fn arithmetic(
        &mut self,
        event: Event,
        left: (Value, Operand),
        right: (Value, Operand),
        target: usize,
    ) -> Stepped {
        if let (Some(a), Some(b)) = (self.to_number(left.0), self.to_number(right.0)) {
            self.thread.stack[target] = Value::Number(compute(event, a, b));
            return Ok(Step::Execute);
        }
        let function = match self.event_of(left.0, event) {
            Value::Nil => self.event_of(right.0, event),
            function => function,
        };
        if function.is_nil() {
            return Err(self.arithmetic_error(left, right));
        }
        self.call_event(function, &[left.0, right.0], Then::Finish)
    }

    /// `#` of what is neither table nor string.
    pub(crate) fn length(&mut self, value: Value, register: u32) -> Stepped {
        let function = self.event_of(value, Event::Len);
        if function.is_nil() {
            return Err(self.type_error(value, Operand::Register(register), "get length of"));
        }
        self.call_event(function, &[value, Value::Nil], Then::Finish)
    }

    /// The metamethod that compares two tables, if both have the same one.
    pub(crate) fn equality_event(&mut self, left: Value, right: Value) -> Option<Value> {
        let (Value::Table(a), Value::Table(b)) = (left, right) else {
            return None;
        };
        let (first, second) = (self.heap.at(a).metatable, self.heap.at(b).metatable);
        let event = self.table_event(first, Event::Eq);
        if event.is_nil() {
            return None;
        }
        if first == second {
            return Some(event);
        }
        let other = self.table_event(second, Event::Eq);
        event.same(other).then_some(event)
    }

    /// The metamethod for `<` or `<=` of values of one type, and whether its answer is to be negated
    /// with the operands exchanged.
    pub(crate) fn order_event(
        &mut self,
        left: Value,
        right: Value,
        or_equal: bool,
    ) -> Result<(Value, bool), Error> {
        if left.type_name() != right.type_name() {
            return Err(self.order_error(left, right));
        }
        let event = if or_equal { Event::Le } else { Event::Lt };
        if let Some(function) = self.shared_event(left, right, event) {
            return Ok((function, false));
        }
        if or_equal && let Some(function) = self.shared_event(right, left, Event::Lt) {
            return Ok((function, true));
        }
        Err(self.order_error(left, right))
    }

    fn shared_event(&mut self, left: Value, right: Value, event: Event) -> Option<Value> {
        let first = self.event_of(left, event);
        if first.is_nil() {
            return None;
        }
        let second = self.event_of(right, event);
        first.same(second).then_some(first)
    }

    /// The metamethod by which a native compares with `<`. Errors of natives say no position.
    pub(crate) fn native_order_event(&mut self, left: Value, right: Value) -> Result<Value, Error> {
        if left.type_name() == right.type_name()
            && let Some(function) = self.shared_event(left, right, Event::Lt)
        {
            return Ok(function);
        }
        let text = order_text(left, right);
        Err(self.raised(text.as_bytes()))
    }

    /// Compares by metamethod for the current instruction.
    pub(crate) fn order(&mut self, left: Value, right: Value, or_equal: bool) -> Stepped {
        let (function, negated) = self.order_event(left, right, or_equal)?;
        if negated {
            self.call_event(function, &[right, left], Then::FinishNot)
        } else {
            self.call_event(function, &[left, right], Then::Finish)
        }
    }

    /// Joins registers from `first` to `last`, which are temporaries, from the right.
    pub(crate) fn concatenate(&mut self, instruction: Instruction, mut last: u32) -> Stepped {
        let frame = self.thread.frames.last();
        let base = frame.map_or(0, |frame| frame.base as usize);
        let first = instruction.b();
        while last > first {
            let (left, right) = (base + last as usize - 1, base + last as usize);
            let (a, b) = (self.thread.stack[left], self.thread.stack[right]);
            if is_text(a) && is_text(b) {
                last = self.join(base, first, last)?;
                continue;
            }
            let function = match self.event_of(a, Event::Concat) {
                Value::Nil => self.event_of(b, Event::Concat),
                function => function,
            };
            if function.is_nil() {
                let wrong = if is_text(a) { (b, last) } else { (a, last - 1) };
                return Err(self.type_error(wrong.0, Operand::Register(wrong.1), "concatenate"));
            }
            return self.call_event(function, &[a, b], Then::Concat((last - 1) as u8));
        }
        let target = base + instruction.a() as usize;
        self.thread.stack[target] = self.thread.stack[base + first as usize];
        Ok(Step::Execute)
    }

    /// Joins as many texts as stand side by side below and at `last`; returns where the result is.
    fn join(&mut self, base: usize, first: u32, last: u32) -> Result<u32, Error> {
        let mut from = last;
        let mut length = 0usize;
        for register in (first..=last).rev() {
            let slot = base + register as usize;
            let string = match self.thread.stack[slot] {
                Value::String(string) => string,
                Value::Number(number) => {
                    let string = self.number_string(number)?;
                    self.thread.stack[slot] = Value::String(string);
                    string
                }
                _ => break,
            };
            length += self.heap.bytes(string).len();
            from = register;
        }
        self.make_room(length)?;
        let mut text = Vec::with_capacity(length);
        for slot in &self.thread.stack[base + from as usize..=base + last as usize] {
            if let Value::String(string) = slot {
                text.extend_from_slice(self.heap.bytes(*string));
            }
        }
        self.fuel -= (length >> 8) as i64;
        let joined = self.heap.string_of(text)?;
        self.thread.stack[base + from as usize] = Value::String(joined);
        Ok(from)
    }

    /// Collects garbage if the bytes would not fit otherwise.
    pub(crate) fn make_room(&mut self, bytes: usize) -> Result<(), Error> {
        let needed = bytes.saturating_add(self.heap.used);
        if needed > self.heap.limit {
            self.collect();
        }
        if bytes.saturating_add(self.heap.used) > self.heap.limit {
            return Err(Error::Memory);
        }
        Ok(())
    }

    /// Ends the instruction whose metamethod returned.
    pub(crate) fn finish(
        &mut self,
        value: Value,
        first: usize,
        count: usize,
        then: Then,
    ) -> Stepped {
        let Some(frame) = self.thread.frames.last_mut() else {
            return Ok(Step::Execute);
        };
        let Some(closure) = frame.lua() else {
            return Ok(Step::Execute);
        };
        let code = &closure.prototype.code;
        let instruction = code[frame.pc.saturating_sub(1) as usize];
        let target = frame.base as usize + instruction.a() as usize;
        match instruction.opcode() {
            Opcode::Eq | Opcode::Lt | Opcode::Le => {
                let truth = value.truthy() != (then == Then::FinishNot);
                let jump = code[frame.pc as usize].sbx();
                let taken = truth == (instruction.a() != 0);
                frame.pc = jumped(frame.pc + 1, if taken { jump } else { 0 });
            }
            Opcode::SetTable | Opcode::SetGlobal => {}
            Opcode::Concat => {
                if let Then::Concat(register) = then {
                    let slot = frame.base as usize + usize::from(register);
                    self.thread.stack[slot] = value;
                    return self.concatenate(instruction, u32::from(register));
                }
            }
            Opcode::TForLoop => {
                let wanted = instruction.c() as usize;
                let jump = code[frame.pc as usize].sbx();
                frame.pc = jumped(frame.pc + 1, if value.is_nil() { 0 } else { jump });
                self.place_results(first, count, target + 3, wanted as i16);
                if !value.is_nil() {
                    self.thread.stack[target + 2] = value;
                }
            }
            _ => self.thread.stack[target] = value,
        }
        Ok(Step::Execute)
    }
}

impl Heap {
    /// Order of two strings or numbers; `None` if metamethods must say.
    pub(crate) fn plain_order(&self, left: Value, right: Value, or_equal: bool) -> Option<bool> {
        match (left, right) {
            (Value::Number(a), Value::Number(b)) => Some(if or_equal { a <= b } else { a < b }),
            (Value::String(a), Value::String(b)) => {
                let (a, b) = (self.bytes(a), self.bytes(b));
                Some(if or_equal { a <= b } else { a < b })
            }
            _ => None,
        }
    }
}

fn jumped(pc: u32, by: i32) -> u32 {
    pc.wrapping_add_signed(by)
}

fn is_text(value: Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

/// Arithmetic of two numbers.
#[inline(always)]
pub(crate) fn compute(event: Event, a: f64, b: f64) -> f64 {
    match event {
        Event::Add => a + b,
        Event::Sub => a - b,
        Event::Mul => a * b,
        Event::Div => a / b,
        Event::Mod => modulo(a, b),
        Event::Pow => a.powf(b),
        _ => -a,
    }
}

/// 5.1's `%`: the sign of the result is that of `b`.
#[inline(always)]
pub(crate) fn modulo(a: f64, b: f64) -> f64 {
    a - (a / b).floor() * b
}
