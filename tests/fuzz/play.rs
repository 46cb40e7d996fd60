//! The engine and the real server side by side, given the same inputs.

use std::time::Duration;

use engine::values::sorted_set::{Rules, SortedSet};
use engine::{ClientId, Engine, Event, Reply, number};
use tests::real::{Clock, Connection, Real};

use crate::generate::Input;
use crate::normalize;

pub const CLIENTS: [&str; 3] = ["A", "B", "C"];

pub enum Outcome {
    Agree,
    /// What differs, as text.
    Differ(String),
}

pub struct Pair {
    real: Real,
    theirs: Vec<Connection>,
    pub engine: Engine,
    ours: Vec<ClientId>,
    waiting: [bool; CLIENTS.len()],
    /// Both run inside MULTI: replies to EXEC are compared with the commands that were queued.
    queued: [Vec<Vec<Vec<u8>>>; CLIENTS.len()],
    in_multi: [bool; CLIENTS.len()],
}

impl Pair {
    pub fn start() -> Pair {
        // Frequent ticks, so that a move of the clock is noticed soon.
        let real = Real::start(Clock::Ours, &["--hz", "100"]);
        let engine = Engine::new(0, real.now());
        let mut pair = Pair {
            real,
            theirs: Vec::new(),
            engine,
            ours: Vec::new(),
            waiting: Default::default(),
            queued: Default::default(),
            in_multi: Default::default(),
        };
        pair.reset(0);
        pair
    }

    /// Both as new. The real server's clock cannot go back, so the engine's begins where the other stands.
    pub fn reset(&mut self, seed: u64) {
        self.theirs.clear();
        let mut admin = self.real.connect();
        admin.call(&["FLUSHALL"]);
        for _ in CLIENTS {
            self.theirs.push(self.real.connect());
        }
        self.engine = Engine::new(seed, self.real.now());
        let now = self.real.now();
        self.ours = CLIENTS
            .iter()
            .map(|_| self.engine.connect("127.0.0.1:50000", now))
            .collect();
        self.waiting = Default::default();
        self.queued = Default::default();
        self.in_multi = Default::default();
    }

    pub fn is_waiting(&self, client: usize) -> bool {
        self.waiting[client]
    }

    pub fn play(&mut self, input: &Input) -> Outcome {
        match input {
            Input::Command { client, words } => self.command(*client, words),
            Input::Advance(by) => {
                self.real.advance(*by);
                self.engine.advance(self.real.now());
                self.sweep();
                self.late()
            }
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
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        if words[0].eq_ignore_ascii_case(b"dbsize") {
            // It counts keys that are due and not yet swept, and the server sweeps by real time.
            self.sweep();
        }
        let ours = self
            .engine
            .execute(self.ours[client], &slices, self.real.now());
        self.theirs[client].send(words);
        let mut queued = Vec::new();
        let outcome = match ours {
            Reply::Later => self.expect_waiting(client),
            ours => {
                let theirs = self.theirs[client].receive(Duration::from_secs(10));
                queued = self.note_transaction(client, words, &ours);
                normalize::compare(words, &queued, &ours, theirs.as_ref())
            }
        };
        if let Outcome::Agree = outcome {
            self.resolve_chance(words);
            let stored = queued.iter().map(Vec::as_slice).chain([words]);
            for key in stored.filter_map(normalize::stores_distances) {
                self.take_over_distances(key);
            }
            return self.late();
        }
        outcome
    }

    /// What EXEC's reply answers; empty for all other commands.
    fn note_transaction(
        &mut self,
        client: usize,
        words: &[Vec<u8>],
        ours: &Reply,
    ) -> Vec<Vec<Vec<u8>>> {
        let name = words[0].to_ascii_lowercase();
        if *ours == Reply::Status("QUEUED") {
            self.queued[client].push(words.to_vec());
        }
        match name.as_slice() {
            b"multi" => self.in_multi[client] = true,
            b"exec" | b"discard" if !matches!(ours, Reply::Error(error) if error.to_string().starts_with("ERR wrong")) =>
            {
                self.in_multi[client] = false;
                return std::mem::take(&mut self.queued[client]);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Commands that draw lots leave different keys behind; they are removed on both sides.
    fn resolve_chance(&mut self, words: &[Vec<u8>]) {
        let drawn: Vec<Vec<u8>> = if words[0].eq_ignore_ascii_case(b"exec") {
            [
                "t0", "t1", "t2", "t3", "s0", "s1", "s2", "s3", "l0", "l1", "l2", "l3", "h0", "h1",
                "h2", "h3", "z0", "z1", "z2", "z3",
            ]
            .map(|key| key.as_bytes().to_vec())
            .to_vec()
        } else if normalize::draws_lots(words) {
            words.get(1).cloned().into_iter().collect()
        } else {
            return;
        };
        // After EXEC only if something in it drew lots; the queue is gone by now, so ask what was remembered.
        if words[0].eq_ignore_ascii_case(b"exec") && !normalize::exec_drew_lots() {
            return;
        }
        let now = self.real.now();
        let id = self.engine.connect("127.0.0.1:50001", now);
        let mut admin = self.real.connect();
        for key in drawn {
            self.engine.execute(id, &[b"DEL", &key], now);
            admin.call(&[b"DEL".to_vec(), key]);
        }
        self.engine.disconnect(id);
    }

    /// Where a stored distance differs only by the server's C library, the engine goes on with the server's.
    fn take_over_distances(&mut self, key: &[u8]) {
        let theirs = self
            .real
            .connect()
            .call(&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]);
        let (limits, seed) = (
            self.engine.server.config.limits,
            self.engine.keys.hash_seed(),
        );
        self.engine.keys.begin(0, self.real.now());
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
        self.waiting[client] = true;
        match self.theirs[client].receive(Duration::from_millis(3)) {
            None => Outcome::Agree,
            Some(reply) => {
                Outcome::Differ(format!("the engine waits, the server answers {reply:?}"))
            }
        }
    }

    /// Replies to clients that waited.
    fn late(&mut self) -> Outcome {
        for event in self.engine.drain() {
            let Event::Reply { client, reply } = event else {
                continue;
            };
            let Some(client) = self.ours.iter().position(|id| *id == client) else {
                continue;
            };
            self.waiting[client] = false;
            let theirs = self.theirs[client].receive(Duration::from_secs(3));
            if let Outcome::Differ(text) =
                normalize::compare(&[b"late".to_vec()], &[], &reply, theirs.as_ref())
            {
                return Outcome::Differ(format!("late reply to {}: {text}", CLIENTS[client]));
            }
        }
        Outcome::Agree
    }

    /// A client that waits in the engine and was answered by the server, found at the end.
    pub fn unexpected(&mut self) -> Option<String> {
        for (client, name) in CLIENTS.iter().enumerate() {
            if let Some(reply) = self.theirs[client].receive(Duration::from_millis(5)) {
                return Some(format!(
                    "the server sent to {name}, the engine did not: {reply:?}"
                ));
            }
        }
        None
    }

    /// The same question to both, on connections of their own.
    pub fn ask(&mut self, words: &[&[u8]]) -> (Reply, Reply) {
        let now = self.real.now();
        let id = self.engine.connect("127.0.0.1:50002", now);
        let ours = self.engine.execute(id, words, now);
        self.engine.disconnect(id);
        let theirs = self.real.connect().call(words);
        (ours, theirs)
    }
}
