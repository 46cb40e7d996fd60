//! A stream: nodes of entries, the radix tree that finds them, groups with their cursors, and who has which entry.
//!
//! `state.rs` says what the stream is after so many events, `drawing.rs` draws nodes, tree and groups, `ask.rs` asks.

mod ask;
mod drawing;
mod state;

use messages::drawing::Control;
use messages::format::{self, counted, lifetime, text_of};
use messages::markup::{el, several};
use trace::stream::Kept;
use trace::{Event, Stream as Told};

use crate::parts::{head, of_another_type};
use crate::snapshot::Stream;
use crate::xray;
use crate::{Drawing, Scene, Subject, View, run_button};

pub use state::at;

pub static VIEW: View = View {
    name: "streams",
    title: "Streams and groups",
    about: "Entries in their nodes, the cursor of each group, and who has which entry: why ~ removed nothing, why a pending entry comes back as nil, why a lag is unknown.",
    subject: Subject::Key(&["stream"]),
    model: None,
    starter: "CONFIG SET stream-node-max-entries 4\n\
              XADD jobs 1-0 task mail to ada\n\
              XADD jobs 2-0 task mail to bob\n\
              XADD jobs 3-0 scan 7\n\
              XADD jobs 4-0 task mail to cyd\n\
              XADD jobs 5-0 task mail to dan\n\
              XADD jobs 6-0 task mail to eve\n\
              XADD jobs 7-0 task mail to fay\n\
              XADD jobs 8-0 task mail to gil\n\
              XADD jobs 300-0 task mail to hal\n\
              XGROUP CREATE jobs team 0\n\
              XREADGROUP GROUP team ann COUNT 3 STREAMS jobs >\n\
              XACK jobs team 1-0\n\
              XTRIM jobs MAXLEN ~ 6\n\
              XDEL jobs 2-0 7-0\n\
              XREADGROUP GROUP team ann STREAMS jobs 0\n\
              XREADGROUP GROUP team ben COUNT 2 STREAMS jobs >",
    key: "jobs",
    steps_over: |event| matches!(event, Event::Stream(_)),
    say,
    draw,
};

fn say(event: &Event) -> String {
    match event {
        Event::Stream(
            told @ (Told::Added { .. }
            | Told::Deleted { .. }
            | Told::NodeGone { .. }
            | Told::NodeKept { .. }
            | Told::Needed { .. }),
        ) => say_log(told),
        Event::Stream(told) => say_group(told),
        other => xray::say(other),
    }
}

/// What happens to entries and nodes.
fn say_log(told: &Told) -> String {
    match told {
        Told::Added {
            id,
            node,
            same_fields,
        } => match (id == node, same_fields) {
            (true, _) => {
                format!("{id} begins a new node; its field names become the master entry.")
            }
            (false, true) => format!(
                "{id} goes into node {node}. Its field names are those of the master entry: only values are stored."
            ),
            (false, false) => {
                format!("{id} goes into node {node}, with field names of its own.")
            }
        },
        Told::Deleted {
            id,
            node,
            node_gone,
            ..
        } => match node_gone {
            true => format!("{id} was the last entry of node {node}: the node goes."),
            false => format!("{id} is marked as deleted; its bytes stay in node {node}."),
        },
        Told::NodeGone { node, live } => {
            format!("Node {node} goes as a whole, with {}.", entries(*live))
        }
        Told::NodeKept {
            node,
            live,
            length,
            why,
        } => format!("Node {node} stays: {}.", kept(*live, *length, *why)),
        Told::Needed { id } => format!("A group still needs {id}: it stays."),
        _ => String::new(),
    }
}

/// `1 entry`, `2 entries`.
fn entries(count: u64) -> String {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}

/// Why `~` leaves a node alone.
fn kept(live: u64, length: u64, why: Kept) -> String {
    match why {
        Kept::MaxLen(most) if length <= most => {
            format!("the stream has {}, no more than {most}", entries(length))
        }
        Kept::MaxLen(most) => format!(
            "it has {} of {length}, and without all of them {} would be left, fewer than {most}; ~ takes whole nodes only",
            entries(live),
            length - live
        ),
        Kept::MinId(least) => {
            format!("its last entry is not before {least}; ~ takes whole nodes only")
        }
        Kept::Limit(limit) => format!(
            "its {} are more than LIMIT {limit} still allows",
            entries(live)
        ),
    }
}

