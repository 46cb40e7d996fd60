//! What a command may use while it runs.

use crate::acl::{Denied, Rules, log};
use std::time::Duration;

use crate::args::Args;
use crate::client::{Blocked, Client, ClientId};
use crate::command::{Entry, flag};
use crate::config::Limits;
use crate::cost;
use crate::error::Error;
use crate::event::Event;
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

    /// From when relative times count. `now` is the same, except while an append-only file is read: then nothing is
    /// due, so `now` stands at zero.
    pub fn clock(&self) -> Time {
        self.server.persistence.loading.unwrap_or(self.now)
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
        if !self.server.wants_effects() {
            return;
        }
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
        let words = self.words.iter().map(|word| word.to_vec()).collect();
        self.block(words, kind, keys, deadline, on_timeout)
    }

    /// As `wait`; when a key is ready these words run instead of those that the client sent.
    pub fn wait_with(
        &mut self,
        words: Vec<Vec<u8>>,
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
        self.block(words, kind, keys, deadline, on_timeout)
    }

    fn block(
        &mut self,
        words: Vec<Vec<u8>>,
        kind: Option<&'static str>,
        keys: &[&[u8]],
        deadline: Option<Time>,
        on_timeout: Reply,
    ) -> Reply {
        let db = self.keys.db;
        for key in keys {
            self.keys.wait(db, key, self.id);
        }
        self.server.sequence += 1;
        let blocked = Blocked {
            keys: keys.iter().map(|key| (db, key.to_vec())).collect(),
            deadline,
            on_timeout,
            words,
            kind,
            since: self.now,
            sequence: self.server.sequence,
        };
        if let Some(end) = blocked.end() {
            let timeouts = &mut self.server.timeouts;
            timeouts.insert((end, blocked.sequence, self.id));
        }
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

    /// A timeout in whole milliseconds, as a deadline; 0 waits forever.
    pub fn timeout_millis(&self, word: &[u8]) -> Result<Option<Time>, Error> {
        let millis = number::parse_i64(word)
            .ok_or(Error::err("timeout is not an integer or out of range"))?;
        if millis < 0 {
            return Err(Error::TimeoutNegative);
        }
        if millis.checked_add(self.now.millis()).is_none() {
            return Err(Error::TimeoutOutOfRange);
        }
        // Beyond what virtual time can express is as good as never.
        let micros = millis.saturating_mul(1000).unsigned_abs();
        Ok((millis > 0).then(|| self.now.after(Duration::from_micros(micros))))
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

    /// Whether the client may run a command from inside this one. A refusal is logged.
    pub fn permit(
        &mut self,
        entry: &Entry,
        words: &[&[u8]],
        context: log::Context,
    ) -> Result<(), Denied> {
        self.server.permit(self.id, entry, words, context, self.now)
    }

    /// Closes a connection: another's at once, one's own after the reply.
    pub fn close(&mut self, id: ClientId) {
        if id == self.id {
            self.client_mut().closing = true;
        } else {
            self.server.forget_client(self.keys, id);
            self.server.outbox.push(Event::Close { client: id });
        }
    }

    /// Whether the user may read every key, as SORT's BY and GET need.
    pub fn may_read_all_keys(&self) -> bool {
        let user = self.server.users.get(self.client().user);
        user.is_unrestricted() || user.may_read_all_keys(self.entry, self.words)
    }

    /// An error inside a larger reply, counted as any other.
    pub fn fail(&mut self, error: Error) -> Reply {
        self.server.stats.error(&error);
        Reply::Error(error)
    }

    /// The rules for new users that the configuration gives.
    pub fn user_rules(&self) -> Rules {
        self.server.config.user_rules()
    }

    /// Whether the running command is a write, by its declaration.
    pub fn is_write(&self) -> bool {
        self.entry.has(flag::WRITE)
    }
}
