use std::time::Duration;

use crate::engine::Engine;
use crate::reply::Reply;
use crate::time::Time;

const START: Time = Time::WORLD_START;

/// `due` keys whose deadline is one second after the start, and `staying` ones with a deadline far away.
fn filled(due: usize, staying: usize, effort: u32) -> (Engine, crate::ClientId) {
    let mut engine = Engine::new(5, START);
    engine.server.config.active_expire_effort = effort;
    let client = engine.connect("127.0.0.1:50000", START);
    for (count, name, px) in [(due, "due", "1000"), (staying, "far", "100000000")] {
        for number in 0..count {
            let key = format!("{name}:{number}");
            engine.execute(
                client,
                &[b"SET", key.as_bytes(), b"v", b"PX", px.as_bytes()],
                START,
            );
        }
    }
    (engine, client)
}

fn size(engine: &mut Engine, client: crate::ClientId, at: Time) -> i64 {
    match engine.execute(client, &[b"DBSIZE"], at) {
        Reply::Int(size) => size,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sweep_is_stricter_than_a_look_up() {
    let mut engine = Engine::new(1, START);
    let client = engine.connect("127.0.0.1:50000", START);
    engine.execute(client, &[b"SET", b"k", b"v", b"PX", b"100"], START);
    let deadline = START.after(Duration::from_millis(100));
    assert_eq!(
        engine.execute(client, &[b"GET", b"k"], deadline),
        Reply::bulk("v")
    );
    engine.advance(deadline);
    assert_eq!(size(&mut engine, client, deadline), 0);
}

#[test]
fn effort_enlarges_the_budget() {
    // Percent of a tick of 100 ms, as many as the server was seen to take.
    for (effort, percent) in [(1, 25), (5, 33), (10, 43)] {
        let (mut engine, _) = filled(150_000, 0, effort);
        engine.advance(START.after(Duration::from_millis(999)));
        engine.keys.cycle.forget_statistics();
        engine.tick(START.after(Duration::from_millis(1001)));
        let millis = engine.keys.cycle.nanos as f64 / 1e6;
        assert!(
            (percent as f64..percent as f64 * 1.1).contains(&millis),
            "{effort}: {millis}"
        );
        assert_eq!(engine.keys.cycle.time_cap_reached, 1);
    }
}
