//! Recorded conversations of several clients with redis-server 8.2.3: transactions, messages, raw bytes.

use std::collections::BTreeMap;

use engine::resp::{self, Parser};
use engine::{ClientId, Engine, Event, Reply, Time};
use serde_json::{Value, json};
use tests::files;
use tests::real::open_config;

use crate::conclude;

/// Clients by name, and what each received and nobody looked at yet.
struct Stage {
    engine: Engine,
    clients: BTreeMap<String, ClientId>,
    received: Vec<(ClientId, Vec<u8>)>,
    now: Time,
}

impl Stage {
    fn new() -> Stage {
        let now = Time::WORLD_START;
        Stage {
            engine: Engine::with_config(1, now, open_config()),
            clients: BTreeMap::new(),
            received: Vec::new(),
            now,
        }
    }

    fn client(&mut self, name: &str) -> ClientId {
        let (engine, now) = (&mut self.engine, self.now);
        *self
            .clients
            .entry(name.to_string())
            .or_insert_with(|| engine.connect("127.0.0.1:50000", now))
    }

    fn wait(&mut self, millis: i64) {
        self.now = Time(self.now.micros() + millis * 1000);
        self.engine.advance(self.now);
        self.gather();
    }

    fn send(&mut self, name: &str, words: &[Vec<u8>]) {
        let id = self.client(name);
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let reply = self.engine.execute(id, &words, self.now);
        self.receive(id, &reply);
        self.gather();
    }

    fn say(&mut self, name: &str, line: &str) {
        let words = engine::words::split(line.as_bytes())
            .unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
        self.send(name, &words);
    }

    fn gather(&mut self) {
        for event in self.engine.drain() {
            if let Event::Reply { client, reply } | Event::Push { client, reply } = event {
                self.receive(client, &reply);
            }
        }
    }

    fn receive(&mut self, id: ClientId, reply: &Reply) {
        let mut bytes = Vec::new();
        resp::encode(reply, self.engine.protocol(id), &mut bytes);
        self.received.push((id, bytes));
    }

    /// The bytes that this client received since they were last asked for.
    fn bytes(&mut self, name: &str) -> Vec<u8> {
        let id = self.client(name);
        let (mine, others) = std::mem::take(&mut self.received)
            .into_iter()
            .partition(|(to, _)| *to == id);
        self.received = others;
        mine.into_iter()
            .flat_map(|(_, bytes): (_, Vec<u8>)| bytes)
            .collect()
    }

    /// The same as values, in the notation of the recordings.
    fn frames(&mut self, name: &str) -> Vec<Value> {
        let bytes = self.bytes(name);
        let mut rest = bytes.as_slice();
        let mut frames = Vec::new();
        while let Some((reply, used)) = resp::decode_reply(rest) {
            frames.push(notation(&reply));
            rest = &rest[used..];
        }
        frames
    }
}

