//! Everything stored, as one file: export and import.

use serde_json::Value;

use super::progress::Progress;
use super::record::Record;
use super::{Unreadable, read, write};
use crate::json::{Json, field, object};
use crate::map::SmallMap;

const KIND: &str = "redis-mastery backup";

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backup {
    kind: String,
    pub progress: Progress,
    /// By page: `lesson:strings`, `playground`.
    pub pages: SmallMap<String, Record>,
}

/// Why a file is not imported; what is stored stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    NotABackup,
    Future(u32),
}

impl Backup {
    pub fn new(progress: Progress, pages: SmallMap<String, Record>) -> Backup {
        Backup {
            kind: KIND.to_owned(),
            progress,
            pages,
        }
    }

    pub fn to_file(&self) -> String {
        write(self)
    }

    pub fn from_file(text: &str) -> Result<Backup, Refused> {
        match read::<Backup>(text) {
            Ok(backup) if backup.kind == KIND => Ok(backup),
            Err(Unreadable::Future(version)) => Err(Refused::Future(version)),
            _ => Err(Refused::NotABackup),
        }
    }
}

impl Json for Backup {
    fn from_json(value: &Value) -> Option<Backup> {
        let backup = value.as_object()?;
        Some(Backup {
            kind: field(backup, "kind")?,
            progress: field(backup, "progress")?,
            pages: field(backup, "pages")?,
        })
    }

    fn to_json(&self) -> Value {
        object([
            ("kind", self.kind.to_json()),
            ("progress", self.progress.to_json()),
            ("pages", self.pages.to_json()),
        ])
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Refused::NotABackup => {
                f.write_str("This file is not an export of this site. Nothing was changed.")
            }
            Refused::Future(version) => write!(
                f,
                "This file was written by a later version of the site (format {version}). Nothing was changed."
            ),
        }
    }
}
