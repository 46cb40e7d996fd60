//! Operators: arithmetic, also of constants while compiling, comparisons, and the jumps of `and`,
//! `or` and `not`.

use std::mem;

use super::Compiler;
use super::code::NO_REGISTER;
use super::operand::{Expression, Kind};
use crate::lexer::{Result, Token};
use crate::opcode::Opcode;

#[derive(Clone, Copy, PartialEq)]
pub enum Unary {
    Minus,
    Not,
    Length,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Binary {
    Arithmetic(Opcode),
    Concat,
    /// The opcode that compares, and the outcome that counts as true.
    Comparison(Opcode, bool),
    And,
    Or,
}

pub const UNARY_PRIORITY: u8 = 8;

impl Unary {
    pub fn of(token: Token) -> Option<Unary> {
        match token {
            Token::Not => Some(Unary::Not),
            Token::Symbol(b'-') => Some(Unary::Minus),
            Token::Symbol(b'#') => Some(Unary::Length),
            _ => None,
        }
    }
}

impl Binary {
    pub fn of(token: Token) -> Option<Binary> {
        use Binary::*;
        Some(match token {
            Token::Symbol(b'+') => Arithmetic(Opcode::Add),
            Token::Symbol(b'-') => Arithmetic(Opcode::Sub),
            Token::Symbol(b'*') => Arithmetic(Opcode::Mul),
            Token::Symbol(b'/') => Arithmetic(Opcode::Div),
            Token::Symbol(b'%') => Arithmetic(Opcode::Mod),
            Token::Symbol(b'^') => Arithmetic(Opcode::Pow),
            Token::Concat => Concat,
            Token::Equal => Comparison(Opcode::Eq, true),
            Token::NotEqual => Comparison(Opcode::Eq, false),
            Token::Symbol(b'<') => Comparison(Opcode::Lt, true),
            Token::LessEqual => Comparison(Opcode::Le, true),
            Token::Symbol(b'>') => Comparison(Opcode::Lt, false),
            Token::GreaterEqual => Comparison(Opcode::Le, false),
            Token::And => And,
            Token::Or => Or,
            _ => return None,
        })
    }

    /// How tightly it binds to the left and to the right; `..` and `^` group from the right.
    pub fn priority(self) -> (u8, u8) {
        match self {
            Binary::Arithmetic(Opcode::Add | Opcode::Sub) => (6, 6),
            Binary::Arithmetic(Opcode::Pow) => (10, 9),
            Binary::Arithmetic(_) => (7, 7),
            Binary::Concat => (5, 4),
            Binary::Comparison(..) => (3, 3),
            Binary::And => (2, 2),
            Binary::Or => (1, 1),
        }
    }
}

impl Compiler<'_> {
    pub(super) fn prefix(&mut self, operator: Unary, operand: &mut Expression) -> Result<()> {
        match operator {
            Unary::Not => return self.negate(operand),
            Unary::Minus => {
                if let Some(number) = operand.numeral() {
                    operand.kind = Kind::Number(-number);
                    return Ok(());
                }
            }
            Unary::Length => {}
        }
        let register = self.put_in_any_register(operand)?;
        self.free(operand);
        let opcode = if operator == Unary::Minus {
            Opcode::Unm
        } else {
            Opcode::Len
        };
        let pc = self.emit_abc(opcode, 0, register, 0)?;
        operand.kind = Kind::Relocatable(pc);
        Ok(())
    }

    /// What an operator needs of its left side before its right side is read.
    pub(super) fn infix(&mut self, operator: Binary, left: &mut Expression) -> Result<()> {
        match operator {
            Binary::And => self.go_if_true(left),
            Binary::Or => self.go_if_false(left),
            Binary::Concat => self.put_in_next_register(left),
            Binary::Arithmetic(_) if left.numeral().is_some() => Ok(()),
            Binary::Arithmetic(_) | Binary::Comparison(..) => {
                self.reduce_to_operand(left)?;
                Ok(())
            }
        }
    }

    /// Both sides into one expression, which becomes `left`.
    pub(super) fn postfix(
        &mut self,
        operator: Binary,
        left: &mut Expression,
        mut right: Expression,
    ) -> Result<()> {
        match operator {
            Binary::And => {
                self.discharge(&mut right)?;
                self.join(&mut right.when_false, left.when_false)?;
                *left = right;
                Ok(())
            }
            Binary::Or => {
                self.discharge(&mut right)?;
                self.join(&mut right.when_true, left.when_true)?;
                *left = right;
                Ok(())
            }
            Binary::Concat => self.concatenate(left, right),
            Binary::Arithmetic(opcode) => self.arithmetic(opcode, left, &mut right),
            Binary::Comparison(opcode, outcome) => self.compare(opcode, outcome, left, &mut right),
        }
    }

