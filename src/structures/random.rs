//! The only source of chance: a seeded generator (xoshiro256++, Blackman and Vigna 2019).
//!
//! Integers only: a probability is a ratio of two integers, so that the same seed gives the same
//! run on every machine. There is no entropy here; the seed is always an argument.

use super::siphash::siphash_1_2;

/// A stream of numbers that follows from its seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    seed: u64,
    state: [u64; 4],
}

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut mixer = seed;
        Random {
            seed,
            state: std::array::from_fn(|_| split_mix(&mut mixer)),
        }
    }

    /// A stream of its own for `name`. It follows from this stream's seed and the name alone,
    /// however much was drawn before: a new consumer does not shift the numbers of the others.
    pub fn fork(&self, name: &str) -> Random {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        Random::new(siphash_1_2(&key, name.as_bytes()))
    }

    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number in `0..n`, each equally likely (Lemire 2019). `n` must not be 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "a number below 0 does not exist");
        if let Ok(n) = u32::try_from(n) {
            return u64::from(self.below_u32(n));
        }
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            let low = product as u64;
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 64) as u64;
            }
        }
    }

    /// True `numerator` times in `denominator`.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    // 64-bit products only: wasm has no wider multiplication.
    fn below_u32(&mut self, n: u32) -> u32 {
        loop {
            let product = u64::from(self.next_u32()) * u64::from(n);
            let low = product as u32;
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 32) as u32;
            }
        }
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests;
