//! The grammar of expressions.

use super::Compiler;
use super::code::ALL;
use super::operand::{Expression, Kind};
use super::operator::{Binary, UNARY_PRIORITY, Unary};
use crate::lexer::{Result, Token, Value};
use crate::opcode::{FIELDS_PER_FLUSH, Opcode};
use crate::proto::{VARARG_HAS_ARG, VARARG_IS_VARARG, VARARG_NEEDS_ARG};

/// A table while its items are read.
struct Constructor {
    table: u32,
    /// The list item read last, not yet in a register.
    item: Expression,
    fields: u32,
    items: u32,
    /// Items that are in registers, or `item`, and not in the table.
    pending: u32,
}

impl Compiler<'_> {
    pub(super) fn expression(&mut self) -> Result<Expression> {
        Ok(self.subexpression(0)?.0)
    }

    /// Expressions between commas: the last one, and how many. All others are in registers.
    pub(super) fn expression_list(&mut self) -> Result<(Expression, usize)> {
        let mut count = 1;
        let mut last = self.expression()?;
        while self.accept_symbol(b',')? {
            self.put_in_next_register(&mut last)?;
            last = self.expression()?;
            count += 1;
        }
        Ok((last, count))
    }

    /// An expression of operators that bind tighter than `limit`, and the operator after it.
    fn subexpression(&mut self, limit: u8) -> Result<(Expression, Option<Binary>)> {
        self.enter_level()?;
        let mut left = match Unary::of(self.token()) {
            Some(operator) => {
                self.lexer.step()?;
                let mut operand = self.subexpression(UNARY_PRIORITY)?.0;
                self.prefix(operator, &mut operand)?;
                operand
            }
            None => self.simple_expression()?,
        };
        let mut next = Binary::of(self.token());
        while let Some(operator) = next {
            let (left_priority, right_priority) = operator.priority();
            if left_priority <= limit {
                break;
            }
            self.lexer.step()?;
            self.infix(operator, &mut left)?;
            let (right, after) = self.subexpression(right_priority)?;
            self.postfix(operator, &mut left, right)?;
            next = after;
        }
        self.leave_level();
        Ok((left, next))
    }

    fn simple_expression(&mut self) -> Result<Expression> {
        let kind = match self.token() {
            Token::Number => match self.lexer.value {
                Value::Number(number) => Kind::Number(number),
                Value::None | Value::Text(_) => Kind::Nil,
            },
            Token::String => return self.string(),
            Token::Nil => Kind::Nil,
            Token::True => Kind::True,
            Token::False => Kind::False,
            Token::Dots => self.varargs()?,
            Token::Symbol(b'{') => return self.constructor(),
            Token::Function => {
                self.lexer.step()?;
                let line = self.lexer.line;
                return self.function_body(false, line);
            }
            _ => return self.primary_expression(),
        };
        self.lexer.step()?;
        Ok(Expression::new(kind))
    }

    /// `...`, which makes the old table `arg` unnecessary.
    fn varargs(&mut self) -> Result<Kind> {
        if self.function.proto.vararg == 0 {
            let message = "cannot use '...' outside a vararg function";
            return Err(self.lexer.syntax_error(message));
        }
        self.function.proto.vararg &= !VARARG_NEEDS_ARG;
        Ok(Kind::VarArg(self.emit_abc(Opcode::VarArg, 0, 1, 0)?))
    }

    fn string(&mut self) -> Result<Expression> {
        let text = self.take_text()?;
        Ok(Expression::new(Kind::Constant(
            self.function.string_constant(&text)?,
        )))
    }

    /// A name as a string, as it is after a dot.
    fn field_name(&mut self) -> Result<Expression> {
        let name = self.expect_name()?;
        Ok(Expression::new(Kind::Constant(
            self.function.string_constant(&name)?,
        )))
    }

    pub(super) fn variable(&mut self) -> Result<Expression> {
        let name = self.expect_name()?;
        Ok(Expression::new(self.resolve(&name)?))
    }

    /// A variable or anything in parentheses, with fields, calls and methods after it.
    pub(super) fn primary_expression(&mut self) -> Result<Expression> {
        let mut expression = self.prefix_expression()?;
        loop {
            match self.token() {
                Token::Symbol(b'.') => self.field(&mut expression)?,
                Token::Symbol(b'[') => {
                    self.put_in_any_register(&mut expression)?;
                    let mut key = self.bracketed()?;
                    self.index(&mut expression, &mut key)?;
                }
                Token::Symbol(b':') => {
                    self.lexer.step()?;
                    let mut name = self.field_name()?;
                    self.method(&mut expression, &mut name)?;
                    self.arguments(&mut expression)?;
                }
                Token::Symbol(b'(' | b'{') | Token::String => {
                    self.put_in_next_register(&mut expression)?;
                    self.arguments(&mut expression)?;
                }
                _ => return Ok(expression),
            }
        }
    }

    fn prefix_expression(&mut self) -> Result<Expression> {
        match self.token() {
            Token::Symbol(b'(') => {
                let line = self.lexer.line;
                self.lexer.step()?;
                let mut inner = self.expression()?;
                self.expect_match(Token::Symbol(b')'), Token::Symbol(b'('), line)?;
                self.discharge(&mut inner)?;
                Ok(inner)
            }
            Token::Name => self.variable(),
            _ => Err(self.lexer.syntax_error("unexpected symbol")),
        }
    }

    /// `.name` or `:name`.
    pub(super) fn field(&mut self, expression: &mut Expression) -> Result<()> {
        self.put_in_any_register(expression)?;
        self.lexer.step()?;
        let mut name = self.field_name()?;
        self.index(expression, &mut name)
    }

    fn bracketed(&mut self) -> Result<Expression> {
        self.lexer.step()?;
        let mut key = self.expression()?;
        self.reduce_to_value(&mut key)?;
        self.expect_symbol(b']')?;
        Ok(key)
    }

    /// The arguments of a call to what is in the last register, and the call.
    fn arguments(&mut self, function: &mut Expression) -> Result<()> {
        let line = self.lexer.line;
        let mut last = match self.token() {
            Token::Symbol(b'(') => self.argument_list(line)?,
            Token::Symbol(b'{') => self.constructor()?,
            Token::String => self.string()?,
            _ => return Err(self.lexer.syntax_error("function arguments expected")),
        };
        let base = self.register_of(function);
        let count = if last.is_open() {
            ALL
        } else {
            if last.kind != Kind::Void {
                self.put_in_next_register(&mut last)?;
            }
            (self.function.free_register - (base + 1)) as i32
        };
        let call = self.emit_abc(Opcode::Call, base, (count + 1) as u32, 2)?;
        *function = Expression::new(Kind::Call(call));
        self.set_line(line);
        // The call takes away function and arguments and leaves, unless asked otherwise, a result.
        self.function.free_register = base + 1;
        Ok(())
    }

    fn argument_list(&mut self, line: u32) -> Result<Expression> {
        if line != self.lexer.last_line {
            let message = "ambiguous syntax (function call x new statement)";
            return Err(self.lexer.syntax_error(message));
        }
        self.lexer.step()?;
        let mut last = Expression::new(Kind::Void);
        if !self.is_symbol(b')') {
            last = self.expression_list()?.0;
            self.set_results(&last, ALL)?;
        }
        self.expect_match(Token::Symbol(b')'), Token::Symbol(b'('), line)?;
        Ok(last)
    }

    fn constructor(&mut self) -> Result<Expression> {
        let line = self.lexer.line;
        let pc = self.emit_abc(Opcode::NewTable, 0, 0, 0)?;
        let mut table = Expression::new(Kind::Relocatable(pc));
        self.put_in_next_register(&mut table)?;
        let item = Expression::new(Kind::Void);
        let register = self.register_of(&table);
        let mut constructor = Constructor {
            table: register,
            item,
            fields: 0,
            items: 0,
            pending: 0,
        };
        self.expect_symbol(b'{')?;
        while !self.is_symbol(b'}') {
            self.close_item(&mut constructor)?;
            match self.token() {
                Token::Name if self.lexer.peek()? == Token::Symbol(b'=') => {
                    self.constructor_field(&mut constructor)?;
                }
                Token::Symbol(b'[') => self.constructor_field(&mut constructor)?,
                _ => self.constructor_item(&mut constructor)?,
            }
            if !(self.accept_symbol(b',')? || self.accept_symbol(b';')?) {
                break;
            }
        }
        self.expect_match(Token::Symbol(b'}'), Token::Symbol(b'{'), line)?;
        self.last_items(&mut constructor)?;
        let instruction = self.instruction(pc);
        instruction.set_b(floating_byte(constructor.items));
        instruction.set_c(floating_byte(constructor.fields));
        Ok(table)
    }

    fn constructor_field(&mut self, constructor: &mut Constructor) -> Result<()> {
        let registers = self.function.free_register;
        let mut key = match self.token() {
            Token::Name => self.field_name()?,
            _ => self.bracketed()?,
        };
        constructor.fields += 1;
        self.expect_symbol(b'=')?;
        let key = self.reduce_to_operand(&mut key)?;
        let mut value = self.expression()?;
        let value = self.reduce_to_operand(&mut value)?;
        self.emit_abc(Opcode::SetTable, constructor.table, key, value)?;
        self.function.free_register = registers;
        Ok(())
    }

    fn constructor_item(&mut self, constructor: &mut Constructor) -> Result<()> {
        constructor.item = self.expression()?;
        constructor.items += 1;
        constructor.pending += 1;
        Ok(())
    }

    /// Puts the item before into its register, and a full batch of them into the table.
    fn close_item(&mut self, constructor: &mut Constructor) -> Result<()> {
        if constructor.item.kind == Kind::Void {
            return Ok(());
        }
        self.put_in_next_register(&mut constructor.item)?;
        constructor.item.kind = Kind::Void;
        if constructor.pending == FIELDS_PER_FLUSH {
            let pending = constructor.pending as i32;
            self.emit_set_list(constructor.table, constructor.items, pending)?;
            constructor.pending = 0;
        }
        Ok(())
    }

    fn last_items(&mut self, constructor: &mut Constructor) -> Result<()> {
        if constructor.pending == 0 {
            return Ok(());
        }
        if constructor.item.is_open() {
            self.set_results(&constructor.item, ALL)?;
            self.emit_set_list(constructor.table, constructor.items, ALL)?;
            // How many there are is not known: no room is kept for the first of them either.
            constructor.items -= 1;
            return Ok(());
        }
        if constructor.item.kind != Kind::Void {
            self.put_in_next_register(&mut constructor.item)?;
        }
        self.emit_set_list(
            constructor.table,
            constructor.items,
            constructor.pending as i32,
        )
    }

    /// Parameters and body of a function.
    pub(super) fn function_body(&mut self, is_method: bool, line: u32) -> Result<Expression> {
        self.begin_function(line);
        self.expect_symbol(b'(')?;
        if is_method {
            self.declare_local(b"self".as_slice().into(), 0)?;
            self.function.activate_locals(1);
        }
        self.parameters()?;
        self.expect_symbol(b')')?;
        self.chunk()?;
        self.function.proto.last_line_defined = self.lexer.line;
        self.expect_match(Token::End, Token::Function, line)?;
        self.end_function()
    }

    fn parameters(&mut self) -> Result<()> {
        let mut count = 0;
        if !self.is_symbol(b')') {
            loop {
                match self.token() {
                    Token::Name => {
                        let name = self.expect_name()?;
                        self.declare_local(name, count)?;
                    }
                    Token::Dots => {
                        self.lexer.step()?;
                        self.declare_local(b"arg".as_slice().into(), count)?;
                        self.function.proto.vararg =
                            VARARG_HAS_ARG | VARARG_NEEDS_ARG | VARARG_IS_VARARG;
                    }
                    _ => return Err(self.lexer.syntax_error("<name> or '...' expected")),
                }
                count += 1;
                if self.function.proto.vararg != 0 || !self.accept_symbol(b',')? {
                    break;
                }
            }
        }
        self.function.activate_locals(count);
        let active = self.function.active_locals() as u32;
        let arg = u32::from(self.function.proto.vararg & VARARG_HAS_ARG);
        self.function.proto.parameters = (active - arg) as u8;
        self.reserve_registers(active)
    }
}

/// A table size as `NewTable` says it: three bits of mantissa and five of exponent, rounded up.
fn floating_byte(mut size: u32) -> u32 {
    let mut exponent = 0;
    while size >= 16 {
        size = size.div_ceil(2);
        exponent += 1;
    }
    if size < 8 {
        size
    } else {
        (exponent + 1) << 3 | (size - 8)
    }
}
