//! Visualisers as a page asks for them, on a real engine: what is drawn is what the engine holds, at every step.

use std::rc::Rc;

use messages::drawing::{Position, Show, Shown};
use messages::{LogEntry, Setup};
use views::snapshot::{Body, Snapshot};
use views::{Frame, Options, Scene, View, hyperloglog, skiplist, slots, xray};

use crate::inspect;
use crate::tape::{self, Watched};
use crate::world::World;

mod agreement;
mod bitmaps;
mod dict;
mod eviction;
mod expiry;
mod geo;
mod pipelining;
mod pubsub;
mod streams;
mod transactions;

fn world(lines: &[&str]) -> World {
    let mut world = World::new(Setup {
        seed: "a page".to_owned(),
        ..Setup::default()
    });
    for line in lines {
        let ran = world.type_line("", line);
        assert!(!ran.error, "{line}: {}", ran.output);
    }
    world
}

fn frames(world: &mut World, view: &'static View, key: &str) -> Vec<Rc<Frame>> {
    let watched = Watched {
        view: view.name,
        key: key.as_bytes().to_vec(),
        seed: None,
        policy: None,
    };
    let tape = tape::follow(world, view, &watched).expect("the log can be replayed");
    tape.frames().cloned().collect()
}

fn shown(world: &mut World, view: &str, key: &str, at: Option<(u32, u32)>) -> Shown {
    let show = Show {
        view: view.to_owned(),
        key: key.as_bytes().to_vec(),
        at: at.map(|(command, step)| Position { command, step }),
        ..Show::default()
    };
    super::show(world, show)
}

/// Every moment of every command, as the visualiser sees it.
fn at_each_step(frames: &[Rc<Frame>], key: &str, mut look: impl FnMut(&Scene)) {
    let options = Options::default();
    for (number, frame) in frames.iter().enumerate() {
        for step in 0..=frame.steps() as usize {
            look(&Scene {
                key: key.as_bytes(),
                frame,
                past: &frames[..number],
                step,
                options: &options,
                revealed: false,
            });
        }
    }
}

