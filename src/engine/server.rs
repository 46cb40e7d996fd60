//! What belongs to the server as a whole and is not a key: clients, configuration, subscriptions, counters.

use structures::ordered::{OrderedMap, OrderedSet};

use crate::acl::{Users, log::AccessLog};
use crate::client::{Blocked, ClientId, Clients};
use crate::cluster::Cluster;
use crate::command::{Entry, flag, table};
use crate::config::Config;
use crate::cost;
use crate::disk::Disk;
use crate::error::Error;
use crate::event::{Class, Event, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE};
use crate::histogram::Histogram;
use crate::keyspace::{Fact, Keyspace};
use crate::latency::{self, Latency};
use crate::pause::Pause;
use crate::persistence::Persistence;
use crate::pubsub::PubSub;
use crate::replication::Replication;
use crate::reply::Reply;
use crate::scripting::Scripting;
use crate::slow_log::SlowLog;
use crate::structures::random::Random;
use crate::time::Time;
use crate::told;
use crate::tracking::TrackingTable;

/// The version whose behavior this engine has.
pub const VERSION: &str = "8.2.3";
/// The same as scripts see it: a byte for each part.
pub const VERSION_NUMBER: u32 = 0x0008_0203;

#[derive(Debug, Clone)]
pub struct Server {
    pub clients: Clients,
    pub config: Config,
    /// The file that the configuration was read from, by its full name; empty if there is none.
    pub config_file: String,
    /// This server as a node of a cluster, if it is one.
    pub cluster: Option<Box<Cluster>>,
    pub replication: Replication,
    pub pubsub: PubSub,
    pub tracking: TrackingTable,
    /// CLIENT PAUSE in force.
    pub pause: Option<Pause>,
    /// Clients in MONITOR mode.
    pub monitors: Vec<ClientId>,
    pub users: Users,
    /// What ACL LOG shows.
    pub access_log: AccessLog,
    /// Clients with pending commands, in the order in which they have to wait.
    pub backlog: Vec<ClientId>,
    pub stats: Stats,
    pub slow_log: SlowLog,
    pub latency: Latency,
    /// What the engine did since it was last given something to do, by the cost model.
    pub took_nanos: u64,
    pub started: Time,
    /// DEBUG PAUSE-CRON.
    pub cron_paused: bool,
    /// 40 hex digits, drawn from the seed.
    pub run_id: String,
    /// Names the history of this server's data; as long as `run_id`.
    pub replication_id: String,
    /// The folder of this server's files.
    pub disk: Disk,
    pub persistence: Persistence,
    pub scripting: Scripting,
    /// More memory is used than `maxmemory` allows, and nothing could be evicted: as of the last command of a client.
    pub out_of_memory: bool,
    /// A search for memory took too long and goes on when nothing else is to do.
    pub evicting: bool,
    /// Emit what replicas and the append-only file would receive.
    pub effects_wanted: bool,
    /// Emit every keyspace fact.
    pub key_events_wanted: bool,
    /// Collected for whoever drives the engine.
    pub outbox: Vec<Event>,
    /// Waits that end by themselves, the earliest first: when, who waited first, who.
    pub timeouts: OrderedSet<(Time, u64, ClientId)>,
    /// Held clients that were sent something since the last look.
    pub grown: Vec<ClientId>,
    /// Clients over a soft limit of their output.
    pub over_soft_limit: Vec<ClientId>,
    /// What all clients take; counted while `maxmemory-clients` limits it.
    pub client_memory: usize,
    /// Whether that was counted for all of them.
    pub clients_weighed: bool,
    /// Numbers things in the order in which they happen (who blocked first).
    pub sequence: u64,
}

