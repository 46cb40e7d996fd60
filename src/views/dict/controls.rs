//! What can be pressed: lines that read, grow, shrink, scan and let time pass, made for the table as it stands.

use messages::drawing::{Control, ControlKind};
use messages::format;

use super::walk::Walk;
use crate::snapshot::Dict;
use crate::{Scene, run_button};

/// Commands that do to the shown table what GET, SET and SCAN do to the keys.
struct Verbs {
    read: String,
    add: String,
    /// How an added one ends.
    value: &'static str,
    remove: String,
    scan: String,
}

impl Verbs {
    fn of(scene: &Scene) -> Verbs {
        let Some(key) = scene.held() else {
            return Verbs {
                read: "GET".to_owned(),
                add: "MSET".to_owned(),
                value: " v",
                remove: "DEL".to_owned(),
                scan: "SCAN".to_owned(),
            };
        };
        let name = format::word(&key.row.key);
        let of = |command: &str| format!("{command} {name}");
        match key.row.kind.as_str() {
            "set" => Verbs {
                read: of("SISMEMBER"),
                add: of("SADD"),
                value: "",
                remove: of("SREM"),
                scan: of("SSCAN"),
            },
            _ => Verbs {
                read: of("HGET"),
                add: of("HSET"),
                value: " v",
                remove: of("HDEL"),
                scan: of("HSCAN"),
            },
        }
    }
}

pub fn controls(scene: &Scene, dict: &Dict, walk: Option<&Walk>) -> Vec<Control> {
    let verbs = Verbs::of(scene);
    let count = scene.options.number("count", 3, 1, 20);
    let cursor = walk.map_or(0, |walk| walk.next);
    let mut all = vec![
        Control {
            name: "order".to_owned(),
            label: "Rows in SCAN’s order".to_owned(),
            kind: ControlKind::Switch,
            value: scene.options.get("order").unwrap_or_default().to_owned(),
        },
        Control {
            name: "count".to_owned(),
            label: "COUNT".to_owned(),
            kind: ControlKind::Number {
                min: 1,
                max: 20,
                step: 1,
            },
            value: count.to_string(),
        },
    ];
    let label = match cursor {
        0 => "Scan from the beginning",
        _ => "Scan on",
    };
    all.push(run_button(
        label,
        &[format!("{} {cursor} COUNT {count}", verbs.scan)],
    ));
    if let Some(key) = dict.keys().last() {
        all.push(run_button(
            "Read one",
            &[format!("{} {}", verbs.read, format::word(key))],
        ));
    }
    all.push(run_button("Add one", &[add(&verbs, dict.entries(), 1)]));
    // One below the number at which it grows.
    let brink = dict
        .tables
        .last()
        .map_or(4, |table| u64::from(table.buckets));
    if dict.entries() < brink && brink <= 256 && !dict.is_rehashing() {
        all.push(run_button(
            "Fill to the brink",
            &[add(&verbs, dict.entries(), brink - dict.entries())],
        ));
    }
    if dict.entries() > 8 && dict.entries() <= 256 {
        let most = dict.keys().take(dict.entries() as usize * 9 / 10);
        let names: Vec<String> = most.map(|key| format::word(key)).collect();
        all.push(run_button(
            "Delete nine in ten",
            &[format!("{} {}", verbs.remove, names.join(" "))],
        ));
    }
    if scene.held().is_none() {
        all.push(run_button("Let the timer tick", &["+ 100ms".to_owned()]));
        let (label, line) = match dict.held {
            false => ("Hold a fork (MODEL)", "DEBUG DICT-RESIZING 0"),
            true => ("End the fork (MODEL)", "DEBUG DICT-RESIZING 1"),
        };
        all.push(run_button(label, &[line.to_owned()]));
    }
    all
}

/// New ones, numbered on from how many there are.
fn add(verbs: &Verbs, from: u64, count: u64) -> String {
    let mut line = verbs.add.clone();
    for number in from + 1..=from + count {
        line.push_str(&format!(" n:{number}{}", verbs.value));
    }
    line
}
