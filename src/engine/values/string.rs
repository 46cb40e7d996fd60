//! Strings: a number, or bytes that lie in the key's own object (`embstr`) or apart (`raw`).

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
        let room = 41 - if has_deadline { 8 } else { 0 };
        Str::Bytes { bytes: bytes.to_vec(), embedded: key.len() + bytes.len() <= room }
    }

    /// Bytes that were changed in place: never embedded, never a number.
    pub fn raw(bytes: Vec<u8>) -> Str {
        Str::Bytes { bytes, embedded: false }
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Int(_) => "int",
            Str::Bytes { embedded: true, .. } => "embstr",
            Str::Bytes { embedded: false, .. } => "raw",
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Str::Int(number) => number.to_string().into_bytes(),
            Str::Bytes { bytes, .. } => bytes.clone(),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Str::Int(number) => number.to_string().len(),
            Str::Bytes { bytes, .. } => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
