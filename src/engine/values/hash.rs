//! Hashes: fields with values, and for each field an optional deadline of its own.
//!
//! A small hash is one listpack of field, value, field, value. The first deadline turns each pair into a triple
//! (0 means none), ordered by deadline with the fields that have none at the end: `listpackex`. What grows too
//! large becomes a table. No way leads back. Deliberately not here: what expiry means to readers, replicas and
//! notifications (`hash_expiry.rs`); a field past its deadline is a field like any other here.

mod iter;
#[cfg(test)]
mod tests;

pub use iter::Iter;

use std::borrow::Cow;
use std::num::NonZero;
use structures::ordered::OrderedSet;

use super::told;
use crate::allocation::{allocated, text, text_bytes};
use crate::config::Limits;
use crate::structures::bytes::Bytes;
use crate::structures::dict::Dict;
use crate::structures::listpack::Listpack;
use crate::structures::random::Random;

#[derive(Debug, Clone)]
pub enum Hash {
    /// field, value, …
    Listpack(Listpack),
    /// field, value, deadline, … by deadline.
    ListpackEx(Box<Listpack>),
    Table(Box<Table>),
}

#[derive(Debug, Clone)]
pub struct Table {
    fields: Dict<Field>,
    deadlines: OrderedSet<(i64, Box<[u8]>)>,
    /// What Redis would allocate for the values, and for deadlines beside the fields' names.
    value_bytes: usize,
}

/// What a table holds for a field.
#[derive(Debug, Clone)]
pub struct Field {
    pub value: Bytes,
    deadline: Option<NonZero<i64>>,
}

impl Field {
    /// Milliseconds since 1970.
    pub fn deadline(&self) -> Option<i64> {
        self.deadline.map(NonZero::get)
    }
}

/// A field that was looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    pub value: Cow<'a, [u8]>,
    /// Milliseconds since 1970.
    pub deadline: Option<i64>,
}

/// What becomes of the deadline of a field that gets a new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldDeadline {
    Drop,
    Keep,
}

impl Found<'_> {
    /// Past its deadline at `now` (milliseconds). A field lives through the millisecond of its deadline.
    pub fn is_due(&self, now: i64) -> bool {
        is_due(self.deadline, now)
    }
}

pub(crate) fn is_due(deadline: Option<i64>, now: i64) -> bool {
    deadline.is_some_and(|deadline| now > deadline)
}

/// How a listpack writes "no deadline".
const NEVER: i64 = 0;

impl Default for Hash {
    fn default() -> Hash {
        Hash::Listpack(Listpack::new())
    }
}

impl Hash {
    pub fn new() -> Hash {
        Hash::default()
    }

