//! Memory is used up: which keys go. Every key that there was as a dot, the draw of a few, the pool that is kept from
//! one eviction to the next, and what another policy makes of the same commands under the same luck.
//!
//! `arena.rs` says what there was and is after so many events, `drawing.rs` draws, `ask.rs` asks.

mod arena;
mod ask;
mod drawing;

pub use arena::{Arena, Dot, Group, at, held, rival};

use messages::drawing::{Control, ControlKind};
use messages::format::{self, bytes, text_of};
use messages::markup::several;
use trace::{Event, Eviction as Told};

use crate::parts::note;
use crate::snapshot::Eviction;
use crate::xray;
use crate::{Drawing, Part, Scene, Subject, View, run_button};

pub static VIEW: View = View {
    name: "eviction",
    title: "Eviction arena",
    about: "Which keys go when memory is used up: a few are drawn, the best wait in a pool of 16 from one eviction to the next, and another policy can be set beside it under the same luck.",
    subject: Subject::Server(&[Part::Eviction]),
    model: None,
    starter: "DEBUG POPULATE 20 a 200\n\
              + 10s\n\
              DEBUG POPULATE 20 b 200\n\
              + 10s\n\
              DEBUG POPULATE 20 c 200\n\
              + 10s\n\
              DEBUG POPULATE 20 d 200\n\
              + 10s\n\
              EVAL \"for i = 0, 9 do redis.call('GET', 'a:'..i) redis.call('GET', 'c:'..i) end\" 0\n\
              + 10s\n\
              CONFIG SET maxmemory-policy allkeys-lru maxmemory 746400\n\
              DEBUG POPULATE 6 new 200\n\
              + 5s\n\
              DEBUG POPULATE 6 newer 200\n\
              TOUCH a:3",
    key: "",
    steps_over: |event| matches!(event, Event::Eviction { .. }),
    say,
    draw,
};

/// The policies that can be set beside.
pub const RIVALS: [&str; 5] = [
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-ttl",
];

fn say(event: &Event) -> String {
    let Event::Eviction { told, .. } = event else {
        return xray::say(event);
    };
    match told {
        Told::Added { key } => format!("{} is new.", text_of(key)),
        Told::Gone { key } => format!("{} is gone.", text_of(key)),
        Told::Used { key, counter } => match counter {
            None => format!("{} is used: its clock says now.", text_of(key)),
            Some((before, after)) if before == after => {
                format!("{} is used: its counter stays at {after}.", text_of(key))
            }
            Some((before, after)) => {
                format!(
                    "{} is used: its counter goes from {before} to {after}.",
                    text_of(key)
                )
            }
        },
        Told::Search { used, limit } => format!(
            "{} are used, {} more than maxmemory allows.",
            bytes(*used),
            bytes(used.saturating_sub(*limit))
        ),
        Told::Drawn { keys } => {
            let names: Vec<String> = keys.iter().map(|(key, _)| text_of(key)).collect();
            format!("Drawn: {}.", names.join(", "))
        }
        Told::Pooled {
            key,
            place,
            dropped,
            ..
        } => format!(
            "{} goes into the pool at place {}{}.",
            text_of(key),
            place + 1,
            if *dropped {
                "; the worst of it is dropped"
            } else {
                ""
            }
        ),
        Told::Taken { key, there: true } => {
            format!("{} is the best of the pool.", text_of(key))
        }
        Told::Taken { key, there: false } => format!(
            "{} was the best of the pool, and is gone already: the next one.",
            text_of(key)
        ),
        Told::Evicted { key, .. } => format!("{} is evicted.", text_of(key)),
    }
}