/// Numbers that look random and are the same in every run.
fn lots(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

fn random_sorted_set_lines(count: usize, seed: u64) -> Vec<String> {
    let mut lot = lots(seed);
    let mut lines = vec!["CONFIG SET zset-max-listpack-entries 4".to_owned()];
    for _ in 0..count {
        let (member, score) = (lot(30), lot(12));
        lines.push(match lot(12) {
            0 => format!("ZREM z m{member}"),
            1 => format!("ZRANK z m{member}"),
            2 => format!("ZINCRBY z 3 m{member}"),
            3 => format!("ZREVRANGE z {} {}", lot(9), lot(9)),
            4 => format!("ZRANGE z {score} 9 BYSCORE"),
            5 => "ZPOPMIN z".to_owned(),
            6 => format!("ZREMRANGEBYRANK z {} {}", lot(20), lot(20)),
            7 => format!("ZSCORE z m{member}"),
            8 => "PING".to_owned(),
            _ => format!("ZADD z {score} m{member} {} m{}", lot(12), lot(30)),
        });
    }
    lines
}

fn skiplist_of(snapshot: &Snapshot) -> Option<&views::snapshot::Skiplist> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Skiplist(list) => Some(list),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn a_skip_list_is_drawn_as_the_engine_holds_it_at_every_step() {
    for seed in 0..6 {
        let lines = random_sorted_set_lines(300, seed);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut world = world(&lines);
        let frames = frames(&mut world, &skiplist::VIEW, "z");
        assert!(frames.len() > 200, "PING concerns no key, the others do");
        let mut compared = 0;
        at_each_step(&frames, "z", |scene| {
            let drawn = skiplist::at(scene);
            if scene.step == scene.frame.events.len() {
                // All events have happened: what they made of the list before is the list after.
                let after = skiplist_of(&scene.frame.after);
                if after.is_some() {
                    assert_eq!(drawn.as_ref(), after, "{}", scene.frame.line);
                    compared += 1;
                }
            }
            if let Some(list) = drawn {
                assert_spans_hold(&list);
            }
            (skiplist::VIEW.draw)(scene);
        });
        assert!(compared > 100, "{compared}");
        let now = inspect::key(&world, b"z", &[]);
        assert_eq!(
            *frames.last().expect("frames").after,
            now,
            "the replay is the world itself"
        );
    }
}

/// Every link leads as far as its span says, in order, and a level's spans add up to the length.
fn assert_spans_hold(list: &views::snapshot::Skiplist) {
    let links = |rank: u32| match rank {
        0 => Some(&list.head),
        _ => list
            .nodes
            .iter()
            .find(|node| node.rank == rank)
            .map(|node| &node.levels),
    };
    for level in 0..list.level as usize {
        let (mut rank, mut crossed) = (0, 0);
        while let Some(link) = links(rank).and_then(|links| links.get(level)) {
            crossed += link.span;
            match link.to {
                Some(to) => {
                    assert_eq!(to, rank + link.span);
                    rank = to;
                }
                None => break,
            }
        }
        assert_eq!(u64::from(crossed), list.length, "level {level} of {list:?}");
    }
}

#[test]
fn the_rank_is_the_sum_of_the_spans() {
    let lines = random_sorted_set_lines(200, 77);
    let mut lines: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| line.starts_with("ZADD"))
        .collect();
    lines.insert(0, "CONFIG SET zset-max-listpack-entries 4");
    let mut world = world(&lines);
    for member in 0..30 {
        let line = format!("ZRANK z m{member}");
        let answer = world.type_line("", &line).output;
        let moment = shown(&mut world, "skiplist", "z", None);
        if let Some(rank) = answer.strip_prefix("(integer) ") {
            let crossed = frames(&mut world, &skiplist::VIEW, "z");
            let way = skiplist::way(&crossed.last().expect("a frame").events);
            let sum: u32 = way
                .iter()
                .filter(|step| step.crosses)
                .map(|step| step.span)
                .sum();
            assert_eq!(sum.to_string(), rank, "{line}");
            assert_eq!(moment.said, format!("Answer: {answer}"));
        }
    }
}

/// OBJECT ENCODING and the picture never disagree, whatever the type.
#[test]
fn encodings_are_those_that_the_server_names() {
    let cases = [
        ("SET k hello", "embstr"),
        ("SET k 12", "int"),
        ("RPUSH k a b 3", "listpack"),
        ("SADD k 3 1 2", "intset"),
        ("SADD k a b", "listpack"),
        ("HSET k name ada age 36", "listpack"),
        ("ZADD k 1 ada 2 bob", "listpack"),
        ("XADD k 1-1 a b", "stream"),
    ];
    for (line, encoding) in cases {
        let mut world = world(&[line]);
        assert_eq!(
            world.type_line("", "OBJECT ENCODING k").output,
            format!("\"{encoding}\"")
        );
        for view in views::ALL {
            shown(&mut world, view.name, "k", None);
        }
        let Snapshot::Key(key) = inspect::key(&world, b"k", &[]) else {
            panic!("{line}: the key is there")
        };
        assert_eq!(key.row.encoding, encoding, "{line}");
    }
}

#[test]
fn the_conversion_is_told_with_its_rule() {
    let mut world = world(&[
        "CONFIG SET zset-max-listpack-entries 3",
        "ZADD z 1 a 2 b 3 c",
        "ZADD z 4 d",
    ]);
    let moment = shown(&mut world, "skiplist", "z", None);
    assert_eq!(
        moment.log.first().map(String::as_str),
        Some("The listpack becomes a skiplist: 4 are more than zset-max-listpack-entries 3.")
    );
    assert_eq!(moment.commands, 2, "CONFIG SET does not concern the key");
}

