//! Random commands, made from the command table's own syntax lines: what the table knows is fuzzed, and a new
//! command is fuzzed as soon as it is declared.

use std::fmt;
use std::time::Duration;

use engine::command::{Entry, flag, table};
use engine::structures::random::Random;
use engine::syntax::{Node, Type};
use engine::words;

use crate::play::{CLIENTS, Pair};

/// One thing that happens to both servers.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Command { client: usize, words: Vec<Vec<u8>> },
    Advance(Duration),
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Advance(by) => write!(f, "+ {}ms", by.as_millis()),
            Input::Command { client, words } => {
                write!(f, "{}>", CLIENTS[*client])?;
                for word in words {
                    write!(f, " {}", shown(word))?;
                }
                Ok(())
            }
        }
    }
}

/// A word as one would type it; a long one is cut.
fn shown(word: &[u8]) -> String {
    const LONG: usize = 100;
    match word {
        [first, ..] if word.len() > LONG => {
            format!("{}…({} bytes)", char::from(*first), word.len())
        }
        _ if words::needs_quotes(word) => words::quote(word),
        _ => String::from_utf8_lossy(word).into_owned(),
    }
}

/// Commands that are not sent: their reply or effect is the process's own (ids, time, memory), they wait for other
/// servers, or they would end the comparison. Each has tests of its own.
const NOT_SENT: &[&str] = &[
    "acl",
    "auth",
    "bgrewriteaof",
    "bgsave",
    "client",
    "cluster",
    "command",
    "config",
    "debug",
    "failover",
    "function",
    "hello",
    "info",
    "lastsave",
    "latency",
    "lolwut",
    "memory",
    "migrate",
    "module",
    "monitor",
    "psync",
    "quit",
    "replconf",
    "replicaof",
    "reset",
    "restore",
    "restore-asking",
    "role",
    "save",
    "script",
    "shutdown",
    "slaveof",
    "slowlog",
    "sync",
    "time",
    "wait",
    "waitaof",
    "object|freq",
    "object|idletime",
    "object|help",
    "pubsub|help",
    "swapdb",
    "readonly",
    "readwrite",
    "asking",
    "select",
    "object|refcount",
    "subscribe",
    "psubscribe",
    "ssubscribe",
    "unsubscribe",
    "punsubscribe",
    "sunsubscribe",
    "flushall",
];

/// SORT BY leaves elements of equal weight, and all elements if nothing is sorted, in hash order: storing that would
/// make the keyspaces differ.
fn settle_sort(words: &mut Vec<Vec<u8>>) {
    let position = |words: &[Vec<u8>], token: &[u8]| {
        words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(token))
    };
    if words[0].eq_ignore_ascii_case(b"sort")
        && position(words, b"BY").is_some()
        && let Some(at) = position(words, b"STORE")
    {
        words.truncate(at);
    }
}

/// Whether the differential tester sends this command.
pub fn is_sent(entry: &Entry) -> bool {
    let container = entry.name.split('|').next().unwrap_or_default();
    entry.subcommands.is_empty()
        && !NOT_SENT.contains(&entry.name)
        && !NOT_SENT.contains(&container)
}

pub struct Generator {
    random: Random,
    entries: Vec<&'static Entry>,
    /// How many keys the value `numkeys` promised.
    promised: Option<u64>,
}

