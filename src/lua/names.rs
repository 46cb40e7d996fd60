//! Names in error messages: by walking the code as 5.1 does to find what last set a register.

use crate::function::Prototype;
use crate::native::Args;
use crate::opcode::{CONSTANT_BIT, Instruction, Opcode};
use crate::thread::Frame;
use crate::value::Value;
use crate::vm::{Error, Vm};

/// "global", "field" and so on, and the name.
type Name<'a> = (&'static str, &'a [u8]);

/// What an operand is, for a message about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    Register(u32),
    /// A constant, or a value that stands in no register.
    Other,
    /// What a native function works on: its errors have no position.
    Native,
}

impl Operand {
    pub fn rk(operand: u32) -> Operand {
        if operand & CONSTANT_BIT != 0 {
            Operand::Other
        } else {
            Operand::Register(operand)
        }
    }
}

impl Vm {
    fn name_of(&self, frame: &Frame, register: u32) -> Option<(&'static str, Vec<u8>)> {
        let closure = frame.lua()?;
        let pc = frame.pc.saturating_sub(1);
        let (kind, name) = self.object_name(&closure.prototype, pc, register)?;
        Some((kind, name.to_vec()))
    }

    fn object_name<'a>(
        &'a self,
        prototype: &'a Prototype,
        pc: u32,
        register: u32,
    ) -> Option<Name<'a>> {
        if let Some(name) = prototype.local_name(register + 1, pc) {
            return Some(("local", name));
        }
        let instruction = last_setter(prototype, pc, register)?;
        match instruction.opcode() {
            Opcode::GetGlobal => Some(("global", self.constant_name(prototype, instruction.bx()))),
            Opcode::Move if instruction.b() < instruction.a() => {
                self.object_name(prototype, pc, instruction.b())
            }
            Opcode::GetTable => Some(("field", self.key_name(prototype, instruction.c()))),
            Opcode::GetUpval => {
                let name = prototype.upvalue_names.get(instruction.b() as usize);
                Some(("upvalue", name.map_or(b"?", |name| name)))
            }
            Opcode::SelfCall => Some(("method", self.key_name(prototype, instruction.c()))),
            _ => None,
        }
    }

    fn key_name<'a>(&'a self, prototype: &Prototype, operand: u32) -> &'a [u8] {
        if operand & CONSTANT_BIT == 0 {
            return b"?";
        }
        self.constant_name(prototype, operand & !CONSTANT_BIT)
    }

    fn constant_name(&self, prototype: &Prototype, index: u32) -> &[u8] {
        match prototype.constants.get(index as usize) {
            Some(Value::String(string)) => self.heap.bytes(*string),
            _ => b"?",
        }
    }

    /// "attempt to `action` global 'x' (a nil value)".
    #[cold]
    pub(crate) fn type_error(&mut self, value: Value, operand: Operand, action: &str) -> Error {
        let name = match (operand, self.thread.frames.last()) {
            (Operand::Register(register), Some(frame)) => self.name_of(frame, register),
            _ => None,
        };
        let kind = value.type_name();
        let text = match name {
            None => format!("attempt to {action} a {kind} value").into_bytes(),
            Some((what, name)) => {
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                let before = format!("attempt to {action} {what} '");
                let after = format!("' (a {kind} value)");
                [before.as_bytes(), name, after.as_bytes()].concat()
            }
        };
        self.operand_error(operand, &text)
    }

    /// An error about an operand, which says where it is unless a native function has it.
    pub(crate) fn operand_error(&mut self, operand: Operand, text: &[u8]) -> Error {
        match operand {
            Operand::Native => self.raised(text),
            _ => self.runtime_error(text),
        }
    }

    /// A call of what is no function, in a slot of the stack.
    #[cold]
    pub(crate) fn call_error(&mut self, slot: usize) -> Error {
        let value = self.thread.stack[slot];
        let register = self.thread.frames.last().and_then(|frame| {
            let inside = frame.base as usize <= slot && slot < frame.top as usize;
            inside.then(|| slot as u32 - frame.base)
        });
        let operand = register.map_or(Operand::Other, Operand::Register);
        self.type_error(value, operand, "call")
    }

    #[cold]
    pub(crate) fn arithmetic_error(
        &mut self,
        left: (Value, Operand),
        right: (Value, Operand),
    ) -> Error {
        let (value, operand) = if self.to_number(left.0).is_none() {
            left
        } else {
            right
        };
        self.type_error(value, operand, "perform arithmetic on")
    }

    #[cold]
    pub(crate) fn order_error(&mut self, left: Value, right: Value) -> Error {
        let text = order_text(left, right);
        self.runtime_error(text.as_bytes())
    }

    /// "bad argument #1 to 'name' (reason)", with the argument counted from zero here.
    #[cold]
    pub fn argument_error(&mut self, args: Args, argument: usize, reason: &[u8]) -> Error {
        self.argument_error_at(args, argument as i64 + 1, reason)
    }

    /// The same, with the number that the message shows; 0 is none of the arguments.
    #[cold]
    pub(crate) fn argument_error_at(
        &mut self,
        args: Args,
        mut number: i64,
        reason: &[u8],
    ) -> Error {
        let (kind, name) = self.native_name(args).unwrap_or(("", b"?".to_vec()));
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if kind == "method" {
            number -= 1;
            if number == 0 {
                let text = [b"calling '", name, b"' on bad self (", reason, b")"].concat();
                return self.error(&text);
            }
        }
        let before = format!("bad argument #{number} to '");
        let text = [before.as_bytes(), name, b"' (", reason, b")"].concat();
        self.error(&text)
    }

    #[cold]
    pub fn argument_type_error(&mut self, args: Args, argument: usize, expected: &str) -> Error {
        let found = if argument < args.len() {
            self.arg(args, argument).type_name()
        } else {
            "no value"
        };
        let reason = format!("{expected} expected, got {found}");
        self.argument_error(args, argument, reason.as_bytes())
    }

    /// What the calling instruction calls the native function it called.
    fn native_name(&self, args: Args) -> Option<(&'static str, Vec<u8>)> {
        let frame = self.thread.frames.last()?;
        let closure = frame.lua()?;
        let code = &closure.prototype.code;
        let instruction = code.get(frame.pc.checked_sub(1)? as usize)?;
        let calls = matches!(
            instruction.opcode(),
            Opcode::Call | Opcode::TailCall | Opcode::TForLoop
        );
        debug_assert!(args.base > 0);
        calls
            .then(|| self.name_of(frame, instruction.a()))
            .flatten()
    }
}

