//! The conversions of `string.format`, byte for byte as glibc's `printf` on x86-64 writes them.
//!
//! `%q` and the walk over a format string are the string library's.

/// One conversion of a format string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
    /// The letter; zero if the format string ends before it.
    pub conversion: u8,
}

const MOST_FLAGS: usize = 5;

impl Spec {
    /// A conversion without flags, width and precision.
    pub fn of(conversion: u8) -> Spec {
        Spec {
            conversion,
            ..Spec::default()
        }
    }

    /// Reads what follows a `%`: the conversion and how many bytes it took.
    pub fn parse(text: &[u8]) -> Result<(Spec, usize), &'static str> {
        let at = |index: usize| text.get(index).copied().unwrap_or(0);
        let mut spec = Spec::default();
        let mut end = 0;
        loop {
            match at(end) {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                _ => break,
            }
            end += 1;
        }
        if end > MOST_FLAGS {
            return Err("invalid format (repeated flags)");
        }
        let two_digits = |end: &mut usize| {
            let start = *end;
            while *end < start + 2 && at(*end).is_ascii_digit() {
                *end += 1;
            }
            text[start..*end]
                .iter()
                .fold(0, |value, byte| 10 * value + usize::from(byte - b'0'))
        };
        spec.width = two_digits(&mut end);
        if at(end) == b'.' {
            end += 1;
            spec.precision = Some(two_digits(&mut end));
        }
        if at(end).is_ascii_digit() {
            return Err("invalid format (width or precision too long)");
        }
        spec.conversion = at(end);
        Ok((spec, end + 1))
    }

    /// The text of a number by any of the numeric conversions and `%c`.
    pub fn number(&self, number: f64) -> Vec<u8> {
        match self.conversion {
            b'c' => self.character(number),
            b'd' | b'i' => self.signed(to_i64(number)),
            b'o' | b'u' | b'x' | b'X' => self.unsigned(to_u64(number)),
            _ => self.float(number),
        }
    }

    /// The text of a string by `%s`. A long one without precision comes as it is, of others C sees
    /// no further than to a zero byte.
    pub fn string(&self, text: &[u8]) -> Vec<u8> {
        if self.precision.is_none() && text.len() >= 100 {
            return text.to_vec();
        }
        let text = crate::lexer::c_string(text);
        let length = self.precision.unwrap_or(text.len()).min(text.len());
        self.pad(b"", &text[..length], false)
    }

    /// A zero byte ends what Lua takes over from C's buffer.
    fn character(&self, number: f64) -> Vec<u8> {
        let padded = self.pad(b"", &[to_i32(number) as u8], false);
        crate::lexer::c_string(&padded).to_vec()
    }

    fn signed(&self, number: i64) -> Vec<u8> {
        let digits = number.unsigned_abs().to_string();
        self.integer(self.sign(number < 0), digits, number == 0)
    }

    fn unsigned(&self, number: u64) -> Vec<u8> {
        let digits = match self.conversion {
            b'o' => format!("{number:o}"),
            b'x' => format!("{number:x}"),
            b'X' => format!("{number:X}"),
            _ => number.to_string(),
        };
        match self.conversion {
            b'o' if self.alternate => {
                // The zero in front counts as a digit.
                let padded = self
                    .precision
                    .is_some_and(|precision| precision > digits.len());
                let has_zero = number == 0 || padded;
                let digits = if has_zero {
                    digits
                } else {
                    format!("0{digits}")
                };
                self.integer(b"", digits, false)
            }
            b'x' if self.alternate && number != 0 => self.integer(b"0x", digits, false),
            b'X' if self.alternate && number != 0 => self.integer(b"0X", digits, false),
            _ => self.integer(b"", digits, number == 0),
        }
    }

    /// Digits up to the precision; zero with precision zero has none.
    fn integer(&self, prefix: &[u8], digits: String, is_zero: bool) -> Vec<u8> {
        let Some(precision) = self.precision else {
            return self.pad(prefix, digits.as_bytes(), self.zero);
        };
        let digits = if is_zero && precision == 0 {
            String::new()
        } else {
            digits
        };
        self.pad(prefix, format!("{digits:0>precision$}").as_bytes(), false)
    }

    fn float(&self, number: f64) -> Vec<u8> {
        let sign = self.sign(number.is_sign_negative());
        let magnitude = number.abs();
        let precision = self.precision.unwrap_or(6);
        let upper = self.conversion.is_ascii_uppercase();
        if !number.is_finite() {
            let name = if number.is_nan() { "nan" } else { "inf" };
            let name = if upper {
                name.to_uppercase()
            } else {
                name.to_string()
            };
            return self.pad(sign, name.as_bytes(), false);
        }
        let text = match self.conversion.to_ascii_lowercase() {
            b'e' => self.exponential(magnitude, precision),
            b'f' => self.fixed(magnitude, precision),
            _ => self.general(magnitude, precision.max(1)),
        };
        let text = if upper { text.to_uppercase() } else { text };
        self.pad(sign, text.as_bytes(), self.zero)
    }

    fn fixed(&self, magnitude: f64, precision: usize) -> String {
        let mut text = format!("{magnitude:.precision$}");
        if precision == 0 && self.alternate {
            text.push('.');
        }
        text
    }

    fn exponential(&self, magnitude: f64, precision: usize) -> String {
        let (mut digits, exponent) = scientific(magnitude, precision);
        if precision == 0 && self.alternate {
            digits.push('.');
        }
        with_exponent(&digits, exponent)
    }

    /// The shorter of the two forms by the exponent after rounding, without trailing zeros unless
    /// asked for.
    fn general(&self, magnitude: f64, precision: usize) -> String {
        let (digits, exponent) = scientific(magnitude, precision - 1);
        let small = exponent < -4;
        let is_exponential = small || exponent >= precision as i32;
        let mut text = if is_exponential {
            digits
        } else {
            let fraction = (precision as i32 - 1 - exponent) as usize;
            format!("{magnitude:.fraction$}")
        };
        if self.alternate {
            if !text.contains('.') {
                text.push('.');
            }
        } else if text.contains('.') {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
        if is_exponential {
            with_exponent(&text, exponent)
        } else {
            text
        }
    }

    fn sign(&self, negative: bool) -> &'static [u8] {
        match negative {
            true => b"-",
            false if self.plus => b"+",
            false if self.space => b" ",
            false => b"",
        }
    }

    fn pad(&self, prefix: &[u8], body: &[u8], zeros: bool) -> Vec<u8> {
        let missing = self.width.saturating_sub(prefix.len() + body.len());
        if self.left {
            [prefix, body, &b" ".repeat(missing)].concat()
        } else if zeros {
            [prefix, &b"0".repeat(missing), body].concat()
        } else {
            [&b" ".repeat(missing), prefix, body].concat()
        }
    }
}

/// Mantissa digits with `precision` of them after the point, and the decimal exponent.
fn scientific(magnitude: f64, precision: usize) -> (String, i32) {
    let text = format!("{magnitude:.precision$e}");
    match text.split_once('e') {
        Some((digits, exponent)) => (digits.to_string(), exponent.parse().unwrap_or(0)),
        None => (text, 0),
    }
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// C's `(long)`: what has no place becomes the least.
pub fn to_i64(number: f64) -> i64 {
    let fits = number >= -(2_f64.powi(63)) && number < 2_f64.powi(63);
    if fits { number as i64 } else { i64::MIN }
}

/// C's `(int)`: what has no place becomes the least.
pub fn to_i32(number: f64) -> i32 {
    let fits = number > -(2_f64.powi(31)) - 1.0 && number < 2_f64.powi(31);
    if fits { number as i32 } else { i32::MIN }
}

/// C's `(unsigned long)`, as compilers for x86-64 make it of signed conversions.
pub fn to_u64(number: f64) -> u64 {
    let half = 2_f64.powi(63);
    if number >= half {
        to_i64(number - half) as u64 ^ 1 << 63
    } else {
        to_i64(number) as u64
    }
}
