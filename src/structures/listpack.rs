//! The listpack: one run of bytes that holds a short list, byte for byte as Redis writes it.
//!
//! A header of 6 bytes (total bytes, count), the entries, and 0xFF. How one entry is written stands
//! in `entry.rs`. An offset names an entry until the next change. Deliberately not here: the limits
//! beyond which a type leaves the listpack. Source: Redis `listpack.c` and its specification by S.
//! Sanfilippo.

mod entry;

pub use entry::{Entry, INT_TEXT};

use entry::Encoded;

const HEADER_BYTES: usize = 6;
const END: u8 = 0xff;
/// A count that the header cannot hold: then the entries have to be counted.
const COUNT_UNKNOWN: u16 = u16::MAX;
/// Redis refuses to let a listpack grow beyond 1 GB.
const SAFE_BYTES: usize = 1 << 30;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listpack(Vec<u8>);

/// Entries from an offset to the end.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    listpack: &'a Listpack,
    at: Option<usize>,
}

/// Entries from an offset back to the first.
#[derive(Debug, Clone)]
pub struct IterBackward<'a> {
    listpack: &'a Listpack,
    at: Option<usize>,
}

/// Writes entries at the end of a listpack; see `Listpack::append_with`.
pub struct Appender<'a> {
    bytes: &'a mut Vec<u8>,
    added: usize,
}

impl Appender<'_> {
    pub fn text(&mut self, value: &[u8]) {
        self.push(&Encoded::new(value));
    }

    pub fn int(&mut self, value: i64) {
        self.push(&Encoded::int(value));
    }

    fn push(&mut self, value: &Encoded) {
        value
            .parts()
            .iter()
            .for_each(|part| self.bytes.extend_from_slice(part));
        self.added += 1;
    }
}

impl Default for Listpack {
    fn default() -> Listpack {
        Listpack::new()
    }
}

impl Listpack {
    pub fn new() -> Listpack {
        Listpack::with_capacity(0)
    }

    /// An empty one that can become so many bytes long before it is moved.
    pub fn with_capacity(bytes: usize) -> Listpack {
        const EMPTY: [u8; HEADER_BYTES + 1] = [HEADER_BYTES as u8 + 1, 0, 0, 0, 0, 0, END];
        let mut pack = Vec::with_capacity(bytes.max(EMPTY.len()));
        pack.extend_from_slice(&EMPTY);
        Listpack(pack)
    }

