//! A board of lifetimes: a cell for each key with a deadline, with a cross where its time is over and it is still there,
//! and a frame round those that the cycle just looked at.

use std::fmt::Write;

use messages::drawing::{Board, Ink};
use messages::format::{counted, cut, lifetime, text_of};
use messages::markup::{Markup, el, several};
use trace::{Event, Expiry as Told};

use super::state::{self, Cycle};
use crate::Scene;
use crate::parts;
use crate::parts::whole_rows;
use crate::snapshot::{Expiry, Life};

/// As many as one loop of the cycle looks at with the least effort.
const NARROW: u32 = 20;
const NARROW_MAX: usize = 400;
const WIDE: u32 = 40;

/// Numbers of the board's palette.
const NOTHING: u8 = 0;
const ALIVE: u8 = 1;
const PAST: u8 = 2;

/// The cells in their order: keys that were there before the command keep their place when they go, so that a gap is
/// left where they were.
pub fn cells(scene: &Scene, state: &Expiry, by_walk: bool) -> Vec<Life> {
    let mut lives: Vec<Life> = match state::held(&scene.frame.before) {
        Some(before) => before.lives.clone(),
        None => Vec::new(),
    };
    for life in &state.lives {
        match lives.iter_mut().find(|own| own.key == life.key) {
            Some(own) => own.deadline = life.deadline,
            None => lives.push(life.clone()),
        }
    }
    match by_walk {
        true => lives.sort_by_key(|life| life.place),
        false => lives.sort_by_key(|life| life.deadline),
    }
    lives
}

pub fn board(state: &Expiry, cells: &[Life], events: &[Event], cell: Option<u32>) -> Board {
    let columns = match cells.len() {
        0..=NARROW_MAX => NARROW,
        _ => WIDE,
    };
    let there: std::collections::BTreeSet<&[u8]> =
        state.lives.iter().map(|life| life.key.as_slice()).collect();
    let looked = match events.last() {
        Some(Event::Expiry {
            told: Told::Sampled { keys, .. },
            ..
        }) => keys.as_slice(),
        _ => &[],
    };
    let (mut colors, mut crosses, mut frames) = (Vec::new(), String::new(), String::new());
    for (life, at) in cells.iter().zip(0u32..) {
        let (x, y) = (at % columns, at / columns);
        let color = match there.contains(life.key.as_slice()) {
            false => NOTHING,
            true if life.is_past(state.clock_millis) => PAST,
            true => ALIVE,
        };
        if color == PAST {
            // Writing to a string cannot fail.
            let _ = write!(crosses, "M{x}.25 {y}.25l.5 .5m0 -.5l-.5 .5");
        }
        if looked.contains(&life.key) {
            let _ = write!(frames, "M{x}.06 {y}.06h.88v.88h-.88z");
        }
        colors.push(color);
    }
    let ink = |color: &str, strength: u8| Ink {
        color: color.to_owned(),
        strength,
    };
    Board {
        label: format!(
            "{}, a key each, in rows of {columns}; with a cross: it is over, and the key still there. Arrow keys move from one to the next.",
            counted(cells.len() as u64, "deadline")
        ),
        columns,
        cells: whole_rows(colors, columns, NOTHING),
        palette: vec![
            ink("--data-1", 0),
            ink("--data-1", 120),
            ink("--data-2", 235),
        ],
        cursor: cell,
        over: several([
            el("path", "life-past").with("d", &crosses),
            el("path", "life-looked").with("d", &frames),
        ]),
    }
}

/// `DBSIZE 118, of which 68 are past their deadline: really 50.`
pub fn truth(state: &Expiry) -> Markup {
    let words = match state.due {
        0 => format!("DBSIZE {}, and that is the truth.", state.keys),
        due => format!(
            "DBSIZE {}, but {due} of them are past their deadline: really {}.",
            state.keys,
            state.keys.saturating_sub(due)
        ),
    };
    el("p", "picture-note strong").say(&words)
}