    /// As OBJECT ENCODING says it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Hash::Listpack(_) => "listpack",
            Hash::ListpackEx(_) => "listpackex",
            Hash::Table(_) => "hashtable",
        }
    }

    /// Fields in all, those past their deadline included.
    pub fn len(&self) -> usize {
        match self {
            Hash::Listpack(pack) => pack.len() / 2,
            Hash::ListpackEx(pack) => pack.len() / 3,
            Hash::Table(table) => table.fields.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fields that are not past their deadline at `now`.
    pub fn len_at(&self, now: i64) -> usize {
        if self
            .next_deadline()
            .is_none_or(|deadline| !is_due(Some(deadline), now))
        {
            return self.len();
        }
        self.iter().filter(|(_, found)| !found.is_due(now)).count()
    }

    pub fn get(&self, field: &[u8]) -> Option<Found<'_>> {
        match self {
            Hash::Listpack(pack) => {
                let value = pack.next(place(pack, field, 2)?)?;
                Some(Found {
                    value: pack.get(value).to_bytes(),
                    deadline: None,
                })
            }
            Hash::ListpackEx(pack) => {
                let value = pack.next(place(pack, field, 3)?)?;
                Some(Found {
                    value: pack.get(value).to_bytes(),
                    deadline: deadline_after(pack, value),
                })
            }
            Hash::Table(table) => {
                let field = table.fields.get(field)?;
                Some(Found {
                    value: Cow::Borrowed(&field.value),
                    deadline: field.deadline(),
                })
            }
        }
    }

    /// Somebody looks for this field: in a table that is being rehashed, that moves a bucket.
    pub fn visit(&mut self, field: &[u8]) {
        if let Hash::Table(table) = self {
            table.fields.visit(field);
        }
    }

    pub fn contains(&self, field: &[u8]) -> bool {
        match self {
            Hash::Listpack(pack) => place(pack, field, 2).is_some(),
            Hash::ListpackEx(pack) => place(pack, field, 3).is_some(),
            Hash::Table(table) => table.fields.contains(field),
        }
    }

    /// Before fields and values (in turn) are set together: the table at once if they would not fit anyway.
    pub fn make_room(&mut self, words: &[&[u8]], limits: &Limits, seed: [u8; 16]) {
        let Some(pack) = self.listpack() else {
            return;
        };
        let count = words.len().div_ceil(2);
        let too_many = count > limits.hash_max_listpack_entries;
        let too_long = |word: &&[u8]| word.len() > limits.hash_max_listpack_value;
        let bytes = words.iter().map(|word| word.len()).sum();
        if too_many || words.iter().any(too_long) || !pack.safe_to_add(bytes) {
            if trace::is_on() {
                let longest = words.iter().map(|word| word.len()).max().unwrap_or(0);
                self.tell_table(count, longest, limits);
            }
            let table = self.become_table(seed);
            if too_many {
                table.fields.expand(count);
            }
        }
    }

    /// Sets a field; true if it is new.
    pub fn set(
        &mut self,
        field: &[u8],
        value: &[u8],
        old: OldDeadline,
        limits: &Limits,
        seed: [u8; 16],
    ) -> bool {
        if !matches!(self, Hash::Table(_)) {
            let longest = field.len().max(value.len());
            if longest > limits.hash_max_listpack_value {
                if trace::is_on() {
                    self.tell_table(0, longest, limits);
                }
                self.become_table(seed);
            }
        }
        let created = match self {
            Hash::Listpack(pack) => set_pair(pack, field, value),
            Hash::ListpackEx(pack) => set_triple(pack, field, value, old),
            Hash::Table(table) => return table.set(field, value, old),
        };
        if self.len() > limits.hash_max_listpack_entries {
            if trace::is_on() {
                self.tell_table(self.len(), 0, limits);
            }
            self.become_table(seed);
        }
        created
    }

    pub fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Hash::Listpack(pack) => remove_from(pack, field, 2),
            Hash::ListpackEx(pack) => remove_from(pack, field, 3),
            Hash::Table(table) => table.remove(field),
        }
    }

    /// Makes room for deadlines: a plain listpack's pairs become triples.
    pub fn allow_deadlines(&mut self) {
        let Hash::Listpack(pack) = self else { return };
        let mut triples = Listpack::new();
        for (at, entry) in pack.iter().enumerate() {
            triples.push_back(&entry.to_bytes());
            if at % 2 == 1 {
                triples.push_back_int(NEVER);
            }
        }
        if trace::is_on() {
            let why = "a field got a deadline, so each has room for one, and keeps it";
            told::converted("listpack", "listpackex", why.to_owned());
        }
        *self = Hash::ListpackEx(Box::new(triples));
    }

    /// Sets or drops the deadline of a field that is there. In a listpack the field moves: before others of the
    /// same deadline, or to the end.
    pub fn set_deadline(&mut self, field: &[u8], deadline: Option<i64>) {
        self.allow_deadlines();
        match self {
            Hash::Listpack(_) => unreachable!("deadlines were just allowed"),
            Hash::ListpackEx(pack) => {
                let Some(at) = place(pack, field, 3) else {
                    return;
                };
                let value = pack.next(at).expect("a value follows its field");
                let value = pack.get(value).to_bytes().into_owned();
                pack.delete_from(at, 3);
                insert_triple(pack, field, &value, deadline.unwrap_or(NEVER));
            }
            Hash::Table(table) => table.set_deadline(field, deadline),
        }
    }

    /// The nearest deadline of any field.
    pub fn next_deadline(&self) -> Option<i64> {
        match self {
            Hash::Listpack(_) => None,
            Hash::ListpackEx(pack) => deadline_after(pack, pack.next(pack.first()?)?),
            Hash::Table(table) => table.deadlines.first().map(|(deadline, _)| *deadline),
        }
    }

    /// Up to `at_most` fields past their deadline, the longest overdue first.
    pub fn due_fields(&self, now: i64, at_most: usize) -> Vec<Vec<u8>> {
        match self {
            Hash::Listpack(_) => Vec::new(),
            Hash::ListpackEx(_) => {
                let due = self.iter().take_while(|(_, found)| {
                    found.deadline.is_some_and(|deadline| deadline <= now)
                });
                due.take(at_most)
                    .map(|(field, _)| field.into_owned())
                    .collect()
            }
            Hash::Table(table) => {
                let due = table
                    .deadlines
                    .iter()
                    .take_while(|(deadline, _)| *deadline <= now);
                due.take(at_most).map(|(_, field)| field.to_vec()).collect()
            }
        }
    }

    /// Fields in the order in which they lie.
    pub fn iter(&self) -> Iter<'_> {
        match self {
            Hash::Listpack(pack) => Iter::pairs(pack),
            Hash::ListpackEx(pack) => Iter::triples(pack),
            Hash::Table(table) => Iter::table(&table.fields),
        }
    }

    /// One step of HSCAN: shows some fields and returns the next cursor, 0 at the end. Listpacks show all at once.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], Found)) -> u64 {
        let Hash::Table(table) = self else {
            self.iter().for_each(|(field, found)| visit(&field, found));
            return 0;
        };
        table.fields.scan(cursor, &mut |name, field| {
            visit(
                name,
                Found {
                    value: Cow::Borrowed(&field.value),
                    deadline: field.deadline(),
                },
            );
        })
    }

    /// A field by chance; none of an empty hash.
    pub fn random(&self, random: &mut Random) -> Option<(Cow<'_, [u8]>, Found<'_>)> {
        match self {
            Hash::Table(table) => {
                let (name, field) = table.fields.fair_random_entry(random)?;
                let found = Found {
                    value: Cow::Borrowed(&field.value),
                    deadline: field.deadline(),
                };
                Some((Cow::Borrowed(name), found))
            }
            Hash::Listpack(_) | Hash::ListpackEx(_) => {
                let pack = self.listpack()?;
                let width = if matches!(self, Hash::Listpack(_)) {
                    2
                } else {
                    3
                };
                let count = pack.len() / width;
                let at = if count == 0 {
                    return None;
                } else {
                    random.below(count as u64) as usize
                };
                let start = pack.seek((at * width) as isize)?;
                let mut from = if width == 2 {
                    Iter::pairs_from(pack, start)
                } else {
                    Iter::triples_from(pack, start)
                };
                from.next()
            }
        }
    }

    /// The listpack of a small hash, for pictures, DUMP and MEMORY USAGE.
    pub fn listpack(&self) -> Option<&Listpack> {
        match self {
            Hash::Listpack(pack) => Some(pack),
            Hash::ListpackEx(pack) => Some(pack),
            Hash::Table(_) => None,
        }
    }

    /// What Redis would allocate for the names and values of a table.
    pub fn content_bytes(&self) -> usize {
        match self {
            Hash::Table(table) => table.fields.key_bytes() + table.value_bytes,
            _ => 0,
        }
    }

    /// The table of a large hash, for pictures and MEMORY USAGE.
    pub fn table(&self) -> Option<&Dict<Field>> {
        match self {
            Hash::Table(table) => Some(&table.fields),
            _ => None,
        }
    }

    #[cold]
    fn tell_table(&self, count: usize, longest: usize, limits: &Limits) {
        told::outgrew(
            (self.encoding(), "hashtable"),
            (
                count,
                limits.hash_max_listpack_entries,
                "hash-max-listpack-entries",
            ),
            (
                longest,
                limits.hash_max_listpack_value,
                "hash-max-listpack-value",
            ),
        );
    }

    fn become_table(&mut self, seed: [u8; 16]) -> &mut Table {
        if !matches!(self, Hash::Table(_)) {
            let mut table = Table {
                fields: Dict::new(seed).told_as(trace::Of::Value),
                deadlines: OrderedSet::new(),
                value_bytes: 0,
            };
            table.fields.expand(self.len());
            for (name, found) in self.iter() {
                table.value_bytes += text(found.value.len());
                table.value_bytes += deadline_bytes(name.len(), found.deadline);
                table.fields.insert(
                    &name,
                    Field {
                        value: (*found.value).into(),
                        deadline: found.deadline.and_then(NonZero::new),
                    },
                );
                if let Some(deadline) = found.deadline {
                    table.deadlines.insert((deadline, name.into()));
                }
            }
            *self = Hash::Table(Box::new(table));
        }
        let Hash::Table(table) = self else {
            unreachable!("it was just made a table")
        };
        table
    }
}

