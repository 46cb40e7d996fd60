//! Recorded evictions and counters. Both are chance: shares are compared with a tolerance that a wrong policy, sample
//! or pool would not keep.

use std::time::Duration;

use engine::{ClientId, Engine, Reply, Time};
use serde_json::Value;
use tests::files;
use tests::real::open_config;

use crate::conclude;

pub struct World {
    pub engine: Engine,
    client: ClientId,
    pub now: Time,
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut engine = Engine::with_config(seed, Time::WORLD_START, open_config());
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        World {
            engine,
            client,
            now: Time::WORLD_START,
        }
    }

    pub fn run(&mut self, words: &[&str]) -> Reply {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        self.engine.execute(self.client, &words, self.now)
    }

    pub fn config(&mut self, name: &str, value: &str) {
        assert_eq!(
            self.run(&["CONFIG", "SET", name, value]),
            Reply::OK,
            "{name}"
        );
    }

    pub fn info(&mut self, field: &str) -> u64 {
        self.share(field) as u64
    }

    /// A field of INFO that may have decimals.
    pub fn share(&mut self, field: &str) -> f64 {
        let Reply::Verbatim(_, text) = self.run(&["INFO", "everything"]) else {
            panic!("INFO answers with text");
        };
        let prefix = format!("{field}:");
        let line = text.lines().find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|text| text.parse().ok())
            .unwrap_or_else(|| panic!("no number {field}"))
    }

    /// The counter of `k`.
    fn frequency(&mut self) -> i64 {
        match self.run(&["OBJECT", "FREQ", "k"]) {
            Reply::Int(counter) => counter,
            other => panic!("{other:?}"),
        }
    }
}

const KEYS: usize = 4500;

/// The experiment of `eviction.json`; for each fifteenth of the keys, oldest first, the share that was evicted.
fn shares(policy: &str, samples: u64, seed: u64) -> (u64, Vec<f64>) {
    let mut world = World::new(seed);
    world.config("maxmemory-policy", policy);
    world.config("maxmemory-samples", &samples.to_string());
    let value = "x".repeat(500);
    let key = |number: usize| format!("key:{number:06}");
    // Spread over some seconds: the clock of accesses knows whole seconds only.
    let step = Duration::from_millis(5);
    for number in 0..3000 {
        world.now = world.now.after(step);
        world.run(&["SET", &key(number), &value]);
    }
    for number in 0..1500 {
        world.now = world.now.after(step);
        world.run(&["GET", &key(number)]);
    }
    let used = world.info("used_memory");
    world.config("maxmemory", &used.to_string());
    for number in 3000..KEYS {
        world.now = world.now.after(step);
        world.engine.advance(world.now);
        assert_eq!(world.run(&["SET", &key(number), &value]), Reply::OK);
    }
    let evicted = world.info("evicted_keys");
    world.config("maxmemory", "0");
    let gone: Vec<bool> = (0..KEYS)
        .map(|number| world.run(&["EXISTS", &key(number)]) == Reply::Int(0))
        .collect();
    let deciles = gone
        .chunks(KEYS / 15)
        .map(|part| part.iter().filter(|gone| **gone).count() as f64 / part.len() as f64);
    (evicted, deciles.collect())
}

#[test]
fn victims_are_those_of_recorded_servers() {
    let recorded = files::vector("eviction");
    let runs = recorded["runs"].as_array().expect("runs");
    let mut problems = Vec::new();
    for run in runs {
        let policy = run["policy"].as_str().expect("a policy");
        let samples = run["samples"].as_u64().expect("a number of samples");
        let (evicted, deciles) = shares(policy, samples, 11);
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        for (name, part) in [
            ("evicted_share_of_touched_half", &deciles[..5]),
            ("evicted_share_of_never_touched_half", &deciles[5..10]),
            ("evicted_share_of_new", &deciles[10..]),
        ] {
            let expected = run[name].as_f64().expect("a share");
            if (mean(part) - expected).abs() > 0.08 {
                problems.push(format!(
                    "{policy} {samples}: {name} {expected}, here {:.3} of {deciles:.2?}",
                    mean(part)
                ));
            }
        }
        let expected = run["evicted"].as_u64().expect("a count");
        if expected.abs_diff(evicted) > 60 {
            problems.push(format!(
                "{policy} {samples}: {expected} evicted, here {evicted}"
            ));
        }
    }
    conclude("runs", runs.len(), problems);
}

