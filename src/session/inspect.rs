//! Keys as the engine really holds them, for the page to draw. Read-only: looking changes neither access times nor
//! statistics, and a key past its deadline is shown as such and not removed.

use std::collections::BinaryHeap;

use engine::client::ClientType;
use engine::keyspace::Object;
use engine::number;
use engine::pubsub::Kind;
use engine::structures::dict::Dict;
use engine::structures::hyperloglog;
use engine::structures::intset::Intset;
use engine::structures::listpack::Listpack;
use engine::structures::order;
use engine::structures::quicklist::Quicklist;
use engine::structures::skiplist::{LinkView, ScoreRange, Skiplist};
use engine::structures::slot;
use engine::value::Value;
use engine::values::hash::Hash;
use engine::values::list::List;
use engine::values::set::Set;
use engine::values::sorted_set::SortedSet;
use messages::KeyRow;
use views::Part;
use views::snapshot::{
    self, Body, Key, Link, More, Packed, PackedEntry, QuicklistNode, SkiplistNode, Snapshot, Window,
};

use crate::world::World;

mod encodings;
mod server;
mod streams;

/// Bytes, entries, nodes, buckets: more of anything is cut. A picture of more is a window's business.
const PARTS_MAX: usize = 512;
/// Elements looked at for the size of a collection, as MEMORY USAGE does by default.
const SAMPLES: usize = 5;
/// A value shown as one of many is cut to so many bytes.
const SAMPLE_BYTES: usize = 64;

pub(crate) fn keys(world: &mut World, limit: u32) -> (Vec<KeyRow>, u64) {
    let db = world.own_db();
    let now = world.now().millis();
    let table = &world.engine.keys.dbs[db].keys;
    let total = table.len() as u64;
    let rows = first(table.keys(), limit as usize)
        .into_iter()
        .filter_map(|key| Some(row(key, table.get(key)?, now)));
    (rows.collect(), total)
}

/// In key order, so that a row does not jump when its table is rehashed. A million keys are not sorted for the sake of
/// the first hundreds, but looked at once.
fn first<'k>(keys: impl Iterator<Item = &'k [u8]>, limit: usize) -> Vec<&'k [u8]> {
    let mut least = BinaryHeap::with_capacity(limit.min(1024));
    for key in keys {
        if least.len() < limit {
            least.push(key);
        } else if let Some(mut greatest) = least.peek_mut()
            && key < *greatest
        {
            *greatest = key;
        }
    }
    least.into_sorted_vec()
}

/// One key, or nothing if it is not there. `about` are words of the command that it is looked at for: of a structure too
/// long to be drawn, a window shows what they name.
pub(crate) fn key(world: &World, key: &[u8], about: &[&[u8]]) -> Snapshot {
    let now = world.now().millis();
    let Some(object) = world.engine.keys.dbs[world.own_db()].keys.get(key) else {
        return Snapshot::Nothing;
    };
    Snapshot::Key(Key {
        row: row(key, object, now),
        body: body(&object.value, about),
        limits: encodings::limits(key, object, &world.engine.server.config.limits),
        costs: Vec::new(),
        more: Box::new(More {
            window: window(&object.value, about),
            ..More::default()
        }),
    })
}

/// What the key's data would take in each encoding that can hold it. Copies are made for that, so it is asked for the
/// moment that is looked at and not for each command.
pub(crate) fn costs(world: &World, key: &[u8]) -> Vec<(&'static str, u64)> {
    let object = world.engine.keys.dbs[world.own_db()].keys.get(key);
    object.map_or_else(Vec::new, |object| {
        encodings::costs(key, object, &world.engine.server.config.limits)
    })
}

/// Members of a sorted set with their scores: all of a small one, of a large one every n-th.
pub(crate) fn places(world: &World, key: &[u8]) -> Vec<(Vec<u8>, f64)> {
    const PLACES_MAX: usize = 300;
    let object = world.engine.keys.dbs[world.own_db()].keys.get(key);
    let Some(Value::SortedSet(set)) = object.map(|object| &object.value) else {
        return Vec::new();
    };
    let all = ScoreRange::inclusive(f64::NEG_INFINITY, f64::INFINITY);
    let members = set.from_score(&all, false, 0);
    members
        .step_by(set.len().div_ceil(PLACES_MAX).max(1))
        .map(|(member, score)| (sample(&member), score))
        .collect()
}

