//! The table of a database: one dict, or in a cluster one for each of the 16384 slots, so that a slot can be counted,
//! listed and given away without looking at the others. A dict is made with its first key and goes with its last.
//!
//! Which slot a key has is `cluster/slot.rs`'s business; SCAN's cursor holds it in its low 14 bits. Source: Redis 8.2,
//! `kvstore.c`.

use super::bytes::Bytes;
use super::dict::Dict;
use super::random::Random;
use crate::slot::{SLOTS, key_slot};
use trace::Of;

const SLOT_BITS: u32 = 14;

/// A map from byte strings to `V`, in one table or in one for each slot.
#[derive(Debug, Clone)]
pub struct Slotted<V> {
    seed: [u8; 16],
    /// Holds everything unless there are slots.
    whole: Dict<V>,
    /// Empty, or one place for each slot.
    slots: Vec<Option<Box<Dict<V>>>>,
    /// Keys in all slots.
    slotted_len: usize,
    resize_avoided: bool,
}

/// Where an entry is: the slot of its dict (0 if there is only one), and its number there. It stays the same for as
/// long as the entry is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    slot: u16,
    at: u32,
}

impl<V> Slotted<V> {
    /// `by_slot` says whether every slot has a dict of its own.
    pub fn new(seed: [u8; 16], by_slot: bool) -> Slotted<V> {
        let places = if by_slot { SLOTS } else { 0 };
        Slotted {
            seed,
            whole: Dict::new(seed),
            slots: std::iter::repeat_with(|| None).take(places).collect(),
            slotted_len: 0,
            resize_avoided: false,
        }
    }

    /// See `Dict::told_as`. Those of slots tell nothing.
    pub fn told_as(mut self, of: Of) -> Slotted<V> {
        self.tell_as(of);
        self
    }

    pub fn tell_as(&mut self, of: Of) {
        self.whole.tell_as(of);
    }

    pub fn is_by_slot(&self) -> bool {
        !self.slots.is_empty()
    }

    pub fn len(&self) -> usize {
        self.whole.len() + self.slotted_len
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The dict of one slot; nothing if it has no keys or there are no slots.
    pub fn slot(&self, slot: u16) -> Option<&Dict<V>> {
        self.slots.get(usize::from(slot))?.as_deref()
    }

    #[inline]
    fn of(&self, key: &[u8]) -> Option<&Dict<V>> {
        match self.slots.is_empty() {
            true => Some(&self.whole),
            false => self.slot(key_slot(key)),
        }
    }

    #[inline]
    fn of_mut(&mut self, key: &[u8]) -> Option<&mut Dict<V>> {
        match self.slots.is_empty() {
            true => Some(&mut self.whole),
            false => self.slots[usize::from(key_slot(key))].as_deref_mut(),
        }
    }

    /// The only dict, or those of all slots that have keys.
    pub fn dicts(&self) -> impl Iterator<Item = &Dict<V>> {
        std::iter::once(&self.whole).chain(self.slots.iter().flatten().map(Box::as_ref))
    }

    fn dicts_mut(&mut self) -> impl Iterator<Item = &mut Dict<V>> {
        std::iter::once(&mut self.whole).chain(self.slots.iter_mut().flatten().map(Box::as_mut))
    }

    // --- Keys: see `Dict` ---

    pub fn get(&self, key: &[u8]) -> Option<&V> {
        self.of(key)?.get(key)
    }

    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        self.of_mut(key)?.get_mut(key)
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.of(key).is_some_and(|dict| dict.contains(key))
    }

    pub fn find(&mut self, key: &[u8]) -> Option<&mut V> {
        self.of_mut(key)?.find(key)
    }

    pub fn find_entry(&mut self, key: &[u8]) -> Option<(&[u8], &mut V)> {
        self.of_mut(key)?.find_entry(key)
    }

