//! What visualisers draw alike: the key's name with its facts, notes, cells, tables.

use messages::KeyRow;
use messages::format::{bytes, lifetime, text_of, word};
use messages::markup::{Markup, el, several};

use crate::scene::Scene;
use crate::{Drawing, pictures};

/// Above a picture: the key and what the server says about it.
pub fn head(row: &KeyRow) -> Markup {
    el("p", "picture-head")
        .append(el("code", "").say(&text_of(&row.key)))
        .append(el("span", "").say(&facts(row)))
}

/// Instead of a picture: the key is not there.
pub fn absent(key: &[u8]) -> Markup {
    el("p", "empty").say(&format!("There is no key {} now.", text_of(key)))
}

/// What a visualiser of another type draws of a key, with the sentence that says why; or that the key is not there.
pub fn of_another_type(scene: &Scene, why: &str) -> Drawing {
    let Some(key) = scene.held() else {
        return Drawing {
            picture: Some(absent(scene.key)),
            ..Drawing::default()
        };
    };
    let words = el("p", "picture-note strong").say(why);
    Drawing {
        picture: Some(several([head(&key.row), words]).add_if(pictures::still(key))),
        table: pictures::table(key),
        ..Drawing::default()
    }
}

/// Words in an SVG.
pub fn label(class: &str, x: u32, y: u32, words: &str) -> Markup {
    el("text", class)
        .with("x", &x.to_string())
        .with("y", &y.to_string())
        .say(words)
}

/// So many percent of its box.
pub fn bar(percent: u64) -> Markup {
    el("svg", "cost-bar")
        .with("viewBox", "0 0 100 10")
        .with("preserveAspectRatio", "none")
        .with("aria-hidden", "true")
        .append(
            el("rect", "")
                .with("width", &percent.to_string())
                .with("height", "10"),
        )
}

/// Cells of a board with as many of `empty` behind them as make its last row whole.
pub fn whole_rows(mut cells: Vec<u8>, columns: u32, empty: u8) -> Vec<u8> {
    let whole = cells.len().next_multiple_of(columns as usize);
    cells.resize(whole, empty);
    cells
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

pub fn note(words: &str) -> Markup {
    el("p", "picture-note").say(words)
}

/// A place in memory: where it begins, what it means, its bytes.
pub fn cell(class: &str, offset: &str, value: &str, raw: &str) -> Markup {
    let raw = (!raw.is_empty()).then(|| el("span", "cell-raw").say(raw));
    el("li", class)
        .append(el("span", "cell-offset").say(offset))
        .append(el("span", "cell-value").say(value))
        .add_if(raw)
}

pub fn hidden_cell(count: usize) -> Option<Markup> {
    (count > 0).then(|| {
        el("li", "cell bound").append(el("span", "cell-value").say(&format!("{count} more")))
    })
}

/// A connection by the name that the page has for it.
pub fn who(client: &trace::Client) -> String {
    match client.name.as_deref() {
        Some("") => "you".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("client {}", client.id),
    }
}

/// As `who`, for the client of a command.
pub fn lane(name: &str) -> &str {
    match name.is_empty() {
        true => "you",
        false => name,
    }
}

/// A command as it would be typed.
pub fn line_of(words: &[Vec<u8>]) -> String {
    let words: Vec<String> = words.iter().map(|one| word(one)).collect();
    words.join(" ")
}

/// Rows under names of columns: what a picture says, to be read off.
pub fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Markup {
    let head = columns
        .iter()
        .map(|name| el("th", "").with("scope", "col").say(name));
    let rows = rows
        .into_iter()
        .map(|row| el("tr", "").add_all(row.iter().map(|cell| el("td", "").say(cell))));
    el("table", "keys-table")
        .append(el("thead", "").append(el("tr", "").add_all(head)))
        .append(el("tbody", "").add_all(rows))
}
