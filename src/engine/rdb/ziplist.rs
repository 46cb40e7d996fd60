//! Ziplists and zipmaps: how servers before 7.0 and 2.6 packed small collections. They are only read; what they hold
//! moves into the encodings of today. Source: the format descriptions in Redis' `ziplist.c` and `zipmap.c`.

use crate::number;

const END: u8 = 0xFF;

/// The entries of a ziplist; none if it is damaged.
///
/// `<bytes:4> <offset of the last entry:4> <entries:2> <entry>... 0xFF`, little endian.
pub fn ziplist(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    const HEADER: usize = 10;
    const UNCOUNTED: usize = 0xFFFF;
    let total = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
    let count = usize::from(u16::from_le_bytes(bytes.get(8..HEADER)?.try_into().ok()?));
    if total != bytes.len() || bytes.last() != Some(&END) {
        return None;
    }
    let mut rest = bytes.get(HEADER..bytes.len() - 1)?;
    let mut entries = Vec::new();
    let mut length_before = 0;
    while !rest.is_empty() {
        let length = rest.len();
        let (before, tail) = previous_length(rest)?;
        if before != length_before {
            return None;
        }
        let (entry, tail) = entry(tail)?;
        entries.push(entry);
        length_before = length - tail.len();
        rest = tail;
    }
    (count == UNCOUNTED || count == entries.len()).then_some(entries)
}

/// How long the entry before is: one byte, or 254 and four.
fn previous_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    const LONG: u8 = 254;
    match bytes.split_first()? {
        (&LONG, tail) => {
            let (length, tail) = tail.split_first_chunk()?;
            Some((u32::from_le_bytes(*length) as usize, tail))
        }
        (&END, _) => None,
        (short, tail) => Some((usize::from(*short), tail)),
    }
}

/// An entry behind its `previous_length`: text of three sizes, or an integer of six.
fn entry(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (&first, tail) = bytes.split_first()?;
    let text = |length: usize, tail: &[u8]| Some(tail.split_at_checked(length)?.0.to_vec());
    let integer = |width: usize| {
        let (digits, tail) = tail.split_at_checked(width)?;
        // The sign is in the highest byte: shifted up to 64 bits and back.
        let mut wide = [0; 8];
        wide[8 - width..].copy_from_slice(digits);
        let value = i64::from_le_bytes(wide) >> (64 - 8 * width as u32);
        Some((number::i64_to_bytes(value), tail))
    };
    match first {
        0..0x40 => {
            let length = usize::from(first);
            Some((text(length, tail)?, &tail[length..]))
        }
        0x40..0x80 => {
            let (&low, tail) = tail.split_first()?;
            let length = usize::from(first & 0x3F) << 8 | usize::from(low);
            Some((text(length, tail)?, &tail[length..]))
        }
        0x80 => {
            let (length, tail) = tail.split_first_chunk()?;
            let length = u32::from_be_bytes(*length) as usize;
            Some((text(length, tail)?, &tail[length..]))
        }
        0xC0 => integer(2),
        0xD0 => integer(4),
        0xE0 => integer(8),
        0xF0 => integer(3),
        0xFE => integer(1),
        0xF1..=0xFD => Some((number::i64_to_bytes(i64::from(first & 0x0F) - 1), tail)),
        _ => None,
    }
}

/// Fields and values of a zipmap, in turn; none if it is damaged.
///
/// `<fields:1> (<length> field <length> <free:1> value <free bytes>)... 0xFF`; from 254 fields on they are not counted.
pub fn zipmap(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    const UNCOUNTED: usize = 254;
    let (&count, mut rest) = bytes.split_first()?;
    let mut entries = Vec::new();
    while rest.first()? != &END {
        let (length, tail) = previous_length(rest)?;
        let (field, tail) = tail.split_at_checked(length)?;
        let (length, tail) = previous_length(tail)?;
        let (&free, tail) = tail.split_first()?;
        let (value, tail) = tail.split_at_checked(length)?;
        let (_, tail) = tail.split_at_checked(usize::from(free))?;
        entries.extend([field.to_vec(), value.to_vec()]);
        rest = tail;
    }
    let counted = usize::from(count);
    let is_whole = rest.len() == 1 && (counted >= UNCOUNTED || counted == entries.len() / 2);
    is_whole.then_some(entries)
}