impl Table {
    fn set(&mut self, name: &[u8], value: &[u8], old: OldDeadline) -> bool {
        let mut created = false;
        let field = self.fields.get_or_insert_with(name, || {
            created = true;
            Field {
                value: value.into(),
                deadline: None,
            }
        });
        self.value_bytes += text(value.len());
        if created {
            return true;
        }
        self.value_bytes -= text(field.value.len());
        field.value = value.into();
        if old == OldDeadline::Drop
            && let Some(deadline) = field.deadline.take()
        {
            self.value_bytes -= deadline_bytes(name.len(), Some(deadline.get()));
            self.deadlines.remove(&(deadline.get(), name.into()));
        }
        false
    }

    fn remove(&mut self, name: &[u8]) -> bool {
        let Some(field) = self.fields.remove(name) else {
            return false;
        };
        self.value_bytes -= text(field.value.len()) + deadline_bytes(name.len(), field.deadline());
        if let Some(deadline) = field.deadline() {
            self.deadlines.remove(&(deadline, name.into()));
        }
        true
    }

    fn set_deadline(&mut self, name: &[u8], deadline: Option<i64>) {
        let Some(field) = self.fields.find(name) else {
            return;
        };
        self.value_bytes += deadline_bytes(name.len(), deadline);
        let stored = deadline.and_then(NonZero::new);
        if let Some(old) = std::mem::replace(&mut field.deadline, stored) {
            self.value_bytes -= deadline_bytes(name.len(), Some(old.get()));
            self.deadlines.remove(&(old.get(), name.into()));
        }
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, name.into()));
        }
    }
}

