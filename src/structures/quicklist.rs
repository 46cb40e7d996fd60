//! The quicklist: a chain of listpacks, so that a long list is cheap at both ends and compact
//! within.
//!
//! How full a node may be (`list-max-listpack-size`) and where a full one is split or small
//! neighbors are joined follows Redis, so the nodes are those a real server would show. An element
//! larger than a node lives alone in a plain one. Walking and the nodes for a picture are in
//! `walk.rs`, inserting and replacing in `insert.rs`.
//!
//! Deliberately not here: compression. Nodes stay raw; `list-compress-depth` only says which of
//! them a server would try to compress. Source: Redis 8.2, `quicklist.c`.

mod insert;
mod walk;

pub use walk::{Iter, IterBackward, NodeView};

use super::listpack::{Entry, Listpack};
use crate::allocation::allocated;
use std::collections::VecDeque;

/// Bytes per node for the fills -1 to -5.
const SIZE_LIMITS: [usize; 5] = [4096, 8192, 16_384, 32_768, 65_536];
/// A node limited by count is still not larger than this.
const SAFE_SIZE: usize = 8192;
/// What an element is taken to need beside its text.
const ENTRY_OVERHEAD: usize = 8;
/// Header and end marker, saved when two listpacks become one.
const LISTPACK_FRAME: usize = 7;
const FILL_RANGE: std::ops::RangeInclusive<i32> = -5..=32_767;

#[derive(Debug, Clone)]
pub struct Quicklist {
    nodes: VecDeque<Node>,
    length: usize,
    fill: i32,
    depth: usize,
    /// Not 0: elements of so many bytes are large, whatever the fill says.
    packed_threshold: usize,
    /// What Redis would allocate for the nodes' contents.
    content_bytes: usize,
}

#[derive(Debug, Clone)]
enum Node {
    Packed(Listpack),
    Plain(Vec<u8>),
}

/// Where an element is: its node, its index there, and its offset if the node is packed.
#[derive(Debug, Clone, Copy)]
struct Place {
    node: usize,
    index: usize,
    offset: usize,
}

/// Whether a listpack of so many bytes and entries is too large for one node under `fill`.
pub fn exceeds_limit(fill: i32, bytes: usize, count: usize) -> bool {
    match size_limit(fill) {
        Some(limit) => bytes > limit,
        None => bytes > SAFE_SIZE || count > fill.max(1) as usize,
    }
}

fn size_limit(fill: i32) -> Option<usize> {
    (fill < 0).then(|| SIZE_LIMITS[fill.unsigned_abs() as usize - 1])
}

impl Quicklist {
    /// `fill` is `list-max-listpack-size`, `depth` is `list-compress-depth`.
    pub fn new(fill: i32, depth: usize) -> Quicklist {
        let fill = fill.clamp(*FILL_RANGE.start(), *FILL_RANGE.end());
        Quicklist {
            nodes: VecDeque::new(),
            length: 0,
            fill,
            depth,
            packed_threshold: 0,
            content_bytes: 0,
        }
    }

