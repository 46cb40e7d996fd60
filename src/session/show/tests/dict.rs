//! Tables as they are drawn, step by step, against the engine's own.

use std::collections::BTreeSet;

use trace::{Dict as Told, Event, Of};
use views::dict;
use views::snapshot::Dict;

use super::*;

fn table_of(snapshot: &Snapshot) -> Option<&Dict> {
    match snapshot {
        Snapshot::Server(server) => server.dict.as_ref(),
        Snapshot::Key(key) => match &key.body {
            Body::Table { dict, .. } => Some(dict),
            _ => None,
        },
        Snapshot::Nothing => None,
    }
}

/// Compares what the events made of the tables with what the engine holds; gives how often.
fn compare(frames: &[Rc<Frame>], view: &'static View, key: &str) -> usize {
    let mut compared = 0;
    at_each_step(frames, key, |scene| {
        if scene.step == scene.frame.events.len()
            && let Some(after) = table_of(&scene.frame.after)
        {
            let Some(mut drawn) = dict::at(scene) else {
                // Before the first command nothing was looked at.
                assert_eq!(after.entries(), 0, "{}", scene.frame.line);
                return;
            };
            // No event says when a child process begins or ends.
            drawn.held = after.held;
            assert_eq!(&drawn, after, "{}", scene.frame.line);
            compared += 1;
        }
        (view.draw)(scene);
    });
    compared
}

#[test]
fn the_table_of_the_keys_is_drawn_as_the_engine_holds_it_at_every_step() {
    let mut seen = BTreeSet::new();
    for seed in 0..4 {
        let mut lot = lots(seed);
        let mut lines = Vec::new();
        for at in 0..400u64 {
            // It grows, then it shrinks.
            let growing = at % 200 < 120;
            let key = lot(90);
            lines.push(match lot(14) {
                0 => format!("GET k{key}"),
                1 => format!("SCAN {} COUNT 3", lot(128)),
                2 => format!("DEBUG DICT-RESIZING {}", lot(2)),
                3 if lot(8) == 0 => "+ 100ms".to_owned(),
                3 => format!("SET k{key} v PX 1"),
                4 => format!("EXISTS k{key} k{}", lot(90)),
                5 if lot(20) == 0 => "FLUSHALL".to_owned(),
                6 => format!("RENAMENX k{key} k{}", lot(90)),
                _ if growing => format!("MSET k{key} v k{} v", lot(90)),
                _ => format!("DEL k{key} k{} k{}", lot(90), lot(90)),
            });
        }
        let mut world = World::new(Setup::default());
        for line in &lines {
            world.type_line("", line);
        }
        // What is in another database concerns nobody here.
        for line in ["SELECT 1", "MSET a 1 b 2 c 3 d 4 e 5 f 6"] {
            world.type_line("other", line);
        }
        let frames = frames(&mut world, &dict::KEYSPACE, "");
        for event in frames.iter().flat_map(|frame| &frame.events) {
            let Event::Dict { of, told } = event else {
                panic!("{event:?}")
            };
            assert_eq!(*of, Of::Keys(0));
            let told = format!("{told:?}");
            seen.insert(told.split(' ').next().unwrap_or_default().to_owned());
        }
        assert!(compare(&frames, &dict::KEYSPACE, "") > 390);
        let now = inspect::server(&world, &[views::Part::Keys]);
        assert_eq!(*frames.last().expect("frames").after, now);
    }
    assert_eq!(seen.len(), 10, "every kind of event: {seen:?}");
}

