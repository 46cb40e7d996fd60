//! What a master tells replicas that were spoken for by hand: the stream, the backlog, and from where it goes on.
//! Steps of the recording with several servers are not replayed here; `replication.rs` and the simulator have them.

use std::time::Duration;

use engine::config::Config;
use engine::{ClientId, Engine, Event, Reply, Time, words};
use serde_json::{Value, json};
use tests::files;

use crate::conclude;

/// When the recorded commands ran: PEXPIREAT names a moment a hundred seconds later.
const STREAM_AT: Time = Time::from_millis(1_795_416_152_013 - 100_000);

struct Master {
    engine: Engine,
    client: ClientId,
    now: Time,
}

impl Master {
    fn new(now: Time) -> Master {
        let config = [
            ("repl-backlog-size", "16384"),
            ("repl-ping-replica-period", "3600"),
        ];
        let config = Config::starting_with(&config).expect("parameters and their values");
        let mut engine = Engine::with_config(1, now, config);
        let client = engine.connect("127.0.0.1:50000", now);
        Master {
            engine,
            client,
            now,
        }
    }

    fn say_as(&mut self, client: ClientId, line: &str) -> Reply {
        let words = words::split(line.as_bytes()).expect("quotes are balanced");
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        self.engine.execute(client, &words, self.now)
    }

    fn say(&mut self, line: &str) -> Reply {
        self.say_as(self.client, line)
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
        self.engine.advance(self.now);
    }

    /// What this replica was sent since it was last asked for.
    fn sent_to(&mut self, replica: ClientId) -> Vec<u8> {
        let sent = self
            .engine
            .drain()
            .into_iter()
            .filter_map(|event| match event {
                Event::Stream { client, bytes } if client == replica => Some(bytes),
                _ => None,
            });
        sent.flatten().collect()
    }

    /// A new connection that asks; and what it was told, once the wait for more replicas is over.
    fn ask(&mut self, line: &str) -> (ClientId, Vec<u8>) {
        let replica = self.engine.connect("127.0.0.1:50001", self.now);
        self.say_as(replica, "REPLCONF capa eof capa psync2");
        self.engine.drain();
        self.say_as(replica, line);
        self.wait(7);
        let sent = self.sent_to(replica);
        // Line breaks keep the connection alive meanwhile.
        let start = sent
            .iter()
            .position(|byte| *byte != b'\n')
            .unwrap_or(sent.len());
        (replica, sent[start..].to_vec())
    }

    fn id(&self) -> String {
        self.engine.server.replication_id.clone()
    }

    /// The fields of INFO replication that the recording has, but for names of histories and what a lag is.
    fn info(&mut self, recorded: &Value, problems: &mut Vec<String>) {
        let Reply::Verbatim(_, text) = self.say("INFO replication") else {
            panic!("INFO answers with text");
        };
        let fields = recorded.as_object().expect("fields");
        for (name, wanted) in fields {
            let line = text
                .lines()
                .find_map(|line| line.split_once(':').filter(|(n, _)| n == name));
            let found = line.map_or("", |(_, value)| value);
            let same = match name.as_str() {
                "master_replid" => found.len() == 40,
                "slave0" => {
                    found
                        .split_once(",lag")
                        .map(|(head, _)| head.replace("50001", "0"))
                        == wanted
                            .as_str()
                            .and_then(|text| text.split_once(",lag"))
                            .map(|(head, _)| head.to_string())
                }
                _ => found == wanted,
            };
            if !same {
                problems.push(format!("{name}: expected {wanted}, got {found}"));
            }
        }
    }
}