/// Counters of INFO's stats section.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    pub commands_processed: u64,
    pub connections_received: u64,
    pub error_replies: u64,
    /// Error replies by their code, such as `WRONGTYPE`.
    pub errors: OrderedMap<String, u64>,
    /// By `Entry::index`.
    pub commands: Vec<CommandStats>,
    pub denied: Denials,
    pub pace: Pace,
    /// The most memory that was seen to be used, and when.
    pub peak: (u64, Time),
    /// Since when more memory is used than `maxmemory` allows.
    pub over_limit_since: Option<Time>,
    /// How long that was the case before, in microseconds.
    pub over_limit_micros: u64,
    /// Turned away by `maxclients`.
    pub connections_rejected: u64,
    /// Closed for too much output, or too much of an unfinished command.
    pub output_buffers_exceeded: u64,
    pub query_buffers_exceeded: u64,
    /// Closed by `maxmemory-clients`.
    pub evicted_clients: u64,
    pub bytes_received: u64,
    pub bytes_sent: u64,
    /// Replicas that got everything, that could go on, and that asked in vain to go on.
    pub full_syncs: u64,
    pub partial_syncs: u64,
    pub refused_syncs: u64,
    /// Bytes that came from a master.
    pub replication_bytes_received: u64,
}

/// What was refused for want of a permission.
#[derive(Debug, Clone, Copy, Default)]
pub struct Denials {
    /// AUTH or HELLO with a wrong name or password.
    pub logins: u64,
    pub commands: u64,
    pub keys: u64,
    pub channels: u64,
}

/// A line of INFO's commandstats section, and one of latencystats.
#[derive(Debug, Clone, Default)]
pub struct CommandStats {
    pub calls: u64,
    /// What all calls took by the cost model.
    pub nanos: u64,
    /// What calls took, while `latency-tracking` is on.
    pub durations: Histogram,
    /// Refused before they ran.
    pub rejected: u64,
    /// Ran and answered with an error.
    pub failed: u64,
}

/// How many commands ran lately: a sample every 100 ms, and the average of 16.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    samples: [u64; Pace::SAMPLES],
    next: usize,
    last: Option<(Time, u64)>,
}

impl Pace {
    const SAMPLES: usize = 16;
    const PERIOD_MICROS: i64 = 100_000;

    /// `count` commands ran until now.
    pub fn sample(&mut self, count: u64, now: Time) {
        let Some((at, before)) = self.last else {
            self.last = Some((now, count));
            return;
        };
        let passed = now.micros() - at.micros();
        if passed < Pace::PERIOD_MICROS {
            return;
        }
        self.samples[self.next] = count.saturating_sub(before) * 1_000_000 / passed as u64;
        self.next = (self.next + 1) % Pace::SAMPLES;
        self.last = Some((now, count));
    }

    pub fn per_second(&self) -> u64 {
        self.samples.iter().sum::<u64>() / Pace::SAMPLES as u64
    }
}

impl Stats {
    pub fn command(&mut self, entry: &Entry) -> &mut CommandStats {
        if self.commands.len() <= entry.index {
            self.commands
                .resize(entry.index + 1, CommandStats::default());
        }
        &mut self.commands[entry.index]
    }

    /// The most memory that was ever used, now included.
    pub fn peak_memory(&self, used: u64, now: Time) -> (u64, Time) {
        if used > self.peak.0 {
            (used, now)
        } else {
            self.peak
        }
    }

    /// More memory is used than `maxmemory` allows, or no longer.
    pub fn note_memory_limit(&mut self, is_over: bool, now: Time) {
        if !is_over {
            self.over_limit_micros += self.micros_over_limit(now);
            self.over_limit_since = None;
        } else if self.over_limit_since.is_none() {
            self.over_limit_since = Some(now);
        }
    }

    /// For how long the limit is exceeded by now.
    pub fn micros_over_limit(&self, now: Time) -> u64 {
        let since = self.over_limit_since.unwrap_or(now);
        (now.micros() - since.micros()).max(0) as u64
    }

    /// Counts an error reply under its code.
    pub fn error(&mut self, error: &Error) {
        // So many different codes are no codes any more, but texts of scripts.
        const CODES_AT_MOST: usize = 128;
        self.error_replies += 1;
        let text = error.to_string();
        let code = text.split(' ').next().unwrap_or_default();
        if self.errors.contains_key(code) || self.errors.len() < CODES_AT_MOST {
            *self.errors.get_or_default(code.to_string()) += 1;
        }
    }
}