impl Generator {
    pub fn new(seed: u64, group: Option<&str>) -> Generator {
        let with_children = |entry: &'static Entry| -> Vec<&'static Entry> {
            if entry.subcommands.is_empty() {
                vec![entry]
            } else {
                entry.subcommands.values().copied().collect()
            }
        };
        let wanted = |entry: &&'static Entry| {
            group.is_none_or(|group| entry.group == group || entry.group == "generic")
        };
        let entries = table()
            .iter()
            .flat_map(with_children)
            .filter(|entry| is_sent(entry))
            .filter(wanted)
            .collect();
        Generator {
            random: Random::new(seed),
            entries,
            promised: None,
        }
    }

    pub fn next(&mut self, pair: &Pair) -> Input {
        if self.random.chance(1, 200) {
            let choices = [1, 10, 500, 1000, 5000, 60_000];
            return Input::Advance(Duration::from_millis(choices[self.below(6)]));
        }
        let free: Vec<usize> = (0..CLIENTS.len())
            .filter(|client| !pair.is_waiting(*client))
            .collect();
        let Some(client) = free.get(self.below(free.len().max(1))).copied() else {
            return Input::Advance(Duration::from_secs(100));
        };
        Input::Command {
            client,
            words: self.command(),
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n.max(1) as u64) as usize
    }

    fn command(&mut self) -> Vec<Vec<u8>> {
        // Transactions are rare words among many, and must not stay open for long.
        let chosen = self.below(self.entries.len());
        let entry = self.entries[chosen];
        let rare = matches!(
            entry.name,
            "multi" | "discard" | "exec" | "watch" | "unwatch" | "flushdb"
        );
        if rare && !self.random.chance(1, 3)
            || entry.name == "flushdb" && !self.random.chance(1, 20)
        {
            return self.command();
        }
        if entry.has(flag::BLOCKING) && !self.random.chance(1, 3) {
            return self.command();
        }
        let mut words: Vec<Vec<u8>> = entry
            .name
            .split('|')
            .map(|part| part.as_bytes().to_vec())
            .collect();
        self.promised = None;
        for node in &entry.syntax.arguments {
            self.node(entry, node, &mut words);
        }
        self.spoil(&mut words);
        settle_sort(&mut words);
        words
    }

    fn node(&mut self, entry: &'static Entry, node: &Node, words: &mut Vec<Vec<u8>>) {
        match node {
            Node::Token(token) => words.push(token.as_bytes().to_vec()),
            Node::Value(name, kind) => {
                let word = self.value(entry, name, *kind);
                words.push(word);
            }
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.node(entry, node, words)),
            Node::Choice(nodes) => {
                let chosen = self.below(nodes.len());
                self.node(entry, &nodes[chosen], words);
            }
            Node::Optional(node) => {
                if self.random.chance(1, 3) {
                    self.node(entry, node, words);
                }
            }
            Node::Repeat(node) => {
                let is_key = matches!(**node, Node::Value(_, Type::Key));
                let few = 1 + self.random.below(4);
                let many = if self.random.chance(1, 60) { 150 } else { few };
                let count = if is_key {
                    self.promised.take().unwrap_or(few)
                } else {
                    many
                };
                for _ in 0..count {
                    self.node(entry, node, words);
                }
            }
        }
    }

    fn value(&mut self, entry: &'static Entry, name: &str, kind: Type) -> Vec<u8> {
        match (name, kind) {
            (_, Type::Key) => self.key(entry),
            ("numkeys", _) => {
                let count = 1 + self.random.below(3);
                self.promised = Some(count);
                count.to_string().into_bytes()
            }
            ("numfields", _) => "2".into(),
            ("cursor", _) => "0".into(),
            // A page smaller than the keyspace ends where the hash seed says.
            ("count", _) if entry.name.ends_with("scan") => "1000".into(),
            ("timeout", _) => self.pick(&["0.1", "1", "5", "30", "0.001"]),
            ("min" | "max" | "start" | "stop" | "end", _) => self.bound(),
            ("destination-db" | "index" | "db", _) => self.pick(&["0", "0", "1", "-1", "0"]),
            ("channel" | "shardchannel", _) => self.pick(&["news", "sport"]),
            ("weight", _) => self.pick(&["1", "2", "0.5", "-1", "inf"]),
            ("type", _) => self.pick(&["string", "list", "hash", "zset", "set", "nothing"]),
            (_, Type::Int) => self.integer(),
            (_, Type::Float) => self.float(),
            (_, Type::Time) => self.pick(&[
                "1767225660",
                "1767225660000",
                "1",
                "99999999999",
                "1767312000000",
                "1767225601",
            ]),
            (_, Type::Pattern) => self.pick(&["*", "m*", "?1", "[a-m]*", "h*", "nothing", "w_*"]),
            ("milliseconds" | "seconds", _) => self.pick(&["1", "10", "100"]),
            _ => self.text(),
        }
    }

    fn pick(&mut self, choices: &[&str]) -> Vec<u8> {
        choices[self.below(choices.len())].into()
    }

    /// Mostly a key of the type that the command is for, so that most commands do something.
    fn key(&mut self, entry: &'static Entry) -> Vec<u8> {
        let prefix = match entry.group {
            "string" | "bitmap" | "hyperloglog" => "s",
            "list" => "l",
            "set" => "t",
            "hash" => "h",
            "sorted-set" | "geo" => "z",
            "stream" => "x",
            _ => ["s", "l", "t", "h", "z"][self.below(5)],
        };
        let prefix = if self.random.chance(1, 25) {
            ["s", "l", "t", "h", "z"][self.below(5)]
        } else {
            prefix
        };
        format!("{prefix}{}", self.below(4)).into_bytes()
    }

    fn integer(&mut self) -> Vec<u8> {
        if self.random.chance(3, 4) {
            let number = self.random.below(25) as i64 - 6;
            return number.to_string().into_bytes();
        }
        self.pick(&[
            "0",
            "1",
            "-1",
            "2",
            "100",
            "1000",
            "-100",
            "512",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "1.5",
            "abc",
            "",
            "+1",
            "01",
            "4294967296",
            " 1",
        ])
    }

    fn float(&mut self) -> Vec<u8> {
        if self.random.chance(1, 2) {
            let number = self.random.below(20) as i64 - 5;
            return number.to_string().into_bytes();
        }
        self.pick(&[
            "0", "1", "-1", "1.5", "2.25", "3.1", "-0", "inf", "-inf", "+inf", "1e3", "0.1", "nan",
            "abc", "", "1e400", "10", "3",
        ])
    }

    /// Bounds of ranges by index, score, lex or byte.
    fn bound(&mut self) -> Vec<u8> {
        self.pick(&[
            "0", "1", "2", "5", "-1", "-3", "10", "100", "(1", "(5", "-inf", "+inf", "inf", "[m",
            "(m1", "[w", "-", "+", "abc", "(", "1.5",
        ])
    }

    fn text(&mut self) -> Vec<u8> {
        match self.below(12) {
            0..=4 => format!("m{}", self.below(30)).into_bytes(),
            5 | 6 => (self.random.below(700) as i64 - 100)
                .to_string()
                .into_bytes(),
            7 => self.pick(&[
                "",
                "a",
                "hello world",
                "w_1",
                "\u{e9}",
                "1.5",
                "3",
                "12345678901",
                "-5",
            ]),
            8 => vec![0, 255, 10, self.below(256) as u8],
            9 => vec![b'x'; 20 + self.below(60)],
            10 if self.random.chance(1, 8) => vec![b'y'; 5000 + self.below(9000)],
            _ => format!("f{}", self.below(6)).into_bytes(),
        }
    }

    /// Now and then a word too few, too many, doubled, or another one.
    fn spoil(&mut self, words: &mut Vec<Vec<u8>>) {
        if !self.random.chance(1, 15) {
            return;
        }
        let at = self.below(words.len());
        match self.below(4) {
            0 if at > 0 => drop(words.remove(at)),
            1 => {
                let text = self.text();
                words.push(text);
            }
            2 => words.insert(at, words[at].clone()),
            _ if at > 0 => words[at] = self.integer(),
            _ => {}
        }
    }
}
