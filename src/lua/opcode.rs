//! Instructions of Lua 5.1: 32 bits, opcode in the low six, then A (8), C (9) and B (9), or Bx (18).

/// What an instruction does. The order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// `R(A) := R(B)`
    Move,
    /// `R(A) := Kst(Bx)`
    LoadK,
    /// `R(A) := (Bool)B; if (C) pc++`
    LoadBool,
    /// `R(A) := ... := R(B) := nil`
    LoadNil,
    /// `R(A) := UpValue[B]`
    GetUpval,
    /// `R(A) := Gbl[Kst(Bx)]`
    GetGlobal,
    /// `R(A) := R(B)[RK(C)]`
    GetTable,
    /// `Gbl[Kst(Bx)] := R(A)`
    SetGlobal,
    /// `UpValue[B] := R(A)`
    SetUpval,
    /// `R(A)[RK(B)] := RK(C)`
    SetTable,
    /// `R(A) := {}` with size hints B and C as floating point bytes
    NewTable,
    /// `R(A+1) := R(B); R(A) := R(B)[RK(C)]`
    SelfCall,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    /// `R(A) := -R(B)`
    Unm,
    /// `R(A) := not R(B)`
    Not,
    /// `R(A) := length of R(B)`
    Len,
    /// `R(A) := R(B).. ... ..R(C)`
    Concat,
    /// `pc += sBx`
    Jmp,
    /// `if ((RK(B) == RK(C)) ~= A) then pc++`
    Eq,
    Lt,
    Le,
    /// `if not (R(A) <=> C) then pc++`
    Test,
    /// `if (R(B) <=> C) then R(A) := R(B) else pc++`
    TestSet,
    /// `R(A), ... ,R(A+C-2) := R(A)(R(A+1), ... ,R(A+B-1))`
    Call,
    /// `return R(A)(R(A+1), ... ,R(A+B-1))`
    TailCall,
    /// `return R(A), ... ,R(A+B-2)`
    Return,
    /// `R(A) += R(A+2); if R(A) <?= R(A+1) then { pc += sBx; R(A+3) := R(A) }`
    ForLoop,
    /// `R(A) -= R(A+2); pc += sBx`
    ForPrep,
    /// `R(A+3), ... ,R(A+2+C) := R(A)(R(A+1), R(A+2)); if R(A+3) ~= nil then R(A+2) := R(A+3) else pc++`
    TForLoop,
    /// `R(A)[(C-1)*FPF+i] := R(A+i), 1 <= i <= B`
    SetList,
    /// close all variables in the stack up to (>=) R(A)
    Close,
    /// `R(A) := closure(KPROTO[Bx], R(A), ... ,R(A+n))`
    Closure,
    /// `R(A), R(A+1), ..., R(A+B-2) = vararg`
    VarArg,
}

impl Opcode {
    /// The opcode of six bits; what no compiler makes reads as `VarArg`.
    #[inline(always)]
    pub const fn from_bits(bits: u32) -> Opcode {
        use Opcode::*;
        match bits {
            0 => Move,
            1 => LoadK,
            2 => LoadBool,
            3 => LoadNil,
            4 => GetUpval,
            5 => GetGlobal,
            6 => GetTable,
            7 => SetGlobal,
            8 => SetUpval,
            9 => SetTable,
            10 => NewTable,
            11 => SelfCall,
            12 => Add,
            13 => Sub,
            14 => Mul,
            15 => Div,
            16 => Mod,
            17 => Pow,
            18 => Unm,
            19 => Not,
            20 => Len,
            21 => Concat,
            22 => Jmp,
            23 => Eq,
            24 => Lt,
            25 => Le,
            26 => Test,
            27 => TestSet,
            28 => Call,
            29 => TailCall,
            30 => Return,
            31 => ForLoop,
            32 => ForPrep,
            33 => TForLoop,
            34 => SetList,
            35 => Close,
            36 => Closure,
            _ => VarArg,
        }
    }
}

/// Bit 8 of B or C: the operand is a constant, not a register.
pub const CONSTANT_BIT: u32 = 256;
/// The greatest constant index that fits an RK operand.
pub const MAX_INDEX_RK: u32 = CONSTANT_BIT - 1;
pub const MAX_A: u32 = 0xFF;
pub const MAX_B: u32 = 0x1FF;
pub const MAX_C: u32 = 0x1FF;
pub const MAX_BX: u32 = 0x3FFFF;
/// What `sBx` is stored in excess of.
pub const MAX_SBX: i32 = (MAX_BX >> 1) as i32;
/// Array items set by one `SetList`.
pub const FIELDS_PER_FLUSH: u32 = 50;

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Instruction(pub u32);

impl Instruction {
    pub const fn abc(opcode: Opcode, a: u32, b: u32, c: u32) -> Instruction {
        Instruction(opcode as u32 | a << 6 | c << 14 | b << 23)
    }

    pub const fn abx(opcode: Opcode, a: u32, bx: u32) -> Instruction {
        Instruction(opcode as u32 | a << 6 | bx << 14)
    }

    pub const fn asbx(opcode: Opcode, a: u32, sbx: i32) -> Instruction {
        Instruction::abx(opcode, a, (sbx + MAX_SBX) as u32)
    }

    #[inline(always)]
    pub const fn opcode(self) -> Opcode {
        Opcode::from_bits(self.0 & 0x3F)
    }

    #[inline(always)]
    pub const fn a(self) -> u32 {
        self.0 >> 6 & 0xFF
    }

    #[inline(always)]
    pub const fn b(self) -> u32 {
        self.0 >> 23
    }

    #[inline(always)]
    pub const fn c(self) -> u32 {
        self.0 >> 14 & 0x1FF
    }

    #[inline(always)]
    pub const fn bx(self) -> u32 {
        self.0 >> 14
    }

    #[inline(always)]
    pub const fn sbx(self) -> i32 {
        self.bx() as i32 - MAX_SBX
    }

    pub const fn set_opcode(&mut self, opcode: Opcode) {
        self.0 = self.0 & !0x3F | opcode as u32;
    }

    pub const fn set_a(&mut self, a: u32) {
        self.0 = self.0 & !(0xFF << 6) | a << 6;
    }

    pub const fn set_b(&mut self, b: u32) {
        self.0 = self.0 & !(0x1FF << 23) | b << 23;
    }

    pub const fn set_c(&mut self, c: u32) {
        self.0 = self.0 & !(0x1FF << 14) | c << 14;
    }

    pub const fn set_bx(&mut self, bx: u32) {
        self.0 = self.0 & 0x3FFF | bx << 14;
    }

    pub const fn set_sbx(&mut self, sbx: i32) {
        self.set_bx((sbx + MAX_SBX) as u32);
    }
}

impl std::fmt::Debug for Instruction {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (a, b, c) = (self.a(), self.b(), self.c());
        write!(out, "{:?} {a} {b} {c} (Bx {})", self.opcode(), self.bx())
    }
}
