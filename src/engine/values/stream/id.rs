//! Ids of stream entries: a time in milliseconds and a number within it, ordered, 16 bytes as a key of the radix tree.

/// `ms-seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct StreamId {
    pub ms: u64,
    pub seq: u64,
}

/// What a text says of an id's second part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// `5`
    Missing,
    /// `5-*`
    Automatic,
    /// `5-3`
    Given(u64),
}

impl StreamId {
    pub const MIN: StreamId = StreamId { ms: 0, seq: 0 };
    pub const MAX: StreamId = StreamId {
        ms: u64::MAX,
        seq: u64::MAX,
    };
    /// Two numbers of 20 digits and the dash.
    const TEXT_MAX: usize = 41;

    pub const fn new(ms: u64, seq: u64) -> StreamId {
        StreamId { ms, seq }
    }

    /// The least id above this one.
    pub fn next(self) -> Option<StreamId> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId::new(self.ms.checked_add(1)?, 0)),
        }
    }

    /// The greatest id below this one.
    pub fn previous(self) -> Option<StreamId> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId::new(self.ms.checked_sub(1)?, u64::MAX)),
        }
    }

    /// Both parts in one number.
    pub fn to_number(self) -> u128 {
        u128::from(self.ms) << 64 | u128::from(self.seq)
    }

    /// The greatest digits first: the order of the bytes is that of the ids.
    pub fn to_bytes(self) -> [u8; 16] {
        self.to_number().to_be_bytes()
    }

    pub fn from_bytes(bytes: [u8; 16]) -> StreamId {
        let number = u128::from_be_bytes(bytes);
        StreamId::new((number >> 64) as u64, number as u64)
    }

    pub fn to_text(self) -> Vec<u8> {
        let mut text = Vec::with_capacity(StreamId::TEXT_MAX);
        push_decimal(self.ms, &mut text);
        text.push(b'-');
        push_decimal(self.seq, &mut text);
        text
    }

    /// `ms` or `ms-seq`, with a number for the second part if there is none. Not `-`, `+` or `ms-*`.
    pub fn parse(text: &[u8], missing: u64) -> Option<StreamId> {
        let (ms, sequence) = StreamId::parse_parts(text)?;
        let seq = match sequence {
            Sequence::Missing => missing,
            Sequence::Given(seq) => seq,
            Sequence::Automatic => return None,
        };
        Some(StreamId { ms, seq })
    }

    pub fn parse_parts(text: &[u8]) -> Option<(u64, Sequence)> {
        const LONGEST: usize = 127;
        if text.len() > LONGEST {
            return None;
        }
        // Redis copies the word into a C string, which ends at a zero byte.
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let Some(dash) = text.iter().position(|byte| *byte == b'-') else {
            return Some((parse_u64(text)?, Sequence::Missing));
        };
        let (ms, seq) = (&text[..dash], &text[dash + 1..]);
        let sequence = match seq {
            b"*" => Sequence::Automatic,
            digits => Sequence::Given(parse_u64(digits)?),
        };
        Some((parse_u64(ms)?, sequence))
    }
}

/// As C's strtoull reads it, for so Redis does: space before it, a sign and zeros may be there, and a negative number
/// wraps around, unless it is one in plain decimal form.
fn parse_u64(text: &[u8]) -> Option<u64> {
    if crate::number::parse_i64(text).is_some_and(|number| number < 0) {
        return None;
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !blank(byte))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })?;
    Some(if negative {
        number.wrapping_neg()
    } else {
        number
    })
}

fn push_decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}
