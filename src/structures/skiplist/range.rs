//! Ranges of scores and of members, and the ends of a range in the list.

use super::{Link, NIL, Path, Skiplist};

/// Scores from `min` to `max`, each end with or without the bound itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreRange {
    pub min: f64,
    pub max: f64,
    pub min_exclusive: bool,
    pub max_exclusive: bool,
}

/// Members from `min` to `max` by their bytes, meant for equal scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexRange {
    pub min: LexBound,
    pub max: LexBound,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LexBound {
    NegInf,
    PosInf,
    Inclusive(Vec<u8>),
    Exclusive(Vec<u8>),
}

/// A node of the list with its 0-based rank; valid until the list changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub rank: usize,
    pub(super) node: u32,
}

impl ScoreRange {
    pub fn inclusive(min: f64, max: f64) -> ScoreRange {
        ScoreRange {
            min,
            max,
            min_exclusive: false,
            max_exclusive: false,
        }
    }

    pub fn contains(&self, score: f64) -> bool {
        self.reaches_min(score) && self.within_max(score)
    }

    /// Not below the lower end.
    pub fn reaches_min(&self, score: f64) -> bool {
        if self.min_exclusive {
            score > self.min
        } else {
            score >= self.min
        }
    }

    /// Not above the upper end.
    pub fn within_max(&self, score: f64) -> bool {
        if self.max_exclusive {
            score < self.max
        } else {
            score <= self.max
        }
    }

    /// True if no score can lie inside.
    pub fn is_empty(&self) -> bool {
        self.min > self.max || (self.min == self.max && (self.min_exclusive || self.max_exclusive))
    }
}

impl LexRange {
    pub fn contains(&self, member: &[u8]) -> bool {
        self.reaches_min(member) && self.within_max(member)
    }

    pub fn reaches_min(&self, member: &[u8]) -> bool {
        match &self.min {
            LexBound::NegInf => true,
            LexBound::PosInf => false,
            LexBound::Inclusive(bound) => member >= &bound[..],
            LexBound::Exclusive(bound) => member > &bound[..],
        }
    }

    pub fn within_max(&self, member: &[u8]) -> bool {
        match &self.max {
            LexBound::NegInf => false,
            LexBound::PosInf => true,
            LexBound::Inclusive(bound) => member <= &bound[..],
            LexBound::Exclusive(bound) => member < &bound[..],
        }
    }
}

impl Skiplist {
    pub fn first_in_score_range(&self, range: &ScoreRange) -> Option<Position> {
        let first = self.successor(&self.path(|link, _| !range.reaches_min(link.score)));
        first.filter(|position| range.within_max(self.node(position.node).score))
    }

    pub fn last_in_score_range(&self, range: &ScoreRange) -> Option<Position> {
        let last = self.end_of(&self.path(|link, _| range.within_max(link.score)));
        last.filter(|position| range.reaches_min(self.node(position.node).score))
    }

    /// How many members lie in the range, from the ranks of its ends.
    pub fn count_in_score_range(&self, range: &ScoreRange) -> usize {
        count(
            self.first_in_score_range(range),
            self.last_in_score_range(range),
        )
    }

    pub fn first_in_lex_range(&self, range: &LexRange) -> Option<Position> {
        if !self.may_hold_lex(range) {
            return None;
        }
        let first = self.successor(&self.path(|link, _| !range.reaches_min(self.member(link))));
        first.filter(|position| range.within_max(&self.node(position.node).member))
    }

    pub fn last_in_lex_range(&self, range: &LexRange) -> Option<Position> {
        if !self.may_hold_lex(range) {
            return None;
        }
        let last = self.end_of(&self.path(|link, _| range.within_max(self.member(link))));
        last.filter(|position| range.reaches_min(&self.node(position.node).member))
    }

    /// Redis looks at both ends first. With equal scores that only saves a search; with unequal ones, where members
    /// have no order, it decides.
    fn may_hold_lex(&self, range: &LexRange) -> bool {
        let first = self.by_rank(0).map(|(member, _)| member);
        let last = self
            .len()
            .checked_sub(1)
            .and_then(|rank| self.by_rank(rank))
            .map(|(member, _)| member);
        first.is_some_and(|member| range.within_max(member))
            && last.is_some_and(|member| range.reaches_min(member))
    }

    /// `count_in_score_range` by members.
    pub fn count_in_lex_range(&self, range: &LexRange) -> usize {
        count(
            self.first_in_lex_range(range),
            self.last_in_lex_range(range),
        )
    }

    pub(super) fn member(&self, link: &Link) -> &[u8] {
        &self.node(self.forward(link)).member
    }

    fn successor(&self, path: &Path) -> Option<Position> {
        let node = self.forward(&self.link_at(path.before[0], 0));
        (node != NIL).then_some(Position {
            rank: path.rank[0] as usize,
            node,
        })
    }

    fn end_of(&self, path: &Path) -> Option<Position> {
        let rank = (path.rank[0] as usize).checked_sub(1)?;
        Some(Position {
            rank,
            node: self.last_of(path),
        })
    }
}

fn count(first: Option<Position>, last: Option<Position>) -> usize {
    match (first, last) {
        // A range that ends before it begins has a first behind its last.
        (Some(first), Some(last)) => (last.rank + 1).saturating_sub(first.rank),
        _ => 0,
    }
}
