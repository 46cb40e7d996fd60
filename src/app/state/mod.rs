//! What is kept in the reader's browser, as values: how it is read, merged and counted.
//! Where it is kept is `web/storage.rs`'s business.

pub mod backup;
pub mod progress;
pub mod record;

use serde_json::Value;

use crate::json::{Json, field};

/// The format of everything stored. A later one is left untouched and said.
pub const VERSION: u32 = 1;

const VERSION_FIELD: &str = "version";

/// Why a stored value is not used. It stays where it is until the reader replaces it.
#[derive(Debug, Clone, PartialEq)]
pub enum Unreadable {
    Corrupt,
    /// Written by a later version of the site.
    Future(u32),
}

pub fn read<T: Json>(text: &str) -> Result<T, Unreadable> {
    let value: Value = serde_json::from_str(text).map_err(|_| Unreadable::Corrupt)?;
    let version = value
        .as_object()
        .and_then(|object| field::<u32>(object, VERSION_FIELD));
    match version {
        None | Some(0) => Err(Unreadable::Corrupt),
        Some(version) if version > VERSION => Err(Unreadable::Future(version)),
        Some(_) => T::from_json(&value).ok_or(Unreadable::Corrupt),
    }
}

pub fn write<T: Json>(value: &T) -> String {
    let mut value = value.to_json();
    if let Value::Object(object) = &mut value {
        object.insert(VERSION_FIELD.to_owned(), VERSION.to_json());
    }
    value.to_string()
}

#[cfg(test)]
mod tests;
