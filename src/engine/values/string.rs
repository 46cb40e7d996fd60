//! Strings: a number, or bytes that lie in the key's own object (`embstr`) or apart (`raw`).

use std::borrow::Cow;

use crate::number;

#[derive(Debug, Clone)]
pub enum Str {
    /// Bytes that are the canonical form of a 64-bit integer.
    Int(i64),
    Bytes {
        bytes: Vec<u8>,
        /// Lies in one allocation with the key.
        embedded: bool,
    },
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
    pub fn raw(bytes: Vec<u8>) -> Str {
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
