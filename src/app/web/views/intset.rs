//! An intset: sorted integers of one width.

use leptos::prelude::*;

use super::as_table;

const VALUES_MAX: usize = 96;

pub fn picture(width_bytes: u32, values: &[i64]) -> AnyView {
    let cells = values.iter().take(VALUES_MAX).enumerate().map(|(at, value)| {
        let offset = 8 + at * width_bytes as usize;
        view! { <li class="cell int"><span class="cell-offset">{offset}</span><span class="cell-value">{value.to_string()}</span></li> }
    });
    let cells = cells.collect_view();
    let hidden = values.len().saturating_sub(VALUES_MAX);
    let rows = values.iter().enumerate().map(|(at, value)| vec![(8 + at * width_bytes as usize).to_string(), value.to_string()]).collect();
    view! {
        <p class="picture-note">{format!("Sorted integers of {width_bytes} bytes each, behind a header of 8 bytes. Membership is a binary search.")}</p>
        <ol class="cells" aria-label="Integers in order">
            <li class="cell bound"><span class="cell-offset">"0"</span><span class="cell-value">"header"</span></li>
            {cells}
            {(hidden > 0).then(|| view! { <li class="cell bound"><span class="cell-value">{format!("{hidden} more")}</span></li> })}
        </ol>
        {as_table(&["Offset", "Value"], rows)}
    }
    .into_any()
}
