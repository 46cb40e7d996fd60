//! The tables after so many events of a command, and where a bucket's entries go.

use trace::{Dict as Told, Event};

use crate::Scene;
use crate::snapshot::{Body, Dict, Snapshot, Table};

/// The tables of this moment; none if the key has none.
pub fn at(scene: &Scene) -> Option<Dict> {
    if scene.is_over() {
        return held(&scene.frame.after).cloned();
    }
    let mut dict = held(&scene.frame.before).cloned();
    for event in scene.events() {
        match event {
            Event::Encoding {
                to: "hashtable", ..
            } => dict = Some(Dict::default()),
            // A command that builds the value anew begins without tables.
            Event::Dict { told, .. } => apply(dict.get_or_insert_default(), told),
            _ => {}
        }
    }
    dict
}

pub fn held(snapshot: &Snapshot) -> Option<&Dict> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Table { dict, .. } => Some(dict),
            _ => None,
        },
        Snapshot::Server(server) => server.dict.as_ref(),
        Snapshot::Nothing => None,
    }
}

/// Does to a snapshot what was done to the tables.
pub fn apply(dict: &mut Dict, told: &Told) {
    match told {
        Told::Allocated { buckets } => {
            dict.tables = vec![Table::empty(*buckets)];
            dict.rehash_index = None;
        }
        Told::Started { to, .. } => {
            dict.tables.truncate(1);
            dict.tables.push(Table::empty(*to));
            dict.rehash_index = Some(0);
        }
        Told::Passed { to } => dict.rehash_index = Some(*to),
        Told::Moved {
            bucket,
            visited,
            to,
        } => {
            let [old, new] = dict.tables.as_mut_slice() else {
                return;
            };
            old.used = old.used.saturating_sub(to.len() as u64);
            new.used += to.len() as u64;
            let chain = old.chains.get_mut(*bucket as usize).map(std::mem::take);
            for (key, target) in chain.into_iter().flatten().zip(to) {
                new.put(*target, key);
            }
            if !visited {
                dict.rehash_index = Some(bucket + 1);
            }
        }
        Told::Finished { .. } => {
            if dict.tables.len() == 2 {
                dict.tables.remove(0);
            }
            dict.rehash_index = None;
        }
        Told::Inserted { table, bucket, key } => {
            if let Some(table) = dict.tables.get_mut(*table as usize) {
                table.used += 1;
                table.put(*bucket, key.clone());
            }
        }
        Told::Removed {
            table,
            bucket,
            place,
            ..
        } => {
            let Some(table) = dict.tables.get_mut(*table as usize) else {
                return;
            };
            table.used = table.used.saturating_sub(1);
            let chain = table.chains.get_mut(*bucket as usize);
            if let Some(chain) = chain.filter(|chain| (*place as usize) < chain.len()) {
                chain.remove(*place as usize);
            }
        }
        Told::Refused { .. } | Told::Looked { .. } | Told::Scanned { .. } => {}
    }
}

impl Table {
    /// Of a long one, chains are kept for the first buckets, as `inspect` keeps them.
    pub const CHAINS_MAX: usize = 512;

    fn empty(buckets: u32) -> Table {
        Table {
            buckets,
            used: 0,
            chains: vec![Vec::new(); (buckets as usize).min(Table::CHAINS_MAX)],
        }
    }

    fn put(&mut self, bucket: u32, key: Vec<u8>) {
        if let Some(chain) = self.chains.get_mut(bucket as usize) {
            chain.insert(0, key);
        }
    }

    pub fn chain(&self, bucket: u32) -> &[Vec<u8>] {
        self.chains.get(bucket as usize).map_or(&[], Vec::as_slice)
    }
}

impl Dict {
    /// The table with fewer buckets and the one with more; both the same while there is one.
    pub fn small_and_large(&self) -> Option<(usize, usize)> {
        match self.tables.as_slice() {
            [] => None,
            [one] if one.buckets == 0 => None,
            [_] => Some((0, 0)),
            [old, new, ..] if old.buckets <= new.buckets => Some((0, 1)),
            _ => Some((1, 0)),
        }
    }

    pub fn entries(&self) -> u64 {
        self.tables.iter().map(|table| table.used).sum()
    }

    pub fn is_rehashing(&self) -> bool {
        self.rehash_index.is_some()
    }

    /// All keys that are shown, table by table.
    pub fn keys(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.tables
            .iter()
            .flat_map(|table| table.chains.iter().flatten())
    }
}

/// The low bits of a number, the last one first: the order in which SCAN counts.
pub fn reversed(number: u64, buckets: u32) -> u64 {
    match buckets.trailing_zeros() {
        0 => 0,
        bits => number.reverse_bits() >> (64 - bits),
    }
}

/// `00101`, as many digits as a bucket of this table needs.
pub fn bits(number: u64, buckets: u32) -> String {
    let width = buckets.trailing_zeros().max(1) as usize;
    let low = number & (u64::from(buckets.max(2)) - 1);
    format!("{low:0width$b}")
}
