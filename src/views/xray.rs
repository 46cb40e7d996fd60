//! Any key as its bytes lie in memory: every field of every entry, how near the key is to another encoding, and what
//! the same data would take there. `bytes.rs` names the fields.

mod ask;
mod bytes;

use messages::drawing::Control;
use messages::format::{self, counted, text_of};
use messages::markup::{Markup, el, several};
use trace::Event;

use crate::parts::{absent, bar, head, note};
use crate::pictures;
use crate::snapshot::{Body, Key, Limit, Snapshot};
use crate::{Drawing, Scene, Subject, View, run_button};

pub use bytes::{Fields, fields};

pub static VIEW: View = View {
    name: "xray",
    title: "Encoding X-ray",
    about: "The bytes of any key with every field named, how near it is to another encoding, and what the same data would take there.",
    subject: Subject::Key(&[]),
    model: None,
    starter: "CONFIG SET list-max-listpack-size 8\n\
              RPUSH track:1 intro 127 128 -1\n\
              RPUSH track:1 4095 70000 outro\n\
              RPUSH track:1 one-more two-more\n\
              LTRIM track:1 0 3",
    key: "track:1",
    steps_over: |event| matches!(event, Event::Encoding { .. }),
    say,
    draw,
};

pub(crate) fn say(event: &Event) -> String {
    match event {
        Event::Encoding { from, to, why } => format!("The {from} becomes a {to}: {why}."),
        // Whoever steps over other events words them.
        _ => String::new(),
    }
}

fn draw(scene: &Scene) -> Drawing {
    let Some(key) = scene.held() else {
        return Drawing {
            picture: Some(absent(scene.key)),
            ..Drawing::default()
        };
    };
    let before = match &*scene.frame.before {
        Snapshot::Key(before) if scene.is_over() => Some(before),
        _ => None,
    };
    let ask = (!scene.revealed).then(|| ask::question(key)).flatten();
    let costs = ask.is_none().then(|| costs(key));
    let picture = several([head(&key.row)])
        .add_if(fired(scene))
        .append(body(key, before))
        .append(meters(&key.limits))
        .add_if(costs);
    Drawing {
        picture: Some(picture),
        table: bytes::table(key).or_else(|| pictures::table(key)),
        ask,
        controls: controls(key),
        ..Drawing::default()
    }
}

/// The rule that fired, where it did.
fn fired(scene: &Scene) -> Option<Markup> {
    let fired = scene
        .events()
        .iter()
        .rev()
        .find(|event| matches!(event, Event::Encoding { .. }));
    fired.map(|event| el("p", "rule-fired").say(&say(event)))
}

fn body(key: &Key, before: Option<&Key>) -> Markup {
    match &key.body {
        Body::Listpack(pack) => bytes::listpack(pack, before),
        Body::Intset {
            width_bytes,
            values,
        } => bytes::intset(*width_bytes, values, before),
        Body::Skiplist(list) => note(&format!(
            "{} in {}: the skip list has a picture of its own.",
            counted(list.length, "member"),
            counted(list.level.into(), "level")
        )),
        Body::Stream(stream) => note(&format!(
            "{} in {}: streams have a picture of their own.",
            counted(key.row.length, "element"),
            counted(stream.node_count, "listpack")
        )),
        _ => several(pictures::still(key)),
    }
}

/// Threshold meters: `members 127 of 128`.
fn meters(limits: &[Limit]) -> Markup {
    el("ul", "meters").add_all(limits.iter().map(|limit| {
        let words = format!("{}: {} of {}", limit.what, limit.now, limit.most);
        let over = limit.now > limit.most;
        el("li", if over { "meter over" } else { "meter" })
            .append(el("span", "").say(&words))
            .append(
                el("meter", "")
                    .with("min", "0")
                    .with("max", &limit.most.max(1).to_string())
                    .with("value", &limit.now.to_string())
                    .with("aria-label", &words),
            )
            .append(el("code", "").say(limit.name))
            .add_if(over.then(|| el("b", "").say("over")))
    }))
}

/// The same data in other encodings, the present one marked.
fn costs(key: &Key) -> Markup {
    let most = key
        .costs
        .iter()
        .map(|(_, bytes)| *bytes)
        .max()
        .unwrap_or(1)
        .max(1);
    let bars = key.costs.iter().map(|(encoding, bytes)| {
        let own = *encoding == key.row.encoding;
        let width = (bytes * 100 / most).max(1);
        el("li", if own { "cost own" } else { "cost" })
            .append(el("span", "cost-name").say(encoding))
            .append(bar(width))
            .append(el("span", "cost-bytes").say(&format::bytes(*bytes)))
            .add_if(own.then(|| el("span", "cost-own").say("now")))
    });
    match key.costs.is_empty() {
        true => several([]),
        false => several([
            note("The same data in each encoding that could hold it, weighed by the engine:"),
            el("ul", "costs").add_all(bars),
        ]),
    }
}

/// Commands that move the key towards another encoding and back.
fn controls(key: &Key) -> Vec<Control> {
    let name = format::word(&key.row.key);
    let long = "x".repeat(65);
    let lines: Vec<(&str, String)> = match key.row.kind.as_str() {
        "list" => vec![
            ("Push 127", format!("RPUSH {name} 127")),
            ("Push 128", format!("RPUSH {name} 128")),
            ("Pop from the left", format!("LPOP {name}")),
            ("Pop from the right", format!("RPOP {name}")),
        ],
        "string" => vec![
            ("Append a byte", format!("APPEND {name} x")),
            ("Set a lifetime", format!("EXPIRE {name} 1000")),
            (
                "Set it again",
                format!(
                    "SET {name} {}",
                    format::word(text_of_string(key).as_bytes())
                ),
            ),
        ],
        "hash" => vec![
            (
                "One field more",
                format!("HSET {name} field:{} 1", key.row.length),
            ),
            ("A field of 65 bytes", format!("HSET {name} {long} 1")),
            (
                "A field's lifetime",
                format!(
                    "HEXPIRE {name} 1000 FIELDS 1 field:{}",
                    key.row.length.saturating_sub(1)
                ),
            ),
        ],
        "zset" => vec![
            (
                "One member more",
                format!("ZADD {name} {0} member:{0}", key.row.length),
            ),
            ("A member of 65 bytes", format!("ZADD {name} 1 {long}")),
        ],
        "set" => vec![
            (
                "One integer more",
                format!("SADD {name} {}", key.row.length),
            ),
            ("A large integer", format!("SADD {name} 9000000000")),
            ("A word", format!("SADD {name} word")),
        ],
        _ => Vec::new(),
    };
    let lines = lines.into_iter();
    lines
        .map(|(label, line)| run_button(label, &[line]))
        .collect()
}

fn text_of_string(key: &Key) -> String {
    match &key.body {
        Body::Bytes(bytes) => text_of(bytes),
        _ => String::new(),
    }
}
