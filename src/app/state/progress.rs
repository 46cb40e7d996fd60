//! Which lessons are done, and where the reader was: one value for the whole course.

use serde_json::Value;

use crate::json::{Json, field, object};
use crate::map::SmallMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// By lesson's slug.
    pub lessons: SmallMap<String, Mark>,
    /// Counts "reset everything".
    pub resets: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
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
        let mark = self.lessons.or_default(slug.to_owned());
        (mark.done, mark.marked_at) = (done, now);
    }

    pub fn see(&mut self, slug: &str, now: u64) {
        self.lessons.or_default(slug.to_owned()).seen_at = now;
    }

    pub fn count<'a>(&self, slugs: impl IntoIterator<Item = &'a str>) -> usize {
        slugs.into_iter().filter(|slug| self.is_done(slug)).count()
    }

    /// The lesson to go on with: the one read last if it is not done, otherwise the first one after
    /// it that is not, otherwise the first of all that is not.
    pub fn next_up<'a>(&self, slugs: &[&'a str]) -> Option<&'a str> {
        let seen_at = |slug: &&str| self.lessons.get(*slug).map_or(0, |mark| mark.seen_at);
        let last = (0..slugs.len())
            .filter(|at| seen_at(&slugs[*at]) > 0)
            .max_by_key(|at| seen_at(&slugs[*at]));
        let (before, after) = slugs.split_at(last.unwrap_or(0));
        after
            .iter()
            .chain(before)
            .find(|slug| !self.is_done(slug))
            .copied()
    }

    /// Whether anything was read yet.
    pub fn begun(&self) -> bool {
        self.lessons
            .values()
            .any(|mark| mark.seen_at > 0 || mark.done)
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
    for (slug, mark) in mine.lessons.iter() {
        let there = merged.lessons.or_default(slug.clone());
        if mark.marked_at >= there.marked_at {
            (there.done, there.marked_at) = (mark.done, mark.marked_at);
        }
        there.seen_at = there.seen_at.max(mark.seen_at);
    }
    merged
}

impl Json for Progress {
    fn from_json(value: &Value) -> Option<Progress> {
        let progress = value.as_object()?;
        Some(Progress {
            lessons: field(progress, "lessons")?,
            resets: field(progress, "resets")?,
        })
    }

    fn to_json(&self) -> Value {
        object([
            ("lessons", self.lessons.to_json()),
            ("resets", self.resets.to_json()),
        ])
    }
}

impl Json for Mark {
    fn from_json(value: &Value) -> Option<Mark> {
        let mark = value.as_object()?;
        Some(Mark {
            done: field(mark, "done")?,
            marked_at: field(mark, "marked_at")?,
            seen_at: field(mark, "seen_at")?,
        })
    }

    fn to_json(&self) -> Value {
        object([
            ("done", self.done.to_json()),
            ("marked_at", self.marked_at.to_json()),
            ("seen_at", self.seen_at.to_json()),
        ])
    }
}
