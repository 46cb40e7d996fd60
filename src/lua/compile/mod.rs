//! Source text to instructions in one pass, as 5.1 does it: same registers, same jumps, same
//! lines, so that errors name the same variables.
//!
//! `statement.rs` and `expression.rs` are the grammar. What they read becomes code in `code.rs`
//! (instructions and jumps), `operand.rs` (where values are) and `operator.rs`; `function.rs` is
//! the state of one function. Nothing here runs code or knows values of the machine.

mod code;
mod expression;
mod function;
mod operand;
mod operator;
mod statement;

use std::mem;
use std::rc::Rc;

use crate::lexer::{Lexer, Result, Token, Value, c_string, token_text};
use crate::opcode::{Instruction, Opcode};
use crate::proto::{Bytes, Proto, VARARG_IS_VARARG};
use function::{FunctionState, UpvalueSource};
use operand::{Expression, Kind};

/// Nested calls, of C functions or of the grammar, that 5.1 allows.
pub const MAX_C_LEVELS: u32 = 200;
const MAX_LOCALS: usize = 200;
const MAX_UPVALUES: usize = 60;

/// What bounds compiling besides the source itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Levels of `MAX_C_LEVELS` that the caller has used up: none for a script the host loads.
    pub c_levels: u32,
}

/// Compiles a chunk. Its name is shown in errors as `lexer::chunk_id` says.
pub fn compile(source: &[u8], chunk_name: &[u8], limits: Limits) -> Result<Proto> {
    let chunk_name = c_string(chunk_name);
    let mut compiler = Compiler {
        lexer: Lexer::new(source, chunk_name),
        function: FunctionState::new(chunk_name.into(), 0),
        enclosing: Vec::new(),
        levels: limits.c_levels,
    };
    compiler.function.proto.vararg = VARARG_IS_VARARG;
    compiler.lexer.step()?;
    compiler.chunk()?;
    compiler.check(Token::EndOfSource)?;
    compiler.finish_function()?;
    Ok(compiler.function.proto)
}

struct Compiler<'a> {
    lexer: Lexer<'a>,
    /// The function being read, inside of `enclosing`, outermost first.
    function: FunctionState,
    enclosing: Vec<FunctionState>,
    levels: u32,
}