    #[inline]
    pub fn find_slot(&mut self, key: &[u8]) -> Option<Place> {
        if self.slots.is_empty() {
            let at = self.whole.find_slot(key)?;
            return Some(Place { slot: 0, at });
        }
        let slot = key_slot(key);
        let at = self.slots[usize::from(slot)]
            .as_deref_mut()?
            .find_slot(key)?;
        Some(Place { slot, at })
    }

    #[inline]
    pub fn at_slot(&mut self, place: Place) -> Option<(&[u8], &mut V)> {
        match self.slots.is_empty() {
            true => self.whole.at_slot(place.at),
            false => self.slots[usize::from(place.slot)]
                .as_deref_mut()?
                .at_slot(place.at),
        }
    }

    pub fn insert(&mut self, key: &[u8], value: V) -> Option<V> {
        self.insert_at(key, value).1
    }

    pub fn insert_at(&mut self, key: &[u8], value: V) -> (Place, Option<V>) {
        if self.slots.is_empty() {
            let (at, before) = self.whole.insert_at(key, value);
            return (Place { slot: 0, at }, before);
        }
        let slot = key_slot(key);
        let (at, before) = self.make(key).insert_at(key, value);
        self.slotted_len += usize::from(before.is_none());
        (Place { slot, at }, before)
    }

    pub fn get_or_insert_with(&mut self, key: &[u8], make: impl FnOnce() -> V) -> &mut V {
        if self.slots.is_empty() {
            return self.whole.get_or_insert_with(key, make);
        }
        if !self.contains(key) {
            self.slotted_len += 1;
        }
        self.make(key).get_or_insert_with(key, make)
    }

    pub fn remove(&mut self, key: &[u8]) -> Option<V> {
        self.remove_entry(key).map(|(_, value)| value)
    }

    pub fn remove_entry(&mut self, key: &[u8]) -> Option<(Bytes, V)> {
        if self.slots.is_empty() {
            return self.whole.remove_entry(key);
        }
        let place = &mut self.slots[usize::from(key_slot(key))];
        let dict = place.as_deref_mut()?;
        let entry = dict.remove_entry(key)?;
        if dict.is_empty() {
            *place = None;
        }
        self.slotted_len -= 1;
        Some(entry)
    }

    /// The dict of the key's slot, made if it was not there.
    fn make(&mut self, key: &[u8]) -> &mut Dict<V> {
        let (seed, avoid) = (self.seed, self.resize_avoided);
        self.slots[usize::from(key_slot(key))].get_or_insert_with(|| {
            let mut dict = Dict::new(seed);
            dict.set_resize_avoid(avoid);
            Box::new(dict)
        })
    }

    pub fn clear(&mut self) {
        let avoid = self.resize_avoided;
        let mut whole = Dict::new(self.seed);
        std::mem::swap(&mut whole, &mut self.whole);
        whole.clear();
        *self = Slotted::new(self.seed, self.is_by_slot());
        self.whole = whole;
        self.set_resize_avoid(avoid);
    }

    // --- Tables ---

    pub fn set_resize_avoid(&mut self, avoid: bool) {
        self.resize_avoided = avoid;
        self.dicts_mut()
            .for_each(|dict| dict.set_resize_avoid(avoid));
    }

    pub fn is_rehashing(&self) -> bool {
        self.dicts().any(Dict::is_rehashing)
    }

    /// Of the only dict; none in a cluster.
    pub fn rehash_index(&self) -> Option<usize> {
        self.whole.rehash_index()
    }

    pub fn rehash_steps(&mut self, n: usize) -> bool {
        let mut more = false;
        for dict in self.dicts_mut() {
            more |= dict.rehash_steps(n);
        }
        more
    }

    /// Makes room at once; in a cluster nobody knows which slots the keys will have.
    pub fn expand(&mut self, n: usize) {
        if !self.is_by_slot() {
            self.whole.expand(n);
        }
    }

    /// Buckets of all first and of all second tables.
    pub fn table_sizes(&self) -> (usize, usize) {
        self.dicts()
            .map(Dict::table_sizes)
            .fold((0, 0), |sum, sizes| (sum.0 + sizes.0, sum.1 + sizes.1))
    }

