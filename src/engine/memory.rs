//! How many bytes a server with jemalloc would use: for one key as MEMORY USAGE counts them, and for all of them as
//! an estimate. Struct sizes are those of Redis 8.2 on 64-bit Linux. What an allocator loses between its blocks,
//! and the room that APPEND leaves behind a string, are not counted.

use crate::keyspace::{Keyspace, Object};
use crate::structures::dict::Dict;
use crate::value::Value;
use crate::values::hash::Hash;
use crate::values::list::List;
use crate::values::set::Set;
use crate::values::sorted_set::SortedSet;
use crate::values::stream::Stream;
use crate::values::vector_set::VectorSet;

const OBJECT: usize = 16;
const DEADLINE: usize = 8;
const DICT: usize = 56;
const DICT_ENTRY: usize = 24;
const POINTER: usize = 8;
const QUICKLIST: usize = 40;
const QUICKLIST_NODE: usize = 40;
const LISTPACK_WITH_DEADLINES: usize = 24;
/// Before the field's text, and what its longer header takes.
const FIELD_DEADLINE: usize = 16 + 2;
const ZSET: usize = 16;
const SKIPLIST: usize = 32;
/// A tower's node without its levels, and one level.
const TOWER: usize = 16;
const LEVEL: usize = 16;
const HEADER_LEVELS: usize = 32;
/// A vector set and its graph, a node, a layer.
const VECTOR_SET: usize = 1784;
const NODE: usize = 312;
const LAYER: usize = 24;

const STREAM: usize = 112;

/// What the server itself needs before it has any key.
const EMPTY_SERVER: usize = 1_000_000;

/// What an allocation of so many bytes takes: jemalloc's size classes, four to each doubling.
pub fn allocated(bytes: usize) -> usize {
    const SMALL: usize = 64;
    if bytes <= SMALL {
        return bytes.max(1).next_multiple_of(8);
    }
    let Some(above) = bytes.checked_next_power_of_two() else {
        return bytes;
    };
    bytes.next_multiple_of(above / 8)
}

/// What MEMORY USAGE answers. Of a large collection so many elements are looked at, and all of them by `usize::MAX`.
pub fn usage(key: &[u8], object: &Object, samples: usize) -> usize {
    let embedded = match &object.value {
        // The value lies in one piece with its key, behind a header of its own.
        Value::String(text) if text.is_embedded() => 3 + text.len() + 1,
        _ => 0,
    };
    let deadline = if object.has_deadline() { DEADLINE } else { 0 };
    let own = allocated(OBJECT + deadline + 1 + text_bytes(key.len()) + embedded);
    own + match &object.value {
        Value::String(string) if string.encoding() == "raw" => text(&string.bytes()),
        Value::String(_) => 0,
        Value::List(list) => of_list(list, samples),
        Value::Set(set) => of_set(set, samples),
        Value::SortedSet(set) => of_sorted_set(set, samples),
        Value::Hash(hash) => of_hash(hash, samples),
        Value::Stream(stream) => of_stream(stream, samples),
        Value::VectorSet(set) => of_vector_set(set),
    }
}

/// About how much all keys take together, for `used_memory`. A few keys of each database stand for the others, so
/// this costs the same whatever the number of keys.
pub fn total(keys: &Keyspace) -> usize {
    const KEYS: usize = 16;
    const ELEMENTS: usize = 5;
    let of_db = |db: &crate::keyspace::Db| {
        let sizes = db
            .keys
            .iter()
            .take(KEYS)
            .map(|(key, object)| usage(key, object, ELEMENTS));
        scaled(sizes, db.keys.len())
            + of_buckets(db.keys.table_sizes())
            + of_buckets(db.expires.table_sizes())
            + db.expires.len() * DICT_ENTRY
    };
    EMPTY_SERVER + keys.dbs.iter().map(of_db).sum::<usize>()
}

/// A string of Redis': a header that grows with the length, the bytes, a zero byte.
fn text_bytes(length: usize) -> usize {
    let header = match length {
        0 => 3,
        1..32 => 1,
        32..256 => 3,
        256..0x1_0000 => 5,
        0x1_0000..=0xffff_ffff => 9,
        _ => 17,
    };
    header + length + 1
}

fn text(bytes: &[u8]) -> usize {
    allocated(text_bytes(bytes.len()))
}

fn buckets<V>(dict: &Dict<V>) -> usize {
    of_buckets(dict.table_sizes())
}

fn of_buckets((old, new): (usize, usize)) -> usize {
    (old + new) * POINTER
}

/// The average of the sizes, times the count.
fn scaled(sizes: impl Iterator<Item = usize>, count: usize) -> usize {
    let (mut sum, mut seen) = (0, 0);
    for size in sizes {
        sum += size;
        seen += 1;
    }
    if seen == 0 {
        0
    } else {
        (sum as f64 / seen as f64 * count as f64) as usize
    }
}