pub(crate) fn server(world: &World, parts: &[Part]) -> Snapshot {
    let keys = &world.engine.keys.dbs[world.own_db()].keys;
    let slots = match parts.contains(&Part::Slots) {
        true => slots(keys.keys()),
        false => Vec::new(),
    };
    Snapshot::Server(snapshot::Server {
        keys: keys.len() as u64,
        clock_millis: world.now().millis(),
        slots,
        clients: Box::new(clients(world, parts)),
        dict: parts
            .contains(&Part::Keys)
            .then(|| keys.dicts().next().map(tables))
            .flatten(),
        expiry: parts.contains(&Part::Expiry).then(|| server::expiry(world)),
        eviction: parts
            .contains(&Part::Eviction)
            .then(|| server::eviction(world)),
    })
}

fn listeners(world: &World) -> Vec<snapshot::Listener> {
    let clients = world.engine.server.clients.iter();
    let listeners = clients.filter(|client| client.is_subscriber());
    let listeners = listeners.map(|client| {
        let of = |kind: Kind, told: trace::Kind| {
            let names = client.subscribed(kind).iter();
            names.map(move |name| (told, trace::sample(name)))
        };
        snapshot::Listener {
            client: trace::Client {
                id: client.id.0,
                name: world.names().get(&client.id).cloned(),
            },
            names: of(Kind::Channel, trace::Kind::Channel)
                .chain(of(Kind::Pattern, trace::Kind::Pattern))
                .chain(of(Kind::Shard, trace::Kind::Shard))
                .collect(),
        }
    });
    listeners.collect()
}

fn waiting_most(world: &World) -> snapshot::WaitingMost {
    let limit = world.engine.server.config.output_limits[ClientType::PubSub as usize];
    snapshot::WaitingMost {
        hard_bytes: limit.hard as u64,
        soft_bytes: limit.soft as u64,
        soft_seconds: limit.secs.max(0) as u64,
    }
}

fn clients(world: &World, parts: &[Part]) -> snapshot::Clients {
    snapshot::Clients {
        pending: match parts.contains(&Part::Transactions) {
            true => pending(world),
            false => Vec::new(),
        },
        listeners: match parts.contains(&Part::Listeners) {
            true => listeners(world),
            false => Vec::new(),
        },
        waiting_most: waiting_most(world),
    }
}

fn pending(world: &World) -> Vec<snapshot::Pending> {
    let clients = world.engine.server.clients.iter();
    let begun = clients.filter(|client| {
        client.transaction.is_some() || client.watch_broken || !client.watching.is_empty()
    });
    let pending = begun.map(|client| {
        let transaction = client.transaction.as_ref();
        let queue = transaction.map(|transaction| &transaction.queue);
        let queue = queue.into_iter().flatten();
        let watching = client.watching.iter();
        snapshot::Pending {
            client: trace::Client {
                id: client.id.0,
                name: world.names().get(&client.id).cloned(),
            },
            begun: transaction.is_some(),
            queue: queue.map(|(_, words)| trace::sample_words(words)).collect(),
            refused: transaction.is_some_and(|transaction| transaction.refused),
            watching: watching
                .map(|(db, key)| (*db as u32, trace::sample(key)))
                .collect(),
            broken: client.watch_broken,
        }
    });
    pending.collect()
}

/// Keys by slot. Of very many the first that the table has.
fn slots<'k>(keys: impl Iterator<Item = &'k [u8]>) -> Vec<snapshot::Slot> {
    const KEYS_MAX: usize = 5_000;
    let keys = keys.take(KEYS_MAX);
    let mut keys: Vec<(u16, &[u8])> = keys.map(|key| (slot::key_slot(key), key)).collect();
    order::sort(&mut keys);
    let same_slot = keys.chunk_by(|(one, _), (other, _)| one == other);
    same_slot
        .map(|keys| snapshot::Slot {
            slot: keys[0].0,
            keys: keys.len() as u32,
            first: sample(keys[0].1),
        })
        .collect()
}

/// What is cheap to compare, and differs if the key is another one than before.
pub(crate) fn fingerprint(world: &World, key: &[u8]) -> Option<KeyRow> {
    let object = world.engine.keys.dbs[world.own_db()].keys.get(key)?;
    Some(row(key, object, 0))
}

fn row(key: &[u8], object: &Object, now: i64) -> KeyRow {
    KeyRow {
        key: key.to_vec(),
        kind: object.value.kind().to_string(),
        encoding: object.value.encoding().to_string(),
        length: length(&object.value) as u64,
        ttl_millis: object.has_deadline().then(|| object.deadline - now),
        memory_bytes: engine::memory::usage(key, object, SAMPLES) as u64,
    }
}

