//! Lifetimes as they are drawn, step by step, against the engine's own.

use trace::{Event, Expiry as Told};
use views::expiry;
use views::snapshot::{Expiry, Life};

use super::*;

fn held(snapshot: &Snapshot) -> Option<&Expiry> {
    match snapshot {
        Snapshot::Server(server) => server.expiry.as_ref(),
        _ => None,
    }
}

/// Keys and deadlines, without their places: those are known when the command is over.
fn lives(state: &Expiry) -> Vec<(Vec<u8>, i64)> {
    let pair = |life: &Life| (life.key.clone(), life.deadline);
    let mut lives: Vec<_> = state.lives.iter().map(pair).collect();
    lives.sort();
    lives
}

#[test]
fn lifetimes_are_drawn_as_the_engine_holds_them_at_every_step() {
    let mut removed = 0;
    for seed in 0..4 {
        let mut lot = lots(seed);
        let mut world = World::new(Setup::default());
        for _ in 0..350 {
            let (key, other) = (lot(60), lot(60));
            let line = match lot(14) {
                0 => format!("GET k{key}"),
                1 => format!("DEL k{key}"),
                2 => format!("PERSIST k{key}"),
                3 => format!("RENAME k{key} k{other}"),
                4 => format!("SET k{key} v KEEPTTL"),
                5 => format!("+ {}ms", lot(900)),
                6 => "SCAN 0 COUNT 7".to_owned(),
                7 => format!("EXPIRE k{key} {}", lot(3)),
                8 => format!("COPY k{key} k{other} REPLACE"),
                9 => format!("SET k{key} v"),
                10 => "KEYS *".to_owned(),
                11 => format!("DEBUG SET-ACTIVE-EXPIRE {}", lot(2)),
                _ => format!("SET k{key} v PX {}", 1 + lot(2500)),
            };
            world.type_line("", &line);
        }
        let frames = frames(&mut world, &expiry::VIEW, "");
        at_each_step(&frames, "", |scene| {
            let drawn = expiry::at(scene).expect("a state");
            let after = held(&scene.frame.after).expect("a server");
            if scene.step == scene.frame.events.len() {
                assert_eq!(lives(&drawn), lives(after), "{}", scene.frame.line);
                assert_eq!(drawn.cursor, after.cursor, "{}", scene.frame.line);
                assert_eq!(drawn.removed, after.removed, "{}", scene.frame.line);
                assert_eq!(drawn.with_deadline, after.with_deadline);
            }
            (expiry::VIEW.draw)(scene);
        });
        let is_removal = |event: &&Event| {
            matches!(
                event,
                Event::Expiry {
                    told: Told::Removed { .. },
                    ..
                }
            )
        };
        let events = frames.iter().flat_map(|frame| &frame.events);
        removed += events.filter(is_removal).count();
        let now = inspect::server(&world, &[views::Part::Expiry]);
        assert_eq!(*frames.last().expect("frames").after, now);
    }
    assert!(removed > 100, "{removed}");
}

/// What only look-ups remove, as recorded: GET one by one, KEYS nothing, SCAN all.
#[test]
fn who_removes_what_is_as_recorded() {
    let recorded = &vector(include_str!("../../../../tests/vectors/expiry.json"))["lazy_only"];
    let mut world = world(&[
        "DEBUG SET-ACTIVE-EXPIRE 0",
        "EVAL \"for i = 0, 99 do redis.call('SET', 'e'..i, 'v', 'PX', 50) end\" 0",
        "EVAL \"for i = 0, 49 do redis.call('SET', 'p'..i, 'v') end\" 0",
        "+ 300ms",
    ]);
    let mut after = |lines: &[String]| {
        for line in lines {
            world.type_line("", line);
        }
        let frames = frames(&mut world, &expiry::VIEW, "");
        let last = frames.last().expect("a frame").clone();
        let state = held(&last.after).expect("a server");
        assert_eq!(state.keys - state.due, 50, "what is really there");
        state.keys
    };
    assert_eq!(after(&[]), recorded["dbsize_before_touch"]);
    let gets: Vec<String> = (0..30).map(|at| format!("GET e{at}")).collect();
    assert_eq!(after(&gets), recorded["dbsize_after_GET_of_30_expired"]);
    after(&["EXISTS e50".to_owned(), "TTL e51".to_owned()]);
    assert_eq!(
        after(&["KEYS e*".to_owned()]),
        recorded["dbsize_after_KEYS"]
    );
    let scans = ["SCAN 0 COUNT 1000".to_owned()];
    assert_eq!(after(&scans), recorded["dbsize_after_SCAN"]);
}

fn due_after(world: &mut World, lines: &[String]) -> (u64, u64) {
    for line in lines {
        world.type_line("", line);
    }
    let Snapshot::Server(server) = inspect::server(world, &[views::Part::Expiry]) else {
        panic!("a server")
    };
    let state = server.expiry.expect("a state");
    (state.due, state.with_deadline)
}

/// Few percent stay for long, as recorded; a mass of them goes in a few ticks.
#[test]
fn the_cycle_leaves_a_few_percent_and_takes_a_mass() {
    let few = [
        "EVAL \"for i = 1, 2000 do redis.call('SET', 'far:'..i, 'v', 'EX', 9999) end\" 0"
            .to_owned(),
        "EVAL \"for i = 1, 150 do redis.call('SET', 'due:'..i, 'v', 'PX', 10) end\" 0".to_owned(),
    ];
    let mut one = world(&[]);
    due_after(&mut one, &few);
    let (left, _) = due_after(&mut one, &["+ 1s".to_owned()]);
    assert!(
        (100..=149).contains(&left),
        "{left} of 150 are left after a second"
    );
    let mut other = world(&[]);
    let many = few[1].replace("150", "2000");
    due_after(&mut other, &[few[0].clone(), many]);
    let (left, _) = due_after(&mut other, &["+ 1s".to_owned()]);
    assert!(left < 250, "{left} of 2000");
}

/// A SCAN that is a little ahead of the cycle cleans what the cycle is going to look at, and so it rests.
#[test]
fn a_scan_ahead_of_the_cycle_starves_it() {
    let fill = "EVAL \"for i = 1, 900 do redis.call('SET', 'k:'..i, 'v', 'PX', 100 + i * 7919 % 1500) end\" 0";
    let run = |label: &str| {
        let mut world = world(&[fill]);
        let moment = shown(&mut world, "expiry", "", None);
        let button = moment
            .controls
            .iter()
            .find(|control| control.label == label);
        let Some(messages::drawing::ControlKind::Run(lines)) = button.map(|own| &own.kind) else {
            panic!("{label}: no such button")
        };
        let (due, all) = due_after(&mut world, lines);
        due * 100 / all.max(1)
    };
    let (with, without) = (run("Ten ticks with a SCAN ahead"), run("Ten ticks without"));
    assert!(
        with > without + 10,
        "percent that are over: {with}, {without}"
    );
}
