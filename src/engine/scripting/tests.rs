//! Scripts with the replies that redis-server 8.2.3 gave, at every size of slice, and a recorded conversation.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value as Json;

use crate::engine::Engine;
use crate::event::Event;
use crate::reply::Reply;
use crate::resp::{self, Protocol};
use crate::time::Time;

const SCRIPTS: &str = include_str!("../../../tests/vectors/scripts.jsonl");
const CONVERSATION: &str = include_str!("../../../tests/vectors/scripting.jsonl");

fn engine() -> Engine {
    Engine::new(1, Time::WORLD_START)
}

fn words(json: &Json) -> Vec<Vec<u8>> {
    let list = json.as_array().expect("a list of words");
    list.iter().map(bytes).collect()
}

/// A text, or bytes in hexadecimal.
fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.as_bytes().to_vec(),
        other => {
            let hex = other["hex"].as_str().expect("a text, or bytes as hex");
            let digits = hex.as_bytes().chunks(2);
            let byte = |pair: &[u8]| {
                let pair = std::str::from_utf8(pair).expect("hex is text");
                u8::from_str_radix(pair, 16).expect("hex digits")
            };
            digits.map(byte).collect()
        }
    }
}

/// What the recording calls this reply: the wire of RESP2, read back.
fn as_json(reply: &Reply) -> Json {
    let mut wire = Vec::new();
    resp::encode(reply, Protocol::Resp2, &mut wire);
    let (json, rest) = read(&wire);
    assert!(rest.is_empty(), "one reply");
    json
}

fn read(wire: &[u8]) -> (Json, &[u8]) {
    let end = wire
        .windows(2)
        .position(|pair| pair == b"\r\n")
        .expect("a line");
    let (line, rest) = (&wire[1..end], &wire[end + 2..]);
    let text = || String::from_utf8_lossy(line).into_owned();
    let number = || text().parse::<i64>().expect("a number");
    match wire[0] {
        b'+' => (serde_json::json!({ "ok": text() }), rest),
        b'-' => (serde_json::json!({ "err": text() }), rest),
        b':' => (Json::from(number()), rest),
        b'$' if number() < 0 => (Json::Null, rest),
        b'$' => {
            let (bytes, rest) = rest.split_at(number() as usize);
            (shown(bytes), &rest[2..])
        }
        b'*' if number() < 0 => (Json::Null, rest),
        b'*' => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..number() {
                let (item, left) = read(rest);
                items.push(item);
                rest = left;
            }
            (Json::Array(items), rest)
        }
        other => panic!("RESP2 has no {}", char::from(other)),
    }
}

fn shown(bytes: &[u8]) -> Json {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Json::from(text);
    }
    let mut hex = String::new();
    for byte in bytes {
        write!(hex, "{byte:02x}").expect("a string takes everything");
    }
    serde_json::json!({ "hex": hex })
}