pub(crate) fn order_text(left: Value, right: Value) -> String {
    let (left, right) = (left.type_name(), right.type_name());
    if left == right {
        format!("attempt to compare two {left} values")
    } else {
        format!("attempt to compare {left} with {right}")
    }
}

/// The instruction before `last` that set a register for the last time.
fn last_setter(prototype: &Prototype, last: u32, register: u32) -> Option<Instruction> {
    let code = &prototype.code;
    let last = last as usize;
    let mut found = *code.last()?;
    let mut pc = 0;
    while pc < last {
        let instruction = *code.get(pc)?;
        if sets(instruction, register) {
            found = instruction;
        }
        match instruction.opcode() {
            Opcode::Jmp | Opcode::ForLoop | Opcode::ForPrep => {
                let target = (pc as i64) + 1 + i64::from(instruction.sbx());
                if (pc as i64) < target && target <= last as i64 {
                    pc = target as usize - 1;
                }
            }
            Opcode::Closure => {
                let inner = prototype.protos.get(instruction.bx() as usize);
                pc += inner.map_or(0, |inner| usize::from(inner.upvalue_count));
            }
            Opcode::SetList if instruction.c() == 0 => pc += 1,
            _ => {}
        }
        pc += 1;
    }
    Some(found)
}

fn sets(instruction: Instruction, register: u32) -> bool {
    use Opcode::*;
    let (a, b) = (instruction.a(), instruction.b());
    match instruction.opcode() {
        SetGlobal | SetUpval | SetTable | Jmp | Eq | Lt | Le | Return | SetList | Close => false,
        LoadNil => a <= register && register <= b,
        TForLoop => register >= a + 2,
        Call | TailCall => register >= a,
        SelfCall => register == a || register == a + 1,
        _ => register == a,
    }
}
