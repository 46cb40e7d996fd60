//! What belongs to the server as a whole and is not a key: clients, configuration, subscriptions, counters.

use crate::client::{ClientId, Clients};
use crate::command::{Entry, flag};
use crate::config::Config;
use crate::event::{Event, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE};
use crate::keyspace::{Fact, Keyspace};
use crate::pubsub::PubSub;
use crate::reply::Reply;
use crate::time::Time;

#[derive(Debug, Clone)]
pub struct Server {
    pub clients: Clients,
    pub config: Config,
    pub pubsub: PubSub,
    pub stats: Stats,
    pub started: Time,
    /// 40 hex digits, drawn from the seed.
    pub run_id: String,
    /// Emit what replicas and the append-only file would receive.
    pub effects_wanted: bool,
    /// Emit every keyspace fact.
    pub key_events_wanted: bool,
    /// Collected for whoever drives the engine.
    pub outbox: Vec<Event>,
    /// Numbers things in the order in which they happen (who blocked first).
    pub sequence: u64,
}

/// Counters of INFO's stats section.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    pub commands_processed: u64,
    pub connections_received: u64,
    pub error_replies: u64,
}

impl Server {
    /// Sends something to a client that did not ask for it.
    pub fn push(&mut self, client: ClientId, reply: Reply) {
        self.outbox.push(Event::Push { client, reply });
    }

    /// Delivers a keyspace fact: to subscribers if the configuration says so, and to whoever drives the engine.
    pub fn deliver(&mut self, fact: Fact) {
        let flags = self.config.notify_keyspace_events;
        if flags & fact.class as u32 != 0 {
            if flags & NOTIFY_KEYSPACE != 0 {
                let channel = [format!("__keyspace@{}__:", fact.db).as_bytes(), &fact.key].concat();
                self.publish(&channel, fact.name.as_bytes());
            }
            if flags & NOTIFY_KEYEVENT != 0 {
                let channel = format!("__keyevent@{}__:{}", fact.db, fact.name);
                self.publish(channel.as_bytes(), &fact.key);
            }
        }
        if self.key_events_wanted {
            self.outbox.push(Event::Key { db: fact.db, key: fact.key, class: fact.class, name: fact.name });
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
        if !self.effects_wanted {
            return;
        }
        for (db, words) in keys.effects.drain(..) {
            self.outbox.push(Event::Effect { db, words });
        }
        match instead {
            Some(list) => self.outbox.extend(list.into_iter().map(|words| Event::Effect { db, words })),
            None if changed && entry.has(flag::WRITE | flag::MAY_REPLICATE) => {
                let words = words.iter().map(|word| word.to_vec()).collect();
                self.outbox.push(Event::Effect { db, words });
            }
            None => {}
        }
    }
}
