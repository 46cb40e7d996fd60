//! One entry of a listpack: a first byte that says the class, the data, and the length again at the
//! end so that a reader can come from the right.
//!
//! ```text
//! 0vvvvvvv            0..=127               10llllll            text of at most 63 bytes
//! 110vvvvv v          13 bits, signed       1110llll l          text of at most 4095 bytes
//! f1 f2 f3 f4         16, 24, 32, 64 bits   f0 llll             text, 32-bit length
//! ```

use std::borrow::Cow;

const STR_32: u8 = 0xf0;
const INT_16: u8 = 0xf1;
const INT_24: u8 = 0xf2;
const INT_32: u8 = 0xf3;
const INT_64: u8 = 0xf4;

/// The longest decimal text of an i64.
pub const INT_TEXT: usize = 20;

/// What an entry holds. A text that is exactly the decimal form of an i64 is kept as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry<'a> {
    Int(i64),
    Str(&'a [u8]),
}

impl<'a> Entry<'a> {
    pub fn to_bytes(self) -> Cow<'a, [u8]> {
        match self {
            Entry::Int(int) => Cow::Owned(int_text(int, &mut [0; INT_TEXT]).to_vec()),
            Entry::Str(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// The text without an allocation: numbers are written into `buffer`.
    pub fn text<'b>(self, buffer: &'b mut [u8; INT_TEXT]) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Entry::Int(int) => int_text(int, buffer),
            Entry::Str(bytes) => bytes,
        }
    }

    pub fn equals(self, value: &[u8]) -> bool {
        match self {
            Entry::Int(int) => canonical_int(value) == Some(int),
            Entry::Str(bytes) => bytes == value,
        }
    }

    /// The length of the text, in bytes.
    pub fn len(self) -> usize {
        match self {
            Entry::Int(int) => int_text(int, &mut [0; INT_TEXT]).len(),
            Entry::Str(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self == Entry::Str(b"")
    }

    /// The number, if this entry is one.
    pub fn int(self) -> Option<i64> {
        match self {
            Entry::Int(int) => Some(int),
            Entry::Str(_) => None,
        }
    }
}

/// An entry ready to be copied in: class and length or number, text, back-length.
pub(super) struct Encoded<'a> {
    head: [u8; 9],
    head_bytes: usize,
    text: &'a [u8],
    back: [u8; 5],
    back_bytes: usize,
}

impl<'a> Encoded<'a> {
    pub fn new(value: &'a [u8]) -> Encoded<'a> {
        match canonical_int(value) {
            Some(int) => Encoded::int(int),
            None => Encoded::str(value),
        }
    }

    pub fn int(value: i64) -> Encoded<'static> {
        let wide @ [a, b, c, d, ..] = value.to_le_bytes();
        match value {
            0..=127 => Encoded::of(&[a], b""),
            -4096..=4095 => Encoded::of(&[0xc0 | (b & 0x1f), a], b""),
            -0x8000..=0x7fff => Encoded::of(&[INT_16, a, b], b""),
            -0x80_0000..=0x7f_ffff => Encoded::of(&[INT_24, a, b, c], b""),
            -0x8000_0000..=0x7fff_ffff => Encoded::of(&[INT_32, a, b, c, d], b""),
            _ => {
                let mut head = [INT_64; 9];
                head[1..].copy_from_slice(&wide);
                Encoded::of(&head, b"")
            }
        }
    }

    fn str(text: &'a [u8]) -> Encoded<'a> {
        let length = u32::try_from(text.len()).expect("callers keep a listpack below 1 GB");
        let [a, b, c, d] = length.to_le_bytes();
        match length {
            0..=63 => Encoded::of(&[0x80 | a], text),
            64..=4095 => Encoded::of(&[0xe0 | b, a], text),
            _ => Encoded::of(&[STR_32, a, b, c, d], text),
        }
    }

    fn of(start: &[u8], text: &'a [u8]) -> Encoded<'a> {
        let mut head = [0; 9];
        head[..start.len()].copy_from_slice(start);
        let (back, back_bytes) = back_length(start.len() + text.len());
        Encoded {
            head,
            head_bytes: start.len(),
            text,
            back,
            back_bytes,
        }
    }

    pub fn size(&self) -> usize {
        self.head_bytes + self.text.len() + self.back_bytes
    }

    pub fn parts(&self) -> [&[u8]; 3] {
        [
            &self.head[..self.head_bytes],
            self.text,
            &self.back[..self.back_bytes],
        ]
    }
}

/// The value of a text that is the one decimal form of an i64: no plus, no leading zero, no "-0".
pub(super) fn canonical_int(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] => return (!negative).then_some(0),
        // 19 digits stay below 2^64.
        [b'1'..=b'9', ..] if digits.len() < INT_TEXT => {}
        _ => return None,
    }
    let mut size: u64 = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        size = size * 10 + u64::from(digit);
    }
    if negative {
        0i64.checked_sub_unsigned(size)
    } else {
        i64::try_from(size).ok()
    }
}