/// What a deadline adds to the allocation of a field's name: it stands before the text, whose header grows with it.
pub(crate) fn deadline_bytes(name: usize, deadline: Option<i64>) -> usize {
    const DEADLINE: usize = 16 + 2;
    match deadline {
        Some(_) => allocated(text_bytes(name) + DEADLINE) - text(name),
        None => 0,
    }
}

/// Where a field stands among groups of `width` entries.
fn place(pack: &Listpack, field: &[u8], width: usize) -> Option<usize> {
    pack.find(field, pack.first()?, width - 1)
}

/// The deadline that follows the value at `value`.
fn deadline_after(pack: &Listpack, value: usize) -> Option<i64> {
    pack.get(pack.next(value)?)
        .int()
        .filter(|deadline| *deadline != NEVER)
}

fn set_pair(pack: &mut Listpack, field: &[u8], value: &[u8]) -> bool {
    if let Some(at) = place(pack, field, 2) {
        let at = pack.next(at).expect("a value follows its field");
        pack.replace(at, value);
        return false;
    }
    pack.push_back(field);
    pack.push_back(value);
    true
}

fn set_triple(pack: &mut Listpack, field: &[u8], value: &[u8], old: OldDeadline) -> bool {
    let Some(at) = place(pack, field, 3) else {
        insert_triple(pack, field, value, NEVER);
        return true;
    };
    let value_at = pack.next(at).expect("a value follows its field");
    if old == OldDeadline::Drop && deadline_after(pack, value_at).is_some() {
        pack.delete_from(at, 3);
        insert_triple(pack, field, value, NEVER);
    } else {
        pack.replace(value_at, value);
    }
    false
}

/// Before the first field that does not expire sooner; a field without a deadline goes to the end.
fn insert_triple(pack: &mut Listpack, field: &[u8], value: &[u8], deadline: i64) {
    let mut at = pack.end();
    if deadline != NEVER {
        let mut next = pack.first();
        while let Some(start) = next {
            let value = pack.next(start).expect("a value follows its field");
            if deadline_after(pack, value).is_none_or(|other| other >= deadline) {
                at = start;
                break;
            }
            next = pack.next(value).and_then(|deadline| pack.next(deadline));
        }
    }
    pack.insert_int_before(at, deadline);
    pack.insert_before(at, value);
    pack.insert_before(at, field);
}

fn remove_from(pack: &mut Listpack, field: &[u8], width: usize) -> bool {
    let found = place(pack, field, width);
    if let Some(at) = found {
        pack.delete_from(at, width);
    }
    found.is_some()
}
