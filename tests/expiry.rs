//! Recorded removals of expired keys: by look-ups alone, and by the active cycle. What the cycle finds when is chance
//! and the speed of a machine, so its curves are compared with a tolerance.

use std::time::Duration;

use engine::Reply;
use serde_json::{Value, json};
use tests::files;

use crate::conclude;
use crate::eviction::World;

const SECOND: Duration = Duration::from_secs(1);

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn length(reply: &Reply) -> usize {
    match reply {
        Reply::Array(items) => items.len(),
        Reply::Bulks(items) => items.len(),
        other => panic!("not a list: {other:?}"),
    }
}

impl World {
    fn wait(&mut self, time: Duration) {
        self.now = self.now.after(time);
        self.engine.advance(self.now);
    }

    fn size(&mut self) -> i64 {
        match self.run(&["DBSIZE"]) {
            Reply::Int(size) => size,
            other => panic!("{other:?}"),
        }
    }

    /// `count` keys with these words behind SET.
    fn fill(&mut self, name: &str, count: usize, options: &[&str]) {
        for number in 0..count {
            let key = format!("{name}{number}");
            let words = [&["SET", &key, "v"], options].concat();
            assert_eq!(self.run(&words), Reply::OK);
        }
    }
}

#[test]
fn look_ups_alone_remove_what_was_recorded() {
    let recorded = &files::vector("expiry")["lazy_only"];
    let mut world = World::new(1);
    world.run(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    world.fill("e", 100, &["PX", "50"]);
    world.fill("p", 50, &[]);
    world.wait(Duration::from_millis(300));
    let mut found = json!({ "commands": recorded["commands"] });
    found["dbsize_before_touch"] = json!(world.size());
    for number in 0..30 {
        assert_eq!(world.run(&["GET", &format!("e{number}")]), Reply::Null);
    }
    found["dbsize_after_GET_of_30_expired"] = json!(world.size());
    let int = |reply: Reply| match reply {
        Reply::Int(number) => json!(number),
        other => panic!("{other:?}"),
    };
    found["EXISTS e50"] = int(world.run(&["EXISTS", "e50"]));
    found["TTL e51"] = int(world.run(&["TTL", "e51"]));
    let keys = world.run(&["KEYS", "e*"]);
    found["KEYS e* count"] = json!(length(&keys));
    found["dbsize_after_KEYS"] = json!(world.size());
    let mut cursor = "0".to_string();
    let mut seen = 0;
    loop {
        let Reply::Array(parts) = world.run(&["SCAN", &cursor]) else {
            panic!("SCAN answers a cursor and keys");
        };
        let Reply::Bulk(next) = &parts[0] else {
            panic!("a cursor is text");
        };
        cursor = String::from_utf8_lossy(next).into_owned();
        seen += length(&parts[1]);
        if cursor == "0" {
            break;
        }
    }
    found["SCAN_keys_seen"] = json!(seen);
    found["dbsize_after_SCAN"] = json!(world.size());
    // Asked last, for it removes what expired keys it happens to draw.
    let drawn = world.run(&["RANDOMKEY"]);
    found["RANDOMKEY_ok"] = json!(matches!(drawn, Reply::Bulk(key) if key.starts_with(b"p")));
    found["expired_keys"] = json!(world.info("expired_keys"));
    assert_eq!(found, *recorded);
}

#[test]
fn many_keys_at_once_go_as_recorded() {
    let recorded = &files::vector("expiry")["active_cycle_60000_keys_at_once"]["by_effort"];
    let efforts = recorded.as_object().expect("curves by effort");
    let mut problems = Vec::new();
    // The statistics of the recorded runs add up.
    let mut before = json!({ "expired_keys": "100", "expired_time_cap_reached_count": "0" });
    for effort in ["1", "5", "10"] {
        let curve = &efforts[effort];
        let points = curve["points_ms_dbsize"].as_array().expect("points");
        let full = number(&points[0][1]);
        let mut world = World::new(5);
        world.config("active-expire-effort", effort);
        world.fill("due", 60_000, &["PX", "1000"]);
        world.fill("stays", 20_000, &[]);
        world.wait(SECOND - Duration::from_millis(20));
        // Moments are counted from the first sweep: how long after the instant it comes is chance.
        while world.size() == full {
            world.wait(Duration::from_millis(1));
        }
        let mut at = number(&points[1][0]);
        for point in &points[1..] {
            // The recording's client asked every 11 ms or so, and each question woke a fast cycle.
            while at < number(&point[0]) {
                let pause = (number(&point[0]) - at).min(11);
                world.wait(Duration::from_millis(pause as u64));
                at += pause;
                world.size();
            }
            let (wanted, found) = (full - number(&point[1]), full - world.size());
            // The recorded server took 0.8 to 1.6 µs for a key; one price stands for all here.
            if !within(1.75, wanted as f64, found as f64) {
                problems.push(format!(
                    "effort {effort}: {wanted} removed at {point}, here {found}"
                ));
            }
        }
        let stats = &curve["stats"];
        let of_this_run = |field: &str| text_number(&stats[field]) - text_number(&before[field]);
        assert_eq!(
            of_this_run("expired_keys"),
            world.info("expired_keys") as f64
        );
        let capped = "expired_time_cap_reached_count";
        let (wanted, found) = (of_this_run(capped), world.info(capped) as f64);
        if !within(1.5, wanted, found) {
            problems.push(format!(
                "effort {effort}: {wanted} cycles cut short, here {found}"
            ));
        }
        before = stats.clone();
    }
    conclude("efforts", efforts.len(), problems);
}

/// Whether both differ by this factor at most.
fn within(factor: f64, wanted: f64, found: f64) -> bool {
    found <= wanted * factor && wanted <= found * factor
}

fn text_number(value: &Value) -> f64 {
    let text = value.as_str().expect("a text");
    text.parse().expect("a number")
}

#[test]
fn a_few_percent_stay_as_recorded() {
    let recorded = &files::vector("expiry")["active_cycle_7_percent_stale"];
    let points = recorded["points"].as_array().expect("points");
    let mut world = World::new(5);
    world.fill("due", 1500, &["PX", "1000"]);
    world.fill("far", 20_000, &["PX", "100000000"]);
    world.wait(SECOND);
    let mut at = 0;
    let mut problems = Vec::new();
    for point in points {
        world.wait(Duration::from_millis((number(&point[0]) - at) as u64));
        at = number(&point[0]);
        let left = world.size() - 20_000;
        // 20 keys of 21,500 are looked at ten times a second: the deviation is 9 at the end, of the recording as well.
        if left.abs_diff(number(&point[1])) > 30 {
            problems.push(format!("recorded {point}, here {left}"));
        }
    }
    let stale = text_number(&recorded["stale_perc"]["expired_stale_perc"]);
    let found = world.share("expired_stale_perc");
    if (stale - found).abs() > 3.0 {
        problems.push(format!("{stale} percent are stale, here {found}"));
    }
    conclude("points", points.len(), problems);
}
