//! How near a key is to another encoding, and what its data would take there.

use engine::config::Limits;
use engine::keyspace::Object;
use engine::structures::random::Random;
use engine::value::Value;
use engine::values::hash::{Hash, OldDeadline};
use engine::values::list::{End, List};
use engine::values::set::{self, Set};
use engine::values::sorted_set::{self, SortedSet};
use engine::values::string::Str;
use views::snapshot::Limit;

use super::{SAMPLES, length};

/// Of larger keys no copy is made for the sake of a number.
const COPIED_MAX: usize = 600;
/// A limit that nothing reaches.
const NONE: usize = usize::MAX / 4;

pub(super) fn limits(key: &[u8], object: &Object, limits: &Limits) -> Vec<Limit> {
    let count = length(&object.value) as u64;
    let limit = |name, what, now: u64, most: usize| Limit {
        name,
        what,
        now,
        most: most as u64,
    };
    match &object.value {
        Value::String(text) if text.encoding() == "int" => Vec::new(),
        Value::String(text) => vec![limit(
            "one object of 64 bytes",
            "bytes of header, key and value",
            embedded_bytes(key, text, object.has_deadline()),
            64,
        )],
        Value::SortedSet(set) => vec![
            limit(
                "zset-max-listpack-entries",
                "members",
                count,
                limits.zset_max_listpack_entries,
            ),
            limit(
                "zset-max-listpack-value",
                "bytes of the longest member",
                longest(set.iter().map(|(member, _)| member.len())),
                limits.zset_max_listpack_value,
            ),
        ],
        Value::Hash(hash) => {
            let lengths = hash
                .iter()
                .map(|(field, found)| field.len().max(found.value.len()));
            vec![
                limit(
                    "hash-max-listpack-entries",
                    "fields",
                    count,
                    limits.hash_max_listpack_entries,
                ),
                limit(
                    "hash-max-listpack-value",
                    "bytes of the longest field or value",
                    longest(lengths),
                    limits.hash_max_listpack_value,
                ),
            ]
        }
        Value::Set(set) => {
            let words = [
                limit(
                    "set-max-listpack-entries",
                    "members",
                    count,
                    limits.set_max_listpack_entries,
                ),
                limit(
                    "set-max-listpack-value",
                    "bytes of the longest member",
                    longest(set.iter().map(|member| member.len())),
                    limits.set_max_listpack_value,
                ),
            ];
            let integers = limit(
                "set-max-intset-entries",
                "integers",
                count,
                limits.set_max_intset_entries,
            );
            match &**set {
                Set::Intset(_) => std::iter::once(integers).chain(words).collect(),
                _ => words.into(),
            }
        }
        Value::List(list) => list_limit(list, count, limits),
        Value::Stream(_) | Value::VectorSet(_) => Vec::new(),
    }
}

fn list_limit(list: &List, count: u64, limits: &Limits) -> Vec<Limit> {
    const SIZES: [u64; 5] = [4, 8, 16, 32, 64];
    const NAME: &str = "list-max-listpack-size";
    let bytes = match list {
        List::Listpack(pack) => pack.size() as u64,
        List::Quicklist(list) => list.nodes().map(|node| node.bytes as u64).sum(),
    };
    let limit = match limits.list_max_listpack_size {
        size if size < 0 => Limit {
            name: NAME,
            what: "bytes",
            now: bytes,
            most: SIZES[size.unsigned_abs().clamp(1, 5) as usize - 1] * 1024,
        },
        size => Limit {
            name: NAME,
            what: "elements",
            now: count,
            most: size.max(1) as u64,
        },
    };
    vec![limit]
}

/// Of 8.2: object header, key and value with what stands around them, and room for a deadline.
fn embedded_bytes(key: &[u8], text: &Str, has_deadline: bool) -> u64 {
    let deadline = if has_deadline && key.len() < 32 { 8 } else { 0 };
    (16 + key.len() + 3 + text.len() + 4 + deadline) as u64
}

