//! An intset: sorted integers of one width.

use super::{as_table, cell, hidden_cell, note};
use crate::markup::{Markup, el, several};

const VALUES_MAX: usize = 96;

pub fn picture(width_bytes: u32, values: &[i64]) -> Markup {
    let offset = |at: usize| (8 + at * width_bytes as usize).to_string();
    let cells = values.iter().take(VALUES_MAX).enumerate();
    let rows = values
        .iter()
        .enumerate()
        .map(|(at, value)| vec![offset(at), value.to_string()]);
    several([
        note(&format!(
            "Sorted integers of {width_bytes} bytes each, behind a header of 8 bytes. Membership is a binary search."
        )),
        el("ol", "cells")
            .with("aria-label", "Integers in order")
            .append(cell("cell bound", "0", "header", ""))
            .add_all(cells.map(|(at, value)| cell("cell int", &offset(at), &value.to_string(), "")))
            .add_if(hidden_cell(values.len().saturating_sub(VALUES_MAX))),
        as_table(&["Offset", "Value"], rows.collect()),
    ])
}
