//! Lua's patterns: a matcher over bytes that keeps its own stack, so that it can stop at any step and go on later.
//!
//! Nothing here knows values of the machine: `find`, `match`, `gmatch` and `gsub` are loops of the
//! string library around `Matcher::find`. As in C, a pattern ends at its first zero byte.

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
    /// The caller would not pay for more steps now: the search can go on from where it is.
    Stopped,
}

type Result<T> = std::result::Result<T, Error>;

const INVALID_CAPTURE: &str = "invalid capture index";

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
    search: Search,
}

/// How far a search has come, without the bytes that it goes through.
#[derive(Debug, Default)]
pub struct Search {
    /// Where the match begins that is tried now.
    start: usize,
    state: State,
    captures: Vec<Open>,
    retries: Vec<Retry>,
    /// Done and not paid for.
    steps: usize,
}

impl Search {
    /// One that begins at a byte of the subject.
    pub fn at(start: usize) -> Search {
        Search {
            start,
            ..Search::default()
        }
    }

    /// Once more, from another byte on.
    pub fn begin(&mut self, start: usize) {
        self.start = start;
        self.state = State::Begin;
    }

    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        self.retries.capacity() * size_of::<Retry>()
    }
}

/// What the matcher does next.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Try a match from `start` on.
    #[default]
    Begin,
    /// Match this item of the pattern at this byte of the subject.
    Item { at: usize, item: usize },
    /// Take more repetitions of an item.
    Most {
        start: usize,
        count: usize,
        item: usize,
        end: usize,
    },
    /// Look for the byte that closes `%bxy`.
    Balance {
        at: usize,
        item: usize,
        depth: usize,
    },
    /// What was tried fails: try what is left.
    Retry,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    start: usize,
    length: Length,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Length {
    Unfinished,
    Position,
    Bytes(usize),
}

/// What to do if the rest of the pattern does not match. Each lies deeper in the pattern than the
/// one before, so there are never more than the pattern has bytes.
#[derive(Debug)]
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