fn of_list(list: &List, samples: usize) -> usize {
    match list {
        List::Listpack(pack) => allocated(pack.size()),
        List::Quicklist(list) => {
            let nodes = list
                .nodes()
                .take(samples)
                .map(|node| QUICKLIST_NODE + allocated(node.bytes));
            QUICKLIST + scaled(nodes, list.node_count())
        }
    }
}

fn of_set(set: &Set, samples: usize) -> usize {
    match set {
        Set::Intset(integers) => allocated(integers.bytes().len()),
        Set::Listpack(pack) => allocated(pack.size()),
        Set::Table(table) => {
            let members = table
                .keys()
                .take(samples)
                .map(|member| text(member) + DICT_ENTRY);
            DICT + buckets(table) + scaled(members, table.len())
        }
    }
}

fn of_sorted_set(set: &SortedSet, samples: usize) -> usize {
    let Some((list, scores)) = set.structures() else {
        return set.listpack().map_or(0, |pack| allocated(pack.size()));
    };
    let header = allocated(TOWER + HEADER_LEVELS * LEVEL);
    let nodes = list.nodes().take(samples);
    let nodes = nodes
        .map(|node| text(node.member) + DICT_ENTRY + allocated(TOWER + node.levels.len() * LEVEL));
    ZSET + SKIPLIST + DICT + buckets(scores) + header + scaled(nodes, scores.len())
}

fn of_hash(hash: &Hash, samples: usize) -> usize {
    match hash {
        Hash::Listpack(pack) => allocated(pack.size()),
        Hash::ListpackEx(pack) => LISTPACK_WITH_DEADLINES + allocated(pack.size()),
        Hash::Table(_) => {
            let fields = hash.iter().take(samples).map(|(field, found)| {
                let deadline = if found.deadline.is_some() {
                    FIELD_DEADLINE
                } else {
                    0
                };
                allocated(text_bytes(field.len()) + deadline) + text(&found.value) + DICT_ENTRY
            });
            DICT + hash.table().map_or(0, buckets) + scaled(fields, hash.len())
        }
    }
}

fn of_stream(stream: &Stream, samples: usize) -> usize {
    let nodes = stream.nodes().map(|(_, node)| allocated(node.allocated()));
    let of_nodes = scaled(nodes.take(samples), stream.node_count());
    STREAM + of_nodes
}

/// An estimate, as the real server makes it: from the newest nodes, whatever the number of samples.
fn of_vector_set(set: &VectorSet) -> usize {
    const NODES: usize = 20;
    const UNSEEN_ATTRIBUTES: usize = 64;
    let (graph, count) = (&set.graph, set.len());
    let matrix = set.projection.as_ref();
    let matrix = matrix.map_or(0, |projection| projection.matrix.len() * 4);
    let vectors = graph.quantization.bytes(graph.dimension) * count;
    // A third of the nodes is taken to have a second layer, with half the links.
    let layers = LAYER * count * 4 / 3;
    let newest: Vec<_> = graph
        .places()
        .take(NODES)
        .map(|at| graph.node(at))
        .collect();
    let fitting = newest.first().map_or(0, |node| node.layers[0].links_max);
    let links = fitting * POINTER * count + fitting / 2 * POINTER * count / 3;
    let average = |sizes: Vec<usize>, unseen: usize| match sizes.len() {
        0 => unseen,
        seen => sizes.iter().sum::<usize>() / seen,
    };
    let names = newest.iter().map(|node| string_object(node.name.len()));
    let attributes = newest.iter().filter_map(|node| node.attributes.as_ref());
    let attributes = attributes.map(|text| string_object(text.len())).collect();
    VECTOR_SET
        + matrix
        + vectors
        + NODE * count
        + layers
        + links
        + average(names.collect(), 0) * count
        + average(attributes, UNSEEN_ATTRIBUTES) * set.attributed().min(count as u64) as usize
        + 2 * POINTER * count
}

/// A string with its header in one piece if it is short.
fn string_object(length: usize) -> usize {
    const EMBEDDED_MAX: usize = 44;
    if length <= EMBEDDED_MAX {
        allocated(OBJECT + 3 + length + 1)
    } else {
        OBJECT + allocated(text_bytes(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_are_those_of_jemalloc() {
        for (bytes, class) in [
            (1, 8),
            (13, 16),
            (20, 24),
            (64, 64),
            (65, 80),
            (104, 112),
            (129, 160),
            (528, 640),
            (9000, 10_240),
        ] {
            assert_eq!(allocated(bytes), class, "{bytes}");
        }
    }
}