impl Server {
    /// As HELLO calls it.
    pub fn role(&self) -> &'static str {
        if self.replication.is_replica() {
            "replica"
        } else {
            "master"
        }
    }

    /// As INFO and HELLO call it.
    pub fn mode(&self) -> &'static str {
        if self.cluster.is_some() {
            "cluster"
        } else {
            "standalone"
        }
    }

    /// 40 hex digits.
    pub fn draw_id(random: &mut Random) -> String {
        (0..40)
            .map(|_| char::from(b"0123456789abcdef"[random.below(16) as usize]))
            .collect()
    }

    /// What follows from every command that ran, inside EXEC and scripts too: monitors, copies that clients hold.
    pub fn after_call(
        &mut self,
        id: ClientId,
        entry: &'static Entry,
        words: &[&[u8]],
        keys: &mut Keyspace,
    ) {
        self.feed_monitors(entry, id, words, keys.now);
        self.deliver_facts(keys, Some(id));
        self.remember_reads(id, entry, words);
    }

    /// A command is over: counts it and what it took, and keeps it in mind if that was long. One that waits for a key
    /// is not over.
    pub fn note_call(
        &mut self,
        id: ClientId,
        entry: &'static Entry,
        words: &[&[u8]],
        failed: bool,
        nanos: u64,
        now: Time,
    ) {
        self.stats.commands_processed += 1;
        if let Some(client) = self.clients.get_mut(id) {
            client.commands_processed += 1;
        }
        let tracking = self.config.latency_tracking;
        let stats = self.stats.command(entry);
        stats.calls += 1;
        stats.failed += u64::from(failed);
        stats.nanos += nanos;
        if tracking {
            stats.durations.add(nanos);
        }
        let micros = (nanos / 1000) as i64;
        let limit = self.config.slowlog_log_slower_than;
        if limit >= 0 && micros >= limit && !entry.has(flag::SKIP_SLOWLOG) {
            if let Some(client) = self.clients.get(id) {
                self.slow_log.add(entry, words, client, micros as u64, now);
            }
            self.slow_log.truncate(self.config.slowlog_max_len);
        }
        let event = if entry.has(flag::FAST) {
            latency::event::FAST_COMMAND
        } else {
            latency::event::COMMAND
        };
        self.note_delay(event, nanos, now);
    }

    /// A command that waited ends without having got what it waited for.
    pub fn note_end_of_wait(&mut self, id: ClientId, blocked: &Blocked, failed: bool, now: Time) {
        let words: Vec<&[u8]> = blocked.words.iter().map(Vec::as_slice).collect();
        if let Ok(entry) = table().resolve(&words) {
            let nanos = cost::of_call(entry, &words, None);
            self.note_call(id, entry, &words, failed, nanos, now);
        }
    }

    /// Keeps a delay in mind if it is long enough for LATENCY.
    pub fn note_delay(&mut self, event: &'static str, nanos: u64, now: Time) {
        let millis = nanos / 1_000_000;
        let threshold = self.config.latency_monitor_threshold as u64;
        if threshold > 0 && millis >= threshold {
            self.latency.add(event, millis, now);
        }
    }

    /// Whether as many replicas listen as the configuration wants for writes.
    pub fn has_replicas_to_write(&self, now: Time) -> bool {
        let config = &self.config;
        // A lag of 0 means that nobody counts.
        config.replicas_to_write == 0
            || self.replication.is_replica()
            || config.int("min-replicas-max-lag") == Some(0)
            || self.good_replicas(config, now) >= config.replicas_to_write
    }

    /// The connection is gone: its watches, waits and subscriptions with it. While its script runs it only counts as
    /// gone, and goes with the script's end.
    pub fn forget_client(&mut self, keys: &mut Keyspace, id: ClientId) {
        if let Some(running) = self.scripting.parked.get_mut()
            && running.client == id
        {
            running.abandoned = true;
            return;
        }
        self.unblock(keys, id);
        let Some(client) = self.clients.remove(id) else {
            return;
        };
        self.forget_weight(&client);
        if trace::is_on() {
            told::transaction_ends(Some(&client));
            told::listener_leaves(&client);
        }
        for (db, key) in &client.watching {
            keys.unwatch(*db, key, id);
        }
        self.forget_replica(id, keys.now);
        self.pubsub.forget(id);
        self.monitors.retain(|monitor| *monitor != id);
        self.backlog.retain(|waiting| *waiting != id);
        if let Some(tracking) = &client.tracking {
            self.forget_tracking(id, tracking);
        }
    }

    /// Ends a client's wait; it gets no reply by this. Gives what it waited for.
    pub fn unblock(&mut self, keys: &mut Keyspace, id: ClientId) -> Option<Blocked> {
        let blocked = self.clients.get_mut(id)?.blocked.take()?;
        if let Some(end) = blocked.end() {
            self.timeouts.remove(&(end, blocked.sequence, id));
        }
        for (db, key) in &blocked.keys {
            keys.stop_waiting(*db, key, id);
        }
        Some(blocked)
    }

    /// The client watches nothing any more.
    pub fn unwatch_all(&mut self, keys: &mut Keyspace, id: ClientId) {
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        for (db, key) in std::mem::take(&mut client.watching) {
            keys.unwatch(db, &key, id);
        }
    }

    /// Forgets a client's queue and its watched keys, if there are any.
    pub fn end_transaction(&mut self, keys: &mut Keyspace, id: ClientId) {
        if trace::is_on() {
            told::transaction_ends(self.clients.get(id));
        }
        self.unwatch_all(keys, id);
        if let Some(client) = self.clients.get_mut(id) {
            client.transaction = None;
            client.watch_broken = false;
        }
    }

    /// A key that this client watches was touched: its EXEC is lost, whatever else happens.
    pub fn break_watch(&mut self, keys: &mut Keyspace, id: ClientId) {
        self.unwatch_all(keys, id);
        if let Some(client) = self.clients.get_mut(id) {
            client.watch_broken = true;
        }
    }

    /// Sends something to a client that did not ask for it.
    pub fn push(&mut self, client: ClientId, reply: Reply) {
        self.note_held(client, &reply);
        self.outbox.push(Event::Push { client, reply });
    }

    /// Tells what happened to keys, in its order; `by` is the client whose command ran.
    pub fn deliver_facts(&mut self, keys: &mut Keyspace, by: Option<ClientId>) {
        if keys.facts.is_empty() {
            return;
        }
        for fact in std::mem::take(&mut keys.facts) {
            match fact {
                Fact::Event {
                    class,
                    name,
                    db,
                    key,
                } => self.announce(class, name, db, key),
                Fact::Modified { key, by_client } => self.invalidate(key, by, by_client),
            }
        }
    }

    /// A keyspace event: to subscribers if the configuration says so, and to whoever drives the engine.
    fn announce(&mut self, class: Class, name: &'static str, db: usize, key: Vec<u8>) {
        let flags = self.config.notify_keyspace_events;
        if flags & class as u32 != 0 {
            if flags & NOTIFY_KEYSPACE != 0 {
                let channel = [format!("__keyspace@{db}__:").as_bytes(), &key].concat();
                self.publish(&channel, name.as_bytes());
            }
            if flags & NOTIFY_KEYEVENT != 0 {
                let channel = format!("__keyevent@{db}__:{name}");
                self.publish(channel.as_bytes(), &key);
            }
        }
        if self.key_events_wanted {
            self.outbox.push(Event::Key {
                db,
                key,
                class,
                name,
            });
        }
    }

    /// What a command that ran means for replicas and the append-only file.
    pub fn emit_effects(
        &mut self,
        db: usize,
        entry: &'static Entry,
        words: &[&[u8]],
        changed: bool,
        instead: Option<Vec<Vec<Vec<u8>>>>,
        keys: &mut Keyspace,
    ) {
        if !self.wants_effects() {
            return;
        }
        let unit = &mut self.persistence.aof.unit;
        unit.append(&mut keys.effects);
        match instead {
            Some(list) => unit.extend(list.into_iter().map(|words| (db, words))),
            None if changed && entry.has(flag::WRITE | flag::MAY_REPLICATE) => {
                unit.push((db, words.iter().map(|word| word.to_vec()).collect()));
            }
            None => {}
        }
    }

    /// What was collected since the last unit goes to the append-only file and to whoever listens. `together`: it is
    /// one command, or one transaction.
    pub fn end_unit(&mut self, together: bool, now: Time) {
        if self.persistence.aof.unit.is_empty() {
            return;
        }
        let unit = std::mem::take(&mut self.persistence.aof.unit);
        self.append_unit(&unit, together, now);
        self.feed_replicas(&unit, together);
        if self.effects_wanted {
            let effects = unit.into_iter();
            self.outbox
                .extend(effects.map(|(db, words)| Event::Effect { db, words }));
        }
    }
}