fn int_text(value: i64, buffer: &mut [u8; INT_TEXT]) -> &[u8] {
    let (mut rest, mut at) = (value.unsigned_abs(), buffer.len());
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

/// The entry that `bytes` begin with.
#[inline]
pub(super) fn decode(bytes: &[u8]) -> Entry<'_> {
    match bytes[0] {
        first @ 0..=0x7f => Entry::Int(i64::from(first)),
        first @ 0x80..=0xbf => Entry::Str(&bytes[1..1 + usize::from(first & 0x3f)]),
        first @ 0xc0..=0xdf => {
            let raw = i64::from(first & 0x1f) << 8 | i64::from(bytes[1]);
            Entry::Int(raw << 51 >> 51)
        }
        first @ 0xe0..=0xef => Entry::Str(&bytes[2..2 + middle_length(first, bytes[1])]),
        STR_32 => Entry::Str(&bytes[5..5 + long_length(bytes)]),
        INT_16 => Entry::Int(signed(&bytes[1..3])),
        INT_24 => Entry::Int(signed(&bytes[1..4])),
        INT_32 => Entry::Int(signed(&bytes[1..5])),
        INT_64 => Entry::Int(signed(&bytes[1..9])),
        other => unreachable!("a listpack is checked when it comes in: {other:#x}"),
    }
}

/// The bytes of the entry that `bytes` begin with, back-length included.
#[inline]
pub(super) fn size(bytes: &[u8]) -> usize {
    let body = match bytes[0] {
        0..=0x7f => return 2,
        first @ 0x80..=0xbf => return 2 + usize::from(first & 0x3f),
        0xc0..=0xdf => return 3,
        first @ 0xe0..=0xef => 2 + middle_length(first, bytes[1]),
        STR_32 => 5 + long_length(bytes),
        INT_16 => return 4,
        INT_24 => return 5,
        INT_32 => return 6,
        INT_64 => return 10,
        other => unreachable!("a listpack is checked when it comes in: {other:#x}"),
    };
    body + back_bytes(body)
}

/// The bytes of the entry that `bytes` end with, read from its back-length.
#[inline]
pub(super) fn size_before(bytes: &[u8]) -> usize {
    let (mut body, mut shift, mut at) = (0, 0, bytes.len());
    loop {
        at -= 1;
        body |= usize::from(bytes[at] & 0x7f) << shift;
        if bytes[at] & 0x80 == 0 {
            return body + bytes.len() - at;
        }
        shift += 7;
    }
}

/// `size` for bytes nobody has checked: `None` unless the entry is whole and its back-length true.
pub(super) fn checked_size(bytes: &[u8]) -> Option<usize> {
    let body = match *bytes.first()? {
        0..=0x7f => 1,
        first @ 0x80..=0xbf => 1 + usize::from(first & 0x3f),
        0xc0..=0xdf => 2,
        first @ 0xe0..=0xef => 2 + middle_length(first, *bytes.get(1)?),
        STR_32 => {
            let length = u32::from_le_bytes(*bytes.get(1..)?.first_chunk()?);
            usize::try_from(length).ok()?.checked_add(5)?
        }
        INT_16 => 3,
        INT_24 => 4,
        INT_32 => 5,
        INT_64 => 9,
        _ => return None,
    };
    let (back, back_bytes) = back_length(body);
    let stated = bytes.get(body..)?.get(..back_bytes)?;
    (*stated == back[..back_bytes]).then_some(body + back_bytes)
}

/// Redis' limits are one short of what would fit, except for the first.
#[inline]
fn back_bytes(body: usize) -> usize {
    match body {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

/// 7 bits per byte, the highest first; all but the first byte carry the top bit.
fn back_length(body: usize) -> ([u8; 5], usize) {
    let (mut back, count) = ([0; 5], back_bytes(body));
    for (at, byte) in back[..count].iter_mut().enumerate() {
        let bits = (body >> (7 * (count - 1 - at))) as u8 & 0x7f;
        *byte = if at == 0 { bits } else { bits | 0x80 };
    }
    (back, count)
}

fn middle_length(first: u8, second: u8) -> usize {
    usize::from(first & 0x0f) << 8 | usize::from(second)
}

fn long_length(bytes: &[u8]) -> usize {
    u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]) as usize
}

fn signed(bytes: &[u8]) -> i64 {
    let mut wide = [0; 8];
    wide[8 - bytes.len()..].copy_from_slice(bytes);
    i64::from_le_bytes(wide) >> (8 * (8 - bytes.len()))
}
