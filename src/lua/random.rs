//! The generator behind `math.random`: 48-bit linear congruential, as POSIX `lrand48` has it, so that
//! a script with a seed sees the same numbers everywhere.

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const INCREMENT: u64 = 0xB;
const MASK: u64 = (1 << 48) - 1;
/// The state before any seed.
const FIRST: u64 = 0x1234_ABCD_330E;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Default for Random {
    fn default() -> Random {
        Random { state: FIRST }
    }
}

impl Random {
    pub fn seed(&mut self, seed: i32) {
        self.state = u64::from(seed as u32) << 16 | 0x330E;
    }

    /// 31 bits.
    pub fn next(&mut self) -> u32 {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT) & MASK;
        (self.state >> 17) as u32
    }
}
