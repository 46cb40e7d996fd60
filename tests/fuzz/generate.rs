//! Random commands, made from the command table's own syntax lines: what the table knows is fuzzed, and a new
//! command is fuzzed as soon as it is declared.

use std::fmt;
use std::time::Duration;

use engine::Time;
use engine::command::{Entry, flag, table};
use engine::structures::random::Random;
use engine::syntax::{Node, Type};
use engine::words;

use crate::access;
use crate::play::{CLIENTS, Pair};
use crate::settings;
use crate::social::{self, Situation};
use crate::vectors;
use tests::sent::is_sent;

/// One thing that happens to both servers.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Command {
        client: usize,
        words: Vec<Vec<u8>>,
    },
    Advance(Duration),
    /// The client hangs up and comes back as a new one.
    Reconnect(usize),
    /// Everybody is asked something, to see that nothing else came before the answer.
    Barrier,
}

impl Input {
    pub fn is_named(&self, name: &[u8]) -> bool {
        matches!(self, Input::Command { words, .. } if words[0].eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Advance(by) => write!(f, "+ {}ms", by.as_millis()),
            Input::Reconnect(client) => write!(f, "({} hangs up and comes back)", CLIENTS[*client]),
            Input::Barrier => write!(f, "(everybody says PING barrier)"),
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

/// SORT BY leaves elements of equal weight, and all elements if nothing is sorted, in hash order: storing that would
/// make the keyspaces differ.
fn settle_sort(words: &mut Vec<Vec<u8>>) {
    let position = |words: &[Vec<u8>], token: &[u8]| {
        words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(token))
    };
    if words[0].eq_ignore_ascii_case(b"sort")
        && (position(words, b"BY").is_some() || position(words, b"ALPHA").is_some())
        && let Some(at) = position(words, b"STORE")
    {
        words.truncate(at);
    }
}

/// SET and HSETEX store what is past its deadline already. The server's sweep removes it by real time, and who listens
/// hears of it some time.
fn leaves_due(words: &[Vec<u8>], now: Time) -> bool {
    if !words[0].eq_ignore_ascii_case(b"set") && !words[0].eq_ignore_ascii_case(b"hsetex") {
        return false;
    }
    words.windows(2).any(|pair| {
        let unit = match pair[0].to_ascii_lowercase().as_slice() {
            b"exat" => 1000,
            b"pxat" => 1,
            _ => return false,
        };
        let at = std::str::from_utf8(&pair[1])
            .ok()
            .and_then(|word| word.parse::<i64>().ok());
        at.is_some_and(|at| at.saturating_mul(unit) <= now.millis())
    })
}

/// Commands that fill come more often where many others take away.
fn how_often(name: &str) -> usize {
    match name {
        "xadd" => 25,
        "xreadgroup" => 15,
        "xgroup|create" => 3,
        _ => 1,
    }
}

pub struct Generator {
    random: Random,
    entries: Vec<&'static Entry>,
    /// How many keys the value `numkeys` promised, ids `numids`, or ids the keys before them.
    promised: Option<u64>,
    /// Users with rules are made, and clients log in as them.
    access: bool,
    /// Several clients listen, track and change settings: not while one group is looked at.
    social: bool,
    /// What every run begins with, the last first.
    opening: Vec<Input>,
    /// The greatest id that a stream was given so far.
    last_id: (u64, u64),
    /// Some of the ids that came before it, so that commands hit entries.
    ids: Vec<(u64, u64)>,
    now_millis: u64,
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
        let access = group == Some("acl");
        let wanted = |entry: &&'static Entry| {
            access || group.is_none_or(|group| entry.group == group || entry.group == "generic")
        };
        let entries = table()
            .iter()
            .flat_map(with_children)
            .filter(|entry| is_sent(entry))
            .filter(wanted)
            .flat_map(|entry| std::iter::repeat_n(entry, how_often(entry.name)))
            .collect();
        let mut random = Random::new(seed);
        let opening = if group.is_none() {
            social::opening(&mut random)
        } else {
            Vec::new()
        };
        Generator {
            random,
            entries,
            promised: None,
            access,
            social: group.is_none(),
            opening,
            last_id: (1, 0),
            ids: Vec::new(),
            now_millis: 0,
        }
    }

