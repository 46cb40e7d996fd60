//! The loop that runs instructions.
//!
//! It keeps what every instruction needs in Rust's own variables: the closure, the next instruction
//! and a window of 256 registers, so that eight-bit operands need no bounds check. Plain cases are
//! done on the spot; everything else saves `pc` and asks a method, after which the window is taken
//! anew. While stepping, the loop sees only as much code as it may run before it must ask again.

use std::rc::Rc;

use crate::call::{Action, Step, Stepped};
use crate::event::Event;
use crate::function::{Closure, NativeKind, Upvalue};
use crate::metamethod::modulo;
use crate::names::Operand;
use crate::native::Outcome;
use crate::opcode::{CONSTANT_BIT, Instruction, Opcode};
use crate::thread::{Body, Frame, Then, WINDOW};
use crate::value::{FunctionRef, Value};
use crate::vm::{Error, Vm};

impl Vm {
    /// Runs the topmost frame, which is Lua, and what it calls, until something else is to be done.
    #[expect(
        clippy::cognitive_complexity,
        reason = "one arm for each instruction, in one loop"
    )]
    pub(crate) fn execute(&mut self) -> Stepped {
        'frame: loop {
            let Some(Frame {
                body: Body::Lua(closure),
                base,
                pc,
                ..
            }) = self.thread.frames.last()
            else {
                return Err(Error::Handler);
            };
            let closure = Rc::clone(closure);
            let base = *base as usize;
            let mut pc = *pc as usize;
            let whole_code = &closure.prototype.code[..];
            let mut code = if self.stepper.is_some() {
                &[]
            } else {
                whole_code
            };
            let constants = &closure.prototype.constants[..];
            'window: loop {
                let Some(window) = self.thread.stack[base..].first_chunk_mut::<WINDOW>() else {
                    self.grow_stack(base + 2 * WINDOW)?;
                    continue 'window;
                };
                macro_rules! save {
                    ($pc:expr) => {
                        if let Some(frame) = self.thread.frames.last_mut() {
                            frame.pc = $pc as u32;
                        }
                    };
                }
                macro_rules! slow {
                    ($step:expr) => {{
                        save!(pc);
                        match $step {
                            Ok(Step::Execute) => continue 'window,
                            other => return other,
                        }
                    }};
                }
                macro_rules! rk {
                    ($operand:expr) => {
                        if $operand & CONSTANT_BIT != 0 {
                            constants[($operand & !CONSTANT_BIT) as usize]
                        } else {
                            window[$operand as usize & 0xFF]
                        }
                    };
                }
                macro_rules! jump {
                    ($by:expr) => {{
                        let by = $by;
                        pc = pc.wrapping_add_signed(by as isize);
                        if by < 0 {
                            self.fuel -= 1;
                            if self.fuel < 0 {
                                save!(pc);
                                if !self.keep_going() {
                                    return Ok(Step::Pause);
                                }
                                continue 'frame;
                            }
                        }
                    }};
                }
                macro_rules! branch {
                    ($condition:expr, $instruction:expr) => {{
                        if $condition == ($instruction.a() != 0) {
                            let by = whole_code.get(pc).map_or(0, |next| next.sbx());
                            jump!(by + 1);
                        } else {
                            pc += 1;
                        }
                    }};
                }
                macro_rules! arithmetic {
                    ($instruction:expr, $event:expr, $compute:expr) => {{
                        let (b, c) = ($instruction.b(), $instruction.c());
                        let (left, right) = (rk!(b), rk!(c));
                        if let (Value::Number(x), Value::Number(y)) = (left, right) {
                            window[$instruction.a() as usize] = Value::Number($compute(x, y));
                        } else {
                            let target = base + $instruction.a() as usize;
                            let (left, right) = ((left, Operand::rk(b)), (right, Operand::rk(c)));
                            slow!(self.arithmetic($event, left, right, target));
                        }
                    }};
                }
                loop {
                    let Some(&instruction) = code.get(pc) else {
                        save!(pc);
                        if self.at_new_line() {
                            return Ok(Step::Line);
                        }
                        code = whole_code.get(..=pc).ok_or(Error::Handler)?;
                        continue 'window;
                    };
                    pc += 1;
                    let a = instruction.a() as usize;
                    match instruction.opcode() {
                        Opcode::Move => window[a] = window[instruction.b() as usize & 0xFF],
                        Opcode::LoadK => window[a] = constants[instruction.bx() as usize],
                        Opcode::LoadBool => {
                            window[a] = Value::Boolean(instruction.b() != 0);
                            if instruction.c() != 0 {
                                pc += 1;
                            }
                        }
                        Opcode::LoadNil => {
                            let last = (instruction.b() as usize & 0xFF).max(a);
                            window[a..=last].fill(Value::Nil);
                        }
                        Opcode::GetUpval => {
                            let index = closure.upvalues[instruction.b() as usize];
                            if let Upvalue::Closed(value) = self.heap.upvalues[index as usize] {
                                window[a] = value;
                            } else {
                                let value = self.upvalue_value(index);
                                self.thread.stack[base + a] = value;
                                continue 'window;
                            }
                        }
                        Opcode::GetGlobal => {
                            let key = constants[instruction.bx() as usize];
                            let table = self.heap.at(closure.globals);
                            let value = match key {
                                Value::String(key) => table.get_string(key),
                                _ => Value::Nil,
                            };
                            if value.is_nil() && table.metatable.is_some() {
                                let globals = Value::Table(closure.globals);
                                slow!(self.read(globals, key, Operand::Other, base + a));
                            }
                            window[a] = value;
                        }
                        Opcode::GetTable => {
                            let key = rk!(instruction.c());
                            let object = window[instruction.b() as usize & 0xFF];
                            if let Value::Table(table) = object {
                                let table = self.heap.at(table);
                                let value = table.get(key);
                                if !value.is_nil() || table.metatable.is_none() {
                                    window[a] = value;
                                    continue;
                                }
                            }
                            let operand = Operand::Register(instruction.b());
                            slow!(self.read(object, key, operand, base + a));
                        }
                        Opcode::SetGlobal => {
                            let key = constants[instruction.bx() as usize];
                            let value = window[a];
                            let globals = Value::Table(closure.globals);
                            slow!(self.write(globals, key, value, Operand::Other));
                        }
                        Opcode::SetUpval => {
                            let index = closure.upvalues[instruction.b() as usize];
                            let place = &mut self.heap.upvalues[index as usize];
                            if let Upvalue::Closed(value) = place {
                                *value = window[a];
                            } else {
                                let value = window[a];
                                self.set_upvalue(index, value);
                                continue 'window;
                            }
                        }
                        Opcode::SetTable => {
                            let (b, c) = (instruction.b(), instruction.c());
                            let (key, value) = (rk!(b), rk!(c));
                            let object = window[a];
                            if let Value::Table(table) = object {
                                let table = self.heap.at_mut(table);
                                if !table.readonly
                                    && let Some(place) = table.place(key)
                                    && (table.metatable.is_none() || !table.at(place).is_nil())
                                {
                                    table.put(place, value);
                                    table.absent = 0;
                                    continue;
                                }
                            }
                            let operand = Operand::Register(a as u32);
                            slow!(self.write(object, key, value, operand));
                        }
                        Opcode::NewTable => {
                            slow!(self.new_table(instruction, base + a));
                        }
                        Opcode::SelfCall => {
                            let object = window[instruction.b() as usize & 0xFF];
                            let key = rk!(instruction.c());
                            window[(a + 1) & 0xFF] = object;
                            if let Value::Table(table) = object {
                                let table = self.heap.at(table);
                                let value = table.get(key);
                                if !value.is_nil() || table.metatable.is_none() {
                                    window[a] = value;
                                    continue;
                                }
                            }
                            let operand = Operand::Register(instruction.b());
                            slow!(self.read(object, key, operand, base + a));
                        }
                        Opcode::Add => {
                            arithmetic!(instruction, Event::Add, |x: f64, y: f64| x + y);
                        }
                        Opcode::Sub => {
                            arithmetic!(instruction, Event::Sub, |x: f64, y: f64| x - y);
                        }
                        Opcode::Mul => {
                            arithmetic!(instruction, Event::Mul, |x: f64, y: f64| x * y);
                        }
                        Opcode::Div => {
                            arithmetic!(instruction, Event::Div, |x: f64, y: f64| x / y);
                        }
                        Opcode::Mod => arithmetic!(instruction, Event::Mod, modulo),
                        Opcode::Pow => arithmetic!(instruction, Event::Pow, f64::powf),
                        Opcode::Unm => {
                            let value = window[instruction.b() as usize & 0xFF];
                            if let Value::Number(number) = value {
                                window[a] = Value::Number(-number);
                            } else {
                                let operand = (value, Operand::Register(instruction.b()));
                                slow!(self.arithmetic(Event::Unm, operand, operand, base + a));
                            }
                        }
                        Opcode::Not => {
                            let value = window[instruction.b() as usize & 0xFF];
                            window[a] = Value::Boolean(!value.truthy());
                        }
                        Opcode::Len => {
                            let value = window[instruction.b() as usize & 0xFF];
                            let length = match value {
                                Value::Table(table) => self.heap.at(table).border(),
                                Value::String(string) => self.heap.bytes(string).len(),
                                _ => slow!(self.length(value, instruction.b())),
                            };
                            window[a] = Value::Number(length as f64);
                        }
                        Opcode::Concat => {
                            save!(pc);
                            match self.concatenate(instruction, instruction.c()) {
                                Ok(Step::Execute) => {
                                    self.collect_if_due();
                                    continue 'window;
                                }
                                // The collector does not see an error under way.
                                other => return other,
                            }
                        }
                        Opcode::Jmp => jump!(instruction.sbx()),
                        Opcode::Eq => {
                            let (left, right) = (rk!(instruction.b()), rk!(instruction.c()));
                            let same = left.same(right);
                            if let (false, Value::Table(x), Value::Table(y)) = (same, left, right)
                                && self.heap.at(x).metatable.is_some()
                                && self.heap.at(y).metatable.is_some()
                            {
                                if let Some(function) = self.equality_event(left, right) {
                                    let operands = [left, right];
                                    slow!(self.call_event(function, &operands, Then::Finish));
                                }
                                branch!(false, instruction);
                                continue 'window;
                            }
                            branch!(same, instruction);
                        }
                        Opcode::Lt => {
                            let (left, right) = (rk!(instruction.b()), rk!(instruction.c()));
                            let less = match (left, right) {
                                (Value::Number(x), Value::Number(y)) => x < y,
                                _ => match self.heap.plain_order(left, right, false) {
                                    Some(less) => less,
                                    None => slow!(self.order(left, right, false)),
                                },
                            };
                            branch!(less, instruction);
                        }
                        Opcode::Le => {
                            let (left, right) = (rk!(instruction.b()), rk!(instruction.c()));
                            let less = match (left, right) {
                                (Value::Number(x), Value::Number(y)) => x <= y,
                                _ => match self.heap.plain_order(left, right, true) {
                                    Some(less) => less,
                                    None => slow!(self.order(left, right, true)),
                                },
                            };
                            branch!(less, instruction);
                        }
                        Opcode::Test => {
                            if window[a].truthy() == (instruction.c() != 0) {
                                let by = whole_code.get(pc).map_or(0, |next| next.sbx());
                                jump!(by + 1);
                            } else {
                                pc += 1;
                            }
                        }
                        Opcode::TestSet => {
                            let value = window[instruction.b() as usize & 0xFF];
                            if value.truthy() == (instruction.c() != 0) {
                                window[a] = value;
                                let by = whole_code.get(pc).map_or(0, |next| next.sbx());
                                jump!(by + 1);
                            } else {
                                pc += 1;
                            }
                        }
                        Opcode::Call => {
                            let callee = window[a];
                            let func = base + a;
                            let b = instruction.b() as usize;
                            let arguments = if b != 0 {
                                b - 1
                            } else {
                                self.thread.top - func - 1
                            };
                            self.fuel -= 1;
                            if self.fuel < 0 && !self.keep_going() {
                                save!(pc - 1);
                                return Ok(Step::Pause);
                            }
                            save!(pc);
                            let then = Then::Call(instruction.c() as i16 - 1);
                            if let Value::Function(function) = callee {
                                match &self.heap.closures[function.0 as usize] {
                                    Closure::Lua(closure) => {
                                        let closure = Rc::clone(closure);
                                        let levels = self.thread.levels;
                                        self.enter(closure, func, arguments, then, levels)?;
                                        continue 'frame;
                                    }
                                    Closure::Native(native) => {
                                        let kind = native.function;
                                        slow!(
                                            self.call_native(function, kind, func, arguments, then)
                                        );
                                    }
                                    Closure::Free(_) => {}
                                }
                            }
                            let level = false;
                            return Ok(Step::Act(Action::Call {
                                func,
                                arguments,
                                then,
                                level,
                            }));
                        }
                        Opcode::TailCall => {
                            self.fuel -= 1;
                            if self.fuel < 0 && !self.keep_going() {
                                save!(pc - 1);
                                return Ok(Step::Pause);
                            }
                            save!(pc);
                            match self.tail_call(instruction, base) {
                                Ok(Step::Execute) => continue 'frame,
                                other => return other,
                            }
                        }
                        Opcode::Return => {
                            let first = base + a;
                            let b = instruction.b() as usize;
                            let count = if b != 0 {
                                b - 1
                            } else {
                                self.thread.top - first
                            };
                            if !self.thread.open.is_empty() {
                                self.close_upvalues(base);
                            }
                            let Some(frame) = self.thread.frames.pop() else {
                                return Err(Error::Handler);
                            };
                            self.thread.levels = frame.levels;
                            let (func, then) = (frame.func as usize, frame.then);
                            match then {
                                Then::Call(1) if count == 1 => {
                                    self.thread.stack[func] = self.thread.stack[first];
                                    continue 'frame;
                                }
                                Then::Call(wanted) => {
                                    self.place_results(first, count, func, wanted);
                                    continue 'frame;
                                }
                                _ => {
                                    let results = Action::Deliver {
                                        first,
                                        count,
                                        func,
                                        then,
                                    };
                                    return Ok(Step::Act(results));
                                }
                            }
                        }
                        Opcode::ForLoop => {
                            let (Value::Number(index), Value::Number(limit), Value::Number(step)) =
                                (window[a], window[(a + 1) & 0xFF], window[(a + 2) & 0xFF])
                            else {
                                return Err(Error::Handler);
                            };
                            let index = index + step;
                            let goes_on = if step > 0.0 {
                                index <= limit
                            } else {
                                limit <= index
                            };
                            if goes_on {
                                window[a] = Value::Number(index);
                                window[(a + 3) & 0xFF] = Value::Number(index);
                                jump!(instruction.sbx());
                            }
                        }
                        Opcode::ForPrep => {
                            if let (Value::Number(index), Value::Number(_), Value::Number(step)) =
                                (window[a], window[(a + 1) & 0xFF], window[(a + 2) & 0xFF])
                            {
                                window[a] = Value::Number(index - step);
                                jump!(instruction.sbx());
                            } else {
                                save!(pc);
                                self.prepare_loop(base + a)?;
                                pc -= 1;
                                continue 'window;
                            }
                        }
                        Opcode::TForLoop => {
                            let (function, state, control) =
                                (window[a], window[(a + 1) & 0xFF], window[(a + 2) & 0xFF]);
                            if let (Value::Function(function), Value::Table(table)) =
                                (function, state)
                                && let Some(entry) = self.iterate(function, table, control)
                            {
                                match entry {
                                    Some((key, value)) => {
                                        self.thread.stack[base + a + 2] = key;
                                        let wanted = instruction.c() as usize;
                                        let slot = base + a + 3;
                                        self.thread.stack[slot] = key;
                                        if wanted > 1 {
                                            self.thread.stack[slot + 1] = value;
                                            let rest = slot + 2..slot + wanted.max(2);
                                            self.thread.stack[rest].fill(Value::Nil);
                                        }
                                        let next = whole_code.get(pc);
                                        jump!(next.map_or(0, |next| next.sbx()) + 1);
                                    }
                                    None => {
                                        self.thread.stack[base + a + 3] = Value::Nil;
                                        pc += 1;
                                    }
                                }
                                continue 'window;
                            }
                            self.fuel -= 1;
                            if self.fuel < 0 && !self.keep_going() {
                                save!(pc - 1);
                                return Ok(Step::Pause);
                            }
                            save!(pc);
                            return self.call_iterator(base + a, [function, state, control]);
                        }
                        Opcode::SetList => {
                            save!(pc);
                            let next = whole_code.get(pc).map_or(0, |next| next.0);
                            self.set_list(instruction, base, next)?;
                            if instruction.c() == 0 {
                                pc += 1;
                            }
                            continue 'window;
                        }
                        Opcode::Close => {
                            self.close_upvalues(base + a);
                            continue 'window;
                        }
                        Opcode::Closure => {
                            save!(pc);
                            pc += self.make_closure(&closure, instruction, base, pc)?;
                            continue 'window;
                        }
                        Opcode::VarArg => {
                            save!(pc);
                            self.variable_arguments(&closure, instruction, base)?;
                            continue 'window;
                        }
                    }
                }
            }
        }
    }

    /// A native called by an instruction, with nothing between the two.
    #[inline]
    fn call_native(
        &mut self,
        function: FunctionRef,
        kind: NativeKind,
        func: usize,
        arguments: usize,
        then: Then,
    ) -> Stepped {
        let args = self.native_args(function, func, arguments)?;
        let (NativeKind::Function(run), Then::Call(wanted)) = (kind, then) else {
            return Ok(match kind {
                NativeKind::Host(id) => Step::Act(Action::Host { id, args, then }),
                NativeKind::Function(_) => Step::Execute,
            });
        };
        let (first, count) = match run(self, args) {
            Ok(Outcome::One(value)) => {
                self.thread.stack[func] = value;
                if wanted == 1 {
                    self.collect_if_due();
                    return Ok(Step::Execute);
                }
                (func, 1)
            }
            Ok(Outcome::Values(count)) => (self.thread.top - count, count),
            Ok(Outcome::Nothing) => (self.thread.top, 0),
            Ok(outcome) => {
                return Ok(Step::Act(Action::Outcome {
                    outcome,
                    args,
                    then,
                }));
            }
            Err(error) => {
                self.in_native = true;
                return Err(error);
            }
        };
        self.place_results(first, count, func, wanted);
        self.collect_if_due();
        Ok(Step::Execute)
    }

    #[inline(always)]
    pub(crate) fn collect_if_due(&mut self) {
        if self.heap.used > self.heap.threshold {
            self.collect();
        }
    }

    /// The running function gives its place to another.
    fn tail_call(&mut self, instruction: Instruction, base: usize) -> Stepped {
        let func = base + instruction.a() as usize;
        let b = instruction.b() as usize;
        let arguments = if b != 0 {
            b - 1
        } else {
            self.thread.top - func - 1
        };
        let then = Then::Call(-1);
        let Value::Function(function) = self.thread.stack[func] else {
            let Value::Function(event) = self.event_of(self.thread.stack[func], Event::Call) else {
                return Err(self.call_error(func));
            };
            self.grow_stack(func + arguments + 2 * WINDOW)?;
            self.thread
                .stack
                .copy_within(func..func + arguments + 1, func + 1);
            self.thread.stack[func] = Value::Function(event);
            return self.tail_call_of(event, func, arguments + 1, base, then);
        };
        self.tail_call_of(function, func, arguments, base, then)
    }

    fn tail_call_of(
        &mut self,
        function: FunctionRef,
        func: usize,
        arguments: usize,
        base: usize,
        then: Then,
    ) -> Stepped {
        let callee = match &self.heap.closures[function.0 as usize] {
            Closure::Lua(callee) => Rc::clone(callee),
            Closure::Native(native) => {
                let kind = native.function;
                return self.call_native(function, kind, func, arguments, then);
            }
            Closure::Free(_) => return Err(Error::Handler),
        };
        if !self.thread.open.is_empty() {
            self.close_upvalues(base);
        }
        let Some(frame) = self.thread.frames.pop() else {
            return Err(Error::Handler);
        };
        let to = frame.func as usize;
        self.thread.stack.copy_within(func..=func + arguments, to);
        let entered = self.enter(callee, to, arguments, frame.then, frame.levels);
        if let (Ok(()), Some(new)) = (&entered, self.thread.frames.last_mut()) {
            new.tail_calls = frame.tail_calls + 1;
        }
        entered.map(|()| Step::Execute)
    }
}
