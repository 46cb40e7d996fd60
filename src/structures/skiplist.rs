//! The skip list of sorted sets: towers of chance, spans on every link, one link back.
//!
//! P is 1/4 and towers reach 32 levels at most. Order is score, then bytes, the shorter first.
//! Nodes live in one slab and all towers in one row, so that a link is a number, and small: a search waits for memory at
//! each tower that it steps to, and the more links lie in a cache the less it waits. Finding by range is in
//! `range.rs`, removing and walking in `walk.rs`. Deliberately not here: the dict that makes ZSCORE
//! quick, and NaN, which the commands refuse. Sources: Pugh 1990; Redis `t_zset.c`, `zslInsert` and
//! its neighbors.

mod range;
mod told;
mod walk;

pub use range::{LexBound, LexRange, Position, ScoreRange};
pub use walk::{IterBackward, IterForward, LinkView, NodeView};

use super::bytes::Bytes;
use super::random::Random;
use super::slab::Slab;
use crate::allocation::allocated;

pub const MAX_LEVEL: usize = 32;

/// Node 0 is the header: it has no member, and tower 0 with all levels.
const HEADER: u32 = 0;
/// A link to tower 0 ends its level, a backward link that is 0 means "first": both the header.
const NIL: u32 = 0;

#[derive(Debug, Clone)]
pub struct Skiplist {
    nodes: Slab<Node>,
    links: Row<Link>,
    /// Whose tower begins at this place of `links`; apart from them, as a search seldom asks.
    owners: Row<u32>,
    free_node: u32,
    /// For each height, the first of the abandoned towers; they are chained through their first link.
    free_towers: [u32; MAX_LEVEL],
    tail: u32,
    length: usize,
    level: usize,
    /// What Redis would allocate for the nodes with their towers, members apart.
    tower_bytes: usize,
}

#[derive(Debug, Clone)]
struct Node {
    member: Bytes,
    score: f64,
    backward: u32,
    tower: Tower,
}

/// Where a tower stands in `links`, lowest level first, and how many levels it has: in one number, of which the
/// height takes 5 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tower(u32);

impl Tower {
    const HEIGHT_BITS: u32 = 5;

    fn new(place: usize, height: usize) -> Tower {
        let place = u32::try_from(place)
            .ok()
            .filter(|place| place.leading_zeros() >= Tower::HEIGHT_BITS)
            .expect("fewer than 2^27 links fit in memory");
        Tower(place << Tower::HEIGHT_BITS | (height as u32 - 1))
    }

    fn place(self) -> u32 {
        self.0 >> Tower::HEIGHT_BITS
    }

