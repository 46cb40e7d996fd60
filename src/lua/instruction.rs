//! Instructions that are more than a few lines: tables, closures, loops, variables from outside.

use std::rc::Rc;

use crate::call::{Action, Step, Stepped};
use crate::function::{Closure, LuaClosure, Upvalue};
use crate::heap::NONE;
use crate::opcode::{FIELDS_PER_FLUSH, Instruction, Opcode};
use crate::thread::{NATIVE_ROOM, Then, WINDOW};
use crate::value::{FunctionRef, TableRef, Value};
use crate::vm::{Error, Vm};

impl Vm {
    #[inline]
    pub(crate) fn upvalue_value(&self, index: u32) -> Value {
        match self.heap.upvalues[index as usize] {
            Upvalue::Closed(value) => value,
            Upvalue::Open(thread, slot) if thread == self.current => {
                self.thread.stack[slot as usize]
            }
            Upvalue::Open(thread, slot) => {
                let state = self.heap.threads[thread.0 as usize].as_ref();
                let value = state.and_then(|state| state.stack.get(slot as usize));
                value.copied().unwrap_or_default()
            }
            Upvalue::Free(_) => Value::Nil,
        }
    }

    pub(crate) fn set_upvalue(&mut self, index: u32, value: Value) {
        match &mut self.heap.upvalues[index as usize] {
            Upvalue::Closed(place) => *place = value,
            Upvalue::Open(thread, slot) if *thread == self.current => {
                self.thread.stack[*slot as usize] = value;
            }
            Upvalue::Open(thread, slot) => {
                let state = self.heap.threads[thread.0 as usize].as_mut();
                let place = state.and_then(|state| state.stack.get_mut(*slot as usize));
                if let Some(place) = place {
                    *place = value;
                }
            }
            Upvalue::Free(_) => {}
        }
    }

    pub(crate) fn new_table(&mut self, instruction: Instruction, target: usize) -> Stepped {
        let array = floating_byte(instruction.b());
        let nodes = floating_byte(instruction.c());
        self.collect_if_due();
        self.make_room((array * 16).saturating_add(nodes * 80))?;
        let table = self.heap.table(array, nodes)?;
        self.thread.stack[target] = Value::Table(table);
        Ok(Step::Execute)
    }

    /// Turns a loop's three values into numbers.
    #[cold]
    pub(crate) fn prepare_loop(&mut self, slot: usize) -> Result<(), Error> {
        for (offset, what) in ["initial value", "limit", "step"].iter().enumerate() {
            match self.to_number(self.thread.stack[slot + offset]) {
                Some(number) => self.thread.stack[slot + offset] = Value::Number(number),
                None => {
                    let text = format!("'for' {what} must be a number");
                    return Err(self.runtime_error(text.as_bytes()));
                }
            }
        }
        Ok(())
    }

    /// One step of `pairs` or `ipairs` over a table; `None` if the function is neither, and where a call would be one
    /// level too many.
    #[inline]
    #[expect(
        clippy::option_option,
        reason = "no iterator of ours, the end, or an entry"
    )]
    pub(crate) fn iterate(
        &mut self,
        function: FunctionRef,
        table: TableRef,
        control: Value,
    ) -> Option<Option<(Value, Value)>> {
        if !self.has_level() {
            return None;
        }
        if self.iterators.next == Some(function) {
            let table = self.heap.at(table);
            let position = table.position_after(control)?;
            return Some(
                table
                    .entry_from(position)
                    .map(|(key, value, _)| (key, value)),
            );
        }
        if self.iterators.array == Some(function)
            && let Value::Number(index) = control
        {
            let next = index + 1.0;
            let value = self.heap.at(table).get(Value::Number(next));
            return Some((!value.is_nil()).then_some((Value::Number(next), value)));
        }
        None
    }

    pub(crate) fn call_iterator(&mut self, slot: usize, values: [Value; 3]) -> Stepped {
        let func = slot + 3;
        self.grow_stack(func + WINDOW)?;
        self.thread.stack[func..func + 3].copy_from_slice(&values);
        self.thread.top = func + 3;
        let then = Then::Finish;
        Ok(Step::Act(Action::Call {
            func,
            arguments: 2,
            then,
            level: true,
        }))
    }

    pub(crate) fn set_list(
        &mut self,
        instruction: Instruction,
        base: usize,
        next: u32,
    ) -> Result<(), Error> {
        let slot = base + instruction.a() as usize;
        let count = match instruction.b() as usize {
            0 => self.thread.top - slot - 1,
            count => count,
        };
        let block = if instruction.c() == 0 {
            next
        } else {
            instruction.c()
        };
        let first = (block as usize - 1) * FIELDS_PER_FLUSH as usize;
        let Value::Table(table) = self.thread.stack[slot] else {
            return Ok(());
        };
        let last = first + count;
        self.heap.grow_array(table, last)?;
        for index in (1..=count).rev() {
            let value = self.thread.stack[slot + index];
            self.raw_set_index(table, first + index, value)?;
        }
        Ok(())
    }

    /// Makes a closure; returns how many instructions told of its upvalues.
    pub(crate) fn make_closure(
        &mut self,
        closure: &LuaClosure,
        instruction: Instruction,
        base: usize,
        pc: usize,
    ) -> Result<usize, Error> {
        let prototype = &closure.prototype.protos[instruction.bx() as usize];
        let count = usize::from(prototype.upvalue_count);
        self.collect_if_due();
        let mut upvalues = vec![NONE; count].into_boxed_slice();
        for (place, captured) in upvalues.iter_mut().zip(&closure.prototype.code[pc..]) {
            let from = captured.b() as usize;
            *place = match captured.opcode() {
                Opcode::GetUpval => closure.upvalues[from],
                _ => self.find_upvalue(base + from)?,
            };
        }
        let made = LuaClosure {
            prototype: Rc::clone(prototype),
            upvalues,
            globals: closure.globals,
        };
        let function = self.heap.closure(Closure::Lua(Rc::new(made)))?;
        self.thread.stack[base + instruction.a() as usize] = Value::Function(function);
        Ok(count)
    }

    /// `...`
    pub(crate) fn variable_arguments(
        &mut self,
        closure: &LuaClosure,
        instruction: Instruction,
        base: usize,
    ) -> Result<(), Error> {
        let func = self
            .thread
            .frames
            .last()
            .map_or(0, |frame| frame.func as usize);
        let first = func + 1 + usize::from(closure.prototype.parameters);
        let available = base.saturating_sub(first);
        let target = base + instruction.a() as usize;
        let wanted = match instruction.b() as usize {
            0 => {
                self.grow_stack(target + available + WINDOW + NATIVE_ROOM)?;
                self.thread.top = target + available;
                available
            }
            wanted => wanted - 1,
        };
        self.charge(wanted as u64 >> 5);
        for index in 0..wanted {
            self.thread.stack[target + index] = if index < available {
                self.thread.stack[first + index]
            } else {
                Value::Nil
            };
        }
        Ok(())
    }
}

/// 5.1's `luaO_fb2int`: (eeeeexxx) to (1xxx) * 2^(eeeee - 1).
fn floating_byte(byte: u32) -> usize {
    let exponent = byte >> 3 & 31;
    let value = if exponent == 0 {
        byte
    } else {
        ((byte & 7) + 8) << (exponent - 1)
    };
    value as usize
}