    /// A chain of `..` becomes one instruction over all its registers.
    fn concatenate(&mut self, left: &mut Expression, mut right: Expression) -> Result<()> {
        self.reduce_to_value(&mut right)?;
        if let Kind::Relocatable(pc) = right.kind
            && self.instruction(pc).opcode() == Opcode::Concat
        {
            self.free(left);
            let first = self.register_of(left);
            self.instruction(pc).set_b(first);
            left.kind = right.kind;
            return Ok(());
        }
        self.put_in_next_register(&mut right)?;
        self.arithmetic(Opcode::Concat, left, &mut right)
    }

    fn arithmetic(
        &mut self,
        opcode: Opcode,
        left: &mut Expression,
        right: &mut Expression,
    ) -> Result<()> {
        if let (Some(a), Some(b)) = (left.numeral(), right.numeral())
            && let Some(result) = fold(opcode, a, b)
        {
            left.kind = Kind::Number(result);
            return Ok(());
        }
        let second = self.reduce_to_operand(right)?;
        let first = self.reduce_to_operand(left)?;
        // The higher register is freed first, as from a stack.
        if first > second {
            self.free(left);
            self.free(right);
        } else {
            self.free(right);
            self.free(left);
        }
        let pc = self.emit_abc(opcode, 0, first, second)?;
        left.kind = Kind::Relocatable(pc);
        Ok(())
    }

    fn compare(
        &mut self,
        opcode: Opcode,
        outcome: bool,
        left: &mut Expression,
        right: &mut Expression,
    ) -> Result<()> {
        let mut first = self.reduce_to_operand(left)?;
        let mut second = self.reduce_to_operand(right)?;
        self.free(right);
        self.free(left);
        let mut outcome = outcome;
        if !outcome && opcode != Opcode::Eq {
            // `a > b` is `b < a`.
            mem::swap(&mut first, &mut second);
            outcome = true;
        }
        let jump = self.conditional_jump(opcode, u32::from(outcome), first, second)?;
        left.kind = Kind::Jump(jump);
        Ok(())
    }

    /// Goes on here if the expression is true, else along its list of jumps.
    pub(super) fn go_if_true(&mut self, expression: &mut Expression) -> Result<()> {
        self.discharge(expression)?;
        let jump = match expression.kind {
            Kind::Constant(_) | Kind::Number(_) | Kind::True => None,
            Kind::Jump(jump) => {
                self.invert(jump);
                Some(jump)
            }
            _ => Some(self.jump_if(expression, false)?),
        };
        self.join(&mut expression.when_false, jump)?;
        self.patch_to_here(expression.when_true.take())
    }

    fn go_if_false(&mut self, expression: &mut Expression) -> Result<()> {
        self.discharge(expression)?;
        let jump = match expression.kind {
            Kind::Nil | Kind::False => None,
            Kind::Jump(jump) => Some(jump),
            _ => Some(self.jump_if(expression, true)?),
        };
        self.join(&mut expression.when_true, jump)?;
        self.patch_to_here(expression.when_false.take())
    }

    fn jump_if(&mut self, expression: &mut Expression, outcome: bool) -> Result<usize> {
        if let Kind::Relocatable(pc) = expression.kind {
            let instruction = *self.instruction(pc);
            if instruction.opcode() == Opcode::Not {
                self.remove_last();
                let opposite = u32::from(!outcome);
                return self.conditional_jump(Opcode::Test, instruction.b(), 0, opposite);
            }
        }
        let register = self.discharge_to_any(expression)?;
        self.free(expression);
        self.conditional_jump(Opcode::TestSet, NO_REGISTER, register, u32::from(outcome))
    }

    fn invert(&mut self, jump: usize) {
        let control = self.jump_control(jump);
        let opposite = u32::from(control.a() == 0);
        control.set_a(opposite);
    }

    fn negate(&mut self, expression: &mut Expression) -> Result<()> {
        self.discharge(expression)?;
        match expression.kind {
            Kind::Nil | Kind::False => expression.kind = Kind::True,
            Kind::Constant(_) | Kind::Number(_) | Kind::True => expression.kind = Kind::False,
            Kind::Jump(jump) => self.invert(jump),
            _ => {
                let register = self.discharge_to_any(expression)?;
                self.free(expression);
                let pc = self.emit_abc(Opcode::Not, 0, register, 0)?;
                expression.kind = Kind::Relocatable(pc);
            }
        }
        mem::swap(&mut expression.when_true, &mut expression.when_false);
        self.drop_values(expression.when_false);
        self.drop_values(expression.when_true);
        Ok(())
    }
}

/// The result of an operation on two numerals, unless it is one to leave to the machine.
fn fold(opcode: Opcode, a: f64, b: f64) -> Option<f64> {
    let result = match opcode {
        Opcode::Add => a + b,
        Opcode::Sub => a - b,
        Opcode::Mul => a * b,
        Opcode::Div if b != 0.0 => a / b,
        Opcode::Mod if b != 0.0 => a - (a / b).floor() * b,
        Opcode::Pow => a.powf(b),
        _ => return None,
    };
    (!result.is_nan()).then_some(result)
}
