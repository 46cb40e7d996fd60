//! From registers to a number of elements.
//!
//! Source: Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), the improved raw
//! estimator: one formula for few and many elements, without the bias that needed tables before.

use super::{COUNTED_BITS, Histogram, REGISTERS};

/// 1 / (2 ln 2).
const ALPHA: f64 = 0.721_347_520_444_481_7;

pub fn estimate(histogram: &Histogram) -> u64 {
    const FULL: usize = COUNTED_BITS as usize + 1;
    let registers = REGISTERS as f64;
    let full = (registers - f64::from(histogram[FULL])) / registers;
    let mut sum = registers * tau(full);
    for value in (1..FULL).rev() {
        sum = (sum + f64::from(histogram[value])) * 0.5;
    }
    sum += registers * sigma(f64::from(histogram[0]) / registers);
    let count = (ALPHA * registers * registers / sum).round();
    // Registers that no element sets lead to infinity, which is this integer on the server.
    const INDEFINITE: u64 = 1 << 63;
    if count < INDEFINITE as f64 {
        count as u64
    } else {
        INDEFINITE
    }
}

/// What the registers at the highest value contribute.
fn tau(x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * weight;
        if sum == before {
            return sum / 3.0;
        }
    }
}

/// What the registers at zero contribute.
fn sigma(x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum == before {
            return sum;
        }
    }
}
