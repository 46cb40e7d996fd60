//! How many bytes a server with jemalloc would use: for one key as MEMORY USAGE counts them, for the tables around
//! the keys, and for everything together (`used_memory`). Struct sizes are those of Redis 8.2 on 64-bit Linux.
//!
//! Every structure counts what its elements would take, so the whole of a key is known without looking at them, and
//! the keyspace keeps the sum over all keys (`Keyspace::recount`). What is not counted: what an allocator loses
//! between its blocks, and buffers of the process itself beyond those of idle clients.

use crate::allocation::{allocated, text, text_bytes};
use crate::client::Clients;
use crate::keyspace::{Db, Keyspace, Object};
use crate::lzf;
use crate::structures::dict::Dict;
use crate::structures::quicklist::NodeView;
use crate::structures::radix;
use crate::structures::slotted::Slotted;
use crate::value::Value;
use crate::values::hash::{self, Hash};
use crate::values::list::List;
use crate::values::set::Set;
use crate::values::sorted_set::SortedSet;
use crate::values::stream::{Group, Stream, StreamId};
use crate::values::vector_set::VectorSet;

const OBJECT: usize = 16;
const DEADLINE: usize = 8;
const DICT: usize = 56;
const DICT_ENTRY: usize = 24;
/// An entry whose key and value are one thing, or that has a neighbor in its bucket.
const SMALL_ENTRY: usize = 16;
const POINTER: usize = 8;
const QUICKLIST: usize = 40;
const QUICKLIST_NODE: usize = 40;
const LISTPACK_WITH_DEADLINES: usize = 24;
const ZSET: usize = 16;
const SKIPLIST: usize = 32;
/// A vector set and its graph, a node, a layer.
const VECTOR_SET: usize = 1784;
const NODE: usize = 312;
const LAYER: usize = 24;

/// A stream, a group and a consumer with the heads of their radix trees.
const STREAM: usize = 112;
const GROUP: usize = 40;
const CONSUMER: usize = 32;
const PENDING: usize = 32;
const STREAM_ID: usize = 16;
/// A node of a radix tree with what MEMORY USAGE guesses for its children: 30 of them.
const RADIX_NODE: usize = 4 + 30 * POINTER;

/// What the server itself needs before it has any key, client or script.
pub const STARTUP: usize = 653_768;
/// The two script interpreters, and what is kept for functions.
pub const SCRIPT_INTERPRETERS: usize = 66_560;
pub const FUNCTIONS: usize = 192;
/// A client that is connected and idle.
pub const IDLE_CLIENT: usize = 1_920;

/// A database's table of keys: with the histogram of sizes that is kept beside it, and as its overhead is reported.
const KEYS_TABLE: usize = 2_560;
const KEYS_OVERHEAD: usize = 2_680;
/// The table of deadlines: as it is allocated, and as its overhead is reported before and after its first use.
const EXPIRES_TABLE: usize = 64;
const EXPIRES_UNUSED_OVERHEAD: usize = 216;
const EXPIRES_OVERHEAD: usize = 280;
const REHASHING: usize = 24;

/// How many pending entries are looked at for the shape of the tree that holds them all.
const LOOKED_AT: usize = 100_000;
const LOOKED_AT_QUICKLY: usize = 64;

/// What MEMORY USAGE answers may take its time; what is counted after every change must not grow with the value.
#[derive(Debug, Clone, Copy)]
enum Precision {
    Exact,
    Quick,
}

/// What MEMORY USAGE answers. Of a large collection so many elements are looked at, and all of them by `usize::MAX`.
pub fn usage(key: &[u8], object: &Object, samples: usize) -> usize {
    let content = match &object.value {
        Value::String(string) if string.encoding() == "raw" => text(string.room()),
        Value::String(_) => 0,
        Value::List(list) => of_list(list, samples),
        Value::Set(set) => of_set(set, samples),
        Value::SortedSet(set) => of_sorted_set(set, samples),
        Value::Hash(hash) => of_hash(hash, samples),
        Value::Stream(stream) => of_stream(stream, samples, Precision::Exact),
        Value::VectorSet(set) => of_vector_set(set),
    };
    of_object(key, object) + content
}

/// The key, its object and what lies in one piece with them.
fn of_object(key: &[u8], object: &Object) -> usize {
    let embedded = match &object.value {
        // The value lies in one piece with its key, behind a header of its own.
        Value::String(text) if text.is_embedded() => 3 + text.len() + 1,
        _ => 0,
    };
    let deadline = match object.has_room_for_deadline() {
        true => DEADLINE,
        false => 0,
    };
    allocated(OBJECT + deadline + 1 + text_bytes(key.len()) + embedded)
}

