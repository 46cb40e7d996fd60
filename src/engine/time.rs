//! Time as a number. Nothing in the engine asks what time it is: `now` is an argument.

use std::time::Duration;

/// A point in time: microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// 2026-01-01 00:00:00 UTC. Every simulated world starts here, so that what it prints is the same in every run.
    pub const WORLD_START: Time = Time(1_767_225_600_000_000);

    pub const fn from_millis(ms: i64) -> Time {
        Time(ms.saturating_mul(1000))
    }

    /// Whole milliseconds since 1970, as Redis counts deadlines.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Later by `duration`.
    pub fn after(self, duration: Duration) -> Time {
        Time(self.0.saturating_add(duration.as_micros() as i64))
    }

    /// How long until `later`; zero if it is past.
    pub fn until(self, later: Time) -> Duration {
        Duration::from_micros((later.0 - self.0).max(0) as u64)
    }
}
