//! Lists: one listpack while small, a quicklist beyond `list-max-listpack-size`, and a listpack again once little
//! is left.
//!
//! Growth is decided before something is added, shrinking after something is gone; each has a method of its own
//! (`make_room`, `shrink`) because Redis' commands differ in which of them they call. Between the two limits lies
//! half a node, so a list does not switch at every push and pop.

use std::borrow::Cow;

use super::told;
use crate::config::Limits;
use crate::structures::listpack::{self, Entry, Listpack};
use crate::structures::quicklist::{self, Quicklist};

#[cfg(test)]
mod tests;

#[derive(Debug, Clone)]
pub enum List {
    Listpack(Listpack),
    Quicklist(Box<Quicklist>),
}

/// The ends of a list; also the side on which something is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Left,
    Right,
}

/// Bytes per node for `list-max-listpack-size` -1 to -5.
const NODE_BYTES: [usize; 5] = [4096, 8192, 16_384, 32_768, 65_536];

impl Default for List {
    fn default() -> List {
        List::Listpack(Listpack::new())
    }
}

impl List {
    pub fn encoding(&self) -> &'static str {
        match self {
            List::Listpack(_) => "listpack",
            List::Quicklist(_) => "quicklist",
        }
    }

    pub fn len(&self) -> usize {
        match self {
            List::Listpack(pack) => pack.len(),
            List::Quicklist(list) => list.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            List::Listpack(pack) => pack.is_empty(),
            List::Quicklist(list) => list.is_empty(),
        }
    }

    /// The element at `index`; -1 is the last.
    pub fn get(&self, index: i64) -> Option<Cow<'_, [u8]>> {
        let index = isize::try_from(index).ok()?;
        let entry = match self {
            List::Listpack(pack) => pack.get(pack.seek(index)?),
            List::Quicklist(list) => list.get(index)?,
        };
        Some(entry.to_bytes())
    }

    /// Elements from the left.
    pub fn iter(&self) -> Elements<'_> {
        self.iter_from(0)
    }

    /// Elements from the one at `index` (not negative) to the right end.
    pub fn iter_from(&self, index: usize) -> Elements<'_> {
        match self {
            List::Listpack(pack) => {
                let at = pack.seek(index as isize).unwrap_or(pack.end());
                Elements::Listpack(pack.iter_from(at))
            }
            List::Quicklist(list) => Elements::Quicklist(list.iter_from(index as isize)),
        }
    }

    /// Elements from the right.
    pub fn iter_rev(&self) -> ElementsBackward<'_> {
        match self {
            List::Listpack(pack) => ElementsBackward::Listpack(pack.iter_rev()),
            List::Quicklist(list) => ElementsBackward::Quicklist(list.iter_rev()),
        }
    }

    /// A listpack that would become too large by `bytes` in `count` more elements becomes a quicklist.
    pub fn make_room(&mut self, bytes: usize, count: usize, limits: &Limits) {
        let pack = match self {
            List::Listpack(pack) => pack,
            List::Quicklist(list) => {
                return list.set_packed_threshold(limits.list_packed_threshold);
            }
        };
        let fill = fill(limits);
        if quicklist::exceeds_limit(fill, pack.size() + bytes, pack.len() + count) {
            if trace::is_on() {
                let (bytes, elements) = (pack.size() + bytes, pack.len() + count);
                let why = format!(
                    "{bytes} bytes in {elements} elements are more than list-max-listpack-size {fill}"
                );
                told::converted("listpack", "quicklist", why);
            }
            let pack = std::mem::take(pack);
            let mut list = Quicklist::from_listpack(pack, fill, limits.list_compress_depth);
            list.set_packed_threshold(limits.list_packed_threshold);
            *self = List::Quicklist(Box::new(list));
        }
    }

    /// A quicklist that has come down to one node, less than half full, becomes a listpack again.
    pub fn shrink(&mut self, limits: &Limits) {
        let List::Quicklist(list) = self else { return };
        let (bytes, count) = node_limits(limits);
        let small = |pack: &Listpack| pack.size() <= bytes / 2 && pack.len() <= count / 2;
        if list.single_listpack().is_some_and(small) {
            let pack = list
                .take_single_listpack()
                .expect("it has a single listpack");
            if trace::is_on() {
                let why = "one node is left, and it is less than half full";
                told::converted("quicklist", "listpack", why.to_owned());
            }
            *self = List::Listpack(pack);
        }
    }

    /// Adds at an end; `make_room` came first.
    pub fn push(&mut self, end: End, value: &[u8]) {
        match (self, end) {
            (List::Listpack(pack), End::Left) => pack.push_front(value),
            (List::Listpack(pack), End::Right) => pack.push_back(value),
            (List::Quicklist(list), End::Left) => list.push_front(value),
            (List::Quicklist(list), End::Right) => list.push_back(value),
        }
    }

    /// Takes from an end; `shrink` comes after.
    pub fn pop(&mut self, end: End) -> Option<Vec<u8>> {
        match self {
            List::Listpack(pack) => {
                let at = if end == End::Left {
                    pack.first()?
                } else {
                    pack.last()?
                };
                let value = pack.get(at).to_bytes().into_owned();
                pack.delete(at);
                Some(value)
            }
            List::Quicklist(list) if end == End::Left => list.pop_front(),
            List::Quicklist(list) => list.pop_back(),
        }
    }

    /// Inserts beside the first element equal to `pivot`. False if there is none.
    pub fn insert_beside(&mut self, pivot: &[u8], side: End, value: &[u8]) -> bool {
        match self {
            List::Listpack(pack) => {
                let Some(at) = pack.first().and_then(|first| pack.find(pivot, first, 0)) else {
                    return false;
                };
                match side {
                    End::Left => pack.insert_before(at, value),
                    End::Right => pack.insert_after(at, value),
                };
                true
            }
            List::Quicklist(list) => {
                let Some(index) = list.iter().position(|entry| entry.equals(pivot)) else {
                    return false;
                };
                match side {
                    End::Left => list.insert_before(index as isize, value),
                    End::Right => list.insert_after(index as isize, value),
                }
            }
        }
    }

    /// Writes over the element at `index`. False if there is none.
    pub fn replace(&mut self, index: i64, value: &[u8]) -> bool {
        let Ok(index) = isize::try_from(index) else {
            return false;
        };
        match self {
            List::Listpack(pack) => {
                let at = pack.seek(index);
                at.map(|at| pack.replace(at, value)).is_some()
            }
            List::Quicklist(list) => list.replace(index, value),
        }
    }

    /// Removes `count` elements from the one at `start` (not negative) on.
    pub fn delete_range(&mut self, start: usize, count: usize) {
        match self {
            List::Listpack(pack) => pack.delete_range(start as isize, count),
            List::Quicklist(list) => {
                list.delete_range(start as isize, count);
            }
        }
    }

    /// Removes up to `limit` elements equal to `value`, seen from an end. Returns how many.
    pub fn remove_equal(&mut self, value: &[u8], limit: usize, from: End) -> usize {
        match (self, from) {
            (List::Listpack(pack), End::Left) => remove_forward(pack, value, limit),
            (List::Listpack(pack), End::Right) => remove_backward(pack, value, limit),
            (List::Quicklist(list), End::Left) => list.remove_equal(value, limit),
            (List::Quicklist(list), End::Right) => list.remove_equal_from_back(value, limit),
        }
    }
}

