//! Who watches a key for EXEC, and who waits for one.

use super::{Keyspace, Object, Watcher};
use crate::client::ClientId;
use crate::told;
use crate::value::Value;

impl Keyspace {
    /// `client` watches a key of the current database.
    pub fn watch(&mut self, key: &[u8], client: ClientId) {
        let expired = self.is_due(key);
        let watchers = self.watchers.get_or_default((self.db, key.to_vec()));
        if !watchers.iter().any(|watcher| watcher.client == client) {
            watchers.push(Watcher { client, expired });
        }
    }

    pub fn unwatch(&mut self, db: usize, key: &[u8], client: ClientId) {
        let at = (db, key.to_vec());
        if let Some(watchers) = self.watchers.get_mut(&at) {
            watchers.retain(|watcher| watcher.client != client);
            if watchers.is_empty() {
                self.watchers.remove(&at);
            }
        }
    }

    /// Whether a key that was alive when this client began to watch it is past its deadline now.
    pub fn watched_key_expired(&self, db: usize, key: &[u8], client: ClientId) -> bool {
        let Some(watchers) = self.watchers.get(&(db, key.to_vec())) else {
            return false;
        };
        let alive_then = watchers
            .iter()
            .any(|watcher| watcher.client == client && !watcher.expired);
        alive_then && self.is_due_in(db, key)
    }

    /// A key of the current database changed: its watchers are told.
    pub(super) fn touch_watched(&mut self, key: &[u8]) {
        if self.watchers.is_empty() {
            return;
        }
        let told = trace::is_on();
        let exists = self.dbs[self.db].keys.get(key).is_some();
        let at = (self.db, key.to_vec());
        for watcher in self.watchers.get_mut(&at).into_iter().flatten() {
            if watcher.expired && !exists {
                watcher.expired = false;
                continue;
            }
            self.broken_watches.push(watcher.client);
            if told {
                told::touched(watcher.client, self.db, key);
            }
        }
    }

    /// All of a database is about to go: watchers of keys that are in it are told.
    pub fn touch_all_watched(&mut self, db: usize) {
        let told = trace::is_on();
        let mut broken = Vec::new();
        for key in self.watched_keys(db) {
            if self.dbs[db].keys.get(&key).is_none() {
                continue;
            }
            let at = (db, key);
            for watcher in self.watchers.get_mut(&at).into_iter().flatten() {
                // What was expired before WATCH was called was gone already.
                if std::mem::take(&mut watcher.expired) {
                    continue;
                }
                broken.push(watcher.client);
                if told {
                    told::touched(watcher.client, db, &at.1);
                }
            }
        }
        self.broken_watches.extend(broken);
    }

    /// `db` is about to show what `other` holds: watchers of keys in either are told, unless nothing is before and
    /// something expired after.
    pub fn touch_all_swapped(&mut self, db: usize, other: usize) {
        let told = trace::is_on();
        let mut broken = Vec::new();
        for key in self.watched_keys(db) {
            let exists = self.dbs[db].keys.get(&key).is_some();
            let will_exist = self.dbs[other].keys.get(&key).is_some();
            let will_be_due = self.is_due_in(other, &key);
            if !exists && !will_exist {
                continue;
            }
            let at = (db, key);
            for watcher in self.watchers.get_mut(&at).into_iter().flatten() {
                if watcher.expired && !will_exist {
                    watcher.expired = false;
                } else if watcher.expired && will_be_due {
                    continue;
                } else if !watcher.expired && !exists && will_be_due {
                    watcher.expired = true;
                } else {
                    broken.push(watcher.client);
                    if told {
                        told::touched(watcher.client, db, &at.1);
                    }
                }
            }
        }
        self.broken_watches.extend(broken);
    }

    fn watched_keys(&self, db: usize) -> Vec<Vec<u8>> {
        let (from, to) = ((db, Vec::new()), (db + 1, Vec::new()));
        let watched = self.watchers.range(from..to);
        watched.map(|((_, key), _)| key.clone()).collect()
    }

    pub fn wait(&mut self, db: usize, key: &[u8], client: ClientId) {
        let clients = self.waiting.get_or_default((db, key.to_vec()));
        if !clients.contains(&client) {
            clients.push(client);
        }
    }

    pub fn stop_waiting(&mut self, db: usize, key: &[u8], client: ClientId) {
        let at = (db, key.to_vec());
        if let Some(clients) = self.waiting.get_mut(&at) {
            clients.retain(|other| *other != client);
            if clients.is_empty() {
                self.waiting.remove(&at);
            }
        }
    }

    /// Keys that somebody watches, in all databases.
    pub fn watched_count(&self) -> usize {
        self.watchers.len()
    }

    /// Keys that somebody waits for, in all databases.
    pub fn waited_count(&self) -> usize {
        self.waiting.len()
    }

    /// Clients waiting for a key, first come first.
    pub fn waiting_for(&self, db: usize, key: &[u8]) -> Vec<ClientId> {
        self.waiting
            .get(&(db, key.to_vec()))
            .cloned()
            .unwrap_or_default()
    }

    /// Keys with waiting clients in a database, for SWAPDB.
    pub fn waited_keys(&self, db: usize) -> Vec<Vec<u8>> {
        self.waiting
            .keys()
            .filter(|(at, _)| *at == db)
            .map(|(_, key)| key.clone())
            .collect()
    }

    /// The key no longer holds this object. Who reads a stream for a group wants to know: the group is gone with it.
    pub(super) fn signal_gone(&mut self, key: &[u8], object: &Object) {
        if matches!(object.value, Value::Stream(_)) {
            self.signal_ready(key);
        }
    }

    /// The key may now serve those who wait for it.
    pub fn signal_ready(&mut self, key: &[u8]) {
        if self.waiting.is_empty() {
            return;
        }
        let at = (self.db, key.to_vec());
        if self.waiting.contains_key(&at) && !self.ready.contains(&at) {
            self.ready.push(at);
        }
    }

    pub fn take_ready(&mut self) -> Vec<(usize, Vec<u8>)> {
        std::mem::take(&mut self.ready)
    }
}