/// How stale the cycle believes the keys to be, and what the last one took of its time.
pub fn gauges(state: &Expiry, cycle: Option<&Cycle>) -> Markup {
    let stale = u64::from(state.stale_percent);
    let words = format!("stale, by the cycle’s estimate: {}", percent(stale));
    let estimate = gauge(
        &words,
        stale,
        10_000,
        &format!(
            "a loop is repeated while more than {}\u{a0}% of it was stale",
            state.acceptable_percent
        ),
    );
    let budget = cycle.and_then(|cycle| {
        let (nanos, out) = cycle.took?;
        let micros = nanos / 1_000;
        let words = format!(
            "the {} cycle took {} of {}",
            if cycle.fast { "fast" } else { "slow" },
            millis(micros),
            millis(cycle.budget_micros)
        );
        let why = if out {
            "out of time"
        } else {
            "ended by itself"
        };
        Some(gauge(&words, micros, cycle.budget_micros.max(1), why))
    });
    el("ul", "meters").append(estimate).add_if(budget)
}

fn gauge(words: &str, now: u64, most: u64, note: &str) -> Markup {
    el("li", "meter")
        .append(el("span", "").say(words))
        .append(
            el("meter", "")
                .with("min", "0")
                .with("max", &most.to_string())
                .with("value", &now.to_string())
                .with("aria-label", words),
        )
        .append(el("span", "quiet-bits").say(note))
}

/// Hundredths of a percent.
pub fn percent(hundredths: u64) -> String {
    format!("{}.{:02}\u{a0}%", hundredths / 100, hundredths % 100)
}

pub fn millis(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10)
}

/// The loops of a cycle: `20 looked at, 3 expired (15 %), again`.
pub fn loops(cycle: &Cycle, acceptable_percent: u32) -> Markup {
    const SHOWN: usize = 5;
    let hidden = cycle.loops.len().saturating_sub(SHOWN);
    let more = (hidden > 0).then(|| el("li", "").say(&format!("{hidden} loops before these")));
    let last = cycle.loops.iter().skip(hidden);
    let items = last.map(|(looked, expired)| {
        let share = (expired * 100).checked_div(*looked).unwrap_or(0);
        let verdict = match share > acceptable_percent {
            true => "again",
            false => "enough",
        };
        el("li", "").say(&format!(
            "{looked} looked at, {expired} expired ({share}\u{a0}%): {verdict}"
        ))
    });
    let name = if cycle.fast { "fast" } else { "slow" };
    several([
        parts::note(&format!("The last cycle, a {name} one, loop by loop:")),
        el("ul", "expiry-loops").add_if(more).add_all(items),
    ])
}

pub fn pointed_at(state: &Expiry, life: &Life) -> String {
    let left = life.deadline - state.clock_millis;
    let name = text_of(&life.key);
    if !state.lives.iter().any(|own| own.key == life.key) {
        return format!("{name} is gone.");
    }
    match life.is_past(state.clock_millis) {
        true => format!(
            "{name}: past its deadline for {}, and still there.",
            lifetime(-left)
        ),
        false => format!("{name}: {} left.", lifetime(left)),
    }
}

pub fn table(state: &Expiry) -> Markup {
    const LISTED: usize = 120;
    let mut lives: Vec<&Life> = state.lives.iter().collect();
    lives.sort_by_key(|life| life.deadline);
    let rows = lives.into_iter().take(LISTED).map(|life| {
        let left = life.deadline - state.clock_millis;
        vec![
            cut(&text_of(&life.key), 40),
            match life.is_past(state.clock_millis) {
                true => format!("over for {}", lifetime(-left)),
                false => lifetime(left),
            },
            match life.is_past(state.clock_millis) {
                true => "past its deadline, still there".to_owned(),
                false => "alive".to_owned(),
            },
        ]
    });
    let total = [
        ("keys (DBSIZE)", state.keys),
        ("keys with a deadline", state.with_deadline),
        ("past their deadline, still there", state.due),
        ("removed since the start", state.removed),
    ];
    let total = total.map(|(name, count)| vec![name.to_owned(), count.to_string(), String::new()]);
    parts::table(
        &["Key", "Time left", "State"],
        total.into_iter().chain(rows),
    )
}
