//! The databases: keys, their values and deadlines. Every look-up goes through here, so lazy expiry, access times,
//! hit counts, WATCH, notifications and "a key is ready" are decided in one place and commands need not know them.
//!
//! Time is frozen while a command runs: `begin` sets it. What is not here: the active expiry cycle (`expire.rs`),
//! eviction, and who listens to the facts.

use std::collections::{BTreeMap, BTreeSet};

use crate::client::ClientId;
use crate::error::Error;
use crate::event::Class;
use crate::expire::Cycle;
use crate::structures::random::Random;
use crate::structures::slotted::Slotted;
use crate::time::Time;
use crate::value::{Kind, Value};

/// A value with what Redis keeps beside it.
#[derive(Debug, Clone)]
pub struct Object {
    pub value: Value,
    /// Milliseconds since 1970; `Object::NEVER` without one.
    pub deadline: i64,
    /// Milliseconds since 1970 of the last access, for OBJECT IDLETIME.
    pub accessed: i64,
}

impl Object {
    pub const NEVER: i64 = -1;

    pub fn has_deadline(&self) -> bool {
        self.deadline != Object::NEVER
    }

    /// Seconds since the last access, by a clock that knows only whole seconds.
    pub fn idle_seconds(&self, now: Time) -> i64 {
        (now.secs() - self.accessed.div_euclid(1000)).max(0)
    }
}

/// One numbered database.
#[derive(Debug, Clone)]
pub struct Db {
    pub keys: Slotted<Object>,
    /// The keys that have a deadline. The active cycle walks this table with a cursor.
    pub expires: Slotted<()>,
    /// Where the active cycle stands in `expires`.
    pub expires_cursor: u64,
    /// Hashes with field deadlines, by their nearest one (milliseconds since 1970).
    pub field_deadlines: BTreeSet<(i64, Vec<u8>)>,
}

/// Something that happened to a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// For notifications and for whoever watches the keyspace.
    Event {
        class: Class,
        name: &'static str,
        db: usize,
        key: Vec<u8>,
    },
    /// Its value changed, whatever its database: for clients that cache it. `by_client` if a command did it, and not
    /// time.
    Modified { key: Vec<u8>, by_client: bool },
}

#[derive(Debug, Clone, Default)]
pub struct KeyStats {
    pub hits: u64,
    pub misses: u64,
    pub expired: u64,
    pub expired_fields: u64,
}

/// What a look-up does with a key past its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiredKeys {
    Removed,
    /// A replica does not show it, and removes it only when its master says so.
    Hidden,
    /// A replica that does what its master says finds what the master found.
    Alive,
}

/// A client that watches a key.
#[derive(Debug, Clone)]
struct Watcher {
    client: ClientId,
    /// The key was past its deadline already when WATCH was called: its removal changes nothing for this client.
    expired: bool,
}

#[derive(Debug, Clone)]
pub struct Keyspace {
    pub dbs: Vec<Db>,
    /// The database of the client whose command runs.
    pub db: usize,
    /// Frozen while a command runs.
    pub now: Time,
    pub stats: KeyStats,
    /// Changes since the start; a command that raises it is a write that took effect.
    pub dirty: u64,
    /// Collect facts of these classes (bits of `Class`); zero collects none.
    pub listening: u32,
    /// In the order in which they happened.
    pub facts: Vec<Fact>,
    /// Words that replicas get because of expiry; collected only while somebody listens.
    pub emit_effects: bool,
    pub effects: Vec<(usize, Vec<Vec<u8>>)>,
    pub expired_keys: ExpiredKeys,
    /// CLIENT NO-TOUCH: look-ups leave access times alone.
    pub no_touch: bool,
    /// Where the active expiry cycle stands.
    pub cycle: Cycle,
    watchers: BTreeMap<(usize, Vec<u8>), Vec<Watcher>>,
    /// Clients whose watched keys were touched.
    pub broken_watches: Vec<ClientId>,
    /// Who waits for which key, in order of waiting.
    waiting: BTreeMap<(usize, Vec<u8>), Vec<ClientId>>,
    /// Collect the keys that change, for clients that cache them.
    pub note_modified: bool,
    ready: Vec<(usize, Vec<u8>)>,
    seed: [u8; 16],
    /// How many vector sets there ever were.
    vector_sets: u64,
}