/// Elements or fields; bytes for a string.
fn length(value: &Value) -> usize {
    match value {
        Value::String(string) => string.len(),
        Value::List(list) => list.len(),
        Value::Set(set) => set.len(),
        Value::Hash(hash) => hash.len(),
        Value::SortedSet(set) => set.len(),
        Value::Stream(stream) => stream.len() as usize,
        Value::VectorSet(set) => set.len(),
    }
}

fn body(value: &Value, about: &[&[u8]]) -> Body {
    match value {
        Value::String(string) => {
            let bytes = string.bytes();
            if hyperloglog::is_valid(&bytes) && bytes.len() <= 2 * hyperloglog::DENSE_BYTES {
                return Body::Hyperloglog(bytes.into_owned());
            }
            Body::Bytes(bytes[..bytes.len().min(PARTS_MAX)].to_vec())
        }
        Value::List(list) => match &**list {
            List::Listpack(pack) => packed(pack, 1),
            List::Quicklist(list) => quicklist(list),
        },
        Value::Set(set) => match &**set {
            Set::Intset(set) => intset(set),
            Set::Listpack(pack) => packed(pack, 1),
            Set::Table(table) => dict(table, |()| Vec::new()),
        },
        Value::Hash(hash) => hash_body(hash),
        Value::SortedSet(set) => sorted_set(set, about),
        Value::Stream(stream) => Body::Stream(Box::new(streams::body(stream))),
        Value::VectorSet(_) => Body::Other,
    }
}

/// Where a command names a bit beyond what the body shows of a string.
fn window(value: &Value, about: &[&[u8]]) -> Option<Window> {
    const HALF: usize = PARTS_MAX / 2;
    let Value::String(string) = value else {
        return None;
    };
    let byte = usize::try_from(bit_of(about)? / 8).ok()?;
    if byte < PARTS_MAX {
        return None;
    }
    let bytes = string.bytes();
    let first = byte - HALF - byte % 16;
    let rest = bytes.get(first..).unwrap_or_default();
    Some(Window {
        first: first as u64,
        bytes: rest[..rest.len().min(PARTS_MAX)].to_vec(),
    })
}

/// The bit that a command names: BITFIELD says it after the type of a number, the others first of all numbers.
fn bit_of(about: &[&[u8]]) -> Option<u64> {
    let (verb, words) = about.split_first()?;
    let place = |word: &[u8]| number::parse_i64(word).and_then(|at| u64::try_from(at).ok());
    if !verb.to_ascii_uppercase().starts_with(b"BITFIELD") {
        return words.iter().skip(1).find_map(|word| place(word));
    }
    words.windows(2).find_map(|pair| {
        let width = match pair[0] {
            [b'i' | b'u', width @ ..] => place(width)?,
            _ => return None,
        };
        match pair[1] {
            [b'#', index @ ..] => place(index)?.checked_mul(width),
            at => place(at),
        }
    })
}

fn hash_body(hash: &Hash) -> Body {
    match (hash, hash.listpack(), hash.table()) {
        (Hash::ListpackEx(_), Some(pack), _) => packed(pack, 3),
        (_, Some(pack), _) => packed(pack, 2),
        (_, None, Some(table)) => dict(table, |field| sample(&field.value)),
        (_, None, None) => Body::Other,
    }
}

fn sorted_set(set: &SortedSet, about: &[&[u8]]) -> Body {
    match (set.listpack(), set.structures()) {
        (Some(pack), _) => packed(pack, 2),
        (None, Some((list, _))) => Body::Skiplist(skiplist(list, &ranks_of(set, about))),
        (None, None) => Body::Other,
    }
}

fn packed(pack: &Listpack, stride: u32) -> Body {
    let offsets = std::iter::successors(pack.first(), |offset| pack.next(*offset));
    let entries = offsets.take(PARTS_MAX).map(|offset| {
        let entry = pack.get(offset);
        PackedEntry {
            offset: offset as u32,
            raw: sample(pack.entry_bytes(offset)),
            size: pack.entry_bytes(offset).len() as u32,
            value: sample(&entry.to_bytes()),
            integer: entry.int().is_some(),
        }
    });
    Body::Listpack(Packed {
        total_bytes: pack.size() as u32,
        count: pack.len() as u32,
        entries: entries.collect(),
        stride,
    })
}

