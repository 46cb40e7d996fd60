//! Numbers as text: the integers and floats Redis accepts, and the text it answers with.
//!
//! Four readers exist because Redis has four: integers (`parse_i64`), scores (`parse_f64`), the
//! bounds of a score range (`parse_range_bound`) and the 80-bit floats of INCRBYFLOAT
//! (`LongDouble::parse`). What a command makes of a refusal (which error, which limits) is the
//! command's business, not this module's.

mod big;
mod decimal;
mod fixed;
mod long_double;
mod shortest;
#[cfg(test)]
mod tests;
pub mod trigonometry;

pub use fixed::{format_fixed, format_precise};
pub use long_double::LongDouble;

use decimal::Decimal;

/// Reads an integer the strict way of `string2ll`: the text is exactly what `format_i64` writes.
/// No leading zeros, no `+`, no spaces, and `-0` is refused.
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    // Counting downwards reaches i64::MIN, which has no positive twin.
    let value = digits.iter().try_fold(0i64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_sub(digit)
    })?;
    if negative {
        Some(value)
    } else {
        value.checked_neg()
    }
}

/// Appends the decimal text of `value`.
pub fn format_i64(value: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[start..]);
}

/// The decimal text of `value`.
pub fn i64_to_bytes(value: i64) -> Vec<u8> {
    let mut out = Vec::with_capacity(20);
    format_i64(value, &mut out);
    out
}

/// Reads a float as ZADD reads a score: decimal, hexadecimal (`0x1p3`) or `inf`, the whole text, no
/// spaces. Not-a-number is refused, and so is what overflows or vanishes to zero.
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    // Scores are mostly whole numbers, and few digits are exact.
    const EXACT_DIGITS: usize = 15;
    if text.len() <= EXACT_DIGITS
        && let Some(whole) = parse_i64(text)
    {
        return Some(whole as f64);
    }
    if let Some(hexadecimal) = Hexadecimal::parse(text) {
        return hexadecimal.to_f64();
    }
    let value = parse_decimal(text)?;
    let names_infinity = text.iter().any(|byte| matches!(byte, b'i' | b'I'));
    let overflowed = value.is_infinite() && !names_infinity;
    let vanished = value == 0.0 && has_nonzero_digit(text);
    (!overflowed && !vanished).then_some(value)
}

/// Reads one end of a score range (ZRANGEBYSCORE, ZCOUNT) after its `(` is taken off. Looser than a
/// score and stricter at once: the text ends at a zero byte, nothing at all is 0, too large is
/// infinite, no hexadecimal.
pub fn parse_range_bound(text: &[u8]) -> Option<f64> {
    let end = text
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(text.len());
    if end == 0 {
        return Some(0.0);
    }
    parse_decimal(&text[..end])
}

/// A decimal float or an infinity; never not-a-number. Overflow is infinite, underflow is zero. By the big integers
/// that long doubles need anyway: the standard library's reader brings ten kilobytes of powers of five.
pub fn parse_decimal(text: &[u8]) -> Option<f64> {
    let (negative, body) = split_sign(text);
    let magnitude = match decimal::is_infinity(body) {
        true => f64::INFINITY,
        false => Decimal::parse(body)?.to_f64(),
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Whether it is negative, and what follows the sign.
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    }
}

fn has_nonzero_digit(text: &[u8]) -> bool {
    text.iter()
        .take_while(|byte| !matches!(byte, b'e' | b'E'))
        .any(|byte| matches!(byte, b'1'..=b'9'))
}

/// The text of a double in files and digests: as in replies, but whole numbers may have an exponent too.
pub fn shortest_f64(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        format_f64(value)
    } else {
        shortest::format(value)
    }
}

/// The text of a double in every reply, RESP2 and RESP3 alike: the shortest digits that read back
/// the same, `1e+21` for the very large, `inf`, `-inf`, `nan`, `-0`.
pub fn format_f64(value: f64) -> String {
    // Whole numbers within half the range of an i64 are written as integers; beyond, 1e18 would
    // stay but 1e19 has an exponent.
    const LIMIT: f64 = 4_611_686_018_427_387_904.0;
    if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "inf".to_owned()
        } else {
            "-inf".to_owned()
        }
    } else if value == 0.0 {
        if value.is_sign_negative() {
            "-0".to_owned()
        } else {
            "0".to_owned()
        }
    } else if value.abs() <= LIMIT && value.fract() == 0.0 {
        (value as i64).to_string()
    } else {
        shortest::format(value)
    }
}