impl Db {
    fn new(seed: [u8; 16], by_slot: bool) -> Db {
        Db {
            keys: Slotted::new(seed, by_slot),
            expires: Slotted::new(seed, by_slot),
            expires_cursor: 0,
            field_deadlines: BTreeSet::new(),
        }
    }
}

impl Keyspace {
    /// `by_slot`: the tables of a server in a cluster.
    pub fn new(databases: usize, by_slot: bool, random: &mut Random, now: Time) -> Keyspace {
        let mut seed = [0u8; 16];
        seed[..8].copy_from_slice(&random.next_u64().to_le_bytes());
        seed[8..].copy_from_slice(&random.next_u64().to_le_bytes());
        Keyspace {
            dbs: (0..databases).map(|_| Db::new(seed, by_slot)).collect(),
            db: 0,
            now,
            stats: KeyStats::default(),
            dirty: 0,
            listening: 0,
            facts: Vec::new(),
            emit_effects: false,
            effects: Vec::new(),
            expired_keys: ExpiredKeys::Removed,
            no_touch: false,
            cycle: Cycle::default(),
            watchers: BTreeMap::new(),
            broken_watches: Vec::new(),
            waiting: BTreeMap::new(),
            note_modified: false,
            ready: Vec::new(),
            seed,
            vector_sets: 0,
        }
    }

    /// A command of a client of database `db` begins; time stands still until the next `begin`.
    pub fn begin(&mut self, db: usize, now: Time) {
        self.db = db;
        self.now = now;
    }

    /// The 16 bytes that every hash table of this server hashes with.
    pub fn hash_seed(&self) -> [u8; 16] {
        self.seed
    }

    pub fn current(&mut self) -> &mut Db {
        &mut self.dbs[self.db]
    }

    // --- Look-ups -------------------------------------------------------------------------------------------------

    /// For reading: expires what is due, counts a hit or a miss, notes the access.
    pub fn read(&mut self, key: &[u8]) -> Option<&Object> {
        let hidden = self.expire_if_due(key);
        let now = self.now.millis();
        let touch = !self.no_touch;
        let found = self.dbs[self.db].keys.find(key).filter(|_| !hidden);
        let Some(object) = found else {
            self.stats.misses += 1;
            // Spelled out: the borrow checker cannot see that `notify` and the look-up exclude each other.
            if self.listening & Class::KeyMiss as u32 != 0 {
                self.facts.push(Fact::Event {
                    class: Class::KeyMiss,
                    name: "keymiss",
                    db: self.db,
                    key: key.to_vec(),
                });
            }
            return None;
        };
        self.stats.hits += 1;
        if touch {
            object.accessed = now;
        }
        Some(object)
    }

    /// For writing: as `read`, but counts neither hits nor misses.
    pub fn write(&mut self, key: &[u8]) -> Option<&mut Object> {
        let hidden = self.expire_if_due(key);
        let now = self.now.millis();
        let touch = !self.no_touch;
        let object = self.dbs[self.db].keys.find(key).filter(|_| !hidden)?;
        if touch {
            object.accessed = now;
        }
        Some(object)
    }

    /// Leaves access time and counts alone (OBJECT, DEBUG, inspection); still expires what is due.
    pub fn peek(&mut self, key: &[u8]) -> Option<&Object> {
        let hidden = self.expire_if_due(key);
        self.dbs[self.db].keys.get(key).filter(|_| !hidden)
    }

    /// As `read`, but the key does not count as used (EXISTS, TYPE, TTL).
    pub fn read_untouched(&mut self, key: &[u8]) -> Option<&Object> {
        let found = self.count_look_up(key);
        if !found {
            self.notify(Class::KeyMiss, "keymiss", key);
        }
        self.dbs[self.db].keys.get(key).filter(|_| found)
    }

    /// As `read_untouched`, and a miss is no event (OBJECT).
    pub fn read_unnoticed(&mut self, key: &[u8]) -> Option<&Object> {
        let found = self.count_look_up(key);
        self.dbs[self.db].keys.get(key).filter(|_| found)
    }

