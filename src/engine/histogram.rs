//! How long calls took, in classes of about one percent: what percentiles and LATENCY HISTOGRAM are read from.
//!
//! The classes are those of an HDR histogram with two significant digits, which Redis uses: 256 to begin with, then
//! 128 for each doubling. Only classes that were met are kept: a command meets few.

use crate::structures::order;

/// Counts of durations in nanoseconds, from 1 to a second.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// By the largest duration of the class; the class met last stands first.
    counts: Vec<(u32, u64)>,
}

const LONGEST: u64 = 1_000_000_000;

impl Histogram {
    pub fn add(&mut self, nanos: u64) {
        let class = largest_of_class(nanos.clamp(1, LONGEST));
        match self.counts.iter().position(|(known, _)| *known == class) {
            Some(at) => {
                self.counts[at].1 += 1;
                if at > 0 {
                    self.counts.swap(at, at - 1);
                }
            }
            None => self.counts.push((class, 1)),
        }
    }

    /// How many durations there are.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    fn sorted(&self) -> Vec<(u32, u64)> {
        let mut counts = self.counts.clone();
        order::sort(&mut counts);
        counts
    }

    /// The duration, in nanoseconds, that so many percent of all do not exceed.
    pub fn percentile(&self, percent: f64) -> u64 {
        let wanted = (percent.min(100.0) / 100.0 * self.total() as f64 + 0.5) as u64;
        let mut seen = 0;
        for (class, count) in self.sorted() {
            seen += count;
            if seen >= wanted.max(1) {
                return u64::from(class);
            }
        }
        0
    }

    /// How many durations there are up to each power of two, where that are more than up to the one before. In
    /// microseconds, as LATENCY HISTOGRAM shows them.
    pub fn powers(&self) -> Vec<(u64, u64)> {
        let counts = self.sorted();
        let total = self.total();
        let mut powers = Vec::new();
        let (mut seen, mut shown, mut at) = (0, 0, 0);
        let mut power = 1024;
        while shown < total {
            let limit = largest_of_class(power);
            while at < counts.len() && counts[at].0 <= limit {
                seen += counts[at].1;
                at += 1;
            }
            if seen > shown {
                powers.push((u64::from(limit) / 1000, seen));
                shown = seen;
            }
            power *= 2;
        }
        powers
    }
}

/// The largest number that counts as the same as this one.
fn largest_of_class(nanos: u64) -> u32 {
    const SUBCLASS_BITS: u32 = 8;
    let bits = u64::BITS - nanos.leading_zeros();
    let dropped = bits.saturating_sub(SUBCLASS_BITS);
    (nanos | ((1 << dropped) - 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_recorded_percentiles() {
        for (nanos, class) in [
            (11_000, 11_007),
            (12_000, 12_031),
            (19_071, 19_071),
            (7_000, 7_007),
            (98_000, 98_303),
            (12_400_000, 12_451_839),
            (255, 255),
            (1, 1),
        ] {
            assert_eq!(largest_of_class(nanos), class, "{nanos}");
        }
    }

    #[test]
    fn powers_are_named_as_recorded() {
        let mut histogram = Histogram::default();
        let mut nanos = 1000;
        while nanos < LONGEST {
            histogram.add(nanos);
            nanos *= 2;
        }
        let names: Vec<u64> = histogram.powers().iter().map(|(power, _)| *power).collect();
        let recorded = [
            1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227, 8454, 16_908,
        ];
        assert_eq!(names[..recorded.len()], recorded);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_durations() {
        let mut histogram = Histogram::default();
        (1..=200).for_each(|nanos| histogram.add(nanos));
        for (percent, nanos) in [
            (0.0, 1),
            (50.0, 100),
            (99.0, 198),
            (99.9, 200),
            (100.0, 200),
        ] {
            assert_eq!(histogram.percentile(percent), nanos, "{percent}");
        }
        assert_eq!(Histogram::default().percentile(50.0), 0);
    }
}
