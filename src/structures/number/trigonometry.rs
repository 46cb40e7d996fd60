//! Sine, cosine and arcsine, rounded to the nearest double (but for one in a hundred thousand, where the exact value
//! lies almost in the middle between two).
//!
//! The standard library passes these to whatever C library there is, and each has last digits of its own: a distance
//! would be another one in the browser than on a server. Here they follow from additions and products alone, which
//! are the same everywhere. Angles are those of a globe: beyond a million radians there is no answer.
//!
//! An angle is split into a multiple of 1/64, whose sine and cosine stand in a table as pairs of doubles, and a
//! rest so small that a few terms of the series are enough (Gal's method).

mod pair;
#[cfg(test)]
mod tests;

use pair::Pair;

/// π/2 as two doubles.
const RIGHT_ANGLE: Pair = Pair {
    high: std::f64::consts::FRAC_PI_2,
    low: 6.123_233_995_736_766e-17,
};
const FARTHEST: f64 = 1_048_576.0;
/// Table entries in one radian, and up to a bit more than π/4.
const DENSITY: f64 = 64.0;
const ENTRIES: usize = 52;

struct Known {
    sine: Pair,
    cosine: Pair,
}

static TABLE: [Known; ENTRIES] = {
    const NOTHING: Known = Known {
        sine: Pair::new(0.0),
        cosine: Pair::new(1.0),
    };
    let mut table = [NOTHING; ENTRIES];
    let mut at = 1;
    while at < ENTRIES {
        let angle = at as f64 / DENSITY;
        table[at] = Known {
            sine: series(angle, angle, 1.0),
            cosine: series(1.0, angle, 0.0),
        };
        at += 1;
    }
    table
};

/// The Taylor series of sine (whose first term is the angle, of power 1) or cosine (1, of power 0).
const fn series(first: f64, angle: f64, power: f64) -> Pair {
    const TERMS: usize = 16;
    let square = Pair::product(angle, angle);
    let (mut term, mut sum) = (Pair::new(first), Pair::new(first));
    let (mut power, mut terms) = (power, 1);
    while terms < TERMS {
        term = term
            .times(square)
            .divided_by(-(power + 1.0) * (power + 2.0));
        sum = sum.plus(term);
        power += 2.0;
        terms += 1;
    }
    sum
}

pub fn sin(angle: f64) -> f64 {
    match quadrant(angle) {
        None => f64::NAN,
        Some((0, rest)) => sine(rest).high,
        Some((1, rest)) => cosine(rest).high,
        Some((2, rest)) => -sine(rest).high,
        Some((_, rest)) => -cosine(rest).high,
    }
}

pub fn cos(angle: f64) -> f64 {
    match quadrant(angle) {
        None => f64::NAN,
        Some((0, rest)) => cosine(rest).high,
        Some((1, rest)) => -sine(rest).high,
        Some((2, rest)) => -cosine(rest).high,
        Some((_, rest)) => sine(rest).high,
    }
}

/// The angle whose sine this is; not-a-number beyond 1.
pub fn asin(sine: f64) -> f64 {
    const HALF: f64 = 0.5;
    let size = sine.abs();
    if size > 1.0 || size.is_nan() {
        return f64::NAN;
    }
    let angle = if size <= HALF {
        arcsine(Pair::new(size))
    } else {
        // Near 1 a sine says little about its angle, but half of the angle that is missing to π/2 is known well.
        let square = (1.0 - size) / 2.0;
        let root = square.sqrt();
        let rest = Pair::product(root, root);
        let low = if root == 0.0 {
            0.0
        } else {
            ((square - rest.high) - rest.low) / (2.0 * root)
        };
        let missing = arcsine(Pair { high: root, low });
        RIGHT_ANGLE.plus(missing.scaled(-2.0))
    };
    angle.high.copysign(sine)
}

/// How many right angles (of four) an angle has, and what is left: at most half of one in either direction.
fn quadrant(angle: f64) -> Option<(u8, Pair)> {
    if angle.abs() > FARTHEST || angle.is_nan() {
        return None;
    }
    let turns = (angle / RIGHT_ANGLE.high).round();
    let rest = if turns == 0.0 {
        Pair::new(angle)
    } else {
        Pair::new(angle).plus(RIGHT_ANGLE.scaled(-turns))
    };
    Some(((turns as i64 & 3) as u8, rest))
}

/// Of at most half a right angle.
fn sine(angle: Pair) -> Pair {
    if angle.high < 0.0 {
        return sine(angle.scaled(-1.0)).scaled(-1.0);
    }
    let Split {
        known,
        rest,
        sine_beyond,
        cosine_short,
    } = Split::of(angle);
    let main = Pair::product(known.cosine.high, rest);
    let small = main.low + known.cosine.low * rest + known.cosine.high * sine_beyond
        - known.sine.high * cosine_short
        + known.sine.low;
    Pair::sum(known.sine.high, main.high).plus_small(small)
}

/// Of at most half a right angle.
fn cosine(angle: Pair) -> Pair {
    if angle.high < 0.0 {
        return cosine(angle.scaled(-1.0));
    }
    let Split {
        known,
        rest,
        sine_beyond,
        cosine_short,
    } = Split::of(angle);
    let main = Pair::product(-known.sine.high, rest);
    let small = main.low
        - known.sine.low * rest
        - known.sine.high * sine_beyond
        - known.cosine.high * cosine_short
        + known.cosine.low;
    Pair::sum(known.cosine.high, main.high).plus_small(small)
}

/// An angle as a table entry and a rest of at most 1/128.
struct Split {
    known: &'static Known,
    rest: f64,
    /// How much more the sine of the whole rest is than `rest`.
    sine_beyond: f64,
    /// How much less its cosine is than 1.
    cosine_short: f64,
}

impl Split {
    fn of(angle: Pair) -> Split {
        let at = ((angle.high * DENSITY + 0.5) as usize).min(ENTRIES - 1);
        let rest = angle.high - at as f64 / DENSITY;
        let whole = rest + angle.low;
        let square = whole * whole;
        let cubic = whole * square;
        Split {
            known: &TABLE[at],
            rest,
            sine_beyond: angle.low
                + cubic * (-1.0 / 6.0 + square * (1.0 / 120.0 - square * (1.0 / 5040.0))),
            cosine_short: square * (0.5 - square * (1.0 / 24.0 - square * (1.0 / 720.0))),
        }
    }
}

/// From 0 to π/6: a first guess by the table and one step of Newton's method, which squares its error.
fn arcsine(sine_wanted: Pair) -> Pair {
    let wanted = sine_wanted.high;
    let at = TABLE
        .partition_point(|known| known.sine.high <= wanted)
        .saturating_sub(1);
    let known = &TABLE[at];
    let tangent = known.sine.high / known.cosine.high;
    let step = (wanted - known.sine.high) / known.cosine.high;
    let guess = at as f64 / DENSITY
        + step * (1.0 + step * (tangent / 2.0 + step * (1.0 + 3.0 * tangent * tangent) / 6.0));
    let angle = Pair::new(guess);
    let (found, slope) = (sine(angle), cosine(angle));
    let missing = ((wanted - found.high) + (sine_wanted.low - found.low)) / slope.high;
    let curve = missing * missing * (found.high / slope.high) / 2.0;
    angle.plus_small(missing + curve)
}