    fn count_look_up(&mut self, key: &[u8]) -> bool {
        let hidden = self.expire_if_due(key);
        let found = self.dbs[self.db].keys.find(key).is_some() && !hidden;
        if found {
            self.stats.hits += 1;
        } else {
            self.stats.misses += 1;
        }
        found
    }

    /// Makes the key count as used now, even for a client that said NO-TOUCH. Says whether it is there.
    pub fn touch(&mut self, key: &[u8]) -> bool {
        let no_touch = std::mem::take(&mut self.no_touch);
        let found = self.read(key).is_some();
        self.no_touch = no_touch;
        found
    }

    /// A value of type `T` for reading. Absent is `None`; another type is `WRONGTYPE`.
    pub fn get<T: Kind>(&mut self, key: &[u8]) -> Result<Option<&T>, Error> {
        match self.read(key) {
            None => Ok(None),
            Some(object) => T::of(&object.value).map(Some).ok_or(Error::WrongType),
        }
    }

    /// A value of type `T` for writing. Absent is `None`; another type is `WRONGTYPE`.
    pub fn get_mut<T: Kind>(&mut self, key: &[u8]) -> Result<Option<&mut T>, Error> {
        match self.write(key) {
            None => Ok(None),
            Some(object) => T::of_mut(&mut object.value)
                .map(Some)
                .ok_or(Error::WrongType),
        }
    }

    /// A value of type `T` for writing; `empty` makes it if the key is absent. The caller adds something to it:
    /// Redis never keeps an empty collection.
    pub fn get_or_insert<T: Kind>(
        &mut self,
        key: &[u8],
        empty: impl FnOnce() -> T,
    ) -> Result<&mut T, Error> {
        if self.write(key).is_none() {
            self.insert(key, empty().into_value());
        }
        let object = self.dbs[self.db]
            .keys
            .find(key)
            .expect("the key is there or was just inserted");
        T::of_mut(&mut object.value).ok_or(Error::WrongType)
    }

    pub fn exists(&mut self, key: &[u8]) -> bool {
        self.peek(key).is_some()
    }

    // --- Changes --------------------------------------------------------------------------------------------------

    /// The key holds this value from now on, whatever it held; a deadline is dropped.
    /// The caller says `changed` afterwards.
    pub fn insert(&mut self, key: &[u8], value: Value) {
        self.put(key, value, Object::NEVER);
    }

    /// As `insert`, with a deadline (or `Object::NEVER`).
    pub fn put(&mut self, key: &[u8], mut value: Value, deadline: i64) {
        if let Value::VectorSet(set) = &mut value
            && set.number.is_none()
        {
            set.number = Some(self.vector_sets);
            self.vector_sets += 1;
        }
        let object = Object {
            value,
            deadline,
            accessed: self.now.millis(),
        };
        let fields_after = next_field_deadline(&object);
        let db = &mut self.dbs[self.db];
        let before = db.keys.insert(key, object);
        let fields_before = before.as_ref().and_then(next_field_deadline);
        let had_deadline = before.as_ref().is_some_and(Object::has_deadline);
        if deadline != Object::NEVER {
            if !had_deadline {
                db.expires.insert(key, ());
            }
        } else if had_deadline {
            db.expires.remove(key);
        }
        self.relist_fields(key, fields_before, fields_after);
        match before {
            None => {
                self.notify(Class::New, "new", key);
                self.signal_ready(key);
            }
            Some(before) => {
                self.signal_gone(key, &before);
                self.notify_overwritten(key, before.value.kind());
            }
        }
    }

    /// The key held a value of this type until now, and holds another.
    pub fn notify_overwritten(&mut self, key: &[u8], before: &'static str) {
        const OVERWRITES: u32 = Class::Overwritten as u32 | Class::TypeChanged as u32;
        if self.listening & OVERWRITES == 0 {
            return;
        }
        let after = self.dbs[self.db]
            .keys
            .get(key)
            .map(|object| object.value.kind());
        self.notify(Class::Overwritten, "overwritten", key);
        if after != Some(before) {
            self.notify(Class::TypeChanged, "type_changed", key);
        }
    }

    /// Removes a key that is there, expired or not; gives what it held. No notification: the caller knows why.
    pub fn remove(&mut self, key: &[u8]) -> Option<Object> {
        let db = &mut self.dbs[self.db];
        let object = db.keys.remove(key)?;
        if object.has_deadline() {
            db.expires.remove(key);
        }
        self.relist_fields(key, next_field_deadline(&object), None);
        self.signal_gone(key, &object);
        Some(object)
    }