#[test]
fn a_moment_that_does_not_exist_is_the_nearest_one() {
    let mut world = world(&["SET k 1", "SET k 2", "DEL k", "RPUSH k a"]);
    let far = shown(&mut world, "xray", "k", Some((99, 99)));
    assert_eq!(
        (far.at.command, far.at.step, far.commands),
        (3, far.steps, 4)
    );
    let first = shown(&mut world, "xray", "k", Some((0, 0)));
    assert_eq!((first.at, first.output), (Position::default(), None));
    let gone = shown(&mut world, "xray", "k", Some((2, 9)));
    assert_eq!(gone.said, "Answer: (integer) 1 The key is gone.");
    world.reset();
    assert_eq!(shown(&mut world, "xray", "k", Some((2, 9))).commands, 0);
}

#[test]
fn a_key_may_vanish_change_and_hold_any_bytes() {
    let mut world = world(&[
        "SET \"a\\x00\\xff\" v",
        "SET k v EX 10",
        "+ 11s",
        "ZADD k 1 \"\" 2 \"\\x00\\xff\"",
        "SET k now-text",
        "DEL k",
        "SADD k 1",
        "SREM k 1",
    ]);
    for view in views::ALL {
        for key in ["k", "none", "a\0"] {
            let commands = shown(&mut world, view.name, key, None).commands;
            for command in 0..commands.max(1) {
                for step in 0..4 {
                    shown(&mut world, view.name, key, Some((command, step)));
                }
            }
        }
        let expired = shown(&mut world, "xray", "k", Some((1, 9)));
        assert_eq!(
            (expired.line.as_str(), expired.said.as_str()),
            ("+ 11s", "Done. The key is gone.")
        );
    }
}

#[test]
fn other_luck_is_the_same_commands_with_other_towers() {
    let mut lines = vec!["CONFIG SET zset-max-listpack-entries 0".to_owned()];
    lines.extend((0..60).map(|at| format!("ZADD z {at} m{at}")));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut world = world(&lines);
    let mut with_seed = |seed: Option<&str>| {
        let show = Show {
            view: "skiplist".to_owned(),
            key: b"z".to_vec(),
            seed: seed.map(str::to_owned),
            ..Show::default()
        };
        super::show(&mut world, show).table
    };
    assert_ne!(with_seed(None), with_seed(Some("another")));
    assert_eq!(with_seed(Some("a page")), with_seed(None));
}

#[test]
fn a_long_list_is_a_window_round_what_the_command_is_about() {
    let mut world = world(&["CONFIG SET zset-max-listpack-entries 0"]);
    for hundred in 0..200 {
        let members: String = (0..100)
            .map(|at| format!(" {} m{}", hundred * 100 + at, hundred * 100 + at))
            .collect();
        world.type_line("", &format!("ZADD z{members}"));
    }
    assert_eq!(
        world.type_line("", "ZRANK z m12345").output,
        "(integer) 12345"
    );
    let frames = frames(&mut world, &skiplist::VIEW, "z");
    let frame = frames.last().expect("a frame");
    let list = skiplist_of(&frame.before).expect("a skip list");
    assert!(list.nodes.len() < 128, "{}", list.nodes.len());
    let way = skiplist::way(&frame.events);
    for step in way {
        let seen = |rank| rank == 0 || list.nodes.iter().any(|node| node.rank == rank);
        assert!(seen(step.from), "{step:?} begins outside the window");
    }
    assert!(list.nodes.iter().any(|node| node.member == b"m12345"));
}

#[test]
fn many_commands_keep_a_bounded_tape() {
    let mut world = world(&[]);
    for at in 0..3_000 {
        world.type_line("", &format!("ZADD z {at} m{}", at % 500));
    }
    let moment = shown(&mut world, "skiplist", "z", None);
    assert_eq!(moment.commands, 3_000);
    assert!(moment.first >= 2_000, "{}", moment.first);
    assert_eq!(moment.at.command, 2_999);
    let old = shown(&mut world, "skiplist", "z", Some((5, 0)));
    assert_eq!(old.at.command, moment.first);
}

