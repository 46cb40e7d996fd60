//! Pictures of keys as the engine holds them. Each one says in words what it shows, and has the
//! same content as a table.

mod intset;
mod listpack;
mod quicklist;
mod skiplist;
mod string;
mod table;

use messages::{Body, KeyRow, KeyView};

use crate::format::{bytes, lifetime, text_of};
use crate::markup::{Markup, el};

pub fn picture(view: &KeyView) -> Markup {
    let name = text_of(&view.row.key);
    let content = match &view.body {
        Body::Bytes(content) => string::picture(content, &view.row),
        Body::Listpack(packed) => listpack::picture(packed),
        Body::Intset {
            width_bytes,
            values,
        } => intset::picture(*width_bytes, values),
        Body::Quicklist(nodes) => quicklist::picture(nodes),
        Body::Table {
            tables,
            rehash_index,
            entries,
        } => table::picture(tables, *rehash_index, entries),
        Body::Skiplist(list) => skiplist::picture(list),
        Body::Other => el("p", "empty").say("There is no picture of this type yet."),
    };
    let head = el("p", "picture-head")
        .append(el("code", "").say(&name))
        .append(el("span", "").say(&facts(&view.row)));
    el("section", "picture")
        .with("aria-label", &format!("The key {name}"))
        .append(head)
        .append(content)
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
    let life = row.ttl_millis.map_or_else(String::new, |millis| {
        format!(" · expires in {}", lifetime(millis))
    });
    format!(
        "{}, {} · {} {unit} · {}{life}",
        row.kind,
        row.encoding,
        row.length,
        bytes(row.memory_bytes)
    )
}

fn note(words: &str) -> Markup {
    el("p", "picture-note").say(words)
}

/// A place in memory: where it begins, what it means, its bytes.
fn cell(class: &str, offset: &str, value: &str, raw: &str) -> Markup {
    let raw = (!raw.is_empty()).then(|| el("span", "cell-raw").say(raw));
    el("li", class)
        .append(el("span", "cell-offset").say(offset))
        .append(el("span", "cell-value").say(value))
        .add_if(raw)
}

fn hidden_cell(count: usize) -> Option<Markup> {
    (count > 0).then(|| {
        el("li", "cell bound").append(el("span", "cell-value").say(&format!("{count} more")))
    })
}

/// The same content for those who do not see the picture, and for reading values off.
fn as_table(columns: &[&str], rows: Vec<Vec<String>>) -> Markup {
    let head = columns
        .iter()
        .map(|name| el("th", "").with("scope", "col").say(name));
    let rows = rows
        .into_iter()
        .map(|row| el("tr", "").add_all(row.iter().map(|cell| el("td", "").say(cell))));
    let table = el("table", "keys-table")
        .append(el("thead", "").append(el("tr", "").add_all(head)))
        .append(el("tbody", "").add_all(rows));
    let scroll = el("div", "table-scroll")
        .with("tabindex", "0")
        .with("role", "region")
        .with("aria-label", "The picture as a table");
    el("details", "as-table")
        .append(el("summary", "").say("As a table"))
        .append(scroll.append(table))
}
