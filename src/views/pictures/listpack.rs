//! A listpack: one allocation, its header, each entry as it lies in memory, and the end mark.

use crate::snapshot::{Packed, PackedEntry};

use crate::parts::{self, cell, hidden_cell, note};
use messages::format::{cut, hex, text_of};
use messages::markup::{Markup, el, several};

const ENTRIES_MAX: usize = 64;

pub fn picture(packed: &Packed) -> Markup {
    let stride = packed.stride.max(1) as usize;
    let total = packed.total_bytes;
    let cells = packed.entries.iter().take(ENTRIES_MAX).enumerate();
    several([
        note(&format!(
            "One allocation of {total} bytes: total length and count in front, one entry after another, ff at the end."
        )),
        el("ol", "cells")
            .with("aria-label", "Entries in memory order")
            .append(cell("cell bound", "0", "header", "6 bytes"))
            .add_all(cells.map(|(at, entry)| entry_cell(entry, at % stride == 0)))
            .add_if(hidden_cell(
                packed.entries.len().saturating_sub(ENTRIES_MAX),
            ))
            .append(cell(
                "cell bound",
                &total.saturating_sub(1).to_string(),
                "end",
                "ff",
            )),
    ])
}

pub fn table(packed: &Packed) -> Markup {
    let rows = packed.entries.iter().map(|entry| {
        let kind = if entry.integer { "integer" } else { "text" };
        vec![
            entry.offset.to_string(),
            text_of(&entry.value),
            kind.to_owned(),
            hex(&entry.raw),
        ]
    });
    parts::table(&["Offset", "Value", "Kept as", "Bytes"], rows)
}

/// `first`: an element of the key begins here.
fn entry_cell(entry: &PackedEntry, first: bool) -> Markup {
    let class = match (first, entry.integer) {
        (true, true) => "cell first int",
        (true, false) => "cell first text",
        (false, true) => "cell more int",
        (false, false) => "cell more text",
    };
    cell(
        class,
        &entry.offset.to_string(),
        &cut(&text_of(&entry.value), 24),
        &cut(&hex(&entry.raw), 36),
    )
}