/// Where `needle` first is in `subject`, at or after `from`, which moves on with the search.
pub fn find_plain(
    subject: &[u8],
    needle: &[u8],
    from: &mut usize,
    fuel: Fuel,
) -> Result<Option<usize>> {
    const AT_ONCE: usize = STEPS_PER_CHARGE * BYTES_PER_STEP;
    let Some((first, rest)) = needle.split_first() else {
        return Ok((*from <= subject.len()).then_some(*from));
    };
    let mut steps = 1;
    let mut found = None;
    while found.is_none() && *from + needle.len() <= subject.len() {
        let end = (*from + AT_ONCE).min(subject.len() - rest.len());
        let part = &subject[*from..end];
        match part.iter().position(|byte| byte == first) {
            Some(skipped) => {
                let at = *from + skipped;
                found = subject[at + 1..].starts_with(rest).then_some(at);
                *from = at + 1;
                steps += 1 + (skipped + rest.len()) / BYTES_PER_STEP;
            }
            None => {
                *from = end;
                steps += part.len() / BYTES_PER_STEP;
            }
        }
        if steps >= STEPS_PER_CHARGE && found.is_none() {
            pay(std::mem::take(&mut steps), fuel)?;
        }
    }
    // What is found is found, whether or not there is more to pay with.
    let _ = pay(steps, fuel);
    Ok(found)
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
        Matcher::resume(subject, pattern, Search::default())
    }

    /// Goes on, over the same bytes, with a search that was stopped.
    pub fn resume(subject: &'a [u8], pattern: &'a [u8], search: Search) -> Matcher<'a> {
        let pattern = c_string(pattern);
        Matcher {
            subject,
            pattern,
            search,
        }
    }

    pub fn into_search(self) -> Search {
        self.search
    }

    /// The first match that starts at or after `from`, or only at `from` if anchored.
    pub fn find(
        &mut self,
        from: usize,
        anchored: bool,
        fuel: Fuel,
    ) -> Result<Option<Range<usize>>> {
        self.search = Search::at(from);
        self.go_on(anchored, fuel)
    }

    /// Where a match that starts at `start` ends.
    pub fn match_at(&mut self, start: usize, fuel: Fuel) -> Result<Option<usize>> {
        let found = self.find(start, true, fuel)?;
        Ok(found.map(|whole| whole.end))
    }

    /// `find` that was stopped, or not begun.
    pub fn go_on(&mut self, anchored: bool, fuel: Fuel) -> Result<Option<Range<usize>>> {
        let found = self.run(anchored, fuel);
        if found != Err(Error::Stopped) {
            // What is found is found, whether or not there is more to pay with.
            let _ = pay(std::mem::take(&mut self.search.steps), fuel);
        }
        found
    }

    fn run(&mut self, anchored: bool, fuel: Fuel) -> Result<Option<Range<usize>>> {
        while self.search.start <= self.subject.len() {
            self.charge(1, fuel)?;
            let step = match self.search.state {
                State::Begin => {
                    self.search.captures.clear();
                    self.search.retries.clear();
                    Step::Go(self.search.start, 0)
                }
                State::Item { at, item } => self.step(at, item, fuel)?,
                State::Most {
                    start,
                    count,
                    item,
                    end,
                } => self.most(start, count, item, end, fuel)?,
                State::Balance { at, item, depth } => self.balance(at, item, depth, fuel)?,
                State::Retry => match self.retry() {
                    Some(step) => step,
                    None if anchored => return Ok(None),
                    None => {
                        self.search.start += 1;
                        self.search.state = State::Begin;
                        continue;
                    }
                },
            };
            self.search.state = match step {
                Step::Go(at, item) => State::Item { at, item },
                Step::Fail => State::Retry,
                Step::Done(at) => return Ok(Some(self.search.start..at)),
            };
        }
        Ok(None)
    }

    /// How many captures the last match has to give; of a pattern without any it is the match.
    pub fn capture_count(&self) -> usize {
        self.search.captures.len().max(1)
    }

    /// How many captures are in the pattern; `find` gives no others.
    pub fn explicit_capture_count(&self) -> usize {
        self.search.captures.len()
    }

    /// A capture of the last match, which was `whole`; or what 5.1 says is wrong with it.
    pub fn capture(
        &self,
        index: usize,
        whole: &Range<usize>,
    ) -> std::result::Result<Capture, &'static str> {
        let Some(capture) = self.search.captures.get(index) else {
            return if index == 0 {
                Ok(Capture::Bytes(whole.clone()))
            } else {
                Err(INVALID_CAPTURE)
            };
        };
        match capture.length {
            Length::Unfinished => Err("unfinished capture"),
            Length::Position => Ok(Capture::Position(capture.start)),
            Length::Bytes(length) => Ok(Capture::Bytes(capture.start..capture.start + length)),
        }
    }

    fn charge(&mut self, steps: usize, fuel: Fuel) -> Result<()> {
        self.search.steps += steps;
        if self.search.steps < STEPS_PER_CHARGE {
            return Ok(());
        }
        pay(std::mem::take(&mut self.search.steps), fuel)
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
                b'b' => self.open_balance(at, item, fuel),
                b'f' => self.frontier(at, item),
                digit @ b'0'..=b'9' => self.repeat_capture(at, item, digit),
                _ => self.repetition(at, item, fuel),
            },
            0 => Ok(Step::Done(at)),
            b'$' if self.at(item + 1) == 0 => Ok(if at == self.subject.len() {
                Step::Done(at)
            } else {
                Step::Fail
            }),
            _ => self.repetition(at, item, fuel),
        }
    }

    /// What to do after a failure; `None` if nothing is left to try.
    fn retry(&mut self) -> Option<Step> {
        let retry = self.search.retries.pop()?;
        Some(match retry {
            Retry::Fewer { count: 0, .. } => Step::Fail,
            Retry::Fewer {
                start,
                count,
                after,
            } => {
                self.search.retries.push(Retry::Fewer {
                    start,
                    count: count - 1,
                    after,
                });
                Step::Go(start + count - 1, after)
            }
            Retry::More { at, item, after } => match self.subject.get(at) {
                Some(byte) if self.matches_single(*byte, item, after - 1) => {
                    self.search.retries.push(Retry::More {
                        at: at + 1,
                        item,
                        after,
                    });
                    Step::Go(at + 1, after)
                }
                _ => Step::Fail,
            },
            Retry::Without { at, after } => Step::Go(at, after),
            Retry::Unopen => {
                self.search.captures.pop();
                Step::Fail
            }
            Retry::Reopen(index) => {
                self.search.captures[index].length = Length::Unfinished;
                Step::Fail
            }
        })
    }

    fn open_capture(&mut self, at: usize, item: usize) -> Result<Step> {
        if self.search.captures.len() >= MAX_CAPTURES {
            return Err(Error::Malformed("too many captures"));
        }
        let is_position = self.at(item + 1) == b')';
        let length = if is_position {
            Length::Position
        } else {
            Length::Unfinished
        };
        self.search.captures.push(Open { start: at, length });
        self.search.retries.push(Retry::Unopen);
        Ok(Step::Go(at, item + 1 + usize::from(is_position)))
    }

    fn close_capture(&mut self, at: usize, item: usize) -> Result<Step> {
        let unfinished = |capture: &Open| capture.length == Length::Unfinished;
        let Some(index) = self.search.captures.iter().rposition(unfinished) else {
            return Err(Error::Malformed("invalid pattern capture"));
        };
        let capture = &mut self.search.captures[index];
        capture.length = Length::Bytes(at - capture.start);
        self.search.retries.push(Retry::Reopen(index));
        Ok(Step::Go(at, item + 1))
    }

    /// `%1`: what a capture took, once more.
    fn repeat_capture(&mut self, at: usize, item: usize, digit: u8) -> Result<Step> {
        let index = digit
            .checked_sub(b'1')
            .ok_or(Error::Malformed(INVALID_CAPTURE))?;
        let capture = self
            .search
            .captures
            .get(usize::from(index))
            .ok_or(Error::Malformed(INVALID_CAPTURE))?;
        let start = capture.start;
        let length = match capture.length {
            Length::Unfinished => return Err(Error::Malformed(INVALID_CAPTURE)),
            // C compares its mark for positions as a length, which no subject has.
            Length::Position => return Ok(Step::Fail),
            Length::Bytes(length) => length,
        };
        self.search.steps += length / BYTES_PER_STEP;
        let taken = &self.subject[start..start + length];
        let is_same = self.subject[at..].starts_with(taken);
        Ok(if is_same {
            Step::Go(at + length, item + 2)
        } else {
            Step::Fail
        })
    }

    /// `%bxy`: from an x to the y that closes it.
    fn open_balance(&mut self, at: usize, item: usize, fuel: Fuel) -> Result<Step> {
        let (open, close) = (self.at(item + 2), self.at(item + 3));
        if open == 0 || close == 0 {
            return Err(Error::Malformed("unbalanced pattern"));
        }
        if self.subject.get(at) != Some(&open) {
            return Ok(Step::Fail);
        }
        self.balance(at + 1, item, 1, fuel)
    }

    /// From the byte at `at` on, so many brackets are open.
    fn balance(
        &mut self,
        mut at: usize,
        item: usize,
        mut depth: usize,
        fuel: Fuel,
    ) -> Result<Step> {
        let (open, close) = (self.at(item + 2), self.at(item + 3));
        while let Some(byte) = self.subject.get(at) {
            at += 1;
            if *byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Step::Go(at, item + 4));
                }
            } else if *byte == open {
                depth += 1;
            }
            if let Err(stopped) = self.charge(1, fuel) {
                self.search.state = State::Balance { at, item, depth };
                return Err(stopped);
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
        self.search.steps += (end - item) / BYTES_PER_STEP;
        let matches = |at: usize| {
            self.subject
                .get(at)
                .is_some_and(|byte| self.matches_single(*byte, item, end))
        };
        match self.at(end) {
            b'?' if matches(at) => {
                self.search.retries.push(Retry::Without { at, after });
                Ok(Step::Go(at + 1, after))
            }
            b'?' => Ok(Step::Go(at, after)),
            b'+' if !matches(at) => Ok(Step::Fail),
            b'+' => self.most(at + 1, 0, item, end, fuel),
            b'*' => self.most(at, 0, item, end, fuel),
            b'-' => {
                self.search.retries.push(Retry::More { at, item, after });
                Ok(Step::Go(at, after))
            }
            _ if matches(at) => Ok(Step::Go(at + 1, end)),
            _ => Ok(Step::Fail),
        }
    }

    /// As many repetitions as there are, beyond the `count` that are taken; fewer will be tried.
    fn most(
        &mut self,
        start: usize,
        mut count: usize,
        item: usize,
        end: usize,
        fuel: Fuel,
    ) -> Result<Step> {
        let cost = 1 + (end - item) / BYTES_PER_STEP;
        while let Some(byte) = self.subject.get(start + count)
            && self.matches_single(*byte, item, end)
        {
            count += 1;
            if let Err(stopped) = self.charge(cost, fuel) {
                self.search.state = State::Most {
                    start,
                    count,
                    item,
                    end,
                };
                return Err(stopped);
            }
        }
        self.search.retries.push(Retry::Fewer {
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
    /// The pattern has ended, at this byte of the subject.
    Done(usize),
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
