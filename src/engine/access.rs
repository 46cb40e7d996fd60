//! What Redis keeps beside every value to choose victims: 24 bits that hold the second of the last access (LRU), or
//! the minute of the last access and a counter that grows with the logarithm of the accesses (LFU). Which of the two
//! they are is the policy's business; a change of policy reads the old bits in the new way until a key is used again.

use crate::structures::random::Random;
use crate::time::Time;

const BITS: u32 = 24;
const CLOCK_MASK: u32 = (1 << BITS) - 1;
const COUNTER_BITS: u32 = 8;
/// A new key is not the first to go.
const COUNTER_START: u8 = 5;

/// The 24 bits, in as many: a million keys have a million of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Access([u8; 3]);

/// The second of a moment as 24 bits can hold it: it starts again every 194 days.
pub fn clock(now: Time) -> u32 {
    now.secs() as u32 & CLOCK_MASK
}

fn minute(now: Time) -> u32 {
    (now.secs() / 60) as u32 & 0xffff
}

/// How accesses are noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// Under an LRU policy, and under any other that is not LFU.
    Recency,
    Frequency(Frequency),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequency {
    /// `lfu-log-factor`.
    pub log_factor: u32,
    /// `lfu-decay-time`: after so many minutes without an access a counter loses one. Zero: never.
    pub decay_minutes: u32,
}

impl Access {
    /// Of a key that is made now.
    #[inline]
    pub fn new(tally: &Tally, now: Time) -> Access {
        match tally {
            Tally::Recency => Access::from_bits(clock(now)),
            Tally::Frequency(_) => Access::counted(now, COUNTER_START),
        }
    }

    /// With a counter that is known (RESTORE).
    pub fn counted(now: Time, counter: u8) -> Access {
        Access::from_bits(minute(now) << COUNTER_BITS | u32::from(counter))
    }

    /// Not used for so many seconds (RESTORE). Redis counts in milliseconds between, and a number that does not fit
    /// wraps around.
    pub fn idle(now: Time, seconds: i64) -> Access {
        let seconds = seconds.wrapping_mul(1000) / 1000;
        let since = i64::from(clock(now)) - seconds;
        let since = if since < 0 {
            since + i64::from(CLOCK_MASK)
        } else {
            since
        };
        Access::from_bits(since as u32)
    }

    /// The bits as they were kept somewhere; more than 24 are cut off.
    pub fn from_bits(bits: u32) -> Access {
        let [low, middle, high, _] = bits.to_le_bytes();
        Access([low, middle, high])
    }

    /// As it is kept: at most 24 bits.
    pub fn bits(self) -> u32 {
        let [low, middle, high] = self.0;
        u32::from_le_bytes([low, middle, high, 0])
    }

    /// After one more access.
    #[inline]
    pub fn again(self, tally: &Tally, now: Time, random: &mut Random) -> Access {
        match tally {
            Tally::Recency => Access::from_bits(clock(now)),
            Tally::Frequency(frequency) => self.count(frequency, now, random),
        }
    }

    #[cold]
    fn count(self, frequency: &Frequency, now: Time, random: &mut Random) -> Access {
        let counter = self.counter(frequency, now);
        let above_start = u64::from(counter.saturating_sub(COUNTER_START));
        let odds = above_start * u64::from(frequency.log_factor) + 1;
        let grows = counter < u8::MAX && random.below(odds) == 0;
        Access::counted(now, counter + u8::from(grows))
    }

    /// OBJECT FREQ: the counter, less what it lost since the last access.
    pub fn counter(self, frequency: &Frequency, now: Time) -> u8 {
        let counter = (self.bits() & 0xff) as u8;
        let passed = minute(now).wrapping_sub(self.bits() >> COUNTER_BITS) & 0xffff;
        let lost = passed.checked_div(frequency.decay_minutes).unwrap_or(0);
        counter.saturating_sub(lost.min(u32::from(u8::MAX)) as u8)
    }

    /// OBJECT IDLETIME: seconds since the last access, by a clock that starts again every 194 days.
    pub fn idle_seconds(self, now: Time) -> u32 {
        // When the clock started again, Redis is off by one second.
        match clock(now).checked_sub(self.bits()) {
            Some(seconds) => seconds,
            None => clock(now) + (CLOCK_MASK - self.bits()),
        }
    }
}

#[cfg(test)]
mod tests;