/// The longest of the first some thousand.
fn longest(lengths: impl Iterator<Item = usize>) -> u64 {
    lengths.take(4 * COPIED_MAX).max().unwrap_or(0) as u64
}

/// The data in other encodings, each made by the engine and weighed as MEMORY USAGE does.
pub(super) fn costs(key: &[u8], object: &Object, limits: &Limits) -> Vec<(&'static str, u64)> {
    if length(&object.value) > COPIED_MAX {
        return Vec::new();
    }
    let mut costs: Vec<(&'static str, u64)> = Vec::new();
    let mut weigh = |value: Value| {
        let encoding = value.encoding();
        if costs.iter().all(|(known, _)| *known != encoding) {
            let copy = Object::new(value, object.deadline, object.access);
            costs.push((encoding, engine::memory::usage(key, &copy, SAMPLES) as u64));
        }
    };
    let (small, large) = (with_all(limits, NONE), with_all(limits, 0));
    match &object.value {
        Value::String(text) => {
            let bytes = text.bytes();
            weigh(Value::String(Str::new(&bytes, key, object.has_deadline())));
            weigh(Value::String(Str::text(&bytes, key, object.has_deadline())));
            weigh(Value::String(Str::raw(bytes.into_owned())));
        }
        Value::SortedSet(set) => [small, large]
            .iter()
            .for_each(|limits| weigh(sorted_set(set, limits))),
        Value::Hash(hash) if hash.listpack().is_none() || hash.encoding() == "listpack" => {
            [small, large]
                .iter()
                .for_each(|limits| weigh(hash_with(hash, limits)));
        }
        Value::Set(set) => {
            let words = Limits {
                set_max_intset_entries: 0,
                ..small
            };
            [small, words, large]
                .iter()
                .for_each(|limits| weigh(set_with(set, limits)));
        }
        Value::List(list) => {
            let (small, large) = (list_sizes(limits, 32_767), list_sizes(limits, 1));
            [small, large]
                .iter()
                .for_each(|limits| weigh(list_with(list, limits)));
        }
        _ => {}
    }
    costs
}

fn with_all(limits: &Limits, most: usize) -> Limits {
    Limits {
        hash_max_listpack_entries: most,
        hash_max_listpack_value: most,
        set_max_intset_entries: most,
        set_max_listpack_entries: most,
        set_max_listpack_value: most,
        zset_max_listpack_entries: most,
        zset_max_listpack_value: most,
        ..*limits
    }
}

fn list_sizes(limits: &Limits, size: i64) -> Limits {
    Limits {
        list_max_listpack_size: size,
        ..*limits
    }
}

const SEED: [u8; 16] = [0; 16];

fn sorted_set(set: &SortedSet, limits: &Limits) -> Value {
    let members: Vec<(Vec<u8>, f64)> = set
        .iter()
        .map(|(member, score)| (member.into_owned(), score))
        .collect();
    let mut rules = sorted_set::Rules {
        limits,
        seed: SEED,
        random: &mut Random::new(0),
    };
    Value::SortedSet(Box::new(SortedSet::from_members(&members, &mut rules)))
}

fn hash_with(hash: &Hash, limits: &Limits) -> Value {
    let mut copy = Hash::default();
    for (field, found) in hash.iter() {
        copy.set(&field, &found.value, OldDeadline::Drop, limits, SEED);
    }
    Value::Hash(Box::new(copy))
}

fn set_with(set: &Set, limits: &Limits) -> Value {
    let rules = set::Rules {
        limits: *limits,
        seed: SEED,
    };
    let first = set.iter().next().unwrap_or_default();
    let mut copy = Set::new(&first, 1, &rules);
    for member in set.iter() {
        copy.insert(&member, &rules);
    }
    Value::Set(Box::new(copy))
}

fn list_with(list: &List, limits: &Limits) -> Value {
    let mut copy = List::default();
    for element in list.iter() {
        let element = element.to_bytes();
        copy.make_room(element.len(), 1, limits);
        copy.push(End::Right, &element);
    }
    Value::List(Box::new(copy))
}
