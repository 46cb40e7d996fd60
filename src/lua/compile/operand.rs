//! Where the value of an expression is, and how it gets into a register.

use super::Compiler;
use super::code::NO_REGISTER;
use super::function::JumpList;
use crate::lexer::Result;
use crate::opcode::{CONSTANT_BIT, Instruction, MAX_INDEX_RK, Opcode};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// No expression at all.
    Void,
    Nil,
    True,
    False,
    Number(f64),
    /// In the table of constants.
    Constant(u32),
    Local(u32),
    Upvalue(u32),
    /// By the constant that is its name.
    Global(u32),
    /// By the register of the table, and the register or constant of the key.
    Indexed(u32, u32),
    /// The jump that is taken if a comparison holds.
    Jump(usize),
    /// By the instruction that makes it, whose register is still open.
    Relocatable(usize),
    Register(u32),
    Call(usize),
    VarArg(usize),
}

#[derive(Clone, Copy, Debug)]
pub struct Expression {
    pub kind: Kind,
    /// Jumps out of it when it is true, and when it is false.
    pub when_true: JumpList,
    pub when_false: JumpList,
}

impl Expression {
    pub fn new(kind: Kind) -> Expression {
        Expression {
            kind,
            when_true: None,
            when_false: None,
        }
    }

    pub fn has_jumps(&self) -> bool {
        self.when_true != self.when_false
    }

    /// The number, if it is no more than a numeral.
    pub fn numeral(&self) -> Option<f64> {
        match self.kind {
            Kind::Number(number) if self.when_true.is_none() && self.when_false.is_none() => {
                Some(number)
            }
            _ => None,
        }
    }

    /// Whether it can have any number of values.
    pub fn is_open(&self) -> bool {
        matches!(self.kind, Kind::Call(_) | Kind::VarArg(_))
    }
}

