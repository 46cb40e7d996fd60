//! A compiled function, as the compiler hands it to the machine.

use std::rc::Rc;

pub use crate::opcode::Instruction;

/// Bytes of a name: Lua does not promise UTF-8.
pub type Bytes = Box<[u8]>;

/// `Proto::vararg` bits: 5.1's own, of which `NEEDS_ARG` is for functions that may use the old `arg`.
pub const VARARG_HAS_ARG: u8 = 1;
pub const VARARG_IS_VARARG: u8 = 2;
pub const VARARG_NEEDS_ARG: u8 = 4;

#[derive(Debug, Default)]
pub struct Proto {
    pub code: Vec<Instruction>,
    pub constants: Vec<Constant>,
    pub protos: Vec<Rc<Proto>>,
    /// The source line of each instruction.
    pub lines: Vec<u32>,
    pub locals: Vec<LocalVar>,
    pub upvalue_names: Vec<Bytes>,
    pub upvalue_count: u8,
    /// The chunk's name as given, with its `@` or `=` if it has one.
    pub source: Rc<[u8]>,
    pub line_defined: u32,
    pub last_line_defined: u32,
    pub parameters: u8,
    pub vararg: u8,
    pub max_stack: u8,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    Nil,
    Boolean(bool),
    Number(f64),
    String(Bytes),
}

/// A local variable and the instructions `start_pc..end_pc` over which it lives.
#[derive(Clone, Debug)]
pub struct LocalVar {
    pub name: Bytes,
    pub start_pc: u32,
    pub end_pc: u32,
}