impl Compiler<'_> {
    fn enter_level(&mut self) -> Result<()> {
        self.levels += 1;
        if self.levels > MAX_C_LEVELS {
            return Err(self.lexer.error("chunk has too many syntax levels", None));
        }
        Ok(())
    }

    fn leave_level(&mut self) {
        self.levels -= 1;
    }

    fn token(&self) -> Token {
        self.lexer.token
    }

    fn is_symbol(&self, symbol: u8) -> bool {
        self.lexer.token == Token::Symbol(symbol)
    }

    /// Skips the token if it is this one.
    fn accept(&mut self, token: Token) -> Result<bool> {
        let found = self.lexer.token == token;
        if found {
            self.lexer.step()?;
        }
        Ok(found)
    }

    fn accept_symbol(&mut self, symbol: u8) -> Result<bool> {
        self.accept(Token::Symbol(symbol))
    }

    fn check(&self, token: Token) -> Result<()> {
        if self.lexer.token != token {
            Err(self.expected(token))
        } else {
            Ok(())
        }
    }

    fn expect(&mut self, token: Token) -> Result<()> {
        self.check(token)?;
        self.lexer.step()
    }

    fn expect_symbol(&mut self, symbol: u8) -> Result<()> {
        self.expect(Token::Symbol(symbol))
    }

    /// Expects what closes `opening`, which stood on `line`.
    fn expect_match(&mut self, closing: Token, opening: Token, line: u32) -> Result<()> {
        if self.accept(closing)? {
            return Ok(());
        }
        if line == self.lexer.line {
            return Err(self.expected(closing));
        }
        let (closing, opening) = (quoted(closing), quoted(opening));
        let message = format!("{closing} expected (to close {opening} at line {line})");
        Err(self.lexer.syntax_error(&message))
    }

    fn expect_name(&mut self) -> Result<Bytes> {
        self.check(Token::Name)?;
        self.take_text()
    }

    /// The text of a name or string token, which is then skipped.
    fn take_text(&mut self) -> Result<Bytes> {
        let value = mem::take(&mut self.lexer.value);
        self.lexer.step()?;
        Ok(match value {
            Value::Text(text) => text,
            Value::None | Value::Number(_) => Bytes::default(),
        })
    }

    fn expected(&self, token: Token) -> Vec<u8> {
        self.lexer
            .syntax_error(&format!("{} expected", quoted(token)))
    }

    fn check_limit(&self, count: usize, limit: usize, what: &str) -> Result<()> {
        if count <= limit {
            return Ok(());
        }
        Err(self.limit_error(&self.function, limit, what))
    }

    fn limit_error(&self, function: &FunctionState, limit: usize, what: &str) -> Vec<u8> {
        let place = match function.proto.line_defined {
            0 => "main function".to_string(),
            line => format!("function at line {line}"),
        };
        self.lexer
            .error(&format!("{place} has more than {limit} {what}"), None)
    }

    fn begin_function(&mut self, line: u32) {
        let source = Rc::clone(&self.function.proto.source);
        let inner = FunctionState::new(source, line);
        self.enclosing.push(mem::replace(&mut self.function, inner));
    }

    /// The last return, which every function has, whether or not it is ever reached.
    fn finish_function(&mut self) -> Result<()> {
        self.function.end_locals(0);
        self.emit_return(0, 0)
    }

    /// Leaves the inner function and makes a closure of it, with one more instruction for each
    /// upvalue to say where it comes from.
    fn end_function(&mut self) -> Result<Expression> {
        self.finish_function()?;
        let Some(outer) = self.enclosing.pop() else {
            return Err(self.lexer.syntax_error("no enclosing function"));
        };
        let inner = mem::replace(&mut self.function, outer);
        let index = self.function.add_proto(inner.proto)?;
        let closure = self.emit(Instruction::abx(Opcode::Closure, 0, index))?;
        for source in inner.upvalues {
            let (opcode, index) = match source {
                UpvalueSource::Local(register) => (Opcode::Move, register),
                UpvalueSource::Upvalue(index) => (Opcode::GetUpval, index),
            };
            self.emit(Instruction::abc(opcode, 0, index, 0))?;
        }
        Ok(Expression::new(Kind::Relocatable(closure)))
    }

    /// Declares the local variable that is the `nth` of those not yet in scope.
    fn declare_local(&mut self, name: Bytes, nth: usize) -> Result<()> {
        let active = self.function.active_locals();
        self.check_limit(active + nth + 1, MAX_LOCALS, "local variables")?;
        self.function.declare(name, nth)
    }

    /// What a name means here. A variable of an enclosing function becomes an upvalue of every
    /// function between there and here.
    fn resolve(&mut self, name: &[u8]) -> Result<Kind> {
        if let Some(register) = self.function.find_local(name) {
            return Ok(Kind::Local(register));
        }
        let owner = self
            .enclosing
            .iter()
            .enumerate()
            .rev()
            .find_map(|(depth, function)| {
                function.find_local(name).map(|register| (depth, register))
            });
        let Some((depth, register)) = owner else {
            return Ok(Kind::Global(self.function.string_constant(name)?));
        };
        self.enclosing[depth].mark_captured(register);
        let mut source = UpvalueSource::Local(register);
        for inner in depth + 1..=self.enclosing.len() {
            source = UpvalueSource::Upvalue(self.upvalue_index(inner, name, source)?);
        }
        match source {
            UpvalueSource::Upvalue(index) | UpvalueSource::Local(index) => Ok(Kind::Upvalue(index)),
        }
    }

    fn upvalue_index(&mut self, depth: usize, name: &[u8], source: UpvalueSource) -> Result<u32> {
        let function = self.enclosing.get_mut(depth).unwrap_or(&mut self.function);
        if let Some(index) = function.find_upvalue(source) {
            return Ok(index);
        }
        if function.upvalues.len() < MAX_UPVALUES {
            return Ok(function.add_upvalue(name, source));
        }
        let function = self.enclosing.get(depth).unwrap_or(&self.function);
        Err(self.limit_error(function, MAX_UPVALUES, "upvalues"))
    }
}

fn quoted(token: Token) -> String {
    let mut text = Vec::new();
    token_text(token, &mut text);
    format!("'{}'", String::from_utf8_lossy(&text))
}