    /// A quicklist that starts with this listpack as its node, however large it is.
    pub fn from_listpack(listpack: Listpack, fill: i32, depth: usize) -> Quicklist {
        let mut list = Quicklist::new(fill, depth);
        list.append_listpack(listpack);
        list
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub fn fill(&self) -> i32 {
        self.fill
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    /// New limits hold for what comes; present nodes stay as they are.
    pub fn set_limits(&mut self, fill: i32, depth: usize) {
        let Quicklist { fill, depth, .. } = Quicklist::new(fill, depth);
        (self.fill, self.depth) = (fill, depth);
    }

    /// Elements of so many bytes get nodes of their own from now on; 0 is the default.
    pub fn set_packed_threshold(&mut self, bytes: usize) {
        self.packed_threshold = bytes;
    }

    /// Adds a ready node, as a loader does.
    pub fn append_listpack(&mut self, listpack: Listpack) {
        if !listpack.is_empty() {
            self.length += listpack.len();
            self.content_bytes += allocated(listpack.size());
            self.nodes.push_back(Node::Packed(listpack));
        }
    }

    /// Adds a plain node, as a loader does.
    pub fn append_plain(&mut self, value: Vec<u8>) {
        self.length += 1;
        self.content_bytes += allocated(value.len());
        self.nodes.push_back(Node::Plain(value));
    }

    /// The one listpack this list consists of, so that it can become one again.
    pub fn single_listpack(&self) -> Option<&Listpack> {
        match self.nodes.front() {
            Some(Node::Packed(listpack)) if self.nodes.len() == 1 => Some(listpack),
            _ => None,
        }
    }

    /// `single_listpack`, taken out: the list is empty afterwards.
    pub fn take_single_listpack(&mut self) -> Option<Listpack> {
        self.single_listpack()?;
        self.length = 0;
        self.content_bytes = 0;
        match self.nodes.pop_front() {
            Some(Node::Packed(listpack)) => Some(listpack),
            _ => None,
        }
    }

    pub fn push_front(&mut self, value: &[u8]) {
        match self.nodes.front() {
            Some(node) if self.allows_insert(node, value) => {
                let before = node.allocated();
                packed(&mut self.nodes[0]).push_front(value);
                self.content_bytes += self.nodes[0].allocated() - before;
            }
            _ => {
                let node = self.node_of(value);
                self.content_bytes += node.allocated();
                self.nodes.push_front(node);
            }
        }
        self.length += 1;
    }

    pub fn push_back(&mut self, value: &[u8]) {
        match self.nodes.back() {
            Some(node) if self.allows_insert(node, value) => {
                let before = node.allocated();
                let last = self.nodes.len() - 1;
                packed(&mut self.nodes[last]).push_back(value);
                self.content_bytes += self.nodes[last].allocated() - before;
            }
            _ => {
                let node = self.node_of(value);
                self.content_bytes += node.allocated();
                self.nodes.push_back(node);
            }
        }
        self.length += 1;
    }

    pub fn pop_front(&mut self) -> Option<Vec<u8>> {
        let offset = match self.nodes.front()? {
            Node::Packed(listpack) => listpack.first()?,
            Node::Plain(_) => 0,
        };
        Some(self.take(0, offset))
    }

    pub fn pop_back(&mut self) -> Option<Vec<u8>> {
        let node = self.nodes.len().checked_sub(1)?;
        let offset = match &self.nodes[node] {
            Node::Packed(listpack) => listpack.last()?,
            Node::Plain(_) => 0,
        };
        Some(self.take(node, offset))
    }

    /// The element at `index`; -1 is the last.
    pub fn get(&self, index: isize) -> Option<Entry<'_>> {
        let place = self.seek(index)?;
        Some(self.nodes[place.node].entry(place.offset))
    }

    /// Removes up to `count` elements from the one at `start` on. Returns how many.
    pub fn delete_range(&mut self, start: isize, count: usize) -> usize {
        let Some(Place {
            mut node,
            mut index,
            ..
        }) = self.seek(start)
        else {
            return 0;
        };
        let mut left = count;
        while left > 0 && node < self.nodes.len() {
            let held = self.nodes[node].count();
            let gone = left.min(held - index);
            if gone == held {
                self.nodes.remove(node);
            } else {
                packed(&mut self.nodes[node]).delete_range(index as isize, gone);
                node += 1;
            }
            self.length -= gone;
            left -= gone;
            index = 0;
        }
        self.recount();
        count - left
    }

    /// Removes the first `limit` elements equal to `value`. Returns how many.
    pub fn remove_equal(&mut self, value: &[u8], limit: usize) -> usize {
        let (mut gone, mut node) = (0, 0);
        while node < self.nodes.len() && gone < limit {
            let held = self.nodes[node].count();
            let found = self.nodes[node].remove_equal(value, limit - gone, remove_forward);
            if found == held {
                self.nodes.remove(node);
            } else {
                node += 1;
            }
            gone += found;
        }
        self.length -= gone;
        self.recount();
        gone
    }

    /// Removes the last `limit` elements equal to `value`. Returns how many.
    pub fn remove_equal_from_back(&mut self, value: &[u8], limit: usize) -> usize {
        let mut gone = 0;
        for node in (0..self.nodes.len()).rev() {
            if gone == limit {
                break;
            }
            let held = self.nodes[node].count();
            let found = self.nodes[node].remove_equal(value, limit - gone, remove_backward);
            if found == held {
                self.nodes.remove(node);
            }
            gone += found;
        }
        self.length -= gone;
        self.recount();
        gone
    }

    /// What Redis would allocate for the nodes' contents.
    pub fn content_bytes(&self) -> usize {
        self.content_bytes
    }

    /// After changes in the middle, which walked over nodes anyway.
    fn recount(&mut self) {
        self.content_bytes = self.nodes.iter().map(Node::allocated).sum();
    }

    pub fn clear(&mut self) {
        self.nodes.clear();
        self.length = 0;
        self.content_bytes = 0;
    }

    /// Finds the node by counting from the nearer end.
    fn seek(&self, index: isize) -> Option<Place> {
        let place = match index < 0 {
            true => self.length.checked_sub(index.unsigned_abs())?,
            false => Some(index.unsigned_abs()).filter(|place| *place < self.length)?,
        };
        let (mut node, mut start);
        if place < self.length / 2 {
            (node, start) = (0, 0);
            while place >= start + self.nodes[node].count() {
                start += self.nodes[node].count();
                node += 1;
            }
        } else {
            (node, start) = (self.nodes.len(), self.length);
            while place < start {
                node -= 1;
                start -= self.nodes[node].count();
            }
        }
        let index = place - start;
        let offset = match &self.nodes[node] {
            Node::Packed(listpack) => listpack.seek(index as isize)?,
            Node::Plain(_) => 0,
        };
        Some(Place {
            node,
            index,
            offset,
        })
    }

    /// Removes one element and returns its text.
    fn take(&mut self, node: usize, offset: usize) -> Vec<u8> {
        self.length -= 1;
        self.content_bytes -= self.nodes[node].allocated();
        let value = match &mut self.nodes[node] {
            Node::Packed(listpack) => {
                let value = listpack.get(offset).to_bytes().into_owned();
                listpack.delete(offset);
                if !listpack.is_empty() {
                    self.content_bytes += allocated(listpack.size());
                    return value;
                }
                value
            }
            Node::Plain(value) => std::mem::take(value),
        };
        self.nodes.remove(node);
        value
    }

    fn is_large(&self, value: &[u8]) -> bool {
        match self.packed_threshold {
            0 => value.len() > size_limit(self.fill).unwrap_or(SAFE_SIZE),
            bytes => value.len() >= bytes,
        }
    }

    fn allows_insert(&self, node: &Node, value: &[u8]) -> bool {
        match node {
            Node::Packed(listpack) if !self.is_large(value) => {
                let bytes = listpack.size() + value.len() + ENTRY_OVERHEAD;
                !exceeds_limit(self.fill, bytes, listpack.len() + 1)
            }
            _ => false,
        }
    }

    fn node_of(&self, value: &[u8]) -> Node {
        if self.is_large(value) {
            return Node::Plain(value.to_vec());
        }
        let mut listpack = Listpack::new();
        listpack.push_back(value);
        Node::Packed(listpack)
    }
}

impl Node {
    #[inline]
    fn count(&self) -> usize {
        match self {
            Node::Packed(listpack) => listpack.len(),
            Node::Plain(_) => 1,
        }
    }

