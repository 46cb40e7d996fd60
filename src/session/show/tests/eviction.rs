//! The arena as it is drawn, step by step, against the keys and the pool of the engine.

use std::collections::BTreeSet;

use trace::{Event, Eviction as Told};
use views::eviction;
use views::snapshot::Eviction;

use super::*;

fn held(snapshot: &Snapshot) -> &Eviction {
    eviction::held(snapshot).expect("a server")
}

fn run(lines: &[String]) -> World {
    let mut world = World::new(Setup::default());
    for line in lines {
        world.type_line("", line);
    }
    world
}

#[test]
fn keys_and_pool_are_drawn_as_the_engine_holds_them_at_every_step() {
    let mut kinds = BTreeSet::new();
    for (seed, policy) in [
        "allkeys-lru",
        "allkeys-lfu",
        "volatile-ttl",
        "allkeys-random",
    ]
    .into_iter()
    .enumerate()
    {
        let mut lot = lots(seed as u64);
        let mut lines = vec![
            "DEBUG POPULATE 60 old 300".to_owned(),
            format!("CONFIG SET maxmemory-policy {policy}"),
            "CONFIG SET maxmemory 1000000".to_owned(),
        ];
        // What a server without keys uses is about a megabyte: the limit is set from what is used.
        let used = held(&inspect::server(&run(&lines), &[views::Part::Eviction])).used;
        lines.push(format!("CONFIG SET maxmemory {used}"));
        for _ in 0..250 {
            let (key, other) = (lot(90), lot(90));
            lines.push(match lot(10) {
                0 => format!("GET old:{key}"),
                1 => format!("+ {}s", lot(90)),
                2 => format!("DEL k{key} old:{other}"),
                3 => format!("SET k{key} {} EX {}", "v".repeat(200), 1 + lot(500)),
                4 => format!("RENAME k{key} k{other}"),
                5 => format!("EXPIRE k{key} {}", lot(300)),
                6 => "SCAN 0".to_owned(),
                _ => format!("SET k{key} {} EX 1000", "v".repeat(150 + lot(100) as usize)),
            });
        }
        let mut world = run(&lines);
        let frames = frames(&mut world, &eviction::VIEW, "");
        at_each_step(&frames, "", |scene| {
            if scene.step == scene.frame.events.len() {
                let arena = eviction::at(scene);
                let after = held(&scene.frame.after);
                let drawn: BTreeSet<&[u8]> = arena.there().map(|dot| dot.key.as_slice()).collect();
                let own: BTreeSet<&[u8]> =
                    after.held.iter().map(|held| held.key.as_slice()).collect();
                assert_eq!(drawn, own, "{policy}: {}", scene.frame.line);
                assert_eq!(arena.pool, after.pool, "{policy}: {}", scene.frame.line);
            }
            if scene.step % 7 == 0 || scene.is_over() {
                (eviction::VIEW.draw)(scene);
            }
        });
        let events = frames.iter().flat_map(|frame| &frame.events);
        for event in events {
            let Event::Eviction { told, .. } = event else {
                panic!("{event:?}")
            };
            let told = format!("{told:?}");
            kinds.insert(told.split(' ').next().unwrap_or_default().to_owned());
        }
        let now = inspect::server(&world, &[views::Part::Eviction]);
        assert_eq!(*frames.last().expect("frames").after, now);
    }
    assert_eq!(kinds.len(), 8, "every kind of event: {kinds:?}");
}

