//! The shortest decimal digits of a double, by Grisu2, laid out the way Redis lays them out.
//!
//! Redis formats doubles with a small Grisu2 (`fpconv_dtoa`). Grisu2 is not always the shortest,
//! nor always the closest among the shortest, so the same algorithm with the same cached powers
//! stands here instead of the exact one of the standard library. Florian Loitsch, "Printing
//! Floating-Point Numbers Quickly and Accurately with Integers" (PLDI 2010).

/// The text of a finite double other than zero.
pub fn format(value: f64) -> String {
    let (digits, power) = shortest_digits(value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", lay_out(&digits, power))
}

/// Digits with the power of ten of the last one, as plain text where that is short and with an
/// exponent elsewhere.
fn lay_out(digits: &str, power: i32) -> String {
    let count = digits.len() as i32;
    let exponent = power + count - 1;
    if power >= 0 && exponent < count + 7 {
        return format!("{digits}{}", "0".repeat(power as usize));
    }
    if power < 0 && (power > -7 || exponent.abs() < 4) {
        let whole = count + power;
        return if whole <= 0 {
            format!("0.{}{digits}", "0".repeat(whole.unsigned_abs() as usize))
        } else {
            let (whole, decimals) = digits.split_at(whole as usize);
            format!("{whole}.{decimals}")
        };
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}e{exponent:+}")
}

/// mantissa × 2^exponent.
#[derive(Debug, Clone, Copy)]
struct Float {
    mantissa: u64,
    exponent: i32,
}

impl Float {
    fn normalized(self) -> Float {
        let shift = self.mantissa.leading_zeros();
        Float {
            mantissa: self.mantissa << shift,
            exponent: self.exponent - shift as i32,
        }
    }

    /// The upper half of the product, rounded.
    fn times(self, other: Float) -> Float {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        let (high, low) = ((product >> 64) as u64, product as u64);
        // Grisu rounds on the middle words: only the bit below the kept ones counts.
        Float {
            mantissa: high + (low >> 63),
            exponent: self.exponent + other.exponent + 64,
        }
    }
}

const HIDDEN_BIT: u64 = 1 << 52;

fn shortest_digits(value: f64) -> (String, i32) {
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & (HIDDEN_BIT - 1));
    let exact = if field == 0 {
        Float {
            mantissa: fraction,
            exponent: -1074,
        }
    } else {
        Float {
            mantissa: fraction | HIDDEN_BIT,
            exponent: field - 1075,
        }
    };
    let (lower, upper) = neighborhood(exact);
    let (cached, power) = cached_power(upper.exponent);
    let middle = exact.normalized().times(cached);
    let mut lower = lower.times(cached);
    let mut upper = upper.times(cached);
    lower.mantissa += 1;
    upper.mantissa -= 1;
    generate(middle, lower, upper, -power)
}

/// Halfway to the next smaller and the next larger double, at the same exponent.
fn neighborhood(exact: Float) -> (Float, Float) {
    let upper = Float {
        mantissa: (exact.mantissa << 1) + 1,
        exponent: exact.exponent - 1,
    }
    .normalized();
    // Below a power of two the neighbors are twice as close.
    let shift = if exact.mantissa == HIDDEN_BIT { 2 } else { 1 };
    let lower = (exact.mantissa << shift) - 1;
    let lower = lower << (exact.exponent - shift - upper.exponent);
    (
        Float {
            mantissa: lower,
            exponent: upper.exponent,
        },
        upper,
    )
}

/// The power of ten that brings a number with this exponent into the window digits are drawn from.
fn cached_power(exponent: i32) -> (Float, i32) {
    const LOG10_OF_2: f64 = std::f64::consts::LOG10_2;
    let approximate = (-f64::from(exponent + POWERS.len() as i32) * LOG10_OF_2) as i32;
    let mut index = (approximate - FIRST_POWER) / POWER_STEP;
    loop {
        let (mantissa, power_exponent) = POWERS[index as usize];
        let reached = exponent + power_exponent + 64;
        if reached < -60 {
            index += 1;
        } else if reached > -32 {
            index -= 1;
        } else {
            return (
                Float {
                    mantissa,
                    exponent: power_exponent,
                },
                FIRST_POWER + index * POWER_STEP,
            );
        }
    }
}

/// Draws digits of `upper` until what is left no longer tells it from `lower`.
fn generate(middle: Float, lower: Float, upper: Float, power: i32) -> (String, i32) {
    let mut digits = Vec::with_capacity(18);
    let mut distance = upper.mantissa - middle.mantissa;
    let mut width = upper.mantissa - lower.mantissa;
    let shift = upper.exponent.unsigned_abs();
    let one = 1u64 << shift;
    let (mut whole, mut part) = (upper.mantissa >> shift, upper.mantissa & (one - 1));
    for kappa in (0..10).rev() {
        let unit = 10u64.pow(kappa);
        let digit = whole / unit;
        if digit != 0 || !digits.is_empty() {
            digits.push(b'0' + digit as u8);
        }
        whole %= unit;
        let rest = (whole << shift) + part;
        if rest <= width {
            approach(&mut digits, width, rest, unit << shift, distance);
            return (text(digits), power + kappa as i32);
        }
    }
    let mut kappa = 0;
    loop {
        part *= 10;
        width *= 10;
        distance = distance.wrapping_mul(10);
        kappa -= 1;
        let digit = part >> shift;
        if digit != 0 || !digits.is_empty() {
            digits.push(b'0' + digit as u8);
        }
        part &= one - 1;
        if part < width {
            approach(&mut digits, width, part, one, distance);
            return (text(digits), power + kappa);
        }
    }
}

