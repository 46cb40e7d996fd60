//! Pictures of keys as the engine holds them. Each one says in words what it shows, and has the
//! same content as a table.

mod intset;
mod listpack;
mod quicklist;
mod skiplist;
mod string;
mod table;

use leptos::prelude::*;
use messages::{Body, KeyRow, KeyView};

use crate::format::{bytes, lifetime, text_of};

#[component]
pub fn KeyPicture(view: KeyView) -> impl IntoView {
    let name = text_of(&view.row.key);
    let facts = facts(&view.row);
    let picture = match view.body {
        Body::Bytes(content) => string::picture(&content, &view.row),
        Body::Listpack(packed) => listpack::picture(packed),
        Body::Intset { width_bytes, values } => intset::picture(width_bytes, &values),
        Body::Quicklist(nodes) => quicklist::picture(&nodes),
        Body::Table { tables, rehash_index, entries } => table::picture(&tables, rehash_index, &entries),
        Body::Skiplist(list) => skiplist::picture(&list),
        Body::Other => view! { <p class="empty">"There is no picture of this type yet."</p> }.into_any(),
    };
    view! {
        <section class="picture" aria-label=format!("The key {name}")>
            <p class="picture-head"><code>{name.clone()}</code><span>{facts}</span></p>
            {picture}
        </section>
    }
}

fn facts(row: &KeyRow) -> String {
    let unit = match (row.kind.as_str(), row.length) {
        ("string", 1) => "byte",
        ("string", _) => "bytes",
        ("hash", 1) => "field",
        ("hash", _) => "fields",
        (_, 1) => "element",
        _ => "elements",
    };
    let life = row.ttl_millis.map_or_else(String::new, |millis| format!(" · expires in {}", lifetime(millis)));
    format!("{}, {} · {} {unit} · {}{life}", row.kind, row.encoding, row.length, bytes(row.memory_bytes))
}

/// The same content for those who do not see the picture, and for reading values off.
fn as_table(columns: &[&'static str], rows: Vec<Vec<String>>) -> impl IntoView {
    view! {
        <details class="as-table">
            <summary>"As a table"</summary>
            <div class="table-scroll" tabindex="0" role="region" aria-label="The picture as a table">
                <table class="keys-table">
                    <thead><tr>{columns.iter().map(|name| view! { <th scope="col">{*name}</th> }).collect_view()}</tr></thead>
                    <tbody>{rows.into_iter().map(|row| view! {
                        <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
                    }).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
