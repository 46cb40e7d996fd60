//! Recorded facts about clusters: slots of keys, and a slot that moves between six nodes. What the nodes tell each
//! other is said to each by hand, at the moment at which the recording shows it.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::cluster::Cluster;
use engine::cluster::node::{Address, Node, NodeId, Role};
use engine::cluster::slot::{crc16, hashed_part, key_slot};
use engine::config::Config;
use engine::{ClientId, Engine, Reply, Time, words};
use serde_json::{Value, json};
use tests::files;

use crate::conclude;

/// A text, or bytes in hexadecimal under a name that says so.
fn field(row: &Value, name: &str) -> Vec<u8> {
    match (row[name].as_str(), row[format!("{name}_hex")].as_str()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(hex)) => {
            let pairs = (0..hex.len()).step_by(2);
            pairs
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits"))
                .collect()
        }
        (None, None) => panic!("{row} has no {name}"),
    }
}

#[test]
fn keys_have_the_recorded_slots() {
    let recorded = files::vector("cluster-slots");
    let rows = recorded["rows"].as_array().expect("rows");
    let mut problems = Vec::new();
    for row in rows {
        let key = field(row, "key");
        let crc = format!("{:04x}", crc16(hashed_part(&key)));
        if row["slot"] != key_slot(&key)
            || row["crc16_hex"] != crc
            || field(row, "hashed_part") != hashed_part(&key)
        {
            problems.push(format!("{row}: got {} and {crc}", key_slot(&key)));
        }
    }
    conclude("keys", rows.len(), problems);
}

#[test]
fn every_slot_has_its_recorded_key() {
    let recorded = files::vector("cluster-key-for-slot");
    let keys = recorded.as_array().expect("keys by slot");
    let wrong = |(slot, key): (usize, &Value)| {
        let found = usize::from(key_slot(key.as_str().expect("a key").as_bytes()));
        (found != slot).then(|| format!("{key}: expected {slot}, got {found}"))
    };
    conclude(
        "slots",
        keys.len(),
        keys.iter().enumerate().filter_map(wrong).collect(),
    );
}

/// A node with the client that the recording speaks through.
struct Member {
    engine: Engine,
    client: ClientId,
    id: NodeId,
}

/// Id, address, epoch and ranges of slots of a node.
type Facts = (NodeId, Address, u64, Vec<(u16, u16)>);

struct Group {
    members: BTreeMap<u64, Member>,
    now: Time,
}

impl Group {
    fn new(ids: &Value) -> Group {
        let now = Time::WORLD_START;
        let member = |(port, id): (&String, &Value)| {
            let bus_port = format!("2{}", &port[1..]);
            let config = [
                ("cluster-enabled", "yes"),
                ("cluster-announce-port", port.as_str()),
                ("cluster-announce-bus-port", bus_port.as_str()),
            ];
            let config = Config::starting_with(&config).expect("parameters and their values");
            let port: u16 = port.parse().expect("a port");
            let mut engine = Engine::with_config(u64::from(port), now, config);
            let id = NodeId::parse(id.as_str().expect("an id").as_bytes()).expect("40 digits");
            engine.server.cluster = Some(Box::new(Cluster::with_id(id, id, address(port), now)));
            let client = engine.connect("127.0.0.1:50000", now);
            (u64::from(port), Member { engine, client, id })
        };
        let members = ids
            .as_object()
            .expect("ids by port")
            .iter()
            .map(member)
            .collect();
        Group { members, now }
    }

    fn run(&mut self, port: u64, line: &str) -> Reply {
        let member = self
            .members
            .get_mut(&port)
            .expect("a node of the recording");
        let words =
            words::split(line.as_bytes()).unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        member.engine.execute(member.client, &slices, self.now)
    }

    /// What a handshake of all with all leaves behind.
    fn introduce(&mut self) {
        let facts: Vec<Facts> = self
            .members
            .iter()
            .map(|(port, member)| {
                let cluster = member.engine.server.cluster.as_deref().expect("a node");
                let ranges = cluster.ranges_of(member.id).collect();
                (
                    member.id,
                    address(*port as u16),
                    cluster.myself().config_epoch,
                    ranges,
                )
            })
            .collect();
        let now = self.now;
        for member in self.members.values_mut() {
            let cluster = member.engine.server.cluster.as_deref_mut().expect("a node");
            let guessed: Vec<NodeId> = cluster
                .nodes()
                .filter(|node| node.handshake)
                .map(|node| node.id)
                .collect();
            guessed.into_iter().for_each(|id| cluster.remove(id));
            for (id, address, epoch, ranges) in facts.iter().filter(|(id, ..)| *id != member.id) {
                let mut node = Node::new(*id, *id, address.clone(), now);
                node.link = Some(now);
                cluster.add(node);
                let slots = ranges.iter().flat_map(|(first, last)| *first..=*last);
                assert!(cluster.claim(*id, *epoch, slots).is_empty());
            }
        }
        self.now = self.now.after(Duration::from_secs(3));
        for member in self.members.values_mut() {
            member.engine.advance(self.now);
        }
    }

    /// A node hears of another whose replica it is.
    fn tell(&mut self, port: u64, of: u64, master: Option<u64>) {
        let id = self.members[&of].id;
        let master = master.map(|master| self.members[&master].id);
        let member = self
            .members
            .get_mut(&port)
            .expect("a node of the recording");
        let cluster = member.engine.server.cluster.as_deref_mut().expect("a node");
        cluster.node_mut(id).expect("it was introduced").role = Role::Replica { of: master };
    }

