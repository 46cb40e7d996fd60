//! Keys that no command removes: their deadline passed, or memory was needed.

use super::{Keyspace, Object, told};
use crate::cost;
use crate::event::Class;
use crate::expire::ExpiredKeys;
use crate::value::Value;

impl Keyspace {
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
        if trace::is_on() {
            told::removed(self.db, key);
        }
        let object = self.take(key);
        if trace::is_on() {
            told::gone(self.db, key, false);
        }
        if let Some(object) = object
            && self.expire_lazily
        {
            self.free_lazily(&object.value);
        }
        self.stats.expired += 1;
        self.note_change(key, false);
        self.notify(Class::Expired, "expired", key);
        self.emit_removal(key, self.expire_lazily);
    }

    /// Removes a key because memory is used up. Returns what that costs by the cost model, in nanoseconds.
    pub fn evict(&mut self, key: &[u8], lazily: bool) -> u64 {
        let Some(object) = self.take(key) else {
            return 0;
        };
        if object.has_deadline() && trace::is_on() {
            told::deadline(self.db, key, Object::NEVER);
        }
        let nanos = if lazily {
            self.free_lazily(&object.value)
        } else {
            cost::of_freeing(&object.value)
        };
        self.stats.evicted += 1;
        self.note_change(key, false);
        self.notify(Class::Evicted, "evicted", key);
        self.emit_removal(key, lazily);
        nanos
    }

    /// A removed value goes to a thread if it is worth that. Returns what is left to do here, in nanoseconds.
    pub fn free_lazily(&mut self, value: &Value) -> u64 {
        const WORTH_A_THREAD: usize = 64;
        if cost::pieces(value) <= WORTH_A_THREAD {
            return cost::of_freeing(value);
        }
        self.stats.lazily_freed += 1;
        0
    }

    fn emit_removal(&mut self, key: &[u8], lazily: bool) {
        if self.emit_effects {
            let name: &[u8] = if lazily { b"UNLINK" } else { b"DEL" };
            self.effects
                .push((self.db, vec![name.to_vec(), key.to_vec()]));
        }
    }
}
