//! HyperLogLog as Redis keeps it inside a string: how many different elements were seen, in 12 KiB at most.
//!
//! An element's hash chooses one of 16384 registers, and the register keeps the longest run of zero bits that was
//! seen there. The bytes are a header of 16 (the letters `HYLL`, the encoding, three unused, the last estimate) and
//! the registers: as opcodes (`sparse.rs`) while there are few, in six bits each (`dense.rs`) afterwards. What the
//! registers say about the number of elements is `estimate.rs`'s business; commands and keys are not known here.
//!
//! Source: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog" (2007); Heule, Nunkesser, Hall, "HyperLogLog in
//! Practice" (2013). Redis: `hyperloglog.c`.

mod dense;
mod estimate;
mod murmur;
mod sparse;
#[cfg(test)]
mod tests;
mod told;

pub use estimate::estimate;
pub use murmur::murmur_hash_64a;
pub use sparse::{Opcode, Opcodes, opcodes};

/// Bits of the hash that choose the register, and those that are left to count zeros in.
const INDEX_BITS: u32 = 14;
const COUNTED_BITS: u32 = 64 - INDEX_BITS;
pub const REGISTERS: usize = 1 << INDEX_BITS;
pub const HEADER_BYTES: usize = 16;
pub const DENSE_BYTES: usize = HEADER_BYTES + dense::BYTES;

const MAGIC: &[u8] = b"HYLL";
const ENCODING_AT: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
const CACHE: std::ops::Range<usize> = 8..16;
/// Set in the last byte of the cache while the registers have changed since the estimate.
const STALE: u8 = 0x80;
pub const SEED: u64 = 0xadc8_3b19;

/// The opcodes do not add up to all registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Sparse,
    Dense,
}

/// No element yet: one opcode that says "all registers are zero".
pub fn empty() -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    bytes[..MAGIC.len()].copy_from_slice(MAGIC);
    bytes[ENCODING_AT] = SPARSE;
    sparse::push_zeros(&mut bytes, REGISTERS);
    bytes
}

/// Whether the header is one; the opcodes after it may still be corrupt.
pub fn is_valid(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER_BYTES
        && bytes.starts_with(MAGIC)
        && match bytes[ENCODING_AT] {
            DENSE => bytes.len() == DENSE_BYTES,
            encoding => encoding == SPARSE,
        }
}

pub fn encoding(bytes: &[u8]) -> Encoding {
    if bytes[ENCODING_AT] == DENSE {
        Encoding::Dense
    } else {
        Encoding::Sparse
    }
}

/// The register of an element, and what it would set it to: one more than the zeros its hash ends with.
pub fn place(element: &[u8]) -> (usize, u8) {
    let hash = murmur_hash_64a(element, SEED);
    let rest = hash >> INDEX_BITS | 1 << COUNTED_BITS;
    (hash as usize % REGISTERS, rest.trailing_zeros() as u8 + 1)
}

/// Says whether a register changed. The cached estimate is stale then.
pub fn add(bytes: &mut Vec<u8>, element: &[u8], sparse_max_bytes: usize) -> Result<bool, Corrupt> {
    let (register, count) = place(element);
    if trace::is_on() {
        told::placed(element, register, count);
    }
    raise(bytes, register, count, sparse_max_bytes)
}

/// Raises a register to at least `count`. Sparse bytes become dense when they would be more than `sparse_max_bytes`
/// afterwards, or if no opcode can say the count.
pub fn raise(
    bytes: &mut Vec<u8>,
    register: usize,
    count: u8,
    sparse_max_bytes: usize,
) -> Result<bool, Corrupt> {
    if trace::is_on() {
        return told::raise(bytes, register, count, sparse_max_bytes);
    }
    raise_unseen(bytes, register, count, sparse_max_bytes)
}

fn raise_unseen(
    bytes: &mut Vec<u8>,
    register: usize,
    count: u8,
    sparse_max_bytes: usize,
) -> Result<bool, Corrupt> {
    if encoding(bytes) == Encoding::Sparse {
        match sparse::raise(bytes, register, count, sparse_max_bytes)? {
            sparse::Raised::Changed => {
                forget_estimate(bytes);
                return Ok(true);
            }
            sparse::Raised::Same => return Ok(false),
            sparse::Raised::NoRoom => become_dense(bytes)?,
        }
    }
    Ok(dense::raise(&mut bytes[HEADER_BYTES..], register, count))
}

/// The registers from 0 on.
pub fn registers(bytes: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut registers = vec![0; REGISTERS];
    merge(bytes, &mut registers)?;
    Ok(registers)
}

/// Raises registers to those of another.
pub fn merge(bytes: &[u8], into: &mut [u8]) -> Result<(), Corrupt> {
    let body = &bytes[HEADER_BYTES..];
    match encoding(bytes) {
        Encoding::Dense => dense::merge(body, into),
        Encoding::Sparse => sparse::merge(body, into)?,
    }
    Ok(())
}

/// Replaces all registers; only for dense bytes.
pub fn set_registers(bytes: &mut [u8], registers: &[u8]) {
    if trace::is_on() {
        told::all_raised(bytes, registers);
    }
    dense::write(&mut bytes[HEADER_BYTES..], registers);
}

/// Keeps the header, cached estimate included. Dense bytes stay as they are.
pub fn become_dense(bytes: &mut Vec<u8>) -> Result<(), Corrupt> {
    if encoding(bytes) == Encoding::Dense {
        return Ok(());
    }
    let registers = registers(bytes)?;
    bytes.resize(DENSE_BYTES, 0);
    bytes[ENCODING_AT] = DENSE;
    set_registers(bytes, &registers);
    Ok(())
}

/// How many different elements were added, about: 0.81 % is the standard error.
pub fn count(bytes: &[u8]) -> Result<u64, Corrupt> {
    let body = &bytes[HEADER_BYTES..];
    let histogram = match encoding(bytes) {
        Encoding::Dense => dense::histogram(body),
        Encoding::Sparse => sparse::histogram(body)?,
    };
    Ok(estimate(&histogram))
}

/// How many registers there are of each value.
pub type Histogram = [u32; 64];

pub fn histogram(registers: &[u8]) -> Histogram {
    let mut histogram = [0; 64];
    for register in registers {
        histogram[usize::from(*register) % 64] += 1;
    }
    histogram
}

/// The estimate in the header, unless a register has changed since.
pub fn known_estimate(bytes: &[u8]) -> Option<u64> {
    let cache: [u8; 8] = bytes[CACHE].try_into().expect("the cache is eight bytes");
    (cache[7] & STALE == 0).then(|| u64::from_le_bytes(cache))
}

pub fn keep_estimate(bytes: &mut [u8], count: u64) {
    bytes[CACHE].copy_from_slice(&count.to_le_bytes());
}

pub fn forget_estimate(bytes: &mut [u8]) {
    bytes[CACHE.end - 1] |= STALE;
}
