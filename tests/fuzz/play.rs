//! The engine and the real server side by side, given the same inputs.
//!
//! Each client's connection is a stream of frames: replies, late replies of commands that waited, and messages that it
//! did not ask for. The engine says which frames there are; the server must have sent the same ones in the same order,
//! and nothing else (`barrier`).

use std::time::Duration;

use engine::resp::Protocol;
use engine::value::Value;
use engine::values::sorted_set::{Rules, SortedSet};
use engine::{ClientId, Engine, Event, Reply, Time, number};
use tests::real::{Clock, Connection, Real, open_config};

use crate::access;
use crate::effects::Effects;
use crate::generate::Input;
use crate::settings;
use crate::{frames, normalize};

pub const CLIENTS: [&str; 4] = ["A", "B", "C", "D"];

/// A word of an input that stands for a client's id, which is another one on each side.
pub const ID_WORDS: [&[u8]; 4] = [b"{id A}", b"{id B}", b"{id C}", b"{id D}"];

/// So long a frame is waited for that the engine says was sent. LCS of long strings takes seconds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// What both begin with: every access counts, so that counters of use are no chance, and a search for victims has no
/// end but its own.
const PARAMETERS: [(&str, &str); 2] = [
    ("maxmemory-eviction-tenacity", "100"),
    ("lfu-log-factor", "0"),
];

pub enum Outcome {
    Agree,
    /// What differs, as text.
    Differ(String),
}

/// One client as both sides know it.
struct Peer {
    ours: ClientId,
    theirs: Connection,
    their_id: i64,
    waiting: bool,
    /// What it queued since MULTI: replies to EXEC are compared with the commands that made them.
    queued: Vec<Vec<Vec<u8>>>,
}

pub struct Pair {
    real: Real,
    admin: Connection,
    pub engine: Engine,
    peers: Vec<Peer>,
    /// Settings of the real server as they were when it started.
    defaults: Vec<(String, Vec<u8>)>,
    /// Both keep an append-only file.
    effects: Option<Effects>,
}

impl Pair {
    pub fn start(aof: bool) -> Pair {
        // Frequent ticks, so that a move of the clock is noticed soon.
        let mut options = vec!["--hz", "100"];
        if aof {
            // While a sync is under way the server would hold back what it appends.
            options.extend(["--appendonly", "yes", "--appendfsync", "no"]);
            options.extend(["--auto-aof-rewrite-percentage", "0"]);
        }
        let real = Real::start(Clock::Ours, &options);
        let effects = aof.then(|| Effects::new(real.folder()));
        let mut admin = real.connect();
        let defaults = settings::read_all(&mut admin);
        let engine = Engine::with_config(0, real.now(), open_config());
        let mut pair = Pair {
            real,
            admin,
            engine,
            peers: Vec::new(),
            defaults,
            effects,
        };
        pair.reset(0);
        pair
    }

    /// Both as new. The real server's clock cannot go back, so the engine's begins where the other stands.
    pub fn reset(&mut self, seed: u64) {
        for peer in self.peers.drain(..) {
            kill(&mut self.admin, peer.their_id);
        }
        self.admin.call(&["FLUSHALL"]);
        self.admin.call(&["ACL", "LOG", "RESET"]);
        let mut forget = vec!["ACL", "DELUSER"];
        forget.extend(access::USERS);
        self.admin.call(&forget);
        for (name, value) in &self.defaults {
            self.admin
                .call(&[b"CONFIG".as_slice(), b"SET", name.as_bytes(), value]);
        }
        self.admin.call(&["CONFIG", "RESETSTAT"]);
        self.engine = Engine::with_config(seed, self.real.now(), open_config());
        for (name, value) in PARAMETERS {
            let words = ["CONFIG", "SET", name, value].map(str::as_bytes);
            self.ask(0, &words);
        }
        for _ in CLIENTS {
            let peer = self.join();
            self.peers.push(peer);
        }
        if self.effects.is_some() {
            self.begin_effects();
        }
    }

    /// Both begin in the same database, behind what was appended so far.
    fn begin_effects(&mut self) {
        let now = self.real.now();
        let switched = engine::config::parameters::find(b"appendonly").expect("a parameter");
        let config = &mut self.engine.server.config;
        config.set(switched, b"yes").expect("a good value");
        let disk = Default::default();
        self.engine.start(disk, now).expect("nothing to read");
        let id = self.engine.connect("127.0.0.1:50003", now);
        // The sweep removes keys by real time, which would be appended.
        for words in [
            [&b"DEBUG"[..], b"SET-ACTIVE-EXPIRE", b"0"].as_slice(),
            &[b"SELECT", b"9"],
            &[b"SET", b"begin", b"x"],
            &[b"DEL", b"begin"],
        ] {
            self.engine.execute(id, words, now);
            self.admin.call(words);
        }
        self.admin.call(&["SELECT", "0"]);
        self.engine.disconnect(id);
        if let Some(effects) = &mut self.effects {
            effects.restart_ours();
            effects.skip(&self.engine);
        }
    }