    /// Removes a key as DEL does; an expired one counts as absent.
    pub fn delete(&mut self, key: &[u8]) -> bool {
        self.expire_if_due(key);
        self.remove(key).is_some()
    }

    /// Removes a collection that became empty, and says so. Call after the notification of what emptied it.
    pub fn remove_empty(&mut self, key: &[u8]) {
        self.remove(key);
        self.notify(Class::Generic, "del", key);
    }

    pub fn deadline(&mut self, key: &[u8]) -> Option<i64> {
        self.peek(key)
            .filter(|object| object.has_deadline())
            .map(|object| object.deadline)
    }

    /// Sets or drops the deadline of a key that is there.
    pub fn set_deadline(&mut self, key: &[u8], deadline: Option<i64>) {
        let db = &mut self.dbs[self.db];
        let Some(object) = db.keys.find(key) else {
            return;
        };
        if let (Some(_), Value::String(value)) = (deadline, &mut object.value) {
            value.make_room(key, true);
        }
        object.deadline = deadline.unwrap_or(Object::NEVER);
        match deadline {
            Some(_) => db.expires.insert(key, ()),
            None => db.expires.remove(key),
        };
    }

    /// Removes all of a database, without a notification.
    pub fn flush(&mut self, db: usize) {
        self.touch_all_watched(db);
        self.dirty += self.dbs[db].keys.len() as u64;
        let empty = Db::new(self.seed, self.dbs[db].keys.is_by_slot());
        let flushed = std::mem::replace(&mut self.dbs[db], empty);
        let current = std::mem::replace(&mut self.db, db);
        for key in self.waited_keys(db) {
            if let Some(object) = flushed.keys.get(&key) {
                self.signal_gone(&key, object);
            }
        }
        self.db = current;
    }

    /// Exchanges two databases; clients watching or waiting there see what is there now.
    pub fn swap(&mut self, first: usize, second: usize) {
        self.touch_all_swapped(first, second);
        self.touch_all_swapped(second, first);
        self.dbs.swap(first, second);
        let current = self.db;
        for db in [first, second] {
            self.db = db;
            let other = if db == first { second } else { first };
            for key in self.waited_keys(db) {
                let was_stream = self.dbs[other]
                    .keys
                    .get(&key)
                    .is_some_and(|object| matches!(object.value, Value::Stream(_)));
                if was_stream || self.dbs[db].keys.get(&key).is_some() {
                    self.signal_ready(&key);
                }
            }
        }
        self.db = current;
    }

    // --- Facts ----------------------------------------------------------------------------------------------------

    /// A key changed: watchers are told, the change counts, and the fact is noted.
    pub fn changed(&mut self, class: Class, name: &'static str, key: &[u8]) {
        self.touched(key);
        self.dirty += 1;
        self.notify(class, name, key);
    }

    /// As `changed`, for a collection that lost elements, maybe all of them. Some commands tell those who cache the key
    /// after the events, and this is for those.
    pub fn lost(&mut self, class: Class, name: &'static str, key: &[u8], all: bool) {
        self.dirty += 1;
        self.notify(class, name, key);
        if all {
            self.remove_empty(key);
        }
        self.touched(key);
    }

    /// A key changed, without a notification and without counting.
    pub fn touched(&mut self, key: &[u8]) {
        self.note_change(key, true);
    }

    fn note_change(&mut self, key: &[u8], by_client: bool) {
        if self.note_modified {
            self.facts.push(Fact::Modified {
                key: key.to_vec(),
                by_client,
            });
        }
        if self.watchers.is_empty() {
            return;
        }
        let exists = self.dbs[self.db].keys.get(key).is_some();
        for watcher in self
            .watchers
            .get_mut(&(self.db, key.to_vec()))
            .into_iter()
            .flatten()
        {
            if watcher.expired && !exists {
                watcher.expired = false;
            } else {
                self.broken_watches.push(watcher.client);
            }
        }
    }

    pub fn notify(&mut self, class: Class, name: &'static str, key: &[u8]) {
        if self.listening & class as u32 != 0 {
            self.facts.push(Fact::Event {
                class,
                name,
                db: self.db,
                key: key.to_vec(),
            });
        }
    }

