//! The fields of listpacks and intsets, byte by byte.

use messages::format::{cut, hex, text_of};
use messages::markup::{Markup, el, several};

use crate::parts::{self, note};
use crate::snapshot::{Body, Key, Packed, PackedEntry};

const ENTRIES_MAX: usize = 96;
const HEADER: u32 = 6;

/// The parts of a listpack's entry.
#[derive(Debug, PartialEq)]
pub struct Fields {
    /// What the first byte says.
    pub class: &'static str,
    /// Bytes that say the class, and the length or the value itself.
    pub encoding: usize,
    pub data: usize,
    /// The length of both, again, to come from the right.
    pub back: usize,
}

/// Reads the first byte. None for one that no entry begins with.
pub fn fields(entry: &PackedEntry) -> Option<Fields> {
    let first = *entry.raw.first()?;
    let (class, encoding, data) = match first {
        0..0x80 => ("7-bit number", 1, 0),
        0x80..0xc0 => ("text, 6-bit length", 1, usize::from(first & 0x3f)),
        0xc0..0xe0 => ("13-bit number", 2, 0),
        0xe0..0xf0 => {
            let low = usize::from(*entry.raw.get(1)?);
            (
                "text, 12-bit length",
                2,
                usize::from(first & 0xf) << 8 | low,
            )
        }
        0xf0 => (
            "text, 32-bit length",
            5,
            (entry.size as usize).saturating_sub(5 + back_bytes(entry.size)),
        ),
        0xf1 => ("16-bit number", 1, 2),
        0xf2 => ("24-bit number", 1, 3),
        0xf3 => ("32-bit number", 1, 4),
        0xf4 => ("64-bit number", 1, 8),
        _ => return None,
    };
    Some(Fields {
        class,
        encoding,
        data,
        back: (entry.size as usize).saturating_sub(encoding + data),
    })
}

/// How long the back-length of an entry of so many bytes in all is.
fn back_bytes(size: u32) -> usize {
    match size {
        0..=128 => 1,
        129..=16_385 => 2,
        16_386..=2_097_154 => 3,
        2_097_155..=268_435_459 => 4,
        _ => 5,
    }
}

pub fn listpack(pack: &Packed, before: Option<&Key>) -> Markup {
    let stride = pack.stride.max(1) as usize;
    let known: Vec<&[u8]> = match before.map(|before| &before.body) {
        Some(Body::Listpack(before)) => before
            .entries
            .iter()
            .map(|entry| entry.raw.as_slice())
            .collect(),
        _ => Vec::new(),
    };
    let changed = |entry: &PackedEntry| before.is_some() && !known.contains(&entry.raw.as_slice());
    let shown = pack.entries.iter().take(ENTRIES_MAX).enumerate();
    let cells = shown.map(|(at, entry)| entry_cell(entry, at % stride == 0, changed(entry)));
    let count = (pack.count as u16).to_le_bytes();
    let header = el("li", "cell bound")
        .append(el("span", "cell-offset").say("0"))
        .append(el("span", "cell-value").say(&format!(
            "{} bytes, {} entries",
            pack.total_bytes, pack.count
        )))
        .append(
            el("span", "cell-raw")
                .append(field(
                    "field enc",
                    &pack.total_bytes.to_le_bytes(),
                    "total bytes, the lowest first",
                ))
                .append(field(
                    "field data",
                    &count,
                    "entries, the lowest byte first",
                )),
        );
    let end = parts::cell(
        "cell bound",
        &pack.total_bytes.saturating_sub(1).to_string(),
        "end",
        "ff",
    );
    several([
        el("p", "field-legend")
            .append(el("span", "field enc").say("class and length"))
            .append(el("span", "field data").say("data"))
            .append(el("span", "field back").say("length again, to come from the right")),
        el("ol", "cells")
            .with("aria-label", "Entries in memory order")
            .append(header)
            .add_all(cells)
            .add_if(parts::hidden_cell(
                (pack.count as usize).saturating_sub(ENTRIES_MAX),
            ))
            .append(end),
    ])
}

