//! What bit commands do to a string: bits that are read and set, numbers of any width, strings combined bit by bit.

/// Bit 0 is the highest bit of byte 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Bits {
    /// The string got zeros at its end, so that a bit beyond it can be written. Lengths in bytes.
    Grown {
        from: u64,
        to: u64,
    },
    /// One bit was read; beyond the end it is 0.
    Read {
        at: u64,
        bit: bool,
    },
    Set {
        at: u64,
        from: bool,
        to: bool,
    },
    /// BITFIELD read a number.
    NumberRead {
        signed: bool,
        width: u32,
        at: u64,
        value: i64,
    },
    /// BITFIELD wrote a number, or refused to.
    NumberSet {
        signed: bool,
        width: u32,
        at: u64,
        from: i64,
        /// What was asked for, before any limit.
        wanted: i128,
        /// None: it does not fit, and OVERFLOW FAIL leaves the bits alone.
        to: Option<i64>,
        /// `WRAP`, `SAT` or `FAIL`.
        overflow: &'static str,
    },
    /// BITCOUNT looked from the first bit to the last, both included.
    Counted {
        first: u64,
        last: u64,
        ones: u64,
    },
    /// BITPOS looked from the first bit to the last; beyond the last one if zeros go on behind the string.
    Found {
        bit: bool,
        first: u64,
        last: u64,
        at: Option<u64>,
    },
    /// BITOP wrote the string anew.
    Combined {
        operation: &'static str,
        /// The first of them.
        sources: Vec<Source>,
        /// The beginning of the result, and its length in bytes.
        result: Vec<u8>,
        length: u64,
    },
}

/// A string that BITOP reads: its key, the beginning of its bytes, and how many it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub key: Vec<u8>,
    pub bytes: Vec<u8>,
    pub length: u64,
}
