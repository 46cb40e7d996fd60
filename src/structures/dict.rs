//! The hash table of Redis: chains, two tables while it grows or shrinks, one bucket moved per
//! operation.
//!
//! Every entry lives in one slab; tables hold slot numbers only, so that moving a bucket touches no
//! key. Iteration, SCAN's cursor and the dump for visualisers are in `walk.rs`; chance is in
//! `sample.rs`, what it tells a listener in `told.rs`. Deliberately not here: a clock. The caller's timer asks for
//! `rehash_steps`. Source:
//! Redis 8.2, `dict.c`.

mod sample;
mod told;
mod walk;

pub use walk::{Bucket, Iter};

use super::bytes::Bytes;
use super::siphash::siphash_1_2;
use super::slab::Slab;
use crate::allocation;
use trace::Of;

const INITIAL_BUCKETS: usize = 4;
const MIN_FILL: usize = 8;
const FORCE_RESIZE_RATIO: usize = 4;
const EMPTY_VISITS_PER_STEP: usize = 10;

/// Slot 0 is never used, so 0 ends a chain and a fresh table is zeroed memory.
const NIL: u32 = 0;

/// A map from byte strings to `V` whose order follows from the seed and the history of operations.
#[derive(Debug, Clone)]
pub struct Dict<V> {
    seed: [u8; 16],
    slots: Slab<Slot<V>>,
    free: u32,
    tables: [Table; 2],
    /// The first bucket of table 0 that has not moved to table 1 yet.
    rehash_index: Option<usize>,
    resize_avoided: bool,
    /// As whose table it tells what it does; none tells nothing.
    told_as: Option<Of>,
    /// What Redis would allocate for the keys, each a string of its own.
    key_bytes: usize,
}

#[derive(Debug, Clone)]
struct Slot<V> {
    entry: Option<(Bytes, V)>,
    /// Low half of the key's hash: it finds the bucket again and rejects most other keys unread.
    hash: u32,
    /// The next slot of the chain, or of the free list.
    next: u32,
}

#[derive(Debug, Clone, Default)]
struct Table {
    heads: Vec<u32>,
    used: usize,
    /// Entries that stand behind another one in their bucket.
    chained: usize,
}

/// Where a key was found: its slot and the link that leads there.
struct Located {
    table: usize,
    bucket: usize,
    before: u32,
    slot: u32,
}

impl<V> Dict<V> {
    /// An empty dict; nothing is allocated before the first insert.
    pub fn new(seed: [u8; 16]) -> Dict<V> {
        Dict {
            seed,
            slots: Slab::default(),
            free: NIL,
            tables: [Table::default(), Table::default()],
            rehash_index: None,
            resize_avoided: false,
            told_as: None,
            key_bytes: 0,
        }
    }

    /// Who listens to what is done inside a command is told of this table, as one of these.
    pub fn told_as(mut self, of: Of) -> Dict<V> {
        self.tell_as(of);
        self
    }

    pub fn tell_as(&mut self, of: Of) {
        self.told_as = Some(of);
    }

    pub fn len(&self) -> usize {
        self.tables[0].used + self.tables[1].used
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks without moving a bucket: for views and for code that must not change anything.
    pub fn get(&self, key: &[u8]) -> Option<&V> {
        let slot = self.lookup(self.hash(key), key)?;
        self.entry(slot).map(|(_, value)| value)
    }

    /// `get` for writing, also without moving a bucket.
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        let slot = self.lookup(self.hash(key), key)?;
        self.slots[slot as usize]
            .entry
            .as_mut()
            .map(|(_, value)| value)
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.lookup(self.hash(key), key).is_some()
    }

    /// A look-up as Redis does it: during a rehash it also moves a bucket.
    pub fn find(&mut self, key: &[u8]) -> Option<&mut V> {
        let slot = self.find_slot(key)?;
        self.slots[slot as usize]
            .entry
            .as_mut()
            .map(|(_, value)| value)
    }

    /// As `find`, for whoever reads with `get` afterwards: costs nothing unless the table is being rehashed or somebody
    /// listens.
    pub fn visit(&mut self, key: &[u8]) {
        if self.is_rehashing() || self.is_told() {
            self.find_slot(key);
        }
    }

