//! Bits in a string of bytes. Bit 0 is the highest bit of the first byte, so the text of the bytes in binary shows
//! the bits in their order. What lies beyond the end is zero.
//!
//! Growing the bytes is the caller's business, and so are keys and commands.

#[cfg(test)]
mod tests;

pub fn get(bytes: &[u8], at: usize) -> bool {
    bytes.get(at / 8).is_some_and(|byte| byte & mask(at) != 0)
}

/// Panics beyond the end.
pub fn set(bytes: &mut [u8], at: usize, bit: bool) {
    if bit {
        bytes[at / 8] |= mask(at);
    } else {
        bytes[at / 8] &= !mask(at);
    }
}

fn mask(at: usize) -> u8 {
    0x80 >> (at % 8)
}

/// How many bits are set.
pub fn count(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let of_words: usize = words
        .iter()
        .map(|word| u64::from_ne_bytes(*word).count_ones() as usize)
        .sum();
    let of_rest: usize = rest.iter().map(|byte| byte.count_ones() as usize).sum();
    of_words + of_rest
}

/// How many are set from bit `start` to bit `end`, both included and inside the bytes.
pub fn count_between(bytes: &[u8], start: usize, end: usize) -> usize {
    let inside = &bytes[start / 8..=end / 8];
    let before = (inside[0] & !from(start)).count_ones();
    let after = (inside[inside.len() - 1] & !until(end)).count_ones();
    count(inside) - before as usize - after as usize
}

/// Where the first bit of this kind is between two bits, both included and inside the bytes.
pub fn find(bytes: &[u8], bit: bool, start: usize, end: usize) -> Option<usize> {
    // Looking for ones: what is looked for among zeros is turned into its opposite.
    let flip = if bit { 0 } else { 0xff };
    let (first, last) = (start / 8, end / 8);
    let edge = |at: usize| {
        let mut byte = bytes[at] ^ flip;
        if at == first {
            byte &= from(start);
        }
        if at == last {
            byte &= until(end);
        }
        byte
    };
    let at = if edge(first) != 0 {
        first
    } else {
        let uniform = if bit { 0 } else { 0xff };
        let middle = &bytes[first + 1..last.max(first + 1)];
        match position_other_than(middle, uniform) {
            Some(at) => first + 1 + at,
            None if edge(last) != 0 => last,
            None => return None,
        }
    };
    Some(at * 8 + edge(at).leading_zeros() as usize)
}

/// The first byte that is not `uniform`.
fn position_other_than(bytes: &[u8], uniform: u8) -> Option<usize> {
    const WORD: usize = 8;
    let same = u64::from_ne_bytes([uniform; WORD]);
    let (words, _) = bytes.as_chunks::<WORD>();
    let skipped = words
        .iter()
        .position(|word| u64::from_ne_bytes(*word) != same)
        .unwrap_or(words.len());
    let from = skipped * WORD;
    let rest = bytes[from..].iter().position(|byte| *byte != uniform)?;
    Some(from + rest)
}

/// The bits of a byte from this one on.
fn from(at: usize) -> u8 {
    0xff >> (at % 8)
}

/// The bits of a byte up to this one.
fn until(at: usize) -> u8 {
    !(0x7f_u8 >> (at % 8))
}

/// Up to 64 bits as a number, the first one the highest.
pub fn read(bytes: &[u8], at: usize, width: u32) -> u64 {
    let mut nine = [0; 16];
    let first = (at / 8).min(bytes.len());
    let last = (first + 9).min(bytes.len());
    nine[7..7 + last - first].copy_from_slice(&bytes[first..last]);
    let window = u128::from_be_bytes(nine);
    let below = 72 - (at % 8) as u32 - width;
    (window >> below) as u64 & low_bits(width)
}

/// The opposite of `read`. Panics beyond the end.
pub fn write(bytes: &mut [u8], at: usize, width: u32, number: u64) {
    let first = at / 8;
    let last = (at + width as usize - 1) / 8;
    let below = 72 - (at % 8) as u32 - width;
    let kept = !(u128::from(low_bits(width)) << below);
    let mut nine = [0; 16];
    nine[7..8 + last - first].copy_from_slice(&bytes[first..=last]);
    let window = u128::from_be_bytes(nine) & kept | u128::from(number & low_bits(width)) << below;
    bytes[first..=last].copy_from_slice(&window.to_be_bytes()[7..8 + last - first]);
}

fn low_bits(width: u32) -> u64 {
    u64::MAX >> (64 - width)
}

/// How several strings become one, bit by bit; the first one is `x`, the others `y1`, `y2` …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    And,
    Or,
    Xor,
    /// Of one string.
    Not,
    /// In `x` and in no `y`.
    Diff,
    /// In some `y` and not in `x`.
    Diff1,
    /// In `x` and in some `y`.
    AndOr,
    /// In exactly one of all.
    One,
}

/// As long as the longest source; shorter ones go on with zeros.
pub fn combine(operation: Operation, sources: &[&[u8]]) -> Vec<u8> {
    let Some((first, others)) = sources.split_first() else {
        return Vec::new();
    };
    let length = sources.iter().map(|source| source.len()).max().unwrap_or(0);
    match operation {
        Operation::Not => first.iter().map(|byte| !byte).collect(),
        Operation::And | Operation::Or | Operation::Xor => {
            let mut out = padded(first, length);
            for other in others {
                fold(operation, &mut out, other);
            }
            out
        }
        Operation::Diff | Operation::Diff1 | Operation::AndOr => {
            let mut out = vec![0; length];
            for other in others {
                fold(Operation::Or, &mut out, other);
            }
            for (at, byte) in out.iter_mut().enumerate() {
                let x = first.get(at).copied().unwrap_or(0);
                *byte = match operation {
                    Operation::Diff => x & !*byte,
                    Operation::Diff1 => *byte & !x,
                    _ => x & *byte,
                };
            }
            out
        }
        Operation::One => {
            let mut out = padded(first, length);
            let mut twice = vec![0; length];
            for other in others {
                for ((byte, twice), other) in out.iter_mut().zip(&mut twice).zip(*other) {
                    *twice |= *byte & other;
                    *byte ^= other;
                }
            }
            out.iter_mut()
                .zip(&twice)
                .for_each(|(byte, twice)| *byte &= !twice);
            out
        }
    }
}

fn padded(source: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(source);
    out.resize(length, 0);
    out
}

fn fold(operation: Operation, out: &mut [u8], other: &[u8]) {
    let (beginning, beyond) = out.split_at_mut(other.len());
    let pairs = beginning.iter_mut().zip(other);
    match operation {
        Operation::Or => pairs.for_each(|(byte, other)| *byte |= other),
        Operation::Xor => pairs.for_each(|(byte, other)| *byte ^= other),
        _ => {
            pairs.for_each(|(byte, other)| *byte &= other);
            beyond.fill(0);
        }
    }
}
