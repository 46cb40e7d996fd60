use super::*;
use crate::engine::Engine;

const NOW: Time = Time::WORLD_START;

fn later(secs: i64) -> Time {
    Time(NOW.micros() + secs * 1_000_000)
}

fn engine() -> Engine {
    Engine::new(1, NOW)
}

fn run(engine: &mut Engine, id: ClientId, line: &str, now: Time) -> Reply {
    let words = crate::words::split(line.as_bytes()).expect("balanced quotes");
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    engine.execute(id, &words, now)
}

/// Who was closed since the last look.
fn closed(engine: &mut Engine) -> Vec<ClientId> {
    let events = engine.drain().into_iter();
    let closed = events.filter_map(|event| match event {
        Event::Close { client } => Some(client),
        _ => None,
    });
    closed.collect()
}

#[test]
fn a_subscriber_that_takes_nothing_is_cut_off_at_the_hard_limit() {
    let mut engine = engine();
    let (slow, other) = (engine.connect("a:1", NOW), engine.connect("b:1", NOW));
    run(
        &mut engine,
        other,
        "CONFIG SET client-output-buffer-limit 'pubsub 100000 0 0'",
        NOW,
    );
    run(&mut engine, slow, "SUBSCRIBE ch", NOW);
    engine.hold_output(slow, true);
    let message = format!("PUBLISH ch {}", "x".repeat(1000));
    let mut sent = 0;
    while closed(&mut engine).is_empty() {
        assert_eq!(run(&mut engine, other, &message, NOW), Reply::Int(1));
        sent += 1;
    }
    assert!((90..=120).contains(&sent), "{sent}");
    assert_eq!(engine.server.stats.output_buffers_exceeded, 1);
    assert_eq!(run(&mut engine, other, &message, NOW), Reply::Int(0));
}

#[test]
fn the_soft_limit_is_one_of_time() {
    let mut engine = engine();
    let (slow, other) = (engine.connect("a:1", NOW), engine.connect("b:1", NOW));
    run(
        &mut engine,
        other,
        "CONFIG SET client-output-buffer-limit 'normal 0 50000 3'",
        NOW,
    );
    engine.note_unsent(slow, 200_000, NOW);
    engine.advance(later(3));
    assert_eq!(closed(&mut engine), []);
    // Taken in between: the time begins anew.
    engine.note_unsent(slow, 0, later(3));
    engine.note_unsent(slow, 200_000, later(4));
    engine.advance(later(7));
    assert_eq!(closed(&mut engine), []);
    engine.advance(later(9));
    assert_eq!(closed(&mut engine), [slow]);
}

#[test]
fn an_unfinished_command_may_not_grow_for_ever() {
    let mut engine = engine();
    let (a, b) = (engine.connect("a:1", NOW), engine.connect("b:1", NOW));
    run(
        &mut engine,
        b,
        "CONFIG SET client-query-buffer-limit 1mb",
        NOW,
    );
    engine.note_unread(a, 1 << 20, NOW);
    assert_eq!(closed(&mut engine), []);
    engine.note_unread(a, (1 << 20) + 1, NOW);
    assert_eq!(closed(&mut engine), [a]);
}

#[test]
fn who_has_not_logged_in_gets_little() {
    let mut engine = engine();
    let admin = engine.connect("a:1", NOW);
    run(&mut engine, admin, "CONFIG SET requirepass x", NOW);
    let (a, b) = (engine.connect("b:1", NOW), engine.connect("c:1", NOW));
    assert!(!engine.request_limits(a).authenticated);
    assert!(engine.request_limits(admin).authenticated);
    engine.note_unsent(a, 20_000, NOW);
    engine.note_unread(b, 2 << 20, NOW);
    assert_eq!(closed(&mut engine), [a, b]);
}

