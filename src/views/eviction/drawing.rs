//! The plot of who went, the draw, the pool, and the shares of each group, beside those of another policy.

use std::fmt::Write;

use messages::drawing::{Board, Ink};
use messages::format::{bytes, counted, cut, lifetime, text_of};
use messages::markup::{Markup, el, several};
use trace::{Event, Eviction as Told};

use super::arena::{Arena, Dot, Group};
use crate::parts::{self, bar, note, whole_rows};
use crate::snapshot::{Band, Candidate, Eviction, Held, Rival};

/// Numbers of the board's palette.
const GONE: u8 = 0;
const IDLE: u8 = 1;
const USED: u8 = 2;
const NEW: u8 = 3;

pub const CELLS_MAX: usize = 1_200;

pub fn board(arena: &Arena, now: Option<&Event>, cell: Option<u32>) -> Board {
    let columns = match arena.dots.len() {
        0..=300 => 20,
        _ => 40,
    };
    let (drawn, victim) = match now {
        Some(Event::Eviction { told, .. }) => match told {
            Told::Drawn { keys } => (keys.as_slice(), None),
            Told::Evicted { key, .. } => (&[][..], Some(key)),
            _ => (&[][..], None),
        },
        _ => (&[][..], None),
    };
    let (mut cells, mut crosses, mut frames, mut dots) =
        (Vec::new(), String::new(), String::new(), String::new());
    for (dot, at) in shown(arena).iter().zip(0u32..) {
        let (x, y) = (at % columns, at / columns);
        // Writing to a string cannot fail.
        let _ = match (dot.there, dot.evicted) {
            (false, true) => write!(crosses, "M{x}.3 {y}.3l.4 .4m0 -.4l-.4 .4"),
            (true, _) if dot.group == Group::Used => write!(dots, "M{x}.5 {y}.42v.16"),
            (true, _) if dot.group == Group::New => write!(dots, "M{x}.3 {y}.5h.4"),
            _ => Ok(()),
        };
        let is_now =
            dot.there && drawn.iter().any(|(key, _)| *key == dot.key) || Some(&dot.key) == victim;
        if is_now {
            let _ = write!(frames, "M{x}.06 {y}.06h.88v.88h-.88z");
        }
        cells.push(match (dot.there, dot.group) {
            (false, _) => GONE,
            (true, Group::Idle) => IDLE,
            (true, Group::Used) => USED,
            (true, Group::New) => NEW,
        });
    }
    let ink = |color: &str, strength: u8| Ink {
        color: color.to_owned(),
        strength,
    };
    Board {
        label: format!(
            "{} in the order in which they came, in rows of {columns}; a cross: evicted. Arrow keys move from one to the next.",
            counted(arena.dots.len() as u64, "key")
        ),
        columns,
        cells: whole_rows(cells, columns, GONE),
        palette: vec![
            ink("--data-1", 0),
            ink("--data-8", 70),
            ink("--data-1", 150),
            ink("--data-3", 150),
        ],
        cursor: cell,
        over: several([
            el("path", "life-past").with("d", &crosses),
            el("path", "dot-mark").with("d", &dots),
            el("path", "life-looked").with("d", &frames),
        ]),
    }
}

/// The last of them, if there are very many.
pub fn shown(arena: &Arena) -> &[Dot] {
    &arena.dots[arena.dots.len().saturating_sub(CELLS_MAX)..]
}

/// `63.2 KB of 64.0 KB, allkeys-lru, samples of 5`.
pub fn head(state: &Eviction) -> Markup {
    let limit = match state.limit {
        0 => "no limit".to_owned(),
        limit => format!("limit {}", bytes(limit)),
    };
    el("p", "picture-head")
        .append(el("code", "").say(&state.policy))
        .append(el("span", "").say(&format!(
            "{} used, {limit} · samples of {} · {} · {} evicted",
            bytes(state.used),
            state.samples,
            counted(state.keys, "key"),
            state.evicted
        )))
}

/// What a score means under this policy: it goes the sooner, the higher it is.
pub fn score_words(policy: &str, score: u64, clock_millis: i64) -> String {
    if policy.ends_with("lfu") {
        return format!("counter {}", u64::from(u8::MAX).saturating_sub(score));
    }
    if policy.ends_with("ttl") {
        let left = (u64::MAX - score) as i64 - clock_millis;
        return format!("{} left", lifetime(left.max(0)));
    }
    format!("idle {}", lifetime(score as i64 * 1000))
}

