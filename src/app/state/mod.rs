//! What is kept in the reader's browser, as values: how it is read, merged and counted.
//! Where it is kept is `web/storage.rs`'s business.

pub mod backup;
pub mod progress;
pub mod record;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The format of everything stored. A later one is left untouched and said.
pub const VERSION: u32 = 1;

/// Why a stored value is not used. It stays where it is until the reader replaces it.
#[derive(Debug, Clone, PartialEq)]
pub enum Unreadable {
    Corrupt,
    /// Written by a later version of the site.
    Future(u32),
}

#[derive(Deserialize)]
struct Stamp {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    version: u32,
    #[serde(flatten)]
    value: T,
}

pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    // A sequence would be taken for a struct without names.
    if !text.trim_start().starts_with('{') {
        return Err(Unreadable::Corrupt);
    }
    let stamp: Stamp = serde_json::from_str(text).map_err(|_| Unreadable::Corrupt)?;
    if stamp.version > VERSION {
        return Err(Unreadable::Future(stamp.version));
    }
    serde_json::from_str(text).map_err(|_| Unreadable::Corrupt)
}

pub fn write<T: Serialize>(value: T) -> String {
    let stored = Stored { version: VERSION, value };
    serde_json::to_string(&stored).expect("records hold nothing that JSON cannot write")
}

#[cfg(test)]
mod tests;