#[test]
fn a_world_that_began_with_files_is_shown_as_it_is() {
    let mut world = world(&["SET k v"]);
    world.log(LogEntry::Load { names: Vec::new() });
    let moment = shown(&mut world, "xray", "k", None);
    assert_eq!(moment.commands, 0);
}

/// A visualiser's own page begins with something to see, and every moment of it can be drawn.
#[test]
fn each_page_of_its_own_begins_with_something_to_see() {
    for view in views::ALL {
        let mut world = World::new(Setup {
            seed: format!("views/{}", view.name),
            ..Setup::default()
        });
        for line in view.starter.lines() {
            let ran = world.type_line("", line);
            assert!(!ran.error, "{}: {line}: {}", view.name, ran.output);
        }
        let frames = frames(&mut world, view, view.key);
        assert!(!frames.is_empty(), "{}", view.name);
        let mut sentences = 0;
        at_each_step(&frames, view.key, |scene| {
            let drawing = (view.draw)(scene);
            assert!(drawing.picture.is_some() || drawing.board.is_some());
            sentences += scene.events().len();
        });
        assert!(sentences > 0, "{} has nothing to step over", view.name);
        let present = shown(&mut world, view.name, view.key, None);
        assert!(present.ask.is_some(), "{} asks nothing at first", view.name);
        assert!(present.table.is_some(), "{} cannot be read", view.name);
        assert!(
            messages::to_bytes(&present).len() < 100_000,
            "{}",
            view.name
        );
    }
}

