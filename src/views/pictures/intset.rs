//! An intset: sorted integers of one width.

use crate::parts::{self, cell, hidden_cell, note};
use messages::markup::{Markup, el, several};

const VALUES_MAX: usize = 96;

pub fn picture(width_bytes: u32, values: &[i64]) -> Markup {
    let offset = |at: usize| (8 + at * width_bytes as usize).to_string();
    let cells = values.iter().take(VALUES_MAX).enumerate();
    several([
        note(&format!(
            "Sorted integers of {width_bytes} bytes each, behind a header of 8 bytes. Membership is a binary search."
        )),
        el("ol", "cells")
            .with("aria-label", "Integers in order")
            .append(cell("cell bound", "0", "header", ""))
            .add_all(cells.map(|(at, value)| cell("cell int", &offset(at), &value.to_string(), "")))
            .add_if(hidden_cell(values.len().saturating_sub(VALUES_MAX))),
    ])
}

pub fn table(width_bytes: u32, values: &[i64]) -> Markup {
    let offset = |at: usize| (8 + at * width_bytes as usize).to_string();
    let rows = values
        .iter()
        .enumerate()
        .map(|(at, value)| vec![offset(at), value.to_string()]);
    parts::table(&["Offset", "Value"], rows)
}
