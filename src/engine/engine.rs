//! The engine's whole surface, and the ladder that every command climbs.

use std::time::Duration;

use crate::args::Args;
use crate::client::{ClientId, Clients, ReplyMode, Transaction};
use crate::command::{Entry, flag, table};
use crate::config::Config;
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::expire;
use crate::keyspace::Keyspace;
use crate::pubsub::PubSub;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::server::{Server, Stats};
use crate::structures::random::Random;
use crate::time::Time;

/// One Redis server. Everything it does follows from its seed, its configuration and the calls made to it.
#[derive(Debug, Clone)]
pub struct Engine {
    pub keys: Keyspace,
    pub server: Server,
    pub random: Random,
    /// The last cron tick.
    ticked: Time,
}

impl Engine {
    pub fn new(seed: u64, now: Time) -> Engine {
        Engine::with_config(seed, now, Config::default())
    }

    pub fn with_config(seed: u64, now: Time, config: Config) -> Engine {
        let mut random = Random::new(seed);
        let keys = Keyspace::new(config.databases, &mut random, now);
        let run_id = (0..40).map(|_| char::from(b"0123456789abcdef"[random.below(16) as usize])).collect();
        let server = Server {
            clients: Clients::default(),
            config,
            pubsub: PubSub::default(),
            stats: Stats::default(),
            started: now,
            run_id,
            effects_wanted: false,
            key_events_wanted: false,
            outbox: Vec::new(),
            sequence: 0,
        };
        Engine { keys, server, random, ticked: now }
    }

    /// `address` is the peer as CLIENT LIST shows it: `127.0.0.1:50000`.
    pub fn connect(&mut self, address: &str, now: Time) -> ClientId {
        self.server.stats.connections_received += 1;
        let id = self.server.clients.connect(address, now);
        let needs_password = !self.server.config.requirepass.is_empty();
        self.server.clients.get_mut(id).expect("just connected").authenticated = !needs_password;
        id
    }

    /// The connection is gone: its watches, waits and subscriptions with it.
    pub fn disconnect(&mut self, id: ClientId) {
        self.unblock(id);
        let Some(client) = self.server.clients.remove(id) else { return };
        for (db, key) in &client.watching {
            self.keys.unwatch(*db, key, id);
        }
        self.server.pubsub.forget(id);
    }

    pub fn protocol(&self, id: ClientId) -> Protocol {
        self.server.clients.get(id).map_or(Protocol::Resp2, |client| client.protocol)
    }

