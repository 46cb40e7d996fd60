//! Strings: a number, or bytes that lie in the key's own object (`embstr`) or apart (`raw`).

use std::borrow::Cow;

use crate::number;

#[derive(Debug, Clone)]
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
        match self {
            Str::Short {
                embedded, length, ..
            } => *embedded &= fits(*length as usize),
            Str::Long { embedded, bytes } => *embedded &= fits(bytes.len()),
            Str::Int(_) | Str::Raw(_) => {}
        }
    }

    /// Bytes that were changed in place: never embedded, never a number.
    pub fn raw(bytes: Vec<u8>) -> Str {
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

    /// As a 64-bit integer, if it is one in canonical form.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Str::Int(number) => Some(*number),
            _ => number::parse_i64(&self.bytes()),
        }
    }

    pub fn len(&self) -> usize {
        self.bytes().len()
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