    /// As `find`, the number of the entry's slot: it stays the same for as long as the entry is there.
    #[inline]
    pub fn find_slot(&mut self, key: &[u8]) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let hash = self.hash(key);
        self.lookup_moving(hash, key)
    }

    /// The entry of a slot, if it is still used.
    pub fn at_slot(&mut self, slot: u32) -> Option<(&[u8], &mut V)> {
        if slot as usize >= self.slots.len() {
            return None;
        }
        let entry = self.slots[slot as usize].entry.as_mut()?;
        Some((&entry.0, &mut entry.1))
    }

    /// `find`, returning the stored key with the value.
    pub fn find_entry(&mut self, key: &[u8]) -> Option<(&[u8], &mut V)> {
        let slot = self.find_slot(key)?;
        self.slots[slot as usize]
            .entry
            .as_mut()
            .map(|(key, value)| (&**key, value))
    }

    /// Sets `key` to `value` and returns what it replaced.
    pub fn insert(&mut self, key: &[u8], value: V) -> Option<V> {
        self.insert_at(key, value).1
    }

    /// As `insert`, with the number of the entry's slot.
    pub fn insert_at(&mut self, key: &[u8], value: V) -> (u32, Option<V>) {
        let hash = self.hash(key);
        match self.lookup_moving(hash, key) {
            Some(slot) => {
                let (_, old) = self.slots[slot as usize]
                    .entry
                    .as_mut()
                    .expect("a used slot");
                (slot, Some(std::mem::replace(old, value)))
            }
            None => (self.add(hash, key, value), None),
        }
    }

    /// The value of `key`, made by `make` if it was missing.
    pub fn get_or_insert_with(&mut self, key: &[u8], make: impl FnOnce() -> V) -> &mut V {
        let hash = self.hash(key);
        let slot = match self.lookup_moving(hash, key) {
            Some(slot) => slot,
            None => self.add(hash, key, make()),
        };
        let (_, value) = self.slots[slot as usize]
            .entry
            .as_mut()
            .expect("a used slot");
        value
    }

    pub fn remove(&mut self, key: &[u8]) -> Option<V> {
        self.remove_entry(key).map(|(_, value)| value)
    }

    pub fn remove_entry(&mut self, key: &[u8]) -> Option<(Bytes, V)> {
        if self.is_empty() {
            return None;
        }
        let hash = self.hash(key);
        self.step_towards(hash);
        let place = self.locate(hash, key)?;
        if self.is_told() {
            self.tell_removed(&place);
        }
        let next = self.slots[place.slot as usize].next;
        match place.before {
            NIL => self.tables[place.table].heads[place.bucket] = next,
            before => self.slots[before as usize].next = next,
        }
        let table = &mut self.tables[place.table];
        table.used -= 1;
        table.chained -= usize::from(place.before != NIL || next != NIL);
        self.key_bytes -= allocation::text(key.len());
        let entry = self.release(place.slot);
        self.shrink_if_needed();
        Some(entry)
    }

    /// Forgets all keys and both tables; the seed stays.
    pub fn clear(&mut self) {
        *self = Dict {
            resize_avoided: self.resize_avoided,
            told_as: self.told_as,
            ..Dict::new(self.seed)
        };
    }

    /// While a child process saves, resizing waits for a ratio of 4:1 (or 1/32), because moving
    /// entries would copy the pages that parent and child share.
    pub fn set_resize_avoid(&mut self, avoid: bool) {
        self.resize_avoided = avoid;
    }

    pub fn is_resize_avoided(&self) -> bool {
        self.resize_avoided
    }

    /// What Redis would allocate for the keys, each a string of its own.
    pub fn key_bytes(&self) -> usize {
        self.key_bytes
    }

    /// Entries that share a bucket with an older one: only these need a node where keys are all that is kept.
    pub fn chained(&self) -> usize {
        self.tables[0].chained + self.tables[1].chained
    }

    pub fn is_rehashing(&self) -> bool {
        self.rehash_index.is_some()
    }

    /// The moving frontier: buckets of table 0 below it are empty. `None` when idle.
    pub fn rehash_index(&self) -> Option<usize> {
        self.rehash_index
    }

    /// Moves up to `n` non-empty buckets, passing at most `10 * n` empty ones. True if some are
    /// left.
    pub fn rehash_steps(&mut self, n: usize) -> bool {
        let Some(mut index) = self.rehash_index else {
            return false;
        };
        if !self.may_rehash() {
            return false;
        }
        let is_told = self.is_told();
        let mut empty_visits = n * EMPTY_VISITS_PER_STEP;
        for _ in 0..n {
            if self.tables[0].used == 0 {
                break;
            }
            let first = index;
            while self.tables[0].heads[index] == NIL {
                index += 1;
                empty_visits -= 1;
                if empty_visits == 0 {
                    self.rehash_index = Some(index);
                    if is_told {
                        self.tell_passed(index);
                    }
                    return true;
                }
            }
            if is_told {
                if index > first {
                    self.tell_passed(index);
                }
                self.tell_moved(index, false);
            }
            self.move_bucket(index);
            index += 1;
        }
        self.rehash_index = Some(index);
        !self.finish_rehash()
    }

    /// Makes room for `n` keys at once, as Redis does before a load whose size is known.
    pub fn expand(&mut self, n: usize) {
        if !self.is_rehashing() && self.tables[0].used <= n {
            self.resize(n);
        }
    }

    #[inline]
    fn hash(&self, key: &[u8]) -> u32 {
        siphash_1_2(&self.seed, key) as u32
    }

    #[inline]
    fn entry(&self, slot: u32) -> Option<&(Bytes, V)> {
        self.slots[slot as usize].entry.as_ref()
    }

    #[inline]
    fn lookup_moving(&mut self, hash: u32, key: &[u8]) -> Option<u32> {
        self.step_towards(hash);
        let found = self.lookup(hash, key);
        if self.is_told() {
            self.tell_looked(hash, key, found);
        }
        found
    }

    #[inline]
    fn lookup(&self, hash: u32, key: &[u8]) -> Option<u32> {
        for table in &self.tables {
            if table.used == 0 {
                continue;
            }
            let mut at = table.heads[table.bucket_of(hash)];
            while at != NIL {
                let slot = &self.slots[at as usize];
                if slot.hash == hash && slot.entry.as_ref().is_some_and(|(k, _)| **k == *key) {
                    return Some(at);
                }
                at = slot.next;
            }
        }
        None
    }

    fn locate(&self, hash: u32, key: &[u8]) -> Option<Located> {
        for (table, buckets) in self.tables.iter().enumerate() {
            if buckets.used == 0 {
                continue;
            }
            let bucket = buckets.bucket_of(hash);
            let (mut before, mut at) = (NIL, buckets.heads[bucket]);
            while at != NIL {
                let slot = &self.slots[at as usize];
                if slot.hash == hash && slot.entry.as_ref().is_some_and(|(k, _)| **k == *key) {
                    return Some(Located {
                        table,
                        bucket,
                        before,
                        slot: at,
                    });
                }
                (before, at) = (at, slot.next);
            }
        }
        None
    }

    fn add(&mut self, hash: u32, key: &[u8], value: V) -> u32 {
        if self.grow_if_needed() {
            // Redis looks the bucket up again in the new tables, which is an operation like any
            // other.
            self.step_towards(hash);
        }
        self.key_bytes += allocation::text(key.len());
        let slot = self.occupy(Slot {
            entry: Some((key.into(), value)),
            hash,
            next: NIL,
        });
        let table = usize::from(self.is_rehashing());
        self.push(table, hash, slot);
        if self.is_told() {
            self.tell_inserted(table, hash, key);
        }
        slot
    }

    fn occupy(&mut self, slot: Slot<V>) -> u32 {
        if self.free != NIL {
            let at = self.free;
            self.free = self.slots[at as usize].next;
            self.slots[at as usize] = slot;
            return at;
        }
        if self.slots.is_empty() {
            self.slots.push(Slot {
                entry: None,
                hash: 0,
                next: NIL,
            });
        }
        u32::try_from(self.slots.push(slot)).expect("fewer than 2^32 keys fit in memory")
    }

    fn release(&mut self, at: u32) -> (Bytes, V) {
        let slot = &mut self.slots[at as usize];
        slot.next = self.free;
        self.free = at;
        slot.entry.take().expect("a located slot is used")
    }

    /// New entries stand at the head of their chain.
    #[inline]
    fn push(&mut self, table: usize, hash: u32, slot: u32) {
        let table = &mut self.tables[table];
        let bucket = table.bucket_of(hash);
        let next = std::mem::replace(&mut table.heads[bucket], slot);
        table.used += 1;
        table.chained += usize::from(next != NIL);
        self.slots[slot as usize].next = next;
    }

    fn grow_if_needed(&mut self) -> bool {
        let Table {
            used, ref heads, ..
        } = self.tables[0];
        let ratio = if self.resize_avoided {
            FORCE_RESIZE_RATIO
        } else {
            1
        };
        let full = heads.is_empty() || used >= ratio * heads.len();
        if !full && used >= heads.len() && !self.is_rehashing() && self.is_told() {
            self.tell_refused();
        }
        full && !self.is_rehashing() && self.resize(used + 1)
    }

    fn shrink_if_needed(&mut self) {
        let Table {
            used, ref heads, ..
        } = self.tables[0];
        let ratio = if self.resize_avoided {
            FORCE_RESIZE_RATIO
        } else {
            1
        };
        let sparse = heads.len() > INITIAL_BUCKETS && used * MIN_FILL * ratio <= heads.len();
        if sparse && !self.is_rehashing() {
            self.resize(used);
        }
    }

    /// Starts the move to the smallest power of two that holds `n`. False if that is the present
    /// size.
    fn resize(&mut self, n: usize) -> bool {
        let buckets = n.max(INITIAL_BUCKETS).next_power_of_two();
        if buckets == self.tables[0].heads.len() {
            return false;
        }
        let table = Table {
            heads: vec![NIL; buckets],
            ..Table::default()
        };
        if self.is_told() {
            self.tell_resized(buckets);
        }
        if self.tables[0].used == 0 {
            self.tables[0] = table;
        } else {
            self.tables[1] = table;
            self.rehash_index = Some(0);
        }
        true
    }

    /// One rehash step; a visit to a bucket that has not moved moves that one, since it is in the
    /// cache.
    #[inline]
    fn step_towards(&mut self, hash: u32) {
        if let Some(index) = self.rehash_index {
            self.step_at(index, self.tables[0].bucket_of(hash));
        }
    }

    fn step_at(&mut self, index: usize, visited: usize) {
        if visited < index || self.tables[0].heads[visited] == NIL {
            self.rehash_steps(1);
        } else if self.may_rehash() {
            if self.is_told() {
                self.tell_moved(visited, true);
            }
            self.move_bucket(visited);
            self.finish_rehash();
        }
    }

    fn may_rehash(&self) -> bool {
        if !self.resize_avoided {
            return true;
        }
        let [old, new] = self.table_sizes().into();
        if new > old {
            new >= FORCE_RESIZE_RATIO * old
        } else {
            old >= MIN_FILL * FORCE_RESIZE_RATIO * new
        }
    }

    fn move_bucket(&mut self, bucket: usize) {
        let mut at = std::mem::replace(&mut self.tables[0].heads[bucket], NIL);
        while at != NIL {
            let Slot { hash, next, .. } = self.slots[at as usize];
            self.push(1, hash, at);
            self.tables[0].used -= 1;
            self.tables[0].chained -= usize::from(next != NIL);
            at = next;
        }
    }

    fn finish_rehash(&mut self) -> bool {
        if self.tables[0].used != 0 {
            return false;
        }
        self.tables[0] = std::mem::take(&mut self.tables[1]);
        self.rehash_index = None;
        if self.is_told() {
            self.tell_finished();
        }
        true
    }
}

impl Table {
    #[inline]
    fn bucket_of(&self, hash: u32) -> usize {
        hash as usize & (self.heads.len() - 1)
    }
}

#[cfg(test)]
mod tests;
