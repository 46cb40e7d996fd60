//! A HyperLogLog: the way of each element from its hash into one of 16,384 registers, and what they say together.
//!
//! `state.rs` says what the registers are after so many events, `drawing.rs` draws, `ask.rs` asks.

mod ask;
mod drawing;
mod state;

use messages::drawing::{Control, ControlKind};
use messages::format::{self, counted, text_of};
use messages::markup::{el, several};
use structures::hyperloglog::{self as hll, Encoding};
use trace::{Event, Hyperloglog as Told};

use crate::parts::{absent, head, note};
use crate::snapshot::Body;
use crate::xray;
use crate::{Drawing, Scene, Subject, View, run_button};

pub use state::registers;

pub static VIEW: View = View {
    name: "hyperloglog",
    title: "HyperLogLog lab",
    about: "All 16,384 registers and the real bytes under them: from an element’s hash to one register, and from the registers to a count.",
    subject: Subject::Key(&["string"]),
    model: None,
    starter: "PFADD visits user:1 user:2 user:3 user:4 user:5 user:6 user:7 user:8 user:9 user:10\n\
              PFADD visits user:121\n\
              PFCOUNT visits\n\
              PFADD visits user:11 user:12 user:13 user:14 user:15 user:16\n\
              PFADD visits user:196",
    key: "visits",
    steps_over: |event| matches!(event, Event::Hyperloglog(_)),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Hyperloglog(told) = event else {
        return xray::say(event);
    };
    match told {
        Told::Placed {
            element,
            register,
            run,
            ..
        } => format!(
            "The hash of {} ends with the 14 bits of register {register}; the others end with {}: run {run}.",
            text_of(element),
            counted(u64::from(run.saturating_sub(1)), "zero").replace("zeros", "zeroes")
        ),
        Told::Raised { register, from, to } => format!("Register {register}: {from} becomes {to}."),
        Told::Kept { register, value } => {
            format!("Register {register} holds {value} already: nothing changes.")
        }
        Told::Rewritten {
            register,
            before,
            after,
        } => {
            format!("The opcode of register {register} is rewritten: {before} bytes, now {after}.")
        }
        Told::Promoted {
            before,
            after,
            most,
        } => format!(
            "The sparse form would pass {most} bytes, or cannot say so long a run: {before} bytes become {after}, for good."
        ),
        Told::Counted { estimate, cached } => match cached {
            true => format!("The estimate {estimate} stands in the header: no register is read."),
            false => format!(
                "All registers are read: about {estimate}. It is written into the header, so this read changes the key."
            ),
        },
    }
}

fn draw(scene: &Scene) -> Drawing {
    let many = scene.options.number("many", 0, 0, 20);
    let registers = match many {
        0 => state::registers(scene),
        _ => Some(state::simulated(1 << many)),
    };
    let Some(registers) = registers else {
        return without_registers(scene);
    };
    let hidden = !scene.revealed && scene.is_over() && many == 0;
    let now = scene.events().iter().rev().find_map(state::register_of);
    let cursor = scene
        .options
        .get("cell")
        .and_then(|cell| cell.parse().ok())
        .or(now);
    let bytes = state::bytes(scene);
    let ask = match many {
        0 => ask::question(scene, &registers),
        _ => None,
    };
    let exact = match many {
        0 => state::exact(scene),
        _ => Some(1 << many),
    };
    let picture = several([])
        .add_if(scene.held().map(|key| head(&key.row)))
        .add_if((many > 0).then(|| {
            note(&format!(
                "MODEL: a sketch beside yours was given user:1 to user:{}. Yours is not touched.",
                1 << many
            ))
        }))
        .add_if(
            state::hash_of(scene.events())
                .filter(|_| many == 0)
                .map(drawing::hash),
        )
        .append(drawing::estimate(&registers, exact))
        .append(drawing::histogram(&registers))
        .add_if(
            bytes
                .filter(|_| many == 0)
                .map(|bytes| drawing::bytes(bytes, cursor)),
        );
    Drawing {
        picture: Some(picture),
        board: Some(drawing::board(&registers, cursor, hidden && ask.is_some())),
        said: pointed_at(scene, &registers, bytes),
        table: Some(drawing::table(&registers)),
        ask,
        controls: controls(scene, many),
    }
}

/// What lies under the cursor, if the reader moved it.
fn pointed_at(scene: &Scene, registers: &[u8], bytes: Option<&[u8]>) -> String {
    let cell = scene
        .options
        .get("cell")
        .and_then(|cell| cell.parse::<usize>().ok());
    let Some((cell, value)) = cell.and_then(|cell| Some((cell, registers.get(cell)?))) else {
        return String::new();
    };
    let place = match bytes.map(|bytes| (bytes, hll::encoding(bytes))) {
        Some((_, Encoding::Dense)) => {
            let bit = 6 * cell;
            format!(
                ", six bits from bit {} of byte {}",
                bit % 8,
                hll::HEADER_BYTES + bit / 8
            )
        }
        Some((bytes, Encoding::Sparse)) => state::opcode_of(bytes, cell)
            .map_or_else(String::new, |(at, words)| {
                format!(", in the opcode at byte {at}: {words}")
            }),
        None => String::new(),
    };
    format!("Register {cell}: {value}{place}.")
}

fn without_registers(scene: &Scene) -> Drawing {
    let Some(key) = scene.held() else {
        return Drawing {
            picture: Some(absent(scene.key)),
            ..Drawing::default()
        };
    };
    let why = match &key.body {
        Body::Hyperloglog(_) => {
            "These bytes begin as a HyperLogLog does, but their opcodes do not add up to 16,384 registers: the server answers INVALIDOBJ."
        }
        _ => "This key is no HyperLogLog.",
    };
    Drawing {
        picture: Some(several([
            head(&key.row),
            el("p", "picture-note strong").say(why),
        ])),
        ..Drawing::default()
    }
}

fn controls(scene: &Scene, many: i64) -> Vec<Control> {
    let key = format::word(scene.key);
    let element = scene.past.len() * 20 + 1000;
    let twenty: String = (element..element + 20)
        .map(|at| format!(" user:{at}"))
        .collect();
    vec![
        run_button("Add one", &[format!("PFADD {key} user:{element}")]),
        run_button("Add 20", &[format!("PFADD {key}{twenty}")]),
        run_button("Count", &[format!("PFCOUNT {key}")]),
        run_button(
            "Sparse up to 100 bytes",
            &["CONFIG SET hll-sparse-max-bytes 100".to_owned()],
        ),
        run_button(
            "Break a byte",
            &[
                format!("SETRANGE {key} 16 \"\\xff\""),
                format!("PFCOUNT {key}"),
            ],
        ),
        Control {
            name: "many".to_owned(),
            label: "Elements in a sketch beside it, as a power of two".to_owned(),
            kind: ControlKind::Number {
                min: 0,
                max: 20,
                step: 1,
            },
            value: many.to_string(),
        },
    ]
}
