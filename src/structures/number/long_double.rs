//! The 80-bit float of x86, in integers: what INCRBYFLOAT and HINCRBYFLOAT add with.
//!
//! Redis adds in `long double` and prints with `%.17Lf`, so 0.1 + 0.2 is 0.3 there and the
//! sixty-fourth bit of the mantissa shows in the text. Only reading, adding and writing exist;
//! there is no multiplication.

use super::{Hexadecimal, parse_power, round_off};

/// A number of the form ± mantissa × 2^exponent with a mantissa of at most 64 bits, or an infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongDouble {
    negative: bool,
    size: Size,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Finite { mantissa: u64, exponent: i32 },
    Infinite,
    NotANumber,
}

/// The weight of the lowest bit there is.
const LOWEST_EXPONENT: i64 = -16445;
/// The weight of the lowest bit of the largest numbers.
const HIGHEST_EXPONENT: i64 = 16320;
/// Redis copies the text into a buffer of this many bytes, terminator included.
const TEXT_LIMIT: usize = 5 * 1024;
const DECIMALS: usize = 17;

impl LongDouble {
    /// Reads what INCRBYFLOAT accepts: as `parse_f64`, with the wider range, and shorter than 5120
    /// bytes.
    pub fn parse(text: &[u8]) -> Option<LongDouble> {
        if text.len() >= TEXT_LIMIT {
            return None;
        }
        let (read, is_zero) = match Hexadecimal::parse(text) {
            Some(number) => {
                let Hexadecimal {
                    negative,
                    mantissa,
                    sticky,
                    exponent,
                } = number;
                (rounded(negative, mantissa, exponent, sticky), mantissa == 0)
            }
            None => (parse_signed(text)?, !super::has_nonzero_digit(text)),
        };
        // Overflow and complete underflow are refused; an infinity by name is not.
        let by_name = text.iter().any(|byte| matches!(byte, b'n' | b'N'));
        let vanished = read.size == ZERO && !is_zero;
        (!vanished && (by_name || read.is_finite())).then_some(read)
    }