    #[inline]
    fn allocated(&self) -> usize {
        allocated(match self {
            Node::Packed(listpack) => listpack.size(),
            Node::Plain(value) => value.len(),
        })
    }

    /// Removes matches from a packed node; says of a plain one whether it is a match.
    fn remove_equal(
        &mut self,
        value: &[u8],
        limit: usize,
        remove: fn(&mut Listpack, &[u8], usize) -> usize,
    ) -> usize {
        match self {
            Node::Packed(listpack) => remove(listpack, value, limit),
            Node::Plain(text) => usize::from(text == value),
        }
    }

    fn entry(&self, offset: usize) -> Entry<'_> {
        match self {
            Node::Packed(listpack) => listpack.get(offset),
            Node::Plain(value) => Entry::Str(value),
        }
    }
}

fn packed(node: &mut Node) -> &mut Listpack {
    match node {
        Node::Packed(listpack) => listpack,
        Node::Plain(_) => unreachable!("the caller saw that this node is packed"),
    }
}

fn remove_forward(listpack: &mut Listpack, value: &[u8], limit: usize) -> usize {
    let (mut gone, mut from) = (0, listpack.first());
    while let Some(at) = from.filter(|_| gone < limit) {
        let Some(found) = listpack.find(value, at, 0) else {
            break;
        };
        from = listpack.delete(found);
        gone += 1;
    }
    gone
}

fn remove_backward(listpack: &mut Listpack, value: &[u8], limit: usize) -> usize {
    let (mut gone, mut from) = (0, listpack.last());
    while let Some(at) = from.filter(|_| gone < limit) {
        from = listpack.prev(at);
        if listpack.get(at).equals(value) {
            listpack.delete(at);
            gone += 1;
        }
    }
    gone
}

#[cfg(test)]
mod tests;
