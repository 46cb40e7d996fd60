//! What can be pressed: time, keys with lifetimes, readers, and the parameters of the cycle.

use messages::drawing::{Control, ControlKind};
use messages::format;

use crate::dict::reversed;
use crate::snapshot::{Expiry, Life};
use crate::{Scene, run_button};

pub fn controls(scene: &Scene, state: &Expiry) -> Vec<Control> {
    let line = |label: &str, line: &str| run_button(label, &[line.to_owned()]);
    let mut all = vec![
        Control {
            name: "walk".to_owned(),
            label: "In the order of the cycle’s walk".to_owned(),
            kind: ControlKind::Switch,
            value: scene.options.get("walk").unwrap_or_default().to_owned(),
        },
        line("100 ms pass", "+ 100ms"),
        line("1 s passes", "+ 1s"),
        line("1 min passes", "+ 1m"),
        line(
            "600 keys, all due in 1 s",
            "EVAL \"for i = 1, 600 do redis.call('SET', 'mass:'..i, 'v', 'PX', 1000) end\" 0",
        ),
        line(
            "The same with 1.5 s of jitter",
            "EVAL \"for i = 1, 600 do redis.call('SET', 'mass:'..i, 'v', 'PX', 1000 + i * 7919 % 1500) end\" 0",
        ),
    ];
    let past = state
        .lives
        .iter()
        .find(|life| life.is_past(state.clock_millis));
    if let Some(Life { key, .. }) = past {
        all.push(run_button(
            "Touch one that is over",
            &[format!("GET {}", format::word(key))],
        ));
    }
    all.push(line("KEYS", "KEYS *"));
    all.push(line(
        "Scan all",
        &format!("SCAN 0 COUNT {}", state.keys.max(10)),
    ));
    if state.buckets >= 64 {
        all.push(run_button(
            "Ten ticks with a SCAN ahead",
            &scan_ahead(state),
        ));
        let ticks = vec!["+ 100ms".to_owned(); 10];
        all.push(run_button("Ten ticks without", &ticks));
    }
    all.push(match state.active {
        true => line("Stop the cycle", "DEBUG SET-ACTIVE-EXPIRE 0"),
        false => line("Let the cycle run", "DEBUG SET-ACTIVE-EXPIRE 1"),
    });
    all.push(match state.acceptable_percent {
        10 => line("Effort 10", "CONFIG SET active-expire-effort 10"),
        _ => line("Effort 1", "CONFIG SET active-expire-effort 1"),
    });
    all.push(match state.hz {
        100.. => line("hz 10", "CONFIG SET hz 10"),
        _ => line("hz 100", "CONFIG SET hz 100"),
    });
    all.push(run_button(
        "A hash field with a lifetime",
        &[
            "HSET cart tea 1 jam 2".to_owned(),
            "HPEXPIRE cart 500 FIELDS 1 tea".to_owned(),
        ],
    ));
    all.push(match state.replica {
        false => line("Become a replica", "REPLICAOF 127.0.0.1 7001"),
        true => line("Become a master again", "REPLICAOF NO ONE"),
    });
    all
}

/// A client's SCAN walks in the same order as the cycle. Here it begins where the cycle stands and is always a little
/// ahead of it: the cycle looks only at what was just cleaned.
fn scan_ahead(state: &Expiry) -> Vec<String> {
    let buckets = u64::from(state.key_buckets.max(4));
    // Cursors count from the high bit: as a share of the walk, the same in a table of any size.
    let start = reversed(state.cursor, state.buckets) * buckets / u64::from(state.buckets.max(1));
    // A line of 100 ms is a tick and two more before anybody can type: 60 keys.
    let step = (60 * buckets / state.keys.max(1)).max(1);
    (0..10)
        .flat_map(|round| {
            let at = (start + round * step) % buckets;
            let cursor = reversed(at, buckets as u32);
            [format!("SCAN {cursor} COUNT 70"), "+ 100ms".to_owned()]
        })
        .collect()
}