#[test]
fn registers_are_those_of_the_engine_at_every_step() {
    let mut lot = lots(5);
    let mut lines = vec!["CONFIG SET hll-sparse-max-bytes 200".to_owned()];
    for at in 0..250 {
        lines.push(match lot(8) {
            0 => "PFCOUNT h".to_owned(),
            1 => format!("PFADD other user:{}", lot(5_000)),
            2 => "PFMERGE h other".to_owned(),
            3 if at > 240 => "DEL h".to_owned(),
            _ => format!(
                "PFADD h user:{} user:{} user:{}",
                lot(5_000),
                lot(5_000),
                at
            ),
        });
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut world = world(&lines);
    let frames = frames(&mut world, &hyperloglog::VIEW, "h");
    let (mut compared, mut promoted) = (0, 0);
    at_each_step(&frames, "h", |scene| {
        let drawn = hyperloglog::registers(scene);
        if scene.step == scene.frame.events.len()
            && let Snapshot::Key(key) = &*scene.frame.after
            && let Body::Hyperloglog(bytes) = &key.body
        {
            let held = engine::structures::hyperloglog::registers(bytes).expect("sound bytes");
            assert_eq!(drawn, Some(held), "{}", scene.frame.line);
            compared += 1;
        }
        promoted += usize::from(matches!(
            scene.event(),
            Some(trace::Event::Hyperloglog(
                trace::Hyperloglog::Promoted { .. }
            ))
        ));
    });
    assert!(compared > 150 && promoted >= 1, "{compared} {promoted}");
}

/// user:121 and user:196 share a register: recorded from the server.
#[test]
fn an_element_that_was_never_added_may_change_nothing() {
    let mut world = world(&["PFADD h user:121"]);
    assert_eq!(
        world.type_line("", "PFADD h user:196").output,
        "(integer) 0"
    );
    let moment = shown(&mut world, "hyperloglog", "h", None);
    assert!(moment.log[0].contains("register 15244"), "{:?}", moment.log);
    assert!(
        moment.log[1].ends_with("nothing changes."),
        "{:?}",
        moment.log
    );
    world.type_line("", "SETRANGE h 16 \"\\xff\"");
    assert!(
        world
            .type_line("", "PFADD h x")
            .output
            .contains("INVALIDOBJ")
    );
    shown(&mut world, "hyperloglog", "h", None);
}

/// A visualiser may be shown any key, and any part of the past.
#[test]
fn corrupt_options_and_moments_are_answered() {
    let mut world = world(&["PFADD h a", "ZADD z 1 a", "SET s x"]);
    for view in views::ALL {
        for value in ["", "-1", "99999999999", "\u{1f600}", "{{}}", "moving"] {
            let options = ["cell", "many", "key", "state", "gone", "spans"];
            let show = Show {
                view: view.name.to_owned(),
                key: b"h".to_vec(),
                options: options
                    .map(|name| (name.to_owned(), value.to_owned()))
                    .to_vec(),
                ..Show::default()
            };
            super::show(&mut world, show);
        }
    }
}

fn vector(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("a recorded file is JSON")
}

/// Each recorded entry, byte for byte, and its fields add up to it.
#[test]
fn entries_are_drawn_byte_for_byte() {
    let recorded = vector(include_str!("../../../tests/vectors/listpack-entries.json"));
    let rows = recorded["rows"].as_array().expect("rows");
    let mut compared = 0;
    for row in rows {
        let (Some(value), Some(hex)) = (row["value"].as_str(), row["entry_hex"].as_str()) else {
            continue;
        };
        let mut world = world(&["CONFIG SET list-max-listpack-size -5"]);
        // `x x 63` stands for 63 of them.
        let value = match value
            .split_once(" x ")
            .map(|(text, count)| (text, count.parse()))
        {
            Some((text, Ok(count))) => text.repeat(count),
            _ => value.to_owned(),
        };
        let word = engine::words::quote(value.as_bytes());
        world.type_line("", &format!("RPUSH l {word}"));
        let Snapshot::Key(key) = inspect::key(&world, b"l", &[]) else {
            panic!("{value}: no key")
        };
        let Body::Listpack(pack) = &key.body else {
            continue;
        };
        let entry = &pack.entries[0];
        let raw: String = entry.raw.iter().map(|byte| format!("{byte:02x}")).collect();
        // Long entries are recorded, and drawn, by their beginning.
        let recorded = hex.split("...").next().unwrap_or_default();
        let length = recorded.len().min(raw.len());
        assert_eq!(raw[..length], recorded[..length], "{value}");
        assert_eq!(
            u64::from(entry.size),
            row["entry_bytes"].as_u64().expect("a size"),
            "{value}"
        );
        let fields = xray::fields(entry).expect("a class");
        assert_eq!(
            fields.encoding + fields.data + fields.back,
            entry.size as usize,
            "{value}"
        );
        assert!((1..=5).contains(&fields.back), "{value}");
        compared += 1;
    }
    assert!(compared > 15, "{compared}");
}

/// The meter of 64 bytes is full exactly where the server stops embedding.
#[test]
fn the_meter_agrees_with_the_recorded_limits() {
    let recorded = vector(include_str!("../../../tests/vectors/embstr-limits.json"));
    for row in recorded["rows"].as_array().expect("rows") {
        let (Some(key), Some(longest)) = (row[0].as_u64(), row[1].as_u64()) else {
            continue;
        };
        let key = "k".repeat(key as usize);
        for length in [longest, longest + 1] {
            let mut world = world(&[&format!("SET {key} \"{}\"", "v".repeat(length as usize))]);
            let encoding = world
                .type_line("", &format!("OBJECT ENCODING {key}"))
                .output;
            let Snapshot::Key(held) = inspect::key(&world, key.as_bytes(), &[]) else {
                panic!("no key")
            };
            let [meter] = held.limits.as_slice() else {
                panic!("one limit")
            };
            assert_eq!(
                meter.now <= meter.most,
                encoding == "\"embstr\"",
                "{key} {length}"
            );
        }
    }
}

#[test]
fn every_change_of_encoding_is_told() {
    let cases: [(&str, &[&str], &str, &str); 8] = [
        ("s", &["SET s 12", "APPEND s x"], "int", "raw"),
        ("s", &["SADD s 1 2", "SADD s word"], "intset", "listpack"),
        (
            "s",
            &[
                "CONFIG SET set-max-intset-entries 2",
                "SADD s 1 2",
                "SADD s 3",
            ],
            "intset",
            "hashtable",
        ),
        (
            "s",
            &[
                "CONFIG SET set-max-listpack-entries 2",
                "SADD s a b",
                "SADD s c",
            ],
            "listpack",
            "hashtable",
        ),
        (
            "h",
            &["HSET h a 1", "HEXPIRE h 100 FIELDS 1 a"],
            "listpack",
            "listpackex",
        ),
        (
            "h",
            &[
                "CONFIG SET hash-max-listpack-value 4",
                "HSET h a 1",
                "HSET h b longer",
            ],
            "listpack",
            "hashtable",
        ),
        (
            "l",
            &[
                "CONFIG SET list-max-listpack-size 4",
                "RPUSH l a b c d",
                "RPUSH l e",
            ],
            "listpack",
            "quicklist",
        ),
        (
            "l",
            &[
                "CONFIG SET list-max-listpack-size 4",
                "RPUSH l a b c d e",
                "LTRIM l 0 1",
            ],
            "quicklist",
            "listpack",
        ),
    ];
    for (key, lines, from, to) in cases {
        let mut world = world(lines);
        let frames = frames(&mut world, views::named("xray"), key);
        let told = &frames.last().expect("a frame").events;
        assert!(
            matches!(told.as_slice(), [trace::Event::Encoding { from: own, to: other, .. }] if (*own, *other) == (from, to)),
            "{lines:?}: {told:?}"
        );
        let now = world
            .type_line("", &format!("OBJECT ENCODING {key}"))
            .output;
        assert_eq!(now, format!("\"{to}\""));
    }
}

/// Three nodes begin with the shares that redis-cli deals out.
#[test]
fn slots_are_shared_as_recorded() {
    let recorded = vector(include_str!("../../../tests/vectors/cluster-slots.json"));
    let range = |node: &slots::Node| [*node.range().start(), *node.range().end()];
    let shares: Vec<[u16; 2]> = slots::NODES.iter().map(range).collect();
    assert_eq!(recorded["equal_shares"]["3"], serde_json::json!(shares));
}

/// Slots and redirections as the server says them.
#[test]
fn a_client_is_told_where_to_go() {
    let mut world = world(&["SET foo 1"]);
    let mut turns = |options: &[(&str, &str)]| {
        let options: Vec<(String, String)> = options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let frames = frames(&mut world, &slots::VIEW, "");
        let options = Options(options);
        let scene = Scene {
            key: b"",
            frame: frames.last().expect("a frame"),
            past: &[],
            step: 99,
            options: &options,
            revealed: true,
        };
        let turns = slots::Model::of(&scene).conversation();
        turns
            .into_iter()
            .map(|turn| turn.answer)
            .collect::<Vec<_>>()
    };
    assert_eq!(turns(&[]), ["the value"]);
    assert_eq!(turns(&[("state", "moving")]), ["the value"]);
    assert_eq!(
        turns(&[("state", "moving"), ("gone", "yes")]),
        ["ASK 12182 127.0.0.1:7000", "the value"]
    );
    assert_eq!(
        turns(&[("state", "done")]),
        ["MOVED 12182 127.0.0.1:7000", "the value"]
    );
    assert_eq!(turns(&[("state", "done"), ("knows", "yes")]), ["the value"]);
    let lost = turns(&[("state", "moving"), ("gone", "yes"), ("naive", "yes")]);
    assert!(
        lost.iter()
            .any(|answer| answer.starts_with("MOVED 12182 127.0.0.1:7002")),
        "{lost:?}"
    );
}
