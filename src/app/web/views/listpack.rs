//! A listpack: one allocation, its header, each entry as it lies in memory, and the end mark.

use leptos::prelude::*;
use messages::Packed;

use super::as_table;
use crate::format::{cut, hex, text_of};

const ENTRIES_MAX: usize = 64;

pub fn picture(packed: Packed) -> AnyView {
    let stride = packed.stride.max(1) as usize;
    let count = packed.entries.len();
    let cells = packed.entries.iter().take(ENTRIES_MAX).enumerate().map(|(at, entry)| {
        let part = match at % stride {
            0 => "first",
            _ => "more",
        };
        let kind = if entry.integer { "int" } else { "text" };
        view! {
            <li class=format!("cell {part} {kind}")>
                <span class="cell-offset">{entry.offset}</span>
                <span class="cell-value">{cut(&text_of(&entry.value), 24)}</span>
                <span class="cell-raw">{cut(&hex(&entry.raw), 36)}</span>
            </li>
        }
    });
    let cells = cells.collect_view();
    let rows = packed.entries.iter().map(|entry| {
        let kind = if entry.integer { "integer" } else { "text" };
        vec![entry.offset.to_string(), text_of(&entry.value), kind.to_owned(), hex(&entry.raw)]
    });
    let rows = rows.collect();
    let total = packed.total_bytes;
    let hidden = count.saturating_sub(ENTRIES_MAX);
    view! {
        <p class="picture-note">{format!("One allocation of {total} bytes: total length and count in front, one entry after another, ff at the end.")}</p>
        <ol class="cells" aria-label="Entries in memory order">
            <li class="cell bound"><span class="cell-offset">"0"</span><span class="cell-value">"header"</span><span class="cell-raw">"6 bytes"</span></li>
            {cells}
            {(hidden > 0).then(|| view! { <li class="cell bound"><span class="cell-value">{format!("{hidden} more")}</span></li> })}
            <li class="cell bound"><span class="cell-offset">{total.saturating_sub(1)}</span><span class="cell-value">"end"</span><span class="cell-raw">"ff"</span></li>
        </ol>
        {as_table(&["Offset", "Value", "Kept as", "Bytes"], rows)}
    }
    .into_any()
}
