//! What work costs: a duration in virtual time for every command, so that SLOWLOG, LATENCY and the statistics speak of
//! work that was really done.
//!
//! Time stands still while a command runs, here as in Redis' own keyspace, and nothing here moves it. A cost is only
//! a number beside the reply (`Engine::took`): whoever drives the engine may let so much time pass before the next
//! command, as a simulator of a single-threaded server does, or may not, as a server behind a socket, whose clock is
//! real.
//!
//! A command's cost is the sum of
//! - a base, less for what is flagged FAST;
//! - its words and their bytes; what writes pays for each word what its group's structure takes to insert;
//! - the elements and bytes of its reply;
//! - and what handlers note in `Keyspace::work` where words and reply do not show it: keys walked, elements visited,
//!   sorted, copied or freed.
//!
//! The prices are nanoseconds, fitted to `commandstats` of redis-server 8.2.3 on one core of a server of 2026 (the
//! least of several runs): KEYS over 10^6 keys 117 ms without and 220 ms with a reply, LRANGE of 10^5 elements 2.8 ms,
//! SORT of 10^5 18 to 33 ms, DEL of a set of 10^5 2.6 ms, ZUNIONSTORE of twice 10^5 120 ms, GET and SET 0.1 us. They
//! are right within a factor of two or three, as machines differ; what matters is what they grow with.

use crate::command::{Entry, flag};
use crate::reply::Reply;
use crate::value::Value;
use crate::values::hash::Hash;
use crate::values::list::List;
use crate::values::set::Set;

/// Any command, and one that is fast.
const BASE: u64 = 400;
const BASE_FAST: u64 = 60;
const WORD: u64 = 15;
/// Bytes that are copied in a nanosecond.
const BYTES_PER_NANO: u64 = 14;
const REPLY_ELEMENT: u64 = 20;
const SCATTERED: u64 = 40;

/// A key or an element of a table that is looked at in passing.
pub const WALK: u64 = 110;
/// An entry of a listpack that is looked at in passing.
pub const SKIP: u64 = 9;
/// A member looked up in a table, among many others.
pub const LOOK_UP: u64 = 80;
/// An element put into a new table or list of a set that is stored, or copied.
pub const INSERT: u64 = 250;
/// The same for a sorted set.
pub const INSERT_SORTED: u64 = 450;
/// One comparison of a sort.
pub const COMPARE: u64 = 11;
/// Choosing a victim and forgetting it, apart from what it held.
pub const EVICTION: u64 = 1_500;
/// Freeing one allocation.
pub const FREE: u64 = 40;
/// A key that goes with its whole database.
pub const FLUSHED_KEY: u64 = 240;

/// A call in all, but for what handlers noted.
pub fn of_call(entry: &Entry, words: &[&[u8]], reply: Option<&Reply>) -> u64 {
    let base = if entry.has(flag::FAST) {
        BASE_FAST
    } else {
        BASE
    };
    let bytes: usize = words.iter().map(|word| word.len()).sum();
    let given = words.len() as u64 * per_word(entry) + bytes as u64 / BYTES_PER_NANO;
    base + given + reply.map_or(0, of_reply)
}

/// What a word of a command costs: those of a write are put somewhere.
fn per_word(entry: &Entry) -> u64 {
    if !entry.has(flag::WRITE) {
        return WORD;
    }
    match entry.group {
        "set" | "string" => 60,
        "hash" => 70,
        "sorted-set" | "geo" | "stream" => 100,
        _ => WORD,
    }
}

fn of_reply(reply: &Reply) -> u64 {
    match reply {
        Reply::Bulk(bytes) => REPLY_ELEMENT + bytes.len() as u64 / BYTES_PER_NANO,
        Reply::Verbatim(_, text) => REPLY_ELEMENT + text.len() as u64 / BYTES_PER_NANO,
        Reply::Array(items) | Reply::Push(items) | Reply::Many(items) => {
            items.iter().map(of_reply).sum()
        }
        // What has no order comes out of a table, which lies scattered in memory.
        Reply::Set(items) => items.iter().map(|item| of_reply(item) + SCATTERED).sum(),
        Reply::Map(pairs) => {
            let sum = |(first, second): &(Reply, Reply)| {
                of_reply(first) + of_reply(second) + 2 * SCATTERED
            };
            pairs.iter().map(sum).sum()
        }
        Reply::Pairs(pairs) => {
            let sum = |(first, second): &(Reply, Reply)| of_reply(first) + of_reply(second);
            pairs.iter().map(sum).sum()
        }
        _ => REPLY_ELEMENT,
    }
}

/// Sorting so many elements.
pub fn of_sorting(count: usize) -> u64 {
    count as u64 * u64::from(usize::BITS - count.leading_zeros()) * COMPARE
}

/// Copying so many bytes.
pub fn of_bytes(bytes: usize) -> u64 {
    bytes as u64 / BYTES_PER_NANO
}

/// Making a value like this one.
pub fn of_copying(value: &Value) -> u64 {
    let each = match value {
        Value::SortedSet(_) => INSERT_SORTED,
        _ => INSERT,
    };
    pieces(value) as u64 * each
}

/// Freeing a value here and now.
pub fn of_freeing(value: &Value) -> u64 {
    pieces(value) as u64 * FREE
}

/// Allocations that a value consists of, as Redis counts them to decide whether freeing is worth a thread.
pub fn pieces(value: &Value) -> usize {
    match value {
        Value::List(list) => match &**list {
            List::Quicklist(list) => list.node_count(),
            List::Listpack(_) => 1,
        },
        Value::Set(set) => match &**set {
            Set::Table(table) => table.len(),
            _ => 1,
        },
        Value::SortedSet(set) if set.structures().is_some() => set.len(),
        Value::Hash(hash) => match &**hash {
            Hash::Table(_) => hash.len(),
            _ => 1,
        },
        Value::Stream(stream) => stream.node_count(),
        Value::VectorSet(set) => set.len(),
        _ => 1,
    }
}