    fn join(&mut self) -> Peer {
        let mut theirs = self.real.connect();
        let Reply::Int(their_id) = theirs.call(&["CLIENT", "ID"]) else {
            panic!("CLIENT ID answers a number");
        };
        Peer {
            ours: self.engine.connect("127.0.0.1:50000", self.real.now()),
            theirs,
            their_id,
            waiting: false,
            queued: Vec::new(),
        }
    }

    pub fn now(&self) -> Time {
        self.real.now()
    }

    pub fn is_waiting(&self, client: usize) -> bool {
        self.peers[client].waiting
    }

    pub fn is_in_multi(&self, client: usize) -> bool {
        let found = self.engine.server.clients.get(self.peers[client].ours);
        found.is_some_and(|found| found.transaction.is_some())
    }

    /// A range by name means something only where all scores are equal. Elsewhere a skip list answers what its towers,
    /// which are drawn by lot, lead to.
    pub fn depends_on_towers(&self, words: &[Vec<u8>]) -> bool {
        let by_name = |word: &Vec<u8>| {
            word.to_ascii_lowercase()
                .windows(3)
                .any(|part| part == b"lex")
        };
        if !words.iter().any(by_name) {
            return false;
        }
        let is_uneven = |key: &Vec<u8>| {
            self.engine.keys.dbs.iter().any(|db| {
                match db.keys.get(key).map(|object| &object.value) {
                    Some(Value::SortedSet(set)) if set.encoding() == "skiplist" => {
                        let mut scores = set.iter().map(|(_, score)| score);
                        let first = scores.next();
                        scores.any(|score| Some(score) != first)
                    }
                    _ => false,
                }
            })
        };
        words[1..].iter().any(is_uneven)
    }

    /// SORT of a hash table by other keys looks these up in its order, and who listens for misses hears of them in it.
    pub fn looks_up_in_hash_order(&self, client: usize, words: &[Vec<u8>]) -> bool {
        if !words[0].to_ascii_lowercase().starts_with(b"sort") || words.len() <= 2 {
            return false;
        }
        let is_table = |key: &Vec<u8>| {
            self.engine.keys.dbs.iter().any(|db| {
                let found = db.keys.get(key);
                found.is_some_and(|object| object.value.encoding() == "hashtable")
            })
        };
        self.is_in_multi(client) || is_table(&words[1])
    }

    /// In RESP2, with subscriptions: it can only manage them.
    pub fn is_listener(&self, client: usize) -> bool {
        let found = self.engine.server.clients.get(self.peers[client].ours);
        found.is_some_and(|found| found.protocol == Protocol::Resp2 && found.is_subscriber())
    }

    pub fn play(&mut self, input: &Input) -> Outcome {
        // They remove keys that they happen upon, and on which they happen is the hash seed's choice.
        if self.effects.is_some() && (input.is_named(b"randomkey") || input.is_named(b"scan")) {
            return Outcome::Agree;
        }
        let outcome = self.play_replies(input);
        match (&outcome, &mut self.effects) {
            (Outcome::Agree, Some(effects)) => effects.compare(&self.engine),
            _ => outcome,
        }
    }

    fn play_replies(&mut self, input: &Input) -> Outcome {
        match input {
            Input::Command { client, words } => self.command(*client, words),
            Input::Advance(by) => {
                self.real.advance(*by);
                self.engine.advance(self.real.now());
                self.sweep();
                self.messages(true)
            }
            Input::Reconnect(client) => {
                kill(&mut self.admin, self.peers[*client].their_id);
                self.engine.disconnect(self.peers[*client].ours);
                self.peers[*client] = self.join();
                self.messages(false)
            }
            Input::Barrier => self.barrier(),
        }
    }

    /// Gives both time to remove what is due. The server's cron runs by real time, whatever its clock says; two ticks
    /// walk all of a small keyspace, for one may begin in its middle.
    fn sweep(&mut self) {
        self.real.advance(Duration::ZERO);
        self.engine.tick(self.real.now());
        self.engine.tick(self.real.now());
    }