    /// What a replica hears from its master.
    fn copy(&mut self, line: &str, to: u64) {
        let member = self.members.get_mut(&to).expect("a node of the recording");
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let link = member.engine.connect_master("127.0.0.1:17103", self.now);
        assert_eq!(member.engine.execute(link, &words, self.now), Reply::OK);
    }

    /// MIGRATE, as the nodes would do it over a connection.
    fn migrate(&mut self, from: u64, to: u64, keys: &[&str]) {
        for key in keys {
            let Reply::Bulk(dump) = self.run(from, &format!("DUMP {key}")) else {
                panic!("{key} is there");
            };
            let moved = self.run(
                to,
                &format!("RESTORE-ASKING {key} 0 {} REPLACE", words::quote(&dump)),
            );
            assert_eq!(moved, Reply::OK);
            self.run(from, &format!("DEL {key}"));
        }
    }
}

fn address(port: u16) -> Address {
    Address {
        ip: "127.0.0.1".to_string(),
        port,
        bus_port: port + 10_000,
        hostname: String::new(),
    }
}

#[test]
fn a_slot_moves_as_recorded() {
    replay("cluster-redirections", &|group, port, line| {
        if line == "SET foo bar" && port == 17103 {
            group.copy("SET foo bar", 17106);
        }
        if line.starts_with("CLUSTER SETSLOT 12182 NODE") && port == 17102 {
            tell_of_the_new_owner(group);
        }
    });
}

#[test]
fn nodes_follow_and_are_forgotten_as_recorded() {
    replay("cluster-nodes", &|_, _, _| {});
}

/// Plays a recording; `hear` is what the nodes tell each other after a step.
fn replay(vector: &str, hear: &dyn Fn(&mut Group, u64, &str)) {
    let recorded = files::vector(vector);
    let mut group = Group::new(&recorded["node_ids"]);
    let steps = recorded["transcript"].as_array().expect("steps");
    let mut problems = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let (Some(port), Some(line)) = (step["port"].as_u64(), step["command"].as_str()) else {
            continue;
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0] == "MIGRATE" {
            let keys = words
                .iter()
                .position(|word| *word == "KEYS")
                .expect("keys are named");
            group.migrate(port, words[2].parse().expect("a port"), &words[keys + 1..]);
            continue;
        }
        let found = match words[0] {
            "EVAL" => group.run(port, &quoted_script(&words)),
            _ => group.run(port, line),
        };
        let (found, wanted) = (
            comparable(line, shown(&found)),
            comparable(line, step["reply"].clone()),
        );
        if found != wanted {
            problems.push(format!(
                "step {at}, {port}> {line}:\n  expected {wanted}\n  got      {found}"
            ));
        }
        let next = steps
            .get(at + 1)
            .and_then(|next| next["command"].as_str())
            .unwrap_or_default();
        if line.starts_with("CLUSTER MEET") && !next.starts_with("CLUSTER MEET") {
            group.introduce();
        }
        hear(&mut group, port, line);
    }
    conclude("steps", steps.len(), problems);
}

/// The recording does not quote: the script ends before the number that says how many words follow it.
fn quoted_script(words: &[&str]) -> String {
    let counts_rest = |at: &usize| words[*at].parse() == Ok(words.len() - at - 1);
    let count = (1..words.len())
        .rev()
        .find(counts_rest)
        .expect("a number of keys");
    let script = words[1..count].join(" ");
    format!("EVAL \"{script}\" {}", words[count..].join(" "))
}

/// What 17102 has heard when the recording ends: the epoch of 17101, and who follows it.
fn tell_of_the_new_owner(group: &mut Group) {
    let owner = group.members[&17101].id;
    let member = group.members.get_mut(&17102).expect("a node");
    let cluster = member.engine.server.cluster.as_deref_mut().expect("a node");
    cluster.claim(owner, 7, [12182]);
    group.tell(17102, 17104, Some(17101));
}

/// The reply in the notation of the recording.
fn shown(reply: &Reply) -> Value {
    match reply {
        Reply::Status(text) => json!(text),
        Reply::StatusText(text) | Reply::Verbatim(_, text) => json!(text),
        Reply::Error(error) => json!({ "error": error.to_string() }),
        Reply::Int(number) => json!(number),
        Reply::Bulk(bytes) => json!(String::from_utf8_lossy(bytes)),
        Reply::Null | Reply::NullArray => Value::Null,
        Reply::Array(items) => items.iter().map(shown).collect(),
        Reply::Map(pairs) => pairs
            .iter()
            .flat_map(|(name, value)| [shown(name), shown(value)])
            .collect(),
        other => panic!("not in this recording: {other:?}"),
    }
}

/// Without what is chance or real time: the order of nodes and keys, times of pings, counts of messages.
fn comparable(line: &str, reply: Value) -> Value {
    let words: Vec<&str> = line.split_whitespace().collect();
    match (words.as_slice(), reply) {
        (["CLUSTER", "NODES"], Value::String(text)) => {
            let mut lines: Vec<String> = text.lines().map(without_times).collect();
            lines.sort();
            json!(lines)
        }
        (["CLUSTER", "INFO"], Value::String(text)) => text
            .lines()
            .filter(|line| !line.contains("messages"))
            .collect(),
        (["CLUSTER", "SHARDS" | "GETKEYSINSLOT", ..], Value::Array(mut items)) => {
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        (_, reply) => reply,
    }
}

fn without_times(line: &str) -> String {
    let mut fields: Vec<&str> = line.split(' ').collect();
    fields[4] = "0";
    fields[5] = "0";
    fields.join(" ")
}
