//! Share links: a session's commands in a URL fragment, `#s=<version><codec>.<base64url>`.
//!
//! A link is read by strangers' browsers for years, so a version is never changed, only followed by
//! another; one link of each version is kept in the tests. What is decoded is untrusted: its size and
//! its number of commands are bounded, and damage is noticed by a checksum before anything runs.
//! The body is plain text, so that old links stay readable whatever becomes of the message types:
//!
//! ```text
//! lesson:strings            where it comes from; may be empty
//! > SET cart:7 book         a line of the page's own client
//! ada> GET cart:7           a line of a named client
//! + 45000                   milliseconds that pass
//! ```
//!
//! Version 2 is version 1 with one more line after the first, for a moment of a visualiser: its name, the key as hex, the
//! world's seed, the position, with tabs between (`skiplist`, `6c617073`, `views/skiplist`, `3.7`). Links without one
//! are still written as version 1.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::LogEntry;

/// The body may be this long after decoding.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// More entries than this are refused.
pub const ENTRIES_MAX: usize = 1_000;
/// Beyond this many characters, chat programs and mail cut links.
pub const COMFORTABLE_LENGTH: usize = 1_900;

const VERSION: char = '1';
const VERSION_WITH_VIEW: char = '2';
const RAW: char = '0';
const DEFLATE: char = '1';
const CHECKSUM_BYTES: usize = 4;

/// What a link carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shared {
    /// The world it was taken from, such as `lesson:strings`. Only for telling the reader.
    pub origin: String,
    /// `Line` and `Advance` only: blocks are written out, because lessons change, and files do not fit.
    pub entries: Vec<LogEntry>,
    pub view: Option<SharedView>,
}

/// A moment of a visualiser.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SharedView {
    pub name: String,
    pub key: Vec<u8>,
    /// None: as the page that opens the link would make it.
    pub seed: Option<String>,
    pub command: u32,
    pub step: u32,
}

/// Why a link cannot be opened. `Display` is the sentence for the reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Broken {
    NotALink,
    /// Written by a later version of the site.
    Future(char),
    /// Cut off or changed on its way.
    Damaged,
    TooLong,
    TooMany,
}

/// The fragment's text, without `#`.
pub fn encode(shared: &Shared) -> String {
    let body = write_body(shared);
    let packed = compress_to_vec(body.as_bytes(), 9);
    let (codec, payload) = match packed.len() < body.len() {
        true => (DEFLATE, packed.as_slice()),
        false => (RAW, body.as_bytes()),
    };
    let mut bytes = checksum(body.as_bytes()).to_vec();
    bytes.extend_from_slice(payload);
    let version = match shared.view {
        None => VERSION,
        Some(_) => VERSION_WITH_VIEW,
    };
    alloc::format!("s={version}{codec}.{}", BASE64URL_NOPAD.encode(&bytes))
}

/// Reads a fragment, with or without `#`. Forgives what chat programs do to links: one round of
/// percent-encoding, and punctuation at the end.
pub fn decode(fragment: &str) -> Result<Shared, Broken> {
    match decode_exact(fragment) {
        Err(Broken::NotALink) => decode_exact(&percent_decoded(fragment)),
        result => result,
    }
}

fn decode_exact(fragment: &str) -> Result<Shared, Broken> {
    let text = fragment.trim().trim_start_matches('#');
    let text =
        text.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let (head, payload) = text
        .strip_prefix("s=")
        .and_then(|rest| rest.split_once('.'))
        .ok_or(Broken::NotALink)?;
    let mut head = head.chars();
    let (Some(version), Some(codec), None) = (head.next(), head.next(), head.next()) else {
        return Err(Broken::NotALink);
    };
    if version != VERSION && version != VERSION_WITH_VIEW {
        return Err(if version.is_ascii_alphanumeric() {
            Broken::Future(version)
        } else {
            Broken::NotALink
        });
    }
    // Base64 of the longest body, with room for the checksum and for what deflate adds.
    if payload.len() > BODY_BYTES_MAX / 3 * 4 + 1_024 {
        return Err(Broken::TooLong);
    }
    let bytes = BASE64URL_NOPAD
        .decode(payload.as_bytes())
        .map_err(|_| Broken::Damaged)?;
    let (sum, payload) = bytes
        .split_at_checked(CHECKSUM_BYTES)
        .ok_or(Broken::Damaged)?;
    let body = match codec {
        RAW if payload.len() > BODY_BYTES_MAX => return Err(Broken::TooLong),
        RAW => payload.to_vec(),
        DEFLATE => inflate(payload)?,
        _ => return Err(Broken::Damaged),
    };
    if sum != checksum(&body) {
        return Err(Broken::Damaged);
    }
    let body = core::str::from_utf8(&body).map_err(|_| Broken::Damaged)?;
    read_body(body, version == VERSION_WITH_VIEW)
}

