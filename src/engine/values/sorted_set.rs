//! Sorted sets: members with scores, ordered by score, then by the members' bytes.
//!
//! A small one is a listpack of member, score, member, score in that order. A large one is a skip list for order
//! and rank and a dict for the score of a member; both hold every member, and only `set`, `remove` and the range
//! removals touch the pair. No way leads back, but for commands that store a new set. Ranges are in `range.rs`.

mod iter;
mod range;
#[cfg(test)]
mod tests;

pub use iter::Members;
pub use range::is_empty_lex;

use super::told;
use crate::config::Limits;
use crate::number;
use crate::structures::dict::Dict;
use crate::structures::listpack::{Entry, Listpack};
use crate::structures::random::Random;
use crate::structures::skiplist::Skiplist;

#[derive(Debug, Clone)]
pub enum SortedSet {
    /// member, score, … in order.
    Listpack(Listpack),
    Skiplist(Box<Pair>),
}

/// The two structures of a large sorted set.
#[derive(Debug, Clone)]
pub struct Pair {
    list: Skiplist,
    scores: Dict<f64>,
}

/// What decides about encodings and towers while members are added.
pub struct Rules<'a> {
    pub limits: &'a Limits,
    pub seed: [u8; 16],
    pub random: &'a mut Random,
}

impl Default for SortedSet {
    fn default() -> SortedSet {
        SortedSet::Listpack(Listpack::new())
    }
}

impl SortedSet {
    pub fn new() -> SortedSet {
        SortedSet::default()
    }

    /// An empty set for about `count` members of at most `longest` bytes.
    pub fn with_capacity(count: usize, longest: usize, rules: &Rules) -> SortedSet {
        let limits = rules.limits;
        if count <= limits.zset_max_listpack_entries && longest <= limits.zset_max_listpack_value {
            return SortedSet::new();
        }
        let mut scores = Dict::new(rules.seed);
        scores.expand(count);
        SortedSet::Skiplist(Box::new(Pair {
            list: Skiplist::new(),
            scores,
        }))
    }

    /// A set of these members, none of them twice, in the smallest encoding that they fit.
    pub fn from_members(members: &[(Vec<u8>, f64)], rules: &mut Rules) -> SortedSet {
        let longest = members
            .iter()
            .map(|(member, _)| member.len())
            .max()
            .unwrap_or(0);
        let mut set = SortedSet::with_capacity(members.len(), longest, rules);
        for (member, score) in members {
            set.set(member, *score, rules);
        }
        set
    }

