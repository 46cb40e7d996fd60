//! `bit.*`: operations on 32-bit integers, as LuaBitOp has them.

use super::Functions;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::Value;
use crate::vm::{Error, Vm};

const FUNCTIONS: Functions = &[
    ("tobit", tobit),
    ("bnot", bnot),
    ("band", band),
    ("bor", bor),
    ("bxor", bxor),
    ("lshift", lshift),
    ("rshift", rshift),
    ("arshift", arshift),
    ("rol", rol),
    ("ror", ror),
    ("bswap", bswap),
    ("tohex", tohex),
];

/// 2^52 + 2^51: adding it leaves a number's low 32 bits in the low bits of the sum.
const SHIFT: f64 = 6_755_399_441_055_744.0;

impl Vm {
    pub(crate) fn open_bit(&mut self) -> Result<(), Error> {
        self.open("bit", FUNCTIONS).map(|_| ())
    }
}

fn bits(vm: &mut Vm, args: Args, number: usize) -> Result<u32, Error> {
    Ok((vm.check_number(args, number)? + SHIFT).to_bits() as u32)
}

fn answer(bits: u32) -> NativeResult {
    Ok(Outcome::One(Value::Number(f64::from(bits as i32))))
}

fn tobit(vm: &mut Vm, args: Args) -> NativeResult {
    answer(bits(vm, args, 0)?)
}

fn bnot(vm: &mut Vm, args: Args) -> NativeResult {
    answer(!bits(vm, args, 0)?)
}

fn bswap(vm: &mut Vm, args: Args) -> NativeResult {
    answer(bits(vm, args, 0)?.swap_bytes())
}

fn fold(vm: &mut Vm, args: Args, operation: fn(u32, u32) -> u32) -> NativeResult {
    let mut result = bits(vm, args, 0)?;
    for number in (1..args.len()).rev() {
        result = operation(result, bits(vm, args, number)?);
    }
    answer(result)
}

fn band(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |a, b| a & b)
}

fn bor(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |a, b| a | b)
}

fn bxor(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |a, b| a ^ b)
}

fn shift(vm: &mut Vm, args: Args, operation: fn(u32, u32) -> u32) -> NativeResult {
    let value = bits(vm, args, 0)?;
    let by = bits(vm, args, 1)? & 31;
    answer(operation(value, by))
}

fn lshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |value, by| value << by)
}

fn rshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |value, by| value >> by)
}

fn arshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |value, by| (value as i32 >> by) as u32)
}

fn rol(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, u32::rotate_left)
}

fn ror(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, u32::rotate_right)
}

fn tohex(vm: &mut Vm, args: Args) -> NativeResult {
    let value = bits(vm, args, 0)?;
    let digits = if args.len() > 1 {
        bits(vm, args, 1)? as i32
    } else {
        8
    };
    let text = if digits < 0 {
        format!("{value:08X}")
    } else {
        format!("{value:08x}")
    };
    let shown = (digits.unsigned_abs() as usize).min(8);
    let string = vm.string(&text.as_bytes()[8 - shown..])?;
    Ok(Outcome::One(Value::String(string)))
}
