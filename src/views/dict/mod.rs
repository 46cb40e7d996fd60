//! A hash table at work: two tables while it is rehashed, the frontier, chains, and the bits of SCAN's cursor. Once for
//! the table of the keys, once for the fields of a hash or the members of a set.
//!
//! `tables.rs` says what the tables are after so many events, `walk.rs` how far a SCAN has come, `drawing.rs` draws,
//! `ask.rs` asks.

mod ask;
mod controls;
mod drawing;
mod tables;
mod walk;

pub use tables::{at, bits, reversed};
pub use walk::{Walk, of as walk_of};

use messages::format::{counted, text_of};
use messages::markup::{Markup, el, several};
use trace::{Dict as Told, Event, Of};

use crate::parts::{absent, head, note};
use crate::pictures;
use crate::snapshot::Snapshot;
use crate::xray;
use crate::{Drawing, Part, Scene, Subject, View};

pub static KEYSPACE: View = View {
    name: "keyspace",
    title: "Keyspace: rehash and SCAN",
    about: "The table of all keys while it grows: every command, a GET too, moves a bucket, and SCAN’s cursor counts backwards so that nothing is missed meanwhile.",
    subject: Subject::Server(&[Part::Keys]),
    model: None,
    starter: "MSET k:1 a k:2 b k:3 c k:4 d k:5 e k:6 f k:7 g k:8 h\n\
              SET k:9 i\n\
              GET k:2\n\
              + 100ms\n\
              MSET k:10 j k:11 k k:12 l k:13 m k:14 n k:15 o k:16 p\n\
              SCAN 0 COUNT 5\n\
              SET k:17 q",
    key: "",
    steps_over: |event| {
        matches!(
            event,
            Event::Dict {
                of: Of::Keys(_),
                ..
            }
        )
    },
    say,
    draw,
};

pub static VIEW: View = View {
    name: "dict",
    title: "Dict: rehash and SCAN",
    about: "The hash table of a large hash or set: two tables while it grows or shrinks, the bucket that moves with each look-up, HSCAN’s cursor bit by bit.",
    subject: Subject::Key(&["hash", "set"]),
    model: None,
    starter: "CONFIG SET hash-max-listpack-entries 4\n\
              HSET cart tea 1 jam 2 egg 3 fig 4\n\
              HSET cart rye 5\n\
              HSET cart ham 6 oat 7 pea 8\n\
              HSET cart soy 9\n\
              HGET cart jam",
    key: "cart",
    steps_over: |event| {
        matches!(
            event,
            Event::Dict { of: Of::Value, .. } | Event::Encoding { .. }
        )
    },
    say,
    draw,
};

fn say(event: &Event) -> String {
    match event {
        Event::Dict { told, .. } => say_step(told),
        other => xray::say(other),
    }
}

