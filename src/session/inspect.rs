//! Keys as the engine really holds them, for the page to draw. Read-only: looking changes neither access times nor
//! statistics, and a key past its deadline is shown as such and not removed.

use engine::keyspace::Object;
use messages::{Body, KeyRow, KeyView};

use crate::world::World;

pub(crate) fn keys(world: &mut World, limit: u32) -> (Vec<KeyRow>, u64) {
    let db = world.own_db();
    let now = world.now().millis();
    let table = &world.engine.keys.dbs[db].keys;
    let total = table.len() as u64;
    // In key order, so that a row does not jump when its table is rehashed.
    let mut names: Vec<&[u8]> = table.keys().collect();
    names.sort();
    let rows = names.into_iter().take(limit as usize).filter_map(|key| Some(row(key, table.get(key)?, now)));
    (rows.collect(), total)
}

pub(crate) fn key(world: &mut World, key: &[u8]) -> Option<KeyView> {
    let db = world.own_db();
    let now = world.now().millis();
    let object = world.engine.keys.dbs[db].keys.get(key)?;
    Some(KeyView { row: row(key, object, now), body: Body::Other })
}

fn row(key: &[u8], object: &Object, now: i64) -> KeyRow {
    KeyRow {
        key: key.to_vec(),
        kind: object.value.kind().to_string(),
        encoding: object.value.encoding().to_string(),
        length: 0,
        ttl_millis: object.has_deadline().then(|| object.deadline - now),
        memory_bytes: 0,
    }
}
