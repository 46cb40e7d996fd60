//! The server's reader: bytes from a client become requests, arrays of bulk strings or inline
//! lines.
//!
//! Words stay where they arrived and are named by ranges, so a request allocates nothing once the
//! parser is warm. Redis 8.2 reads leniently and that is kept: nothing checks the two bytes after a
//! bulk or the `\n` after a `\r`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::error::Error;
use crate::{number, words};

/// A line longer than this, without its end in sight, is refused.
const LINE_LIMIT: usize = 64 * 1024;
const WORD_COUNT_LIMIT: i64 = i32::MAX as i64;
const UNAUTHENTICATED_WORD_COUNT: i64 = 10;
const UNAUTHENTICATED_BULK_BYTES: i64 = 16 * 1024;
/// So many words fit the stack in `Request::with_words`.
const FEW: usize = 16;

/// What a client may send. The server changes these on CONFIG SET and AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `proto-max-bulk-len`
    pub bulk_bytes: usize,
    /// False while a password is required and not yet given: then requests must be small.
    pub authenticated: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            bulk_bytes: 512 * 1024 * 1024,
            authenticated: true,
        }
    }
}

/// Why a connection is answered once more and then closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolError {
    MultibulkLength,
    UnauthenticatedMultibulkLength,
    BigMultibulkCount,
    BulkLength,
    UnauthenticatedBulkLength,
    BigBulkCount,
    /// The byte that stood where `$` should.
    ExpectedDollar(u8),
    BigInline,
    UnbalancedQuotes,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            ProtocolError::MultibulkLength => "invalid multibulk length",
            ProtocolError::UnauthenticatedMultibulkLength => "unauthenticated multibulk length",
            ProtocolError::BigMultibulkCount => "too big mbulk count string",
            ProtocolError::BulkLength => "invalid bulk length",
            ProtocolError::UnauthenticatedBulkLength => "unauthenticated bulk length",
            ProtocolError::BigBulkCount => "too big bulk count string",
            ProtocolError::ExpectedDollar(byte) => {
                return write!(
                    f,
                    "Protocol error: expected '$', got '{}'",
                    char::from(*byte)
                );
            }
            ProtocolError::BigInline => "too big inline request",
            ProtocolError::UnbalancedQuotes => "unbalanced quotes in request",
        };
        write!(f, "Protocol error: {text}")
    }
}

impl From<ProtocolError> for Error {
    fn from(error: ProtocolError) -> Error {
        Error::Err(Cow::Owned(error.to_string()))
    }
}

