//! What a command may use while it runs.

use crate::args::Args;
use crate::client::{Blocked, Client, ClientId};
use crate::command::{Entry, flag};
use crate::config::Limits;
use crate::cost;
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

/// Lent to a handler for the time of one command. Arity, authentication and queueing were the ladder's business.
pub struct Context<'a> {
    pub keys: &'a mut Keyspace,
    pub server: &'a mut Server,
    pub random: &'a mut Random,
    pub now: Time,
    /// Who calls.
    pub id: ClientId,
    pub entry: &'static Entry,
    /// The whole command, name included.
    pub words: &'a [&'a [u8]],
    /// Inside EXEC or a script nothing may block: a wait ends at once, as if it had timed out.
    pub may_block: bool,
    /// The command ran before, blocked, and is tried again because a key is ready.
    pub resuming: bool,
    /// What replicas receive instead of the words themselves; `Some(vec![])` is nothing.
    pub effects: Option<Vec<Vec<Vec<u8>>>>,
}

impl Context<'_> {
    pub fn client(&self) -> &Client {
        self.server
            .clients
            .get(self.id)
            .expect("the calling client is connected")
    }

    pub fn client_mut(&mut self) -> &mut Client {
        self.server
            .clients
            .get_mut(self.id)
            .expect("the calling client is connected")
    }

    pub fn resp3(&self) -> bool {
        self.client().protocol == Protocol::Resp3
    }

    /// When small encodings give way to large ones.
    pub fn limits(&self) -> Limits {
        self.server.config.limits
    }

    /// The command's name for error texts: `client|kill`.
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// Replicas and the append-only file get these words instead of the ones typed. May be called several times.
    pub fn replicate_as(&mut self, words: &[&[u8]]) {
        let words = words.iter().map(|word| word.to_vec()).collect();
        self.effects.get_or_insert_default().push(words);
    }

    /// Nothing is replicated although the command changed something.
    pub fn replicate_nothing(&mut self) {
        self.effects.get_or_insert_default();
    }

    /// Blocks the client until one of the keys is ready or the deadline passes; the command then runs again, or
    /// the client gets `on_timeout`. `kind` is the type that a key must have to wake it. Returns what to answer now.
    pub fn wait(
        &mut self,
        kind: Option<&'static str>,
        keys: &[&[u8]],
        deadline: Option<Time>,
        on_timeout: Reply,
    ) -> Reply {
        if !self.may_block {
            return on_timeout;
        }
        if self.resuming {
            return Reply::Later;
        }
        let db = self.keys.db;
        for key in keys {
            self.keys.wait(db, key, self.id);
        }
        self.server.sequence += 1;
        let blocked = Blocked {
            keys: keys.iter().map(|key| (db, key.to_vec())).collect(),
            deadline,
            on_timeout,
            words: self.words.iter().map(|word| word.to_vec()).collect(),
            kind,
            since: self.now,
            sequence: self.server.sequence,
        };
        self.client_mut().blocked = Some(blocked);
        Reply::Later
    }

    /// A blocking command's timeout in seconds, as a deadline; 0 waits forever.
    pub fn timeout(&self, word: &[u8]) -> Result<Option<Time>, Error> {
        // Redis reads 80 bits here: what only a double finds too large is a number out of range.
        let too_large =
            || number::LongDouble::parse(word).and_then(|_| number::parse_range_bound(word));
        let seconds = number::parse_f64(word)
            .or_else(too_large)
            .ok_or(Error::TimeoutNotAFloat)?;
        self.deadline_in(seconds * 1000.0)
    }

    fn deadline_in(&self, millis: f64) -> Result<Option<Time>, Error> {
        // A part of a millisecond counts as a whole one: a timeout of 0.0001 must not wait forever.
        let millis = millis.ceil();
        if millis < 0.0 {
            return Err(Error::TimeoutNegative);
        }
        if millis > (i64::MAX - self.now.millis()) as f64 {
            return Err(Error::TimeoutOutOfRange);
        }
        // Beyond what `Time` can say lies the year 290,000: that is forever.
        let deadline = (millis as i64)
            .checked_mul(1000)
            .and_then(|micros| self.now.micros().checked_add(micros));
        Ok(deadline.filter(|_| millis > 0.0).map(Time))
    }

    /// Runs a command from inside another (EXEC, scripts): no ladder, no blocking.
    pub fn call(&mut self, entry: &'static Entry, words: &[&[u8]]) -> Reply {
        let dirty = self.keys.dirty;
        let db = self.client().db;
        self.keys.begin(db, self.now);
        let work_before = std::mem::take(&mut self.keys.work);
        let mut inner = Context {
            keys: self.keys,
            server: self.server,
            random: self.random,
            now: self.now,
            id: self.id,
            entry,
            words,
            may_block: false,
            resuming: false,
            effects: None,
        };
        let reply = (entry.command.handler)(&mut inner, &mut Args::new(words, entry.name_words()));
        let effects = inner.effects.take();
        let changed = inner.keys.dirty != dirty;
        self.server
            .emit_effects(db, entry, words, changed, effects, self.keys);
        self.server.after_call(self.id, entry, words, self.keys);
        let nanos = cost::of_call(entry, words, reply.as_ref().ok()) + self.keys.work;
        self.server
            .note_call(self.id, entry, words, reply.is_err(), nanos, self.now);
        self.keys.work = work_before + nanos;
        if let Err(error) = &reply {
            self.server.stats.error(error);
        }
        reply.unwrap_or_else(Reply::Error)
    }

    /// Whether the running command is a write, by its declaration.
    pub fn is_write(&self) -> bool {
        self.entry.has(flag::WRITE)
    }
}
