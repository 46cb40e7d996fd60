//! One function while it is compiled: its constants, variables and blocks.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lexer::Result;
use crate::opcode::MAX_BX;
use crate::proto::{Bytes, Constant, LocalVar, Proto};

/// Registers 0 and 1 always exist: a debugger of 5.1 relies on them.
const LEAST_STACK: u8 = 2;
const MAX_LOCAL_RECORDS: usize = i16::MAX as usize;

/// A jump at the head of a list of jumps to one place; each names the next by its own target
/// until it is known where they go.
pub type JumpList = Option<usize>;

pub struct FunctionState {
    pub proto: Proto,
    pub upvalues: Vec<UpvalueSource>,
    pub blocks: Vec<Block>,
    /// The first register without a value.
    pub free_register: u32,
    /// The last place a jump leads to: what stands before it may not be merged with what follows.
    pub last_target: Option<usize>,
    /// Jumps to the next instruction.
    pub pending_jumps: JumpList,
    /// Where lists of jumps end, by their heads: a shortcut past what was already walked.
    pub list_ends: BTreeMap<usize, usize>,
    constants: BTreeMap<ConstantKey, u32>,
    /// Registers of local variables, as indices into the records in `proto`; those after the
    /// first `active` are declared but not yet in scope.
    locals: Vec<usize>,
    active: usize,
}

/// Where the enclosing function has what this function sees as an upvalue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpvalueSource {
    Local(u32),
    Upvalue(u32),
}

pub struct Block {
    /// Jumps of `break`s out of this loop.
    pub breaks: JumpList,
    pub is_loop: bool,
    /// Variables in scope outside of the block.
    pub outer_locals: usize,
    /// Whether a closure holds one of the block's variables.
    pub is_captured: bool,
}

/// Numbers are equal as Lua compares them: -0 is found as 0.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum ConstantKey {
    Nil,
    Boolean(bool),
    Number(u64),
    String(Bytes),
}

impl FunctionState {
    pub fn new(source: Rc<[u8]>, line: u32) -> FunctionState {
        let proto = Proto {
            source,
            line_defined: line,
            max_stack: LEAST_STACK,
            ..Proto::default()
        };
        FunctionState {
            proto,
            upvalues: Vec::new(),
            blocks: Vec::new(),
            free_register: 0,
            last_target: None,
            pending_jumps: None,
            list_ends: BTreeMap::new(),
            constants: BTreeMap::new(),
            locals: Vec::new(),
            active: 0,
        }
    }

    /// The index of the next instruction.
    pub fn pc(&self) -> usize {
        self.proto.code.len()
    }

    pub fn constant_count(&self) -> usize {
        self.proto.constants.len()
    }

    pub fn string_constant(&mut self, text: &[u8]) -> Result<u32> {
        self.constant(ConstantKey::String(text.into()), || {
            Constant::String(text.into())
        })
    }

    pub fn number_constant(&mut self, number: f64) -> Result<u32> {
        let key = if number == 0.0 { 0.0 } else { number };
        self.constant(ConstantKey::Number(key.to_bits()), || {
            Constant::Number(number)
        })
    }

    pub fn boolean_constant(&mut self, value: bool) -> Result<u32> {
        self.constant(ConstantKey::Boolean(value), || Constant::Boolean(value))
    }

    pub fn nil_constant(&mut self) -> Result<u32> {
        self.constant(ConstantKey::Nil, || Constant::Nil)
    }

    fn constant(&mut self, key: ConstantKey, value: impl FnOnce() -> Constant) -> Result<u32> {
        if let Some(index) = self.constants.get(&key) {
            return Ok(*index);
        }
        let index = table_index(self.proto.constants.len())?;
        self.proto.constants.push(value());
        self.constants.insert(key, index);
        Ok(index)
    }

    pub fn add_proto(&mut self, proto: Proto) -> Result<u32> {
        let index = table_index(self.proto.protos.len())?;
        self.proto.protos.push(Rc::new(proto));
        Ok(index)
    }

    pub fn active_locals(&self) -> usize {
        self.active
    }

    pub fn declare(&mut self, name: Bytes, nth: usize) -> Result<()> {
        let record = self.proto.locals.len();
        if record >= MAX_LOCAL_RECORDS {
            return Err(b"too many local variables".to_vec());
        }
        self.proto.locals.push(LocalVar {
            name,
            start_pc: 0,
            end_pc: 0,
        });
        self.locals.truncate(self.active + nth);
        self.locals.push(record);
        Ok(())
    }

    /// Brings declared variables into scope.
    pub fn activate_locals(&mut self, count: usize) {
        let pc = self.pc() as u32;
        for record in &self.locals[self.active..self.active + count] {
            self.proto.locals[*record].start_pc = pc;
        }
        self.active += count;
    }

    /// Moves the start of the newest variable in scope to here.
    pub fn restart_newest_local(&mut self) {
        let pc = self.pc() as u32;
        self.proto.locals[self.locals[self.active - 1]].start_pc = pc;
    }

    /// Ends the scope of all but the first variables.
    pub fn end_locals(&mut self, remaining: usize) {
        let pc = self.pc() as u32;
        for record in &self.locals[remaining..self.active] {
            self.proto.locals[*record].end_pc = pc;
        }
        self.active = remaining;
    }

    /// The register of a variable in scope; the newest of a name hides the others.
    pub fn find_local(&self, name: &[u8]) -> Option<u32> {
        let in_scope = &self.locals[..self.active];
        let found = in_scope
            .iter()
            .rposition(|record| *self.proto.locals[*record].name == *name);
        found.map(|register| register as u32)
    }

    /// Notes that a closure holds the variable, in the block that declared it.
    pub fn mark_captured(&mut self, register: u32) {
        let owner = |block: &&mut Block| block.outer_locals <= register as usize;
        if let Some(block) = self.blocks.iter_mut().rev().find(owner) {
            block.is_captured = true;
        }
    }

    pub fn find_upvalue(&self, source: UpvalueSource) -> Option<u32> {
        self.upvalues
            .iter()
            .position(|known| *known == source)
            .map(|index| index as u32)
    }

    pub fn add_upvalue(&mut self, name: &[u8], source: UpvalueSource) -> u32 {
        let index = self.upvalues.len() as u32;
        self.upvalues.push(source);
        self.proto.upvalue_names.push(name.into());
        self.proto.upvalue_count += 1;
        index
    }

    pub fn enter_block(&mut self, is_loop: bool) {
        let outer_locals = self.active;
        self.blocks.push(Block {
            breaks: None,
            is_loop,
            outer_locals,
            is_captured: false,
        });
    }
}

/// The next index into a table of constants or functions, which instructions must be able to hold.
fn table_index(length: usize) -> Result<u32> {
    match u32::try_from(length) {
        Ok(index) if index < MAX_BX => Ok(index),
        _ => Err(b"constant table overflow".to_vec()),
    }
}