fn check_scripts(slice: u64) {
    let mut wrong = Vec::new();
    let mut count = 0;
    // One server for all: what a script sets in a library is there for the next one.
    let mut engine = engine();
    engine.server.scripting.slice = slice;
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    for line in SCRIPTS.lines() {
        let case: Json = serde_json::from_str(line).expect("a case is JSON");
        count += 1;
        engine.execute(client, &[b"FLUSHALL"], Time::WORLD_START);
        let keys = words(&case["keys"]);
        let mut all = vec![b"EVAL".to_vec(), bytes(&case["script"])];
        all.push(keys.len().to_string().into_bytes());
        all.extend(keys);
        all.extend(words(&case["args"]));
        let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
        let reply = engine.execute(client, &all, Time::WORLD_START);
        let got = as_json(&reply);
        if got != case["reply"] {
            let script = case["script"].to_string();
            wrong.push(format!(
                "{} {script}\n  expected {}\n  got      {got}",
                case["id"], case["reply"]
            ));
        }
    }
    assert!(count > 400, "the recording is there");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn scripts_answer_as_recorded() {
    check_scripts(20_000);
}

#[test]
fn scripts_answer_as_recorded_in_slices_of_seven() {
    check_scripts(7);
}

#[test]
fn scripts_answer_as_recorded_step_by_step() {
    check_scripts(1);
}

fn execute(engine: &mut Engine, client: crate::ClientId, words: &[Vec<u8>], now: Time) -> Reply {
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    engine.execute(client, &words, now)
}

/// What differs from server to server: how long something took.
fn without_durations(mut reply: Json) -> Json {
    if let Some(items) = reply.as_array_mut() {
        let names: Vec<bool> = items.iter().map(|item| item == "duration_ms").collect();
        for (at, is_name) in names.into_iter().enumerate() {
            if is_name {
                items[at + 1] = Json::from(0);
            }
        }
        for item in items {
            *item = without_durations(item.take());
        }
    }
    reply
}

/// Lists of functions have the order of a hash table with a secret seed.
fn sorted(mut reply: Json) -> Json {
    if let Some(items) = reply.as_array_mut() {
        for item in items.iter_mut() {
            *item = sorted(item.take());
        }
        if items.iter().all(Json::is_array) {
            items.sort_by_key(|item| item.to_string());
        }
    }
    reply
}

#[test]
fn the_conversation_is_as_recorded() {
    let lines: Vec<Json> = CONVERSATION
        .lines()
        .map(|line| serde_json::from_str(line).expect("an exchange is JSON"))
        .collect();
    let now = Time::WORLD_START;
    let mut engine = engine();
    let client = engine.connect("127.0.0.1:50000", now);
    let mut wrong = Vec::new();
    let of_group = lines.iter().filter(|line| line["group"] != "busy");
    for line in of_group {
        // Our own words for what commands do: see tests/command_table.rs.
        let command = words(&line["cmd"]);
        if command.get(1).is_some_and(|word| word == b"HELP") {
            continue;
        }
        let got = sorted(as_json(&execute(&mut engine, client, &command, now)));
        let expected = sorted(line["reply"].clone());
        if got != expected {
            wrong.push(format!(
                "{}\n  expected {expected}\n  got      {got}",
                line["cmd"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The late replies of a client.
fn late(engine: &mut Engine, client: crate::ClientId) -> Vec<Json> {
    let events = engine.drain().into_iter();
    events
        .filter_map(|event| match event {
            Event::Reply { client: to, reply } if to == client => Some(as_json(&reply)),
            _ => None,
        })
        .collect()
}

#[test]
fn long_scripts_can_be_killed_as_recorded() {
    let lines: Vec<Json> = CONVERSATION
        .lines()
        .map(|line| serde_json::from_str(line).expect("an exchange is JSON"))
        .filter(|line: &Json| line["group"] == "busy" && line["cmd"].is_array())
        .collect();
    let now = Time::WORLD_START;
    let mut engine = engine();
    let runner = engine.connect("127.0.0.1:50000", now);
    let other = engine.connect("127.0.0.1:50001", now);
    let library =
        "#!lua name=lib\nredis.register_function('spin', function() while true do end end)";
    let load = [b"FUNCTION".to_vec(), b"LOAD".to_vec(), library.into()];
    execute(&mut engine, runner, &load, now);
    let is_end = |line: &Json| {
        let text = line["reply"]["err"].as_str().unwrap_or_default();
        text.starts_with("ERR Script killed")
    };
    let mut killed = 0;
    for part in lines.split_inclusive(is_end) {
        let Some((end, before)) = part.split_last().filter(|(end, _)| is_end(end)) else {
            panic!("every script of the recording is killed");
        };
        let started = execute(&mut engine, runner, &words(&end["cmd"]), now);
        assert_eq!(started, Reply::Later, "{}", end["cmd"]);
        assert!(engine.is_busy(), "{}", end["cmd"]);
        for line in before.iter().filter(|line| line["note"] != "after a write") {
            let got = as_json(&execute(&mut engine, other, &words(&line["cmd"]), now));
            assert_eq!(
                without_durations(got),
                without_durations(line["reply"].clone()),
                "{}",
                line["cmd"]
            );
        }
        assert_eq!(late(&mut engine, runner), [end["reply"].clone()]);
        killed += 1;
    }
    assert_eq!(killed, 5);
}

fn run(engine: &mut Engine, client: crate::ClientId, line: &[&str], now: Time) -> Reply {
    let words: Vec<&[u8]> = line.iter().map(|word| word.as_bytes()).collect();
    engine.execute(client, &words, now)
}

#[test]
fn a_script_that_wrote_cannot_be_killed() {
    let now = Time::WORLD_START;
    let mut engine = engine();
    let runner = engine.connect("127.0.0.1:50000", now);
    let other = engine.connect("127.0.0.1:50001", now);
    let script = "redis.call('SET','k','v') for i = 1, 6e8 do end return 'done'";
    assert_eq!(
        run(&mut engine, runner, &["EVAL", script, "0"], now),
        Reply::Later
    );
    let refused = run(&mut engine, other, &["SCRIPT", "KILL"], now);
    assert!(matches!(&refused, Reply::Error(error) if error.to_string().starts_with("UNKILLABLE")));
    engine.advance(now.after(Duration::from_secs(10)));
    assert_eq!(late(&mut engine, runner), [Json::from("done")]);
    let value = run(
        &mut engine,
        other,
        &["GET", "k"],
        now.after(Duration::from_secs(10)),
    );
    assert_eq!(value, Reply::bulk("v"));
}

#[test]
fn an_impatient_host_gets_its_turn_and_others_wait() {
    let now = Time::WORLD_START;
    let mut engine = engine();
    engine.server.scripting.patience = Some(Duration::from_millis(1));
    let runner = engine.connect("127.0.0.1:50000", now);
    let other = engine.connect("127.0.0.1:50001", now);
    for line in [
        &["MULTI"][..],
        &["INCR", "n"],
        &["EVAL", "for i=1,1e6 do end return 7", "0"],
        &["INCR", "n"],
    ] {
        run(&mut engine, runner, line, now);
    }
    assert_eq!(run(&mut engine, runner, &["EXEC"], now), Reply::Later);
    assert!(!engine.is_busy());
    assert_eq!(run(&mut engine, other, &["GET", "n"], now), Reply::Later);
    while engine.run_script(10_000, now) {}
    let events = engine.drain();
    let replies: Vec<Json> = events
        .iter()
        .filter_map(|event| match event {
            Event::Reply { reply, .. } => Some(as_json(reply)),
            _ => None,
        })
        .collect();
    assert_eq!(replies, [serde_json::json!([1, 7, 2]), Json::from("2")]);
}

#[test]
fn a_match_without_end_is_paused_and_killed() {
    let now = Time::WORLD_START;
    let mut engine = engine();
    engine.server.scripting.patience = Some(Duration::from_millis(1));
    let runner = engine.connect("127.0.0.1:50000", now);
    let other = engine.connect("127.0.0.1:50001", now);
    let set = ["CONFIG", "SET", "busy-reply-threshold", "10"];
    run(&mut engine, runner, &set, now);
    for call in [
        "find(s, p)",
        "match(s, p)",
        "gsub(s, p, '')",
        "gmatch(s, p)()",
    ] {
        let script =
            format!("local s, p = ('a'):rep(30000), ('a-'):rep(30) .. 'b' return string.{call}");
        let line = ["EVAL", &script, "0"];
        assert_eq!(run(&mut engine, runner, &line, now), Reply::Later, "{call}");
        while engine.run_script(10_000, now) {}
        assert!(engine.is_busy(), "{call}");
        let killed = run(&mut engine, other, &["SCRIPT", "KILL"], now);
        assert_eq!(killed, Reply::OK, "{call}");
        let end = late(&mut engine, runner)[0]["err"].to_string();
        assert!(end.contains("Script killed by user"), "{call}: {end}");
        assert!(!engine.script_is_running(), "{call}");
    }
}

/// A real server would take all the memory of its machine.
#[test]
fn a_reply_without_end_is_an_error() {
    let now = Time::WORLD_START;
    let mut engine = engine();
    let client = engine.connect("127.0.0.1:50000", now);
    for script in [
        "local t = {} t[1], t[2] = t, t return t",
        "local t = {} t.map = t t[1] = t return t",
        "local t, u = {}, {} t.set = t u.set = t t[t], t[u] = 1, 1 return t",
        "local s, t = ('x'):rep(1e6), {} for i = 1, 300 do t[i] = s end return t",
    ] {
        let reply = run(&mut engine, client, &["EVAL", script, "0"], now);
        let text = as_json(&reply)["err"].to_string();
        assert!(text.contains("not enough memory"), "{script}: {text}");
    }
    let reply = run(&mut engine, client, &["EVAL", "return 1", "0"], now);
    assert_eq!(reply, Reply::Int(1));
}