    /// Takes over bytes from outside; `None` unless every length in them is true.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Listpack> {
        let total = u32::from_le_bytes(*bytes.first_chunk()?);
        if bytes.len() <= HEADER_BYTES || total as usize != bytes.len() {
            return None;
        }
        let (mut at, mut count) = (HEADER_BYTES, 0);
        while *bytes.get(at)? != END {
            at += entry::checked_size(&bytes[at..bytes.len() - 1])?;
            count += 1;
        }
        let listpack = Listpack(bytes);
        let stated = listpack.stated_count();
        let whole = at + 1 == listpack.size();
        let counted = stated == COUNT_UNKNOWN || usize::from(stated) == count;
        (whole && counted).then_some(listpack)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Bytes in all, header and end included.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// The number of entries: from the header, or counted if there are 65535 or more.
    pub fn len(&self) -> usize {
        match self.stated_count() {
            COUNT_UNKNOWN => self.iter().count(),
            count => usize::from(count),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.size() == HEADER_BYTES + 1
    }

    /// The bytes that `value` would take as an entry, back-length included.
    pub fn entry_size_for(value: &[u8]) -> usize {
        Encoded::new(value).size()
    }

    /// Whether so many more bytes stay below Redis' limit of 1 GB.
    pub fn safe_to_add(&self, bytes: usize) -> bool {
        self.size().saturating_add(bytes) <= SAFE_BYTES
    }

    pub fn push_back(&mut self, value: &[u8]) {
        self.push_encoded(&Encoded::new(value));
    }

    pub fn push_back_int(&mut self, value: i64) {
        self.push_encoded(&Encoded::int(value));
    }

    /// Adds what `write` adds, and states size and count only once, at the end.
    pub fn append_with(&mut self, write: impl FnOnce(&mut Appender)) {
        self.0.pop();
        let mut appender = Appender {
            bytes: &mut self.0,
            added: 0,
        };
        write(&mut appender);
        let added = appender.added;
        self.0.push(END);
        if self.stated_count() != COUNT_UNKNOWN {
            self.state_count(usize::from(self.stated_count()) + added);
        }
        self.state_size();
    }

    pub fn push_front(&mut self, value: &[u8]) {
        self.insert_encoded(HEADER_BYTES, &Encoded::new(value));
    }

    /// Puts `value` before the entry at `offset`; it stands there afterwards. The end marker's
    /// offset, `end`, is allowed.
    pub fn insert_before(&mut self, offset: usize, value: &[u8]) -> usize {
        self.insert_encoded(offset, &Encoded::new(value));
        offset
    }

    /// Puts `value` after the entry at `offset` and returns its own offset.
    pub fn insert_after(&mut self, offset: usize, value: &[u8]) -> usize {
        self.insert_before(offset + self.entry_size(offset), value)
    }

    pub fn insert_int_before(&mut self, offset: usize, value: i64) -> usize {
        self.insert_encoded(offset, &Encoded::int(value));
        offset
    }

    /// Writes another value in the entry's place; its offset stays.
    pub fn replace(&mut self, offset: usize, value: &[u8]) {
        self.overwrite(offset, self.entry_size(offset), &Encoded::new(value));
    }

    pub fn replace_int(&mut self, offset: usize, value: i64) {
        self.overwrite(offset, self.entry_size(offset), &Encoded::int(value));
    }

    /// Removes one entry. Returns where its successor stands now.
    pub fn delete(&mut self, offset: usize) -> Option<usize> {
        self.delete_from(offset, 1)
    }

    /// Removes up to `count` entries from the one at `offset` on. Returns where their successor
    /// stands.
    pub fn delete_from(&mut self, offset: usize, count: usize) -> Option<usize> {
        let (mut to, mut gone) = (offset, 0);
        while gone < count && self.0[to] != END {
            to += self.entry_size(to);
            gone += 1;
        }
        self.0.drain(offset..to);
        if self.stated_count() != COUNT_UNKNOWN {
            self.state_count(usize::from(self.stated_count()) - gone);
        }
        self.state_size();
        self.some_entry(offset)
    }

    /// Removes up to `count` entries from the `index`-th on; negative counts from the end.
    pub fn delete_range(&mut self, index: isize, count: usize) {
        if let Some(offset) = self.seek(index) {
            self.delete_from(offset, count);
        }
    }

    /// Adds all entries of `other` behind those of this one.
    pub fn append(&mut self, other: &Listpack) {
        let count = self.len() + other.len();
        self.make_room(other.size());
        self.0.pop();
        self.0.extend_from_slice(&other.0[HEADER_BYTES..]);
        self.state_count(count);
        self.state_size();
    }

    /// Gives back what is allocated beyond its size: nothing more is to come.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    pub fn clear(&mut self) {
        *self = Listpack::new();
    }

    pub fn first(&self) -> Option<usize> {
        self.some_entry(HEADER_BYTES)
    }

    pub fn last(&self) -> Option<usize> {
        self.prev(self.end())
    }

    /// The offset of the end marker, where an insert appends.
    pub fn end(&self) -> usize {
        self.size() - 1
    }

    pub fn next(&self, offset: usize) -> Option<usize> {
        self.some_entry(offset + self.entry_size(offset))
    }

    /// The entry before this one, found through its back-length.
    pub fn prev(&self, offset: usize) -> Option<usize> {
        (offset > HEADER_BYTES).then(|| offset - entry::size_before(&self.0[..offset]))
    }