    // --- Expiry ---------------------------------------------------------------------------------------------------

    /// Whether the key is there but past its deadline.
    pub fn is_due(&self, key: &[u8]) -> bool {
        self.expired_keys != ExpiredKeys::Alive && self.is_due_in(self.db, key)
    }

    pub fn is_due_in(&self, db: usize, key: &[u8]) -> bool {
        let db = &self.dbs[db];
        // Redis compares with >: a key lives through the millisecond of its deadline.
        !db.expires.is_empty()
            && db
                .keys
                .get(key)
                .is_some_and(|object| object.has_deadline() && self.now.millis() > object.deadline)
    }

    /// As the active cycle asks: it is a millisecond stricter than a look-up.
    pub fn deadline_passed(&self, key: &[u8]) -> bool {
        let object = self.dbs[self.db].keys.get(key);
        object.is_some_and(|object| object.has_deadline() && self.now.millis() >= object.deadline)
    }

    pub fn expire_if_due(&mut self, key: &[u8]) -> bool {
        let due = self.is_due(key);
        if due && self.expired_keys == ExpiredKeys::Removed {
            self.expire(key);
        }
        due
    }

    /// Removes a key because its time has come.
    pub fn expire(&mut self, key: &[u8]) {
        self.remove(key);
        self.stats.expired += 1;
        self.note_change(key, false);
        self.notify(Class::Expired, "expired", key);
        if self.emit_effects {
            self.effects
                .push((self.db, vec![b"DEL".to_vec(), key.to_vec()]));
        }
    }

    // --- Who watches, who waits -----------------------------------------------------------------------------------

    /// `client` watches a key of the current database.
    pub fn watch(&mut self, key: &[u8], client: ClientId) {
        let expired = self.is_due(key);
        let watchers = self.watchers.entry((self.db, key.to_vec())).or_default();
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

    /// All of a database is about to go: watchers of keys that are in it are told.
    pub fn touch_all_watched(&mut self, db: usize) {
        let (from, to) = ((db, Vec::new()), (db + 1, Vec::new()));
        let mut broken = Vec::new();
        for ((_, key), watchers) in self.watchers.range_mut(from..to) {
            if self.dbs[db].keys.get(key).is_none() {
                continue;
            }
            for watcher in watchers {
                // What was expired before WATCH was called was gone already.
                if std::mem::take(&mut watcher.expired) {
                    continue;
                }
                broken.push(watcher.client);
            }
        }
        self.broken_watches.extend(broken);
    }

    /// `db` is about to show what `other` holds: watchers of keys in either are told, unless nothing is before and
    /// something expired after.
    pub fn touch_all_swapped(&mut self, db: usize, other: usize) {
        let (from, to) = ((db, Vec::new()), (db + 1, Vec::new()));
        let mut broken = Vec::new();
        let keys: Vec<Vec<u8>> = self
            .watchers
            .range(from..to)
            .map(|((_, key), _)| key.clone())
            .collect();
        for key in keys {
            let exists = self.dbs[db].keys.get(&key).is_some();
            let will_exist = self.dbs[other].keys.get(&key).is_some();
            let will_be_due = self.is_due_in(other, &key);
            if !exists && !will_exist {
                continue;
            }
            for watcher in self.watchers.get_mut(&(db, key)).into_iter().flatten() {
                if watcher.expired && !will_exist {
                    watcher.expired = false;
                } else if watcher.expired && will_be_due {
                    continue;
                } else if !watcher.expired && !exists && will_be_due {
                    watcher.expired = true;
                } else {
                    broken.push(watcher.client);
                }
            }
        }
        self.broken_watches.extend(broken);
    }

    pub fn wait(&mut self, db: usize, key: &[u8], client: ClientId) {
        let clients = self.waiting.entry((db, key.to_vec())).or_default();
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
    fn signal_gone(&mut self, key: &[u8], object: &Object) {
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

/// The nearest deadline of a field, if the object is a hash that has any.
fn next_field_deadline(object: &Object) -> Option<i64> {
    match &object.value {
        Value::Hash(hash) => hash.next_deadline(),
        _ => None,
    }
}
