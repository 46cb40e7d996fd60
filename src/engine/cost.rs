//! What work costs, in nanoseconds of virtual time, fitted to redis-server 8.2.3 on one core.

use crate::value::Value;
use crate::values::hash::Hash;
use crate::values::list::List;
use crate::values::set::Set;

/// Choosing a victim and forgetting it, apart from what it held.
pub const EVICTION: u64 = 1_500;

/// Freeing one allocation.
const FREE: u64 = 40;

/// Allocations that a value consists of, as Redis counts them to decide whether freeing is worth a thread.
pub fn pieces(value: &Value) -> usize {
    match value {
        Value::List(List::Quicklist(list)) => list.node_count(),
        Value::Set(Set::Table(table)) => table.len(),
        Value::SortedSet(set) if set.structures().is_some() => set.len(),
        Value::Hash(Hash::Table(_)) => value_len(value),
        _ => 1,
    }
}

fn value_len(value: &Value) -> usize {
    match value {
        Value::Hash(hash) => hash.len(),
        _ => 1,
    }
}

/// Freeing a value here and now.
pub fn of_freeing(value: &Value) -> u64 {
    pieces(value) as u64 * FREE
}
