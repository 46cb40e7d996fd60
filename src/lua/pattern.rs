//! Lua's patterns: a matcher over bytes that keeps its own stack and can be stopped.
//!
//! Nothing here knows values of the machine: `find`, `match`, `gmatch` and `gsub` are loops of the
//! string library around `Matcher::match_at`. As in C, a pattern ends at its first zero byte.

use std::ops::Range;

use crate::lexer::c_string;
use crate::number::is_space;

pub const MAX_CAPTURES: usize = 32;

/// Steps between two questions whether to go on.
const STEPS_PER_CHARGE: usize = 1000;
/// Bytes of a set or of plain text that are looked through in about one step.
const BYTES_PER_STEP: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// What 5.1 says is wrong with the pattern.
    Malformed(&'static str),
    /// The caller would not pay for more steps.
    Stopped,
}

type Result<T> = std::result::Result<T, Error>;

const INVALID_CAPTURE: Error = Error::Malformed("invalid capture index");

/// A part of the subject that a pattern took out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    Bytes(Range<usize>),
    /// Of `()`: how many bytes are before it.
    Position(usize),
}

/// Asked with a number of steps whenever so many were done; false stops the match.
pub type Fuel<'a> = &'a mut dyn FnMut(u32) -> bool;

pub struct Matcher<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    captures: Vec<Open>,
    retries: Vec<Retry>,
    /// Done and not paid for.
    steps: usize,
}

#[derive(Clone, Copy)]
struct Open {
    start: usize,
    length: Length,
}

#[derive(Clone, Copy, PartialEq)]
enum Length {
    Unfinished,
    Position,
    Bytes(usize),
}

/// What to do if the rest of the pattern does not match. Each lies deeper in the pattern than the
/// one before, so there are never more than the pattern has bytes.
enum Retry {
    /// Give one repetition back, down to none after `start`.
    Fewer {
        start: usize,
        count: usize,
        after: usize,
    },
    /// Take one more byte that the item matches.
    More {
        at: usize,
        item: usize,
        after: usize,
    },
    /// Do without the item.
    Without { at: usize, after: usize },
    /// Forget the newest capture.
    Unopen,
    /// Make a capture unfinished again.
    Reopen(usize),
}

/// Whether a pattern has no special bytes, so that `find` may search it as it is.
pub fn is_plain(pattern: &[u8]) -> bool {
    !c_string(pattern)
        .iter()
        .any(|byte| b"^$*+?.([%-".contains(byte))
}

/// Where `needle` first is in `subject`, at or after `from`.
pub fn find_plain(subject: &[u8], needle: &[u8], from: usize, fuel: Fuel) -> Result<Option<usize>> {
    let Some(tail) = subject.get(from..) else {
        return Ok(None);
    };
    let Some((first, rest)) = needle.split_first() else {
        return Ok(Some(from));
    };
    let mut candidates = tail.windows(needle.len()).map(|window| window[0] == *first);
    let mut steps = 0;
    let mut at = 0;
    while let Some(skipped) = candidates.position(|is_candidate| is_candidate) {
        at += skipped;
        if tail[at + 1..].starts_with(rest) {
            return Ok(Some(from + at));
        }
        at += 1;
        steps += 1 + (skipped + rest.len()) / BYTES_PER_STEP;
        if steps >= STEPS_PER_CHARGE {
            pay(std::mem::take(&mut steps), fuel)?;
        }
    }
    Ok(None)
}

fn pay(steps: usize, fuel: Fuel) -> Result<()> {
    if fuel(u32::try_from(steps).unwrap_or(u32::MAX)) {
        Ok(())
    } else {
        Err(Error::Stopped)
    }
}

/// Splits off the `^` by which `find`, `match` and `gsub` stay at one place. `gmatch` does not
/// know it.
pub fn anchor(pattern: &[u8]) -> (bool, &[u8]) {
    match pattern.strip_prefix(b"^") {
        Some(rest) => (true, rest),
        None => (false, pattern),
    }
}