    pub fn get(&self, offset: usize) -> Entry<'_> {
        entry::decode(&self.0[offset..])
    }

    /// The bytes of one entry, for a picture: what it holds and its back-length.
    pub fn entry_bytes(&self, offset: usize) -> &[u8] {
        &self.0[offset..offset + self.entry_size(offset)]
    }

    /// The offset of the `index`-th entry, walking from the nearer end; -1 is the last.
    pub fn seek(&self, index: isize) -> Option<usize> {
        let length = match self.stated_count() {
            COUNT_UNKNOWN if index < 0 => return self.seek_backward(index.unsigned_abs() - 1),
            COUNT_UNKNOWN => return self.seek_forward(index.unsigned_abs()),
            count => usize::from(count),
        };
        let place = match index < 0 {
            true => length.checked_sub(index.unsigned_abs())?,
            false => Some(index.unsigned_abs()).filter(|place| *place < length)?,
        };
        if place <= length / 2 {
            self.seek_forward(place)
        } else {
            self.seek_backward(length - 1 - place)
        }
    }

    /// The first entry equal to `value`, from the one at `from` on; after each entry that differs,
    /// `skip` more are passed over, as when only fields of a hash count.
    pub fn find(&self, value: &[u8], from: usize, skip: usize) -> Option<usize> {
        let number = entry::canonical_int(value);
        let mut at = self.some_entry(from)?;
        loop {
            let equal = match self.get(at) {
                Entry::Int(int) => number == Some(int),
                Entry::Str(bytes) => bytes == value,
            };
            if equal {
                return Some(at);
            }
            for _ in 0..=skip {
                at = self.next(at)?;
            }
        }
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter {
            listpack: self,
            at: self.first(),
        }
    }

    pub fn iter_from(&self, offset: usize) -> Iter<'_> {
        Iter {
            listpack: self,
            at: self.some_entry(offset),
        }
    }

    pub fn iter_rev(&self) -> IterBackward<'_> {
        IterBackward {
            listpack: self,
            at: self.last(),
        }
    }

    pub fn iter_rev_from(&self, offset: usize) -> IterBackward<'_> {
        IterBackward {
            listpack: self,
            at: self.some_entry(offset),
        }
    }

    fn some_entry(&self, offset: usize) -> Option<usize> {
        (self.0[offset] != END).then_some(offset)
    }

    #[inline]
    fn entry_size(&self, offset: usize) -> usize {
        entry::size(&self.0[offset..])
    }

    fn seek_forward(&self, steps: usize) -> Option<usize> {
        (0..steps).try_fold(self.first()?, |at, _| self.next(at))
    }

    fn seek_backward(&self, steps: usize) -> Option<usize> {
        (0..steps).try_fold(self.last()?, |at, _| self.prev(at))
    }

    fn push_encoded(&mut self, value: &Encoded) {
        self.make_room(value.size());
        self.0.pop();
        value
            .parts()
            .iter()
            .for_each(|part| self.0.extend_from_slice(part));
        self.0.push(END);
        self.count_one_more();
        self.state_size();
    }

    fn insert_encoded(&mut self, offset: usize, value: &Encoded) {
        self.overwrite(offset, 0, value);
        self.count_one_more();
    }

    /// Writes an entry over the `old` bytes at `offset` and moves the rest to fit.
    fn overwrite(&mut self, offset: usize, old: usize, value: &Encoded) {
        let (new, end) = (value.size(), self.size());
        if new == old {
            self.write_over(offset, value);
            return;
        }
        if new > old {
            self.make_room(new - old);
            self.0.resize(end + new - old, END);
        }
        self.0.copy_within(offset + old..end, offset + new);
        self.0.truncate(end + new - old);
        self.write_over(offset, value);
        self.state_size();
    }

    fn write_over(&mut self, offset: usize, value: &Encoded) {
        let mut at = offset;
        for part in value.parts() {
            self.0[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
    }

    /// A little more than is needed: doubling would leave half of many small lists empty.
    fn make_room(&mut self, bytes: usize) {
        let wanted = self.size() + bytes;
        if wanted > self.0.capacity() {
            // What allocators round up to anyway; of large ones an eighth more, so that they are moved seldom.
            let room = (wanted + wanted / 256 * 32 + 8).next_multiple_of(16) - 8;
            self.0.reserve_exact(room - self.size());
        }
    }

    fn stated_count(&self) -> u16 {
        u16::from_le_bytes([self.0[4], self.0[5]])
    }

    fn state_count(&mut self, count: usize) {
        let count = u16::try_from(count).unwrap_or(COUNT_UNKNOWN);
        self.0[4..HEADER_BYTES].copy_from_slice(&count.to_le_bytes());
    }

    fn count_one_more(&mut self) {
        if self.stated_count() != COUNT_UNKNOWN {
            self.state_count(usize::from(self.stated_count()) + 1);
        }
    }

    fn state_size(&mut self) {
        let size = u32::try_from(self.size()).expect("callers keep a listpack below 1 GB");
        self.0[..4].copy_from_slice(&size.to_le_bytes());
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let at = self.at?;
        self.at = self.listpack.next(at);
        Some(self.listpack.get(at))
    }
}

impl<'a> Iterator for IterBackward<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let at = self.at?;
        self.at = self.listpack.prev(at);
        Some(self.listpack.get(at))
    }
}

impl<'a> IntoIterator for &'a Listpack {
    type Item = Entry<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
