//! Which lessons are done, and where the reader was: one value for the whole course.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// By lesson's slug.
    pub lessons: BTreeMap<String, Mark>,
    /// Counts "reset everything".
    pub resets: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    pub done: bool,
    /// When `done` changed last, in milliseconds since 1970.
    pub marked_at: u64,
    /// When the lesson was opened last; 0 if it was only marked.
    pub seen_at: u64,
}

impl Progress {
    pub fn is_done(&self, slug: &str) -> bool {
        self.lessons.get(slug).is_some_and(|mark| mark.done)
    }

    pub fn mark(&mut self, slug: &str, done: bool, now: u64) {
        let mark = self.lessons.entry(slug.to_owned()).or_default();
        (mark.done, mark.marked_at) = (done, now);
    }

    pub fn see(&mut self, slug: &str, now: u64) {
        self.lessons.entry(slug.to_owned()).or_default().seen_at = now;
    }

    pub fn count<'a>(&self, slugs: impl IntoIterator<Item = &'a str>) -> usize {
        slugs.into_iter().filter(|slug| self.is_done(slug)).count()
    }

    /// The lesson to go on with: the one read last if it is not done, otherwise the first one after
    /// it that is not, otherwise the first of all that is not.
    pub fn next_up<'a>(&self, slugs: &[&'a str]) -> Option<&'a str> {
        let seen_at = |slug: &&str| self.lessons.get(*slug).map_or(0, |mark| mark.seen_at);
        let last = (0..slugs.len()).filter(|at| seen_at(&slugs[*at]) > 0).max_by_key(|at| seen_at(&slugs[*at]));
        let (before, after) = slugs.split_at(last.unwrap_or(0));
        after.iter().chain(before).find(|slug| !self.is_done(slug)).copied()
    }

    /// Whether anything was read yet.
    pub fn begun(&self) -> bool {
        self.lessons.values().any(|mark| mark.seen_at > 0 || mark.done)
    }
}

/// Two tabs' progress: of each lesson the later mark and the later visit.
pub fn merge(stored: &Progress, mine: &Progress) -> Progress {
    match mine.resets.cmp(&stored.resets) {
        std::cmp::Ordering::Greater => return mine.clone(),
        std::cmp::Ordering::Less => return stored.clone(),
        std::cmp::Ordering::Equal => {}
    }
    let mut merged = stored.clone();
    for (slug, mark) in &mine.lessons {
        let there = merged.lessons.entry(slug.clone()).or_default();
        if mark.marked_at >= there.marked_at {
            (there.done, there.marked_at) = (mark.done, mark.marked_at);
        }
        there.seen_at = there.seen_at.max(mark.seen_at);
    }
    merged
}