#[test]
fn the_table_of_a_key_is_drawn_as_the_engine_holds_it_at_every_step() {
    for (seed, set) in [(1, false), (2, true), (3, false), (4, true)] {
        let mut lot = lots(seed);
        let mut lines = vec![
            "CONFIG SET hash-max-listpack-entries 3 set-max-listpack-entries 3".to_owned(),
            "SADD other m1 m2 m3 m4 m5 m6 m7".to_owned(),
        ];
        for at in 0..300u64 {
            let growing = at % 150 < 100;
            let (one, two) = (lot(60), lot(60));
            lines.push(match (set, lot(12)) {
                (false, 0) => format!("HGET t m{one}"),
                (true, 0) => format!("SISMEMBER t m{one}"),
                (false, 1) => format!("HMGET t m{one} m{two}"),
                (true, 1) => format!("SMISMEMBER t m{one} m{two}"),
                (false, 2) => format!("HSCAN t {} COUNT 4", lot(64)),
                (true, 2) => format!("SSCAN t {} COUNT 4", lot(64)),
                (true, 3) => "SUNION t other".to_owned(),
                (true, 4) => "SDIFFSTORE elsewhere t other".to_owned(),
                (true, 5) => format!("SPOP t {}", 1 + lot(3)),
                (false, 3) => format!("HINCRBY t n{one} 2"),
                (false, 4) => format!("HEXPIRE t 100 FIELDS 1 m{one}"),
                (false, _) if growing => format!("HSET t m{one} v m{two} v"),
                (true, _) if growing => format!("SADD t m{one} m{two}"),
                (false, _) => format!("HDEL t m{one} m{two} n{one}"),
                (true, _) => format!("SREM t m{one} m{two}"),
            });
        }
        let mut world = World::new(Setup::default());
        for line in &lines {
            world.type_line("", line);
        }
        let frames = frames(&mut world, &dict::VIEW, "t");
        assert!(compare(&frames, &dict::VIEW, "t") > 100);
        let moved = |event: &Event| {
            matches!(
                event,
                Event::Dict {
                    told: Told::Moved { .. },
                    ..
                }
            )
        };
        let reads = frames.iter().filter(|frame| {
            let reads = ["HGET", "SISMEMBER"];
            reads.iter().any(|name| frame.line.starts_with(name)) && frame.events.iter().any(moved)
        });
        assert!(reads.count() > 0, "a look-up moves a bucket");
        let now = inspect::key(&world, b"t", &[]);
        assert_eq!(*frames.last().expect("frames").after, now);
    }
}