fn inflate(payload: &[u8]) -> Result<Vec<u8>, Broken> {
    use miniz_oxide::inflate::TINFLStatus;
    decompress_to_vec_with_limit(payload, BODY_BYTES_MAX).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => Broken::TooLong,
        _ => Broken::Damaged,
    })
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    adler2::adler32_slice(body).to_be_bytes()
}

fn write_body(shared: &Shared) -> String {
    let mut body = one_line(&shared.origin);
    if let Some(view) = &shared.view {
        body.push('\n');
        body.push_str(&write_view(view));
    }
    for entry in &shared.entries {
        match entry {
            LogEntry::Line { client, line } => {
                body.push('\n');
                body.push_str(client);
                body.push_str("> ");
                body.push_str(&one_line(line));
            }
            LogEntry::Advance { millis } => body.push_str(&alloc::format!("\n+ {millis}")),
            LogEntry::Block { .. } | LogEntry::Load { .. } => {}
        }
    }
    body
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn write_view(view: &SharedView) -> String {
    let seed = view.seed.as_deref().unwrap_or_default();
    alloc::format!(
        "{}\t{}\t{}\t{}.{}",
        one_line(&view.name),
        HEXLOWER.encode(&view.key),
        one_line(seed).replace('\t', " "),
        view.command,
        view.step
    )
}

fn read_view(line: &str) -> Option<SharedView> {
    let mut parts = line.split('\t');
    let (name, key, seed, at) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (command, step) = at.split_once('.')?;
    Some(SharedView {
        name: name.to_owned(),
        key: HEXLOWER.decode(key.as_bytes()).ok()?,
        seed: (!seed.is_empty()).then(|| seed.to_owned()),
        command: command.parse().ok()?,
        step: step.parse().ok()?,
    })
}

fn read_body(body: &str, with_view: bool) -> Result<Shared, Broken> {
    let mut lines = body.split('\n');
    let origin = lines.next().unwrap_or_default().to_owned();
    let view = match with_view {
        true => Some(lines.next().and_then(read_view).ok_or(Broken::Damaged)?),
        false => None,
    };
    let mut entries = Vec::new();
    for line in lines {
        if entries.len() == ENTRIES_MAX {
            return Err(Broken::TooMany);
        }
        entries.push(read_entry(line).ok_or(Broken::Damaged)?);
    }
    Ok(Shared {
        origin,
        entries,
        view,
    })
}

fn read_entry(line: &str) -> Option<LogEntry> {
    if let Some(millis) = line.strip_prefix("+ ") {
        return Some(LogEntry::Advance {
            millis: millis.parse().ok()?,
        });
    }
    let (client, line) = line.split_once("> ")?;
    let named = client
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (named && client.len() <= 64).then(|| LogEntry::Line {
        client: client.to_owned(),
        line: line.to_owned(),
    })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|hex| core::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).to_string()
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Broken::NotALink => f.write_str("This address carries no shared session."),
            Broken::Future(version) => write!(
                f,
                "This link was made by a later version of the site (format {version}). Reload the page; \
                 if that does not help, the site you are looking at is older than the link."
            ),
            Broken::Damaged => f.write_str(
                "This link is incomplete or was changed on its way, so nothing was run. Ask for it again, as a file or in full.",
            ),
            Broken::TooLong => f.write_str("This link holds more than 64 KB, so nothing was run."),
            Broken::TooMany => write!(f, "This link holds more than {ENTRIES_MAX} commands, so nothing was run."),
        }
    }
}

#[cfg(test)]
mod tests;
