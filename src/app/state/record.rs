//! What the reader did on one page: the commands, the edited blocks, the answers.
//!
//! Two tabs may hold the same page. Each remembers the record as it last saw it in storage (its
//! base), and before writing merges three ways: what it changed itself, on top of what is there.
//! So no tab takes back what another one did, and both logs are kept.

use std::collections::BTreeMap;

use messages::LogEntry;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Counts the writes.
    pub revision: u64,
    /// Milliseconds since 1970.
    pub saved_at: u64,
    /// Counts the resets: a reset is not undone by a tab that did not see it.
    pub resets: u32,
    pub log: Vec<LogEntry>,
    /// Blocks whose text is the reader's own.
    pub edits: BTreeMap<u32, String>,
    pub solved: BTreeMap<u32, Solved>,
    /// The choice taken last, by quiz.
    pub answers: BTreeMap<u32, u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Solved {
    /// How many commands the shortest answer took.
    pub commands: u32,
    pub answer: String,
}

impl Record {
    pub fn is_empty(&self) -> bool {
        self.log.is_empty() && self.edits.is_empty() && self.solved.is_empty() && self.answers.is_empty()
    }

    /// The same page, from the start.
    pub fn reset(&self) -> Record {
        Record { revision: self.revision, resets: self.resets + 1, ..Record::default() }
    }
}

/// `mine`, which grew out of `base`, on top of `stored`. The second value: whether another tab had
/// written in between.
pub fn merge(base: &Record, stored: &Record, mine: &Record) -> (Record, bool) {
    let met = stored.revision != base.revision;
    let began_anew = mine.resets > stored.resets;
    let mut merged = if !met || began_anew { mine.clone() } else { on_top(base, stored, mine) };
    merged.revision = stored.revision + 1;
    merged.resets = mine.resets.max(stored.resets);
    merged.saved_at = mine.saved_at.max(stored.saved_at);
    (merged, met)
}

fn on_top(base: &Record, stored: &Record, mine: &Record) -> Record {
    let mut merged = stored.clone();
    let known = if mine.log.starts_with(&base.log) { base.log.len() } else { 0 };
    merged.log.extend_from_slice(&mine.log[known..]);
    merged.edits = merge_maps(&base.edits, &stored.edits, &mine.edits);
    merged.answers = merge_maps(&base.answers, &stored.answers, &mine.answers);
    merged.solved = merge_maps(&base.solved, &stored.solved, &mine.solved);
    merged
}

fn merge_maps<V: Clone + PartialEq>(
    base: &BTreeMap<u32, V>,
    stored: &BTreeMap<u32, V>,
    mine: &BTreeMap<u32, V>,
) -> BTreeMap<u32, V> {
    let mut merged = stored.clone();
    for (key, value) in mine {
        if base.get(key) != Some(value) {
            merged.insert(*key, value.clone());
        }
    }
    for key in base.keys().filter(|key| !mine.contains_key(key)) {
        merged.remove(key);
    }
    merged
}
