//! Recorded streams: replies and node counts, and what each command tells others: the append-only file, subscribers to
//! notifications, clients that watch the key.

use std::time::Duration;

use engine::resp::{self, Protocol};
use engine::{ClientId, Engine, Event, Reply, Time};
use serde_json::{Value, json};
use tests::files;

use crate::conclude;

struct Stage {
    engine: Engine,
    client: ClientId,
    now: Time,
}

impl Stage {
    fn new() -> Stage {
        let now = Time::WORLD_START;
        let mut engine = Engine::new(1, now);
        let client = engine.connect("127.0.0.1:50000", now);
        Stage {
            engine,
            client,
            now,
        }
    }

    fn say(&mut self, line: &str) -> Reply {
        self.say_as(self.client, line)
    }

    /// The reply as a RESP2 client reads it. Each command takes a millisecond.
    fn say_as(&mut self, client: ClientId, line: &str) -> Reply {
        self.now = self.now.after(Duration::from_millis(1));
        let words = engine::words::split(line.as_bytes())
            .unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let reply = self.engine.execute(client, &slices, self.now);
        let mut bytes = Vec::new();
        resp::encode(&reply, Protocol::Resp2, &mut bytes);
        resp::decode_reply(&bytes)
            .unwrap_or_else(|| panic!("{line}: nothing to decode in {bytes:?}"))
            .0
    }

    fn field(&mut self, key: &str, name: &str) -> i64 {
        let Reply::Array(fields) = self.say(&format!("XINFO STREAM {key}")) else {
            panic!("{key} is no stream");
        };
        let at = fields.iter().position(|field| *field == Reply::bulk(name));
        match fields.get(at.expect("a field of XINFO") + 1) {
            Some(Reply::Int(number)) => *number,
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn json_of(reply: &Reply) -> Value {
    match reply {
        Reply::Int(number) => json!(number),
        Reply::Bulk(bytes) => json!(String::from_utf8_lossy(bytes)),
        Reply::StatusText(text) => json!(text),
        Reply::Error(error) => json!({ "error": error.to_string() }),
        Reply::Array(items) => items.iter().map(json_of).collect(),
        _ => Value::Null,
    }
}

/// Times vary from run to run: those since a delivery, and ids made from the clock.
fn without_times(command: &str, mut reply: Value) -> Value {
    let words: Vec<&str> = command.split(' ').collect();
    if words[0] == "XADD" && words.contains(&"*") && reply.is_string() {
        return json!("an id");
    }
    for row in reply.as_array_mut().into_iter().flatten() {
        let Some(row) = row.as_array_mut() else {
            continue;
        };
        if words[0] == "XPENDING" && words.len() > 3 {
            row[2] = json!(0);
        }
        for at in 1..row.len() {
            if row[at - 1] == "idle" || row[at - 1] == "inactive" {
                row[at] = json!(0);
            }
        }
    }
    reply
}

fn list<'a>(vector: &'a Value, name: &str) -> &'a Vec<Value> {
    vector[name].as_array().expect("a recorded list")
}

#[test]
fn replies_are_those_recorded() {
    let vector = files::vector("streams");
    let transcript = list(&vector, "transcript");
    let mut stage = Stage::new();
    let mut problems = Vec::new();
    for step in transcript {
        let command = step["command"].as_str().expect("a command");
        let expected = without_times(command, step["reply"].clone());
        let found = without_times(command, json_of(&stage.say(command)));
        if found != expected {
            problems.push(format!(
                "{command}\n  expected {expected}\n  got      {found}"
            ));
        }
    }
    conclude("replies", transcript.len(), problems);
}

#[test]
fn nodes_are_those_recorded() {
    let vector = files::vector("streams");
    let mut stage = Stage::new();
    let mut entries = 0;
    for row in list(&vector, "nodes_of_100_entries") {
        while entries < row["entries"].as_i64().expect("a count") {
            entries += 1;
            stage.say(&format!("XADD n {entries}-1 k v"));
        }
        for (name, recorded) in [
            ("radix-tree-keys", "radix_tree_keys"),
            ("radix-tree-nodes", "radix_tree_nodes"),
        ] {
            assert_eq!(stage.field("n", name), row[recorded], "{row}");
        }
    }
    for row in list(&vector, "approximate_trim") {
        let removed = stage.say(row["command"].as_str().expect("a command"));
        assert_eq!(json_of(&removed), row["removed"], "{row}");
        assert_eq!(stage.field("n", "length"), row["xlen"], "{row}");
        assert_eq!(
            stage.field("n", "radix-tree-keys"),
            row["radix_tree_keys"],
            "{row}"
        );
    }
    for row in list(&vector["nodes_by_bytes"], "rows") {
        stage.say(&format!("XADD large * k {}", "x".repeat(500)));
        assert_eq!(stage.field("large", "length"), row[0], "{row}");
        assert_eq!(stage.field("large", "radix-tree-keys"), row[1], "{row}");
    }
}

/// A command, then lines: words for the append-only file, `!` and a notification, `~` if WATCH saw a change.
#[test]
fn effects_are_those_recorded() {
    let text = format!("\n{}", files::read("tests/vectors/stream-effects.txt"));
    let mut stage = Stage::new();
    stage.say("CONFIG SET stream-node-max-entries 3");
    stage.engine.emit_effects(true);
    stage.engine.emit_key_events(true);
    let (mut problems, mut count) = (Vec::new(), 0);
    for block in text.split("\n> ").skip(1) {
        let (command, expected) = block.split_once('\n').unwrap_or((block, ""));
        let expected: Vec<&str> = expected.lines().collect();
        let found = effects(&mut stage, command);
        count += 1;
        if found != expected {
            problems.push(format!(
                "{command}\n  expected {expected:?}\n  got      {found:?}"
            ));
        }
    }
    conclude("commands", count, problems);
}

fn effects(stage: &mut Stage, command: &str) -> Vec<String> {
    let key = command
        .split(' ')
        .find(|word| ["s", "t", "new", "nk"].contains(word));
    let watcher = stage.engine.connect("127.0.0.1:50001", stage.now);
    stage.say_as(watcher, &format!("WATCH {}", key.unwrap_or("s")));
    stage.say(command);
    let (mut words, mut events) = (Vec::new(), Vec::new());
    for event in stage.engine.drain() {
        match event {
            Event::Effect { words: effect, .. } => {
                let effect = effect.iter().map(|word| String::from_utf8_lossy(word));
                words.push(without_clock(&effect.collect::<Vec<_>>().join(" ")));
            }
            // What is sent only if somebody asks for it by letters that A does not mean.
            Event::Key {
                name: "new" | "keymiss" | "overwritten" | "type_changed",
                ..
            } => {}
            Event::Key { key, name, .. } => {
                events.push(format!("! {name} {}", String::from_utf8_lossy(&key)));
            }
            _ => {}
        }
    }
    words.append(&mut events);
    stage.say_as(watcher, "MULTI");
    stage.say_as(watcher, "PING");
    if stage.say_as(watcher, "EXEC") == Reply::NullArray {
        words.push("~".to_string());
    }
    stage.engine.drain();
    stage.engine.disconnect(watcher);
    words
}

/// Milliseconds of our days become NOW.
fn without_clock(text: &str) -> String {
    const DIGITS: usize = 13;
    let is_now = |digits: &str| digits.len() == DIGITS && digits.starts_with('1');
    let words = text.split(' ').map(|word| match word.split_once('-') {
        Some((ms, seq)) if is_now(ms) => format!("NOW-{seq}"),
        None if is_now(word) => "NOW".to_string(),
        _ => word.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}
