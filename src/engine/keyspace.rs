//! The databases: keys, their values and deadlines. Every look-up goes through here, so lazy expiry, access times,
//! hit counts, WATCH, notifications and "a key is ready" are decided in one place and commands need not know them.
//!
//! Time is frozen while a command runs: `begin` sets it. What is not here: the active expiry cycle (`expire.rs`),
//! the choice of victims (`eviction.rs`), and who listens to the facts.
//!
//! What the keys take is known at any time: a key that was given away for writing is counted again when the next one
//! is, or when the next command begins (`recount`).

mod leaving;
mod told;
mod waiting;

use structures::ordered::{OrderedMap, OrderedSet};
use trace::Of;

use crate::access::{Access, Tally};
use crate::client::ClientId;
use crate::cost;
use crate::error::Error;
use crate::event::Class;
use crate::eviction::Pool;
use crate::expire::{Cycle, ExpiredKeys};
use crate::memory;
use crate::sizes::Sizes;
use crate::structures::random::Random;
use crate::structures::slotted::{Place, Slotted};
use crate::time::Time;
use crate::value::{Kind, Value};
use crate::values::string::Str;

/// A value with what Redis keeps beside it.
#[derive(Debug, Clone)]
pub struct Object {
    pub value: Value,
    /// Milliseconds since 1970; `Object::NEVER` without one.
    pub deadline: i64,
    pub access: Access,
    /// As what it is counted in `Db::sizes`, with the bits below.
    marks: u8,
    /// What `Keyspace::counted_bytes` holds of it, in eights of bytes.
    counted: u32,
}

impl Object {
    pub const NEVER: i64 = -1;

    pub fn new(value: Value, deadline: i64, access: Access) -> Object {
        Object {
            value,
            deadline,
            access,
            marks: if deadline == Object::NEVER {
                0
            } else {
                HAS_ROOM
            },
            counted: 0,
        }
    }

    pub fn has_deadline(&self) -> bool {
        self.deadline != Object::NEVER
    }

    /// The nearest deadline of a field, if this is a hash that has any.
    pub fn next_field_deadline(&self) -> Option<i64> {
        match &self.value {
            Value::Hash(hash) => hash.next_deadline(),
            _ => None,
        }
    }

    /// Whether Redis' object has a place for a deadline. It keeps the place when the deadline is dropped.
    pub fn has_room_for_deadline(&self) -> bool {
        self.marks & HAS_ROOM != 0
    }

    fn counted_bytes(&self) -> usize {
        self.counted as usize * 8
    }
}

/// Bits of `Object::marks`.
const SIZE_CLASS: u8 = 0x3f;
const WAS_EMBEDDED: u8 = 0x40;
const HAS_ROOM: u8 = 0x80;

impl Object {
    /// A value that moves out of the object does so into a new one, which has room for a deadline if there is one.
    fn note_embedding(&mut self) {
        let is_embedded = is_embedded(&self.value);
        if self.marks & WAS_EMBEDDED != 0 && !is_embedded && !self.has_deadline() {
            self.marks &= !HAS_ROOM;
        }
        self.marks &= !WAS_EMBEDDED;
        if is_embedded {
            self.marks |= WAS_EMBEDDED;
        }
    }
}

fn is_embedded(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.is_embedded())
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
    pub field_deadlines: OrderedSet<(i64, Vec<u8>)>,
    /// What the keys take, as MEMORY USAGE counts, but for the one that is given away for writing.
    counted: usize,
    /// How large the values are; up to date as `counted` is.
    pub sizes: Sizes,
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
    pub evicted: u64,
    /// Values that UNLINK and its like gave to a thread that frees what is large.
    pub lazily_freed: u64,
}

