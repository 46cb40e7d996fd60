//! What part of a sorted set a command asks for, and reading it from the command's words.

use std::borrow::Cow;

use crate::args::Args;
use crate::error::Error;
use crate::number;
use crate::structures::skiplist::{LexBound, LexRange, ScoreRange};
use crate::values::sorted_set::SortedSet;

/// What the two ends of a range are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Rank,
    Score,
    Lex,
}

#[derive(Debug)]
enum Range {
    Rank(i64, i64),
    Score(ScoreRange),
    Lex(LexRange),
}

/// A range with a direction and a window.
#[derive(Debug)]
pub(super) struct Query {
    range: Range,
    reverse: bool,
    offset: i64,
    /// Negative: all.
    limit: i64,
    pub with_scores: bool,
}

/// What a command's name already says.
pub(super) struct Given {
    pub kind: Option<Kind>,
    pub reverse: Option<bool>,
    pub stores: bool,
}

impl Query {
    pub fn take(args: &mut Args, given: Given) -> Result<Query, Error> {
        let (first, second) = (args.word()?, args.word()?);
        let (mut kind, mut reverse) = (given.kind, given.reverse);
        let (mut offset, mut limit, mut with_scores) = (0, -1, false);
        while !args.is_empty() {
            if !given.stores && args.token("WITHSCORES") {
                with_scores = true;
            } else if args.left() >= 3 && args.token("LIMIT") {
                (offset, limit) = (args.int()?, args.int()?);
            } else if reverse.is_none() && args.token("REV") {
                reverse = Some(true);
            } else if kind.is_none() && args.token("BYLEX") {
                kind = Some(Kind::Lex);
            } else if kind.is_none() && args.token("BYSCORE") {
                kind = Some(Kind::Score);
            } else {
                return Err(Error::Syntax);
            }
        }
        let (kind, reverse) = (kind.unwrap_or(Kind::Rank), reverse.unwrap_or(false));
        if limit != -1 && kind == Kind::Rank {
            const TEXT: &str =
                "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
            return Err(Error::err(TEXT));
        }
        if with_scores && kind == Kind::Lex {
            return Err(Error::err(
                "syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        // Reversed ranges of values are written from their upper end.
        let (min, max) = if reverse {
            (second, first)
        } else {
            (first, second)
        };
        let range = match kind {
            Kind::Rank => Range::Rank(rank(first)?, rank(second)?),
            Kind::Score => Range::Score(score_range(min, max)?),
            Kind::Lex => Range::Lex(lex_range(min, max)?),
        };
        Ok(Query {
            range,
            reverse,
            offset,
            limit,
            with_scores,
        })
    }

    /// How many members will come, where that is known beforehand.
    pub fn expected(&self, set: &SortedSet) -> usize {
        match self.range {
            Range::Rank(start, stop) => {
                ranks(start, stop, set.len()).map_or(0, |(start, end)| end - start + 1)
            }
            _ => 0,
        }
    }

    pub fn run<'a>(
        &'a self,
        set: &'a SortedSet,
    ) -> Box<dyn Iterator<Item = (Cow<'a, [u8]>, f64)> + 'a> {
        // Ranks have no window, and a window that begins before the first member is empty.
        let skip = match usize::try_from(self.offset) {
            Ok(skip) => skip,
            Err(_) if matches!(self.range, Range::Rank(..)) => 0,
            Err(_) => return Box::new(std::iter::empty()),
        };
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let reverse = self.reverse;
        match &self.range {
            Range::Rank(start, stop) => match ranks(*start, *stop, set.len()) {
                Some((start, end)) => Box::new(set.from_rank(start, reverse).take(end - start + 1)),
                None => Box::new(std::iter::empty()),
            },
            Range::Score(range) => {
                let inside = move |score| {
                    if reverse {
                        range.reaches_min(score)
                    } else {
                        range.within_max(score)
                    }
                };
                Box::new(
                    set.from_score(range, reverse, skip)
                        .take(most)
                        .take_while(move |(_, score)| inside(*score)),
                )
            }
            Range::Lex(range) => {
                let inside = move |member: &[u8]| {
                    if reverse {
                        range.reaches_min(member)
                    } else {
                        range.within_max(member)
                    }
                };
                Box::new(
                    set.from_lex(range, reverse, skip)
                        .take(most)
                        .take_while(move |(member, _)| inside(member)),
                )
            }
        }
    }
}

fn rank(word: &[u8]) -> Result<i64, Error> {
    number::parse_i64(word).ok_or(Error::NotAnInteger)
}

/// Both ends included, negative ones counted from the end; none if nothing lies between them.
pub(super) fn ranks(start: i64, stop: i64, length: usize) -> Option<(usize, usize)> {
    let length = length as i64;
    let from_end = |at: i64| if at < 0 { (length + at).max(0) } else { at };
    // An end before the beginning stays there.
    let stop = if stop < 0 {
        length + stop
    } else {
        stop.min(length - 1)
    };
    let start = from_end(start);
    (start <= stop && start < length).then_some((start as usize, stop as usize))
}

pub(super) fn score_range(min: &[u8], max: &[u8]) -> Result<ScoreRange, Error> {
    let (min, min_exclusive) = score_bound(min)?;
    let (max, max_exclusive) = score_bound(max)?;
    Ok(ScoreRange {
        min,
        max,
        min_exclusive,
        max_exclusive,
    })
}

fn score_bound(word: &[u8]) -> Result<(f64, bool), Error> {
    let (text, exclusive) = match word {
        [b'(', rest @ ..] => (rest, true),
        text => (text, false),
    };
    let bound = number::parse_range_bound(text).ok_or(Error::err("min or max is not a float"))?;
    Ok((bound, exclusive))
}

pub(super) fn lex_range(min: &[u8], max: &[u8]) -> Result<LexRange, Error> {
    Ok(LexRange {
        min: lex_bound(min)?,
        max: lex_bound(max)?,
    })
}

fn lex_bound(word: &[u8]) -> Result<LexBound, Error> {
    match word {
        // As a C string `-` and `+` end here.
        [b'-'] | [b'-', 0, ..] => Ok(LexBound::NegInf),
        [b'+'] | [b'+', 0, ..] => Ok(LexBound::PosInf),
        [b'(', rest @ ..] => Ok(LexBound::Exclusive(rest.to_vec())),
        [b'[', rest @ ..] => Ok(LexBound::Inclusive(rest.to_vec())),
        _ => Err(Error::err("min or max not valid string range item")),
    }
}