    fn command(&mut self, client: usize, words: &[Vec<u8>]) -> Outcome {
        if words[0].eq_ignore_ascii_case(b"dbsize") {
            // It counts keys that are due and not yet swept, and the server sweeps by real time.
            self.sweep();
            if let Outcome::Differ(text) = self.messages(true) {
                return Outcome::Differ(text);
            }
        }
        let ours: Vec<Vec<u8>> = self.addressed(words, |peer| peer.ours.0.to_string());
        let theirs: Vec<Vec<u8>> = self.addressed(words, |peer| peer.their_id.to_string());
        let slices: Vec<&[u8]> = ours.iter().map(Vec::as_slice).collect();
        let reply = self
            .engine
            .execute(self.peers[client].ours, &slices, self.real.now());
        self.peers[client].theirs.send(&theirs);
        let outcome = match reply {
            Reply::Later => self.expect_waiting(client),
            reply => self.answered(client, words, &reply),
        };
        if let Outcome::Agree = outcome {
            self.resolve_chance(words);
            return self.messages(false);
        }
        outcome
    }

    /// MEMORY USAGE of a hash table or a skip list: which elements are looked at, how far a table has been rehashed
    /// and how high towers are is chance. Of a string: GETSET leaves room for a deadline that SET does not leave.
    /// OBJECT FREQ: how often a command looks a key up inside is not what it is for. OBJECT IDLETIME of a key whose use
    /// was counted: the counter is read as seconds.
    /// The value's encoding, if so.
    fn tells_of_chance(&self, client: usize, words: &[Vec<u8>]) -> Option<&'static str> {
        let [first, second, key, ..] = words else {
            return None;
        };
        let client = self.engine.server.clients.get(self.peers[client].ours);
        let db = client.map_or(0, |client| client.db);
        let found = self.engine.keys.dbs.get(db).and_then(|db| db.keys.get(key));
        let encoding = found?.value.encoding();
        let is = |name: &str, part: &str| {
            first.eq_ignore_ascii_case(name.as_bytes())
                && second.eq_ignore_ascii_case(part.as_bytes())
        };
        let varies = matches!(
            encoding,
            "hashtable" | "skiplist" | "int" | "raw" | "stream"
        );
        // No key lies idle for eleven days here.
        let counted = found?.access.idle_seconds(self.now()) > 1_000_000;
        let chance = is("object", "freq")
            || is("object", "idletime") && counted
            || is("memory", "usage") && varies;
        chance.then_some(encoding)
    }

    /// The words with ids in the place of clients' names.
    fn addressed(&self, words: &[Vec<u8>], id: impl Fn(&Peer) -> String) -> Vec<Vec<u8>> {
        let named = |word: &Vec<u8>| ID_WORDS.iter().position(|id_word| word == id_word);
        let filled = words.iter().map(|word| match named(word) {
            Some(client) => id(&self.peers[client]).into_bytes(),
            None => word.clone(),
        });
        filled.collect()
    }

    /// Compares a reply. Messages for the same client come after it, like all others.
    fn answered(&mut self, client: usize, words: &[Vec<u8>], reply: &Reply) -> Outcome {
        let queued = self.note_transaction(client, words, reply);
        let own = self.peers[client].ours;
        let protocol = self.engine.protocol(own);
        let frames = frames::on_the_wire(reply, protocol);
        if normalize::is_leaving(words) {
            // The count goes down from one to the next, whichever that is.
            return self
                .expect_in_any_order(client, frames, &|frame| frames::with_ints(frame, &|_| 0));
        }
        for frame in frames {
            let theirs = self.peers[client].theirs.receive(PATIENCE);
            let (frame, theirs) = (
                frames::without_target(frame),
                theirs.map(frames::without_target),
            );
            if let Some(encoding) = self.tells_of_chance(client, words) {
                let sampled = matches!(encoding, "hashtable" | "skiplist")
                    && words.last().is_none_or(|samples| samples != b"0");
                return normalize::compare_sizes(sampled, &frame, theirs.as_ref());
            }
            let (ours, theirs) = (
                self.without_ids(words, frame, |peer| peer.ours.0 as i64),
                theirs.map(|reply| self.without_ids(words, reply, |peer| peer.their_id)),
            );
            if let Outcome::Differ(text) =
                normalize::compare(words, &queued, &ours, theirs.as_ref())
            {
                return Outcome::Differ(text);
            }
        }
        let stored = queued.iter().map(Vec::as_slice).chain([words]);
        for key in stored.filter_map(normalize::stores_distances) {
            self.take_over_distances(client, key);
        }
        Outcome::Agree
    }

    /// In replies about clients, ids become the clients' places.
    fn without_ids(&self, words: &[Vec<u8>], reply: Reply, id: impl Fn(&Peer) -> i64) -> Reply {
        if !normalize::tells_ids(words) {
            return reply;
        }
        let ids: Vec<i64> = self.peers.iter().map(id).collect();
        frames::with_ints(reply, &|number| {
            match ids.iter().position(|id| *id == number) {
                Some(client) => -100 - client as i64,
                // One that has gone since.
                None if number > 0 => -200,
                None => number,
            }
        })
    }

    /// What EXEC's reply answers; empty for all other commands.
    fn note_transaction(
        &mut self,
        client: usize,
        words: &[Vec<u8>],
        ours: &Reply,
    ) -> Vec<Vec<Vec<u8>>> {
        let queued = &mut self.peers[client].queued;
        if *ours == Reply::Status("QUEUED") {
            queued.push(words.to_vec());
        }
        match words[0].to_ascii_lowercase().as_slice() {
            b"exec" | b"discard" | b"reset" if !matches!(ours, Reply::Error(error) if error.to_string().starts_with("ERR wrong")) => {
                std::mem::take(queued)
            }
            _ => Vec::new(),
        }
    }

    /// Commands that draw lots leave different keys behind; they are removed on both sides.
    fn resolve_chance(&mut self, words: &[Vec<u8>]) {
        let drawn: Vec<Vec<u8>> = if words[0].eq_ignore_ascii_case(b"exec") {
            // Only if something in it drew lots; the queue is gone by now, so ask what was remembered.
            normalize::drawn_in_exec()
        } else if normalize::draws_lots(words) {
            words.get(1).cloned().into_iter().collect()
        } else {
            return;
        };
        let now = self.real.now();
        let dbs = self.engine.server.config.databases.min(settings::DATABASES);
        let id = self.engine.connect("127.0.0.1:50001", now);
        for db in (0..dbs).rev() {
            let db = db.to_string().into_bytes();
            for words in [vec![b"SELECT".to_vec(), db]]
                .into_iter()
                .chain(drawn.iter().map(|key| vec![b"DEL".to_vec(), key.clone()]))
            {
                let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
                self.engine.execute(id, &slices, now);
                self.admin.call(&words);
            }
        }
        self.engine.disconnect(id);
        // What was drawn is in the files, and differs.
        if let Some(effects) = &mut self.effects {
            effects.skip(&self.engine);
        }
    }

    /// Where a stored distance differs only by the server's C library, the engine goes on with the server's.
    fn take_over_distances(&mut self, client: usize, key: &[u8]) {
        let client = self.engine.server.clients.get(self.peers[client].ours);
        let db = client.map_or(0, |client| client.db);
        // Both are asked, for the question counts as a look-up, and a miss is an event.
        let (_, theirs) = self.ask(db, &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]);
        let (limits, seed) = (
            self.engine.server.config.limits,
            self.engine.keys.hash_seed(),
        );
        self.engine.keys.begin(db, self.real.now());
        let set = self.engine.keys.get_mut::<SortedSet>(key);
        let (Ok(Some(set)), Reply::Array(theirs)) = (set, theirs) else {
            return;
        };
        for pair in theirs.chunks(2) {
            let [Reply::Bulk(member), Reply::Bulk(score)] = pair else {
                return;
            };
            let (Some(ours), Some(theirs)) = (set.score(member), number::parse_f64(score)) else {
                return;
            };
            if ours != theirs && normalize::is_same_distance(ours, theirs) {
                let rules = &mut Rules {
                    limits: &limits,
                    seed,
                    random: &mut self.engine.random,
                };
                set.set(member, theirs, rules);
            }
        }
    }

    fn expect_waiting(&mut self, client: usize) -> Outcome {
        self.peers[client].waiting = true;
        match self.peers[client].theirs.receive(Duration::from_millis(3)) {
            None => Outcome::Agree,
            Some(reply) => {
                Outcome::Differ(format!("the engine waits, the server answers {reply:?}"))
            }
        }
    }

    /// Replies to clients that waited, and messages. Those that time brought come in an order of the server's own:
    /// its sweep walks a hash table.
    fn messages(&mut self, in_any_order: bool) -> Outcome {
        let mut unordered: Vec<Vec<Reply>> = vec![Vec::new(); CLIENTS.len()];
        for event in self.engine.drain() {
            let (id, reply, was_waiting) = match event {
                Event::Close { client } => {
                    self.reconnect(client);
                    continue;
                }
                Event::Reply { client, reply } => (client, reply, true),
                Event::Push { client, reply } => (client, reply, false),
                _ => continue,
            };
            let Some(client) = self.peers.iter().position(|peer| peer.ours == id) else {
                continue;
            };
            self.peers[client].waiting &= !was_waiting;
            if in_any_order {
                unordered[client].extend(frames::on_the_wire(&reply, self.engine.protocol(id)));
            } else if let Outcome::Differ(text) = self.expect(client, &[b"late".to_vec()], &reply) {
                return Outcome::Differ(text);
            }
        }
        // To look for what was not foreseen takes a moment for each client; else the barrier does it.
        if !in_any_order {
            return Outcome::Agree;
        }
        for (client, frames) in unordered.into_iter().enumerate() {
            if let Outcome::Differ(text) =
                self.expect_in_any_order(client, frames, &frames::without_target)
            {
                return Outcome::Differ(text);
            }
        }
        Outcome::Agree
    }

    /// The engine closed a connection; the server must have done so too.
    fn reconnect(&mut self, closed: ClientId) {
        let Some(client) = self.peers.iter().position(|peer| peer.ours == closed) else {
            return;
        };
        self.engine.disconnect(closed);
        assert!(
            self.peers[client].theirs.is_closed(),
            "the engine closed {}, the server did not",
            CLIENTS[client]
        );
        self.peers[client] = self.join();
    }

    fn expect(&mut self, client: usize, words: &[Vec<u8>], reply: &Reply) -> Outcome {
        let protocol = self.engine.protocol(self.peers[client].ours);
        for frame in frames::on_the_wire(reply, protocol) {
            let theirs = self.peers[client].theirs.receive(PATIENCE);
            let (frame, theirs) = (
                frames::without_target(frame),
                theirs.map(frames::without_target),
            );
            if let Outcome::Differ(text) = normalize::compare(words, &[], &frame, theirs.as_ref()) {
                return Outcome::Differ(format!("late to {}: {text}", CLIENTS[client]));
            }
        }
        Outcome::Agree
    }

    fn expect_in_any_order(
        &mut self,
        client: usize,
        ours: Vec<Reply>,
        change: &impl Fn(Reply) -> Reply,
    ) -> Outcome {
        let ours: Vec<Reply> = ours.into_iter().flat_map(frames::one_key_each).collect();
        let mut theirs = Vec::new();
        while theirs.len() < ours.len() {
            let Some(frame) = self.peers[client].theirs.receive(PATIENCE) else {
                break;
            };
            theirs.extend(frames::one_key_each(frame));
        }
        // A key of the same name in two databases is named twice, or once if one turn of the loop found both.
        while let Some(frame) = self.peers[client].theirs.receive(Duration::from_millis(1)) {
            theirs.extend(frames::one_key_each(frame));
        }
        let settled =
            |frames: Vec<Reply>| frames::distinct(frames.into_iter().map(change).collect());
        let (ours, theirs) = (settled(ours), settled(theirs));
        if frames::same(&ours, &theirs) {
            return Outcome::Agree;
        }
        Outcome::Differ(format!(
            "to {}, in any order:\nengine {}\n       server {}",
            CLIENTS[client],
            normalize::shown(&ours),
            normalize::shown(&theirs)
        ))
    }

    /// Everybody asks something whose answer is known: what comes before that answer was not foreseen.
    pub fn barrier(&mut self) -> Outcome {
        for (client, name) in CLIENTS.iter().enumerate() {
            if self.peers[client].waiting {
                let unexpected = self.peers[client].theirs.receive(Duration::from_millis(1));
                if let Some(reply) = unexpected {
                    return Outcome::Differ(format!(
                        "the server sent to {name}, which waits in the engine: {reply:?}"
                    ));
                }
                continue;
            }
            let question = [b"PING".to_vec(), b"barrier".to_vec()];
            if let Outcome::Differ(text) = self.command(client, &question) {
                return Outcome::Differ(format!("barrier of {name}: {text}"));
            }
        }
        Outcome::Agree
    }

    /// The same question to both, on connections of their own.
    pub fn ask(&mut self, db: usize, words: &[&[u8]]) -> (Reply, Reply) {
        let now = self.real.now();
        let db = db.to_string();
        let id = self.engine.connect("127.0.0.1:50002", now);
        self.engine.execute(id, &[b"SELECT", db.as_bytes()], now);
        let ours = self.engine.execute(id, words, now);
        self.engine.disconnect(id);
        self.admin.call(&["SELECT", &db]);
        let theirs = self.admin.call(words);
        (frames::as_read(&ours, Protocol::Resp2), theirs)
    }
}

/// Returns when the connection is gone, unlike a hang-up of ours, which the server notices some time later.
fn kill(admin: &mut Connection, id: i64) {
    admin.call(&["CLIENT", "KILL", "ID", &id.to_string()]);
}
