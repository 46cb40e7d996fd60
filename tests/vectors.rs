//! Recorded vectors that need a whole engine.

use engine::resp::{self, Protocol};
use engine::{Engine, Reply, Time};
use serde_json::Value;
use tests::files;

use crate::conclude;

/// Runs one line as a client; gives the reply as a RESP2 client reads it.
fn run(engine: &mut Engine, client: engine::ClientId, line: &str) -> Reply {
    let words = engine::words::split(line.as_bytes()).unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
    let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let reply = engine.execute(client, &slices, Time::WORLD_START);
    let mut bytes = Vec::new();
    resp::encode(&reply, Protocol::Resp2, &mut bytes);
    resp::decode_reply(&bytes).unwrap_or_else(|| panic!("{line}: nothing to decode in {bytes:?}")).0
}

#[test]
fn embstr_limits() {
    let rows = files::vector("embstr-limits")["rows"].as_array().expect("rows").clone();
    let mut problems = Vec::new();
    let mut engine = Engine::new(1, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    for row in &rows {
        let length = row[0].as_u64().expect("a key length") as usize;
        let key = "k".repeat(length);
        let ways: [(&str, &dyn Fn(&str) -> Vec<String>); 3] = [
            ("SET", &|value| vec![format!("SET {key} {value}")]),
            ("SET EX", &|value| vec![format!("SET {key} {value} EX 1000")]),
            ("SET, EXPIRE", &|value| vec![format!("SET {key} {value}"), format!("EXPIRE {key} 1000")]),
        ];
        for (column, (name, way)) in ways.iter().enumerate() {
            let expected = row[column + 1].as_i64();
            let found = largest_embstr(&mut engine, client, &key, way);
            if found != expected {
                problems.push(format!("key of {length} bytes, {name}: expected {expected:?}, got {found:?}"));
            }
        }
    }
    conclude("rows", rows.len(), problems);
}

fn largest_embstr(engine: &mut Engine, client: engine::ClientId, key: &str, way: &dyn Fn(&str) -> Vec<String>) -> Option<i64> {
    let mut largest = None;
    for length in 0..=48 {
        let value = if length == 0 { "\"\"".to_string() } else { "v".repeat(length) };
        run(engine, client, &format!("DEL {key}"));
        for line in way(&value) {
            run(engine, client, &line);
        }
        if run(engine, client, &format!("OBJECT ENCODING {key}")) == Reply::bulk("embstr") {
            largest = Some(length as i64);
        }
    }
    largest
}

#[test]
fn encodings_change_where_redis_changes_them() {
    let cases = files::vector("encoding-transitions")["cases"].as_array().expect("cases").clone();
    let mut problems = Vec::new();
    for case in &cases {
        let name = case["case"].as_str().expect("a name");
        let Some(expected) = case["encoding"].as_str() else { continue };
        let commands: Vec<&str> = case["commands"].as_array().expect("commands").iter().filter_map(Value::as_str).collect();
        let mut engine = Engine::new(1, Time::WORLD_START);
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        let mut key = String::new();
        for command in &commands {
            key = command.split(' ').nth(if command.starts_with("CONFIG") { 9 } else { 1 }).unwrap_or(&key).to_string();
            run(&mut engine, client, command);
        }
        let found = run(&mut engine, client, &format!("OBJECT ENCODING {key}"));
        if found != Reply::bulk(expected) {
            problems.push(format!("{name}: expected {expected}, got {found:?}"));
        }
    }
    conclude("cases", cases.len(), problems);
}