/// The keys of the last draw, and the pool: its best stands last and goes next.
pub fn pool(
    state: &Eviction,
    candidates: &[Candidate],
    events: &[Event],
    hide_last: bool,
) -> Markup {
    let drawn = events.iter().rev().find_map(|event| match event {
        Event::Eviction {
            told: Told::Drawn { keys },
            ..
        } => Some(keys.as_slice()),
        _ => None,
    });
    let drawn = drawn.filter(|_| !hide_last).unwrap_or_default();
    let words = |score: u64| score_words(&state.policy, score, state.clock_millis);
    let draw = (!drawn.is_empty()).then(|| {
        let cells = drawn.iter().map(|(key, score)| {
            parts::cell("cell", "drawn", &cut(&text_of(key), 14), &words(*score))
        });
        several([
            note("The last draw:"),
            el("ol", "cells")
                .with("aria-label", "The last draw")
                .add_all(cells),
        ])
    });
    let cells = candidates.iter().zip(1..).map(|(candidate, place)| {
        let of_draw = drawn.iter().any(|(key, _)| *key == candidate.key);
        let class = match (place == candidates.len(), of_draw) {
            (true, _) => "cell fresh",
            (false, true) => "cell first",
            (false, false) => "cell",
        };
        let origin = if of_draw { "this draw" } else { "earlier" };
        parts::cell(
            class,
            &format!("{place} · {origin}"),
            &cut(&text_of(&candidate.key), 14),
            &words(candidate.score),
        )
    });
    let pool = match candidates.is_empty() {
        true => note(
            "The pool is empty. It holds 16 candidates and is kept from one eviction to the next.",
        ),
        false => several([
            note(
                "The pool: candidates of all draws so far, 16 at most. The last one, framed, goes next.",
            ),
            el("ol", "cells")
                .with("aria-label", "The pool")
                .add_all(cells),
        ]),
    };
    several([]).add_if(draw).append(pool)
}

/// Shares of each group that are gone, and what another policy made of the same commands.
pub fn shares(bands: &[Band], own: &str, rival: Option<&Rival>) -> Markup {
    let rows = bands.iter().enumerate().map(|(at, band)| {
        let other = rival.and_then(|rival| rival.bands.get(at));
        let share = |band: &Band| (band.evicted * 100).checked_div(band.keys).unwrap_or(0);
        let line = |name: &str, band: &Band| {
            el("li", "share")
                .append(el("span", "share-name").say(name))
                .append(bar(share(band)))
                .append(el("span", "cost-bytes").say(&format!("{} of {}", band.evicted, band.keys)))
        };
        el("li", "shares-of")
            .append(el("span", "").say(&format!("Evicted of those {}:", band.name)))
            .append(
                el("ul", "costs").append(line(own, band)).add_if(
                    rival
                        .zip(other)
                        .map(|(rival, band)| line(&rival.policy, band)),
                ),
            )
    });
    el("ul", "eviction-shares").add_all(rows)
}

/// The last victim against the one that perfect knowledge of the same kind would have chosen.
pub fn verdict(state: &Eviction, arena: &Arena, events: &[Event]) -> Option<Markup> {
    let (key, score) = events.iter().rev().find_map(|event| match event {
        Event::Eviction {
            told:
                Told::Evicted {
                    key,
                    score: Some(score),
                },
            ..
        } => Some((key, *score)),
        _ => None,
    })?;
    let there = |held: &&Held| arena.there().any(|dot| dot.key == held.key);
    let better = state
        .held
        .iter()
        .filter(there)
        .filter(|held| held.score > score);
    let count = better.clone().count() as u64;
    let best = better.max_by_key(|held| held.score);
    let words = |score| score_words(&state.policy, score, state.clock_millis);
    let compared = match best {
        None => "no key that is left would have been a better choice".to_owned(),
        Some(best) => format!(
            "{} of those that are left would have been a better choice, the best one {}, {}",
            counted(count, "key"),
            text_of(&best.key),
            words(best.score)
        ),
    };
    Some(el("p", "picture-note strong").say(&format!(
        "Last victim: {}, {}; {compared}.",
        text_of(key),
        words(score)
    )))
}

pub fn table(state: &Eviction, arena: &Arena) -> Markup {
    const LISTED: usize = 120;
    let pool = arena.pool.iter().rev().map(|candidate| {
        vec![
            text_of(&candidate.key),
            score_words(&state.policy, candidate.score, state.clock_millis),
            "in the pool".to_owned(),
        ]
    });
    let mut held: Vec<&Held> = state.held.iter().collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.score));
    let rows = held.into_iter().map(|held| {
        let dot = arena.dots.iter().rev().find(|dot| dot.key == held.key);
        let group = match dot.map(|dot| dot.group) {
            Some(Group::Used) => "used again",
            Some(Group::New) => "new",
            _ => "never used again",
        };
        vec![
            text_of(&held.key),
            score_words(&state.policy, held.score, state.clock_millis),
            group.to_owned(),
        ]
    });
    parts::table(
        &["Key", "Judged by", "Which"],
        pool.chain(rows).take(LISTED),
    )
}
