//! `maxmemory`: which keys go when memory is used up, and when the server stops looking for them.
//!
//! As in Redis the victim is not the best one there is. A few keys are drawn, the best of them wait in a pool of 16
//! together with those of earlier draws, and the best of the pool goes. Source: Redis 8.2, `evict.c`. Which bits a
//! key has to be judged by is `access.rs`'s business; which commands are refused when nothing can go, the ladder's.

#[cfg(test)]
mod tests;
mod told;

use crate::access::Tally;
use crate::config::Config;
use crate::cost;
use crate::keyspace::{Keyspace, Object};
use crate::structures::random::Random;
use crate::time::Time;

/// `maxmemory-policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    #[default]
    NoEviction,
    Evict(From, By),
}

/// Whose turn it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    AllKeys,
    /// Keys with a deadline.
    Volatile,
}

/// By what a victim is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Not used for the longest time.
    Recency,
    /// Used the least often.
    Frequency,
    /// The nearest deadline.
    Deadline,
    Chance,
}

const POLICIES: &[(&str, Policy)] = &[
    ("volatile-lru", Policy::Evict(From::Volatile, By::Recency)),
    ("volatile-lfu", Policy::Evict(From::Volatile, By::Frequency)),
    ("volatile-random", Policy::Evict(From::Volatile, By::Chance)),
    ("volatile-ttl", Policy::Evict(From::Volatile, By::Deadline)),
    ("allkeys-lru", Policy::Evict(From::AllKeys, By::Recency)),
    ("allkeys-lfu", Policy::Evict(From::AllKeys, By::Frequency)),
    ("allkeys-random", Policy::Evict(From::AllKeys, By::Chance)),
    ("noeviction", Policy::NoEviction),
];

impl Policy {
    pub fn named(name: &[u8]) -> Option<Policy> {
        let found = POLICIES.iter().find(|(known, _)| known.as_bytes() == name);
        found.map(|(_, policy)| *policy)
    }

    pub fn name(self) -> &'static str {
        let found = POLICIES.iter().find(|(_, known)| *known == self);
        found.map_or("noeviction", |(name, _)| name)
    }

    /// How soon a key would go: the higher, the sooner. What is counted is the policy's.
    pub fn score(self, object: &Object, tally: &Tally, now: Time) -> u64 {
        match self {
            Policy::Evict(_, by) => score(object, by, tally, now),
            Policy::NoEviction => score(object, By::Recency, tally, now),
        }
    }

    /// Whether keys count how often they are used, instead of noting when.
    pub fn by_frequency(self) -> bool {
        matches!(self, Policy::Evict(_, By::Frequency))
    }
}

/// The best candidates of all draws so far, the best last.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    candidates: Vec<Candidate>,
    /// Where a victim by chance was taken from last.
    last_db: usize,
}

#[derive(Debug, Clone)]
struct Candidate {
    /// The higher, the sooner it goes.
    score: u64,
    db: usize,
    key: Vec<u8>,
}

/// How a search for memory ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The limit is kept.
    Kept,
    /// The time for one go is up; it goes on before the next command or when the server is idle.
    Running,
    /// Nothing may go any more, and memory is still used beyond the limit.
    Failed,
}

/// What a search did.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    pub outcome: Outcome,
    pub evicted: u64,
    /// By the cost model.
    pub nanos: u64,
}

/// Evicts keys until `used` is not beyond the limit, or `maxmemory-eviction-tenacity` says that it took too long.
/// `used` is all memory that counts.
pub fn search(keys: &mut Keyspace, config: &Config, random: &mut Random, used: u64) -> Search {
    let mut search = Search {
        outcome: Outcome::Kept,
        evicted: 0,
        nanos: 0,
    };
    let Some(to_free) = used
        .checked_sub(config.maxmemory)
        .filter(|bytes| *bytes > 0)
    else {
        return search;
    };
    let Policy::Evict(from, by) = config.maxmemory_policy else {
        search.outcome = Outcome::Failed;
        return search;
    };
    if trace::is_on() {
        told::search(keys.db, used, config.maxmemory);
    }
    let lazily = config.lazyfree_lazy_eviction;
    let limit = nanos_at_most(config.maxmemory_eviction_tenacity);
    let at_start = crate::memory::of_keyspace(keys) as u64;
    let current = keys.db;
    while at_start.saturating_sub(crate::memory::of_keyspace(keys) as u64) < to_free {
        let Some((db, key)) = choose(keys, from, by, config.maxmemory_samples, random) else {
            search.outcome = Outcome::Failed;
            break;
        };
        keys.db = db;
        if trace::is_on() && by == By::Chance {
            told::evicted(db, &key, None);
        }
        search.nanos += cost::EVICTION + keys.evict(&key, lazily);
        search.evicted += 1;
        if search.evicted.is_multiple_of(KEYS_BETWEEN_CHECKS) && search.nanos > limit {
            search.outcome = Outcome::Running;
            break;
        }
    }
    keys.db = current;
    search
}