/// A number written as `0x1.8p3`: its first 31 digits, whether more weigh in, and a binary
/// exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Hexadecimal {
    negative: bool,
    mantissa: u128,
    /// A bit below `mantissa` was set.
    sticky: bool,
    exponent: i64,
}

impl Hexadecimal {
    /// Exponents beyond this overflow or vanish in any format.
    const FAR: i64 = 1 << 40;

    fn parse(text: &[u8]) -> Option<Hexadecimal> {
        let (negative, text) = split_sign(text);
        let [b'0', b'x' | b'X', text @ ..] = text else {
            return None;
        };
        let mut number = Hexadecimal {
            negative,
            mantissa: 0,
            sticky: false,
            exponent: 0,
        };
        let (mut digits, mut after_point) = (0, false);
        let mut rest = text;
        while let [byte, tail @ ..] = rest {
            if *byte == b'.' && !after_point {
                after_point = true;
            } else if let Some(digit) = (*byte as char).to_digit(16) {
                number.take_digit(digit.into(), after_point);
                digits += 1;
            } else {
                break;
            }
            rest = tail;
        }
        if digits == 0 {
            return None;
        }
        match rest {
            [] => {}
            [b'p' | b'P', power @ ..] => number.exponent += parse_power(power)?,
            _ => return None,
        }
        Some(number)
    }

    fn take_digit(&mut self, digit: u128, after_point: bool) {
        if self.mantissa >> 120 == 0 {
            self.mantissa = self.mantissa << 4 | digit;
            self.exponent -= if after_point { 4 } else { 0 };
        } else {
            self.sticky |= digit != 0;
            self.exponent += if after_point { 0 } else { 4 };
        }
    }

    fn to_f64(self) -> Option<f64> {
        let value = nearest_f64(self.mantissa, self.exponent, self.sticky);
        let value = if self.negative { -value } else { value };
        (self.mantissa == 0 || value != 0.0 && value.is_finite()).then_some(value)
    }
}

/// The signed decimal after `p` or `e`; far beyond any float it stays at `Hexadecimal::FAR`.
fn parse_power(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() {
        return None;
    }
    let magnitude = digits.iter().try_fold(0i64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        Some((value * 10 + digit).min(Hexadecimal::FAR))
    })?;
    Some(if negative { -magnitude } else { magnitude })
}

/// The nearest double to mantissa × 2^exponent, ties to even; `sticky` as in `round_off`.
fn nearest_f64(mantissa: u128, exponent: i64, sticky: bool) -> f64 {
    let bits = i64::from(u128::BITS - mantissa.leading_zeros());
    // The lowest bit a double has at this size: 2^-1074, or the 53rd from the top.
    let lowest = (exponent + bits - 53).max(-1074).max(exponent);
    let drop = u32::try_from(lowest - exponent).unwrap_or(u32::MAX);
    scale(round_off(mantissa, drop, sticky) as u64 as f64, lowest)
}

/// `value` without its lowest `drop` bits, rounded to the nearest, ties to even. `sticky` says that
/// something smaller than the lowest bit is missing from `value` already.
fn round_off(value: u128, drop: u32, sticky: bool) -> u128 {
    if drop == 0 {
        return value;
    }
    if drop > 127 {
        return 0;
    }
    let kept = value >> drop;
    let rest = value & ((1 << drop) - 1);
    let half = 1 << (drop - 1);
    let up = rest > half || rest == half && (sticky || kept & 1 == 1);
    kept + u128::from(up)
}

/// `value * 2^exponent`, exact for what fits a double, infinite beyond.
fn scale(mut value: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 && value.is_finite() {
        value *= f64::from_bits((1023 + 1000) << 52);
        exponent -= 1000;
    }
    // Only called with exponents of at least -1074 and integers, so two exact steps reach any of
    // them.
    while exponent < -1000 {
        value *= f64::from_bits((1023 - 500) << 52);
        exponent += 500;
    }
    if value.is_finite() {
        value * f64::from_bits(((1023 + exponent) as u64) << 52)
    } else {
        value
    }
}
