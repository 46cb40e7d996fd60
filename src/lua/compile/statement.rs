//! The grammar of statements.

use super::code::ALL;
use super::function::JumpList;
use super::operand::{Expression, Kind};
use super::{Compiler, MAX_C_LEVELS};
use crate::lexer::{Result, Token};
use crate::opcode::{Instruction, Opcode};
use crate::proto::Bytes;

/// Registers a loop keeps for itself.
const CONTROL_VARIABLES: usize = 3;

impl Compiler<'_> {
    /// Statements up to what ends a block; nothing may follow `return` or `break`.
    pub(super) fn chunk(&mut self) -> Result<()> {
        self.enter_level()?;
        let mut is_last = false;
        while !is_last && !ends_block(self.token()) {
            is_last = self.statement()?;
            self.accept_symbol(b';')?;
            self.function.free_register = self.function.active_locals() as u32;
        }
        self.leave_level();
        Ok(())
    }

    /// Whether it must be the last of its block.
    fn statement(&mut self) -> Result<bool> {
        let line = self.lexer.line;
        match self.token() {
            Token::If => self.if_statement(line)?,
            Token::While => self.while_statement(line)?,
            Token::Do => {
                self.lexer.step()?;
                self.block()?;
                self.expect_match(Token::End, Token::Do, line)?;
            }
            Token::For => self.for_statement(line)?,
            Token::Repeat => self.repeat_statement(line)?,
            Token::Function => self.function_statement(line)?,
            Token::Local => {
                self.lexer.step()?;
                if self.accept(Token::Function)? {
                    self.local_function()?;
                } else {
                    self.local_statement()?;
                }
            }
            Token::Return => {
                self.return_statement()?;
                return Ok(true);
            }
            Token::Break => {
                self.lexer.step()?;
                self.break_loop()?;
                return Ok(true);
            }
            _ => self.expression_statement()?,
        }
        Ok(false)
    }

    fn block(&mut self) -> Result<()> {
        self.function.enter_block(false);
        self.chunk()?;
        self.leave_block()
    }

    fn leave_block(&mut self) -> Result<()> {
        let Some(block) = self.function.blocks.pop() else {
            return Ok(());
        };
        self.function.end_locals(block.outer_locals);
        let registers = block.outer_locals as u32;
        if block.is_captured {
            self.emit_abc(Opcode::Close, registers, 0, 0)?;
        }
        self.function.free_register = registers;
        self.patch_to_here(block.breaks)
    }

    fn if_statement(&mut self, line: u32) -> Result<()> {
        let mut to_end: JumpList = None;
        let mut when_false = self.test_then_block()?;
        while self.token() == Token::ElseIf {
            let jump = self.jump()?;
            self.join(&mut to_end, Some(jump))?;
            self.patch_to_here(when_false)?;
            when_false = self.test_then_block()?;
        }
        if self.token() == Token::Else {
            let jump = self.jump()?;
            self.join(&mut to_end, Some(jump))?;
            self.patch_to_here(when_false)?;
            // Skipped only now, so that the jump has the line of what is before.
            self.lexer.step()?;
            self.block()?;
        } else {
            self.join(&mut to_end, when_false)?;
        }
        self.patch_to_here(to_end)?;
        self.expect_match(Token::End, Token::If, line)
    }

    /// `if` or `elseif`: gives the jumps taken when the condition is false.
    fn test_then_block(&mut self) -> Result<JumpList> {
        self.lexer.step()?;
        let when_false = self.condition()?;
        self.expect(Token::Then)?;
        self.block()?;
        Ok(when_false)
    }

    fn condition(&mut self) -> Result<JumpList> {
        let mut condition = self.expression()?;
        if condition.kind == Kind::Nil {
            condition.kind = Kind::False;
        }
        self.go_if_true(&mut condition)?;
        Ok(condition.when_false)
    }

    fn while_statement(&mut self, line: u32) -> Result<()> {
        self.lexer.step()?;
        let start = self.label();
        let exit = self.condition()?;
        self.function.enter_block(true);
        self.expect(Token::Do)?;
        self.block()?;
        let back = self.jump()?;
        self.patch_to(Some(back), start)?;
        self.expect_match(Token::End, Token::While, line)?;
        self.leave_block()?;
        self.patch_to_here(exit)
    }

    fn repeat_statement(&mut self, line: u32) -> Result<()> {
        let start = self.label();
        self.function.enter_block(true);
        self.function.enter_block(false);
        self.lexer.step()?;
        self.chunk()?;
        self.expect_match(Token::Until, Token::Repeat, line)?;
        // The condition sees the variables of the block.
        let exit = self.condition()?;
        if self
            .function
            .blocks
            .last()
            .is_some_and(|scope| scope.is_captured)
        {
            // They must be closed on both ways: out, and back.
            self.break_loop()?;
            self.patch_to_here(exit)?;
            self.leave_block()?;
            let back = self.jump()?;
            self.patch_to(Some(back), start)?;
        } else {
            self.leave_block()?;
            self.patch_to(exit, start)?;
        }
        self.leave_block()
    }

    fn break_loop(&mut self) -> Result<()> {
        let blocks = &self.function.blocks;
        let Some(index) = blocks.iter().rposition(|block| block.is_loop) else {
            return Err(self.lexer.syntax_error("no loop to break"));
        };
        let is_captured = blocks[index + 1..].iter().any(|block| block.is_captured);
        if is_captured {
            let registers = blocks[index].outer_locals as u32;
            self.emit_abc(Opcode::Close, registers, 0, 0)?;
        }
        let jump = self.jump()?;
        let mut breaks = self.function.blocks[index].breaks;
        self.join(&mut breaks, Some(jump))?;
        self.function.blocks[index].breaks = breaks;
        Ok(())
    }

    fn for_statement(&mut self, line: u32) -> Result<()> {
        self.function.enter_block(true);
        self.lexer.step()?;
        let name = self.expect_name()?;
        match self.token() {
            Token::Symbol(b'=') => self.numeric_for(name, line)?,
            Token::Symbol(b',') | Token::In => self.generic_for(name)?,
            _ => return Err(self.lexer.syntax_error("'=' or 'in' expected")),
        }
        self.expect_match(Token::End, Token::For, line)?;
        self.leave_block()
    }

    fn declare_control(&mut self, names: [&[u8]; CONTROL_VARIABLES]) -> Result<()> {
        names
            .iter()
            .enumerate()
            .try_for_each(|(nth, name)| self.declare_local((*name).into(), nth))
    }

    fn numeric_for(&mut self, name: Bytes, line: u32) -> Result<()> {
        let base = self.function.free_register;
        self.declare_control([b"(for index)", b"(for limit)", b"(for step)"])?;
        self.declare_local(name, CONTROL_VARIABLES)?;
        self.expect_symbol(b'=')?;
        self.expression_in_next_register()?;
        self.expect_symbol(b',')?;
        self.expression_in_next_register()?;
        if self.accept_symbol(b',')? {
            self.expression_in_next_register()?;
        } else {
            let one = self.function.number_constant(1.0)?;
            let step = self.function.free_register;
            self.emit(Instruction::abx(Opcode::LoadK, step, one))?;
            self.reserve_registers(1)?;
        }
        self.function.activate_locals(CONTROL_VARIABLES);
        self.expect(Token::Do)?;
        let prepare = self.emit(Instruction::asbx(Opcode::ForPrep, base, -1))?;
        self.for_body(1)?;
        self.patch_to_here(Some(prepare))?;
        let end = self.emit(Instruction::asbx(Opcode::ForLoop, base, -1))?;
        self.set_line(line);
        self.patch_to(Some(end), prepare + 1)
    }

    fn expression_in_next_register(&mut self) -> Result<()> {
        let mut expression = self.expression()?;
        self.put_in_next_register(&mut expression)
    }

    fn generic_for(&mut self, first_name: Bytes) -> Result<()> {
        let base = self.function.free_register;
        self.declare_control([b"(for generator)", b"(for state)", b"(for control)"])?;
        self.declare_local(first_name, CONTROL_VARIABLES)?;
        let mut variables = 1;
        while self.accept_symbol(b',')? {
            let name = self.expect_name()?;
            self.declare_local(name, CONTROL_VARIABLES + variables)?;
            variables += 1;
        }
        self.expect(Token::In)?;
        let line = self.lexer.line;
        let (mut last, count) = self.expression_list()?;
        self.adjust(CONTROL_VARIABLES, count, &mut last)?;
        self.check_stack(CONTROL_VARIABLES as u32)?;
        self.function.activate_locals(CONTROL_VARIABLES);
        self.expect(Token::Do)?;
        let prepare = self.jump()?;
        self.for_body(variables)?;
        self.patch_to_here(Some(prepare))?;
        self.emit_abc(Opcode::TForLoop, base, 0, variables as u32)?;
        self.set_line(line);
        let back = self.jump()?;
        self.patch_to(Some(back), prepare + 1)
    }

    fn for_body(&mut self, variables: usize) -> Result<()> {
        self.function.enter_block(false);
        self.function.activate_locals(variables);
        self.reserve_registers(variables as u32)?;
        self.block()?;
        self.leave_block()
    }

    /// Makes as many values as there are variables of a list that ends with `last`.
    fn adjust(&mut self, variables: usize, values: usize, last: &mut Expression) -> Result<()> {
        let missing = variables as i32 - values as i32;
        if last.is_open() {
            let results = (missing + 1).max(0);
            self.set_results(last, results)?;
            if results > 1 {
                self.reserve_registers(results as u32 - 1)?;
            }
            return Ok(());
        }
        if last.kind != Kind::Void {
            self.put_in_next_register(last)?;
        }
        if missing > 0 {
            let register = self.function.free_register;
            self.reserve_registers(missing as u32)?;
            self.emit_nil(register, missing as u32)?;
        }
        Ok(())
    }

    fn function_statement(&mut self, line: u32) -> Result<()> {
        self.lexer.step()?;
        let mut name = self.variable()?;
        while self.is_symbol(b'.') {
            self.field(&mut name)?;
        }
        let is_method = self.is_symbol(b':');
        if is_method {
            self.field(&mut name)?;
        }
        let mut function = self.function_body(is_method, line)?;
        self.store(&name, &mut function)?;
        self.set_line(line);
        Ok(())
    }

    fn local_function(&mut self) -> Result<()> {
        let name = self.expect_name()?;
        self.declare_local(name, 0)?;
        let variable = Expression::new(Kind::Local(self.function.free_register));
        self.reserve_registers(1)?;
        self.function.activate_locals(1);
        let line = self.lexer.line;
        let mut function = self.function_body(false, line)?;
        self.store(&variable, &mut function)?;
        // A debugger sees the variable only from here on.
        self.function.restart_newest_local();
        Ok(())
    }

    fn local_statement(&mut self) -> Result<()> {
        let mut variables = 0;
        loop {
            let name = self.expect_name()?;
            self.declare_local(name, variables)?;
            variables += 1;
            if !self.accept_symbol(b',')? {
                break;
            }
        }
        let (mut last, values) = if self.accept_symbol(b'=')? {
            self.expression_list()?
        } else {
            (Expression::new(Kind::Void), 0)
        };
        self.adjust(variables, values, &mut last)?;
        self.function.activate_locals(variables);
        Ok(())
    }

    fn return_statement(&mut self) -> Result<()> {
        self.lexer.step()?;
        if ends_block(self.token()) || self.is_symbol(b';') {
            return self.emit_return(0, 0);
        }
        let (mut last, count) = self.expression_list()?;
        let first_free = self.function.active_locals() as u32;
        if last.is_open() {
            self.set_results(&last, ALL)?;
            if let Kind::Call(call) = last.kind
                && count == 1
            {
                self.instruction(call).set_opcode(Opcode::TailCall);
            }
            return self.emit_return(first_free, ALL);
        }
        if count == 1 {
            let register = self.put_in_any_register(&mut last)?;
            return self.emit_return(register, 1);
        }
        self.put_in_next_register(&mut last)?;
        self.emit_return(first_free, count as i32)
    }

    fn expression_statement(&mut self) -> Result<()> {
        let expression = self.primary_expression()?;
        match expression.kind {
            Kind::Call(call) => {
                self.instruction(call).set_c(1);
                Ok(())
            }
            _ => self.assignment(expression),
        }
    }

    fn assignment(&mut self, first: Expression) -> Result<()> {
        let mut targets = vec![first];
        self.check_assignable(&first)?;
        while self.accept_symbol(b',')? {
            let target = self.primary_expression()?;
            if let Kind::Local(register) = target.kind {
                self.save_if_used(&mut targets, register)?;
            }
            let limit = MAX_C_LEVELS.saturating_sub(self.levels) as usize;
            self.check_limit(targets.len(), limit, "variables in assignment")?;
            self.check_assignable(&target)?;
            targets.push(target);
        }
        self.expect_symbol(b'=')?;
        let (mut last, values) = self.expression_list()?;
        if values == targets.len() {
            self.set_one_result(&mut last);
            if let Some(target) = targets.pop() {
                self.store(&target, &mut last)?;
            }
        } else {
            self.adjust(targets.len(), values, &mut last)?;
            let extra = values.saturating_sub(targets.len()) as u32;
            self.function.free_register -= extra;
        }
        while let Some(target) = targets.pop() {
            let register = self.function.free_register - 1;
            self.store(&target, &mut Expression::new(Kind::Register(register)))?;
        }
        Ok(())
    }

    fn check_assignable(&self, target: &Expression) -> Result<()> {
        match target.kind {
            Kind::Local(_) | Kind::Upvalue(_) | Kind::Global(_) | Kind::Indexed(..) => Ok(()),
            _ => Err(self.lexer.syntax_error("syntax error")),
        }
    }

    /// A local variable that is to be assigned, and by which a field before it in the list is
    /// found: that field goes by a copy.
    fn save_if_used(&mut self, targets: &mut [Expression], register: u32) -> Result<()> {
        let copy = self.function.free_register;
        let mut is_used = false;
        for target in targets {
            if let Kind::Indexed(table, key) = &mut target.kind {
                for place in [table, key] {
                    if *place == register {
                        *place = copy;
                        is_used = true;
                    }
                }
            }
        }
        if is_used {
            self.emit_abc(Opcode::Move, copy, register, 0)?;
            self.reserve_registers(1)?;
        }
        Ok(())
    }
}

fn ends_block(token: Token) -> bool {
    use Token::*;
    matches!(token, Else | ElseIf | End | Until | EndOfSource)
}