/// What a key takes in all, after every change. Of a stream some nodes speak for the others: it does not keep their sum.
/// A list's nodes count as they are kept here, which is not compressed.
pub fn counted(key: &[u8], object: &Object) -> usize {
    const NODES: usize = 5;
    match &object.value {
        Value::Stream(stream) => {
            of_object(key, object) + of_stream(stream, NODES, Precision::Quick)
        }
        Value::List(list) => of_object(key, object) + of_kept_list(list),
        _ => usage(key, object, usize::MAX),
    }
}

/// `used_memory`: the server, its clients, the tables and the keys.
pub fn used(keys: &Keyspace, clients: &Clients) -> usize {
    STARTUP + SCRIPT_INTERPRETERS + FUNCTIONS + clients.len() * IDLE_CLIENT + of_keyspace(keys)
}

/// The tables and the keys.
pub fn of_keyspace(keys: &Keyspace) -> usize {
    keys.dbs.iter().map(tables).sum::<usize>() + keys.counted_bytes()
}

/// Overhead as MEMORY STATS and INFO report it: everything but the data.
#[derive(Debug, Clone, Default)]
pub struct Overhead {
    pub clients: usize,
    /// For each database that ever had a key: its number, its table of keys, its table of deadlines.
    pub databases: Vec<(usize, usize, usize)>,
    /// All buckets of those tables.
    pub buckets: usize,
    /// The buckets that are about to be given up.
    pub rehashing: usize,
    /// How many tables are rehashed.
    pub tables_rehashing: usize,
    /// With what the server needs at the start.
    pub total: usize,
}

impl Overhead {
    pub fn of(keys: &Keyspace, clients: &Clients) -> Overhead {
        let mut overhead = Overhead {
            clients: clients.len() * IDLE_CLIENT,
            ..Overhead::default()
        };
        overhead.total = STARTUP + SCRIPT_INTERPRETERS + FUNCTIONS + overhead.clients;
        for (index, db) in keys.dbs.iter().enumerate() {
            let Some((main, expires)) = reported_overhead(db) else {
                continue;
            };
            overhead.databases.push((index, main, expires));
            overhead.total += main + expires;
            overhead.buckets +=
                of_buckets(db.keys.table_sizes()) + of_buckets(db.expires.table_sizes());
            overhead.count_rehashing(&db.keys);
            overhead.count_rehashing(&db.expires);
        }
        overhead
    }

    fn count_rehashing<V>(&mut self, dict: &Slotted<V>) {
        if dict.is_rehashing() {
            self.rehashing += dict.table_sizes().0 * POINTER;
            self.tables_rehashing += 1;
        }
    }
}

/// What the tables of a database take beside its keys.
fn tables(db: &Db) -> usize {
    let of = |own: usize, buckets: usize, chained: usize| match buckets {
        0 => 0,
        _ => own + buckets + chained * SMALL_ENTRY,
    };
    of(
        KEYS_TABLE,
        of_buckets(db.keys.table_sizes()),
        db.keys.chained(),
    ) + of(
        EXPIRES_TABLE,
        of_buckets(db.expires.table_sizes()),
        db.expires.chained(),
    )
}

/// The overhead of a database as MEMORY STATS reports it: of the table of keys and of the table of deadlines.
/// None before there was a key.
fn reported_overhead(db: &Db) -> Option<(usize, usize)> {
    let rehashing = |rehashing: bool| if rehashing { REHASHING } else { 0 };
    if of_buckets(db.keys.table_sizes()) == 0 {
        return None;
    }
    let keys = KEYS_OVERHEAD
        + of_buckets(db.keys.table_sizes())
        + db.keys.len() * (SMALL_ENTRY + OBJECT)
        + rehashing(db.keys.is_rehashing());
    let expires = match of_buckets(db.expires.table_sizes()) {
        0 => EXPIRES_UNUSED_OVERHEAD,
        buckets => {
            EXPIRES_OVERHEAD
                + buckets
                + db.expires.len() * SMALL_ENTRY
                + rehashing(db.expires.is_rehashing())
        }
    };
    Some((keys, expires))
}

/// Bytes of a table's buckets, both tables while it is rehashed.
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

fn of_kept_list(list: &List) -> usize {
    match list {
        List::Listpack(pack) => allocated(pack.size()),
        List::Quicklist(list) => {
            QUICKLIST + list.node_count() * QUICKLIST_NODE + list.content_bytes()
        }
    }
}

fn of_list(list: &List, samples: usize) -> usize {
    let quicklist = match list {
        List::Quicklist(list) => list,
        List::Listpack(_) => return of_kept_list(list),
    };
    if samples >= quicklist.node_count() && quicklist.depth() == 0 {
        return of_kept_list(list);
    }
    // Nodes are looked at, and elements are what the average is of.
    let (mut bytes, mut elements) = (0, 0);
    for node in quicklist.nodes().take(samples) {
        bytes += QUICKLIST_NODE + allocated(stored_bytes(&node));
        elements += node.count;
    }
    QUICKLIST + (bytes as f64 / elements.max(1) as f64 * quicklist.len() as f64) as usize
}

