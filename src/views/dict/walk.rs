//! How far a SCAN has come: commands of several calls make one walk, which the cursor alone carries on.

use trace::{Dict as Told, Event};

use super::tables::reversed;
use crate::Scene;
use crate::snapshot::Dict;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walk {
    /// Where the next call goes on; 0: the walk is over.
    pub next: u64,
    /// It began with the cursor 0, so what was shown is known.
    pub whole: bool,
    /// A table was added or replaced since it began.
    pub resized: bool,
    /// Keys in the order in which they were shown, and how often.
    pub shown: Vec<(Vec<u8>, u32)>,
}

/// The last walk up to this moment, over all commands that are kept.
pub fn of(scene: &Scene) -> Option<Walk> {
    let past = scene.past.iter().flat_map(|frame| frame.events.iter());
    let mut walk: Option<Walk> = None;
    for event in past.chain(scene.events()) {
        let Event::Dict { told, .. } = event else {
            continue;
        };
        let (cursor, next, keys) = match told {
            Told::Scanned {
                cursor, next, keys, ..
            } => (*cursor, *next, keys),
            Told::Started { .. } | Told::Allocated { .. } => {
                if let Some(walk) = &mut walk {
                    walk.resized |= walk.is_open();
                }
                continue;
            }
            _ => continue,
        };
        let goes_on = walk.as_ref().is_some_and(|walk| walk.next == cursor);
        if cursor == 0 || !goes_on {
            walk = Some(Walk {
                whole: cursor == 0,
                ..Walk::default()
            });
        }
        let walk = walk.get_or_insert_default();
        walk.next = next;
        for key in keys {
            match walk.shown.iter_mut().find(|(own, _)| own == key) {
                Some((_, times)) => *times += 1,
                None => walk.shown.push((key.clone(), 1)),
            }
        }
    }
    walk
}

impl Walk {
    /// Whether a bucket of a table of this size lies behind the cursor.
    pub fn is_behind(&self, bucket: u32, buckets: u32) -> bool {
        self.next == 0 || reversed(bucket.into(), buckets) < reversed(self.next, buckets)
    }

    pub fn is_open(&self) -> bool {
        self.next != 0
    }

    pub fn twice(&self) -> impl Iterator<Item = &Vec<u8>> {
        let twice = self.shown.iter().filter(|(_, times)| *times > 1);
        twice.map(|(key, _)| key)
    }

    /// What the rest of the walk will show, if nothing is done meanwhile: keys that are new to it, and keys again.
    pub fn rest(&self, dict: &Dict) -> (u64, u64) {
        let (mut first, mut again) = (0, 0);
        let Some((small, _)) = dict.small_and_large() else {
            return (0, 0);
        };
        let small = dict.tables[small].buckets;
        for table in &dict.tables {
            for (bucket, chain) in table.chains.iter().enumerate() {
                // A step shows a bucket of the small table and all that belongs to it: the cursor may stand within.
                let own = bucket as u32 & (small - 1);
                let ahead = match table.buckets == small {
                    true => reversed(own.into(), small) >= reversed(self.next, small),
                    false => !self.is_behind(bucket as u32, table.buckets),
                };
                for key in chain.iter().filter(|_| ahead && self.is_open()) {
                    match self.shown.iter().any(|(own, _)| own == key) {
                        true => again += 1,
                        false => first += 1,
                    }
                }
            }
        }
        (first, again)
    }
}