#[test]
fn a_master_answers_as_recorded() {
    let recorded = files::vector("replication");
    let steps = recorded["transcript"].as_array().expect("steps");
    let mut master = Master::new(Time(STREAM_AT.micros() - 10_000_000));
    // The first second's PING is over before there are replicas.
    master.wait(2);
    let mut problems = Vec::new();
    let mut replica = None;
    let mut looked_at = 0;
    for step in steps {
        let at = step["at"].as_str().expect("a description");
        let before = problems.len();
        looked_at += 1;
        if at.starts_with("replica by hand") {
            let (asked, sent) = master.ask("PSYNC ? -1");
            check_snapshot(&master, step, &sent, &mut problems);
            master.say_as(asked, "REPLCONF ACK 0");
            replica = Some(asked);
        } else if at.starts_with("stream for") {
            let sent = stream(&mut master, step, replica.expect("it asked before"));
            if step["stream"] != *String::from_utf8_lossy(&sent)
                || step["stream_bytes"] != sent.len()
            {
                problems.push(format!("got {}", String::from_utf8_lossy(&sent)));
            }
            master.info(&step["info"], &mut problems);
        } else if let Some(question) = step["command"]
            .as_str()
            .filter(|line| line.starts_with("PSYNC"))
        {
            ask_again(&mut master, step, question, &mut problems);
        } else if at.starts_with("after") || at.starts_with("fresh") {
            if at.starts_with("after SET") {
                master.say("SET a 1");
            } else if at.starts_with("after 2500") {
                // As many bytes as the recorded stream grew by.
                (0..2500).for_each(|n| drop(master.say(&format!("SET k{n} {}", "v".repeat(23)))));
            }
            master.info(&step["info"], &mut problems);
        } else if at == "write to replica" {
            let mut other = Master::new(master.now);
            other.say("REPLICAOF 127.0.0.1 1");
            let found = other.say("SET x 1");
            let text = step["reply"]["error"].as_str().expect("an error");
            if !matches!(&found, Reply::Error(error) if error.to_string() == text) {
                problems.push(format!("got {found:?}"));
            }
        } else {
            looked_at -= 1;
        }
        problems[before..]
            .iter_mut()
            .for_each(|problem| *problem = format!("{at}: {problem}"));
    }
    assert_eq!(looked_at, 13);
    conclude("steps", looked_at, problems);
}

fn check_snapshot(master: &Master, step: &Value, sent: &[u8], problems: &mut Vec<String>) {
    const MARK: usize = 40;
    let lines: Vec<&[u8]> = sent.splitn(3, |byte| *byte == b'\n').collect();
    let text = |at: usize| String::from_utf8_lossy(lines[at]).trim_end().to_string();
    let recorded = step["replies"].as_array().expect("replies");
    let resync = format!("+FULLRESYNC {} 0", master.id());
    let mark = |line: &str| line[..line.len() - MARK].to_string();
    if text(0) != resync || mark(&text(1)) != mark(recorded[2].as_str().expect("a line")) {
        problems.push(format!("got {} and {}", text(0), text(1)));
    }
    let file = &lines[2][..lines[2].len() - MARK];
    if !file.starts_with(step["rdb_ascii"].as_str().expect("a magic word").as_bytes())
        || step["rdb_len"] != file.len()
    {
        problems.push(format!("a file of {} bytes", file.len()));
    }
}

/// The commands that the step names, at its moment.
fn stream(master: &mut Master, step: &Value, replica: ClientId) -> Vec<u8> {
    let (_, commands) = step["at"]
        .as_str()
        .and_then(|at| at.split_once(": "))
        .expect("commands");
    master.now = STREAM_AT;
    master.engine.advance(master.now);
    master.engine.drain();
    for line in commands.split(", ").flat_map(|part| part.split('/')) {
        master.say(line);
    }
    master.sent_to(replica)
}

fn ask_again(master: &mut Master, step: &Value, command: &str, problems: &mut Vec<String>) {
    let id = master.id();
    let other = "0".repeat(id.len());
    let question = command
        .replace("<same id>", &id)
        .replace("<other id>", &other);
    let (asked, sent) = master.ask(&question);
    let end = sent
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let found = String::from_utf8_lossy(&sent[..end]).trim_end().to_string();
    // The recorded history had a name of its own.
    let words = step["reply"].as_str().expect("a line").split(' ');
    let words = words.map(|word| {
        if word.len() == id.len() {
            id.as_str()
        } else {
            word
        }
    });
    let wanted = words.collect::<Vec<_>>().join(" ");
    if found != wanted {
        problems.push(format!("expected {wanted}, got {found}"));
    }
    let missed = &step["backlog_bytes_sent"];
    if missed.is_u64() && *missed != json!(sent.len() - end) {
        problems.push(format!("{} bytes followed", sent.len() - end));
    }
    master.engine.disconnect(asked);
}
