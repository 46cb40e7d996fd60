//! What a whole server looks like to the visualisers that are about one: deadlines, and memory.

use engine::structures::dict::Dict;
use engine::structures::slotted::Slotted;
use views::snapshot::{Candidate, Eviction, Expiry, Held, Life};

use super::sample;
use crate::world::World;

/// Lifetimes that are drawn; of more, those at the beginning of the walk.
const LIVES_MAX: usize = 1_000;

/// Keys that are judged; of more, the first that the table has.
const HELD_MAX: usize = 1_200;

pub(super) fn eviction(world: &World) -> Eviction {
    let keys = &world.engine.keys;
    let db = &keys.dbs[world.own_db()];
    let config = &world.engine.server.config;
    let policy = config.maxmemory_policy;
    let score = |object| policy.score(object, &config.tally(), world.now());
    let mut held: Vec<Held> = db
        .keys
        .iter()
        .take(HELD_MAX)
        .map(|(key, object)| Held {
            key: sample(key),
            score: score(object),
        })
        .collect();
    held.sort_by(|one, other| one.key.cmp(&other.key));
    Eviction {
        policy: policy.name().to_owned(),
        samples: config.maxmemory_samples,
        limit: config.maxmemory,
        used: engine::memory::used(keys, &world.engine.server.clients) as u64,
        evicted: keys.stats.evicted,
        keys: db.keys.len() as u64,
        clock_millis: world.now().millis(),
        held,
        pool: keys
            .pool
            .candidates()
            .map(|(key, score)| Candidate {
                key: sample(key),
                score,
            })
            .collect(),
        rival: None,
    }
}

pub(super) fn expiry(world: &World) -> Expiry {
    let db = &world.engine.keys.dbs[world.own_db()];
    let config = &world.engine.server.config;
    let clock_millis = world.now().millis();
    let deadline = |key: &[u8]| db.keys.get(key).map(|object| object.deadline);
    let due = |key: &&[u8]| deadline(key).is_some_and(|deadline| clock_millis > deadline);
    let buckets = |sizes: (usize, usize)| sizes.0.max(sizes.1) as u32;
    let next_field = db.field_deadlines.first();
    Expiry {
        keys: db.keys.len() as u64,
        with_deadline: db.expires.len() as u64,
        due: db.expires.keys().filter(due).count() as u64,
        removed: world.engine.keys.stats.expired,
        clock_millis,
        lives: walk(&db.expires)
            .into_iter()
            .zip(0..)
            .filter_map(|(key, place)| {
                Some(Life {
                    deadline: deadline(&key)?,
                    key: sample(&key),
                    place,
                })
            })
            .collect(),
        cursor: db.expires_cursor,
        buckets: buckets(db.expires.table_sizes()),
        key_buckets: buckets(db.keys.table_sizes()),
        stale_percent: (world.engine.keys.cycle.stale_percent * 100.0).round() as u32,
        acceptable_percent: 10 - config.active_expire_effort.clamp(1, 10) + 1,
        hz: config.hz,
        active: config.active_expire,
        replica: world.engine.server.replication.is_replica(),
        hashes: db.field_deadlines.len() as u64,
        next_field: next_field.map(|(deadline, key)| (sample(key), *deadline)),
    }
}

/// Keys in the order in which the cycle walks: that of SCAN. Those in a second table come with what they split from,
/// once.
fn walk(table: &Slotted<()>) -> Vec<Vec<u8>> {
    let mut order = Vec::new();
    let (mut cursor, mut steps) = (0, 0);
    let buckets = table.dicts().map(Dict::table_sizes);
    let most: usize = buckets.map(|(one, two)| one + two).sum();
    while order.len() < LIVES_MAX {
        cursor = table.scan(cursor, &mut |key, ()| order.push(key.to_vec()));
        steps += 1;
        if cursor == 0 || steps > most {
            break;
        }
    }
    order.truncate(LIVES_MAX);
    order
}
