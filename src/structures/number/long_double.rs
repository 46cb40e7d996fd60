//! The 80-bit float of x86, in integers: what INCRBYFLOAT and HINCRBYFLOAT add with.
//!
//! Redis adds in `long double` and prints with `%.17Lf`, so 0.1 + 0.2 is 0.3 there and the
//! sixty-fourth bit of the mantissa shows in the text. Only reading, adding and writing exist;
//! there is no multiplication.

use super::big::Big;
use super::decimal::{self, Decimal};
use super::fixed::below_point;
use super::{Hexadecimal, round_off, split_sign};

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
                let text = below_point(mantissa, exponent.unsigned_abs(), DECIMALS);
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
    let (negative, body) = split_sign(text);
    if decimal::is_infinity(body) {
        return Some(LongDouble {
            negative,
            size: Size::Infinite,
        });
    }
    let decimal = Decimal::parse(body)?;
    if decimal.is_zero() || decimal.magnitude() < -5000 {
        return Some(LongDouble {
            negative,
            size: ZERO,
        });
    }
    if decimal.magnitude() > 5000 {
        return Some(LongDouble {
            negative,
            size: Size::Infinite,
        });
    }
    let (mantissa, exponent, sticky) = decimal.to_binary();
    Some(rounded(negative, mantissa, exponent, sticky))
}