    fn height(self) -> usize {
        (self.0 & (MAX_LEVEL as u32 - 1)) as usize + 1
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Link {
    /// Score and tower of the node it leads to, so that a search reads links and little else.
    score: f64,
    tower: u32,
    /// Steps at level 0 that this link crosses; to the end of the list if `tower` is NIL.
    span: u32,
}

/// The way to a place: for each level the last tower before it, and how many nodes stand up to that.
struct Path {
    before: [u32; MAX_LEVEL],
    rank: [u32; MAX_LEVEL],
}

impl Default for Skiplist {
    fn default() -> Skiplist {
        Skiplist::new()
    }
}

impl Skiplist {
    pub fn new() -> Skiplist {
        let mut nodes = Slab::default();
        nodes.push(Node {
            member: Bytes::default(),
            score: 0.0,
            backward: NIL,
            tower: Tower::new(0, MAX_LEVEL),
        });
        Skiplist {
            nodes,
            links: row(MAX_LEVEL, Link::default()),
            owners: row(MAX_LEVEL, HEADER),
            free_node: NIL,
            free_towers: [NIL; MAX_LEVEL],
            tail: NIL,
            length: 0,
            level: 1,
            tower_bytes: tower_bytes(MAX_LEVEL),
        }
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Levels in use, at least 1.
    pub fn level(&self) -> usize {
        self.level
    }

    /// What Redis would allocate for the nodes with their towers, the header's included, members apart.
    pub fn tower_bytes(&self) -> usize {
        self.tower_bytes
    }

    /// Adds a member that is not there yet; the dict beside the list knows that.
    pub fn insert(&mut self, score: f64, member: &[u8], random: &mut Random) {
        debug_assert!(!score.is_nan(), "commands refuse NaN");
        let height = random_level(random);
        let at = self.occupy(score, member.into(), height);
        self.link(at);
    }

    /// False if no such member has this score.
    pub fn remove(&mut self, score: f64, member: &[u8]) -> bool {
        let path = self.path_to(score, member);
        match self.match_after(&path, score, member) {
            Some(at) => {
                self.unlink(at, &path);
                self.release(at);
                true
            }
            None => false,
        }
    }

    /// Moves a member to its new score, in place if its neighbors allow it. Its tower keeps its
    /// height. False if no such member has the old score.
    pub fn update_score(&mut self, old: f64, member: &[u8], new: f64) -> bool {
        debug_assert!(!new.is_nan(), "commands refuse NaN");
        let path = self.path_to(old, member);
        let Some(at) = self.match_after(&path, old, member) else {
            return false;
        };
        let Node {
            backward, tower, ..
        } = *self.node(at);
        let next = self.link_at(tower.place(), 0);
        let fits_left = backward == NIL || self.node(backward).score < new;
        let fits_right = next.tower == NIL || next.score > new;
        if fits_left && fits_right {
            if trace::is_on() {
                self.tell_rescored(at, path.rank[0] + 1, new);
            }
            self.nodes[at as usize].score = new;
            for level in 0..tower.height() {
                self.link_mut(path.before[level], level).score = new;
            }
        } else {
            self.unlink(at, &path);
            self.nodes[at as usize].score = new;
            self.link(at);
        }
        true
    }

    /// The 0-based place of a member: the sum of the spans on the way to it.
    pub fn rank(&self, score: f64, member: &[u8]) -> Option<usize> {
        let path = self.path_to(score, member);
        self.match_after(&path, score, member)
            .map(|_| path.rank[0] as usize)
    }

    pub fn by_rank(&self, rank: usize) -> Option<(&[u8], f64)> {
        self.node_by_rank(rank).map(|at| self.pair(at))
    }

    fn pair(&self, at: u32) -> (&[u8], f64) {
        let node = self.node(at);
        (&node.member, node.score)
    }

    #[inline]
    fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// The node that a link leads to.
    #[inline]
    fn forward(&self, link: &Link) -> u32 {
        self.owners[link.tower as usize]
    }

    /// The last node on the way.
    fn last_of(&self, path: &Path) -> u32 {
        self.owners[path.before[0] as usize]
    }

    #[inline]
    fn link_at(&self, tower: u32, level: usize) -> Link {
        self.links[tower as usize + level]
    }

    #[inline]
    fn link_mut(&mut self, tower: u32, level: usize) -> &mut Link {
        &mut self.links[tower as usize + level]
    }

    /// Walks from the header over the links that `crosses` approves, given the rank they lead to.
    /// The rank is 1-based, so that it is 0 for the header.
    #[inline]
    fn path(&self, crosses: impl Fn(&Link, u32) -> bool) -> Path {
        let mut path = Path {
            before: [0; MAX_LEVEL],
            rank: [0; MAX_LEVEL],
        };
        let (mut tower, mut rank) = (0, 0);
        for level in (0..self.level).rev() {
            loop {
                let link = &self.links[tower as usize + level];
                if link.tower == NIL || !crosses(link, rank + link.span) {
                    break;
                }
                rank += link.span;
                tower = link.tower;
            }
            path.before[level] = tower;
            path.rank[level] = rank;
        }
        if trace::is_on() {
            self.tell_search(&path);
        }
        path
    }

    fn path_to(&self, score: f64, member: &[u8]) -> Path {
        self.path(|link, _| {
            link.score < score || (link.score == score && *self.member(link) < *member)
        })
    }

    fn match_after(&self, path: &Path, score: f64, member: &[u8]) -> Option<u32> {
        let link = self.link_at(path.before[0], 0);
        let found = link.tower != NIL && link.score == score && *self.member(&link) == *member;
        found.then(|| self.forward(&link))
    }

    fn node_by_rank(&self, rank: usize) -> Option<u32> {
        if rank >= self.length {
            return None;
        }
        // Both ends are known without a search, as Redis takes them for ZPOPMIN, ZPOPMAX and ZRANGE.
        if rank == 0 {
            return Some(self.forward(&self.link_at(0, 0)));
        }
        if rank + 1 == self.length {
            return Some(self.tail);
        }
        let path = self.path(|_, crossed| crossed as usize <= rank + 1);
        Some(self.last_of(&path))
    }

    fn link(&mut self, at: u32) {
        let Node {
            ref member,
            score,
            tower,
            ..
        } = *self.node(at);
        let path = self.path_to(score, member);
        let (tower, height) = (tower.place(), tower.height());
        while self.level < height {
            // A level that wakes up starts as one link over the whole list.
            *self.link_mut(0, self.level) = Link {
                span: self.length as u32,
                ..Link::default()
            };
            self.level += 1;
        }
        for level in 0..height {
            let crossed = path.rank[0] - path.rank[level];
            let before = self.link_mut(path.before[level], level);
            let over = *before;
            *before = Link {
                score,
                tower,
                span: crossed + 1,
            };
            *self.link_mut(tower, level) = Link {
                span: over.span - crossed,
                ..over
            };
        }
        for level in height..self.level {
            self.link_mut(path.before[level], level).span += 1;
        }
        self.nodes[at as usize].backward = self.last_of(&path);
        match self.forward(&self.link_at(tower, 0)) {
            NIL => self.tail = at,
            next => self.nodes[next as usize].backward = at,
        }
        self.length += 1;
        if trace::is_on() {
            self.tell_inserted(at, path.rank[0] + 1);
        }
    }

    /// Takes a node out of all its levels; `path` leads to it.
    fn unlink(&mut self, at: u32, path: &Path) {
        if trace::is_on() {
            self.tell_removed(at, path.rank[0] + 1);
        }
        let Node {
            backward, tower, ..
        } = *self.node(at);
        let tower = tower.place();
        for level in 0..self.level {
            let before = self.link_at(path.before[level], level);
            let joined = if before.tower == tower {
                let over = self.link_at(tower, level);
                Link {
                    span: before.span + over.span - 1,
                    ..over
                }
            } else {
                Link {
                    span: before.span - 1,
                    ..before
                }
            };
            *self.link_mut(path.before[level], level) = joined;
        }
        match self.forward(&self.link_at(tower, 0)) {
            NIL => self.tail = backward,
            next => self.nodes[next as usize].backward = backward,
        }
        while self.level > 1 && self.link_at(0, self.level - 1).tower == NIL {
            self.level -= 1;
        }
        self.length -= 1;
    }

    fn occupy(&mut self, score: f64, member: Bytes, height: usize) -> u32 {
        self.tower_bytes += tower_bytes(height);
        let tower = match self.free_towers[height - 1] {
            NIL => {
                let place = self.links.len();
                lengthen(&mut self.links, height, Link::default());
                lengthen(&mut self.owners, height, NIL);
                place
            }
            place => {
                self.free_towers[height - 1] = self.link_at(place, 0).tower;
                place as usize
            }
        };
        let node = Node {
            member,
            score,
            backward: NIL,
            tower: Tower::new(tower, height),
        };
        let at = match self.free_node {
            NIL => u32::try_from(self.nodes.push(node)).expect("fewer nodes than links"),
            at => {
                self.free_node = self.node(at).backward;
                self.nodes[at as usize] = node;
                at
            }
        };
        self.owners[tower] = at;
        at
    }

    /// Gives back node and tower, and returns the member.
    fn release(&mut self, at: u32) -> Bytes {
        let node = &mut self.nodes[at as usize];
        let member = std::mem::take(&mut node.member);
        node.backward = self.free_node;
        self.free_node = at;
        let tower = node.tower;
        let abandoned = &mut self.free_towers[tower.height() - 1];
        self.links[tower.place() as usize].tower = *abandoned;
        *abandoned = tower.place();
        self.tower_bytes -= tower_bytes(tower.height());
        member
    }
}

/// A node of Redis': member, score and the link back, then 16 bytes for each level.
pub fn tower_bytes(height: usize) -> usize {
    allocated(24 + 16 * height)
}

/// Memory in which towers lie one after the other. In one piece a step of a search costs one load; natively such a piece
/// grows by having its pages mapped elsewhere. In WebAssembly it would be copied, and leave a hole of its size behind.
#[cfg(not(target_family = "wasm"))]
type Row<T> = Vec<T>;
#[cfg(target_family = "wasm")]
type Row<T> = Slab<T>;

fn row<T: Clone>(length: usize, of: T) -> Row<T> {
    let mut row = Row::default();
    lengthen(&mut row, length, of);
    row
}

/// Grows by an eighth where doubling would keep half of a large list's memory in reserve.
#[cfg(not(target_family = "wasm"))]
fn lengthen<T: Clone>(row: &mut Row<T>, more: usize, with: T) {
    if row.capacity() - row.len() < more {
        row.reserve_exact(more.max(row.len() / 8));
    }
    row.resize(row.len() + more, with);
}

#[cfg(target_family = "wasm")]
fn lengthen<T: Clone>(row: &mut Row<T>, more: usize, with: T) {
    for _ in 0..more {
        row.push(with.clone());
    }
}

/// Each level above the first with chance 1/4: two bits of one draw per level.
fn random_level(random: &mut Random) -> usize {
    (1 + random.next_u64().trailing_zeros() as usize / 2).min(MAX_LEVEL)
}

#[cfg(test)]
mod tests;
