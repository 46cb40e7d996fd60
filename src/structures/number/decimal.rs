//! Decimal text of a float: its digits, and the binary number next to them.

use super::big::Big;
use super::{nearest_f64, parse_power};

/// No text of a long double is longer, and no two doubles need as many digits to be told apart: what follows only counts
/// as more than nothing.
const MOST_DIGITS: usize = 5120;
/// So many digits make whole numbers that doubles hold exactly, and so many tens a power.
const EXACT_DIGITS: usize = 15;
const EXACT_POWER: u64 = 22;

pub(super) fn is_infinity(body: &[u8]) -> bool {
    body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity")
}

/// 0 or d₁d₂… × 10^power, without a sign.
pub(super) struct Decimal {
    /// Their values, without leading zeros.
    digits: Vec<u8>,
    power: i64,
}

impl Decimal {
    /// `12.5e-3`: digits with a point among them, and an exponent. The whole text, or nothing.
    pub(super) fn parse(body: &[u8]) -> Option<Decimal> {
        let mut digits = Vec::new();
        let (mut power, mut any, mut after_point, mut more) = (0i64, false, false, false);
        let mut rest = body;
        while let [byte, tail @ ..] = rest {
            match byte {
                b'.' if !after_point => after_point = true,
                b'0'..=b'9' => {
                    any = true;
                    power -= i64::from(after_point);
                    if digits.len() == MOST_DIGITS {
                        power += 1;
                        more |= *byte != b'0';
                    } else if !digits.is_empty() || *byte != b'0' {
                        digits.push(byte - b'0');
                    }
                }
                _ => break,
            }
            rest = tail;
        }
        if more {
            digits.push(1);
            power -= 1;
        }
        match rest {
            _ if !any => None,
            [] => Some(Decimal { digits, power }),
            [b'e' | b'E', exponent @ ..] => {
                power += parse_power(exponent)?;
                Some(Decimal { digits, power })
            }
            _ => None,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The power of ten above the number.
    pub(super) fn magnitude(&self) -> i64 {
        self.power + self.digits.len() as i64
    }

    /// The nearest double; infinite when too large.
    pub(super) fn to_f64(&self) -> f64 {
        if self.is_zero() || self.magnitude() < -330 {
            return 0.0;
        }
        if self.magnitude() > 310 {
            return f64::INFINITY;
        }
        if self.digits.len() <= EXACT_DIGITS && self.power.unsigned_abs() <= EXACT_POWER {
            let digits = self.digits.iter();
            let whole = digits.fold(0u64, |whole, &digit| whole * 10 + u64::from(digit)) as f64;
            // Both are exact, so the one operation rounds right.
            let tens = (0..self.power.unsigned_abs()).fold(1.0, |tens, _| tens * 10.0);
            return if self.power < 0 {
                whole / tens
            } else {
                whole * tens
            };
        }
        let (mantissa, exponent, sticky) = self.to_binary();
        nearest_f64(mantissa, exponent, sticky)
    }

    /// mantissa × 2^exponent, of 65 to 67 bits, and whether it lies above that. Not for zero.
    pub(super) fn to_binary(&self) -> (u128, i64, bool) {
        let mut numerator = Big::from_digits(&self.digits);
        let mut denominator = Big::from(1);
        let scaled = if self.power >= 0 {
            &mut numerator
        } else {
            &mut denominator
        };
        scaled.scale_by_ten(self.power.unsigned_abs());
        let shift = numerator.bits() as i64 - denominator.bits() as i64 - 66;
        if shift < 0 {
            &mut numerator
        } else {
            &mut denominator
        }
        .shift_left(shift.unsigned_abs() as usize);
        let (quotient, remainder) = numerator.divide_by(denominator);
        (quotient, shift, remainder)
    }
}