fn intset(set: &Intset) -> Body {
    Body::Intset {
        width_bytes: set.width() as u32,
        values: set.iter().take(PARTS_MAX).collect(),
    }
}

fn quicklist(list: &Quicklist) -> Body {
    let nodes = list
        .nodes()
        .take(PARTS_MAX)
        .enumerate()
        .map(|(index, node)| {
            let (first, last) = match list.listpack(index) {
                Some(pack) => (end_of(pack, pack.first()), end_of(pack, pack.last())),
                None => (sample(node.raw), sample(node.raw)),
            };
            QuicklistNode {
                entries: node.count as u32,
                bytes: node.bytes as u32,
                first,
                last,
                plain: node.plain,
            }
        });
    Body::Quicklist(nodes.collect())
}

fn end_of(pack: &Listpack, offset: Option<usize>) -> Vec<u8> {
    offset
        .map(|offset| sample(&pack.get(offset).to_bytes()))
        .unwrap_or_default()
}

fn dict<V>(table: &Dict<V>, shown: impl Fn(&V) -> Vec<u8>) -> Body {
    let entries = table
        .iter()
        .take(PARTS_MAX)
        .map(|(key, value)| (sample(key), shown(value)));
    Body::Table {
        dict: tables(table),
        entries: entries.collect(),
    }
}

fn tables<V>(dict: &Dict<V>) -> snapshot::Dict {
    let (first, second) = dict.table_sizes();
    let used = dict.table_used();
    let table = |number: usize, size: usize, used: usize| snapshot::Table {
        buckets: size as u32,
        used: used as u64,
        chains: (0..size.min(PARTS_MAX))
            .map(|bucket| dict.bucket(number, bucket).map(sample).collect())
            .collect(),
    };
    let mut tables = vec![table(0, first, used.0)];
    if dict.is_rehashing() {
        tables.push(table(1, second, used.1));
    }
    snapshot::Dict {
        tables,
        rehash_index: dict.rehash_index().map(|index| index as u32),
        held: dict.is_resize_avoided(),
    }
}

/// The ranks that words of a command may mean: a member's, a score's, a number of ranks from either end.
fn ranks_of(set: &SortedSet, about: &[&[u8]]) -> Vec<usize> {
    const WORDS_MAX: usize = 8;
    let last = set.len().saturating_sub(1);
    let Some((list, _)) = set.structures() else {
        return Vec::new();
    };
    let rank = |word: &&[u8]| {
        if let Some((rank, _)) = set.rank(word) {
            return Some(rank);
        }
        let number = number::parse_f64(word)?;
        let range = ScoreRange::inclusive(number, f64::INFINITY);
        let by_score = list.first_in_score_range(&range);
        Some(by_score.map_or(last, |position| position.rank))
    };
    about.iter().filter_map(rank).take(WORDS_MAX).collect()
}

/// All of a short list. Of a long one the nodes round these ranks, those on the way there, and both ends.
fn skiplist(list: &Skiplist, about: &[usize]) -> snapshot::Skiplist {
    const WHOLE_MAX: usize = 64;
    const AROUND: usize = 3;
    let last = list.len().saturating_sub(1);
    let mut ranks: Vec<usize> = Vec::new();
    if list.len() <= WHOLE_MAX {
        ranks.extend(0..list.len());
    } else {
        ranks.extend((0..AROUND).chain(last - AROUND + 1..=last));
        for rank in about {
            let nearby = rank.saturating_sub(AROUND)..=(rank + AROUND).min(last);
            ranks.extend(nearby.chain(list.ranks_on_the_way(*rank)));
        }
    }
    order::sort(&mut ranks);
    ranks.dedup();
    let nodes = ranks.into_iter().take(WHOLE_MAX * 2).filter_map(|rank| {
        let node = list.node_view(rank)?;
        Some(SkiplistNode {
            rank: rank as u32 + 1,
            member: sample(node.member),
            score: node.score,
            levels: node.levels.iter().map(link).collect(),
        })
    });
    snapshot::Skiplist {
        length: list.len() as u64,
        level: list.level() as u32,
        head: list.header().iter().map(link).collect(),
        nodes: nodes.collect(),
    }
}

/// In a picture ranks count from 1, so that the head is 0.
fn link(link: &LinkView) -> Link {
    Link {
        to: link.forward.map(|rank| rank as u32 + 1),
        span: link.span as u32,
    }
}

fn sample(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(SAMPLE_BYTES)].to_vec()
}
