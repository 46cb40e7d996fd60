//! Floats with a given number of decimals or digits, as C's `printf` writes them: exact, ties to even.

use super::big::Big;
use super::{format_f64, round_off};

/// C's `%.2f`, for any number of decimals that fits 17.
pub fn format_fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return format_f64(value);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (mantissa, exponent) = parts(value);
    let text = match u32::try_from(exponent) {
        Err(_) => below_point(mantissa, exponent.unsigned_abs(), decimals),
        Ok(exponent) => {
            let mut whole = Big::from(u128::from(mantissa));
            whole.shift_left(exponent as usize);
            format!("{}.{}", whole.into_decimal(), "0".repeat(decimals))
        }
    };
    format!("{sign}{text}")
}

/// The 17 digits of C's `%.16e`, and the power of ten of the first. For a finite number above zero.
pub fn format_precise(value: f64) -> (String, i32) {
    const DIGITS: i32 = 17;
    let (mantissa, exponent) = parts(value);
    let bits = (u64::BITS - mantissa.leading_zeros()) as i32;
    // Never too large, and by one too small at most.
    let log = f64::from(bits - 1 + exponent) * std::f64::consts::LOG10_2;
    let mut power = log.floor() as i32;
    loop {
        let digits = times_ten_to(mantissa, exponent, DIGITS - 1 - power).to_string();
        if digits.len() == DIGITS as usize {
            return (digits, power);
        }
        power += 1;
    }
}

/// mantissa / 2^shift with that many decimals.
pub(super) fn below_point(mantissa: u64, shift: u32, decimals: usize) -> String {
    let scaled = u128::from(mantissa) * 10u128.pow(decimals as u32);
    let digits = round_off(scaled, shift, false).to_string();
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, decimals) = digits.split_at(digits.len() - decimals);
    format!("{whole}.{decimals}")
}

/// Of a finite number: its size is mantissa × 2^exponent.
fn parts(value: f64) -> (u64, i32) {
    const HIDDEN_BIT: u64 = 1 << 52;
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & (HIDDEN_BIT - 1));
    match field {
        0 => (fraction, -1074),
        _ => (fraction | HIDDEN_BIT, field - 1075),
    }
}

/// mantissa × 2^exponent × 10^power, rounded to a whole number of at most 64 bits.
fn times_ten_to(mantissa: u64, exponent: i32, power: i32) -> u128 {
    // Bits below the last one kept, so that a half is seen.
    const GUARD: u32 = 2;
    let mut numerator = Big::from(u128::from(mantissa) << GUARD);
    let mut denominator = Big::from(1);
    let by_ten = if power >= 0 {
        &mut numerator
    } else {
        &mut denominator
    };
    by_ten.scale_by_ten(power.unsigned_abs().into());
    let by_two = if exponent >= 0 {
        &mut numerator
    } else {
        &mut denominator
    };
    by_two.shift_left(exponent.unsigned_abs() as usize);
    let (quotient, remainder) = numerator.divide_by(denominator);
    round_off(quotient, GUARD, remainder)
}