fn draw(scene: &Scene) -> Drawing {
    let ask = ask::question(scene);
    // The end is the answer: until it is given, everything stands as it was before the command.
    let hidden = ask.is_some() && scene.is_over();
    let moment = Scene {
        step: if hidden { 0 } else { scene.step },
        ..*scene
    };
    let Some(state) = held(moment.state()).or_else(|| held(&scene.frame.after)) else {
        return Drawing {
            picture: Some(note("Nothing has happened yet.")),
            ..Drawing::default()
        };
    };
    let arena = arena::at(&moment);
    let events = moment.events();
    let rival = held(&scene.frame.after).and_then(|after| after.rival.as_ref());
    let pointed = scene.options.get("cell").and_then(|cell| cell.parse().ok());
    let dots = drawing::shown(&arena);
    let pointed = pointed.filter(|cell: &u32| (*cell as usize) < dots.len());
    let shares = arena.evicted > 0 || rival.is_some();
    let picture = several([drawing::head(state)])
        .add_if(drawing::verdict(state, &arena, events).filter(|_| !hidden))
        .append(drawing::pool(state, &arena.pool, events, hidden))
        .add_if((shares && !hidden).then(|| drawing::shares(&arena.bands(), &state.policy, rival)))
        .append(note(
            "A cell for each key there was, the oldest first: a point on those used again, a dash on those that are new since the first eviction, a cross on those that were evicted.",
        ));
    let board = (!dots.is_empty()).then(|| drawing::board(&arena, events.last(), pointed));
    Drawing {
        picture: Some(picture),
        board,
        said: match (hidden, pointed.and_then(|at| dots.get(at as usize))) {
            (true, _) => format!("{}: the pool stands as before it.", scene.frame.line),
            (false, Some(dot)) => pointed_at(state, dot),
            (false, None) => String::new(),
        },
        table: Some(drawing::table(state, &arena)),
        ask,
        controls: controls(scene, state),
    }
}

fn pointed_at(state: &Eviction, dot: &Dot) -> String {
    let name = text_of(&dot.key);
    let own = state.held.iter().find(|held| held.key == dot.key);
    match (dot.there, dot.evicted, own) {
        (false, true, _) => format!("{name} was evicted."),
        (false, false, _) => format!("{name} was removed."),
        (true, _, Some(held)) => {
            format!(
                "{name}: {}.",
                drawing::score_words(&state.policy, held.score, state.clock_millis)
            )
        }
        (true, _, None) => format!("{name} is there."),
    }
}

fn controls(scene: &Scene, state: &Eviction) -> Vec<Control> {
    let line = |label: &str, line: String| run_button(label, &[line]);
    let mut beside = vec![(String::new(), "nothing".to_owned())];
    beside.extend(RIVALS.map(|name| (name.to_owned(), name.to_owned())));
    let mut all = vec![
        Control {
            name: "beside".to_owned(),
            label: "The same commands under".to_owned(),
            kind: ControlKind::Choice(beside),
            value: scene.options.get("beside").unwrap_or_default().to_owned(),
        },
        line(
            "Ten keys more",
            format!(
                "DEBUG POPULATE 10 more{} 200",
                state.clock_millis / 1000 % 100_000 + state.evicted as i64
            ),
        ),
    ];
    let next = state.held.iter().max_by_key(|held| held.score);
    if let Some(held) = next {
        all.push(line(
            &format!("Save {}", text_of(&held.key)),
            format!("GET {}", format::word(&held.key)),
        ));
    }
    all.push(line("10 s pass", "+ 10s".to_owned()));
    all.push(line("10 min pass", "+ 10m".to_owned()));
    all.push(line(
        "Allow no more than now",
        format!("CONFIG SET maxmemory {}", state.used),
    ));
    for policy in RIVALS.iter().filter(|policy| **policy != state.policy) {
        all.push(line(
            policy,
            format!("CONFIG SET maxmemory-policy {policy}"),
        ));
    }
    for samples in [1, 5, 10] {
        if samples != state.samples {
            all.push(line(
                &format!("Samples of {samples}"),
                format!("CONFIG SET maxmemory-samples {samples}"),
            ));
        }
    }
    if state.policy.ends_with("lfu") {
        all.push(line(
            "lfu-log-factor 0",
            "CONFIG SET lfu-log-factor 0".to_owned(),
        ));
        all.push(line(
            "lfu-log-factor 10",
            "CONFIG SET lfu-log-factor 10".to_owned(),
        ));
        all.push(line(
            "lfu-decay-time 0",
            "CONFIG SET lfu-decay-time 0".to_owned(),
        ));
    }
    all
}
