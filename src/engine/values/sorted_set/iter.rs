//! Going through a sorted set in either direction.

use std::borrow::Cow;

use super::{SortedSet, score_of};
use crate::structures::listpack::Listpack;
use crate::structures::skiplist::{IterBackward, IterForward};

/// Members with their scores, from some place to the end or to the beginning.
#[derive(Debug)]
pub struct Members<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    /// The offset of the next member.
    PackForward(&'a Listpack, Option<usize>),
    PackBackward(&'a Listpack, Option<usize>),
    ListForward(IterForward<'a>),
    ListBackward(IterBackward<'a>),
    Nothing,
}

impl<'a> Members<'a> {
    pub(super) fn pack_forward(pack: &'a Listpack, from: Option<usize>) -> Members<'a> {
        Members(Source::PackForward(pack, from))
    }

    pub(super) fn pack_backward(pack: &'a Listpack, from: Option<usize>) -> Members<'a> {
        Members(Source::PackBackward(pack, from))
    }

    pub(super) fn list_forward(members: IterForward<'a>) -> Members<'a> {
        Members(Source::ListForward(members))
    }

    pub(super) fn list_backward(members: IterBackward<'a>) -> Members<'a> {
        Members(Source::ListBackward(members))
    }

    pub(super) fn nothing() -> Members<'a> {
        Members(Source::Nothing)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, [u8]>, f64);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::PackForward(pack, at) => {
                let member = (*at)?;
                let score = pack.next(member)?;
                *at = pack.next(score);
                Some((pack.get(member).to_bytes(), score_of(pack.get(score))))
            }
            Source::PackBackward(pack, at) => {
                let member = (*at)?;
                let score = pack.next(member)?;
                *at = pack.prev(member).and_then(|score| pack.prev(score));
                Some((pack.get(member).to_bytes(), score_of(pack.get(score))))
            }
            Source::ListForward(members) => members
                .next()
                .map(|(member, score)| (Cow::Borrowed(member), score)),
            Source::ListBackward(members) => members
                .next()
                .map(|(member, score)| (Cow::Borrowed(member), score)),
            Source::Nothing => None,
        }
    }
}

impl SortedSet {
    /// From the lowest score up.
    pub fn iter(&self) -> Members<'_> {
        match self {
            SortedSet::Listpack(pack) => Members::pack_forward(pack, pack.first()),
            SortedSet::Skiplist(pair) => Members::list_forward(pair.list.iter()),
        }
    }

    /// From the highest score down.
    pub fn iter_rev(&self) -> Members<'_> {
        match self {
            SortedSet::Listpack(pack) => Members::pack_backward(pack, last_member(pack)),
            SortedSet::Skiplist(pair) => Members::list_backward(pair.list.iter_rev()),
        }
    }

    /// From the member of a 0-based rank on, upwards or (with the rank counted from the highest) downwards.
    pub fn from_rank(&self, rank: usize, reverse: bool) -> Members<'_> {
        let Some(last) = self.len().checked_sub(1).filter(|last| rank <= *last) else {
            return Members::nothing();
        };
        match (self, reverse) {
            (SortedSet::Listpack(pack), false) => {
                Members::pack_forward(pack, pack.seek(rank as isize * 2))
            }
            (SortedSet::Listpack(pack), true) => {
                Members::pack_backward(pack, pack.seek((last - rank) as isize * 2))
            }
            (SortedSet::Skiplist(pair), false) => {
                Members::list_forward(pair.list.iter_from_rank(rank))
            }
            (SortedSet::Skiplist(pair), true) => {
                Members::list_backward(pair.list.iter_rev_from_rank(last - rank))
            }
        }
    }
}

pub(super) fn last_member(pack: &Listpack) -> Option<usize> {
    pack.last().and_then(|score| pack.prev(score))
}
