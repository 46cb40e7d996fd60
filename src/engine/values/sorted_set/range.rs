//! Ranges of scores and of members: where they begin, how much they hold, removing them.
//!
//! Ranges of members are meant for equal scores; on others a listpack answers what its order gives, as Redis does.

use std::borrow::Cow;

use super::iter::last_member;
use super::{Members, SortedSet};
use crate::structures::skiplist::{LexBound, LexRange, ScoreRange};

/// True if no member can lie inside.
pub fn is_empty_lex(range: &LexRange) -> bool {
    match (&range.min, &range.max) {
        (LexBound::NegInf, LexBound::NegInf) | (LexBound::PosInf, _) | (_, LexBound::NegInf) => {
            true
        }
        (LexBound::NegInf, _) | (_, LexBound::PosInf) => false,
        (LexBound::Inclusive(min), LexBound::Inclusive(max)) => min > max,
        (
            LexBound::Inclusive(min) | LexBound::Exclusive(min),
            LexBound::Inclusive(max) | LexBound::Exclusive(max),
        ) => min >= max,
    }
}

impl SortedSet {
    /// From the first (or in reverse the last) member whose score lies inside, `skip` members later. The caller
    /// stops where the range ends.
    pub fn from_score(&self, range: &ScoreRange, reverse: bool, skip: usize) -> Members<'_> {
        match (self, reverse) {
            (_, _) if range.is_empty() => Members::nothing(),
            (SortedSet::Listpack(_), false) => {
                let first = self.iter().position(|(_, score)| range.reaches_min(score));
                first.map_or(Members::nothing(), |rank| {
                    self.from_rank(rank.saturating_add(skip), false)
                })
            }
            (SortedSet::Listpack(_), true) => {
                let first = self
                    .iter_rev()
                    .position(|(_, score)| range.within_max(score));
                first.map_or(Members::nothing(), |rank| {
                    self.from_rank(rank.saturating_add(skip), true)
                })
            }
            (SortedSet::Skiplist(pair), false) => match pair.list.first_in_score_range(range) {
                Some(first) if skip == 0 => Members::list_forward(pair.list.iter_from(first)),
                Some(first) => self.from_rank(first.rank.saturating_add(skip), false),
                None => Members::nothing(),
            },
            (SortedSet::Skiplist(pair), true) => match pair.list.last_in_score_range(range) {
                Some(last) if skip == 0 => Members::list_backward(pair.list.iter_rev_from(last)),
                Some(last) => {
                    self.from_rank((self.len() - 1 - last.rank).saturating_add(skip), true)
                }
                None => Members::nothing(),
            },
        }
    }

    /// As `from_score` for a range of members.
    pub fn from_lex(&self, range: &LexRange, reverse: bool, skip: usize) -> Members<'_> {
        match (self, reverse) {
            (_, _) if !self.may_hold_lex(range) => Members::nothing(),
            (SortedSet::Listpack(_), false) => {
                let first = self
                    .iter()
                    .enumerate()
                    .find(|(_, (member, _))| range.reaches_min(member));
                let inside = first.filter(|(_, (member, _))| range.within_max(member));
                inside.map_or(Members::nothing(), |(rank, _)| {
                    self.from_rank(rank.saturating_add(skip), false)
                })
            }
            (SortedSet::Listpack(_), true) => {
                let first = self
                    .iter_rev()
                    .enumerate()
                    .find(|(_, (member, _))| range.within_max(member));
                let inside = first.filter(|(_, (member, _))| range.reaches_min(member));
                inside.map_or(Members::nothing(), |(rank, _)| {
                    self.from_rank(rank.saturating_add(skip), true)
                })
            }
            (SortedSet::Skiplist(pair), false) => match pair.list.first_in_lex_range(range) {
                Some(first) => self.from_rank(first.rank.saturating_add(skip), false),
                None => Members::nothing(),
            },
            (SortedSet::Skiplist(pair), true) => match pair.list.last_in_lex_range(range) {
                Some(last) => {
                    self.from_rank((self.len() - 1 - last.rank).saturating_add(skip), true)
                }
                None => Members::nothing(),
            },
        }
    }

    pub fn count_in_score_range(&self, range: &ScoreRange) -> usize {
        match self {
            SortedSet::Skiplist(pair) if !range.is_empty() => pair.list.count_in_score_range(range),
            _ => self
                .from_score(range, false, 0)
                .take_while(|(_, score)| range.within_max(*score))
                .count(),
        }
    }

    pub fn count_in_lex_range(&self, range: &LexRange) -> usize {
        match self {
            SortedSet::Skiplist(pair) if !is_empty_lex(range) => {
                pair.list.count_in_lex_range(range)
            }
            _ => self
                .from_lex(range, false, 0)
                .take_while(|(member, _)| range.within_max(member))
                .count(),
        }
    }

    /// Removes the members of the 0-based ranks from `start` to `end`. Returns how many.
    pub fn remove_ranks(&mut self, start: usize, end: usize) -> usize {
        match self {
            SortedSet::Listpack(pack) => {
                let before = pack.len();
                let count = (end.saturating_add(1)).saturating_sub(start);
                pack.delete_range(start as isize * 2, count.saturating_mul(2));
                (before - pack.len()) / 2
            }
            SortedSet::Skiplist(pair) => {
                let scores = &mut pair.scores;
                pair.list
                    .remove_range_by_rank(start, end, &mut |member, _| {
                        scores.remove(member);
                    })
            }
        }
    }

    pub fn remove_scores(&mut self, range: &ScoreRange) -> usize {
        match self {
            _ if range.is_empty() => 0,
            SortedSet::Listpack(_) => self.remove_run(
                |set| set.from_score(range, false, 0),
                |_, score| range.within_max(score),
            ),
            SortedSet::Skiplist(pair) => {
                let scores = &mut pair.scores;
                pair.list.remove_range_by_score(range, &mut |member, _| {
                    scores.remove(member);
                })
            }
        }
    }

    pub fn remove_lex(&mut self, range: &LexRange) -> usize {
        match self {
            _ if is_empty_lex(range) => 0,
            SortedSet::Listpack(_) => self.remove_run(
                |set| set.from_lex(range, false, 0),
                |member, _| range.within_max(member),
            ),
            SortedSet::Skiplist(pair) => {
                let scores = &mut pair.scores;
                pair.list.remove_range_by_lex(range, &mut |member, _| {
                    scores.remove(member);
                })
            }
        }
    }

    /// Removes members from where `from` starts as long as they are inside.
    fn remove_run(
        &mut self,
        from: impl Fn(&SortedSet) -> Members<'_>,
        inside: impl Fn(&[u8], f64) -> bool,
    ) -> usize {
        let run = from(self).take_while(|(member, score)| inside(member, *score));
        let members: Vec<Vec<u8>> = run.map(|(member, _)| Cow::into_owned(member)).collect();
        let Some(first) = members.first() else {
            return 0;
        };
        let (rank, _) = self.rank(first).expect("it was just found");
        self.remove_ranks(rank, rank + members.len() - 1)
    }

    /// A listpack is asked for its ends first: with unequal scores that decides what a range finds.
    fn may_hold_lex(&self, range: &LexRange) -> bool {
        if is_empty_lex(range) {
            return false;
        }
        let SortedSet::Listpack(pack) = self else {
            return true;
        };
        let (Some(first), Some(last)) = (pack.first(), last_member(pack)) else {
            return false;
        };
        range.reaches_min(&pack.get(last).to_bytes())
            && range.within_max(&pack.get(first).to_bytes())
    }
}
