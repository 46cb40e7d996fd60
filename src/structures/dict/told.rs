//! What a table tells whoever listens (`trace`).

use trace::{Dict as Told, Event, sample, tell};

use super::{Dict, FORCE_RESIZE_RATIO, Located, NIL};

impl<V> Dict<V> {
    /// Whether somebody listens, and to this table. Asked once for an operation.
    #[inline(always)]
    pub(super) fn is_told(&self) -> bool {
        trace::is_on() && self.told_as.is_some()
    }

    #[cold]
    fn tell(&self, told: Told) {
        if let Some(of) = self.told_as {
            tell(Event::Dict { of, told });
        }
    }

    #[cold]
    pub(super) fn tell_looked(&self, hash: u32, key: &[u8], found: Option<u32>) {
        let mut compared = 0;
        let mut table = None;
        for (number, buckets) in self.tables.iter().enumerate() {
            if buckets.used == 0 || table.is_some() {
                continue;
            }
            for slot in self.chain(number, buckets.bucket_of(hash)) {
                compared += 1;
                if Some(slot) == found {
                    table = Some(number as u32);
                    break;
                }
            }
        }
        self.tell(Told::Looked {
            key: sample(key),
            hash,
            buckets: self
                .tables
                .iter()
                .filter(|table| !table.heads.is_empty())
                .map(|table| table.bucket_of(hash) as u32)
                .collect(),
            found: table,
            compared,
        });
    }

    #[cold]
    pub(super) fn tell_passed(&self, to: usize) {
        self.tell(Told::Passed { to: to as u32 });
    }

    /// Before it moves.
    #[cold]
    pub(super) fn tell_moved(&self, bucket: usize, visited: bool) {
        let target = |slot: u32| self.tables[1].bucket_of(self.slots[slot as usize].hash) as u32;
        self.tell(Told::Moved {
            bucket: bucket as u32,
            visited,
            to: self.chain(0, bucket).map(target).collect(),
        });
    }

    #[cold]
    pub(super) fn tell_finished(&self) {
        self.tell(Told::Finished {
            buckets: self.tables[0].heads.len() as u32,
        });
    }

    /// Before the table is there.
    #[cold]
    pub(super) fn tell_resized(&self, buckets: usize) {
        let old = &self.tables[0];
        self.tell(match old.used {
            0 => Told::Allocated {
                buckets: buckets as u32,
            },
            used => Told::Started {
                from: old.heads.len() as u32,
                to: buckets as u32,
                used: used as u32,
            },
        });
    }

    #[cold]
    pub(super) fn tell_refused(&self) {
        self.tell(Told::Refused {
            used: self.tables[0].used as u32,
            buckets: self.tables[0].heads.len() as u32,
            ratio: FORCE_RESIZE_RATIO as u32,
        });
    }

    #[cold]
    pub(super) fn tell_inserted(&self, table: usize, hash: u32, key: &[u8]) {
        self.tell(Told::Inserted {
            table: table as u32,
            bucket: self.tables[table].bucket_of(hash) as u32,
            key: sample(key),
        });
    }

    /// Before it goes.
    #[cold]
    pub(super) fn tell_removed(&self, place: &Located) {
        let mut chain = self.chain(place.table, place.bucket);
        let key = self.entry(place.slot).map(|(key, _)| sample(key));
        self.tell(Told::Removed {
            table: place.table as u32,
            bucket: place.bucket as u32,
            place: chain.position(|slot| slot == place.slot).unwrap_or(0) as u32,
            key: key.unwrap_or_default(),
        });
    }

    #[cold]
    pub(super) fn tell_scanned(&self, cursor: u64, next: u64, buckets: &[(usize, usize)]) {
        let keys = buckets
            .iter()
            .flat_map(|(table, bucket)| self.bucket(*table, *bucket));
        self.tell(Told::Scanned {
            cursor,
            next,
            keys: keys.map(sample).collect(),
            buckets: buckets
                .iter()
                .map(|(table, bucket)| (*table as u32, *bucket as u32))
                .collect(),
        });
    }

    /// The slots of a bucket from the head of its chain.
    fn chain(&self, table: usize, bucket: usize) -> impl Iterator<Item = u32> {
        let next = |slot: &u32| Some(self.slots[*slot as usize].next).filter(|next| *next != NIL);
        let head = Some(self.tables[table].heads[bucket]).filter(|head| *head != NIL);
        std::iter::successors(head, next)
    }
}
