//! Commands of the group `list`. Here: their table, and what the files beside it share.

mod at_ends;
mod blocking;
mod inside;
mod moving;

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::config::Limits;
use crate::error::Error;
use crate::event::Class;
use crate::keyspace::Keyspace;
use crate::reply::Reply;
use crate::structures::listpack::Entry;
use crate::value::Kind;
use crate::values::list::{End, List};

const POPPED: u32 = key::RW | key::ACCESS | key::DELETE;
const PUSHED: u32 = key::RW | key::INSERT;
/// Keys that follow their number.
const COUNTED_AT_1: &[KeySpec] = &[counted_keys(1)];
const COUNTED_AT_2: &[KeySpec] = &[counted_keys(2)];
/// All words but the last, which is the timeout.
const ALL_BUT_LAST: &[KeySpec] = &[KeySpec {
    flags: POPPED,
    begin: Begin::Index(1),
    find: Find::Range {
        last: -2,
        step: 1,
        limit: 0,
    },
    notes: "",
}];
const TIMEOUT_IS_DOUBLE: &[(&str, &str)] = &[("6.0.0", "`timeout` may have a fraction.")];

const fn counted_keys(at: i32) -> KeySpec {
    let find = Find::Count {
        count_at: 0,
        first: 1,
        step: 1,
    };
    KeySpec {
        flags: POPPED,
        begin: Begin::Index(at),
        find,
        notes: "",
    }
}

pub(super) const COMMANDS: &[Command] = &[
    Command::new("BLMOVE source:key destination:key (LEFT | RIGHT) (LEFT | RIGHT) timeout:float", blocking::blmove)
        .summary("Moves an element from an end of one list to an end of another, waiting for it if there is none.")
        .since("6.2.0")
        .flags(WRITE | DENYOOM | BLOCKING)
        .key_flags(&[POPPED, PUSHED]),
    Command::new("BLMPOP timeout:float numkeys:int key... (LEFT | RIGHT) [COUNT count:int]", blocking::blmpop)
        .summary("Takes elements from the first list that has some, waiting for one if all are empty.")
        .cost("O(N+M), N being the number of keys and M the elements taken")
        .since("7.0.0")
        .flags(WRITE | BLOCKING | MOVABLEKEYS)
        .key_specs(COUNTED_AT_2),
    Command::new("BLPOP key... timeout:float", blocking::blpop)
        .summary("Takes the first element of the first list that has one, waiting for it if all are empty.")
        .cost("O(N), N being the number of keys")
        .since("2.0.0")
        .flags(WRITE | BLOCKING)
        .key_specs(ALL_BUT_LAST)
        .history(TIMEOUT_IS_DOUBLE),
    Command::new("BRPOP key... timeout:float", blocking::brpop)
        .summary("Takes the last element of the first list that has one, waiting for it if all are empty.")
        .cost("O(N), N being the number of keys")
        .since("2.0.0")
        .flags(WRITE | BLOCKING)
        .key_specs(ALL_BUT_LAST)
        .history(TIMEOUT_IS_DOUBLE),
    Command::new("BRPOPLPUSH source:key destination:key timeout:float", blocking::brpoplpush)
        .summary("Moves the last element of one list to the front of another, waiting for it if there is none.")
        .since("2.2.0")
        .flags(WRITE | DENYOOM | BLOCKING)
        .key_flags(&[POPPED, PUSHED])
        .history(TIMEOUT_IS_DOUBLE)
        .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments"),
    Command::new("LINDEX key index:int", inside::lindex)
        .summary("Gives the element at an index; negative ones count from the end.")
        .cost("O(N), N being the elements passed on the way; O(1) for the first and the last")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("LINSERT key (BEFORE | AFTER) pivot element", inside::linsert)
        .summary("Inserts an element beside the first one that equals the pivot.")
        .cost("O(N), N being the elements before the pivot")
        .since("2.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[PUSHED]),
    Command::new("LLEN key", inside::llen)
        .summary("Gives the number of elements.")
        .flags(READONLY | FAST)
        .key_flags(&[key::RO]),
    Command::new("LMOVE source:key destination:key (LEFT | RIGHT) (LEFT | RIGHT)", moving::lmove)
        .summary("Moves an element from an end of one list to an end of another, and gives it.")
        .since("6.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[POPPED, PUSHED]),
    Command::new("LMPOP numkeys:int key... (LEFT | RIGHT) [COUNT count:int]", at_ends::lmpop)
        .summary("Takes elements from the first of several lists that has some.")
        .cost("O(N+M), N being the number of keys and M the elements taken")
        .since("7.0.0")
        .flags(WRITE | MOVABLEKEYS)
        .key_specs(COUNTED_AT_1),
    Command::new("LPOP key [count:int]", at_ends::lpop)
        .summary("Takes elements from the front.")
        .cost("O(N), N being the elements taken")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED])
        .history(&[("6.2.0", "The argument `count`.")]),
    Command::new("LPOS key element [RANK rank:int] [COUNT num-matches:int] [MAXLEN len:int]", inside::lpos)
        .summary("Gives the index of an element, or the indexes of several that are equal.")
        .cost("O(N), N being the elements looked at")
        .since("6.0.6")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("LPUSH key element...", at_ends::lpush)
        .summary("Adds elements at the front, one after the other; the list is made if it is not there.")
        .cost("O(1) for each element")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[PUSHED])
        .history(&[("2.4.0", "Several elements at once.")]),
    Command::new("LPUSHX key element...", at_ends::lpushx)
        .summary("Adds elements at the front of a list that is there.")
        .cost("O(1) for each element")
        .since("2.2.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[PUSHED])
        .history(&[("4.0.0", "Several elements at once.")]),
    Command::new("LRANGE key start:int stop:int", inside::lrange)
        .summary("Gives the elements between two indexes, both included; negative ones count from the end.")
        .cost("O(S+N), S being the way to the start from the nearer end and N the elements given")
        .flags(READONLY)
        .key_flags(&[key::RO | key::ACCESS]),
    Command::new("LREM key count:int element", inside::lrem)
        .summary("Removes elements that equal one: the first few, the last few or all.")
        .cost("O(N+M), N being the list's length and M the elements removed")
        .flags(WRITE)
        .key_flags(&[key::RW | key::DELETE]),
    Command::new("LSET key index:int element", inside::lset)
        .summary("Writes over the element at an index.")
        .cost("O(N), N being the elements passed on the way; O(1) for the first and the last")
        .flags(WRITE | DENYOOM)
        .key_flags(&[key::RW | key::UPDATE]),
    Command::new("LTRIM key start:int stop:int", inside::ltrim)
        .summary("Keeps the elements between two indexes and removes all others.")
        .cost("O(N), N being the elements removed")
        .flags(WRITE)
        .key_flags(&[key::RW | key::DELETE]),
    Command::new("RPOP key [count:int]", at_ends::rpop)
        .summary("Takes elements from the end.")
        .cost("O(N), N being the elements taken")
        .flags(WRITE | FAST)
        .key_flags(&[POPPED])
        .history(&[("6.2.0", "The argument `count`.")]),
    Command::new("RPOPLPUSH source:key destination:key", moving::rpoplpush)
        .summary("Moves the last element of one list to the front of another, and gives it.")
        .since("1.2.0")
        .flags(WRITE | DENYOOM)
        .key_flags(&[POPPED, PUSHED])
        .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments"),
    Command::new("RPUSH key element...", at_ends::rpush)
        .summary("Adds elements at the end; the list is made if it is not there.")
        .cost("O(1) for each element")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[PUSHED])
        .history(&[("2.4.0", "Several elements at once.")]),
    Command::new("RPUSHX key element...", at_ends::rpushx)
        .summary("Adds elements at the end of a list that is there.")
        .cost("O(1) for each element")
        .since("2.2.0")
        .flags(WRITE | DENYOOM | FAST)
        .key_flags(&[PUSHED])
        .history(&[("4.0.0", "Several elements at once.")]),
];

