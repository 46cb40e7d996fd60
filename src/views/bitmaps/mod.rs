//! A string as bits: the board of them, the bytes that they make, and what GET prints of those bytes.
//!
//! `state.rs` says what the bits are after so many events, `drawing.rs` draws them, `ask.rs` asks.

mod ask;
mod drawing;
mod state;

use messages::drawing::{Ask, Control};
use messages::format::{self, counted, text_of};
use messages::markup::{el, several};
use trace::{Bits as Told, Event};

use crate::parts::{absent, head, note, of_another_type};
use crate::xray;
use crate::{Drawing, Scene, Subject, View, run_button};

pub use state::{Board, Field, at, board_of};

pub static VIEW: View = View {
    name: "bitmaps",
    title: "Bitmap",
    about: "The bits of any string above the bytes that GET prints: bit 0 is the highest bit of byte 0, and every stroke is a SETBIT.",
    subject: Subject::Key(&["string"]),
    model: None,
    starter: "BITFIELD mon SET u16 0 27221\n\
              BITFIELD tue SET u16 0 25479\n\
              BITOP AND both mon tue\n\
              BITCOUNT both\n\
              BITFIELD both SET u8 16 250 OVERFLOW SAT INCRBY u8 16 10\n\
              BITPOS both 0\n\
              SETBIT both 3 1",
    key: "both",
    steps_over: |event| matches!(event, Event::Bits(_) | Event::Encoding { .. }),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Bits(told) = event else {
        return xray::say(event);
    };
    let digit = |bit: &bool| u8::from(*bit);
    let number = |signed: &bool, width: &u32| format!("{}{width}", if *signed { 'i' } else { 'u' });
    match told {
        Told::Grown { from, to } => format!(
            "The string grows from {} to {}, with zeros.",
            counted(*from, "byte"),
            counted(*to, "byte")
        ),
        Told::Read { at, bit } => format!("Bit {at}, {}, is {}.", place(*at), digit(bit)),
        Told::Set { at, from, to } if from == to => {
            format!("Bit {at}, {}, is {} already.", place(*at), digit(to))
        }
        Told::Set { at, from, to } => format!(
            "Bit {at}, {}: {} becomes {}.",
            place(*at),
            digit(from),
            digit(to)
        ),
        Told::NumberRead {
            signed,
            width,
            at,
            value,
        } => format!(
            "Bits {at} to {} as {}: {value}.",
            at + u64::from(*width) - 1,
            number(signed, width)
        ),
        Told::NumberSet {
            signed,
            width,
            at,
            from,
            wanted,
            to,
            overflow,
        } => {
            let (kind, last) = (number(signed, width), at + u64::from(*width) - 1);
            let bits = format!("Bits {at} to {last} as {kind}");
            match to {
                None => format!(
                    "{bits}: {from} stays, for {} does not fit and {overflow} refuses.",
                    state::exact(*wanted)
                ),
                Some(to) if i128::from(*to) == *wanted => format!("{bits}: {from} becomes {to}."),
                Some(to) => {
                    format!(
                        "{bits}: {from} becomes {to}, for {} does not fit and {overflow} decides.",
                        state::exact(*wanted)
                    )
                }
            }
        }
        Told::Counted { first, last, ones } => {
            format!("From bit {first} to bit {last}, {} set.", are(*ones))
        }
        Told::Found {
            bit,
            first,
            last,
            at,
        } => match at {
            Some(at) if at > last => format!(
                "No {} from bit {first} to bit {last}; behind the string zeros go on, so it is bit {at}.",
                digit(bit)
            ),
            Some(at) => format!(
                "From bit {first} on, bit {at}, {}, is the first {}.",
                place(*at),
                digit(bit)
            ),
            None => format!("No {} from bit {first} to bit {last}.", digit(bit)),
        },
        Told::Combined {
            operation,
            sources,
            length,
            ..
        } => {
            let names: Vec<String> = sources.iter().map(|source| text_of(&source.key)).collect();
            format!(
                "{operation} of {} gives {}: {}.",
                names.join(", "),
                counted(*length, "byte"),
                drawing::rule(operation)
            )
        }
    }
}