    /// Entries in all first and in all second tables.
    pub fn table_used(&self) -> (usize, usize) {
        self.dicts()
            .map(Dict::table_used)
            .fold((0, 0), |sum, used| (sum.0 + used.0, sum.1 + used.1))
    }

    /// What Redis would allocate for the keys, each a string of its own.
    pub fn key_bytes(&self) -> usize {
        self.dicts().map(Dict::key_bytes).sum()
    }

    /// Entries that share a bucket with an older one.
    pub fn chained(&self) -> usize {
        self.dicts().map(Dict::chained).sum()
    }

    /// Of the only dict; nothing in a cluster.
    pub fn bucket(&self, table: usize, index: usize) -> impl Iterator<Item = &[u8]> {
        self.whole.bucket(table, index)
    }

    // --- Walks ---

    /// By slot, then in bucket order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        self.dicts().flat_map(Dict::iter)
    }

    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Every entry for writing, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut V)> {
        self.dicts_mut().flat_map(Dict::iter_mut)
    }

    /// One step of SCAN, as `Dict::scan`.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], &V)) -> u64 {
        match self.slots.is_empty() {
            true => self.whole.scan(cursor, visit),
            false => self.scan_slots(cursor, None, visit),
        }
    }

    /// One step of SCAN over one slot only. A cursor that stands in another one is moved there, or at its end.
    pub fn scan_slot(&self, cursor: u64, slot: u16, visit: &mut dyn FnMut(&[u8], &V)) -> u64 {
        match self.slots.is_empty() {
            true => self.whole.scan(cursor, visit),
            false => self.scan_slots(cursor, Some(slot), visit),
        }
    }

    fn scan_slots(&self, cursor: u64, only: Option<u16>, visit: &mut dyn FnMut(&[u8], &V)) -> u64 {
        let mut slot = (cursor as usize % SLOTS) as u16;
        let mut inner = cursor >> SLOT_BITS;
        if let Some(only) = only {
            if slot > only {
                return 0;
            }
            if slot < only {
                (slot, inner) = (only, 0);
            }
        }
        let inner = self.slot(slot).map_or(0, |dict| dict.scan(inner, visit));
        if inner != 0 {
            return inner << SLOT_BITS | u64::from(slot);
        }
        match only {
            Some(_) => 0,
            None => self.next_slot(slot).map_or(0, u64::from),
        }
    }

    /// The next slot after this one that has keys.
    fn next_slot(&self, slot: u16) -> Option<u16> {
        let first = usize::from(slot) + 1;
        let found = self.slots[first..].iter().position(Option::is_some)?;
        Some((first + found) as u16)
    }

    // --- Chance: see `Dict`; a slot's chance is its share of the keys ---

    fn random_dict(&self, random: &mut Random) -> &Dict<V> {
        if self.slotted_len == 0 {
            return &self.whole;
        }
        let mut target = random.below(self.slotted_len as u64) as usize;
        let found = self.slots.iter().flatten().find(|dict| {
            let here = target < dict.len();
            target = target.saturating_sub(dict.len());
            here
        });
        found.expect("the lengths add up")
    }

    pub fn random_key(&self, random: &mut Random) -> Option<&[u8]> {
        self.random_dict(random).random_key(random)
    }

    pub fn random_entry(&self, random: &mut Random) -> Option<(&[u8], &V)> {
        self.random_dict(random).random_entry(random)
    }

    pub fn fair_random_key(&self, random: &mut Random) -> Option<&[u8]> {
        self.random_dict(random).fair_random_key(random)
    }

    pub fn fair_random_entry(&self, random: &mut Random) -> Option<(&[u8], &V)> {
        self.random_dict(random).fair_random_entry(random)
    }

    pub fn some_keys(&self, n: usize, random: &mut Random) -> Vec<(&[u8], &V)> {
        self.random_dict(random).some_keys(n, random)
    }
}

#[cfg(test)]
mod tests;
