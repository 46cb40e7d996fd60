//! Functions of the heap: closures over compiled code, natives, and the variables they share.

use std::cell::Cell;
use std::rc::Rc;

use crate::heap::Heap;
use crate::native::NativeFunction;
use crate::proto::{Constant, LocalVar, Proto};
use crate::value::{TableRef, ThreadRef, Value};
use crate::vm::Error;
use crate::{opcode::Instruction, proto::Bytes};

/// A compiled function whose constants are values of this machine's heap.
#[derive(Debug)]
pub(crate) struct Prototype {
    pub code: Vec<Instruction>,
    pub constants: Vec<Value>,
    pub protos: Vec<Rc<Prototype>>,
    pub lines: Vec<u32>,
    pub locals: Vec<LocalVar>,
    pub upvalue_names: Vec<Bytes>,
    pub upvalue_count: u8,
    pub source: Rc<[u8]>,
    pub line_defined: u32,
    pub last_line_defined: u32,
    pub parameters: u8,
    pub vararg: u8,
    pub max_stack: u8,
    /// The collection that last marked the constants.
    pub marked_in: Cell<u32>,
}

impl Prototype {
    pub fn load(proto: &Proto, heap: &mut Heap) -> Result<Rc<Prototype>, Error> {
        heap.reserve(proto.code.len() * 8 + proto.constants.len() * 16 + size_of::<Prototype>())?;
        let mut constants = Vec::with_capacity(proto.constants.len());
        for constant in &proto.constants {
            constants.push(match constant {
                Constant::Nil => Value::Nil,
                Constant::Boolean(boolean) => Value::Boolean(*boolean),
                Constant::Number(number) => Value::Number(*number),
                Constant::String(bytes) => Value::String(heap.string(bytes)?),
            });
        }
        let protos = proto
            .protos
            .iter()
            .map(|inner| Prototype::load(inner, heap));
        Ok(Rc::new(Prototype {
            protos: protos.collect::<Result<_, _>>()?,
            constants,
            code: proto.code.clone(),
            lines: proto.lines.clone(),
            locals: proto.locals.clone(),
            upvalue_names: proto.upvalue_names.clone(),
            upvalue_count: proto.upvalue_count,
            source: Rc::clone(&proto.source),
            line_defined: proto.line_defined,
            last_line_defined: proto.last_line_defined,
            parameters: proto.parameters,
            vararg: proto.vararg,
            max_stack: proto.max_stack,
            marked_in: Cell::new(0),
        }))
    }

    /// The line of the instruction before `pc`: the one being executed.
    pub fn line_before(&self, pc: u32) -> u32 {
        self.lines
            .get(pc.saturating_sub(1) as usize)
            .copied()
            .unwrap_or(0)
    }

    /// The name of the `number`th local variable (from one) that lives at `pc`.
    pub fn local_name(&self, number: u32, pc: u32) -> Option<&[u8]> {
        let alive = self.locals.iter().take_while(|local| local.start_pc <= pc);
        let mut alive = alive.filter(|local| pc < local.end_pc);
        alive
            .nth(number.checked_sub(1)? as usize)
            .map(|local| &*local.name)
    }
}

#[derive(Debug)]
pub(crate) struct LuaClosure {
    pub prototype: Rc<Prototype>,
    pub upvalues: Box<[u32]>,
    pub globals: TableRef,
}

/// A function that is not Lua.
#[derive(Clone, Debug)]
pub(crate) struct NativeClosure {
    pub function: NativeKind,
    pub upvalues: Box<[Value]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NativeKind {
    Function(NativeFunction),
    /// Suspends the machine; whoever drives it answers.
    Host(u32),
}

#[derive(Debug)]
pub(crate) enum Closure {
    Free(u32),
    Lua(Rc<LuaClosure>),
    Native(Box<NativeClosure>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Upvalue {
    Free(u32),
    /// Still a register of a running function.
    Open(ThreadRef, u32),
    Closed(Value),
}