impl<'a> Matcher<'a> {
    pub fn new(subject: &'a [u8], pattern: &'a [u8]) -> Matcher<'a> {
        let pattern = c_string(pattern);
        Matcher {
            subject,
            pattern,
            captures: Vec::new(),
            retries: Vec::new(),
            steps: 0,
        }
    }

    /// The first match that starts at or after `from`, or only at `from` if anchored.
    pub fn find(
        &mut self,
        from: usize,
        anchored: bool,
        fuel: Fuel,
    ) -> Result<Option<Range<usize>>> {
        for start in from..=self.subject.len() {
            if let Some(end) = self.match_at(start, fuel)? {
                return Ok(Some(start..end));
            }
            if anchored {
                break;
            }
        }
        Ok(None)
    }

    /// Where a match that starts at `start` ends.
    pub fn match_at(&mut self, start: usize, fuel: Fuel) -> Result<Option<usize>> {
        self.captures.clear();
        self.retries.clear();
        let mut state = Some((start, 0));
        loop {
            self.charge(1, fuel)?;
            state = match state {
                Some((at, item)) => match self.step(at, item, fuel)? {
                    Step::Go(at, item) => Some((at, item)),
                    Step::Fail => None,
                    Step::Done => return Ok(Some(at)),
                },
                None => match self.retry() {
                    Some(next) => next,
                    None => return Ok(None),
                },
            };
        }
    }

    /// How many captures the last match has to give; of a pattern without any it is the match.
    pub fn capture_count(&self) -> usize {
        self.captures.len().max(1)
    }

    /// How many captures are in the pattern; `find` gives no others.
    pub fn explicit_capture_count(&self) -> usize {
        self.captures.len()
    }

    /// A capture of the last match, which was `whole`.
    pub fn capture(&self, index: usize, whole: &Range<usize>) -> Result<Capture> {
        let Some(capture) = self.captures.get(index) else {
            return if index == 0 {
                Ok(Capture::Bytes(whole.clone()))
            } else {
                Err(INVALID_CAPTURE)
            };
        };
        match capture.length {
            Length::Unfinished => Err(Error::Malformed("unfinished capture")),
            Length::Position => Ok(Capture::Position(capture.start)),
            Length::Bytes(length) => Ok(Capture::Bytes(capture.start..capture.start + length)),
        }
    }

    fn charge(&mut self, steps: usize, fuel: Fuel) -> Result<()> {
        self.steps += steps;
        if self.steps < STEPS_PER_CHARGE {
            return Ok(());
        }
        pay(std::mem::take(&mut self.steps), fuel)
    }

    /// The byte of the pattern, zero at its end.
    fn at(&self, index: usize) -> u8 {
        self.pattern.get(index).copied().unwrap_or(0)
    }

    /// Matches one item of the pattern.
    fn step(&mut self, at: usize, item: usize, fuel: Fuel) -> Result<Step> {
        match self.at(item) {
            b'(' => self.open_capture(at, item),
            b')' => self.close_capture(at, item),
            b'%' => match self.at(item + 1) {
                b'b' => self.balance(at, item, fuel),
                b'f' => self.frontier(at, item),
                digit @ b'0'..=b'9' => self.repeat_capture(at, item, digit),
                _ => self.repetition(at, item, fuel),
            },
            0 => Ok(Step::Done),
            b'$' if self.at(item + 1) == 0 => Ok(if at == self.subject.len() {
                Step::Done
            } else {
                Step::Fail
            }),
            _ => self.repetition(at, item, fuel),
        }
    }

    /// The state to go on with after a failure: `None` if nothing is left to try, `Some(None)` if
    /// what was tried fails as well.
    fn retry(&mut self) -> Option<Option<(usize, usize)>> {
        let retry = self.retries.pop()?;
        Some(match retry {
            Retry::Fewer { count: 0, .. } => None,
            Retry::Fewer {
                start,
                count,
                after,
            } => {
                self.retries.push(Retry::Fewer {
                    start,
                    count: count - 1,
                    after,
                });
                Some((start + count - 1, after))
            }
            Retry::More { at, item, after } => match self.subject.get(at) {
                Some(byte) if self.matches_single(*byte, item, after - 1) => {
                    self.retries.push(Retry::More {
                        at: at + 1,
                        item,
                        after,
                    });
                    Some((at + 1, after))
                }
                _ => None,
            },
            Retry::Without { at, after } => Some((at, after)),
            Retry::Unopen => {
                self.captures.pop();
                None
            }
            Retry::Reopen(index) => {
                self.captures[index].length = Length::Unfinished;
                None
            }
        })
    }

    fn open_capture(&mut self, at: usize, item: usize) -> Result<Step> {
        if self.captures.len() >= MAX_CAPTURES {
            return Err(Error::Malformed("too many captures"));
        }
        let is_position = self.at(item + 1) == b')';
        let length = if is_position {
            Length::Position
        } else {
            Length::Unfinished
        };
        self.captures.push(Open { start: at, length });
        self.retries.push(Retry::Unopen);
        Ok(Step::Go(at, item + 1 + usize::from(is_position)))
    }

    fn close_capture(&mut self, at: usize, item: usize) -> Result<Step> {
        let unfinished = |capture: &Open| capture.length == Length::Unfinished;
        let Some(index) = self.captures.iter().rposition(unfinished) else {
            return Err(Error::Malformed("invalid pattern capture"));
        };
        let capture = &mut self.captures[index];
        capture.length = Length::Bytes(at - capture.start);
        self.retries.push(Retry::Reopen(index));
        Ok(Step::Go(at, item + 1))
    }

    /// `%1`: what a capture took, once more.
    fn repeat_capture(&mut self, at: usize, item: usize, digit: u8) -> Result<Step> {
        let index = digit.checked_sub(b'1').ok_or(INVALID_CAPTURE)?;
        let capture = self
            .captures
            .get(usize::from(index))
            .ok_or(INVALID_CAPTURE)?;
        let length = match capture.length {
            Length::Unfinished => return Err(INVALID_CAPTURE),
            // C compares its mark for positions as a length, which no subject has.
            Length::Position => return Ok(Step::Fail),
            Length::Bytes(length) => length,
        };
        let taken = &self.subject[capture.start..capture.start + length];
        let is_same = self.subject[at..].starts_with(taken);
        Ok(if is_same {
            Step::Go(at + length, item + 2)
        } else {
            Step::Fail
        })
    }

    /// `%bxy`: from an x to the y that closes it.
    fn balance(&mut self, at: usize, item: usize, fuel: Fuel) -> Result<Step> {
        let (open, close) = (self.at(item + 2), self.at(item + 3));
        if open == 0 || close == 0 {
            return Err(Error::Malformed("unbalanced pattern"));
        }
        if self.subject.get(at) != Some(&open) {
            return Ok(Step::Fail);
        }
        let mut depth = 1_usize;
        for (offset, byte) in self.subject[at + 1..].iter().enumerate() {
            self.charge(1, fuel)?;
            if *byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Step::Go(at + offset + 2, item + 4));
                }
            } else if *byte == open {
                depth += 1;
            }
        }
        Ok(Step::Fail)
    }

    /// `%f[set]`: between a byte outside of the set and one in it; the ends count as zero bytes.
    fn frontier(&mut self, at: usize, item: usize) -> Result<Step> {
        let set = item + 2;
        if self.at(set) != b'[' {
            return Err(Error::Malformed("missing '[' after '%f' in pattern"));
        }
        let end = self.item_end(set)?;
        let before = at.checked_sub(1).map_or(0, |before| self.subject[before]);
        let here = self.subject.get(at).copied().unwrap_or(0);
        let is_frontier =
            !self.matches_set(before, set, end - 1) && self.matches_set(here, set, end - 1);
        Ok(if is_frontier {
            Step::Go(at, end)
        } else {
            Step::Fail
        })
    }

    /// A single-byte item with what may follow it: `?`, `*`, `+` or `-`.
    fn repetition(&mut self, at: usize, item: usize, fuel: Fuel) -> Result<Step> {
        let end = self.item_end(item)?;
        let after = end + 1;
        self.charge((end - item) / BYTES_PER_STEP, fuel)?;
        let matches = |at: usize| {
            self.subject
                .get(at)
                .is_some_and(|byte| self.matches_single(*byte, item, end))
        };
        match self.at(end) {
            b'?' if matches(at) => {
                self.retries.push(Retry::Without { at, after });
                Ok(Step::Go(at + 1, after))
            }
            b'?' => Ok(Step::Go(at, after)),
            b'+' if !matches(at) => Ok(Step::Fail),
            b'+' => self.most(at + 1, item, end, fuel),
            b'*' => self.most(at, item, end, fuel),
            b'-' => {
                self.retries.push(Retry::More { at, item, after });
                Ok(Step::Go(at, after))
            }
            _ if matches(at) => Ok(Step::Go(at + 1, end)),
            _ => Ok(Step::Fail),
        }
    }

    /// As many repetitions as there are; fewer will be tried.
    fn most(&mut self, start: usize, item: usize, end: usize, fuel: Fuel) -> Result<Step> {
        let mut count = 0;
        let cost = 1 + (end - item) / BYTES_PER_STEP;
        while let Some(byte) = self.subject.get(start + count)
            && self.matches_single(*byte, item, end)
        {
            count += 1;
            self.charge(cost, fuel)?;
        }
        self.retries.push(Retry::Fewer {
            start,
            count,
            after: end + 1,
        });
        Ok(Step::Go(start + count, end + 1))
    }

    /// Where the single-byte item at `item` ends.
    fn item_end(&self, item: usize) -> Result<usize> {
        match self.at(item) {
            b'%' if self.at(item + 1) == 0 => {
                Err(Error::Malformed("malformed pattern (ends with '%')"))
            }
            b'%' => Ok(item + 2),
            b'[' => self.set_end(item),
            _ => Ok(item + 1),
        }
    }

    fn set_end(&self, set: usize) -> Result<usize> {
        let mut index = set + 1 + usize::from(self.at(set + 1) == b'^');
        // A bracket that comes first belongs to the set.
        loop {
            let byte = self.at(index);
            if byte == 0 {
                return Err(Error::Malformed("malformed pattern (missing ']')"));
            }
            index += 1;
            if byte == b'%' && self.at(index) != 0 {
                index += 1;
            }
            if self.at(index) == b']' {
                return Ok(index + 1);
            }
        }
    }

    fn matches_single(&self, byte: u8, item: usize, end: usize) -> bool {
        match self.at(item) {
            b'.' => true,
            b'%' => is_in_class(byte, self.at(item + 1)),
            b'[' => self.matches_set(byte, item, end - 1),
            exact => exact == byte,
        }
    }

    /// Whether a byte is in the set from the bracket at `set` to the one at `close`.
    fn matches_set(&self, byte: u8, set: usize, close: usize) -> bool {
        let is_negated = self.at(set + 1) == b'^';
        let mut index = set + 1 + usize::from(is_negated);
        while index < close {
            let first = self.at(index);
            let found = if first == b'%' {
                index += 1;
                is_in_class(byte, self.at(index))
            } else if self.at(index + 1) == b'-' && index + 2 < close {
                index += 2;
                (first..=self.at(index)).contains(&byte)
            } else {
                first == byte
            };
            if found {
                return !is_negated;
            }
            index += 1;
        }
        is_negated
    }
}

enum Step {
    /// On to this byte of the subject and this item of the pattern.
    Go(usize, usize),
    Fail,
    /// The pattern has ended.
    Done,
}

/// `%a` and the like; a capital letter means all other bytes, and what is no letter itself.
fn is_in_class(byte: u8, class: u8) -> bool {
    let found = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => is_space(byte),
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    found != class.is_ascii_uppercase()
}