/// LEFT or RIGHT.
fn end(args: &mut Args) -> Result<End, Error> {
    if args.token("LEFT") {
        Ok(End::Left)
    } else if args.token("RIGHT") {
        Ok(End::Right)
    } else {
        Err(Error::Syntax)
    }
}

fn pushed(end: End) -> &'static str {
    if end == End::Left { "lpush" } else { "rpush" }
}

fn pop_event(end: End) -> &'static str {
    if end == End::Left { "lpop" } else { "rpop" }
}

/// The command that pops at this end, as replicas get it.
fn pop_command(end: End) -> &'static [u8] {
    if end == End::Left { b"LPOP" } else { b"RPOP" }
}

/// Adds a new key with this list.
fn add_key(keys: &mut Keyspace, key: &[u8], list: List) {
    keys.insert(key, list.into_value());
}

/// What follows when `count` elements were popped: as `removed`, but who caches the key is told last.
fn popped(keys: &mut Keyspace, end: End, key: &[u8], count: usize, left: Left) {
    keys.lost(Class::List, pop_event(end), key, left == Left::Nothing);
    keys.dirty += count as u64 - 1;
}

/// What follows when `count` elements were taken from a list: the event, then the end of a key that is empty now.
fn removed(keys: &mut Keyspace, event: &'static str, key: &[u8], count: usize, left: Left) {
    keys.touched(key);
    keys.dirty += count as u64;
    keys.notify(Class::List, event, key);
    if left == Left::Nothing {
        keys.remove_empty(key);
    }
}

/// What is left in a list after something was taken from it.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    Nothing,
    Something,
}

/// Looks at what is left, which may need a smaller encoding.
fn left(list: &mut List, limits: &Limits) -> Left {
    if list.is_empty() {
        return Left::Nothing;
    }
    list.shrink(limits);
    Left::Something
}

/// Takes up to `count` elements off an end, in the order in which they go.
fn take(list: &mut List, end: End, count: usize) -> Vec<Reply> {
    let length = list.len();
    let count = count.min(length);
    let reply = |entry: Entry| Reply::Bulk(entry.to_bytes().into_owned());
    let taken = match end {
        End::Left => list.iter().take(count).map(reply).collect(),
        End::Right => list.iter_rev().take(count).map(reply).collect(),
    };
    list.delete_range(if end == End::Left { 0 } else { length - count }, count);
    taken
}

/// Elements from `start` to `stop` as LRANGE and LTRIM take them: the first index and how many.
fn range(start: i64, stop: i64, length: usize) -> (usize, usize) {
    let length = length as i64;
    let from_end = |at: i64| {
        if at < 0 {
            at.saturating_add(length)
        } else {
            at
        }
    };
    let (start, stop) = (from_end(start).max(0), from_end(stop).min(length - 1));
    if start > stop {
        (0, 0)
    } else {
        (start as usize, (stop - start + 1) as usize)
    }
}
