//! Bytes that never change: short ones lie in place, longer ones apart. Keys, members and small values are mostly
//! short, and an allocation less for each is half of their memory and a cache miss less for each look-up.

use std::fmt;
use std::ops::Deref;

/// So many bytes lie in place; with them the type is as large as three pointers.
pub const IN_PLACE: usize = 22;

#[derive(Clone)]
pub struct Bytes(Place);

#[derive(Clone)]
enum Place {
    Here { length: u8, bytes: [u8; IN_PLACE] },
    Apart(Box<[u8]>),
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Bytes {
        if bytes.len() > IN_PLACE {
            return Bytes(Place::Apart(bytes.into()));
        }
        let mut here = [0; IN_PLACE];
        here[..bytes.len()].copy_from_slice(bytes);
        Bytes(Place::Here {
            length: bytes.len() as u8,
            bytes: here,
        })
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::Here { length, bytes } => &bytes[..*length as usize],
            Place::Apart(bytes) => bytes,
        }
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes(Place::Here {
            length: 0,
            bytes: [0; IN_PLACE],
        })
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_any_length_come_back() {
        for length in [0, 1, IN_PLACE - 1, IN_PLACE, IN_PLACE + 1, 1000] {
            let bytes = vec![7; length];
            assert_eq!(*Bytes::from(&bytes[..]), bytes);
        }
    }

    #[test]
    fn they_take_the_place_of_three_pointers() {
        assert_eq!(size_of::<Bytes>(), 24);
        assert_eq!(size_of::<Option<Bytes>>(), 24);
    }
}