fn say_step(told: &Told) -> String {
    match told {
        Told::Allocated { buckets: 0 } => "All tables are thrown away.".to_owned(),
        Told::Allocated { buckets } => format!("An empty table of {buckets} buckets is laid."),
        Told::Started { from, to, used } if to > from => format!(
            "{used} entries in {from} buckets: a second table with {to} is laid, and from now on each operation moves a bucket."
        ),
        Told::Started { from, to, used } => format!(
            "{used} entries in {from} buckets are an eighth or less: a second table with {to} is laid, and each operation moves a bucket."
        ),
        Told::Refused {
            used,
            buckets,
            ratio,
        } => format!(
            "{used} entries in {buckets} buckets, but a child process shares the memory: it grows at {} entries.",
            ratio * buckets
        ),
        Told::Passed { to } => format!("The frontier passes empty buckets and stands at {to}."),
        Told::Moved {
            bucket,
            visited,
            to,
        } => {
            let mut targets = to.clone();
            targets.sort_unstable();
            targets.dedup();
            let targets: Vec<String> = targets.iter().map(u32::to_string).collect();
            let why = match visited {
                true => "a look-up came by, so it goes first",
                false => "it is next at the frontier",
            };
            format!(
                "Bucket {bucket} moves to {} of table 1: {why}.",
                targets.join(" and ")
            )
        }
        Told::Finished { buckets } => {
            format!("Table 0 is empty: the table of {buckets} buckets takes its place.")
        }
        Told::Looked {
            key,
            buckets,
            found,
            compared,
            ..
        } => {
            let places: Vec<String> = buckets
                .iter()
                .zip(0..)
                .map(|(bucket, table)| format!("bucket {bucket} of table {table}"))
                .collect();
            let found = match found {
                Some(table) => format!(
                    "found in table {table} after {}",
                    counted((*compared).into(), "comparison")
                ),
                None => format!(
                    "not there after {}",
                    counted((*compared).into(), "comparison")
                ),
            };
            format!(
                "{} belongs to {}: {found}.",
                text_of(key),
                places.join(" or ")
            )
        }
        Told::Inserted { table, bucket, key } => format!(
            "{} is put at the head of bucket {bucket} of table {table}.",
            text_of(key)
        ),
        Told::Removed {
            table, bucket, key, ..
        } => format!("{} leaves bucket {bucket} of table {table}.", text_of(key)),
        Told::Scanned {
            cursor,
            next,
            buckets,
            keys,
        } => {
            let places: Vec<String> = buckets
                .iter()
                .map(|(table, bucket)| format!("{bucket} of table {table}"))
                .collect();
            let places = match places.len() {
                0..=6 => places.join(", "),
                many => format!("{} and {} more", places[..6].join(", "), many - 6),
            };
            format!(
                "Cursor {cursor}: bucket {places}, {}; the next cursor is {next}.",
                counted(keys.len() as u64, "key")
            )
        }
    }
}

fn draw(scene: &Scene) -> Drawing {
    let ask = ask::question(scene);
    // The tables of the end are the answer: until it is given, they stand as they were.
    let hidden = ask.is_some() && scene.is_over();
    let dict = match hidden {
        true => tables::held(&scene.frame.before).cloned(),
        false => tables::at(scene),
    };
    let Some(dict) = dict else {
        return without_table(scene);
    };
    let walk = walk::of(scene);
    let events = if hidden { &[] } else { scene.events() };
    let in_scan_order = scene.options.is_on("order");
    let picture = drawing::Picture {
        dict: &dict,
        walk: walk.as_ref().filter(|walk| walk.is_open() && !hidden),
        now: if hidden { None } else { scene.events().last() },
        in_scan_order,
    };
    let notes = several([head_of(scene)])
        .append(drawing::counts(&dict))
        .add_if(dict.held.then(|| note(
            "MODEL: resizing waits as it does while a child process saves. A server’s own DEBUG DICT-RESIZING 0 refuses it altogether.",
        )))
        .add_if(drawing::hash(&dict, events))
        .add_if(walk.as_ref().and_then(|walk| drawing::cursor(&dict, walk)))
        .append(picture.svg());
    Drawing {
        picture: Some(notes),
        said: match hidden {
            true => format!("{}: the tables stand as before it.", scene.frame.line),
            false => String::new(),
        },
        table: Some(drawing::table(&dict, picture.walk)),
        ask,
        controls: controls::controls(scene, &dict, walk.as_ref()),
        ..Drawing::default()
    }
}

fn head_of(scene: &Scene) -> Markup {
    match scene.state() {
        Snapshot::Key(key) => head(&key.row),
        Snapshot::Server(server) => el("p", "picture-head")
            .append(el("code", "").say("keyspace"))
            .append(el("span", "").say(&counted(server.keys, "key"))),
        Snapshot::Nothing => absent(scene.key),
    }
}

/// The key is not there, or is no table.
fn without_table(scene: &Scene) -> Drawing {
    let Some(key) = scene.held() else {
        let picture = match scene.state() {
            Snapshot::Server(_) => note("In a cluster each slot has a table of its own."),
            _ if scene.key.is_empty() => note("There is no table yet."),
            _ => absent(scene.key),
        };
        return Drawing {
            picture: Some(picture),
            ..Drawing::default()
        };
    };
    let why = match key.row.kind.as_str() {
        "hash" | "set" => "So small, it is no hash table yet: looking up means walking along.",
        _ => "This key is no hash and no set.",
    };
    Drawing {
        picture: Some(several([head(&key.row), note(why)]).add_if(pictures::still(key))),
        table: pictures::table(key),
        ..Drawing::default()
    }
}