fn notation(reply: &Reply) -> Value {
    match reply {
        Reply::Status(text) => json!(text),
        Reply::StatusText(text) => json!(text),
        Reply::Error(error) => json!({ "error": error.to_string() }),
        Reply::Int(number) => json!(number),
        Reply::Bulk(bytes) => json!(String::from_utf8_lossy(bytes)),
        Reply::Null | Reply::NullArray => Value::Null,
        Reply::Array(items) | Reply::Push(items) => items.iter().map(notation).collect(),
        other => panic!("a RESP2 client does not receive {other:?}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn check(what: &str, expected: &Value, found: &Value, problems: &mut Vec<String>) {
    if expected != found {
        problems.push(format!(
            "{what}:\n  expected {expected}\n  got      {found}"
        ));
    }
}

#[test]
fn transactions() {
    let recorded = files::vector("transactions");
    let scenarios = recorded["scenarios"].as_array().expect("scenarios");
    let mut problems = Vec::new();
    for scenario in scenarios {
        let title = text(&scenario["title"]);
        let mut stage = Stage::new();
        // One scenario needs time to pass: its title is its steps but the last.
        if title.contains("(wait") {
            for part in title.split("; ").filter(|part| *part != "EXEC") {
                match part
                    .strip_prefix("(wait ")
                    .and_then(|rest| rest.strip_suffix(" ms)"))
                {
                    Some(millis) => stage.wait(millis.parse().expect("milliseconds")),
                    None => stage.say("A", part),
                }
            }
            stage.bytes("A");
        }
        for step in scenario["steps"].as_array().expect("steps") {
            let (client, command) = (text(&step["client"]), text(&step["command"]));
            stage.say(client, command);
            let found = stage.frames(client).pop().unwrap_or_default();
            check(
                &format!("{title}: {client}> {command}"),
                &step["reply"],
                &found,
                &mut problems,
            );
        }
    }
    conclude("scenarios", scenarios.len(), problems);
}

#[test]
fn messages() {
    let recorded = files::vector("pubsub");
    let steps = recorded["transcript"].as_array().expect("a transcript");
    let mut problems = Vec::new();
    let mut stage = Stage::new();
    for step in steps {
        let (client, command) = (text(&step["client"]), text(&step["command"]));
        if client == "K" {
            listen_to_keys(&mut stage, command);
            check(
                command,
                &step["received"],
                &json!(stage.frames("K")),
                &mut problems,
            );
            continue;
        }
        let command = command
            .split(" (")
            .next()
            .expect("the words before a remark");
        for part in command.split("; ") {
            stage.frames(client);
            stage.say(client, part);
        }
        let mut found = stage.frames(client);
        if !step["reply"].is_null() {
            check(
                command,
                &step["reply"],
                &found.pop().unwrap_or_default(),
                &mut problems,
            );
        } else {
            check(command, &step["received"], &json!(found), &mut problems);
        }
        for (listener, expected) in step["received"].as_object().into_iter().flatten() {
            check(
                &format!("{listener} after {command}"),
                expected,
                &json!(stage.frames(listener)),
                &mut problems,
            );
        }
    }
    conclude("steps", steps.len(), problems);
}

/// The recording's last step: a listener to all key events, and commands that cause them.
fn listen_to_keys(stage: &mut Stage, commands: &str) {
    stage.say("K", "PSUBSCRIBE __key*__:*");
    stage.bytes("K");
    for part in commands.split("; ") {
        match part.strip_prefix("notify-keyspace-events ") {
            Some(flags) => stage.say("P", &format!("CONFIG SET notify-keyspace-events {flags}")),
            None if part == "wait" => stage.wait(500),
            None => stage.say("P", part),
        }
    }
}

#[test]
fn bytes_on_the_wire() {
    let recorded = files::vector("resp-wire");
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for list in [
        "commands",
        "pipelined_five_in_one_write",
        "inline",
        "protocol_errors",
        "transactions_same_connection",
    ] {
        let mut stage = Stage::new();
        for exchange in recorded[list].as_array().expect("exchanges") {
            let (sent, expected) = (text(&exchange["sent"]), text(&exchange["received"]));
            let found = exchange_bytes(&mut stage, sent.as_bytes());
            looked_at += 1;
            // The recording's connection was the 79th.
            let expected = match sent.contains("HELLO") {
                true => expected.replace("$2\r\nid\r\n:79\r\n", "$2\r\nid\r\n:1\r\n"),
                false => expected.to_string(),
            };
            // The engine refuses to answer with attributes (`engine/commands/server/debug.rs`).
            if found != expected && !sent.contains("attrib") {
                problems.push(format!(
                    "{list}: {sent:?}\n  expected {expected:?}\n  got      {found:?}"
                ));
            }
        }
    }
    conclude("exchanges", looked_at, problems);
}

fn exchange_bytes(stage: &mut Stage, sent: &[u8]) -> String {
    let mut parser = Parser::default();
    parser.feed(sent);
    let mut answer = Vec::new();
    loop {
        match parser.next_command() {
            Ok(Some(request)) => {
                let words: Vec<Vec<u8>> = request.to_vec();
                stage.send("wire", &words);
                answer.extend(stage.bytes("wire"));
            }
            Ok(None) => break,
            Err(error) => {
                error.encode(&mut answer);
                break;
            }
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// One client's commands, written with single spaces between words: an empty piece is an empty word.
fn one_client(name: &str) {
    let recorded = files::vector(name);
    let steps = recorded["transcript"].as_array().expect("a transcript");
    let mut stage = Stage::new();
    let mut problems = Vec::new();
    for step in steps {
        let Some(command) = step["command"].as_str() else {
            // The recording says in words what it did: two hundred players, ten points apart.
            for place in 0..200 {
                stage.say("A", &format!("ZADD rk {} p{place:03}", place * 10));
            }
            stage.frames("A");
            continue;
        };
        let words: Vec<Vec<u8>> = command
            .split(' ')
            .map(|word| word.as_bytes().to_vec())
            .collect();
        stage.send("A", &words);
        let bytes = stage.bytes("A");
        let found = resp::decode_reply(&bytes).map(|(reply, _)| printable(&reply));
        check(
            command,
            &step["reply"],
            &found.unwrap_or(json!("no reply")),
            &mut problems,
        );
    }
    conclude("steps", steps.len(), problems);
}

/// As `notation`, but bytes that are not printable text are written in hexadecimal.
fn printable(reply: &Reply) -> Value {
    match reply {
        Reply::Bulk(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.chars().any(char::is_control) => json!(text),
            _ => {
                json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
            }
        },
        Reply::Array(items) => items.iter().map(printable).collect(),
        other => notation(other),
    }
}

#[test]
fn lifetimes() {
    one_client("expiry");
}

#[test]
fn sorted_sets() {
    one_client("zset");
}

/// Every parameter with its default, but for those that belong to the recording's own process.
#[test]
fn parameters() {
    const OF_THE_RUN: &[&str] = &[
        "port",
        "dir",
        "logfile",
        "pidfile",
        "save",
        "bind",
        "enable-debug-command",
        "rdbcompression",
    ];
    let recorded = files::vector("config-defaults");
    let expected = recorded["config"].as_object().expect("parameters");
    let mut stage = Stage::new();
    stage.say("A", "CONFIG GET *");
    let frames = stage.frames("A");
    let pairs = frames[0].as_array().expect("a flat list");
    let found = |name: &str| {
        pairs
            .chunks(2)
            .find(|pair| pair[0] == name)
            .map(|pair| &pair[1])
    };
    let mut problems = Vec::new();
    for (name, value) in expected
        .iter()
        .filter(|(name, _)| !OF_THE_RUN.contains(&name.as_str()))
    {
        check(
            name,
            value,
            found(name).unwrap_or(&Value::Null),
            &mut problems,
        );
    }
    conclude("parameters", expected.len(), problems);
}