fn are(ones: u64) -> String {
    match ones {
        1 => "1 bit is".to_owned(),
        ones => format!("{ones} bits are"),
    }
}

/// `the 2nd of byte 1`: the order that surprises.
fn place(at: u64) -> String {
    let from_left = ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th"][(at % 8) as usize];
    format!("the {from_left} from the left in byte {}", at / 8)
}

fn draw(scene: &Scene) -> Drawing {
    let Some(board) = state::at(scene) else {
        return without_bits(scene);
    };
    let told = state::last(scene);
    let reach = told.and_then(state::reach);
    let chosen = scene
        .options
        .get("cell")
        .and_then(|cell| cell.parse::<u64>().ok());
    let cell = match (chosen, reach) {
        (Some(cell), _) => board.first * 8 + cell,
        (None, Some((first, _))) => first,
        (None, None) => board.first * 8,
    };
    let ask = ask::question(scene, &board);
    if ask.is_some() && ask::far(scene).is_some() {
        return unseen(scene, ask);
    }
    // The byte that the question is about.
    let hidden = ask.as_ref().and_then(|_| ask::byte(scene));
    let look = drawing::Look {
        board: &board,
        key: scene.key,
        cell,
        reach,
        hidden,
        fields: &state::fields(scene),
    };
    let picture = several([])
        .add_if(scene.held().map(|key| head(&key.row)))
        .add_if(told.and_then(drawing::stack))
        .append(drawing::close_up(&look))
        .append(drawing::numbers(&look))
        .append(drawing::memory(&look));
    Drawing {
        picture: Some(picture),
        board: drawing::board(&look),
        said: match chosen {
            Some(_) => pointed_at(&board, cell),
            None => String::new(),
        },
        table: Some(drawing::table(&look)),
        ask,
        controls: controls(scene, &board),
    }
}

/// The question is how long the string is, and every part of the picture would say it.
fn unseen(scene: &Scene, ask: Option<Ask>) -> Drawing {
    Drawing {
        picture: Some(several([
            el("p", "picture-head").append(el("code", "").say(&text_of(scene.key))),
            note("The string is drawn after your answer."),
        ])),
        ask,
        ..Drawing::default()
    }
}

fn pointed_at(board: &Board, at: u64) -> String {
    match board.bit(at) {
        Some(bit) => format!("Bit {at} is {}: {}.", u8::from(bit), place(at)),
        None => {
            format!("Bit {at} lies behind the end: it reads as 0, and nothing is stored for it.")
        }
    }
}

fn without_bits(scene: &Scene) -> Drawing {
    let Some(key) = scene.held() else {
        let key = format::word(scene.key);
        return Drawing {
            picture: Some(absent(scene.key)),
            controls: vec![run_button("Set bit 7", &[format!("SETBIT {key} 7 1")])],
            ..Drawing::default()
        };
    };
    let why = match key.row.kind.as_str() {
        "string" => "An empty string: every bit of it reads as 0, and none is stored.",
        _ => "This key is no string, so it has no bits to read or set.",
    };
    of_another_type(scene, why)
}

fn controls(scene: &Scene, board: &Board) -> Vec<Control> {
    let key = format::word(scene.key);
    let last = board.length.saturating_sub(1) * 8;
    let add = |overflow: &str| format!("BITFIELD {key} OVERFLOW {overflow} INCRBY u8 {last} 100");
    vec![
        run_button("Count the ones", &[format!("BITCOUNT {key}")]),
        run_button("Find the first 1", &[format!("BITPOS {key} 1")]),
        run_button("Turn all round", &[format!("BITOP NOT {key} {key}")]),
        run_button("Add 100, WRAP", &[add("WRAP")]),
        run_button("Add 100, SAT", &[add("SAT")]),
        run_button("Add 100, FAIL", &[add("FAIL")]),
        run_button("Set bit 1,000,000", &[format!("SETBIT {key} 1000000 1")]),
    ]
}
