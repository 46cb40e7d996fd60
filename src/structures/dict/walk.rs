//! Reading a dict in bucket order: iterators, SCAN's cursor, and the tables as a visualiser sees
//! them.

use super::{Dict, NIL};

/// Entries in bucket order: table 0, then table 1; within a bucket the newest first.
#[derive(Debug)]
pub struct Iter<'a, V> {
    dict: &'a Dict<V>,
    table: usize,
    bucket: usize,
    slot: u32,
}

/// The chain of one bucket.
#[derive(Debug)]
pub struct Bucket<'a, V> {
    dict: &'a Dict<V>,
    slot: u32,
}

impl<V> Dict<V> {
    pub fn iter(&self) -> Iter<'_, V> {
        Iter {
            dict: self,
            table: 0,
            bucket: 0,
            slot: NIL,
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Every entry for writing, in the order of the slab: not the order of `iter`.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut V)> {
        let entries = self.slots.iter_mut().filter_map(|slot| slot.entry.as_mut());
        entries.map(|(key, value)| (&**key, value))
    }

    /// One step of SCAN: shows the bucket at `cursor` and returns the next cursor, 0 at the end.
    ///
    /// The cursor counts from its high bit down (8 buckets: 0 4 2 6 1 5 3 7), so a table that
    /// doubles or halves between two steps neither hides a key nor starts over. During a rehash a
    /// step shows the bucket of the small table and all buckets of the large one that it splits
    /// into. Source: Redis `dictScan`, an idea of Pieter Noordhuis.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], &V)) -> u64 {
        if self.is_empty() {
            return 0;
        }
        if !self.is_told() {
            return self.scan_buckets(cursor, &mut |_, _| (), visit);
        }
        let mut buckets = Vec::new();
        let mut note = |table, bucket| buckets.push((table, bucket));
        let next = self.scan_buckets(cursor, &mut note, visit);
        self.tell_scanned(cursor, next, &buckets);
        next
    }

    /// `pass` is called with each bucket before it is shown.
    fn scan_buckets(
        &self,
        cursor: u64,
        pass: &mut dyn FnMut(usize, usize),
        visit: &mut dyn FnMut(&[u8], &V),
    ) -> u64 {
        let [small, large] = match self.table_sizes() {
            (_, 0) => [0, 0],
            (old, new) if old <= new => [0, 1],
            _ => [1, 0],
        };
        let mask = |table: usize| self.tables[table].heads.len() as u64 - 1;
        let mut show = |table: usize, cursor: u64| {
            let bucket = (cursor & mask(table)) as usize;
            pass(table, bucket);
            for (key, value) in self.bucket_entries(table, bucket) {
                visit(key, value);
            }
        };
        show(small, cursor);
        if small == large {
            return next_cursor(cursor, mask(small));
        }
        let mut cursor = cursor;
        loop {
            show(large, cursor);
            cursor = next_cursor(cursor, mask(large));
            if cursor & (mask(small) ^ mask(large)) == 0 {
                return cursor;
            }
        }
    }

    /// Buckets of table 0 and of table 1, 0 when a table does not exist.
    pub fn table_sizes(&self) -> (usize, usize) {
        (self.tables[0].heads.len(), self.tables[1].heads.len())
    }

    /// Entries in table 0 and in table 1.
    pub fn table_used(&self) -> (usize, usize) {
        (self.tables[0].used, self.tables[1].used)
    }

    /// The keys of one bucket from the head of its chain; nothing if there is no such bucket.
    pub fn bucket(&self, table: usize, index: usize) -> impl Iterator<Item = &[u8]> {
        self.bucket_entries(table, index).map(|(key, _)| key)
    }

    pub fn bucket_entries(&self, table: usize, index: usize) -> Bucket<'_, V> {
        let heads = self.tables.get(table).map_or(&[][..], |table| &table.heads);
        Bucket {
            dict: self,
            slot: heads.get(index).copied().unwrap_or(NIL),
        }
    }
}

fn next_cursor(cursor: u64, mask: u64) -> u64 {
    (cursor | !mask)
        .reverse_bits()
        .wrapping_add(1)
        .reverse_bits()
}

impl<'a, V> Iterator for Iter<'a, V> {
    type Item = (&'a [u8], &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        while self.slot == NIL {
            match self.dict.tables[self.table].heads.get(self.bucket) {
                Some(head) => {
                    self.slot = *head;
                    self.bucket += 1;
                }
                None if self.table == 0 => (self.table, self.bucket) = (1, 0),
                None => return None,
            }
        }
        let slot = &self.dict.slots[self.slot as usize];
        self.slot = slot.next;
        slot.entry.as_ref().map(|(key, value)| (&**key, value))
    }
}

impl<'a, V> Iterator for Bucket<'a, V> {
    type Item = (&'a [u8], &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.slot == NIL {
            return None;
        }
        let slot = &self.dict.slots[self.slot as usize];
        self.slot = slot.next;
        slot.entry.as_ref().map(|(key, value)| (&**key, value))
    }
}

impl<'a, V> IntoIterator for &'a Dict<V> {
    type Item = (&'a [u8], &'a V);
    type IntoIter = Iter<'a, V>;

    fn into_iter(self) -> Iter<'a, V> {
        self.iter()
    }
}