    /// The same number: every double is a long double.
    pub fn from_f64(value: f64) -> LongDouble {
        let negative = value.is_sign_negative();
        if value.is_nan() {
            return LongDouble {
                negative,
                size: Size::NotANumber,
            };
        }
        if value.is_infinite() {
            return LongDouble {
                negative,
                size: Size::Infinite,
            };
        }
        let bits = value.to_bits();
        let (field, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
        let (mantissa, exponent) = if field == 0 {
            (fraction, -1074)
        } else {
            (fraction | 1 << 52, field as i64 - 1075)
        };
        rounded(negative, mantissa.into(), exponent, false)
    }

    /// False for the infinities and for what their difference makes.
    pub fn is_finite(self) -> bool {
        matches!(self.size, Size::Finite { .. })
    }

    /// The sum, rounded to 64 bits as the processor does.
    #[must_use]
    pub fn plus(self, other: LongDouble) -> LongDouble {
        use Size::{Finite, Infinite, NotANumber};
        match (self.size, other.size) {
            (NotANumber, _) => self,
            (_, NotANumber) => other,
            (Infinite, Infinite) if self.negative != other.negative => LongDouble {
                negative: true,
                size: NotANumber,
            },
            (Infinite, _) => self,
            (_, Infinite) => other,
            (Finite { mantissa: 0, .. }, Finite { mantissa: 0, .. }) => LongDouble {
                negative: self.negative && other.negative,
                size: ZERO,
            },
            (Finite { mantissa: 0, .. }, _) => other,
            (_, Finite { mantissa: 0, .. }) => self,
            (
                Finite {
                    mantissa: a,
                    exponent: at,
                },
                Finite {
                    mantissa: b,
                    exponent: bt,
                },
            ) => {
                if (at, a) >= (bt, b) {
                    sum((self.negative, a, at), (other.negative, b, bt))
                } else {
                    sum((other.negative, b, bt), (self.negative, a, at))
                }
            }
        }
    }

    /// The text Redis stores and answers: 17 decimals, then trailing zeros and a bare point
    /// removed.
    pub fn to_text(self) -> String {
        let sign = if self.negative { "-" } else { "" };
        match self.size {
            Size::NotANumber => format!("{sign}nan"),
            Size::Infinite => format!("{sign}inf"),
            Size::Finite { mantissa, exponent } if exponent >= 0 => {
                let mut whole = Big::from(u128::from(mantissa));
                whole.shift_left(exponent as usize);
                sign_unless_zero(sign, whole.into_decimal())
            }
            Size::Finite { mantissa, exponent } => {
                let scaled = u128::from(mantissa) * 10u128.pow(DECIMALS as u32);
                let digits = round_off(scaled, exponent.unsigned_abs(), false).to_string();
                let digits = format!("{digits:0>width$}", width = DECIMALS + 1);
                let (whole, decimals) = digits.split_at(digits.len() - DECIMALS);
                let text = format!("{whole}.{decimals}");
                sign_unless_zero(
                    sign,
                    text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                )
            }
        }
    }
}

const ZERO: Size = Size::Finite {
    mantissa: 0,
    exponent: 0,
};

fn sign_unless_zero(sign: &str, text: String) -> String {
    if text == "0" {
        text
    } else {
        format!("{sign}{text}")
    }
}

/// The nearest long double to ± value × 2^exponent, ties to even; infinite when too large.
fn rounded(negative: bool, value: u128, exponent: i64, sticky: bool) -> LongDouble {
    if value == 0 {
        return LongDouble {
            negative,
            size: ZERO,
        };
    }
    let bits = i64::from(u128::BITS - value.leading_zeros());
    let lowest = (exponent + bits - 64).max(LOWEST_EXPONENT);
    let (mut mantissa, mut lowest) = if lowest >= exponent {
        let drop = u32::try_from(lowest - exponent).unwrap_or(u32::MAX);
        (round_off(value, drop, sticky), lowest)
    } else {
        // Fewer than 64 bits: move up so that equal numbers are equal values.
        (value << (exponent - lowest), lowest)
    };
    if mantissa == 0 {
        return LongDouble {
            negative,
            size: ZERO,
        };
    }
    if mantissa >> 64 != 0 {
        mantissa >>= 1;
        lowest += 1;
    }
    if lowest > HIGHEST_EXPONENT {
        return LongDouble {
            negative,
            size: Size::Infinite,
        };
    }
    LongDouble {
        negative,
        size: Size::Finite {
            mantissa: mantissa as u64,
            exponent: lowest as i32,
        },
    }
}

/// Adds two nonzero numbers, the one with the higher exponent first.
fn sum(high: (bool, u64, i32), low: (bool, u64, i32)) -> LongDouble {
    let (negative, mantissa, exponent) = high;
    // 62 guard bits below the larger: an operand further down can only decide a tie.
    const GUARD: u32 = 62;
    let upper = u128::from(mantissa) << GUARD;
    let distance = (exponent - low.2).unsigned_abs();
    let shifted = u128::from(low.1) << GUARD;
    let (lower, sticky) = if distance >= 127 {
        (0, true)
    } else {
        (shifted >> distance, shifted & ((1 << distance) - 1) != 0)
    };
    let at = i64::from(exponent) - i64::from(GUARD);
    if negative == low.0 {
        return rounded(negative, upper + lower, at, sticky);
    }
    if upper == lower && !sticky {
        return LongDouble {
            negative: false,
            size: ZERO,
        };
    }
    // With bits missing the true difference lies just below: one unit less, and sticky again.
    let (negative, difference) = if upper >= lower {
        (negative, upper - lower)
    } else {
        (low.0, lower - upper)
    };
    rounded(negative, difference - u128::from(sticky), at, sticky)
}

/// A decimal or `inf`/`infinity`, with a sign.
fn parse_signed(text: &[u8]) -> Option<LongDouble> {
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(LongDouble {
            negative,
            size: Size::Infinite,
        });
    }
    let (digits, power) = parse_decimal(body)?;
    Some(from_decimal(negative, &digits, power))
}

/// The significant digits (values, without leading zeros) and the power of ten of the last one.
fn parse_decimal(body: &[u8]) -> Option<(Vec<u8>, i64)> {
    let mut digits = Vec::new();
    let (mut power, mut any, mut after_point) = (0i64, false, false);
    let mut rest = body;
    while let [byte, tail @ ..] = rest {
        match byte {
            b'.' if !after_point => after_point = true,
            b'0'..=b'9' => {
                any = true;
                power -= i64::from(after_point);
                if !digits.is_empty() || *byte != b'0' {
                    digits.push(byte - b'0');
                }
            }
            _ => break,
        }
        rest = tail;
    }
    match rest {
        _ if !any => None,
        [] => Some((digits, power)),
        [b'e' | b'E', exponent @ ..] => Some((digits, power + parse_power(exponent)?)),
        _ => None,
    }
}

