//! LZF, the compression of long strings in RDB files and of quicklist nodes: the same bytes as
//! Redis makes.
//!
//! A control byte below 32 announces that many literal bytes plus one; any other is a reference
//! back: three bits of length (7: one more byte follows) and thirteen of distance. Marc Lehmann,
//! liblzf 3.6. What the matches are is the compressor's choice, and Redis' choices (one table of
//! 65,536 recent positions, the fast hash) are made here.

const LITERAL_LIMIT: usize = 32;
const DISTANCE_LIMIT: usize = 1 << 13;
const MATCH_LIMIT: usize = (1 << 8) + (1 << 3);
const HASH_BITS: u32 = 16;
/// So many bytes are compared before the end of the input is looked at again.
const UNCHECKED: usize = 16;

/// Compresses as the RDB writer does: only if that saves four bytes or more.
pub fn compress(input: &[u8]) -> Option<Vec<u8>> {
    if input.len() <= 4 {
        return None;
    }
    compress_within(input, input.len() - 4)
}

/// Compresses into at most `limit` bytes.
pub fn compress_within(input: &[u8], limit: usize) -> Option<Vec<u8>> {
    if input.is_empty() || limit == 0 {
        return None;
    }
    let mut recent = vec![0usize; 1 << HASH_BITS];
    let mut output = Output::new(limit);
    let mut at = 0;
    while at + 2 < input.len() {
        let candidate = std::mem::replace(&mut recent[slot(input, at)], at);
        // The first byte is never referred to: position 0 is also the mark of an empty slot.
        let distance = at - candidate;
        let repeats = candidate > 0 && distance <= DISTANCE_LIMIT;
        if !repeats || input[candidate..candidate + 3] != input[at..at + 3] {
            output.literal(input[at])?;
            at += 1;
            continue;
        }
        let length = match_length(input, candidate, at);
        output.reference(distance, length)?;
        at += length;
        if at + 2 >= input.len() {
            break;
        }
        recent[slot(input, at - 2)] = at - 2;
        recent[slot(input, at - 1)] = at - 1;
    }
    output.finish(&input[at..])
}

/// The original of `expected_len` bytes; nothing when the input is damaged or makes another length.
pub fn decompress(input: &[u8], expected_len: usize) -> Option<Vec<u8>> {
    // Three bytes make at most 264, so a damaged length cannot reserve more than the input could
    // fill.
    let mut output = Vec::with_capacity(expected_len.min(input.len().saturating_mul(MATCH_LIMIT)));
    let mut rest = input;
    while let [control, tail @ ..] = rest {
        let control = usize::from(*control);
        if control < LITERAL_LIMIT {
            let (literals, tail) = tail.split_at_checked(control + 1)?;
            output.extend_from_slice(literals);
            rest = tail;
        } else {
            let (extra, tail) = if control >> 5 == 7 {
                tail.split_first()?
            } else {
                (&0, tail)
            };
            let (low, tail) = tail.split_first()?;
            let length = (control >> 5) + usize::from(*extra) + 2;
            let distance = (control & 0x1f) << 8 | usize::from(*low);
            let start = output.len().checked_sub(distance + 1)?;
            // Byte by byte: a reference may reach into what it is writing.
            (start..start + length).for_each(|from| output.push(output[from]));
            rest = tail;
        }
        if output.len() > expected_len {
            return None;
        }
    }
    (output.len() == expected_len).then_some(output)
}

fn slot(input: &[u8], at: usize) -> usize {
    let three =
        u32::from(input[at]) << 16 | u32::from(input[at + 1]) << 8 | u32::from(input[at + 2]);
    let hash = (three >> (24 - HASH_BITS)).wrapping_sub(three.wrapping_mul(5));
    (hash & ((1 << HASH_BITS) - 1)) as usize
}

/// How many bytes repeat, of which three are known to.
fn match_length(input: &[u8], from: usize, at: usize) -> usize {
    let limit = (input.len() - at - 2).min(MATCH_LIMIT);
    let differs = |length: usize| input[from + length] != input[at + length];
    let mut length = 2;
    if limit > UNCHECKED {
        // liblzf compares sixteen bytes without a look at the limit; near the end that finds a
        // longer match.
        for _ in 0..UNCHECKED {
            length += 1;
            if differs(length) {
                return length;
            }
        }
    }
    loop {
        length += 1;
        if length >= limit || differs(length) {
            return length;
        }
    }
}

/// What is written, with room kept for the control byte of the literals at its end.
struct Output {
    bytes: Vec<u8>,
    literals: usize,
    limit: usize,
}

impl Output {
    fn new(limit: usize) -> Output {
        Output {
            bytes: vec![0],
            literals: 0,
            limit,
        }
    }

    fn literal(&mut self, byte: u8) -> Option<()> {
        if self.bytes.len() >= self.limit {
            return None;
        }
        self.push_literal(byte);
        Some(())
    }

    fn push_literal(&mut self, byte: u8) {
        self.bytes.push(byte);
        self.literals += 1;
        if self.literals == LITERAL_LIMIT {
            self.close_literals();
            self.bytes.push(0);
        }
    }

    /// Writes the control byte of the pending literals, or takes its room back.
    fn close_literals(&mut self) {
        if self.literals == 0 {
            self.bytes.pop();
            return;
        }
        let control = self.bytes.len() - self.literals - 1;
        self.bytes[control] = (self.literals - 1) as u8;
        self.literals = 0;
    }

    fn reference(&mut self, distance: usize, length: usize) -> Option<()> {
        let written = self.bytes.len() - usize::from(self.literals == 0);
        if written + 4 >= self.limit {
            return None;
        }
        self.close_literals();
        let (length, distance) = (length - 2, distance - 1);
        let high = (distance >> 8) as u8;
        if length < 7 {
            self.bytes.push(high + ((length as u8) << 5));
        } else {
            self.bytes.extend([high + (7 << 5), (length - 7) as u8]);
        }
        self.bytes.extend([distance as u8, 0]);
        Some(())
    }

    fn finish(mut self, rest: &[u8]) -> Option<Vec<u8>> {
        if self.bytes.len() + 3 > self.limit {
            return None;
        }
        rest.iter().for_each(|&byte| self.push_literal(byte));
        self.close_literals();
        Some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    /// Each line: a string and its compressed form inside the server's DUMP, or `-` where that is
    /// not compressed.
    #[test]
    fn the_bytes_of_the_server() {
        for line in include_str!("../../tests/vectors/lzf.txt").lines() {
            let case = words::split(line.as_bytes()).expect("a recorded line is well quoted");
            let [input, expected] = case.as_slice() else {
                panic!("{line}")
            };
            let compressed = compress(input);
            assert_eq!(compressed.as_deref().unwrap_or(b"-"), expected, "{line}");
            if let Some(compressed) = compressed {
                assert_eq!(decompress(&compressed, input.len()).as_ref(), Some(input));
                assert_eq!(decompress(&compressed, input.len() - 1), None);
                assert_eq!(decompress(&compressed, input.len() + 1), None);
            }
        }
    }

    #[test]
    fn damaged_input_is_refused() {
        for input in [
            &[0u8][..],
            &[31, 1],
            &[0x20],
            &[0x20, 0],
            &[0xe0],
            &[0xe0, 5],
            &[0, b'a', 0x20, 1],
        ] {
            assert_eq!(decompress(input, 4), None, "{input:?}");
        }
        assert_eq!(decompress(&[0, b'a', 0x20, 0], 4), Some(b"aaaa".to_vec()));
    }
}