    /// Runs one command. Time stands still meanwhile. `Reply::Later` means that the client waits and is answered
    /// by an `Event::Reply`; `Reply::Nothing` that it is not answered.
    pub fn execute(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Reply {
        if words.is_empty() {
            return Reply::Nothing;
        }
        let reply = match self.climb(id, words, now) {
            Ok(reply) => reply,
            Err(error) => {
                self.server.stats.error_replies += 1;
                Reply::Error(error)
            }
        };
        self.settle(now);
        self.server.answer(id, reply)
    }

    /// The ladder: what stands between words and their handler, in Redis' order.
    fn climb(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Result<Reply, Error> {
        let admitted = self.admit(id, words, now);
        let client = self.server.clients.get_mut(id).expect("the caller connected this client");
        match admitted {
            // A refused command spoils the transaction that it was meant for.
            Err(error) => {
                if let Some(transaction) = &mut client.transaction {
                    transaction.refused = true;
                }
                Err(error)
            }
            Ok(entry) => match &mut client.transaction {
                Some(transaction) if !runs_inside_multi(entry) => {
                    transaction.queue.push((entry, words.iter().map(|word| word.to_vec()).collect()));
                    Ok(Reply::Status("QUEUED"))
                }
                _ => self.run(id, entry, words, now, false),
            },
        }
    }

    fn admit(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Result<&'static Entry, Error> {
        let entry = table().resolve(words)?;
        if !entry.accepts(words.len()) {
            return Err(Error::WrongArity(entry.name.to_string()));
        }
        let client = self.server.clients.get_mut(id).expect("the caller connected this client");
        client.last_command_at = now;
        client.last_command = entry.name;
        if !client.authenticated && !entry.has(flag::NO_AUTH) {
            return Err(Error::NoAuth);
        }
        if client.transaction.is_some() && entry.has(flag::NO_MULTI) {
            return Err(Error::err("Command not allowed inside a transaction"));
        }
        if client.protocol == Protocol::Resp2 && client.is_subscriber() && !allowed_to_subscribers(entry) {
            return Err(Error::OnlySubscriberCommands(entry.name.to_string()));
        }
        Ok(entry)
    }

    fn run(&mut self, id: ClientId, entry: &'static Entry, words: &[&[u8]], now: Time, resuming: bool) -> Result<Reply, Error> {
        let client = self.server.clients.get_mut(id).expect("a running client is connected");
        let db = client.db;
        client.commands_processed += 1;
        self.keys.no_touch = client.no_touch;
        self.server.stats.commands_processed += 1;
        self.keys.begin(db, now);
        self.keys.listening = self.server.listening();
        self.keys.emit_effects = self.server.effects_wanted;
        let dirty = self.keys.dirty;
        let mut context = Context {
            keys: &mut self.keys,
            server: &mut self.server,
            random: &mut self.random,
            now,
            id,
            entry,
            words,
            may_block: true,
            resuming,
            effects: None,
        };
        let reply = (entry.command.handler)(&mut context, &mut Args::new(words, entry.name_words()));
        let effects = context.effects.take();
        let changed = self.keys.dirty != dirty;
        self.server.emit_effects(db, entry, words, changed, effects, &mut self.keys);
        reply
    }

    /// What follows from a command: notifications, broken watches, waiting clients that can be served.
    fn settle(&mut self, now: Time) {
        loop {
            for fact in std::mem::take(&mut self.keys.facts) {
                self.server.deliver(fact);
            }
            for id in std::mem::take(&mut self.keys.broken_watches) {
                if let Some(client) = self.server.clients.get_mut(id) {
                    client.watch_broken = true;
                }
            }
            let ready = self.keys.take_ready();
            if ready.is_empty() {
                return;
            }
            for (db, key) in ready {
                self.serve_waiting(db, &key, now);
            }
        }
    }

    /// Tries again the commands that wait for a key, first come first served.
    fn serve_waiting(&mut self, db: usize, key: &[u8], now: Time) {
        for id in self.keys.waiting_for(db, key) {
            self.keys.begin(db, now);
            let kind = self.keys.peek(key).map(|object| object.value.kind());
            let Some(blocked) = self.server.clients.get(id).and_then(|client| client.blocked.clone()) else { continue };
            if blocked.kind.is_some() && kind != blocked.kind {
                continue;
            }
            let words: Vec<&[u8]> = blocked.words.iter().map(Vec::as_slice).collect();
            let Ok(entry) = table().resolve(&words) else { continue };
            let reply = self.run(id, entry, &words, now, true).unwrap_or_else(Reply::Error);
            if reply != Reply::Later {
                self.unblock(id);
                self.server.reply_late(id, reply);
            }
        }
    }

    /// The client waits no longer; it gets no reply by this. Says whether it did wait.
    pub fn unblock(&mut self, id: ClientId) -> bool {
        let Some(blocked) = self.server.clients.get_mut(id).and_then(|client| client.blocked.take()) else { return false };
        for (db, key) in &blocked.keys {
            self.keys.stop_waiting(*db, key, id);
        }
        true
    }

    /// Time passes: waits time out, and the cron runs as often as it would have.
    pub fn advance(&mut self, now: Time) {
        let period = Duration::from_micros(1_000_000 / u64::from(self.server.config.hz.max(1)));
        // After a long jump the ticks in between find nothing more to do than the last ones.
        const TICKS_AT_MOST: u32 = 200;
        let earliest = Time(now.0 - (period * TICKS_AT_MOST).as_micros() as i64);
        self.ticked = self.ticked.max(earliest);
        loop {
            let tick = self.ticked.after(period);
            let timeout = self.next_timeout().filter(|(at, _)| *at <= now && *at <= tick.max(now));
            match timeout {
                Some((at, id)) if at <= tick => self.time_out(id, at),
                _ if tick <= now => {
                    self.ticked = tick;
                    self.tick(tick);
                }
                Some((at, id)) => self.time_out(id, at),
                None => return,
            }
        }
    }

    /// When `advance` has something to do next: a wait that times out, or a deadline that the cron would notice.
    pub fn next_deadline(&self) -> Option<Time> {
        self.next_timeout().map(|(at, _)| at)
    }

    fn next_timeout(&self) -> Option<(Time, ClientId)> {
        let waits = self.server.clients.iter().filter_map(|client| {
            let blocked = client.blocked.as_ref()?;
            Some((blocked.deadline?, blocked.sequence, client.id))
        });
        waits.min().map(|(at, _, id)| (at, id))
    }

    fn time_out(&mut self, id: ClientId, at: Time) {
        let reply = self.server.clients.get(id).and_then(|client| client.blocked.as_ref()).map(|wait| wait.on_timeout.clone());
        self.unblock(id);
        if let Some(reply) = reply {
            self.server.reply_late(id, reply);
        }
        self.settle(at);
    }

    /// What Redis' serverCron does every 1/hz second.
    fn tick(&mut self, now: Time) {
        self.keys.listening = self.server.listening();
        self.keys.emit_effects = self.server.effects_wanted;
        expire::slow_cycle(&mut self.keys, &self.server.config, now);
        for db in &mut self.keys.dbs {
            // Redis gives rehashing a millisecond a tick: thousands of buckets.
            const BUCKETS_PER_TICK: usize = 4096;
            db.keys.rehash_steps(BUCKETS_PER_TICK);
            db.expires.rehash_steps(BUCKETS_PER_TICK);
        }
        self.settle(now);
    }

    /// Takes what has happened since the last call.
    pub fn drain(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.server.outbox)
    }

    /// Whether `drain` would give anything.
    pub fn has_events(&self) -> bool {
        !self.server.outbox.is_empty()
    }

    /// Puts back events that were drained and belong to somebody else; they come first again.
    pub fn requeue(&mut self, mut events: Vec<Event>) {
        events.append(&mut self.server.outbox);
        self.server.outbox = events;
    }

    /// Emit `Event::Effect` from now on.
    pub fn emit_effects(&mut self, wanted: bool) {
        self.server.effects_wanted = wanted;
    }

    /// Emit `Event::Key` from now on.
    pub fn emit_key_events(&mut self, wanted: bool) {
        self.server.key_events_wanted = wanted;
    }
}

impl Server {
    /// Which classes of facts anybody listens to.
    fn listening(&self) -> u32 {
        if self.key_events_wanted { u32::MAX } else { self.config.notify_keyspace_events }
    }

    /// A reply as CLIENT REPLY lets it through.
    fn answer(&mut self, id: ClientId, reply: Reply) -> Reply {
        let Some(client) = self.clients.get_mut(id) else { return Reply::Nothing };
        match client.replies {
            ReplyMode::On => reply,
            ReplyMode::Off => Reply::Nothing,
            ReplyMode::SkipNext => {
                client.replies = ReplyMode::On;
                Reply::Nothing
            }
        }
    }

    fn reply_late(&mut self, id: ClientId, reply: Reply) {
        match self.answer(id, reply) {
            Reply::Nothing => {}
            reply => self.outbox.push(Event::Reply { client: id, reply }),
        }
    }
}

/// Commands that act on the transaction itself are not queued.
fn runs_inside_multi(entry: &Entry) -> bool {
    matches!(entry.name, "exec" | "discard" | "multi" | "watch" | "quit" | "reset")
}

fn allowed_to_subscribers(entry: &Entry) -> bool {
    matches!(
        entry.name,
        "subscribe" | "unsubscribe" | "psubscribe" | "punsubscribe" | "ssubscribe" | "sunsubscribe" | "ping" | "quit" | "reset"
    )
}

impl Transaction {
    pub fn new() -> Transaction {
        Transaction::default()
    }
}