impl Compiler<'_> {
    fn free_register(&mut self, register: u32) {
        if register < CONSTANT_BIT && register as usize >= self.function.active_locals() {
            self.function.free_register -= 1;
        }
    }

    pub(super) fn free(&mut self, expression: &Expression) {
        if let Kind::Register(register) = expression.kind {
            self.free_register(register);
        }
    }

    /// Asks an open expression for a number of values, or `ALL`.
    pub(super) fn set_results(&mut self, expression: &Expression, count: i32) -> Result<()> {
        let field = (count + 1) as u32;
        match expression.kind {
            Kind::Call(pc) => self.instruction(pc).set_c(field),
            Kind::VarArg(pc) => {
                let register = self.function.free_register;
                let instruction = self.instruction(pc);
                instruction.set_b(field);
                instruction.set_a(register);
                self.reserve_registers(1)?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn set_one_result(&mut self, expression: &mut Expression) {
        match expression.kind {
            Kind::Call(pc) => expression.kind = Kind::Register(self.instruction(pc).a()),
            Kind::VarArg(pc) => {
                self.instruction(pc).set_b(2);
                expression.kind = Kind::Relocatable(pc);
            }
            _ => {}
        }
    }

    /// Turns a variable into its value.
    pub(super) fn discharge(&mut self, expression: &mut Expression) -> Result<()> {
        let instruction = match expression.kind {
            Kind::Local(register) => {
                expression.kind = Kind::Register(register);
                return Ok(());
            }
            Kind::Upvalue(index) => Instruction::abc(Opcode::GetUpval, 0, index, 0),
            Kind::Global(name) => Instruction::abx(Opcode::GetGlobal, 0, name),
            Kind::Indexed(table, key) => {
                self.free_register(key);
                self.free_register(table);
                Instruction::abc(Opcode::GetTable, 0, table, key)
            }
            _ => {
                self.set_one_result(expression);
                return Ok(());
            }
        };
        expression.kind = Kind::Relocatable(self.emit(instruction)?);
        Ok(())
    }

    fn discharge_to(&mut self, expression: &mut Expression, register: u32) -> Result<()> {
        self.discharge(expression)?;
        match expression.kind {
            Kind::Nil => self.emit_nil(register, 1)?,
            Kind::True | Kind::False => {
                let value = u32::from(expression.kind == Kind::True);
                self.emit_abc(Opcode::LoadBool, register, value, 0)?;
            }
            Kind::Constant(index) => {
                self.emit(Instruction::abx(Opcode::LoadK, register, index))?;
            }
            Kind::Number(number) => {
                let index = self.function.number_constant(number)?;
                self.emit(Instruction::abx(Opcode::LoadK, register, index))?;
            }
            Kind::Relocatable(pc) => self.instruction(pc).set_a(register),
            Kind::Register(from) if from != register => {
                self.emit_abc(Opcode::Move, register, from, 0)?;
            }
            Kind::Register(_) => {}
            _ => return Ok(()),
        }
        expression.kind = Kind::Register(register);
        Ok(())
    }

    pub(super) fn discharge_to_any(&mut self, expression: &mut Expression) -> Result<u32> {
        if let Kind::Register(register) = expression.kind {
            return Ok(register);
        }
        self.reserve_registers(1)?;
        let register = self.function.free_register - 1;
        self.discharge_to(expression, register)?;
        Ok(register)
    }

    /// Puts the value into a register, whichever way its jumps went.
    pub(super) fn put_in_register(
        &mut self,
        expression: &mut Expression,
        register: u32,
    ) -> Result<()> {
        self.discharge_to(expression, register)?;
        let own_jump = match expression.kind {
            Kind::Jump(jump) => Some(jump),
            _ => None,
        };
        self.join(&mut expression.when_true, own_jump)?;
        if expression.has_jumps() {
            let mut load_false = 0;
            let mut load_true = 0;
            if self.needs_value(expression.when_true) || self.needs_value(expression.when_false) {
                let around = if own_jump.is_some() {
                    None
                } else {
                    Some(self.jump()?)
                };
                self.label();
                load_false = self.emit_abc(Opcode::LoadBool, register, 0, 1)?;
                self.label();
                load_true = self.emit_abc(Opcode::LoadBool, register, 1, 0)?;
                self.patch_to_here(around)?;
            }
            let end = self.label();
            self.patch(expression.when_false, end, register, load_false)?;
            self.patch(expression.when_true, end, register, load_true)?;
        }
        *expression = Expression::new(Kind::Register(register));
        Ok(())
    }

    pub(super) fn put_in_next_register(&mut self, expression: &mut Expression) -> Result<()> {
        self.discharge(expression)?;
        self.free(expression);
        self.reserve_registers(1)?;
        self.put_in_register(expression, self.function.free_register - 1)
    }

    pub(super) fn put_in_any_register(&mut self, expression: &mut Expression) -> Result<u32> {
        self.discharge(expression)?;
        if let Kind::Register(register) = expression.kind {
            if !expression.has_jumps() {
                return Ok(register);
            }
            if register as usize >= self.function.active_locals() {
                self.put_in_register(expression, register)?;
                return Ok(register);
            }
        }
        self.put_in_next_register(expression)?;
        Ok(self.register_of(expression))
    }

    /// The register an expression was put into.
    pub(super) fn register_of(&self, expression: &Expression) -> u32 {
        match expression.kind {
            Kind::Register(register) => register,
            _ => NO_REGISTER,
        }
    }

    pub(super) fn reduce_to_value(&mut self, expression: &mut Expression) -> Result<()> {
        if expression.has_jumps() {
            self.put_in_any_register(expression)?;
            return Ok(());
        }
        self.discharge(expression)
    }

    /// An operand: a constant where it fits, else a register.
    pub(super) fn reduce_to_operand(&mut self, expression: &mut Expression) -> Result<u32> {
        self.reduce_to_value(expression)?;
        let room = self.function.constant_count() <= MAX_INDEX_RK as usize;
        let index = match expression.kind {
            Kind::Constant(index) if index <= MAX_INDEX_RK => index,
            Kind::Nil if room => self.function.nil_constant()?,
            Kind::True if room => self.function.boolean_constant(true)?,
            Kind::False if room => self.function.boolean_constant(false)?,
            Kind::Number(number) if room => self.function.number_constant(number)?,
            _ => return self.put_in_any_register(expression),
        };
        expression.kind = Kind::Constant(index);
        Ok(index | CONSTANT_BIT)
    }

    /// Assigns to a variable; the value's register is free after.
    pub(super) fn store(&mut self, variable: &Expression, value: &mut Expression) -> Result<()> {
        match variable.kind {
            Kind::Local(register) => {
                self.free(value);
                return self.put_in_register(value, register);
            }
            Kind::Upvalue(index) => {
                let from = self.put_in_any_register(value)?;
                self.emit_abc(Opcode::SetUpval, from, index, 0)?;
            }
            Kind::Global(name) => {
                let from = self.put_in_any_register(value)?;
                self.emit(Instruction::abx(Opcode::SetGlobal, from, name))?;
            }
            Kind::Indexed(table, key) => {
                let from = self.reduce_to_operand(value)?;
                self.emit_abc(Opcode::SetTable, table, key, from)?;
            }
            _ => {}
        }
        self.free(value);
        Ok(())
    }

    /// Makes `table` the field `key` of what it was.
    pub(super) fn index(&mut self, table: &mut Expression, key: &mut Expression) -> Result<()> {
        let key = self.reduce_to_operand(key)?;
        table.kind = Kind::Indexed(self.register_of(table), key);
        Ok(())
    }

    /// Prepares a method call: the function and its object in two registers.
    pub(super) fn method(&mut self, object: &mut Expression, name: &mut Expression) -> Result<()> {
        let from = self.put_in_any_register(object)?;
        self.free(object);
        let function = self.function.free_register;
        self.reserve_registers(2)?;
        let key = self.reduce_to_operand(name)?;
        self.emit_abc(Opcode::SelfCall, function, from, key)?;
        self.free(name);
        object.kind = Kind::Register(function);
        Ok(())
    }
}