/// Lowers the last digit while that brings the number closer to the exact value.
fn approach(digits: &mut [u8], width: u64, mut rest: u64, unit: u64, distance: u64) {
    let Some(last) = digits.last_mut() else {
        return;
    };
    while rest < distance
        && width - rest >= unit
        && (rest + unit < distance || distance - rest > rest + unit - distance)
    {
        *last -= 1;
        rest += unit;
    }
}

fn text(digits: Vec<u8>) -> String {
    digits.into_iter().map(char::from).collect()
}

const FIRST_POWER: i32 = -348;
const POWER_STEP: i32 = 8;

/// 10^-348, 10^-340, … 10^340 as 64-bit mantissas, rounded to nearest, with their binary exponents.
#[rustfmt::skip]
const POWERS: [(u64, i32); 87] = [
    (0xfa8fd5a0081c0288, -1220), (0xbaaee17fa23ebf76, -1193), (0x8b16fb203055ac76, -1166),
    (0xcf42894a5dce35ea, -1140), (0x9a6bb0aa55653b2d, -1113), (0xe61acf033d1a45df, -1087),
    (0xab70fe17c79ac6ca, -1060), (0xff77b1fcbebcdc4f, -1034), (0xbe5691ef416bd60c, -1007),
    (0x8dd01fad907ffc3c, -980), (0xd3515c2831559a83, -954), (0x9d71ac8fada6c9b5, -927),
    (0xea9c227723ee8bcb, -901), (0xaecc49914078536d, -874), (0x823c12795db6ce57, -847),
    (0xc21094364dfb5637, -821), (0x9096ea6f3848984f, -794), (0xd77485cb25823ac7, -768),
    (0xa086cfcd97bf97f4, -741), (0xef340a98172aace5, -715), (0xb23867fb2a35b28e, -688),
    (0x84c8d4dfd2c63f3b, -661), (0xc5dd44271ad3cdba, -635), (0x936b9fcebb25c996, -608),
    (0xdbac6c247d62a584, -582), (0xa3ab66580d5fdaf6, -555), (0xf3e2f893dec3f126, -529),
    (0xb5b5ada8aaff80b8, -502), (0x87625f056c7c4a8b, -475), (0xc9bcff6034c13053, -449),
    (0x964e858c91ba2655, -422), (0xdff9772470297ebd, -396), (0xa6dfbd9fb8e5b88f, -369),
    (0xf8a95fcf88747d94, -343), (0xb94470938fa89bcf, -316), (0x8a08f0f8bf0f156b, -289),
    (0xcdb02555653131b6, -263), (0x993fe2c6d07b7fac, -236), (0xe45c10c42a2b3b06, -210),
    (0xaa242499697392d3, -183), (0xfd87b5f28300ca0e, -157), (0xbce5086492111aeb, -130),
    (0x8cbccc096f5088cc, -103), (0xd1b71758e219652c, -77), (0x9c40000000000000, -50),
    (0xe8d4a51000000000, -24), (0xad78ebc5ac620000, 3), (0x813f3978f8940984, 30),
    (0xc097ce7bc90715b3, 56), (0x8f7e32ce7bea5c70, 83), (0xd5d238a4abe98068, 109),
    (0x9f4f2726179a2245, 136), (0xed63a231d4c4fb27, 162), (0xb0de65388cc8ada8, 189),
    (0x83c7088e1aab65db, 216), (0xc45d1df942711d9a, 242), (0x924d692ca61be758, 269),
    (0xda01ee641a708dea, 295), (0xa26da3999aef774a, 322), (0xf209787bb47d6b85, 348),
    (0xb454e4a179dd1877, 375), (0x865b86925b9bc5c2, 402), (0xc83553c5c8965d3d, 428),
    (0x952ab45cfa97a0b3, 455), (0xde469fbd99a05fe3, 481), (0xa59bc234db398c25, 508),
    (0xf6c69a72a3989f5c, 534), (0xb7dcbf5354e9bece, 561), (0x88fcf317f22241e2, 588),
    (0xcc20ce9bd35c78a5, 614), (0x98165af37b2153df, 641), (0xe2a0b5dc971f303a, 667),
    (0xa8d9d1535ce3b396, 694), (0xfb9b7cd9a4a7443c, 720), (0xbb764c4ca7a44410, 747),
    (0x8bab8eefb6409c1a, 774), (0xd01fef10a657842c, 800), (0x9b10a4e5e9913129, 827),
    (0xe7109bfba19c0c9d, 853), (0xac2820d9623bf429, 880), (0x80444b5e7aa7cf85, 907),
    (0xbf21e44003acdd2d, 933), (0x8e679c2f5e44ff8f, 960), (0xd433179d9c8cb841, 986),
    (0x9e19db92b4e31ba9, 1013), (0xeb96bf6ebadf77d9, 1039), (0xaf87023b9bf0ee6b, 1066),
];
