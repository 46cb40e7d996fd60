//! What the reader did on one page: the commands, the edited blocks, the answers.
//!
//! Two tabs may hold the same page. Each remembers the record as it last saw it in storage (its
//! base), and before writing merges three ways: what it changed itself, on top of what is there.
//! So no tab takes back what another one did, and both logs are kept.

use messages::LogEntry;
use serde_json::Value;

use crate::json::{Json, field, object, variant};
use crate::map::SmallMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Counts the writes.
    pub revision: u64,
    /// Milliseconds since 1970.
    pub saved_at: u64,
    /// Counts the resets: a reset is not undone by a tab that did not see it.
    pub resets: u32,
    pub log: Vec<LogEntry>,
    /// Blocks whose text is the reader's own.
    pub edits: SmallMap<u32, String>,
    pub solved: SmallMap<u32, Solved>,
    /// The choice taken last, by quiz.
    pub answers: SmallMap<u32, u32>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Solved {
    /// How many commands the shortest answer took.
    pub commands: u32,
    pub answer: String,
}

impl Record {
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
            && self.edits.is_empty()
            && self.solved.is_empty()
            && self.answers.is_empty()
    }

    /// The same page, from the start.
    pub fn reset(&self) -> Record {
        Record {
            revision: self.revision,
            resets: self.resets + 1,
            ..Record::default()
        }
    }
}

/// `mine`, which grew out of `base`, on top of `stored`. The second value: whether another tab had
/// written in between.
pub fn merge(base: &Record, stored: &Record, mine: &Record) -> (Record, bool) {
    let met = stored.revision != base.revision;
    let began_anew = mine.resets > stored.resets;
    let mut merged = if !met || began_anew {
        mine.clone()
    } else {
        on_top(base, stored, mine)
    };
    merged.revision = stored.revision + 1;
    merged.resets = mine.resets.max(stored.resets);
    merged.saved_at = mine.saved_at.max(stored.saved_at);
    (merged, met)
}

fn on_top(base: &Record, stored: &Record, mine: &Record) -> Record {
    let mut merged = stored.clone();
    let known = if mine.log.starts_with(&base.log) {
        base.log.len()
    } else {
        0
    };
    merged.log.extend_from_slice(&mine.log[known..]);
    merged.edits = merge_maps(&base.edits, &stored.edits, &mine.edits);
    merged.answers = merge_maps(&base.answers, &stored.answers, &mine.answers);
    merged.solved = merge_maps(&base.solved, &stored.solved, &mine.solved);
    merged
}

fn merge_maps<V: Clone + PartialEq>(
    base: &SmallMap<u32, V>,
    stored: &SmallMap<u32, V>,
    mine: &SmallMap<u32, V>,
) -> SmallMap<u32, V> {
    let mut merged = stored.clone();
    for (key, value) in mine.iter() {
        if base.get(key) != Some(value) {
            merged.insert(*key, value.clone());
        }
    }
    for key in base.keys().filter(|key| !mine.contains_key(key)) {
        merged.remove(key);
    }
    merged
}

impl Json for Record {
    fn from_json(value: &Value) -> Option<Record> {
        let record = value.as_object()?;
        Some(Record {
            revision: field(record, "revision")?,
            saved_at: field(record, "saved_at")?,
            resets: field(record, "resets")?,
            log: field(record, "log")?,
            edits: field(record, "edits")?,
            solved: field(record, "solved")?,
            answers: field(record, "answers")?,
        })
    }

    fn to_json(&self) -> Value {
        object([
            ("revision", self.revision.to_json()),
            ("saved_at", self.saved_at.to_json()),
            ("resets", self.resets.to_json()),
            ("log", self.log.to_json()),
            ("edits", self.edits.to_json()),
            ("solved", self.solved.to_json()),
            ("answers", self.answers.to_json()),
        ])
    }
}

impl Json for Solved {
    fn from_json(value: &Value) -> Option<Solved> {
        let solved = value.as_object()?;
        Some(Solved {
            commands: field(solved, "commands")?,
            answer: field(solved, "answer")?,
        })
    }

    fn to_json(&self) -> Value {
        object([
            ("commands", self.commands.to_json()),
            ("answer", self.answer.to_json()),
        ])
    }
}

impl Json for LogEntry {
    fn from_json(value: &Value) -> Option<LogEntry> {
        let (kind, entry) = variant(value)?;
        let entry = entry.as_object()?;
        match kind {
            "Line" => Some(LogEntry::Line {
                client: field(entry, "client")?,
                line: field(entry, "line")?,
            }),
            "Block" => Some(LogEntry::Block {
                block: field(entry, "block")?,
                text: field(entry, "text")?,
            }),
            "Advance" => Some(LogEntry::Advance {
                millis: field(entry, "millis")?,
            }),
            "Load" => Some(LogEntry::Load {
                names: field(entry, "names")?,
            }),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        let (kind, entry) = match self {
            LogEntry::Line { client, line } => (
                "Line",
                object([("client", client.to_json()), ("line", line.to_json())]),
            ),
            LogEntry::Block { block, text } => (
                "Block",
                object([("block", block.to_json()), ("text", text.to_json())]),
            ),
            LogEntry::Advance { millis } => ("Advance", object([("millis", millis.to_json())])),
            LogEntry::Load { names } => ("Load", object([("names", names.to_json())])),
        };
        object([(kind, entry)])
    }
}