fn remove_forward(pack: &mut Listpack, value: &[u8], limit: usize) -> usize {
    let (mut removed, mut next) = (0, pack.first());
    while let Some(at) = next
        .filter(|_| removed < limit)
        .and_then(|from| pack.find(value, from, 0))
    {
        next = pack.delete(at);
        removed += 1;
    }
    removed
}

fn remove_backward(pack: &mut Listpack, value: &[u8], limit: usize) -> usize {
    let (mut removed, mut next) = (0, pack.last());
    while let Some(at) = next.filter(|_| removed < limit) {
        next = pack.prev(at);
        if pack.get(at).equals(value) {
            pack.delete(at);
            removed += 1;
        }
    }
    removed
}

/// `list-max-listpack-size` within what a quicklist can be given.
pub fn fill(limits: &Limits) -> i32 {
    limits.list_max_listpack_size.clamp(-5, 32_767) as i32
}

/// How many bytes and how many entries one node may hold; only one of the two is limited.
fn node_limits(limits: &Limits) -> (usize, usize) {
    match fill(limits) {
        fill if fill < 0 => (NODE_BYTES[fill.unsigned_abs() as usize - 1], usize::MAX),
        fill => (usize::MAX, fill.max(1) as usize),
    }
}

/// What `List::iter` walks.
#[derive(Debug, Clone)]
pub enum Elements<'a> {
    Listpack(listpack::Iter<'a>),
    Quicklist(quicklist::Iter<'a>),
}

/// What `List::iter_rev` walks.
#[derive(Debug, Clone)]
pub enum ElementsBackward<'a> {
    Listpack(listpack::IterBackward<'a>),
    Quicklist(quicklist::IterBackward<'a>),
}

impl<'a> Iterator for Elements<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        match self {
            Elements::Listpack(iter) => iter.next(),
            Elements::Quicklist(iter) => iter.next(),
        }
    }
}

impl<'a> Iterator for ElementsBackward<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        match self {
            ElementsBackward::Listpack(iter) => iter.next(),
            ElementsBackward::Quicklist(iter) => iter.next(),
        }
    }
}
