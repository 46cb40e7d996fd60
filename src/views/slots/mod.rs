//! The 16,384 slots of a cluster: which bytes of a key count, what they hash to, and what a client is answered while a
//! slot moves.
//!
//! Keys, hash and slots are the engine's own. The three nodes are a model, since this page has one server: `cluster.rs`
//! says who owns what and what each would answer, `drawing.rs` draws.

mod cluster;
mod drawing;

use messages::drawing::{Ask, Choice, Control, ControlKind};
use messages::format::{self, text_of};
use messages::markup::several;
use structures::slot;
use trace::Event;

use crate::parts::note;
use crate::snapshot::{Slot, Snapshot};
use crate::xray;
use crate::{Drawing, Part, Scene, Subject, View, run_button};

pub use cluster::{Model, Move, NODES, Node};

pub static VIEW: View = View {
    name: "slots",
    title: "Slot board",
    about: "From the bytes of a key to one of 16,384 slots, with the owner’s map and the client’s map side by side: every redirection is their difference.",
    subject: Subject::Server(&[Part::Slots]),
    model: Some(
        "Keys, hashes and slots are the engine’s. The three nodes that own the slots, and the client, are simulated: this page has one server.",
    ),
    starter: "SET foo 1\n\
              SET {user:7}:name ada\n\
              SET {user:7}:cart book\n\
              MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8\n\
              SET foo{}{bar} 1\n\
              SET foo{{bar}}zap 1\n\
              GET foo",
    key: "",
    steps_over: |event| matches!(event, Event::Key { .. }),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Key { key, .. } = event else {
        return xray::say(event);
    };
    let part = slot::hashed_part(key);
    let crc = slot::crc16(part);
    let which = match part.len() == key.len() {
        true => "the whole key counts".to_owned(),
        false => format!("only {} counts", text_of(part)),
    };
    format!(
        "{}: {which}; CRC-16 {crc:#06x}, and its low 14 bits are {} (node {}).",
        text_of(key),
        slot::key_slot(key),
        cluster::first_owner(slot::key_slot(key)).name()
    )
}

fn draw(scene: &Scene) -> Drawing {
    let slots = match scene.state() {
        Snapshot::Server(server) => server.slots.as_slice(),
        _ => &[],
    };
    let model = Model::of(scene);
    let cursor = scene.options.get("cell").and_then(|cell| cell.parse().ok());
    let at = cursor.unwrap_or(model.slot).min(slot::SLOTS as u16 - 1);
    let ask = ask(scene, &model);
    let told = ask.is_none() || model.is_at_rest();
    let picture = several([drawing::hashing(&model.key)])
        .append(drawing::client_map(&model))
        .add_if(told.then(|| drawing::conversation(&model)))
        .append(note(
            "The small board is the map that the client has kept; the large one the slots as their owners have them, with a ring where you have keys.",
        ));
    Drawing {
        picture: Some(picture),
        board: Some(drawing::board(&model, slots, at)),
        said: match cursor {
            Some(_) => pointed_at(&model, slots, at),
            None => String::new(),
        },
        table: Some(drawing::table(&model, slots)),
        ask,
        controls: controls(scene, &model),
    }
}

/// `slot 12182, node C, 2 keys: foo`.
fn pointed_at(model: &Model, slots: &[Slot], at: u16) -> String {
    let keys = slots.iter().find(|slot| slot.slot == at);
    let held = keys.map_or_else(
        || "no keys".to_owned(),
        |slot| {
            format!(
                "{}: {}",
                format::counted(slot.keys.into(), "key"),
                text_of(&slot.first)
            )
        },
    );
    format!("Slot {at}, node {}, {held}.", model.owner(at).name())
}

/// Asked while the slot moves, or about tags before anything moves.
fn ask(scene: &Scene, model: &Model) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    let choice = |text: &str, right, why: &str| Choice {
        text: text.to_owned(),
        right,
        why: why.to_owned(),
    };
    if model.state == Move::Moving {
        return Some(Ask {
            question: "During the move, why must the client not remember an ASK?".to_owned(),
            choices: vec![
                choice(
                    "An ASK is true for one key now; other keys of the slot are still at the source",
                    true,
                    "Switch on “remembers ASK” and ask for a key that has not moved: the importing node answers MOVED, the client goes back and forth.",
                ),
                choice(
                    "The importing node may refuse the slot in the end",
                    false,
                    "It may, but that is not what goes wrong first.",
                ),
                choice(
                    "An ASK holds for one connection only",
                    false,
                    "ASKING does: it holds for one command. The ASK itself is an answer, and binds nobody.",
                ),
            ],
        });
    }
    let crowd = "{user:7}";
    Some(Ask {
        question: format!(
            "Which of these keys share a slot: {crowd}:name, {crowd}:cart, user:7, foo{{}}{{bar}}, bar?"
        ),
        choices: vec![
            choice(
                "The first two and user:7",
                true,
                "What stands between the first { and the first } after it counts; for user:7 that is the whole key.",
            ),
            choice(
                "The first two only",
                false,
                "A key without braces hashes whole, and user:7 is what the braces of the others hold.",
            ),
            choice(
                "The first three, and foo{}{bar} with bar",
                false,
                "The first braces of foo{}{bar} are empty, so the whole key counts; the second pair is never looked at.",
            ),
        ],
    })
}

fn controls(scene: &Scene, model: &Model) -> Vec<Control> {
    let control = |name: &str, label: &str, kind, value: String| Control {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        value,
    };
    let set = |name: &str| scene.options.get(name).unwrap_or_default().to_owned();
    let states = [
        ("", "at rest"),
        ("moving", "on its way to A"),
        ("done", "moved to A"),
    ];
    let states = states.map(|(value, label)| (value.to_owned(), label.to_owned()));
    let word = format::word(&model.key);
    vec![
        control("key", "Key", ControlKind::Text, text_of(&model.key)),
        control(
            "state",
            "Its slot is",
            ControlKind::Choice(states.to_vec()),
            set("state"),
        ),
        control(
            "gone",
            "This key has moved already",
            ControlKind::Switch,
            set("gone"),
        ),
        control(
            "naive",
            "The client remembers ASK",
            ControlKind::Switch,
            set("naive"),
        ),
        control(
            "knows",
            "The client has seen the new map",
            ControlKind::Switch,
            set("knows"),
        ),
        run_button("Store this key", &[format!("SET {word} 1")]),
    ]
}
