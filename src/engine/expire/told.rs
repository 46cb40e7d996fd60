//! What the cycle tells whoever listens (`trace`).

use trace::{Event, Expiry, sample};

use super::{Effort, Work};
use crate::keyspace::Keyspace;

fn tell(keys: &Keyspace, told: Expiry) {
    trace::tell(Event::Expiry {
        db: keys.db as u32,
        told,
    });
}

#[cold]
pub(super) fn begins(keys: &Keyspace, effort: &Effort, budget_micros: u64) {
    let told = Expiry::Cycle {
        fast: budget_micros == effort.fast_micros,
        clock_millis: keys.now.millis(),
        budget_micros,
        keys_per_loop: effort.keys_per_loop as u32,
    };
    tell(keys, told);
}

#[cold]
pub(super) fn sampled(
    keys: &Keyspace,
    looked: &[Vec<u8>],
    expired: usize,
    buckets: usize,
    (again, wrapped): (bool, bool),
) {
    let told = Expiry::Sampled {
        keys: looked.iter().map(|key| sample(key)).collect(),
        expired: expired as u32,
        buckets: buckets as u32,
        cursor: keys.dbs[keys.db].expires_cursor,
        again,
        wrapped,
    };
    tell(keys, told);
}

#[cold]
pub(super) fn over(keys: &Keyspace, work: &Work) {
    let told = Expiry::Over {
        nanos: work.nanos,
        out_of_time: keys.cycle.out_of_time,
        stale_percent: (keys.cycle.stale_percent * 100.0).round() as u32,
    };
    tell(keys, told);
}
