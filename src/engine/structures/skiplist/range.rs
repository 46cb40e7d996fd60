//! Ranges of scores and of members, and the ends of a range in the list.

use super::{HEADER, NIL, Node, Skiplist};

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
        let inside = |node: &Node| range.within_max(node.score);
        self.first_where(|node| !range.reaches_min(node.score), inside)
    }

    pub fn last_in_score_range(&self, range: &ScoreRange) -> Option<Position> {
        let inside = |node: &Node| range.reaches_min(node.score);
        self.last_where(|node| range.within_max(node.score), inside)
    }

    /// How many members lie in the range, from the ranks of its ends.
    pub fn count_in_score_range(&self, range: &ScoreRange) -> usize {
        count(
            self.first_in_score_range(range),
            self.last_in_score_range(range),
        )
    }

    pub fn first_in_lex_range(&self, range: &LexRange) -> Option<Position> {
        let inside = |node: &Node| range.within_max(&node.member);
        self.first_where(|node| !range.reaches_min(&node.member), inside)
    }

    pub fn last_in_lex_range(&self, range: &LexRange) -> Option<Position> {
        let inside = |node: &Node| range.reaches_min(&node.member);
        self.last_where(|node| range.within_max(&node.member), inside)
    }

    pub fn count_in_lex_range(&self, range: &LexRange) -> usize {
        count(
            self.first_in_lex_range(range),
            self.last_in_lex_range(range),
        )
    }

    fn first_where(
        &self,
        precedes: impl Fn(&Node) -> bool,
        inside: impl Fn(&Node) -> bool,
    ) -> Option<Position> {
        let (before, rank) = self.descend(precedes);
        let node = self.link_at(before, 0).forward;
        let found = node != NIL && inside(self.node(node));
        found.then_some(Position {
            rank: rank as usize,
            node,
        })
    }

    fn last_where(
        &self,
        not_after: impl Fn(&Node) -> bool,
        inside: impl Fn(&Node) -> bool,
    ) -> Option<Position> {
        let (node, rank) = self.descend(not_after);
        let found = node != HEADER && inside(self.node(node));
        found.then(|| Position {
            rank: rank as usize - 1,
            node,
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
