//! Fields of hashes whose time has come: what readers do with them, what the active cycle does, and the list of
//! hashes by nearest deadline. How a hash keeps its deadlines is the hash's business (`values/hash.rs`).

use crate::event::Class;
use crate::keyspace::Keyspace;
use crate::value::Value;
use crate::values::hash::Hash;

impl Keyspace {
    /// The nearest field deadline of a hash of the current database was `before` and is `after`.
    pub fn relist_fields(&mut self, key: &[u8], before: Option<i64>, after: Option<i64>) {
        if before == after {
            return;
        }
        let listed = &mut self.dbs[self.db].field_deadlines;
        if let Some(before) = before {
            listed.remove(&(before, key.to_vec()));
        }
        if let Some(after) = after {
            listed.insert((after, key.to_vec()));
        }
    }

    /// Removes those of these fields that are past their deadline, because a command came across them. A hash that
    /// has no other fields goes as well.
    pub fn drop_due_fields(&mut self, key: &[u8], fields: &[&[u8]]) {
        self.drop_due_but_keep_hash(key, fields);
        self.remove_hash_if_empty(key);
    }

    /// As `drop_due_fields`, for a command that is about to write: an emptied hash stays for it.
    pub fn drop_due_but_keep_hash(&mut self, key: &[u8], fields: &[&[u8]]) {
        let now = self.now.millis();
        let due = |hash: &Hash| {
            let due = fields
                .iter()
                .filter(|field| hash.get(field).is_some_and(|found| found.is_due(now)));
            let mut due: Vec<Vec<u8>> = due.map(|field| field.to_vec()).collect();
            let mut seen = structures::ordered::OrderedSet::new();
            due.retain(|field| seen.insert(field.clone()));
            due
        };
        self.drop_fields(key, due);
    }

    /// Removes up to `at_most` fields past their deadline and the hash if nothing is left; returns how many. The
    /// active cycle calls this for the first keys of `field_deadlines`, HRANDFIELD for its own key.
    pub fn expire_fields(&mut self, key: &[u8], at_most: usize) -> usize {
        let now = self.now.millis();
        let count = self.drop_fields(key, |hash| hash.due_fields(now, at_most));
        self.remove_hash_if_empty(key);
        count
    }

    fn drop_fields(&mut self, key: &[u8], choose: impl FnOnce(&Hash) -> Vec<Vec<u8>>) -> usize {
        let now = self.now.millis();
        let Some(hash) = self.hash_mut(key) else {
            return 0;
        };
        let before = hash.next_deadline();
        if before.is_none_or(|deadline| deadline > now) {
            return 0;
        }
        let chosen = choose(hash);
        for field in &chosen {
            hash.remove(field);
        }
        let after = hash.next_deadline();
        self.relist_fields(key, before, after);
        if chosen.is_empty() {
            return 0;
        }
        self.stats.expired_fields += chosen.len() as u64;
        if self.emit_effects {
            let effects = chosen
                .iter()
                .map(|field| (self.db, vec![b"HDEL".to_vec(), key.to_vec(), field.clone()]));
            self.effects.extend(effects);
        }
        self.touched(key);
        self.notify(Class::Hash, "hexpired", key);
        chosen.len()
    }

    fn remove_hash_if_empty(&mut self, key: &[u8]) {
        if self.hash_mut(key).is_some_and(|hash| hash.is_empty()) {
            self.remove_empty(key);
        }
    }

    fn hash_mut(&mut self, key: &[u8]) -> Option<&mut Hash> {
        match &mut self.modify(key)?.value {
            Value::Hash(hash) => Some(hash),
            _ => None,
        }
    }
}
