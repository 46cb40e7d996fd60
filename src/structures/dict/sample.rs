//! Keys by chance, each way with the bias that Redis' own way has.

use super::{Dict, NIL};
use crate::random::Random;

/// `dictGetFairRandomKey`'s sample: large enough to even out most chains.
const FAIR_SAMPLE: usize = 15;
const STEPS_PER_KEY: usize = 10;
const EMPTY_RUN_MIN: usize = 5;

impl<V> Dict<V> {
    /// A random non-empty bucket, then a random member of its chain: keys in long chains come up
    /// less.
    pub fn random_key(&self, random: &mut Random) -> Option<&[u8]> {
        self.random_entry(random).map(|(key, _)| key)
    }

    pub fn random_entry(&self, random: &mut Random) -> Option<(&[u8], &V)> {
        let slot = self.random_slot(random)?;
        self.entry(slot).map(|(key, value)| (&**key, value))
    }

    /// One of a sample of 15: closer to an even chance for every key.
    pub fn fair_random_key(&self, random: &mut Random) -> Option<&[u8]> {
        self.fair_random_entry(random).map(|(key, _)| key)
    }

    pub fn fair_random_entry(&self, random: &mut Random) -> Option<(&[u8], &V)> {
        let mut sample = [NIL; FAIR_SAMPLE];
        let slot = match self.sample(&mut sample, random) {
            0 => self.random_slot(random)?,
            count => sample[random.below(count as u64) as usize],
        };
        self.entry(slot).map(|(key, value)| (&**key, value))
    }

    /// Up to `n` entries from neighboring buckets: quick, and not evenly spread. Fewer come when
    /// the tables are sparse, and one may come twice. Eviction draws its candidates so. Source:
    /// Redis `dictGetSomeKeys`.
    pub fn some_keys(&self, n: usize, random: &mut Random) -> Vec<(&[u8], &V)> {
        let mut sample = vec![NIL; n.min(self.len())];
        let count = self.sample(&mut sample, random);
        let entries = sample[..count].iter().filter_map(|slot| self.entry(*slot));
        entries.map(|(key, value)| (&**key, value)).collect()
    }

    fn random_slot(&self, random: &mut Random) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let (old, new) = self.table_sizes();
        let first = self.rehash_index().unwrap_or(0);
        let head = loop {
            let bucket = first + random.below((old + new - first) as u64) as usize;
            let head = match bucket.checked_sub(old) {
                Some(bucket) => self.tables[1].heads[bucket],
                None => self.tables[0].heads[bucket],
            };
            if head != NIL {
                break head;
            }
        };
        let chain = |slot: &u32| Some(self.slots[*slot as usize].next).filter(|next| *next != NIL);
        let length = std::iter::successors(Some(head), chain).count();
        let place = if length == 1 {
            0
        } else {
            random.below(length as u64) as usize
        };
        std::iter::successors(Some(head), chain).nth(place)
    }

    /// Fills `sample` with slots and returns how many it found.
    fn sample(&self, sample: &mut [u32], random: &mut Random) -> usize {
        let wanted = sample.len().min(self.len());
        if wanted == 0 {
            return 0;
        }
        let (old, new) = self.table_sizes();
        let buckets = old.max(new);
        let (mut stored, mut empty_run) = (0, 0);
        let mut at = random.below(buckets as u64) as usize;
        for _ in 0..wanted * STEPS_PER_KEY {
            for table in 0..2 {
                match self.rehash_index() {
                    // Below the frontier table 0 is empty. A shrunk table 1 may end there as well.
                    Some(index) if table == 0 && at < index => match at >= new {
                        true => at = index,
                        false => continue,
                    },
                    _ => {}
                }
                let Some(&head) = self.tables[table].heads.get(at) else {
                    continue;
                };
                if head == NIL {
                    empty_run += 1;
                    if empty_run >= EMPTY_RUN_MIN && empty_run > wanted {
                        at = random.below(buckets as u64) as usize;
                        empty_run = 0;
                    }
                    continue;
                }
                empty_run = 0;
                self.take_chain(head, &mut sample[..wanted], &mut stored, random);
                if stored >= wanted {
                    return wanted;
                }
            }
            at = (at + 1) & (buckets - 1);
        }
        stored
    }

    /// Reservoir sampling: the far end of a long chain has its chance too.
    fn take_chain(&self, head: u32, sample: &mut [u32], stored: &mut usize, random: &mut Random) {
        let mut slot = head;
        while slot != NIL {
            let place = match *stored < sample.len() {
                true => *stored,
                false => random.below(*stored as u64 + 1) as usize,
            };
            if let Some(place) = sample.get_mut(place) {
                *place = slot;
            }
            *stored += 1;
            slot = self.slots[slot as usize].next;
        }
    }
}
