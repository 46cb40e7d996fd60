//! The client's reader: the bytes a server sent become a `Reply`. What came as text is given as
//! text: statuses are `StatusText` and errors `Error::Raw`, since the wire does not say more.

use std::borrow::Cow;

use crate::error::Error;
use crate::number;
use crate::reply::Reply;

/// Replies nest in practice four or five deep.
const DEPTH_LIMIT: usize = 128;

/// What no server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The first reply in `bytes` and how many bytes it took; nothing when it is incomplete or
/// malformed.
pub fn decode_reply(bytes: &[u8]) -> Option<(Reply, usize)> {
    decode(bytes).ok().flatten()
}

/// The first reply in `bytes` and how many bytes it took; nothing when it is not complete yet.
pub fn decode(bytes: &[u8]) -> Result<Option<(Reply, usize)>, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    match reader.reply(DEPTH_LIMIT) {
        Ok(reply) => Ok(Some((reply, reader.at))),
        Err(Stop::Incomplete) => Ok(None),
        Err(Stop::Malformed) => Err(Malformed),
    }
}

enum Stop {
    Incomplete,
    Malformed,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn reply(&mut self, depth: usize) -> Result<Reply, Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Malformed)?;
        let (kind, line) = self.line()?.split_first().ok_or(Stop::Malformed)?;
        match kind {
            b'+' => Ok(Reply::StatusText(text(line))),
            b'-' => Ok(Reply::Error(Error::Raw(Cow::Owned(text(line))))),
            b':' => number::parse_i64(line.strip_prefix(b"+").unwrap_or(line))
                .map(Reply::Int)
                .ok_or(Stop::Malformed),
            b'_' => Ok(Reply::Null),
            b',' => double(line).map(Reply::Double),
            b'#' => match line {
                b"t" => Ok(Reply::Bool(true)),
                b"f" => Ok(Reply::Bool(false)),
                _ => Err(Stop::Malformed),
            },
            b'(' => Ok(Reply::BigNumber(text(line))),
            b'$' if line == b"-1" => Ok(Reply::Null),
            b'*' if line == b"-1" => Ok(Reply::NullArray),
            b'$' => Ok(Reply::Bulk(self.bulk(line)?.to_vec())),
            b'!' => Ok(Reply::Error(Error::Raw(Cow::Owned(text(self.bulk(line)?))))),
            b'=' => verbatim(self.bulk(line)?),
            b'*' => Ok(Reply::Array(self.items(line, depth)?)),
            b'~' => Ok(Reply::Set(self.items(line, depth)?)),
            b'>' => Ok(Reply::Push(self.items(line, depth)?)),
            b'%' => Ok(Reply::Map(self.entries(line, depth)?)),
            b'|' => {
                // Attributes describe the reply that follows; no command of 8.2 needs them.
                self.entries(line, depth)?;
                self.reply(depth)
            }
            _ => Err(Stop::Malformed),
        }
    }

    /// The next line without its end.
    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        let end = rest
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .ok_or(Stop::Incomplete)?;
        self.at += end + 2;
        Ok(&rest[..end])
    }

    fn bulk(&mut self, length: &[u8]) -> Result<&'a [u8], Stop> {
        let length = count(length)?;
        let rest = &self.bytes[self.at..];
        match rest.get(length..).ok_or(Stop::Incomplete)? {
            [b'\r', b'\n', ..] => {
                self.at += length + 2;
                Ok(&rest[..length])
            }
            [] | [b'\r'] => Err(Stop::Incomplete),
            _ => Err(Stop::Malformed),
        }
    }

    fn items(&mut self, length: &[u8], depth: usize) -> Result<Vec<Reply>, Stop> {
        (0..count(length)?).map(|_| self.reply(depth)).collect()
    }

    fn entries(&mut self, length: &[u8], depth: usize) -> Result<Vec<(Reply, Reply)>, Stop> {
        (0..count(length)?)
            .map(|_| Ok((self.reply(depth)?, self.reply(depth)?)))
            .collect()
    }
}

fn count(line: &[u8]) -> Result<usize, Stop> {
    let count = number::parse_i64(line).ok_or(Stop::Malformed)?;
    usize::try_from(count).map_err(|_| Stop::Malformed)
}

fn double(line: &[u8]) -> Result<f64, Stop> {
    std::str::from_utf8(line)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(Stop::Malformed)
}

fn verbatim(bytes: &[u8]) -> Result<Reply, Stop> {
    let (format, content) = bytes.split_at_checked(4).ok_or(Stop::Malformed)?;
    let format = match format {
        b"mkd:" => "mkd",
        [_, _, _, b':'] => "txt",
        _ => return Err(Stop::Malformed),
    };
    Ok(Reply::Verbatim(format, text(content)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