fn entry_cell(entry: &PackedEntry, first: bool, changed: bool) -> Markup {
    let class = match (first, changed) {
        (true, true) => "cell first fresh",
        (true, false) => "cell first",
        (false, true) => "cell fresh",
        (false, false) => "cell",
    };
    el("li", class)
        .append(el("span", "cell-offset").say(&entry.offset.to_string()))
        .append(el("span", "cell-value").say(&cut(&text_of(&entry.value), 24)))
        .append(raw_of(entry))
}

/// The bytes with their fields bracketed.
fn raw_of(entry: &PackedEntry) -> Markup {
    let Some(parts) = fields(entry) else {
        return el("span", "cell-raw").say(&cut(&hex(&entry.raw), 36));
    };
    const DATA_MAX: usize = 12;
    let raw = &entry.raw;
    let data_end = (parts.encoding + parts.data).min(raw.len());
    let data = &raw[parts.encoding.min(raw.len())..data_end];
    let cut_data = &data[..data.len().min(DATA_MAX)];
    let is_cut = parts.data > cut_data.len();
    let back = raw
        .get(data_end..)
        .filter(|_| raw.len() == entry.size as usize);
    el("span", "cell-raw")
        .append(field(
            "field enc",
            &raw[..parts.encoding.min(raw.len())],
            parts.class,
        ))
        .add_if((!cut_data.is_empty()).then(|| field("field data", cut_data, "data")))
        .add_if(is_cut.then(|| el("span", "").say("…")))
        .add_if(back.map(|back| field("field back", back, "length again")))
}

fn field(class: &str, bytes: &[u8], meaning: &str) -> Markup {
    el("span", class).with("title", meaning).say(&hex(bytes))
}

pub fn intset(width: u32, values: &[i64], before: Option<&Key>) -> Markup {
    let (old_width, known) = match before.map(|before| &before.body) {
        Some(Body::Intset {
            width_bytes,
            values,
        }) => (Some(*width_bytes), values.as_slice()),
        _ => (None, [].as_slice()),
    };
    let changed = |value: &i64| before.is_some() && !known.contains(value);
    let cells = values
        .iter()
        .take(ENTRIES_MAX)
        .enumerate()
        .map(|(at, value)| {
            let raw = &value.to_le_bytes()[..(width as usize).min(8)];
            let class = if changed(value) { "cell fresh" } else { "cell" };
            let offset = (8 + at * width as usize).to_string();
            parts::cell(class, &offset, &value.to_string(), &hex(raw))
        });
    let widened = old_width.filter(|old| *old != width).map(|old| {
        note(&format!("One wide value widened them all: {old} bytes each before, {width} now. Removing it does not narrow them."))
    });
    several([el("ol", "cells")
        .with("aria-label", "Integers in order")
        .append(parts::cell(
            "cell bound",
            "0",
            &format!("{width} bytes each"),
            &hex(&width.to_le_bytes()),
        ))
        .add_all(cells)
        .add_if(parts::hidden_cell(values.len().saturating_sub(ENTRIES_MAX)))])
    .add_if(widened)
}

/// Offset, bytes and meaning of every field.
pub fn table(key: &Key) -> Option<Markup> {
    let Body::Listpack(pack) = &key.body else {
        return None;
    };
    let row =
        |offset: u32, bytes: &[u8], meaning: String| vec![offset.to_string(), hex(bytes), meaning];
    let mut rows = vec![
        row(
            0,
            &pack.total_bytes.to_le_bytes(),
            format!("{} bytes in all", pack.total_bytes),
        ),
        row(
            4,
            &(pack.count as u16).to_le_bytes(),
            format!("{} entries", pack.count),
        ),
    ];
    for entry in pack.entries.iter().take(ENTRIES_MAX) {
        let value = text_of(&entry.value);
        let meaning = match fields(entry) {
            Some(fields) => format!(
                "{}: {value}; {} + {} + {} bytes",
                fields.class, fields.encoding, fields.data, fields.back
            ),
            None => value,
        };
        rows.push(row(entry.offset, &entry.raw, meaning));
    }
    debug_assert!(pack.total_bytes >= HEADER, "a listpack has a header");
    Some(parts::table(&["Offset", "Bytes", "Meaning"], rows))
}
