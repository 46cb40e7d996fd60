//! Strings: a number, or bytes that lie in the key's own object (`embstr`) or apart (`raw`).

use std::borrow::Cow;

use super::told;
use crate::allocation::text_room;
use crate::number;

#[derive(Debug)]
pub enum Str {
    /// Bytes that are the canonical form of a 64-bit integer.
    Int(i64),
    /// Few bytes, in place.
    Short {
        /// Redis has it in one allocation with the key.
        embedded: bool,
        length: u8,
        bytes: [u8; SHORT],
    },
    Long {
        embedded: bool,
        bytes: Box<[u8]>,
    },
    /// Changed in place, with room to grow.
    Raw(Box<Vec<u8>>),
}

impl Clone for Str {
    /// With the room that was made for more bytes: it counts as memory, so a copy must not differ.
    fn clone(&self) -> Str {
        match self {
            Str::Int(number) => Str::Int(*number),
            Str::Short {
                embedded,
                length,
                bytes,
            } => Str::Short {
                embedded: *embedded,
                length: *length,
                bytes: *bytes,
            },
            Str::Long { embedded, bytes } => Str::Long {
                embedded: *embedded,
                bytes: bytes.clone(),
            },
            Str::Raw(bytes) => {
                let mut copy = Vec::with_capacity(bytes.capacity());
                copy.extend_from_slice(bytes);
                Str::Raw(Box::new(copy))
            }
        }
    }
}

/// So many bytes leave room for all else that three pointers' size has to tell.
const SHORT: usize = 21;

impl Str {
    /// As SET makes it: a number if it is one, else embedded if key, value and headers fit into 64 bytes.
    pub fn new(bytes: &[u8], key: &[u8], has_deadline: bool) -> Str {
        if bytes.len() <= 20
            && let Some(number) = number::parse_i64(bytes)
        {
            return Str::Int(number);
        }
        Str::text(bytes, key, has_deadline)
    }

    /// Bytes that stay bytes even if they look like a number (INCRBYFLOAT's result).
    pub fn text(bytes: &[u8], key: &[u8], has_deadline: bool) -> Str {
        let embedded = key.len() + bytes.len() <= embedding_room(key, has_deadline);
        if bytes.len() > SHORT {
            let bytes = bytes.into();
            return Str::Long { embedded, bytes };
        }
        let mut short = [0; SHORT];
        short[..bytes.len()].copy_from_slice(bytes);
        Str::Short {
            embedded,
            length: bytes.len() as u8,
            bytes: short,
        }
    }

    /// The key's object got a deadline or another key: a value that no longer fits beside it moves out, for good.
    pub fn make_room(&mut self, key: &[u8], has_deadline: bool) {
        let fits = |length: usize| key.len() + length <= embedding_room(key, has_deadline);
        if trace::is_on() && self.is_embedded() && !fits(self.len()) {
            let why = "with the deadline, key and value no longer fit into one object of 64 bytes";
            told::converted("embstr", "raw", why.to_owned());
        }
        match self {
            Str::Short {
                embedded, length, ..
            } => *embedded &= fits(*length as usize),
            Str::Long { embedded, bytes } => *embedded &= fits(bytes.len()),
            Str::Int(_) | Str::Raw(_) => {}
        }
    }

    /// Bytes that were changed in place: never embedded, never a number.
    pub fn raw(mut bytes: Vec<u8>) -> Str {
        bytes.shrink_to_fit();
        Str::Raw(Box::new(bytes))
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Int(_) => "int",
            _ if self.is_embedded() => "embstr",
            _ => "raw",
        }
    }

    /// Lies in one allocation with the key.
    pub fn is_embedded(&self) -> bool {
        matches!(
            self,
            Str::Short { embedded: true, .. } | Str::Long { embedded: true, .. }
        )
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes().into_owned()
    }

    /// The bytes, borrowed where they lie in memory as such.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Str::Int(number) => Cow::Owned(number::i64_to_bytes(*number)),
            Str::Short { length, bytes, .. } => Cow::Borrowed(&bytes[..*length as usize]),
            Str::Long { bytes, .. } => Cow::Borrowed(bytes),
            Str::Raw(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// The bytes, to be changed in place: from now on `raw`.
    pub fn raw_mut(&mut self) -> &mut Vec<u8> {
        if !matches!(self, Str::Raw(_)) {
            if trace::is_on() && self.encoding() != "raw" {
                let why = "bytes that are changed in place lie apart from their key";
                told::converted(self.encoding(), "raw", why.to_owned());
            }
            let bytes = match std::mem::replace(self, Str::Int(0)) {
                Str::Long { bytes, .. } => bytes.into_vec(),
                other => other.to_bytes(),
            };
            *self = Str::raw(bytes);
        }
        let Str::Raw(bytes) = self else {
            unreachable!("it was just made raw")
        };
        bytes
    }

    /// As `raw_mut`, with room for a length that is to come. What does not fit any more gets twice the room that it
    /// needs, and from a megabyte on a megabyte more, as Redis' strings do.
    pub fn raw_with_room(&mut self, length: usize) -> &mut Vec<u8> {
        const MUCH: usize = 1 << 20;
        let bytes = self.raw_mut();
        // A short string that never grew has no place to say that there is room.
        let room = if bytes.capacity() == bytes.len() && bytes.len() >= 32 {
            text_room(bytes.len())
        } else {
            bytes.capacity()
        };
        if length > room {
            let generous = text_room(length + length.min(MUCH));
            bytes.reserve_exact(generous - bytes.len());
        } else {
            bytes.reserve_exact(room - bytes.len());
        }
        bytes
    }

    /// Bytes that a string apart from its key has room for.
    pub fn room(&self) -> usize {
        match self {
            Str::Raw(bytes) => bytes.capacity(),
            _ => self.len(),
        }
    }

    /// As a 64-bit integer, if it is one in canonical form.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Str::Int(number) => Some(*number),
            _ => number::parse_i64(&self.bytes()),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Str::Int(number) => {
                let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
                digits as usize + usize::from(*number < 0)
            }
            Str::Short { length, .. } => usize::from(*length),
            Str::Long { bytes, .. } => bytes.len(),
            Str::Raw(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Key and value bytes that fit into one 64-byte object: 16 bytes of object header, 3 and 4 bytes around the two
/// strings, and 8 for a deadline. From 32 bytes on the key's own header has room for it.
fn embedding_room(key: &[u8], has_deadline: bool) -> usize {
    if has_deadline && key.len() < 32 {
        33
    } else {
        41
    }
}