/// What happens to groups, consumers and pending entries.
fn say_group(told: &Told) -> String {
    match told {
        Told::GroupMade { group, last, .. } => {
            format!("Group {} begins after {last}.", text_of(group))
        }
        Told::GroupGone { group } => {
            format!(
                "Group {} goes, with all that was pending in it.",
                text_of(group)
            )
        }
        Told::ConsumerMade { group, consumer } => format!(
            "{} is a consumer of {} now.",
            text_of(consumer),
            text_of(group)
        ),
        Told::ConsumerGone {
            consumer, pending, ..
        } => format!(
            "{} goes, and {} with it: nobody will be given them again.",
            text_of(consumer),
            counted(*pending, "ticket")
        ),
        Told::Cursor {
            group,
            last,
            entries_read,
        } => {
            let read = entries_read.map_or_else(
                || "nobody can say which one of all that is".to_owned(),
                |read| format!("{read} read"),
            );
            format!(
                "The cursor of {} stands after {last}; {read}.",
                text_of(group)
            )
        }
        Told::Delivered { consumer, id, .. } => {
            format!(
                "{id} is delivered to {}, who has a ticket for it until XACK.",
                text_of(consumer)
            )
        }
        Told::Again {
            consumer, id, gone, ..
        } => match gone {
            true => format!(
                "{} has a ticket for {id}, but the entry is gone: nil.",
                text_of(consumer)
            ),
            false => format!("{id} is delivered to {} once more.", text_of(consumer)),
        },
        Told::Acknowledged { group, id } => {
            format!(
                "The ticket for {id} is taken back: {} is done with it.",
                text_of(group)
            )
        }
        Told::Claimed {
            from,
            to,
            id,
            count,
            ..
        } => {
            let from = from
                .as_ref()
                .map_or_else(|| "nobody".to_owned(), |from| text_of(from));
            format!(
                "The ticket for {id} passes from {from} to {}; delivered {}.",
                text_of(to),
                counted(*count, "time")
            )
        }
        Told::TooFresh {
            id, idle, least, ..
        } => format!(
            "{id} lay for {} only, and {} were asked for: it stays where it is.",
            lifetime(*idle),
            lifetime(*least)
        ),
        _ => String::new(),
    }
}

fn draw(scene: &Scene) -> Drawing {
    let Some(stream) = state::at(scene) else {
        return of_another_type(scene, "This key is no stream.");
    };
    let asked = ask::question(scene);
    let (secret, ask) = match asked {
        Some((secret, ask)) => (Some(secret), Some(ask)),
        None => (None, None),
    };
    let look = drawing::Look {
        key: scene.key,
        stream: &stream,
        now: scene.event(),
        clock: scene.frame.clock_millis,
        secret,
    };
    let picture = several([])
        .add_if(scene.held().map(|key| head(&key.row)))
        .append(drawing::facts(&look))
        .add_if(stayed(scene, secret))
        .append(drawing::nodes(&look))
        .append(drawing::radix(&look))
        .append(drawing::groups(&look));
    Drawing {
        picture: Some(picture),
        table: Some(drawing::table(&look)),
        ask,
        controls: controls(scene, &stream),
        ..Drawing::default()
    }
}

/// Why `~` removed no more than it did.
fn stayed(scene: &Scene, secret: Option<ask::Secret>) -> Option<messages::markup::Markup> {
    if secret == Some(ask::Secret::Reason) {
        return None;
    }
    scene.events().iter().rev().find_map(|event| match event {
        Event::Stream(told @ Told::NodeKept { .. }) => {
            Some(el("p", "rule-fired").say(&say_log(told)))
        }
        _ => None,
    })
}

fn controls(scene: &Scene, stream: &Stream) -> Vec<Control> {
    let key = format::word(scene.key);
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |label: String, line: String| lines.push((label, vec![line]));
    match stream.groups.first() {
        None => add(
            "Make a group".to_owned(),
            format!("XGROUP CREATE {key} team 0"),
        ),
        Some(group) => {
            let name = format::word(&group.name);
            let mut names: Vec<Vec<u8>> = group
                .consumers
                .iter()
                .map(|consumer| consumer.name.clone())
                .take(2)
                .collect();
            for usual in [b"ann", b"ben"] {
                if names.len() < 2 && !names.contains(&usual.to_vec()) {
                    names.push(usual.to_vec());
                }
            }
            for consumer in &names {
                add(
                    format!("{} reads one", text_of(consumer)),
                    format!(
                        "XREADGROUP GROUP {name} {} COUNT 1 STREAMS {key} >",
                        format::word(consumer)
                    ),
                );
            }
            if let [one, other] = names.as_slice() {
                add(
                    format!("{} asks again", text_of(one)),
                    format!(
                        "XREADGROUP GROUP {name} {} STREAMS {key} 0",
                        format::word(one)
                    ),
                );
                add(
                    format!("{} takes what lay a minute", text_of(other)),
                    format!("XAUTOCLAIM {key} {name} {} 60000 0", format::word(other)),
                );
            }
        }
    }
    add("A minute passes".to_owned(), "+ 60s".to_owned());
    add(
        "Add an entry".to_owned(),
        format!("XADD {key} * task mail to zoe"),
    );
    let fewer = stream.length.saturating_sub(1);
    add("Trim ~".to_owned(), format!("XTRIM {key} MAXLEN ~ {fewer}"));
    add(
        "Trim exactly".to_owned(),
        format!("XTRIM {key} MAXLEN {fewer}"),
    );
    add(
        "Delete the first".to_owned(),
        format!("XDEL {key} {}", stream.first_id),
    );
    lines
        .into_iter()
        .map(|(label, lines)| run_button(&label, &lines))
        .collect()
}