/// A client that watches a key.
#[derive(Debug, Clone)]
struct Watcher {
    client: ClientId,
    /// The key was past its deadline already when WATCH was called: its removal changes nothing for this client.
    expired: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Touch {
    Write,
    Put,
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
    /// What the running command did that neither its words nor its reply show, in nanoseconds of the cost model.
    pub work: u64,
    /// CLIENT NO-TOUCH: look-ups leave access times alone.
    pub no_touch: bool,
    /// `lazyfree-lazy-expire`.
    pub expire_lazily: bool,
    /// `lazyfree-lazy-server-del`.
    pub server_del_lazily: bool,
    /// How accesses are noted, by the eviction policy.
    pub tally: Tally,
    /// For counters that grow by chance; of its own, so that a policy does not shift other draws.
    chance: Random,
    /// The key that was last given away for writing (database and slot): what it takes is counted when the next one
    /// is, or when the command is over.
    lent: Option<(usize, Place)>,
    /// The key that the running command wrote last, and how: to look it up again for writing is no other access.
    touched: Option<(usize, Place, Touch)>,
    pub pool: Pool,
    /// Where the active expiry cycle stands.
    pub cycle: Cycle,
    watchers: OrderedMap<(usize, Vec<u8>), Vec<Watcher>>,
    /// Clients whose watched keys were touched.
    pub broken_watches: Vec<ClientId>,
    /// Who waits for which key, in order of waiting.
    waiting: OrderedMap<(usize, Vec<u8>), Vec<ClientId>>,
    /// Collect the keys that change, for clients that cache them.
    pub note_modified: bool,
    ready: Vec<(usize, Vec<u8>)>,
    seed: [u8; 16],
    /// How many vector sets there ever were.
    vector_sets: u64,
}

impl Db {
    fn new(number: usize, seed: [u8; 16], by_slot: bool) -> Db {
        Db {
            keys: Slotted::new(seed, by_slot).told_as(Of::Keys(number as u16)),
            expires: Slotted::new(seed, by_slot),
            expires_cursor: 0,
            field_deadlines: OrderedSet::new(),
            counted: 0,
            sizes: Sizes::default(),
        }
    }

    /// A key is no longer here.
    fn forget(&mut self, object: &Object) {
        self.counted -= object.counted_bytes();
        self.sizes.forget(&object.value, object.marks & SIZE_CLASS);
    }
}

impl Keyspace {
    /// `by_slot`: the tables of a server in a cluster.
    pub fn new(databases: usize, by_slot: bool, random: &mut Random, now: Time) -> Keyspace {
        let mut seed = [0u8; 16];
        seed[..8].copy_from_slice(&random.next_u64().to_le_bytes());
        seed[8..].copy_from_slice(&random.next_u64().to_le_bytes());
        Keyspace {
            dbs: (0..databases)
                .map(|number| Db::new(number, seed, by_slot))
                .collect(),
            db: 0,
            now,
            stats: KeyStats::default(),
            dirty: 0,
            listening: 0,
            facts: Vec::new(),
            emit_effects: false,
            effects: Vec::new(),
            expired_keys: ExpiredKeys::Removed,
            work: 0,
            no_touch: false,
            expire_lazily: false,
            server_del_lazily: false,
            tally: Tally::Recency,
            chance: random.fork("access"),
            lent: None,
            touched: None,
            pool: Pool::default(),
            cycle: Cycle::default(),
            watchers: OrderedMap::new(),
            broken_watches: Vec::new(),
            waiting: OrderedMap::new(),
            note_modified: false,
            ready: Vec::new(),
            seed,
            vector_sets: 0,
        }
    }

    /// A command of a client of database `db` begins; time stands still until the next `begin`.
    pub fn begin(&mut self, db: usize, now: Time) {
        self.recount();
        self.touched = None;
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
        self.read_inside(key).map(|object| &*object)
    }

    /// As `read`, for a look-up inside of the value, which may move a bucket there.
    fn read_inside(&mut self, key: &[u8]) -> Option<&mut Object> {
        let Some(slot) = self.find(key) else {
            self.stats.misses += 1;
            self.notify(Class::KeyMiss, "keymiss", key);
            return None;
        };
        self.stats.hits += 1;
        let (_, object) = self.dbs[self.db].keys.at_slot(slot)?;
        if !self.no_touch {
            let before = object.access;
            object.access = before.again(&self.tally, self.now, &mut self.chance);
            if trace::is_on() {
                told::used(self.db, key, before, object.access, &self.tally, self.now);
            }
        }
        Some(object)
    }

    /// For writing: as `read`, but counts neither hits nor misses.
    pub fn write(&mut self, key: &[u8]) -> Option<&mut Object> {
        let slot = self.find(key)?;
        self.lend(slot);
        let again = self.is_touched(slot);
        self.touched = Some((self.db, slot, Touch::Write));
        let (_, object) = self.dbs[self.db].keys.at_slot(slot)?;
        if !self.no_touch && !again {
            let before = object.access;
            object.access = before.again(&self.tally, self.now, &mut self.chance);
            if trace::is_on() {
                told::used(self.db, key, before, object.access, &self.tally, self.now);
            }
        }
        Some(object)
    }