#[test]
fn counters_grow_as_recorded() {
    let recorded = files::vector("lfu");
    let mut problems = Vec::new();
    let rows = recorded["growth"].as_array().expect("rows");
    let number = |row: &Value, name: &str| row[name].as_f64().expect("a number");
    for row in rows {
        let (factor, hits) = (number(row, "lfu_log_factor"), number(row, "hits"));
        let mean = number(row, "mean");
        let runs = if hits > 10_000.0 { 5 } else { 20 };
        let sum: i64 = (0..runs)
            .map(|seed| counter(factor as u64, hits as u64, seed))
            .sum();
        let ours = sum as f64 / runs as f64;
        // The recorded means are of two to twenty runs themselves.
        if (ours - mean).abs() > 1.0 + mean * 0.08 {
            problems.push(format!("factor {factor}, {hits} hits: {mean}, here {ours}"));
        }
    }
    conclude("rows", rows.len(), problems);
}

fn counter(factor: u64, hits: u64, seed: u64) -> i64 {
    let mut world = World::new(seed);
    world.config("maxmemory-policy", "allkeys-lfu");
    world.config("lfu-log-factor", &factor.to_string());
    world.run(&["SET", "k", "v"]);
    for _ in 0..hits {
        world.run(&["GET", "k"]);
    }
    world.frequency()
}

#[test]
fn counters_begin_and_step_as_recorded() {
    let recorded = files::vector("lfu");
    let steps = recorded["steps"].as_array().expect("steps");
    for step in steps {
        // The case names the factor: lfu-log-factor 0.
        let mut words = step["case"].as_str().expect("a case").split(' ');
        let factor = words.nth(1).expect("a factor");
        let mut world = World::new(1);
        world.config("maxmemory-policy", "allkeys-lfu");
        world.config("lfu-log-factor", factor);
        world.run(&["SET", "k", "v"]);
        let wanted = step["freq"].as_array().expect("counters");
        assert_eq!(wanted[0], recorded["new_key_freq"]);
        let mut found = vec![world.frequency()];
        while found.len() < wanted.len() {
            world.run(&["GET", "k"]);
            found.push(world.frequency());
        }
        assert_eq!(serde_json::json!(found), step["freq"]);
    }
    for (policy, question, error) in [
        ("allkeys-lfu", "IDLETIME", "idletime_under_lfu"),
        ("noeviction", "FREQ", "freq_without_lfu"),
    ] {
        let mut world = World::new(1);
        world.config("maxmemory-policy", policy);
        world.run(&["SET", "k", "v"]);
        let found = error_text(&world.run(&["OBJECT", question, "k"]));
        assert_eq!(found, recorded["errors"][error]["error"]);
    }
}

fn error_text(reply: &Reply) -> Value {
    match reply {
        Reply::Error(error) => error.to_string().into(),
        _ => Value::Null,
    }
}

#[test]
fn without_a_victim_writes_are_refused() {
    let recorded = &files::vector("eviction")["errors"];
    let refused_with = &recorded["noeviction_write"]["error"];
    assert_eq!(
        *refused_with,
        recorded["volatile_lru_without_ttl_keys"]["error"]
    );
    let mut problems = Vec::new();
    for policy in [
        "noeviction",
        "volatile-lru",
        "volatile-ttl",
        "volatile-random",
    ] {
        let mut world = World::new(1);
        world.config("maxmemory-policy", policy);
        world.run(&["SET", "k", "v"]);
        world.config("maxmemory", "1");
        for (words, refused) in [
            (vec!["SET", "a", "b"], true),
            (vec!["GET", "k"], false),
            (vec!["DEL", "none"], false),
            (vec!["MULTI"], false),
            (vec!["GET", "k"], false),
            (vec!["SET", "a", "b"], true),
            (vec!["EXEC"], false),
        ] {
            let reply = world.run(&words);
            if (error_text(&reply) == *refused_with) != refused {
                problems.push(format!("{policy} {words:?}: {reply:?}"));
            }
        }
    }
    conclude("replies", 28, problems);
}
