//! The engine's whole surface, and the ladder that every command climbs.

use std::time::Duration;
use structures::ordered::OrderedSet;

use crate::acl::{Users, log, log::AccessLog};
use crate::args::Args;
use crate::client::{ClientId, Clients, ReplyMode};
use crate::cluster::Cluster;
use crate::command::{Entry, flag, table};
use crate::config::Config;
use crate::context::Context;
use crate::cost;
use crate::disk::Disk;
use crate::error::Error;
use crate::event::Event;
use crate::eviction::{self, Outcome};
use crate::expire::{self, ExpiredKeys};
use crate::keyspace::Keyspace;
use crate::latency::{self, Latency};
use crate::memory;
use crate::persistence::Persistence;
use crate::pubsub::PubSub;
use crate::replication::Replication;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::rungs::{self, allowed_to_subscribers, is_of_another_protocol};
use crate::scripting::Scripting;
use crate::server::{Server, Stats};
use crate::slow_log::SlowLog;
use crate::structures::random::Random;
use crate::time::Time;
use crate::told;
use crate::tracking::TrackingTable;

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

    pub fn with_config(seed: u64, now: Time, mut config: Config) -> Engine {
        let mut random = Random::new(seed);
        let in_cluster = config.yes("cluster-enabled");
        if in_cluster {
            config.databases = 1;
        }
        let keys = Keyspace::new(config.databases, in_cluster, &mut random, now);
        let run_id = Server::draw_id(&mut random);
        let replication_id = Server::draw_id(&mut random);
        let mut users = Users::default();
        users.set_default_password(&config.requirepass);
        let mut server = Server {
            clients: Clients::default(),
            config,
            config_file: String::new(),
            cluster: None,
            replication: Replication::default(),
            pubsub: PubSub::default(),
            tracking: TrackingTable::default(),
            pause: None,
            monitors: Vec::new(),
            users,
            access_log: AccessLog::default(),
            backlog: Vec::new(),
            stats: Stats::default(),
            slow_log: SlowLog::default(),
            latency: Latency::default(),
            took_nanos: 0,
            started: now,
            cron_paused: false,
            run_id,
            replication_id,
            disk: Disk::default(),
            persistence: Persistence::new(now),
            scripting: Scripting::default(),
            out_of_memory: false,
            evicting: false,
            effects_wanted: false,
            key_events_wanted: false,
            outbox: Vec::new(),
            timeouts: OrderedSet::new(),
            grown: Vec::new(),
            over_soft_limit: Vec::new(),
            client_memory: 0,
            clients_weighed: false,
            sequence: 0,
        };
        if in_cluster {
            let cluster = Cluster::new(server.cluster_address(), &mut random, now);
            server.cluster = Some(Box::new(cluster));
        }
        Engine {
            keys,
            server,
            random,
            ticked: now,
        }
    }

    /// As `connect`, unless there are as many clients as `maxclients` allows: then the error is all that the peer
    /// gets.
    pub fn accept(&mut self, address: &str, now: Time) -> Result<ClientId, Error> {
        if self.server.clients.len() >= self.server.config.clients_max {
            self.server.stats.connections_rejected += 1;
            return Err(Error::err("max number of clients reached"));
        }
        Ok(self.connect(address, now))
    }

    /// `address` is the peer as CLIENT LIST shows it: `127.0.0.1:50000`.
    pub fn connect(&mut self, address: &str, now: Time) -> ClientId {
        self.server.stats.connections_received += 1;
        let id = self.server.clients.connect(address, now);
        let needs_login = self.server.users.login_required();
        self.server
            .clients
            .get_mut(id)
            .expect("just connected")
            .authenticated = !needs_login;
        id
    }

    /// The link over which the master speaks: what it says is done, whatever this replica refuses to others.
    pub fn connect_master(&mut self, address: &str, now: Time) -> ClientId {
        let id = self.connect(address, now);
        let client = self.server.clients.get_mut(id).expect("just connected");
        client.authenticated = true;
        client.obeyed = true;
        id
    }

    /// The connection is gone: its watches, waits and subscriptions with it.
    pub fn disconnect(&mut self, id: ClientId) {
        self.server.forget_client(&mut self.keys, id);
    }

    pub fn protocol(&self, id: ClientId) -> Protocol {
        self.server
            .clients
            .get(id)
            .map_or(Protocol::Resp2, |client| client.protocol)
    }

    /// Runs one command. Time stands still meanwhile. `Reply::Later` means that the client waits and is answered
    /// by an `Event::Reply`; `Reply::Nothing` that it is not answered.
    pub fn execute(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Reply {
        let Some(client) = self.server.clients.get_mut(id) else {
            return Reply::Nothing;
        };
        if words.is_empty() || client.closing {
            return Reply::Nothing;
        }
        if is_of_another_protocol(words[0]) {
            self.server.cut_off(&mut self.keys, id);
            return Reply::Nothing;
        }
        if client.blocked.is_some() || !client.pending.is_empty() || self.server.scripting.holds(id)
        {
            client
                .pending
                .push_back(words.iter().map(|word| word.to_vec()).collect());
            self.server.backlog.push(id);
            return Reply::Later;
        }
        self.server.took_nanos = 0;
        let reply = self.serve(id, words, now);
        self.end_killed_script(now);
        self.catch_up(now);
        self.before_sleep(now);
        reply
    }

    /// How long a server would have been busy with the last `execute`, by the cost model (`cost.rs`): the command,
    /// commands of others that it let go on, and evictions. Time itself is moved by whoever drives the engine.
    pub fn took(&self) -> Duration {
        Duration::from_nanos(self.server.took_nanos)
    }

    /// What Redis does before it waits for the next command.
    fn before_sleep(&mut self, now: Time) {
        self.server.settle_cluster(now);
        self.answer_waits(now);
        self.server.send_stream(&mut self.keys, now);
        for id in std::mem::take(&mut self.server.grown) {
            self.server.check_output(&mut self.keys, id, now);
            self.server.weigh(id, now);
        }
        self.limit_client_memory(now);
        let config = &self.server.config;
        if !self.server.replication.is_replica()
            && expire::is_fast_cycle_due(&self.keys.cycle, config, now)
            && config.active_expire
            && !self.server.is_paused(now)
        {
            self.expire_keys(now, expire::fast_cycle);
            self.settle(now);
        }
        self.sync_files(now);
        self.keys.recount();
    }

    fn expire_keys(&mut self, now: Time, cycle: fn(&mut Keyspace, &Config, Time) -> u64) {
        self.prepare(self.keys.db, now);
        let nanos = cycle(&mut self.keys, &self.server.config, now);
        self.after_removals(now);
        self.keys.cycle.nanos += nanos;
        self.server.took_nanos += nanos;
        self.server
            .note_delay(latency::event::EXPIRE_CYCLE, nanos, now);
    }

    /// Before the keyspace works: what it has to note, and how.
    pub(crate) fn prepare(&mut self, db: usize, now: Time) {
        self.keys.begin(db, now);
        self.keys.listening = self.server.listening();
        self.keys.emit_effects = self.server.wants_effects();
        self.keys.note_modified = self.server.tracking.wants_changes();
        self.keys.tally = self.server.config.tally();
        self.keys.expire_lazily = self.server.config.lazyfree_lazy_expire;
        self.keys.server_del_lazily = self.server.config.lazyfree_lazy_server_del;
    }

    /// After keys were removed that no command removed.
    fn after_removals(&mut self, now: Time) {
        self.server.deliver_facts(&mut self.keys, None);
        self.server
            .persistence
            .aof
            .unit
            .append(&mut self.keys.effects);
        self.server.end_unit(false, now);
    }

    /// One command of a client that is neither blocked nor has commands waiting.
    fn serve(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Reply {
        let reply = self.climb(id, words, now).unwrap_or_else(|error| {
            self.server.stats.error(&error);
            Reply::Error(error)
        });
        self.settle(now);
        let reply = self.server.answer(id, reply);
        if self.server.is_unwelcome_to_replica(id, &reply) {
            self.server.cut_off(&mut self.keys, id);
            return Reply::Nothing;
        }
        self.server.note_held(id, &reply);
        self.server.weigh(id, now);
        if self
            .server
            .clients
            .get(id)
            .is_some_and(|client| client.closing)
        {
            self.server.outbox.push(Event::Close { client: id });
        }
        reply
    }

    /// Runs what clients sent while they could not be served.
    pub(crate) fn catch_up(&mut self, now: Time) {
        if self.server.pause.is_some() && !self.server.is_paused(now) {
            self.server.unpause();
        }
        let mut at = 0;
        while let Some(&id) = self.server.backlog.get(at) {
            let Some(client) = self.server.clients.get_mut(id) else {
                self.server.backlog.remove(at);
                continue;
            };
            if client.closing
                || client.blocked.is_some()
                || client.postponed
                || self.server.scripting.holds(id)
            {
                at += 1;
                continue;
            }
            self.server.backlog.remove(at);
            let Some(words) = client.pending.pop_front() else {
                continue;
            };
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            match self.serve(id, &words, now) {
                Reply::Nothing | Reply::Later => {}
                reply => self.server.outbox.push(Event::Reply { client: id, reply }),
            }
            // Serving may have freed others that came earlier.
            at = 0;
        }
    }

    /// The ladder: what stands between words and their handler, in Redis' order.
    fn climb(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Result<Reply, Error> {
        let entry = self
            .admit(id, words, now)
            .map_err(|error| self.refuse(id, words, error))?;
        self.limit_client_memory(now);
        if self.server.clients.get(id).is_none() {
            return Ok(Reply::Nothing);
        }
        let paused = self
            .server
            .clients
            .get(id)
            .is_some_and(|client| self.server.must_wait(entry, words, client, now));
        let client = self
            .server
            .clients
            .get_mut(id)
            .expect("the caller connected this client");
        if paused {
            client.postponed = true;
            client
                .pending
                .push_front(words.iter().map(|word| word.to_vec()).collect());
            self.server.backlog.push(id);
            return Ok(Reply::Later);
        }
        match &mut client.transaction {
            Some(transaction) if !runs_inside_multi(entry) => {
                // What can only be discarded need not be kept.
                let kept = !transaction.refused && !client.watch_broken;
                if trace::is_on() {
                    told::queued(id, words, kept);
                }
                if kept {
                    transaction
                        .queue
                        .push((entry, words.iter().map(|word| word.to_vec()).collect()));
                }
                Ok(Reply::Status("QUEUED"))
            }
            _ => self.run(id, entry, words, now, false),
        }
    }

    /// A refused command spoils the transaction that it was meant for, and a refused EXEC ends it.
    fn refuse(&mut self, id: ClientId, words: &[&[u8]], error: Error) -> Error {
        if words[0].eq_ignore_ascii_case(b"exec") {
            self.server.end_transaction(&mut self.keys, id);
            if let Some(client) = self.server.clients.get_mut(id) {
                client.end_of_command("exec");
            }
            if error.is_redirection() {
                return error;
            }
            let text = error.to_string();
            let reason = text.strip_prefix("ERR ").unwrap_or(&text);
            return Error::Raw(
                format!("EXECABORT Transaction discarded because of: {reason}").into(),
            );
        }
        if let Some(client) = self.server.clients.get_mut(id) {
            if let Some(transaction) = &mut client.transaction {
                transaction.refused = true;
                if trace::is_on() {
                    told::refused(id);
                }
            }
            client.end_of_command(client.last_command);
        }
        error
    }

    fn admit(&mut self, id: ClientId, words: &[&[u8]], now: Time) -> Result<&'static Entry, Error> {
        let client = self
            .server
            .clients
            .get_mut(id)
            .expect("the caller connected this client");
        client.last_command_at = now;
        client.last_command = "NULL";
        let entry = table().resolve(words)?;
        client.last_command = entry.name;
        self.check(id, entry, words, now)
            .inspect_err(|_| self.server.stats.command(entry).rejected += 1)?;
        Ok(entry)
    }

    /// The rungs that a known command has to climb.
    fn check(
        &mut self,
        id: ClientId,
        entry: &'static Entry,
        words: &[&[u8]],
        now: Time,
    ) -> Result<(), Error> {
        let server = &mut self.server;
        let client = server
            .clients
            .get(id)
            .expect("the caller connected this client");
        if !entry.accepts(words.len()) {
            return Err(Error::WrongArity(entry.name.to_string()));
        }
        if entry.has(flag::PROTECTED) {
            rungs::check_protected(&server.config, client, entry)?;
        }
        if !client.authenticated && !entry.has(flag::NO_AUTH) && server.users.login_required() {
            return Err(Error::NoAuth);
        }
        if client.transaction.is_some() && entry.has(flag::NO_MULTI) {
            return Err(Error::err("Command not allowed inside a transaction"));
        }
        let silenced = client.protocol == Protocol::Resp2
            && client.is_subscriber()
            && !allowed_to_subscribers(entry);
        let context = match client.transaction {
            Some(_) => log::Context::Multi,
            None => log::Context::TopLevel,
        };
        server
            .permit(id, entry, words, context, now)
            .map_err(|denied| server.refusal(id, entry, denied))?;
        self.check_place(id, entry, words)?;
        self.check_replica(id, entry)?;
        self.server.out_of_memory = false;
        if self.server.config.maxmemory > 0 {
            self.keep_to_maxmemory(id, entry, words, now)?;
        }
        self.check_writes(id, entry, words)?;
        if silenced {
            return Err(Error::OnlySubscriberCommands(entry.name.to_string()));
        }
        self.check_freshness(id, entry, words)?;
        self.check_busy(entry)
    }

    /// Evicts keys if more memory is used than `maxmemory` allows.
    pub(crate) fn evict(&mut self, now: Time) -> Outcome {
        let server = &mut self.server;
        self.keys.recount();
        let used = memory::used(&self.keys, &server.clients) as u64;
        let is_over = used > server.config.maxmemory;
        server.stats.note_memory_limit(is_over, now);
        if !is_over || server.is_paused(now) {
            server.evicting = false;
            return Outcome::Kept;
        }
        self.prepare(self.keys.db, now);
        let found = eviction::search(&mut self.keys, &self.server.config, &mut self.random, used);
        self.after_removals(now);
        self.server.took_nanos += found.nanos;
        self.server
            .note_delay(latency::event::EVICTION_CYCLE, found.nanos, now);
        self.server.evicting = found.outcome == Outcome::Running;
        if found.outcome == Outcome::Kept {
            self.server.stats.note_memory_limit(false, now);
        }
        self.settle(now);
        found.outcome
    }

    /// What a search for memory left over, because it took too long, is done when nothing else is.
    fn finish_evicting(&mut self, now: Time) {
        while self.server.evicting && self.evict(now) == Outcome::Running {}
    }

    pub(crate) fn run(
        &mut self,
        id: ClientId,
        entry: &'static Entry,
        words: &[&[u8]],
        now: Time,
        resuming: bool,
    ) -> Result<Reply, Error> {
        let client = self
            .server
            .clients
            .get_mut(id)
            .expect("a running client is connected");
        let db = client.db;
        self.keys.expired_keys = match (self.server.replication.is_replica(), client.obeyed) {
            (false, _) => ExpiredKeys::Removed,
            (true, false) => ExpiredKeys::Hidden,
            (true, true) => ExpiredKeys::Alive,
        };
        self.keys.no_touch = client.no_touch;
        self.prepare(db, now);
        self.keys.work = 0;
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
        let reply =
            (entry.command.handler)(&mut context, &mut Args::new(words, entry.name_words()));
        let effects = context.effects.take();
        let changed = self.keys.dirty != dirty;
        self.server
            .emit_effects(db, entry, words, changed, effects, &mut self.keys);
        // What these remove in passing has nothing in common.
        let together = !matches!(entry.name, "scan" | "keys" | "randomkey");
        let offset = self.server.replication.offset;
        // What a script does belongs together, however long it takes.
        if self.server.scripting.parked.get().is_none() {
            self.server.end_unit(together, now);
        }
        self.note_write(id, offset);
        self.server.after_call(id, entry, words, &mut self.keys);
        let nanos = cost::of_call(entry, words, reply.as_ref().ok()) + self.keys.work;
        self.server.took_nanos += nanos;
        if !matches!(reply, Ok(Reply::Later)) {
            self.server
                .note_call(id, entry, words, reply.is_err(), nanos, now);
        }
        if let Some(client) = self.server.clients.get_mut(id) {
            client.end_of_command(entry.name);
        }
        reply
    }

    /// What follows from a command: notifications, broken watches, waiting clients that can be served.
    pub(crate) fn settle(&mut self, now: Time) {
        loop {
            self.server.deliver_facts(&mut self.keys, None);
            self.server.invalidate_own();
            for id in std::mem::take(&mut self.keys.broken_watches) {
                self.server.break_watch(&mut self.keys, id);
            }
            let ready = self.keys.take_ready();
            if ready.is_empty() {
                self.server.broadcast_changes();
                return;
            }
            for (db, key) in ready {
                self.serve_waiting(db, &key, now);
            }
        }
    }

    /// Time passes: waits time out, and the cron runs as often as it would have.
    pub fn advance(&mut self, now: Time) {
        self.continue_script(now);
        let period = Duration::from_micros(1_000_000 / u64::from(self.server.config.hz.max(1)));
        // After a long jump the ticks in between find nothing more to do than the last ones.
        const TICKS_AT_MOST: u32 = 200;
        let earliest = Time(now.0 - (period * TICKS_AT_MOST).as_micros() as i64);
        self.ticked = self.ticked.max(earliest);
        loop {
            let tick = self.ticked.after(period);
            let timeout = self
                .next_wait_end()
                .filter(|(at, _)| *at <= now && *at <= tick.max(now));
            match timeout {
                Some((at, id)) if at <= tick => self.end_wait(id, at),
                _ if tick <= now => {
                    self.ticked = tick;
                    self.tick(tick);
                }
                Some((at, id)) => self.end_wait(id, at),
                None => return,
            }
        }
    }

    /// What Redis' serverCron does every 1/hz second.
    pub fn tick(&mut self, now: Time) {
        if self.server.cron_paused {
            return;
        }
        self.server
            .replication_cron(&mut self.keys, &mut self.random, now);
        self.finish_evicting(now);
        let used = memory::used(&self.keys, &self.server.clients) as u64;
        let stats = &mut self.server.stats;
        stats.peak = stats.peak_memory(used, now);
        stats.pace.sample(stats.commands_processed, now);
        if !self.server.is_paused(now)
            && self.server.config.active_expire
            && !self.server.replication.is_replica()
        {
            self.expire_keys(now, expire::slow_cycle);
        }
        self.server.cluster_cron(now);
        for db in &mut self.keys.dbs {
            // Redis gives rehashing a millisecond a tick: thousands of buckets.
            const BUCKETS_PER_TICK: usize = 4096;
            db.keys.rehash_steps(BUCKETS_PER_TICK);
            db.expires.rehash_steps(BUCKETS_PER_TICK);
        }
        self.server.persistence_cron(&self.keys, now);
        self.sync_files(now);
        self.settle(now);
        self.catch_up(now);
        self.visit_clients(now);
        self.answer_waits(now);
        self.server.send_stream(&mut self.keys, now);
    }

    /// Something arrived that is no command of a client, and was dealt with.
    pub(crate) fn finish_turn(&mut self, now: Time) {
        self.catch_up(now);
        self.before_sleep(now);
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
        if self.key_events_wanted {
            u32::MAX
        } else {
            self.config.notify_keyspace_events
        }
    }

    /// A reply as CLIENT REPLY lets it through.
    fn answer(&mut self, id: ClientId, reply: Reply) -> Reply {
        let Some(client) = self.clients.get_mut(id) else {
            return Reply::Nothing;
        };
        match client.replies {
            ReplyMode::On => reply,
            _ if matches!(reply, Reply::Nothing | Reply::Later) => reply,
            // Confirmations of subscriptions are messages, which CLIENT REPLY leaves alone.
            ReplyMode::Off if is_push(&reply) => reply,
            ReplyMode::Off => Reply::Nothing,
            ReplyMode::SkipNext => {
                client.replies = ReplyMode::On;
                Reply::Nothing
            }
        }
    }

    /// Messages that a command caused for its own client are read after its reply.
    pub(crate) fn put_own_last(&mut self, id: ClientId, from: usize) {
        let is_own = |event: &Event| matches!(event, Event::Push { client, .. } if *client == id);
        let (own, others): (Vec<Event>, Vec<Event>) =
            self.outbox.split_off(from).into_iter().partition(is_own);
        self.outbox.extend(others);
        self.outbox.extend(own);
    }

    pub fn reply_late(&mut self, id: ClientId, reply: Reply) {
        match self.answer(id, reply) {
            Reply::Nothing => {}
            reply => {
                self.note_held(id, &reply);
                self.outbox.push(Event::Reply { client: id, reply });
            }
        }
    }
}

/// Commands that act on the transaction itself are not queued.
fn runs_inside_multi(entry: &Entry) -> bool {
    matches!(
        entry.name,
        "exec" | "discard" | "multi" | "watch" | "quit" | "reset"
    )
}

fn is_push(reply: &Reply) -> bool {
    match reply {
        Reply::Push(_) => true,
        Reply::Many(replies) => replies.iter().all(is_push),
        _ => false,
    }
}