impl ProtocolError {
    /// Appends the last line the client gets. Unlike an `Error` it can carry a byte that is no
    /// text.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"-ERR ");
        match self {
            ProtocolError::ExpectedDollar(byte) => {
                let shown = if matches!(byte, b'\r' | b'\n') {
                    b' '
                } else {
                    *byte
                };
                out.extend_from_slice(b"Protocol error: expected '$', got '");
                out.extend_from_slice(&[shown, b'\'']);
            }
            other => out.extend_from_slice(other.to_string().as_bytes()),
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Takes bytes as they arrive and gives requests as they are complete.
#[derive(Debug, Clone, Default)]
pub struct Parser {
    pub limits: Limits,
    buffer: Vec<u8>,
    /// Where the next unread byte is.
    cursor: usize,
    /// How many bytes were dropped from the front of `buffer`, ever.
    dropped: u64,
    /// The words so far of the request being read, in `buffer`, or in `inline` for a line.
    ranges: Vec<Range<usize>>,
    inline: Vec<u8>,
    state: State,
    failed: Option<ProtocolError>,
}

#[derive(Debug, Clone, Copy, Default)]
enum State {
    /// Between two requests.
    #[default]
    Start,
    /// So many words are missing; the next is announced by a line.
    Announcement { missing: usize },
    /// The bytes of a word itself, and two more.
    Word { missing: usize, length: usize },
}

impl Parser {
    pub fn new(limits: Limits) -> Parser {
        Parser {
            limits,
            ..Parser::default()
        }
    }

    /// Adds what was received.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.forget_read_bytes();
        self.buffer.extend_from_slice(bytes);
    }

    /// How many bytes were read so far. Right after a request was given this is where it ends: a
    /// replication or file offset.
    pub fn consumed(&self) -> u64 {
        self.dropped + self.cursor as u64
    }

    /// Received and not yet part of a request given.
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.cursor..]
    }

    /// How much a request takes that is not complete yet: its bytes, and the places of its words once they are many.
    pub fn held(&self) -> usize {
        const FEW_WORDS: usize = 4096;
        match self.state {
            State::Start => self.pending().len(),
            _ if self.ranges.len() < FEW_WORDS => self.pending().len(),
            _ => self.buffer.len() + self.ranges.len() * size_of::<Range<usize>>(),
        }
    }

    /// To be called when no more requests are complete: large buffers that are not needed any more are given back.
    pub fn rest(&mut self) {
        const SPARE_MAX: usize = 1 << 20;
        if !matches!(self.state, State::Start) || self.cursor < self.buffer.len() {
            return;
        }
        if self.buffer.capacity() > SPARE_MAX {
            self.dropped += self.cursor as u64;
            self.cursor = 0;
            self.buffer = Vec::new();
            self.ranges = Vec::new();
        }
        if self.inline.capacity() > SPARE_MAX {
            self.inline = Vec::new();
        }
    }

    /// The next complete request. After an error the parser stays failed: the connection is to be
    /// closed.
    pub fn next_command(&mut self) -> Result<Option<Request<'_>>, ProtocolError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.advance() {
            Ok(Some(Form::Inline)) => Ok(Some(Request {
                bytes: &self.inline,
                ranges: &self.ranges,
            })),
            Ok(Some(Form::Multibulk)) => Ok(Some(Request {
                bytes: &self.buffer,
                ranges: &self.ranges,
            })),
            Ok(None) => Ok(None),
            Err(error) => {
                self.failed = Some(error);
                Err(error)
            }
        }
    }

    fn advance(&mut self) -> Result<Option<Form>, ProtocolError> {
        loop {
            match self.state {
                State::Start if self.cursor == self.buffer.len() => return Ok(None),
                State::Start if self.buffer[self.cursor] != b'*' => {
                    if !self.read_inline()? {
                        return Ok(None);
                    }
                    if !self.ranges.is_empty() {
                        return Ok(Some(Form::Inline));
                    }
                }
                State::Start => {
                    let most = UNAUTHENTICATED_WORD_COUNT as usize;
                    let missing = match self.read_small_number(b'*', most) {
                        Some(count) => count,
                        None => {
                            let line = self.read_line(ProtocolError::BigMultibulkCount)?;
                            let Some(line) = line else {
                                return Ok(None);
                            };
                            self.word_count(&line)?
                        }
                    };
                    self.ranges.clear();
                    if missing > 0 {
                        self.state = State::Announcement { missing };
                    }
                }
                State::Announcement { missing } => {
                    let length = match self.read_small_number(b'$', self.limits.bulk_bytes) {
                        Some(length) => length,
                        None => {
                            let line = self.read_line(ProtocolError::BigBulkCount)?;
                            let Some(line) = line else {
                                return Ok(None);
                            };
                            self.word_length(&line)?
                        }
                    };
                    self.state = State::Word { missing, length };
                }
                State::Word { missing, length } => {
                    if self.pending().len() < length + 2 {
                        return Ok(None);
                    }
                    self.ranges.push(self.cursor..self.cursor + length);
                    self.cursor += length + 2;
                    if missing == 1 {
                        self.state = State::Start;
                        return Ok(Some(Form::Multibulk));
                    }
                    self.state = State::Announcement {
                        missing: missing - 1,
                    };
                }
            }
        }
    }

    /// Reads a line of words; false when its end has not come yet.
    fn read_inline(&mut self) -> Result<bool, ProtocolError> {
        let Some(length) = find(self.pending(), b'\n') else {
            let too_long = self.pending().len() > LINE_LIMIT;
            return if too_long {
                Err(ProtocolError::BigInline)
            } else {
                Ok(false)
            };
        };
        let line = &self.buffer[self.cursor..self.cursor + length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let split = words::split(line).map_err(|_| ProtocolError::UnbalancedQuotes)?;
        self.cursor += length + 1;
        self.inline.clear();
        self.ranges.clear();
        for word in split {
            let start = self.inline.len();
            self.inline.extend_from_slice(&word);
            self.ranges.push(start..self.inline.len());
        }
        Ok(true)
    }

    /// Steps over a line that ends in `\r` and one more byte, and gives where it stood.
    fn read_line(
        &mut self,
        too_long: ProtocolError,
    ) -> Result<Option<Range<usize>>, ProtocolError> {
        let Some(length) = find(self.pending(), b'\r') else {
            return if self.pending().len() > LINE_LIMIT {
                Err(too_long)
            } else {
                Ok(None)
            };
        };
        if self.pending().len() < length + 2 {
            return Ok(None);
        }
        let line = self.cursor..self.cursor + length;
        self.cursor += length + 2;
        Ok(Some(line))
    }

    /// Steps over the line that nearly all requests have here: `kind` and a number of at most four digits, not above
    /// `most`. Anything else stays, for `read_line` and who knows what is wrong with it.
    fn read_small_number(&mut self, kind: u8, most: usize) -> Option<usize> {
        const DIGITS: usize = 4;
        let line = &self.buffer[self.cursor..];
        if *line.first()? != kind {
            return None;
        }
        let (mut value, mut at) = (0, 1);
        loop {
            match *line.get(at)? {
                digit @ b'0'..=b'9' if at <= DIGITS => {
                    value = value * 10 + usize::from(digit - b'0')
                }
                b'\r' if at > 1 => break,
                _ => return None,
            }
            at += 1;
        }
        let leading_zero = line[1] == b'0' && at > 2;
        if leading_zero || value > most || line.len() < at + 2 {
            return None;
        }
        self.cursor += at + 2;
        Some(value)
    }

    fn word_count(&self, line: &Range<usize>) -> Result<usize, ProtocolError> {
        let count = number::parse_i64(&self.buffer[line.start + 1..line.end])
            .filter(|count| *count <= WORD_COUNT_LIMIT)
            .ok_or(ProtocolError::MultibulkLength)?;
        if count > UNAUTHENTICATED_WORD_COUNT && !self.limits.authenticated {
            return Err(ProtocolError::UnauthenticatedMultibulkLength);
        }
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn word_length(&self, line: &Range<usize>) -> Result<usize, ProtocolError> {
        // An empty line shows the `\r` that ended it.
        let first = self.buffer[line.start];
        if first != b'$' {
            return Err(ProtocolError::ExpectedDollar(first));
        }
        let length = number::parse_i64(&self.buffer[line.start + 1..line.end])
            .ok_or(ProtocolError::BulkLength)?;
        let bytes = usize::try_from(length).map_err(|_| ProtocolError::BulkLength)?;
        if bytes > self.limits.bulk_bytes.min(i32::MAX as usize) {
            return Err(ProtocolError::BulkLength);
        }
        if length > UNAUTHENTICATED_BULK_BYTES && !self.limits.authenticated {
            return Err(ProtocolError::UnauthenticatedBulkLength);
        }
        Ok(bytes)
    }

    /// Drops the bytes of requests already given; those of one half read stay.
    fn forget_read_bytes(&mut self) {
        let done = match self.state {
            State::Start => self.cursor,
            _ => self.ranges.first().map_or(self.cursor, |first| first.start),
        };
        // Moving the tail costs its length: wait until it is the smaller part.
        if done == 0 || done < self.buffer.len() - done {
            return;
        }
        self.buffer.drain(..done);
        self.cursor -= done;
        self.dropped += done as u64;
        match self.state {
            State::Start => self.ranges.clear(),
            _ => self
                .ranges
                .iter_mut()
                .for_each(|range| *range = range.start - done..range.end - done),
        }
    }
}

enum Form {
    Inline,
    Multibulk,
}

/// The first such byte, unless a zero byte comes before it: Redis looks for line ends as C strings
/// do.
fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    let at = bytes.iter().position(|&byte| byte == wanted || byte == 0)?;
    (bytes[at] == wanted).then_some(at)
}

/// One request's words, of which there is at least one.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    bytes: &'a [u8],
    ranges: &'a [Range<usize>],
}

impl<'a> Request<'a> {
    #[expect(clippy::len_without_is_empty, reason = "a request is never empty")]
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    pub fn word(&self, index: usize) -> Option<&'a [u8]> {
        self.ranges
            .get(index)
            .map(|range| &self.bytes[range.clone()])
    }

    pub fn words(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        self.ranges.iter().map(move |range| &bytes[range.clone()])
    }

    /// Calls `use_words` with the words as one slice, which for a few words costs no allocation.
    pub fn with_words<T>(&self, use_words: impl FnOnce(&[&[u8]]) -> T) -> T {
        if self.ranges.len() > FEW {
            return use_words(&self.words().collect::<Vec<_>>());
        }
        let mut few: [&[u8]; FEW] = [&[]; FEW];
        for (place, word) in few.iter_mut().zip(self.words()) {
            *place = word;
        }
        use_words(&few[..self.ranges.len()])
    }

    pub fn to_vec(&self) -> Vec<Vec<u8>> {
        self.words().map(<[u8]>::to_vec).collect()
    }
}
