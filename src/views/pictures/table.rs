//! A hash table: its buckets and their chains; two tables while it is being rehashed.

use crate::parts::{self, note};
use crate::snapshot::{Dict, Table};
use messages::format::{counted, cut, text_of};
use messages::markup::{Markup, el, several};

const BUCKETS_MAX: usize = 64;

pub fn picture(dict: &Dict) -> Markup {
    let said = match dict.rehash_index {
        Some(at) => format!("It is being rehashed: buckets below {at} of table 0 have moved to table 1."),
        None => "The hash of a name, without its upper bits, is its bucket. Names in one bucket form a chain.".to_owned(),
    };
    several([note(&said)]).add_all(
        dict.tables
            .iter()
            .enumerate()
            .map(|(number, table)| one(number, table, dict.rehash_index)),
    )
}

pub fn table(entries: &[(Vec<u8>, Vec<u8>)]) -> Markup {
    let rows = entries
        .iter()
        .map(|(name, value)| vec![text_of(name), text_of(value)]);
    parts::table(&["Name", "Value"], rows)
}

fn one(number: usize, table: &Table, rehash_index: Option<u32>) -> Markup {
    let buckets = &table.chains;
    let used = buckets.iter().filter(|chain| !chain.is_empty()).count();
    let hidden = (table.buckets as usize).saturating_sub(BUCKETS_MAX);
    let size = counted(table.buckets.into(), "bucket");
    let rows = buckets
        .iter()
        .take(BUCKETS_MAX)
        .enumerate()
        .map(|(at, chain)| {
            let moved = number == 0 && rehash_index.is_some_and(|next| (at as u32) < next);
            el("li", if moved { "bucket moved" } else { "bucket" })
                .append(el("span", "cell-offset").say(&at.to_string()))
                .add_all(
                    chain
                        .iter()
                        .map(|name| el("span", "link").say(&cut(&text_of(name), 20))),
                )
        });
    several([
        el("p", "picture-note strong").say(&format!("Table {number}: {size}, {used} in use")),
        el("ol", "buckets")
            .with("aria-label", &format!("Buckets of table {number}"))
            .add_all(rows),
    ])
    .add_if((hidden > 0).then(|| note(&format!("and {hidden} buckets more"))))
}
