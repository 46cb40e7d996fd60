//! Two doubles whose sum is one number of about 106 bits.
//!
//! Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971).

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The double nearest to the number.
    pub high: f64,
    pub low: f64,
}

impl Pair {
    pub const fn new(number: f64) -> Pair {
        Pair {
            high: number,
            low: 0.0,
        }
    }

    /// The exact sum.
    pub const fn sum(a: f64, b: f64) -> Pair {
        let high = a + b;
        let added = high - a;
        Pair {
            high,
            low: (a - (high - added)) + (b - added),
        }
    }

    /// The exact product. Neither factor may be near the limits of a double.
    pub const fn product(a: f64, b: f64) -> Pair {
        let high = a * b;
        let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
        let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
        Pair { high, low }
    }

    pub const fn plus(self, other: Pair) -> Pair {
        let high = Pair::sum(self.high, other.high);
        let low = Pair::sum(self.low, other.low);
        Pair::ordered(high.high, high.low + low.high).plus_small(low.low)
    }

    /// Adds what is small against the number.
    pub const fn plus_small(self, small: f64) -> Pair {
        Pair::ordered(self.high, self.low + small)
    }

    pub const fn times(self, other: Pair) -> Pair {
        let product = Pair::product(self.high, other.high);
        product.plus_small(self.high * other.low + self.low * other.high)
    }

    pub const fn scaled(self, factor: f64) -> Pair {
        Pair::product(self.high, factor).plus_small(self.low * factor)
    }

    pub const fn divided_by(self, divisor: f64) -> Pair {
        let high = self.high / divisor;
        let rest = Pair::product(high, divisor);
        let rest = (self.high - rest.high) - rest.low + self.low;
        Pair::ordered(high, rest / divisor)
    }

    /// The exact sum of two of which the first is the larger.
    const fn ordered(large: f64, small: f64) -> Pair {
        let high = large + small;
        Pair {
            high,
            low: small - (high - large),
        }
    }
}

/// The upper 26 bits and the rest.
const fn halves(number: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0;
    let shifted = SPLITTER * number;
    let high = shifted - (shifted - number);
    (high, number - high)
}