    /// As OBJECT ENCODING says it.
    pub fn encoding(&self) -> &'static str {
        match self {
            SortedSet::Listpack(_) => "listpack",
            SortedSet::Skiplist(_) => "skiplist",
        }
    }

    pub fn len(&self) -> usize {
        match self {
            SortedSet::Listpack(pack) => pack.len() / 2,
            SortedSet::Skiplist(pair) => pair.list.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            SortedSet::Listpack(pack) => Some(score_after(pack, place(pack, member)?)),
            SortedSet::Skiplist(pair) => pair.scores.get(member).copied(),
        }
    }

    /// When `count` members are going to be added, a large set at once.
    pub fn make_room(&mut self, count: usize, rules: &mut Rules) {
        if count > rules.limits.zset_max_listpack_entries {
            self.become_skiplist(count, rules);
        }
    }

    /// Adds a member or moves it to another score (never not-a-number). Returns its old score.
    pub fn set(&mut self, member: &[u8], score: f64, rules: &mut Rules) -> Option<f64> {
        if let SortedSet::Listpack(pack) = self {
            if let Some(at) = place(pack, member) {
                let old = score_after(pack, at);
                if old != score {
                    pack.delete_from(at, 2);
                    insert(pack, member, score);
                }
                return Some(old);
            }
            let limits = rules.limits;
            let count = pack.len() / 2 + 1;
            let small = count <= limits.zset_max_listpack_entries
                && member.len() <= limits.zset_max_listpack_value;
            if small && pack.safe_to_add(member.len()) {
                insert(pack, member, score);
                return None;
            }
            if trace::is_on() {
                told::outgrew(
                    ("listpack", "skiplist"),
                    (
                        count,
                        limits.zset_max_listpack_entries,
                        "zset-max-listpack-entries",
                    ),
                    (
                        member.len(),
                        limits.zset_max_listpack_value,
                        "zset-max-listpack-value",
                    ),
                );
            }
            self.become_skiplist(count, rules);
        }
        let SortedSet::Skiplist(pair) = self else {
            unreachable!("a small set was handled above")
        };
        pair.set(member, score, rules.random)
    }

    /// Returns the score that the member had.
    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        match self {
            SortedSet::Listpack(pack) => {
                let at = place(pack, member)?;
                let score = score_after(pack, at);
                pack.delete_from(at, 2);
                Some(score)
            }
            SortedSet::Skiplist(pair) => {
                let score = pair.scores.remove(member)?;
                pair.list.remove(score, member);
                Some(score)
            }
        }
    }

    /// The 0-based place of a member, and its score.
    pub fn rank(&self, member: &[u8]) -> Option<(usize, f64)> {
        match self {
            SortedSet::Listpack(pack) => {
                let next = |at: &usize| pack.next(pack.next(*at)?);
                let members = std::iter::successors(pack.first(), next);
                let (rank, at) = members
                    .enumerate()
                    .find(|(_, at)| pack.get(*at).equals(member))?;
                Some((rank, score_after(pack, at)))
            }
            SortedSet::Skiplist(pair) => {
                let score = *pair.scores.get(member)?;
                Some((pair.list.rank(score, member)?, score))
            }
        }
    }

    /// A member by chance, as it lies; none of an empty set.
    pub fn random(&self, random: &mut Random) -> Option<(std::borrow::Cow<'_, [u8]>, f64)> {
        match self {
            SortedSet::Listpack(pack) => {
                let count = pack.len() / 2;
                let rank = if count == 0 {
                    return None;
                } else {
                    random.below(count as u64)
                };
                self.from_rank(rank as usize, false).next()
            }
            SortedSet::Skiplist(pair) => {
                let (member, score) = pair.scores.fair_random_entry(random)?;
                Some((member.into(), *score))
            }
        }
    }

    /// One step of ZSCAN: shows some members and returns the next cursor, 0 at the end. Listpacks show all at once.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], f64)) -> u64 {
        match self {
            SortedSet::Listpack(_) => {
                self.iter()
                    .for_each(|(member, score)| visit(&member, score));
                0
            }
            SortedSet::Skiplist(pair) => pair
                .scores
                .scan(cursor, &mut |member, score| visit(member, *score)),
        }
    }

    /// The listpack of a small set, for pictures, DUMP and MEMORY USAGE.
    pub fn listpack(&self) -> Option<&Listpack> {
        match self {
            SortedSet::Listpack(pack) => Some(pack),
            SortedSet::Skiplist(_) => None,
        }
    }

    /// The two structures of a large set, for pictures and MEMORY USAGE.
    pub fn structures(&self) -> Option<(&Skiplist, &Dict<f64>)> {
        match self {
            SortedSet::Listpack(_) => None,
            SortedSet::Skiplist(pair) => Some((&pair.list, &pair.scores)),
        }
    }

    /// The large encoding whatever the size (SORT wants its dict).
    pub fn become_large(&mut self, rules: &mut Rules) {
        self.become_skiplist(self.len(), rules);
    }

    fn become_skiplist(&mut self, count: usize, rules: &mut Rules) {
        let SortedSet::Listpack(_) = self else { return };
        let mut pair = Pair {
            list: Skiplist::new(),
            scores: Dict::new(rules.seed),
        };
        pair.scores.expand(count);
        for (member, score) in self.iter() {
            pair.list.insert(score, &member, rules.random);
            pair.scores.insert(&member, score);
        }
        *self = SortedSet::Skiplist(Box::new(pair));
    }
}

impl Pair {
    fn set(&mut self, member: &[u8], score: f64, random: &mut Random) -> Option<f64> {
        match self.scores.find(member) {
            Some(stored) => {
                let old = *stored;
                if old != score {
                    *stored = score;
                    self.list.update_score(old, member, score);
                }
                Some(old)
            }
            None => {
                self.list.insert(score, member, random);
                self.scores.insert(member, score);
                None
            }
        }
    }
}

fn place(pack: &Listpack, member: &[u8]) -> Option<usize> {
    pack.find(member, pack.first()?, 1)
}

fn score_after(pack: &Listpack, member_at: usize) -> f64 {
    score_of(pack.get(pack.next(member_at).expect("a score follows its member")))
}

fn score_of(entry: Entry) -> f64 {
    match entry {
        Entry::Int(score) => score as f64,
        Entry::Str(text) => number::parse_f64(text).unwrap_or(0.0),
    }
}

fn insert(pack: &mut Listpack, member: &[u8], score: f64) {
    let mut at = pack.end();
    let mut next = pack.first();
    while let Some(start) = next {
        let other = score_after(pack, start);
        let after = || *pack.get(start).to_bytes() > *member;
        if other > score || (other == score && after()) {
            at = start;
            break;
        }
        next = pack.next(start).and_then(|score| pack.next(score));
    }
    // Negative zero loses its sign here, as all whole numbers become integers.
    if score == 0.0 {
        pack.insert_int_before(at, 0);
    } else {
        pack.insert_before(at, number::format_f64(score).as_bytes());
    }
    pack.insert_before(at, member);
}