    /// The slot of a key that is there and not past its deadline; what is due is removed.
    #[inline]
    fn find(&mut self, key: &[u8]) -> Option<Place> {
        if trace::is_on() {
            self.tell_key(key);
        }
        let keys = &mut self.dbs[self.db].keys;
        let slot = keys.find_slot(key)?;
        let (_, object) = keys.at_slot(slot)?;
        if object.has_deadline() && self.now.millis() > object.deadline {
            match self.expired_keys {
                ExpiredKeys::Removed => self.expire(key),
                ExpiredKeys::Hidden => {}
                ExpiredKeys::Alive => return Some(slot),
            }
            return None;
        }
        Some(slot)
    }

    fn is_touched(&self, slot: Place) -> bool {
        matches!(self.touched, Some((db, at, _)) if db == self.db && at == slot)
    }

    /// Counts again what the key takes that was given away for writing.
    #[inline]
    pub fn recount(&mut self) {
        let Some((db, slot)) = self.lent.take() else {
            return;
        };
        let db = &mut self.dbs[db];
        if let Some((key, object)) = db.keys.at_slot(slot) {
            object.note_embedding();
            let bytes = memory::counted(key, object);
            db.counted -= object.counted_bytes();
            object.counted = bytes.div_ceil(8).min(u32::MAX as usize) as u32;
            db.counted += object.counted_bytes();
            let class = object.marks & SIZE_CLASS;
            object.marks &= !SIZE_CLASS;
            object.marks |= db.sizes.count_again(&object.value, class);
        }
    }

    /// A key for writing by the server itself: neither expiry nor access is looked at.
    pub(crate) fn modify(&mut self, key: &[u8]) -> Option<&mut Object> {
        let slot = self.dbs[self.db].keys.find_slot(key)?;
        self.lend(slot);
        self.dbs[self.db]
            .keys
            .at_slot(slot)
            .map(|(_, object)| object)
    }

    /// The key of this slot is going to change.
    #[inline]
    fn lend(&mut self, slot: Place) {
        if self.lent != Some((self.db, slot)) {
            self.recount();
            self.lent = Some((self.db, slot));
        }
    }

    /// What all keys take together, as MEMORY USAGE counts.
    pub fn counted_bytes(&self) -> usize {
        self.dbs.iter().map(|db| db.counted).sum()
    }

