//! Keys and their deadlines: what is past its time and still there, and the cycle that looks for it, twenty keys at a
//! time.
//!
//! `state.rs` says what there is after so many events, `drawing.rs` draws, `controls.rs` offers lines.

mod controls;
mod drawing;
mod state;

pub use state::at;

use messages::drawing::{Ask, Choice};
use messages::format::{counted, lifetime, text_of};
use messages::markup::{Markup, el, several};
use trace::{Event, Expiry as Told};

use crate::parts::note;
use crate::snapshot::Expiry;
use crate::xray;
use crate::{Drawing, Part, Scene, Subject, View};

pub static VIEW: View = View {
    name: "expiry",
    title: "Expiry",
    about: "Keys that are past their deadline and still there, and the cycle that finds them: it walks with a cursor, twenty keys a loop, and goes on only while more than a tenth of a loop was due.",
    subject: Subject::Server(&[Part::Expiry]),
    model: None,
    starter: "EVAL \"for i = 1, 220 do redis.call('SET', 'far:'..i, 'v', 'EX', 9000 + i) end\" 0\n\
              EVAL \"for i = 1, 16 do redis.call('SET', 'soon:'..i, 'v', 'PX', 300) end\" 0\n\
              + 350ms\n\
              GET soon:7\n\
              KEYS soon:*\n\
              DBSIZE",
    key: "",
    steps_over: |event| matches!(event, Event::Expiry { .. }),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Expiry { told, .. } = event else {
        return xray::say(event);
    };
    match told {
        Told::Cycle {
            fast,
            budget_micros,
            keys_per_loop,
            ..
        } => format!(
            "A {} cycle begins: {keys_per_loop} keys a loop, {} at most.",
            if *fast { "fast" } else { "slow" },
            drawing::millis(*budget_micros)
        ),
        Told::Sampled {
            keys,
            expired,
            buckets,
            again,
            wrapped,
            ..
        } => {
            let looked = keys.len() as u32;
            let share = (expired * 100).checked_div(looked).unwrap_or(0);
            let verdict = match (again, wrapped) {
                (true, _) => "again",
                (false, true) => "the walk came to the end of the table: enough",
                (false, false) => "enough",
            };
            format!(
                "{looked} looked at in {}, {expired} expired ({share} %): {verdict}.",
                counted((*buckets).into(), "bucket")
            )
        }
        Told::Over {
            nanos,
            out_of_time,
            stale_percent,
        } => format!(
            "The cycle took {}{}; by its estimate {} of the keys are stale.",
            drawing::millis(nanos / 1000),
            if *out_of_time {
                ", all that it may"
            } else {
                ""
            },
            drawing::percent((*stale_percent).into())
        ),
        Told::Removed { key } => format!("{} is past its deadline: removed.", text_of(key)),
        Told::Deadline {
            key,
            deadline: Some(_),
        } => format!("{} has a deadline now.", text_of(key)),
        Told::Deadline {
            key,
            deadline: None,
        } => format!("{} has no deadline any more.", text_of(key)),
    }
}

fn draw(scene: &Scene) -> Drawing {
    let Some(state) = state::at(scene) else {
        return Drawing {
            picture: Some(note("Nothing has happened yet.")),
            ..Drawing::default()
        };
    };
    let by_walk = scene.options.is_on("walk");
    let cells = drawing::cells(scene, &state, by_walk);
    let pointed = scene.options.get("cell").and_then(|cell| cell.parse().ok());
    let pointed = pointed.filter(|cell: &u32| (*cell as usize) < cells.len());
    // The last command that passed time may lie behind: its cycle is what the gauges are about.
    let cycle = state::last_cycle(scene.events()).or_else(|| {
        let past = scene.past.iter().rev();
        past.into_iter()
            .find_map(|frame| state::last_cycle(&frame.events))
    });
    let picture = several([drawing::truth(&state)])
        .append(drawing::gauges(&state, cycle.as_ref()))
        .add_if(
            cycle
                .as_ref()
                .filter(|cycle| !cycle.loops.is_empty())
                .map(|cycle| drawing::loops(cycle, state.acceptable_percent)),
        )
        .add_all(notes(&state, cells.len(), by_walk));
    let board =
        (!cells.is_empty()).then(|| drawing::board(&state, &cells, scene.events(), pointed));
    Drawing {
        picture: Some(picture),
        board,
        said: pointed
            .and_then(|at| cells.get(at as usize))
            .map_or_else(String::new, |life| drawing::pointed_at(&state, life)),
        table: Some(drawing::table(&state)),
        ask: (!scene.revealed).then(|| question(&state)).flatten(),
        controls: controls::controls(scene, &state),
    }
}

fn notes(state: &Expiry, cells: usize, by_walk: bool) -> Vec<Markup> {
    let mut notes = Vec::new();
    let order = match by_walk {
        true => "in the order in which the cycle walks, a loop’s keys framed",
        false => "the nearest deadline first",
    };
    notes.push(match cells {
        0 => note("No key has a deadline."),
        _ => note(&format!(
            "A cell for each key with a deadline, {order}; a cross: its time is over, and it is still there; a gap: removed by this command."
        )),
    });
    if state.with_deadline > state.lives.len() as u64 {
        notes.push(note(&format!(
            "{} of {} are drawn, those at the beginning of the walk.",
            state.lives.len(),
            state.with_deadline
        )));
    }
    if let Some((key, deadline)) = &state.next_field {
        let left = deadline - state.clock_millis;
        notes.push(note(&format!(
            "{} with lifetimes of fields; the nearest is one of {}: {}.",
            counted(state.hashes, "hash").replace("hashs", "hashes"),
            text_of(key),
            match left {
                ..0 => "over".to_owned(),
                left => lifetime(left),
            }
        )));
    }
    if state.replica {
        notes.push(el("p", "picture-note strong").say(
            "A replica removes nothing by itself: what is over it hides, and waits for its master’s DEL.",
        ));
    } else if !state.active {
        notes.push(el("p", "picture-note strong").say(
            "The cycle is stopped (DEBUG SET-ACTIVE-EXPIRE 0): only who looks at a key removes it.",
        ));
    }
    notes
}

/// About keys that are over while the server is idle.
fn question(state: &Expiry) -> Option<Ask> {
    if state.due == 0 || state.replica {
        return None;
    }
    let share = state.due * 100 / state.with_deadline.max(1);
    let bother = match share {
        ..=10 => format!(
            "The cycle does not bother: {share} % are stale, and it goes on only above {} %.",
            state.acceptable_percent
        ),
        _ => "The cycle gets there as well, tick by tick.".to_owned(),
    };
    let choice = |text: &str, right, why: String| Choice {
        text: text.to_owned(),
        right,
        why,
    };
    Some(Ask {
        question: format!(
            "DBSIZE says {} too many, and the server is idle. Which one command makes it honest?",
            state.due
        ),
        choices: vec![
            choice(
                "KEYS *",
                false,
                "KEYS hides what is over and removes nothing: DBSIZE stays as it is.".to_owned(),
            ),
            choice(
                "SCAN over everything",
                true,
                format!("SCAN removes each key past its deadline that it comes across. {bother}"),
            ),
            choice(
                "DBSIZE once more",
                false,
                "DBSIZE is the length of the table. It looks at no deadline.".to_owned(),
            ),
        ],
    })
}