#[test]
fn silent_clients_are_closed_unless_they_listen_or_wait() {
    let mut engine = engine();
    let ids: Vec<ClientId> = (0..4).map(|_| engine.connect("a:1", NOW)).collect();
    run(&mut engine, ids[0], "CONFIG SET timeout 10", NOW);
    run(&mut engine, ids[1], "SUBSCRIBE ch", NOW);
    run(&mut engine, ids[2], "BLPOP nothing 0", NOW);
    run(&mut engine, ids[3], "PING", NOW);
    engine.advance(later(10));
    run(&mut engine, ids[0], "PING", later(10));
    engine.advance(later(12));
    assert_eq!(closed(&mut engine), [ids[3]]);
}

#[test]
fn no_more_clients_than_allowed() {
    let mut engine = engine();
    let first = engine.accept("a:1", NOW).expect("there is room");
    run(&mut engine, first, "CONFIG SET maxclients 2", NOW);
    engine.accept("a:2", NOW).expect("there is room");
    let refused = engine.accept("a:3", NOW).expect_err("there is none");
    assert_eq!(refused.to_string(), "ERR max number of clients reached");
    engine.disconnect(first);
    engine.accept("a:4", NOW).expect("there is room again");
}

#[test]
fn the_largest_clients_are_evicted_first() {
    let mut engine = engine();
    let ids: Vec<ClientId> = (0..4).map(|_| engine.connect("a:1", NOW)).collect();
    for (id, kib) in ids.iter().zip([0, 100, 400, 200]) {
        engine.note_unsent(*id, kib * 1024, NOW);
    }
    run(&mut engine, ids[2], "CLIENT NO-EVICT on", NOW);
    run(
        &mut engine,
        ids[0],
        "CONFIG SET maxmemory-clients 600kb",
        NOW,
    );
    assert_eq!(closed(&mut engine), [ids[3]]);
    assert_eq!(engine.server.stats.evicted_clients, 1);
    run(
        &mut engine,
        ids[0],
        "CONFIG SET maxmemory-clients 100kb",
        NOW,
    );
    // Even the one that asked for it; the exempt one stays.
    assert_eq!(closed(&mut engine), [ids[1], ids[0]]);
}

#[test]
fn another_protocol_is_hung_up_on() {
    let mut engine = engine();
    for line in ["POST / HTTP/1.1", "host: example"] {
        let id = engine.connect("a:1", NOW);
        assert_eq!(run(&mut engine, id, line, NOW), Reply::Nothing);
        assert_eq!(closed(&mut engine), [id]);
    }
}

#[test]
fn sizes_are_those_of_the_server() {
    // As CLIENT LIST of 8.2.3 showed them.
    let mut engine = engine();
    let id = engine.connect("a:1", NOW);
    let sizes = |engine: &Engine| {
        engine
            .server
            .clients
            .get(id)
            .expect("there")
            .sizes(NOW, None)
    };
    assert_eq!(sizes(&engine).tot_mem, 17280);
    run(&mut engine, id, "MULTI", NOW);
    run(&mut engine, id, "SET k v", NOW);
    assert_eq!(
        (sizes(&engine).multi_mem, sizes(&engine).tot_mem),
        (29, 17357)
    );
    run(&mut engine, id, "DISCARD", NOW);
    run(&mut engine, id, "WATCH k1 k2", NOW);
    assert_eq!(sizes(&engine).tot_mem, 17440);
    run(&mut engine, id, "UNWATCH", NOW);
    run(&mut engine, id, "SUBSCRIBE a b", NOW);
    assert_eq!(sizes(&engine).tot_mem, 17360);
    run(&mut engine, id, "UNSUBSCRIBE", NOW);
    run(&mut engine, id, "BLPOP nokey 0", NOW);
    assert_eq!(
        (sizes(&engine).argv_mem, sizes(&engine).tot_mem),
        (11, 17315)
    );
    assert_eq!(wire_length(&[b"CLIENT", b"LIST"]), 26);
}