/// How often it is asked how long the search takes.
const KEYS_BETWEEN_CHECKS: u64 = 16;

/// 50 microseconds for each step up to the default of ten; from there on 15 percent more for each; no end at 100.
fn nanos_at_most(tenacity: u32) -> u64 {
    match tenacity {
        0..=10 => 50_000 * u64::from(tenacity),
        11..100 => (10..tenacity).fold(500_000, |nanos, _| nanos + nanos * 15 / 100),
        _ => u64::MAX,
    }
}

fn choose(
    keys: &mut Keyspace,
    from: From,
    by: By,
    samples: usize,
    random: &mut Random,
) -> Option<(usize, Vec<u8>)> {
    if by == By::Chance {
        return draw(keys, from, random);
    }
    loop {
        let mut total = 0;
        for db in 0..keys.dbs.len() {
            let candidates = match from {
                From::AllKeys => keys.dbs[db].keys.len(),
                From::Volatile => keys.dbs[db].expires.len(),
            };
            if candidates > 0 {
                total += candidates;
                fill_pool(keys, db, from, by, samples, random);
            }
        }
        if total == 0 {
            return None;
        }
        while let Some(best) = keys.pool.candidates.pop() {
            let db = &keys.dbs[best.db];
            // A key may have gone, or lost its deadline, since it was drawn.
            let is_there = match from {
                From::AllKeys => db.keys.contains(&best.key),
                From::Volatile => db.expires.contains(&best.key),
            };
            if trace::is_on() {
                told::taken(best.db, &best.key, is_there, best.score);
            }
            if is_there {
                return Some((best.db, best.key));
            }
        }
    }
}

/// A key by chance; the databases take turns.
fn draw(keys: &mut Keyspace, from: From, random: &mut Random) -> Option<(usize, Vec<u8>)> {
    let count = keys.dbs.len();
    for _ in 0..count {
        keys.pool.last_db = (keys.pool.last_db + 1) % count;
        let db = &keys.dbs[keys.pool.last_db];
        let key = match from {
            From::AllKeys => db.keys.random_key(random),
            From::Volatile => db.expires.random_key(random),
        };
        if let Some(key) = key {
            return Some((keys.pool.last_db, key.to_vec()));
        }
    }
    None
}

fn fill_pool(
    keys: &mut Keyspace,
    db: usize,
    from: From,
    by: By,
    samples: usize,
    random: &mut Random,
) {
    let score = |object: &Object| score(object, by, &keys.tally, keys.now);
    let table = &keys.dbs[db];
    let drawn: Vec<(u64, &[u8])> = match from {
        From::AllKeys => {
            let drawn = table.keys.some_keys(samples, random).into_iter();
            drawn.map(|(key, object)| (score(object), key)).collect()
        }
        From::Volatile => {
            let drawn = table.expires.some_keys(samples, random).into_iter();
            drawn
                .filter_map(|(key, ())| Some((score(table.keys.get(key)?), key)))
                .collect()
        }
    };
    if trace::is_on() {
        told::drawn(db, &drawn);
    }
    for (score, key) in drawn {
        keys.pool.offer(score, db, key);
    }
}

/// The higher, the sooner the key goes.
fn score(object: &Object, by: By, tally: &Tally, now: Time) -> u64 {
    match (by, tally) {
        (By::Frequency, Tally::Frequency(frequency)) => {
            u64::from(u8::MAX - object.access.counter(frequency, now))
        }
        (By::Deadline, _) => u64::MAX - object.deadline as u64,
        _ => u64::from(object.access.idle_seconds(now)),
    }
}

impl Pool {
    const SIZE: usize = 16;

    /// Keys with their scores, the best last.
    pub fn candidates(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let candidates = self.candidates.iter();
        candidates.map(|candidate| (candidate.key.as_slice(), candidate.score))
    }

    fn offer(&mut self, score: u64, db: usize, key: &[u8]) {
        let worse = |candidate: &Candidate| candidate.score < score;
        let mut at = self.candidates.partition_point(worse);
        let full = self.candidates.len() == Pool::SIZE;
        if full {
            if at == 0 {
                return;
            }
            self.candidates.remove(0);
            at -= 1;
        }
        if trace::is_on() {
            told::pooled(db, key, score, at, full);
        }
        let key = key.to_vec();
        self.candidates.insert(at, Candidate { score, db, key });
    }
}
