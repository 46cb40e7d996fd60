//! A hash table: its buckets and their chains; two tables while it is being rehashed.

use leptos::prelude::*;

use super::as_table;
use crate::format::{counted, cut, text_of};

const BUCKETS_MAX: usize = 64;

pub fn picture(tables: &[Vec<Vec<Vec<u8>>>], rehash_index: Option<u32>, entries: &[(Vec<u8>, Vec<u8>)]) -> AnyView {
    let drawn = tables.iter().enumerate().map(|(number, buckets)| one(number, buckets, rehash_index)).collect_view();
    let note = match rehash_index {
        Some(at) => format!("It is being rehashed: buckets below {at} of table 0 have moved to table 1."),
        None => "The hash of a name, without its upper bits, is its bucket. Names in one bucket form a chain.".to_owned(),
    };
    let rows = entries.iter().map(|(name, value)| vec![text_of(name), text_of(value)]).collect();
    view! {
        <p class="picture-note">{note}</p>
        {drawn}
        {as_table(&["Name", "Value"], rows)}
    }
    .into_any()
}

fn one(number: usize, buckets: &[Vec<Vec<u8>>], rehash_index: Option<u32>) -> impl IntoView {
    let used = buckets.iter().filter(|chain| !chain.is_empty()).count();
    let rows = buckets.iter().take(BUCKETS_MAX).enumerate().map(|(at, chain)| {
        let moved = number == 0 && rehash_index.is_some_and(|next| (at as u32) < next);
        let chain = chain.iter().map(|name| view! { <span class="link">{cut(&text_of(name), 20)}</span> }).collect_view();
        view! { <li class="bucket" class:moved=moved><span class="cell-offset">{at}</span>{chain}</li> }
    });
    let rows = rows.collect_view();
    let hidden = buckets.len().saturating_sub(BUCKETS_MAX);
    let size = counted(buckets.len() as u64, "bucket");
    view! {
        <p class="picture-note strong">{format!("Table {number}: {size}, {used} in use")}</p>
        <ol class="buckets" aria-label=format!("Buckets of table {number}")>{rows}</ol>
        {(hidden > 0).then(|| view! { <p class="picture-note">{format!("and {hidden} buckets more")}</p> })}
    }
}
