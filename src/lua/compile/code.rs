//! Instructions, jumps and registers.

use super::Compiler;
use super::function::JumpList;
use crate::lexer::Result;
use crate::opcode::{FIELDS_PER_FLUSH, Instruction, MAX_C, MAX_SBX, Opcode};

const MAX_STACK: u32 = 250;
/// In a jump: the list ends here. No real jump leads to itself.
const END_OF_LIST: i32 = -1;
/// Not a register: the value of a test is not wanted anywhere.
pub const NO_REGISTER: u32 = 0xFF;
/// How many results or arguments: as many as there are.
pub const ALL: i32 = -1;

impl Compiler<'_> {
    /// Adds an instruction, on the line of the token read last.
    pub(super) fn emit(&mut self, instruction: Instruction) -> Result<usize> {
        self.settle_pending_jumps()?;
        let pc = self.function.pc();
        self.function.proto.code.push(instruction);
        self.function.proto.lines.push(self.lexer.last_line);
        Ok(pc)
    }

    pub(super) fn emit_abc(&mut self, opcode: Opcode, a: u32, b: u32, c: u32) -> Result<usize> {
        self.emit(Instruction::abc(opcode, a, b, c))
    }

    pub(super) fn emit_return(&mut self, first: u32, count: i32) -> Result<()> {
        self.emit_abc(Opcode::Return, first, (count + 1) as u32, 0)?;
        Ok(())
    }

    /// Sets registers to nil, together with the instruction before if that does the same.
    pub(super) fn emit_nil(&mut self, from: u32, count: u32) -> Result<()> {
        let last = from + count - 1;
        let pc = self.function.pc();
        let are_fresh = from as usize >= self.function.active_locals();
        if self.function.last_target.is_none_or(|target| pc > target) {
            match self.function.proto.code.last_mut() {
                // Registers of a function that begins are nil.
                None if are_fresh => return Ok(()),
                Some(before) if before.opcode() == Opcode::LoadNil => {
                    let (first, end) = (before.a(), before.b());
                    if first <= from && from <= end + 1 {
                        if last > end {
                            before.set_b(last);
                        }
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        self.emit_abc(Opcode::LoadNil, from, last, 0)?;
        Ok(())
    }

    /// Stores list items into the table at `base`: the last `pending` of `total`.
    pub(super) fn emit_set_list(&mut self, base: u32, total: u32, pending: i32) -> Result<()> {
        let batch = (total - 1) / FIELDS_PER_FLUSH + 1;
        let count = if pending == ALL { 0 } else { pending as u32 };
        if batch <= MAX_C {
            self.emit_abc(Opcode::SetList, base, count, batch)?;
        } else {
            self.emit_abc(Opcode::SetList, base, count, 0)?;
            self.emit(Instruction(batch))?;
        }
        self.function.free_register = base + 1;
        Ok(())
    }

    /// Says that the last instruction belongs to another line.
    pub(super) fn set_line(&mut self, line: u32) {
        if let Some(last) = self.function.proto.lines.last_mut() {
            *last = line;
        }
    }

    pub(super) fn remove_last(&mut self) {
        self.function.proto.code.pop();
        self.function.proto.lines.pop();
    }

    pub(super) fn instruction(&mut self, pc: usize) -> &mut Instruction {
        &mut self.function.proto.code[pc]
    }

    /// A jump to nowhere yet.
    pub(super) fn jump(&mut self) -> Result<usize> {
        let waiting = self.function.pending_jumps.take();
        let jump = self.emit(Instruction::asbx(Opcode::Jmp, 0, END_OF_LIST))?;
        let mut list = Some(jump);
        self.join(&mut list, waiting)?;
        Ok(jump)
    }

    pub(super) fn conditional_jump(
        &mut self,
        opcode: Opcode,
        a: u32,
        b: u32,
        c: u32,
    ) -> Result<usize> {
        self.emit_abc(opcode, a, b, c)?;
        self.jump()
    }

    /// Marks this place as one that is jumped to.
    pub(super) fn label(&mut self) -> usize {
        let pc = self.function.pc();
        self.function.last_target = Some(pc);
        pc
    }

    pub(super) fn patch_to(&mut self, list: JumpList, target: usize) -> Result<()> {
        if target == self.function.pc() {
            return self.patch_to_here(list);
        }
        self.patch(list, target, NO_REGISTER, target)
    }

    pub(super) fn patch_to_here(&mut self, list: JumpList) -> Result<()> {
        self.label();
        let mut pending = self.function.pending_jumps;
        self.join(&mut pending, list)?;
        self.function.pending_jumps = pending;
        Ok(())
    }

    /// Appends `more` to a list of jumps.
    pub(super) fn join(&mut self, list: &mut JumpList, more: JumpList) -> Result<()> {
        let Some(more) = more else { return Ok(()) };
        let Some(head) = *list else {
            *list = Some(more);
            return Ok(());
        };
        let mut last = self.function.list_ends.get(&head).copied().unwrap_or(head);
        while let Some(next) = self.next_jump(last) {
            last = next;
        }
        self.set_jump(last, more)?;
        let end = self.function.list_ends.remove(&more).unwrap_or(more);
        self.function.list_ends.insert(head, end);
        Ok(())
    }

    fn next_jump(&self, jump: usize) -> JumpList {
        match self.function.proto.code[jump].sbx() {
            END_OF_LIST => None,
            offset => (jump + 1).checked_add_signed(offset as isize),
        }
    }

    fn set_jump(&mut self, jump: usize, target: usize) -> Result<()> {
        let offset = target as i64 - (jump as i64 + 1);
        if offset.abs() > i64::from(MAX_SBX) {
            return Err(self.lexer.syntax_error("control structure too long"));
        }
        self.instruction(jump).set_sbx(offset as i32);
        Ok(())
    }

    /// The test before a jump, or the jump itself if it has none.
    pub(super) fn jump_control(&mut self, jump: usize) -> &mut Instruction {
        let control = match jump.checked_sub(1) {
            Some(before) if is_test(self.function.proto.code[before].opcode()) => before,
            _ => jump,
        };
        self.instruction(control)
    }

    /// Whether a jump of the list leaves no value behind, or the opposite one.
    pub(super) fn needs_value(&mut self, mut list: JumpList) -> bool {
        while let Some(jump) = list {
            if self.jump_control(jump).opcode() != Opcode::TestSet {
                return true;
            }
            list = self.next_jump(jump);
        }
        false
    }

    /// Makes the test of a jump put its value into a register, or nowhere.
    fn patch_test(&mut self, jump: usize, register: u32) -> bool {
        let control = self.jump_control(jump);
        if control.opcode() != Opcode::TestSet {
            return false;
        }
        if register != NO_REGISTER && register != control.b() {
            control.set_a(register);
        } else {
            *control = Instruction::abc(Opcode::Test, control.b(), 0, control.c());
        }
        true
    }

    pub(super) fn drop_values(&mut self, mut list: JumpList) {
        while let Some(jump) = list {
            self.patch_test(jump, NO_REGISTER);
            list = self.next_jump(jump);
        }
    }

    /// Leads jumps that leave a value in the register to one place, and others to another.
    pub(super) fn patch(
        &mut self,
        mut list: JumpList,
        with_value: usize,
        register: u32,
        without: usize,
    ) -> Result<()> {
        while let Some(jump) = list {
            list = self.next_jump(jump);
            let target = if self.patch_test(jump, register) {
                with_value
            } else {
                without
            };
            self.set_jump(jump, target)?;
        }
        Ok(())
    }

    fn settle_pending_jumps(&mut self) -> Result<()> {
        let here = self.function.pc();
        let list = self.function.pending_jumps.take();
        self.patch(list, here, NO_REGISTER, here)
    }

    pub(super) fn check_stack(&mut self, count: u32) -> Result<()> {
        let size = self.function.free_register + count;
        if size <= u32::from(self.function.proto.max_stack) {
            return Ok(());
        }
        match u8::try_from(size) {
            Ok(size) if u32::from(size) < MAX_STACK => self.function.proto.max_stack = size,
            _ => {
                return Err(self
                    .lexer
                    .syntax_error("function or expression too complex"));
            }
        }
        Ok(())
    }

    pub(super) fn reserve_registers(&mut self, count: u32) -> Result<()> {
        self.check_stack(count)?;
        self.function.free_register += count;
        Ok(())
    }
}

fn is_test(opcode: Opcode) -> bool {
    use Opcode::*;
    matches!(opcode, Eq | Lt | Le | Test | TestSet | TForLoop)
}