/// The nearest long double to 0.d₁d₂… scaled; exact big integers, so rounding happens once.
fn from_decimal(negative: bool, digits: &[u8], power: i64) -> LongDouble {
    let magnitude = power + digits.len() as i64;
    if digits.is_empty() || magnitude < -5000 {
        return LongDouble {
            negative,
            size: ZERO,
        };
    }
    if magnitude > 5000 {
        return LongDouble {
            negative,
            size: Size::Infinite,
        };
    }
    let mut numerator = Big::from_digits(digits);
    let mut denominator = Big::from(1);
    let scaled = if power >= 0 {
        &mut numerator
    } else {
        &mut denominator
    };
    (0..power.unsigned_abs()).for_each(|_| scaled.multiply_add(10, 0));
    // Scale by a power of two until the quotient has between 65 and 67 bits.
    let shift = numerator.bits() as i64 - denominator.bits() as i64 - 66;
    if shift < 0 {
        &mut numerator
    } else {
        &mut denominator
    }
    .shift_left(shift.unsigned_abs() as usize);
    let (quotient, remainder) = numerator.divide_by(denominator);
    rounded(negative, quotient, shift, remainder)
}

/// A natural number in 32-bit limbs, lowest first, without high zero limbs.
#[derive(Debug, Clone, PartialEq)]
struct Big(Vec<u32>);

impl From<u128> for Big {
    fn from(value: u128) -> Big {
        let mut limbs: Vec<u32> = (0..4).map(|limb| (value >> (32 * limb)) as u32).collect();
        trim(&mut limbs);
        Big(limbs)
    }
}

impl Big {
    fn from_digits(digits: &[u8]) -> Big {
        let mut number = Big(Vec::new());
        for nine in digits.chunks(9) {
            let value = nine
                .iter()
                .fold(0, |value, digit| value * 10 + u32::from(*digit));
            number.multiply_add(10u32.pow(nine.len() as u32), value);
        }
        number
    }

    fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    fn bits(&self) -> usize {
        self.0
            .last()
            .map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize)
    }

    fn shift_left(&mut self, bits: usize) {
        if self.0.is_empty() {
            return;
        }
        self.multiply_add(1 << (bits % 32), 0);
        self.0.splice(0..0, std::iter::repeat_n(0, bits / 32));
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for limb in self.0.iter_mut().rev() {
            let low = *limb & 1;
            *limb = *limb >> 1 | carry << 31;
            carry = low;
        }
        trim(&mut self.0);
    }

    fn at_least(&self, other: &Big) -> bool {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length
            .then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
            .is_ge()
    }

    fn subtract(&mut self, other: &Big) {
        let mut borrow = 0i64;
        for (index, limb) in self.0.iter_mut().enumerate() {
            let taken = i64::from(other.0.get(index).copied().unwrap_or(0));
            let difference = i64::from(*limb) - taken - borrow;
            *limb = difference as u32;
            borrow = i64::from(difference < 0);
        }
        trim(&mut self.0);
    }

    /// The quotient, which must have at most 68 bits, and whether anything remains.
    fn divide_by(mut self, mut divisor: Big) -> (u128, bool) {
        let steps = (self.bits() + 1).saturating_sub(divisor.bits());
        divisor.shift_left(steps);
        let mut quotient = 0u128;
        for _ in 0..=steps {
            quotient <<= 1;
            if self.at_least(&divisor) {
                self.subtract(&divisor);
                quotient |= 1;
            }
            divisor.halve();
        }
        (quotient, !self.0.is_empty())
    }

    fn into_decimal(mut self) -> String {
        let mut nines = Vec::new();
        while !self.0.is_empty() {
            let mut rest = 0u64;
            for limb in self.0.iter_mut().rev() {
                rest = rest << 32 | u64::from(*limb);
                *limb = (rest / 1_000_000_000) as u32;
                rest %= 1_000_000_000;
            }
            trim(&mut self.0);
            nines.push(rest);
        }
        let top = nines.pop().unwrap_or(0);
        nines
            .iter()
            .rev()
            .fold(top.to_string(), |text, nine| text + &format!("{nine:09}"))
    }
}

fn trim(limbs: &mut Vec<u32>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}