    pub fn next(&mut self, pair: &Pair) -> Input {
        if let Some(input) = self.opening.pop() {
            return input;
        }
        if self.random.chance(1, 50) {
            return Input::Barrier;
        }
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
        self.now_millis = pair.now().millis().unsigned_abs();
        if self.access && self.random.chance(1, 4) {
            let words = access::command(&mut self.random, client);
            return Input::Command { client, words };
        }
        if self.social {
            if self.random.chance(1, 400) {
                return Input::Reconnect(self.below(CLIENTS.len()));
            }
            let bored = pair.is_listener(client) && self.random.chance(2, 3);
            if bored || self.random.chance(1, 15) {
                let situation = if pair.is_in_multi(client) {
                    Situation::InMulti
                } else if pair.is_listener(client) {
                    Situation::Listening
                } else {
                    Situation::Usual
                };
                let words = social::words(&mut self.random, situation);
                return Input::Command { client, words };
            }
        }
        let mut words = self.command();
        if self.social && words[0].eq_ignore_ascii_case(b"vadd") {
            // A thread of the server's adds, and who listens hears of it when that is done.
            words.retain(|word| !word.eq_ignore_ascii_case(b"CAS"));
        }
        while self.social
            && (leaves_due(&words, pair.now()) || pair.looks_up_in_hash_order(client, &words))
            || pair.depends_on_towers(&words)
        {
            words = self.command();
        }
        Input::Command { client, words }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n.max(1) as u64) as usize
    }

    fn command(&mut self) -> Vec<Vec<u8>> {
        // Transactions are rare words among many, and must not stay open for long.
        let chosen = self.below(self.entries.len());
        let entry = self.entries[chosen];
        if entry.name == "config|set" {
            return self.parameter();
        }
        let rare = matches!(
            entry.name,
            "multi" | "discard" | "exec" | "watch" | "unwatch" | "flushdb" | "config|resetstat"
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
        self.note_automatic_id(&words);
        vectors::settle(&mut words);
        words
    }

    /// CONFIG SET of what decides about memory. The limit is so low that all that may go does, in hash order: who
    /// listens would hear of it in another one.
    fn parameter(&mut self) -> Vec<Vec<u8>> {
        let (name, values) = settings::MEMORY[self.below(settings::MEMORY.len())];
        let values = if self.social && name == "maxmemory" {
            &["0"]
        } else {
            values
        };
        let value = self.pick(values);
        vec![b"CONFIG".to_vec(), b"SET".to_vec(), name.into(), value]
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
                let mut chosen = self.below(nodes.len());
                // An id from the clock puts those that are counted up out of use.
                if nodes[chosen] == Node::Token("*".to_string()) && !self.random.chance(1, 100) {
                    chosen = nodes.len() - 1;
                }
                self.node(entry, &nodes[chosen], words);
            }
            Node::Optional(node) => {
                if self.random.chance(1, 3) {
                    self.node(entry, node, words);
                }
            }
            Node::Repeat(node) => {
                let is_key = matches!(**node, Node::Value(_, Type::Key));
                let is_id = matches!(&**node, Node::Value(name, _) if name == "id");
                let is_component = matches!(&**node, Node::Value(name, _) if name == "component");
                let few = 1 + self.random.below(4);
                // A HyperLogLog shows what it is with many elements.
                let rarely = if entry.name == "pfadd" { 6 } else { 60 };
                let many = if self.random.chance(1, rarely) {
                    150
                } else {
                    few
                };
                let count = match self.promised.take() {
                    Some(promised) if is_key || is_id || is_component => promised,
                    _ if is_key || is_component => few,
                    _ => many,
                };
                if is_key && entry.name.starts_with("xread") {
                    self.promised = Some(count);
                }
                for _ in 0..count {
                    self.node(entry, node, words);
                }
            }
        }
    }

    fn value(&mut self, entry: &'static Entry, name: &str, kind: Type) -> Vec<u8> {
        match (name, kind) {
            (_, Type::Key) => self.key(entry),
            (name, kind) if entry.group == "stream" => self.stream_value(entry, name, kind),
            ("numkeys", _) => {
                let count = 1 + self.random.below(3);
                self.promised = Some(count);
                count.to_string().into_bytes()
            }
            ("num", _) => {
                let count = if self.random.chance(1, 15) {
                    self.random.below(20)
                } else {
                    3
                };
                self.promised = Some(count);
                count.to_string().into_bytes()
            }
            _ if entry.group == "vector_set" => vectors::word(&mut self.random, name),
            ("numfields", _) => "2".into(),
            ("cursor", _) => "0".into(),
            // A page smaller than the keyspace ends where the hash seed says.
            ("count", _) if entry.name.ends_with("scan") => "1000".into(),
            ("timeout", _) => self.pick(&["0.1", "1", "5", "30", "0.001"]),
            ("min" | "max" | "start" | "stop" | "end", _) => self.bound(),
            ("destination-db" | "index" | "db", _) => self.pick(&["0", "0", "1", "-1", "0"]),
            ("channel" | "shardchannel", _) => self.pick(&["news", "sport"]),
            ("weight", _) => self.pick(&["1", "2", "0.5", "-1", "inf"]),
            ("offset" | "value" | "bit" | "encoding", _) if entry.group == "bitmap" => {
                self.bits(name)
            }
            ("longitude" | "latitude" | "radius" | "width" | "height", _) => self.degrees(name),
            ("element", Type::Text) if entry.group == "hyperloglog" => {
                format!("e{}", self.below(5000)).into_bytes()
            }
            ("subcommand", _) if entry.name == "pfdebug" => {
                self.pick(&["getreg", "DECODE", "DECODE", "Encoding", "TODENSE", "other"])
            }
            ("type", _) => self.pick(&[
                "string",
                "list",
                "hash",
                "zset",
                "stream",
                "set",
                "vectorset",
                "nothing",
            ]),
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

    /// Places, widths and values of bits: mostly small, for a string grows as far as its last bit.
    fn bits(&mut self, name: &str) -> Vec<u8> {
        match name {
            "bit" | "value" if self.random.chance(2, 3) => self.pick(&["0", "1"]),
            "offset" if self.random.chance(1, 4) => format!("#{}", self.below(12)).into_bytes(),
            "offset" if self.random.chance(1, 2) => self.below(300).to_string().into_bytes(),
            "encoding" => self.pick(&[
                "u8", "i8", "u1", "i1", "i5", "u4", "u63", "i64", "u31", "i33", "u13", "i16",
                "u64", "i65", "u0", "x8", "",
            ]),
            _ => self.integer(),
        }
    }

    /// Coordinates and lengths. Some places are met again and again, so that some are the same and some are near.
    fn degrees(&mut self, name: &str) -> Vec<u8> {
        if self.random.chance(1, 40) {
            return self.float();
        }
        let (few, range) = match name {
            "longitude" => (
                [
                    "0",
                    "13.361389",
                    "180",
                    "-180",
                    "2.35",
                    "179.99",
                    "-0.1",
                    "90",
                ],
                180,
            ),
            "latitude" => (
                [
                    "0",
                    "38.115556",
                    "85.05112878",
                    "-85.05112878",
                    "48.86",
                    "-67",
                    "81",
                    "51.5",
                ],
                85,
            ),
            _ => (
                ["0", "1", "100", "500", "2000", "10000", "0.5", "20000"],
                3000,
            ),
        };
        if self.random.chance(1, 2) {
            return self.pick(&few);
        }
        let sign = if range < 1000 && self.random.chance(1, 2) {
            "-"
        } else {
            ""
        };
        let (whole, decimals) = (self.below(range), self.below(1_000_000));
        format!("{sign}{whole}.{decimals:06}").into_bytes()
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
            "vector_set" => "v",
            _ => ["s", "l", "t", "h", "z", "x", "v"][self.below(7)],
        };
        let prefix = if self.random.chance(1, 25) {
            ["s", "l", "t", "h", "z", "x", "v"][self.below(7)]
        } else {
            prefix
        };
        let number = match prefix {
            // Streams are filled slowly, by ids that fit one key only.
            "x" => [0, 0, 0, 0, 1, 1, 2, 3][self.below(8)],
            _ => self.below(4),
        };
        format!("{prefix}{number}").into_bytes()
    }

    /// Values of stream commands. Ids come from those that were given before, so that they hit.
    fn stream_value(&mut self, entry: &'static Entry, name: &str, kind: Type) -> Vec<u8> {
        match (name, kind) {
            ("group", _) => self.pick(&["g1", "g1", "g1", "g2", "g2", "g3"]),
            ("consumer", _) => self.pick(&["c1", "c1", "c2", "c3", "c4"]),
            ("min-idle-time", _) => self.pick(&["0", "0", "0", "1", "500", "60000", "-1", "abc"]),
            ("milliseconds", _) => self.pick(&["1", "50", "1000", "30000", "-1", "abc"]),
            ("entries-read" | "entriesread" | "entries-added", _) if self.random.chance(2, 3) => {
                self.random.below(200).to_string().into_bytes()
            }
            ("numids", _) if self.random.chance(9, 10) => {
                let count = 1 + self.random.below(4);
                self.promised = Some(count);
                count.to_string().into_bytes()
            }
            ("threshold", _) if self.random.chance(1, 2) => {
                self.random.below(14).to_string().into_bytes()
            }
            ("id", _) if entry.name == "xadd" => self.new_id(),
            ("id", _) if entry.name == "xreadgroup" && self.random.chance(3, 4) => ">".into(),
            ("id", _) if entry.name == "xread" && self.random.chance(1, 3) => {
                self.pick(&["$", "+", "0"])
            }
            ("id" | "threshold" | "lastid" | "last-id" | "max-deleted-id", _) => self.known_id(),
            ("start", _) if self.random.chance(1, 2) => self.pick(&["-", "-", "0", "0-0", "+"]),
            ("end", _) if self.random.chance(1, 2) => self.pick(&["+", "+", "-"]),
            ("start" | "end", _) => {
                let id = self.known_id();
                if self.random.chance(1, 5) {
                    [b"(", id.as_slice()].concat()
                } else {
                    id
                }
            }
            (_, Type::Int) => self.integer(),
            (_, Type::Time) => self.pick(&["1767225600000", "1", "99999999999999", "abc", "-5"]),
            // Few names of fields, so that entries often have those of their node.
            ("field", _) if self.random.chance(2, 3) => self.pick(&["f1", "f2", "1"]),
            _ => self.text(),
        }
    }

    /// An id for XADD: mostly greater than all before it.
    fn new_id(&mut self) -> Vec<u8> {
        if self.random.chance(1, 12) {
            return self.known_id();
        }
        let (ms, seq) = self.last_id;
        self.last_id = if self.random.chance(1, 2) {
            (ms + 1 + self.random.below(2), self.random.below(2))
        } else {
            (ms, seq + 1)
        };
        self.remember(self.last_id);
        let (ms, seq) = self.last_id;
        match self.below(8) {
            0 => format!("{ms}-*"),
            1 => format!("{ms}"),
            _ => format!("{ms}-{seq}"),
        }
        .into_bytes()
    }

    fn remember(&mut self, id: (u64, u64)) {
        const KEPT: usize = 40;
        if self.ids.len() < KEPT {
            self.ids.push(id);
        } else {
            let at = self.below(KEPT);
            self.ids[at] = id;
        }
    }

    fn known_id(&mut self) -> Vec<u8> {
        if self.ids.is_empty() || self.random.chance(1, 8) {
            return self.pick(&[
                "0",
                "0-0",
                "0-1",
                "1-1",
                "-",
                "+",
                "$",
                "*",
                "5-*",
                ">",
                "",
                "abc",
                "1-",
                "-1",
                " 7",
                "+7",
                "1--1",
                "1--01",
                "007-01",
                "18446744073709551615",
                "18446744073709551614-3",
                "18446744073709551616",
                "9223372036854775807-9223372036854775808",
            ]);
        }
        let at = self.below(self.ids.len());
        let (ms, seq) = self.ids[at];
        match self.below(10) {
            0 => format!("{ms}"),
            1 => format!("{ms}-{}", seq + 1),
            _ => format!("{ms}-{seq}"),
        }
        .into_bytes()
    }

    /// An id that the server chooses from its clock: later ones are greater.
    fn note_automatic_id(&mut self, words: &[Vec<u8>]) {
        if words[0] == b"XADD" || words[0] == b"xadd" {
            let automatic = words.iter().any(|word| word == b"*");
            if automatic && self.last_id.0 < self.now_millis {
                self.last_id = (self.now_millis, 0);
                self.remember(self.last_id);
            }
        }
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