/// Sizes are those that the server had after so many SETs, and a second table begins where it began there.
#[test]
fn tables_grow_as_recorded() {
    let recorded = vector(include_str!(
        "../../../../tests/vectors/dict-rehash-and-scan.json"
    ));
    let mut world = world(&["CONFIG SET activerehashing no"]);
    let lines: Vec<String> = (0..300).map(|at| format!("SET key:{at} v")).collect();
    for line in &lines {
        world.type_line("", line);
    }
    let frames = frames(&mut world, &dict::KEYSPACE, "");
    let mut compared = 0;
    for row in recorded["main_dict_growth"].as_array().expect("rows") {
        let sets = row["after_sets"].as_u64().expect("a number") as usize;
        // The first frame is the one of CONFIG SET.
        let Some(frame) = frames.get(sets) else {
            continue;
        };
        let drawn = table_of(&frame.after).expect("tables");
        let size = |at: usize| row["tables"][at]["size"].as_u64().unwrap_or(0);
        let own = |at: usize| drawn.tables.get(at).map_or(0, |table| table.buckets.into());
        assert_eq!(own(0).max(own(1)), size(0).max(size(1)), "{row}");
        if sets > 4 && (sets - 1).is_power_of_two() {
            assert_eq!((own(0), own(1)), (size(0), size(1)), "{row}");
        }
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

/// The hash that is drawn is SipHash-1-2, and its low bits are the bucket.
#[test]
fn hashes_are_the_recorded_ones() {
    let recorded = vector(include_str!("../../../../tests/vectors/siphash-1-2.json"));
    let rows = recorded["rows"].as_array().expect("rows");
    let seed: [u8; 16] = std::array::from_fn(|at| at as u8);
    let mut table = engine::structures::dict::Dict::new(seed).told_as(Of::Value);
    for row in rows {
        let (text, hash) = (
            row[0].as_str().expect("text"),
            row[1].as_str().expect("hex"),
        );
        let ((), trace) = trace::during(|| {
            table.insert(text.as_bytes(), ());
        });
        let told = trace.events.iter().find_map(|event| match event {
            Event::Dict {
                told: Told::Looked { hash, .. },
                ..
            } => Some(*hash),
            _ => None,
        });
        assert_eq!(
            format!("{:08x}", told.expect("a look-up")),
            hash[8..],
            "{text}"
        );
    }
    assert!(rows.len() > 20);
}

/// In SCAN's order the rows are those in which a server was seen to walk.
#[test]
fn a_walk_goes_through_buckets_as_recorded() {
    let recorded = vector(include_str!(
        "../../../../tests/vectors/dict-rehash-and-scan.json"
    ));
    let rows = recorded["scan"]["rows"].as_array().expect("rows");
    for row in rows {
        let size = row["table_size"].as_u64().expect("a size") as u32;
        let order: Vec<u64> = (0..size.into())
            .map(|at| dict::reversed(at, size))
            .collect();
        let recorded = row["full_bucket_visit_order"].as_array().expect("buckets");
        assert_eq!(
            serde_json::json!(order[..recorded.len()]),
            serde_json::json!(recorded)
        );
    }
    assert!(rows.len() >= 3);
}

/// Whatever happens to the tables meanwhile, a walk shows every key that stays, and what is said to be still to come
/// comes.
#[test]
fn a_walk_misses_nothing_while_the_table_grows_and_shrinks() {
    for seed in 0..20 {
        let mut lot = lots(seed);
        let mut world = world(&[]);
        for at in 0..20 {
            world.type_line("", &format!("SET stay:{at} v"));
        }
        let mut cursor = "0".to_owned();
        let mut extra = 0;
        loop {
            let answer = world
                .type_line("", &format!("SCAN {cursor} COUNT 3"))
                .output;
            cursor = answer.split('"').nth(1).expect("a cursor").to_owned();
            if cursor == "0" {
                break;
            }
            if lot(2) == 0 {
                extra += 17;
                let names: String = (0..extra).map(|at| format!(" x:{at} v")).collect();
                world.type_line("", &format!("MSET{names}"));
            } else {
                let names: String = (0..extra).map(|at| format!(" x:{at}")).collect();
                world.type_line("", &format!("DEL x:a{names}"));
                world.type_line("", "+ 100ms");
            }
        }
        let frames = frames(&mut world, &dict::KEYSPACE, "");
        let (last, past) = frames.split_last().expect("frames");
        let scene = Scene {
            key: b"",
            frame: last,
            past,
            step: last.steps() as usize,
            options: &Options::default(),
            revealed: true,
        };
        let walk = dict::walk_of(&scene).expect("a walk");
        assert!(walk.whole && !walk.is_open());
        for at in 0..20 {
            let name = format!("stay:{at}").into_bytes();
            assert!(
                walk.shown.iter().any(|(key, _)| *key == name),
                "seed {seed}: {at}"
            );
        }
    }
}

/// What the question counts as still to come is what comes when nothing else is done.
#[test]
fn the_question_about_a_walk_is_answered_by_the_walk() {
    let mut shrunk = 0;
    for count in [17, 33, 40, 65, 90, 128] {
        for (removed, seen) in [(0, 9), (count - 5, 5), (count - 6, 9), (count - 7, 14)] {
            let mut world = world(&[]);
            for at in 0..count {
                world.type_line("", &format!("SET k:{at} v"));
            }
            world.type_line("", "+ 100ms");
            let first = world.type_line("", &format!("SCAN 0 COUNT {seen}")).output;
            let mut cursor = first.split('"').nth(1).expect("a cursor").to_owned();
            let names: String = (0..removed).map(|at| format!(" k:{at}")).collect();
            world.type_line("", &format!("DEL none{names}"));
            let before = frames(&mut world, &dict::KEYSPACE, "");
            let (last, past) = before.split_last().expect("frames");
            let scene = Scene {
                key: b"",
                frame: last,
                past,
                step: last.steps() as usize,
                options: &Options::default(),
                revealed: true,
            };
            let walk = dict::walk_of(&scene).expect("a walk");
            let (new, again) = walk.rest(table_of(&last.after).expect("tables"));
            let mut came = 0;
            while cursor != "0" {
                let answer = world
                    .type_line("", &format!("SCAN {cursor} COUNT 4"))
                    .output;
                cursor = answer.split('"').nth(1).expect("a cursor").to_owned();
                came += answer.matches("\"k:").count() as u64;
            }
            assert_eq!(came, new + again, "{count} {removed}");
            shrunk += u64::from(again > 0);
        }
    }
    assert!(shrunk > 0, "a table that shrinks repeats keys");
}