    /// Leaves access time and counts alone (OBJECT, DEBUG, inspection); still expires what is due.
    pub fn peek(&mut self, key: &[u8]) -> Option<&Object> {
        if trace::is_on() {
            self.tell_key(key);
        }
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
        if trace::is_on() {
            self.tell_key(key);
        }
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

    /// As `get`, for a look-up inside of the value, which may move a bucket there: its contents stay as they are.
    pub fn get_inside<T: Kind>(&mut self, key: &[u8]) -> Result<Option<&mut T>, Error> {
        match self.read_inside(key) {
            None => Ok(None),
            Some(object) => T::of_mut(&mut object.value)
                .map(Some)
                .ok_or(Error::WrongType),
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
        let (_, slot) = self.lent.expect("it was just given away or inserted");
        let (_, object) = self.dbs[self.db]
            .keys
            .at_slot(slot)
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
        self.recount();
        if trace::is_on() {
            self.tell_key(key);
        }
        let access = Access::new(&self.tally, self.now);
        let object = Object::new(value, deadline, access);
        let fields_after = object.next_field_deadline();
        let db = &mut self.dbs[self.db];
        let (slot, before) = db.keys.insert_at(key, object);
        self.lent = Some((self.db, slot));
        let again = self.touched == Some((self.db, slot, Touch::Write));
        self.touched = Some((self.db, slot, Touch::Put));
        if let Some(before) = &before {
            db.forget(before);
            // Who overwrites a key uses it: that it was used before is not forgotten.
            let access = match self.no_touch || again {
                true => before.access,
                false => before.access.again(&self.tally, self.now, &mut self.chance),
            };
            if let Some((_, object)) = db.keys.at_slot(slot) {
                object.access = access;
                // A value apart from its object takes the place of another one there; else the object is a new one.
                let apart = |value: &Value| !is_embedded(value);
                let is_number = matches!(object.value, Value::String(Str::Int(_)));
                if apart(&before.value) && apart(&object.value) && !is_number {
                    object.marks |= before.marks & HAS_ROOM;
                }
            }
        }
        let fields_before = before.as_ref().and_then(Object::next_field_deadline);
        let had_deadline = before.as_ref().is_some_and(Object::has_deadline);
        if trace::is_on() && (had_deadline || deadline != Object::NEVER) {
            told::deadline(self.db, key, deadline);
        }
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
                if trace::is_on() {
                    told::added(self.db, key);
                }
                self.notify(Class::New, "new", key);
                self.signal_ready(key);
            }
            Some(before) => {
                self.free(Some(&before));
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

    /// Puts a key from a file: no event, no change that counts.
    pub fn load(&mut self, db: usize, key: &[u8], mut object: Object) {
        let current = std::mem::replace(&mut self.db, db);
        self.remove(key);
        let has_deadline = object.has_deadline();
        if let Value::String(text) = &mut object.value {
            text.make_room(key, has_deadline);
        }
        if has_deadline {
            self.dbs[db].expires.insert(key, ());
        }
        let nearest = object.next_field_deadline();
        let (slot, _) = self.dbs[db].keys.insert_at(key, object);
        self.lent = Some((db, slot));
        self.recount();
        self.relist_fields(key, None, nearest);
        self.db = current;
    }

    /// Removes a key that is there, expired or not; gives what it held. No notification: the caller knows why.
    pub fn remove(&mut self, key: &[u8]) -> Option<Object> {
        let object = self.take(key)?;
        if trace::is_on() {
            told::gone(self.db, key, object.has_deadline());
        }
        Some(object)
    }

    fn take(&mut self, key: &[u8]) -> Option<Object> {
        self.recount();
        let db = &mut self.dbs[self.db];
        let object = db.keys.remove(key)?;
        db.forget(&object);
        if object.has_deadline() {
            db.expires.remove(key);
        }
        self.relist_fields(key, object.next_field_deadline(), None);
        self.signal_gone(key, &object);
        Some(object)
    }

    /// Removes a key as DEL does; an expired one counts as absent.
    pub fn delete(&mut self, key: &[u8]) -> bool {
        self.expire_if_due(key);
        let removed = self.remove(key);
        if let Some(object) = &removed {
            self.work += cost::of_freeing(&object.value);
        }
        removed.is_some()
    }

    /// What was taken out for another value is freed.
    pub fn free(&mut self, object: Option<&Object>) {
        if let Some(object) = object {
            self.work += match self.server_del_lazily {
                true => self.free_lazily(&object.value),
                false => cost::of_freeing(&object.value),
            };
        }
    }

    /// Removes a key as UNLINK does: what is large is freed by a thread.
    pub fn unlink(&mut self, key: &[u8]) -> bool {
        self.expire_if_due(key);
        let removed = self.remove(key);
        if let Some(object) = &removed {
            self.work += self.free_lazily(&object.value);
        }
        removed.is_some()
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
        let Some(object) = self.modify(key) else {
            return;
        };
        if let (Some(_), Value::String(value)) = (deadline, &mut object.value) {
            value.make_room(key, true);
        }
        object.deadline = deadline.unwrap_or(Object::NEVER);
        if deadline.is_some() {
            object.marks |= HAS_ROOM;
        }
        if trace::is_on() {
            told::deadline(self.db, key, deadline.unwrap_or(Object::NEVER));
        }
        let db = &mut self.dbs[self.db];
        match deadline {
            Some(_) => db.expires.insert(key, ()),
            None => db.expires.remove(key),
        };
    }

    /// Removes all of a database, without a notification. Returns how many keys that were.
    pub fn flush(&mut self, db: usize) -> u64 {
        self.recount();
        self.touch_all_watched(db);
        let keys = self.dbs[db].keys.len() as u64;
        self.dirty += keys;
        let empty = Db::new(db, self.seed, self.dbs[db].keys.is_by_slot());
        if trace::is_on() {
            told::emptied(db);
        }
        let flushed = std::mem::replace(&mut self.dbs[db], empty);
        let current = std::mem::replace(&mut self.db, db);
        for key in self.waited_keys(db) {
            if let Some(object) = flushed.keys.get(&key) {
                self.signal_gone(&key, object);
            }
        }
        self.db = current;
        keys
    }

    /// Exchanges two databases; clients watching or waiting there see what is there now.
    pub fn swap(&mut self, first: usize, second: usize) {
        self.recount();
        self.touch_all_swapped(first, second);
        self.touch_all_swapped(second, first);
        self.dbs.swap(first, second);
        for db in [first, second] {
            self.dbs[db].keys.tell_as(Of::Keys(db as u16));
        }
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
        self.touch_watched(key);
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
}
