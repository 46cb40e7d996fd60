//! `math.*`

use super::Functions;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::Value;
use crate::vm::{Error, Vm};

/// Random numbers are cut to fewer values than the generator has.
const RANDOM_RANGE: u32 = i32::MAX as u32;

macro_rules! unary {
    ($($name:literal = $function:expr),* $(,)?) => {
        &[$(($name, |vm, args| {
            let number = vm.check_number(args, 0)?;
            let function: fn(f64) -> f64 = $function;
            Ok(Outcome::One(Value::Number(function(number))))
        })),*]
    };
}

const UNARY: Functions = unary! {
    "abs" = f64::abs,
    "acos" = f64::acos,
    "asin" = f64::asin,
    "atan" = f64::atan,
    "ceil" = f64::ceil,
    "cos" = f64::cos,
    "cosh" = f64::cosh,
    "deg" = |number| number / (std::f64::consts::PI / 180.0),
    "exp" = f64::exp,
    "floor" = f64::floor,
    // Of a negative number the real server has a NaN without sign.
    "log" = |number| if number < 0.0 { f64::NAN } else { number.ln() },
    "log10" = f64::log10,
    "rad" = |number| number * (std::f64::consts::PI / 180.0),
    "sin" = f64::sin,
    "sinh" = f64::sinh,
    "sqrt" = f64::sqrt,
    "tan" = f64::tan,
    "tanh" = f64::tanh,
};

const FUNCTIONS: Functions = &[
    ("atan2", atan2),
    ("fmod", fmod),
    ("frexp", frexp),
    ("ldexp", ldexp),
    ("max", max),
    ("min", min),
    ("modf", modf),
    ("pow", pow),
    ("random", random),
    ("randomseed", randomseed),
];

impl Vm {
    pub(crate) fn open_math(&mut self) -> Result<(), Error> {
        let table = self.open("math", UNARY)?;
        self.register(table, FUNCTIONS)?;
        self.raw_set_text(table, b"pi", Value::Number(std::f64::consts::PI))?;
        self.raw_set_text(table, b"huge", Value::Number(f64::INFINITY))?;
        let fmod = self.raw_get_text(table, b"fmod");
        self.raw_set_text(table, b"mod", fmod)
    }
}

fn one(number: f64) -> NativeResult {
    Ok(Outcome::One(Value::Number(number)))
}

/// Two numbers, of which C checks the second one first.
fn two_numbers(vm: &mut Vm, args: Args) -> Result<(f64, f64), Error> {
    let second = vm.check_number(args, 1)?;
    Ok((vm.check_number(args, 0)?, second))
}

fn atan2(vm: &mut Vm, args: Args) -> NativeResult {
    let (y, x) = two_numbers(vm, args)?;
    one(y.atan2(x))
}

fn fmod(vm: &mut Vm, args: Args) -> NativeResult {
    let (number, divisor) = two_numbers(vm, args)?;
    one(number % divisor)
}

fn pow(vm: &mut Vm, args: Args) -> NativeResult {
    let (base, exponent) = two_numbers(vm, args)?;
    one(base.powf(exponent))
}

fn modf(vm: &mut Vm, args: Args) -> NativeResult {
    let number = vm.check_number(args, 0)?;
    let whole = number.trunc();
    let rest = if number.is_infinite() {
        0.0_f64.copysign(number)
    } else {
        number - whole
    };
    vm.push(Value::Number(whole))?;
    vm.push(Value::Number(rest.copysign(number)))?;
    Ok(Outcome::Values(2))
}

fn frexp(vm: &mut Vm, args: Args) -> NativeResult {
    let (fraction, exponent) = split(vm.check_number(args, 0)?);
    vm.push(Value::Number(fraction))?;
    vm.push(Value::Number(f64::from(exponent)))?;
    Ok(Outcome::Values(2))
}

/// C's `frexp`: a fraction from 0.5 to 1 and a power of two.
fn split(number: f64) -> (f64, i32) {
    if number == 0.0 || !number.is_finite() {
        return (number, 0);
    }
    let bits = number.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32;
    if exponent == 0 {
        let (fraction, exponent) = split(number * 18_014_398_509_481_984.0);
        return (fraction, exponent - 54);
    }
    (
        f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52),
        exponent - 1022,
    )
}

fn ldexp(vm: &mut Vm, args: Args) -> NativeResult {
    let exponent = vm.check_int(args, 1)?;
    let number = vm.check_number(args, 0)?;
    one(scale(number, exponent))
}

/// C's `ldexp`, in steps that round at most once.
fn scale(mut number: f64, exponent: i32) -> f64 {
    let mut left = exponent.clamp(-2200, 2200);
    while left > 1023 {
        number *= 2.0_f64.powi(1023);
        left -= 1023;
    }
    while left < -1022 {
        // Leaves 53 bits of room, so that rounding happens in the last step only.
        number *= 2.0_f64.powi(-969);
        left += 969;
    }
    number * f64::from_bits(((left + 1023) as u64) << 52)
}

fn max(vm: &mut Vm, args: Args) -> NativeResult {
    let mut best = vm.check_number(args, 0)?;
    for index in 1..args.len() {
        let number = vm.check_number(args, index)?;
        if number > best {
            best = number;
        }
    }
    one(best)
}

fn min(vm: &mut Vm, args: Args) -> NativeResult {
    let mut best = vm.check_number(args, 0)?;
    for index in 1..args.len() {
        let number = vm.check_number(args, index)?;
        if number < best {
            best = number;
        }
    }
    one(best)
}

fn random(vm: &mut Vm, args: Args) -> NativeResult {
    let drawn = f64::from(vm.random.next() % RANDOM_RANGE) / f64::from(RANDOM_RANGE);
    match args.len() {
        0 => one(drawn),
        1 => {
            let upper = vm.check_int(args, 0)?;
            if upper < 1 {
                return Err(vm.argument_error(args, 0, b"interval is empty"));
            }
            one((drawn * f64::from(upper)).floor() + 1.0)
        }
        2 => {
            let (lower, upper) = (vm.check_int(args, 0)?, vm.check_int(args, 1)?);
            if lower > upper {
                return Err(vm.argument_error(args, 1, b"interval is empty"));
            }
            let count = upper.wrapping_sub(lower).wrapping_add(1);
            one((drawn * f64::from(count)).floor() + f64::from(lower))
        }
        _ => Err(vm.error(b"wrong number of arguments")),
    }
}

fn randomseed(vm: &mut Vm, args: Args) -> NativeResult {
    let seed = vm.check_int(args, 0)?;
    vm.seed_random(seed);
    Ok(Outcome::Nothing)
}
