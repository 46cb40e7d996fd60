//! Keys that are looked at, come, are used and go, and their deadlines, told to whoever listens (`trace`).

use trace::{Dict, Event, Eviction, Expiry, Of, sample, tell};

use super::{Keyspace, Object};
use crate::access::{Access, Tally};
use crate::time::Time;

impl Keyspace {
    #[cold]
    pub(super) fn tell_key(&self, key: &[u8]) {
        tell(Event::Key {
            db: self.db as u32,
            found: self.dbs[self.db].keys.get(key).is_some() && !self.is_due(key),
            key: key.to_vec(),
        });
    }
}

fn about_memory(db: usize, told: Eviction) {
    tell(Event::Eviction {
        db: db as u32,
        told,
    });
}

#[cold]
pub(super) fn added(db: usize, key: &[u8]) {
    about_memory(db, Eviction::Added { key: sample(key) });
}

#[cold]
pub(super) fn used(db: usize, key: &[u8], before: Access, after: Access, tally: &Tally, now: Time) {
    let counter = match tally {
        Tally::Frequency(frequency) => Some((
            before.counter(frequency, now),
            after.counter(frequency, now),
        )),
        Tally::Recency => None,
    };
    let key = sample(key);
    about_memory(db, Eviction::Used { key, counter });
}

/// Removed, but not for its memory.
#[cold]
pub(super) fn gone(db: usize, key: &[u8], had_deadline: bool) {
    if had_deadline {
        deadline(db, key, Object::NEVER);
    }
    about_memory(db, Eviction::Gone { key: sample(key) });
}

/// All keys of a database are thrown away.
#[cold]
pub(super) fn emptied(db: usize) {
    let (of, told) = (Of::Keys(db as u16), Dict::Allocated { buckets: 0 });
    tell(Event::Dict { of, told });
}

/// `Object::NEVER`: it has none any more.
#[cold]
pub(super) fn deadline(db: usize, key: &[u8], deadline: i64) {
    let told = Expiry::Deadline {
        key: sample(key),
        deadline: (deadline != Object::NEVER).then_some(deadline),
    };
    tell(Event::Expiry {
        db: db as u32,
        told,
    });
}

#[cold]
pub(super) fn removed(db: usize, key: &[u8]) {
    let told = Expiry::Removed { key: sample(key) };
    tell(Event::Expiry {
        db: db as u32,
        told,
    });
}
