//! Strings: a number, or bytes that lie in the key's own object (`embstr`) or apart (`raw`).

use std::borrow::Cow;

use crate::allocation::{allocated, text, text_bytes};
use crate::number;

#[derive(Debug)]
pub enum Str {
    /// Bytes that are the canonical form of a 64-bit integer.
    Int(i64),
    Bytes {
        bytes: Vec<u8>,
        /// Lies in one allocation with the key.
        embedded: bool,
    },
}

impl Clone for Str {
    /// With the room that was made for more bytes: it counts as memory, so a copy must not differ.
    fn clone(&self) -> Str {
        match self {
            Str::Int(number) => Str::Int(*number),
            Str::Bytes { bytes, embedded } => {
                let mut copy = Vec::with_capacity(bytes.capacity());
                copy.extend_from_slice(bytes);
                Str::Bytes {
                    bytes: copy,
                    embedded: *embedded,
                }
            }
        }
    }
}

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
        Str::Bytes {
            bytes: bytes.to_vec(),
            embedded,
        }
    }

    /// The key's object got a deadline or another key: a value that no longer fits beside it moves out, for good.
    pub fn make_room(&mut self, key: &[u8], has_deadline: bool) {
        if let Str::Bytes { bytes, embedded } = self {
            *embedded &= key.len() + bytes.len() <= embedding_room(key, has_deadline);
        }
    }

    /// Bytes that were changed in place: never embedded, never a number.
    pub fn raw(mut bytes: Vec<u8>) -> Str {
        bytes.shrink_to_fit();
        Str::Bytes {
            bytes,
            embedded: false,
        }
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Int(_) => "int",
            Str::Bytes { embedded: true, .. } => "embstr",
            Str::Bytes {
                embedded: false, ..
            } => "raw",
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes().into_owned()
    }

    /// The bytes, borrowed where they lie in memory as such.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Str::Int(number) => Cow::Owned(number::i64_to_bytes(*number)),
            Str::Bytes { bytes, .. } => Cow::Borrowed(bytes),
        }
    }

    /// The bytes, to be changed in place: from now on `raw`.
    pub fn raw_mut(&mut self) -> &mut Vec<u8> {
        if let Str::Int(number) = self {
            *self = Str::raw(number::i64_to_bytes(*number));
        }
        let Str::Bytes { bytes, embedded } = self else {
            unreachable!("a number was just made bytes")
        };
        *embedded = false;
        bytes
    }

    /// As `raw_mut`, with room for a length that is to come. What does not fit any more gets twice the room that it
    /// needs, and from a megabyte on a megabyte more, as Redis' strings do.
    pub fn raw_with_room(&mut self, length: usize) -> &mut Vec<u8> {
        const MUCH: usize = 1 << 20;
        // Header and end of a string that knows its room.
        let around = |length: usize| text_bytes(length.max(32)) - length.max(32);
        let bytes = self.raw_mut();
        // A short string that never grew has no place to say that there is room.
        let room = if bytes.capacity() == bytes.len() && bytes.len() >= 32 {
            text(bytes.len()) - around(bytes.len())
        } else {
            bytes.capacity()
        };
        if length > room {
            let generous = length + length.min(MUCH);
            let usable = allocated(generous + around(generous)) - around(generous);
            bytes.reserve_exact(usable - bytes.len());
        } else {
            bytes.reserve_exact(room - bytes.len());
        }
        bytes
    }

    /// Bytes that a string apart from its key has room for.
    pub fn room(&self) -> usize {
        match self {
            Str::Int(_) => 0,
            Str::Bytes { bytes, .. } => bytes.capacity(),
        }
    }

    /// As a 64-bit integer, if it is one in canonical form.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Str::Int(number) => Some(*number),
            Str::Bytes { bytes, .. } => number::parse_i64(bytes),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Str::Int(number) => {
                let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
                digits as usize + usize::from(*number < 0)
            }
            Str::Bytes { bytes, .. } => bytes.len(),
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
