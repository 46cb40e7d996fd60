//! Numbers as text, both ways: what `strtod` and `strtoul` of glibc read, and what `%.14g` writes.
//!
//! `string.format` with all its conversions is `number/format.rs`.

pub mod format;

use crate::lexer::c_string;

/// Reads a whole string as a number, with white space around it, as 5.1 does for arithmetic on
/// strings, `tonumber` without a base, and numerals in source text.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = skip_space(c_string(text));
    let (negative, text) = split_sign(text);
    let (number, rest) = parse_unsigned(text)?;
    skip_space(rest)
        .is_empty()
        .then_some(if negative { -number } else { number })
}

/// The number a text begins with and how many bytes it takes, as C's `strtod` reads it.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let (negative, digits) = split_sign(text);
    let (number, rest) = parse_unsigned(digits)?;
    Some((
        if negative { -number } else { number },
        text.len() - rest.len(),
    ))
}

/// Reads a whole string as an integer in a base from 2 to 36, as `tonumber` with a base does.
///
/// It wraps as C's `unsigned long` does: "-1" is 2^64 - 1, and too much is the greatest.
pub fn parse_in_base(text: &[u8], base: u32) -> Option<f64> {
    let (negative, mut text) = split_sign(skip_space(c_string(text)));
    if let [b'0', b'x' | b'X', digit, ..] = text
        && base == 16
        && digit.is_ascii_hexdigit()
    {
        text = &text[2..];
    }
    let digits = text
        .iter()
        .take_while(|byte| (**byte as char).is_digit(base))
        .count();
    let (digits, rest) = text.split_at(digits);
    if digits.is_empty() || !skip_space(rest).is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |value, byte| {
        let digit = (*byte as char).to_digit(base)?;
        value
            .checked_mul(u64::from(base))?
            .checked_add(u64::from(digit))
    });
    Some(match value {
        Some(value) if negative => value.wrapping_neg() as f64,
        Some(value) => value as f64,
        None => u64::MAX as f64,
    })
}

/// A number as `print` and `..` show it: 14 significant digits.
pub fn to_text(number: f64) -> Vec<u8> {
    if number.fract() == 0.0 && number.abs() < 1e14 && (number != 0.0 || number.is_sign_positive())
    {
        return (number as i64).to_string().into_bytes();
    }
    let plain = format::Spec {
        precision: Some(14),
        ..format::Spec::of(b'g')
    };
    plain.number(number)
}

/// C's `isspace` in the C locale.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_space(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    &text[spaces..]
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// The number a text begins with, and what comes after it.
fn parse_unsigned(text: &[u8]) -> Option<(f64, &[u8])> {
    if let Some(rest) = strip_word(text, b"infinity").or_else(|| strip_word(text, b"inf")) {
        return Some((f64::INFINITY, rest));
    }
    if let Some(rest) = strip_word(text, b"nan") {
        return Some((f64::NAN.copysign(1.0), skip_payload(rest)));
    }
    if let [b'0', b'x' | b'X', digits @ ..] = text {
        return parse_hexadecimal(digits);
    }
    parse_decimal(text)
}

fn strip_word<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

/// The `(letters)` that C allows after "nan", where they are complete.
fn skip_payload(text: &[u8]) -> &[u8] {
    let Some(inside) = text.strip_prefix(b"(") else {
        return text;
    };
    let is_payload = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = inside.iter().take_while(is_payload).count();
    inside[length..].strip_prefix(b")").unwrap_or(text)
}

fn parse_decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let whole = count_digits(text);
    let mut end = whole;
    let mut digits = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = count_digits(&text[end + 1..]);
        digits += fraction;
        end += 1 + fraction;
    }
    if digits == 0 {
        return None;
    }
    end += exponent_length(&text[end..], b'e');
    let (number, rest) = text.split_at(end);
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((number, rest))
}

fn count_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Length of an exponent with its letter and sign; without digits it is none.
fn exponent_length(text: &[u8], letter: u8) -> usize {
    if text
        .first()
        .is_none_or(|byte| byte.to_ascii_lowercase() != letter)
    {
        return 0;
    }
    let sign = usize::from(matches!(text.get(1), Some(b'+' | b'-')));
    match count_digits(&text[1 + sign..]) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

/// What follows "0x": digits with a point and a binary exponent. Without digits it is only the
/// zero before the "x", which no caller can use, as then the "x" is left over.
fn parse_hexadecimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let mut mantissa = 0_u64;
    let mut exponent = 0_i64;
    let mut has_digits = false;
    let mut point = false;
    let mut end = 0;
    for byte in text {
        match (*byte as char).to_digit(16) {
            Some(digit) => {
                has_digits = true;
                // Bits past the mantissa only matter by not being zero.
                if mantissa >> 60 == 0 {
                    mantissa = mantissa << 4 | u64::from(digit);
                    exponent -= 4 * i64::from(point);
                } else {
                    mantissa |= u64::from(digit != 0);
                    exponent += 4 * i64::from(!point);
                }
            }
            None if *byte == b'.' && !point => point = true,
            None => break,
        }
        end += 1;
    }
    if !has_digits {
        return None;
    }
    let length = exponent_length(&text[end..], b'p');
    let (power, rest) = text[end..].split_at(length);
    if let Some(power) = power.get(1..) {
        exponent = exponent.saturating_add(saturated(power));
    }
    Some((scale(mantissa, exponent), rest))
}

fn saturated(text: &[u8]) -> i64 {
    let (negative, digits) = split_sign(text);
    let magnitude = digits.iter().fold(0_i64, |value, byte| {
        value
            .saturating_mul(10)
            .saturating_add(i64::from(byte - b'0'))
    });
    if negative { -magnitude } else { magnitude }
}

/// `mantissa * 2^exponent`, rounded once, to the nearest and to even.
fn scale(mantissa: u64, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let zeros = mantissa.leading_zeros();
    let mantissa = mantissa << zeros;
    // The value is 1.xxx * 2^top.
    let top = exponent.saturating_add(63 - i64::from(zeros));
    if top > 1023 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    let kept_bits = (top + 1075).min(53);
    let dropped = 64 - kept_bits;
    let (kept, lost) = if dropped == 64 {
        (0, mantissa)
    } else {
        (mantissa >> dropped, mantissa << kept_bits)
    };
    let half = 1_u64 << 63;
    let rounded = kept + u64::from(lost > half || lost == half && kept & 1 == 1);
    // A carry out of the mantissa moves into the exponent, which is what it means.
    let biased = (top + 1022).max(0) as u64;
    f64::from_bits((biased << 52) + rounded)
}