/// A smaller run of the recorded experiment: who is never used again goes far more often than who is, and more so with
/// larger samples; LFU throws away what is new.
#[test]
fn shares_are_as_recorded() {
    let recorded = vector(include_str!("../../../../tests/vectors/eviction.json"));
    let share = |policy: &str, samples: u64, field: &str| -> f64 {
        let runs = recorded["runs"].as_array().expect("runs");
        let run = runs
            .iter()
            .find(|run| run["policy"] == policy && run["samples"] == samples);
        run.expect("recorded")[field].as_f64().expect("a share")
    };
    for (policy, samples) in [
        ("allkeys-lru", 5),
        ("allkeys-lru", 10),
        ("allkeys-random", 5),
    ] {
        let mut lines = vec![
            format!("CONFIG SET maxmemory-policy {policy} maxmemory-samples {samples}"),
            "DEBUG POPULATE 600 old 500".to_owned(),
            "+ 10s".to_owned(),
            "EVAL \"for i = 0, 299 do redis.call('GET', 'old:'..i) end\" 0".to_owned(),
            "+ 10s".to_owned(),
        ];
        let used = held(&inspect::server(&run(&lines), &[views::Part::Eviction])).used;
        // The first new key comes after the first eviction.
        lines.push(format!("CONFIG SET maxmemory {}", used - 1));
        lines.extend((0..30).map(|at| format!("DEBUG POPULATE 10 new{at} 500")));
        lines.push("PING".to_owned());
        let mut world = run(&lines);
        let frames = frames(&mut world, &eviction::VIEW, "");
        let bands = eviction::rival(&frames).expect("frames").bands;
        let own = |at: usize| bands[at].evicted as f64 / bands[at].keys as f64;
        assert_eq!([bands[0].keys, bands[1].keys], [300, 300]);
        let fields = [
            "evicted_share_of_touched_half",
            "evicted_share_of_never_touched_half",
        ];
        for (at, field) in fields.into_iter().enumerate() {
            let (own, recorded) = (own(at), share(policy, samples, field));
            assert!(
                (own - recorded).abs() < 0.15,
                "{policy} {samples}: {own} {recorded}"
            );
        }
    }
}

/// Counters that are told grow as recorded.
#[test]
fn counters_grow_as_recorded() {
    let recorded = vector(include_str!("../../../../tests/vectors/lfu.json"));
    let growth = recorded["growth"].as_array().expect("rows");
    for row in growth {
        let hits = row["hits"].as_u64().expect("hits");
        let factor = row["lfu_log_factor"].as_u64().expect("a factor");
        if hits > 1000 {
            continue;
        }
        let mut counters = Vec::new();
        for seed in 0..6 {
            let mut world = World::new(Setup {
                seed: format!("luck {seed}"),
                ..Setup::default()
            });
            for line in [
                format!("CONFIG SET maxmemory-policy allkeys-lfu lfu-log-factor {factor}"),
                "SET k v".to_owned(),
                format!("{hits} GET k"),
            ] {
                world.type_line("", &line);
            }
            let frames = frames(&mut world, &eviction::VIEW, "");
            let last = frames.last().expect("frames").events.last();
            let Some(Event::Eviction {
                told:
                    Told::Used {
                        counter: Some((_, counter)),
                        ..
                    },
                ..
            }) = last
            else {
                panic!("{last:?}")
            };
            counters.push(f64::from(*counter));
        }
        let mean = counters.iter().sum::<f64>() / counters.len() as f64;
        let (least, most) = (
            row["min"].as_f64().expect("min"),
            row["max"].as_f64().expect("max"),
        );
        assert!((least - 2.0..=most + 2.0).contains(&mean), "{row}: {mean}");
    }
}

/// Another policy is set beside: the same commands, the same luck, and the reader's own world stays what it is.
#[test]
fn another_policy_runs_the_same_commands() {
    let mut world = world(&eviction::VIEW.starter.lines().collect::<Vec<_>>());
    let with = |world: &mut World, beside: &str| {
        let show = Show {
            view: "eviction".to_owned(),
            options: vec![("beside".to_owned(), beside.to_owned())],
            revealed: true,
            ..Show::default()
        };
        format!("{:?}", super::super::show(world, show).picture)
    };
    let alone = with(&mut world, "");
    let same = with(&mut world, "allkeys-lru");
    let other = with(&mut world, "allkeys-random");
    assert_ne!(same, other);
    assert_eq!(with(&mut world, ""), alone);
    assert_eq!(with(&mut world, "no such policy"), alone);
    assert!(other.contains("allkeys-random"));
}
