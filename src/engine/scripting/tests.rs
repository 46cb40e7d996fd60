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
    let end = wire.windows(2).position(|pair| pair == b"\r\n").expect("a line");
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
    for line in SCRIPTS.lines() {
        let case: Json = serde_json::from_str(line).expect("a case is JSON");
        count += 1;
        let mut engine = engine();
        engine.server.scripting.slice = slice;
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
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
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
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