/// The size of a node's content as a server stores it: compressed if the node is an inner one and that saves enough.
fn stored_bytes(node: &NodeView<'_>) -> usize {
    /// The compressed content's length stands before it.
    const HEADER: usize = 8;
    const SAVED_MIN: usize = 8;
    if !node.compressible {
        return node.bytes;
    }
    let compressed = lzf::compress_within(node.raw, node.bytes - SAVED_MIN);
    compressed.map_or(node.bytes, |compressed| HEADER + compressed.len())
}

fn of_set(set: &Set, samples: usize) -> usize {
    let table = match set {
        Set::Intset(integers) => return allocated(integers.bytes().len()),
        Set::Listpack(pack) => return allocated(pack.size()),
        Set::Table(table) => table,
    };
    let own = DICT + buckets(table);
    if samples >= table.len() {
        return own + table.key_bytes() + table.len() * DICT_ENTRY;
    }
    let members = table.keys().take(samples);
    let sizes = members.map(|member| text(member.len()) + DICT_ENTRY);
    own + scaled(sizes, table.len())
}

fn of_sorted_set(set: &SortedSet, samples: usize) -> usize {
    let Some((list, scores)) = set.structures() else {
        return set.listpack().map_or(0, |pack| allocated(pack.size()));
    };
    let own = ZSET + SKIPLIST + DICT + buckets(scores);
    if samples >= list.len() {
        return own + list.tower_bytes() + scores.key_bytes() + scores.len() * SMALL_ENTRY;
    }
    let nodes = list.nodes().take(samples).map(|node| {
        text(node.member.len())
            + SMALL_ENTRY
            + crate::structures::skiplist::tower_bytes(node.levels.len())
    });
    let header = crate::structures::skiplist::tower_bytes(crate::structures::skiplist::MAX_LEVEL);
    own + header + scaled(nodes, scores.len())
}

fn of_hash(hash: &Hash, samples: usize) -> usize {
    let table = match hash {
        Hash::Listpack(pack) => return allocated(pack.size()),
        Hash::ListpackEx(pack) => return LISTPACK_WITH_DEADLINES + allocated(pack.size()),
        Hash::Table(_) => hash.table(),
    };
    let own = DICT + table.map_or(0, buckets);
    if samples >= hash.len() {
        return own + hash.content_bytes() + hash.len() * DICT_ENTRY;
    }
    let fields = hash.iter().take(samples).map(|(field, found)| {
        text(field.len())
            + hash::deadline_bytes(field.len(), found.deadline)
            + text(found.value.len())
            + DICT_ENTRY
    });
    own + scaled(fields, hash.len())
}

fn of_stream(stream: &Stream, samples: usize, precision: Precision) -> usize {
    let count = stream.node_count();
    let mut nodes = stream.nodes().map(|(_, node)| allocated(node.allocated()));
    // The last node has room to grow, so it is not like the others.
    let last = nodes.next_back().filter(|_| count > samples);
    let of_nodes = match last {
        Some(last) => {
            let sum: usize = nodes.take(samples).sum();
            sum / samples.max(1) * (count - 1) + last
        }
        None => stream
            .nodes()
            .map(|(_, node)| allocated(node.allocated()))
            .sum(),
    };
    let groups = stream.groups().values();
    let groups = groups.map(|group| of_group(group, precision));
    STREAM + of_nodes + radix_tree(count, stream.radix_node_count()) + groups.sum::<usize>()
}

fn of_group(group: &Group, precision: Precision) -> usize {
    let pending = group.pending();
    let consumers = group.consumers().map(|consumer| {
        let own = consumer.pending();
        let tree = match precision {
            Precision::Exact => id_tree(own.len(), own.iter(), LOOKED_AT),
            // All of them together have what the group has.
            Precision::Quick => 0,
        };
        CONSUMER + consumer.name.len() + tree
    });
    let consumers: usize = consumers.sum();
    let trees = match precision {
        Precision::Exact => id_tree(pending.len(), pending.keys(), LOOKED_AT),
        Precision::Quick => 2 * id_tree(pending.len(), pending.keys(), LOOKED_AT_QUICKLY),
    };
    GROUP + pending.len() * PENDING + trees + consumers
}

/// The tree of ids that are pending; the shape of a large one is guessed from its first keys.
fn id_tree<'a>(count: usize, ids: impl Iterator<Item = &'a StreamId>, looked_at: usize) -> usize {
    let nodes = radix::node_count(ids.take(looked_at).map(|id| id.to_number()));
    let nodes = nodes as u64 * count.max(1) as u64 / count.clamp(1, looked_at) as u64;
    radix_tree(count, nodes as usize)
}

fn radix_tree(keys: usize, nodes: usize) -> usize {
    keys * STREAM_ID + nodes * RADIX_NODE
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
mod tests;
