//! LATENCY: the worst delay of each second, by what caused it, once `latency-monitor-threshold` is set. Delays are
//! those of the cost model (`cost.rs`). How LATENCY GRAPH draws them is here as well.

use std::collections::VecDeque;

use structures::ordered::OrderedMap;

use crate::time::Time;

/// What can cause a delay.
pub mod event {
    pub const COMMAND: &str = "command";
    pub const FAST_COMMAND: &str = "fast-command";
    pub const EXPIRE_CYCLE: &str = "expire-cycle";
    pub const EVICTION_CYCLE: &str = "eviction-cycle";
}

#[derive(Debug, Clone, Default)]
pub struct Latency {
    events: OrderedMap<&'static str, Series>,
}

/// The delays of one event.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// The longest one ever, in milliseconds.
    pub longest: u64,
    /// The oldest first, at most one for a second.
    pub samples: VecDeque<Sample>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Seconds since 1970.
    pub at: i64,
    pub millis: u64,
}

/// What DOCTOR says of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub spikes: u64,
    pub average: u64,
    /// Mean distance from the average.
    pub deviation: u64,
    /// Seconds between two of them.
    pub period: f64,
    pub longest: u64,
}

impl Latency {
    pub fn add(&mut self, event: &'static str, millis: u64, now: Time) {
        const SAMPLES: usize = 160;
        let series = self.events.get_or_default(event);
        series.longest = series.longest.max(millis);
        let at = now.secs();
        match series.samples.back_mut() {
            Some(last) if last.at == at => last.millis = last.millis.max(millis),
            _ => {
                if series.samples.len() == SAMPLES {
                    series.samples.pop_front();
                }
                series.samples.push_back(Sample { at, millis });
            }
        }
    }

    pub fn get(&self, event: &[u8]) -> Option<&Series> {
        self.events.get(std::str::from_utf8(event).ok()?)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Series)> {
        self.events.iter().map(|(event, series)| (*event, series))
    }

    /// False if there was nothing to forget.
    pub fn forget(&mut self, event: &[u8]) -> bool {
        std::str::from_utf8(event).is_ok_and(|event| self.events.remove(event).is_some())
    }

    /// How many events were forgotten.
    pub fn forget_all(&mut self) -> usize {
        std::mem::take(&mut self.events).len()
    }
}

impl Series {
    pub fn summary(&self, now: Time) -> Summary {
        let spikes = (self.samples.len() as u64).max(1);
        let sum: u64 = self.samples.iter().map(|sample| sample.millis).sum();
        let average = sum / spikes;
        let distance = self.samples.iter().map(|s| s.millis.abs_diff(average));
        let since = self
            .samples
            .front()
            .map_or(0, |first| now.secs() - first.at);
        let period = since as f64 / spikes as f64;
        Summary {
            spikes: self.samples.len() as u64,
            average,
            deviation: distance.sum::<u64>() / spikes,
            period: if period == 0.0 { 1.0 } else { period },
            longest: self.longest,
        }
    }

    /// LATENCY GRAPH: a column for each delay, and below it how long ago that was.
    pub fn graph(&self, event: &str, now: Time) -> String {
        const COLUMNS: usize = 80;
        let (low, high) = self.range();
        let mut text = format!(
            "{event} - high {high} ms, low {low} ms (all time high {} ms)\n{}\n",
            self.longest,
            "-".repeat(COLUMNS)
        );
        let samples: Vec<Sample> = self.samples.iter().copied().collect();
        for (at, part) in samples.chunks(COLUMNS).enumerate() {
            if at > 0 {
                text.push('\n');
            }
            draw(&mut text, part, low, high, now);
        }
        text
    }

    fn range(&self) -> (u64, u64) {
        let millis = || self.samples.iter().map(|sample| sample.millis);
        (millis().min().unwrap_or(0), millis().max().unwrap_or(0))
    }
}

/// Columns of four lines, three steps in each, and labels that are read downwards.
fn draw(text: &mut String, samples: &[Sample], low: u64, high: u64, now: Time) {
    const ROWS: usize = 4;
    const STEPS: [char; 3] = ['_', 'o', '#'];
    let range = (high - low).max(1) as f64;
    let all = (ROWS * STEPS.len()) as f64;
    let height = |sample: &Sample| {
        let step = ((sample.millis - low) as f64 / range * all) as usize;
        step.min(ROWS * STEPS.len() - 1)
    };
    for row in (0..ROWS).rev() {
        let below = row * STEPS.len();
        text.extend(samples.iter().map(|sample| match height(sample) {
            step if step < below => ' ',
            step => *STEPS.get(step - below).unwrap_or(&'|'),
        }));
        text.push('\n');
    }
    text.extend(samples.iter().map(|_| ' '));
    text.push('\n');
    let labels: Vec<String> = samples.iter().map(|s| age(now.secs() - s.at)).collect();
    let longest = labels.iter().map(String::len).max().unwrap_or(0);
    for row in 0..longest {
        let letter = |label: &String| label.as_bytes().get(row).map_or(' ', |b| char::from(*b));
        text.extend(labels.iter().map(letter));
        text.push('\n');
    }
}

fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Latency {
        let mut latency = Latency::default();
        for (second, millis) in [5, 10, 20, 40, 80, 30, 10, 2].into_iter().enumerate() {
            latency.add(
                event::COMMAND,
                millis,
                Time::from_millis(second as i64 * 1000),
            );
        }
        latency
    }

    #[test]
    fn the_graph_is_the_recorded_one() {
        let latency = recorded();
        let series = latency.get(b"command").expect("the event");
        let expected = "command - high 80 ms, low 2 ms (all time high 80 ms)\n\
            --------------------------------------------------------------------------------\n    \
            #   \n    |   \n   #|o  \n_o#|||o_\n        \n87654321\nssssssss\n";
        assert_eq!(series.graph("command", Time::from_millis(8000)), expected);
    }

    #[test]
    fn the_summary_is_the_recorded_one() {
        let latency = recorded();
        let series = latency.get(b"command").expect("the event");
        let expected = Summary {
            spikes: 8,
            average: 24,
            deviation: 18,
            period: 1.0,
            longest: 80,
        };
        assert_eq!(series.summary(Time::from_millis(8000)), expected);
    }

    #[test]
    fn a_second_keeps_its_longest_delay_and_160_seconds_are_kept() {
        let mut latency = Latency::default();
        for millis in [30, 20, 40] {
            latency.add(event::COMMAND, millis, Time::from_millis(100));
        }
        let millis = |latency: &Latency| -> Vec<u64> {
            let series = latency.get(b"command").expect("the event");
            series.samples.iter().map(|sample| sample.millis).collect()
        };
        assert_eq!(millis(&latency), [40]);
        for second in 1..=200 {
            latency.add(event::COMMAND, 5, Time::from_millis(second * 1000));
        }
        assert_eq!(millis(&latency).len(), 160);
        assert_eq!(
            latency.get(b"command").map(|series| series.longest),
            Some(40)
        );
        assert!(latency.forget(b"command") && !latency.forget(b"command"));
    }
}
