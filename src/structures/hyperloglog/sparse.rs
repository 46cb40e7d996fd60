//! Registers as runs of equal ones, one opcode for each run:
//!
//! - `00llllll` (ZERO): up to 64 registers are zero;
//! - `01llllll llllllll` (XZERO): up to 16384 registers are zero;
//! - `1vvvvvll` (VAL): up to 4 registers have a value of up to 32.
//!
//! Lengths and values are kept less one. A change rewrites one opcode into up to three and then looks for equal
//! neighbors among the next few: bytes are not always the shortest that could say the same.

use super::{Corrupt, HEADER_BYTES, Histogram, REGISTERS};
use crate::allocation::text_room;

const ZERO_MAX: usize = 64;
const VALUE_MAX: u8 = 32;
const VALUE_RUN_MAX: usize = 4;
/// How many opcodes from the one before a change are looked at for equal neighbors.
const OPCODES_TO_JOIN: usize = 5;

/// One run of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    Zero {
        run: usize,
    },
    /// Zeros in the opcode of two bytes.
    XZero {
        run: usize,
    },
    Value {
        value: u8,
        run: usize,
    },
}

impl Opcode {
    /// How many registers it speaks of.
    pub fn run(self) -> usize {
        match self {
            Opcode::Zero { run } | Opcode::XZero { run } | Opcode::Value { run, .. } => run,
        }
    }

    pub fn value(self) -> u8 {
        match self {
            Opcode::Value { value, .. } => value,
            _ => 0,
        }
    }

    /// How many bytes it takes.
    pub fn size(self) -> usize {
        match self {
            Opcode::XZero { .. } => 2,
            _ => 1,
        }
    }

    /// The opcode that stands at this place. One that is cut off reads on in the zero byte that ends a string.
    fn at(body: &[u8], at: usize) -> Option<Opcode> {
        let first = *body.get(at)?;
        let low = usize::from(first & 0x3f);
        Some(match first >> 6 {
            0 => Opcode::Zero { run: low + 1 },
            1 => {
                let second = body.get(at + 1).copied().unwrap_or(0);
                Opcode::XZero {
                    run: (low << 8 | usize::from(second)) + 1,
                }
            }
            _ => Opcode::Value {
                value: (first >> 2 & 0x1f) + 1,
                run: usize::from(first & 3) + 1,
            },
        })
    }
}

/// The opcodes of a sparse HyperLogLog, header included in `bytes`, however many registers they add up to.
pub fn opcodes(bytes: &[u8]) -> Opcodes<'_> {
    Opcodes {
        body: bytes.get(HEADER_BYTES..).unwrap_or_default(),
        at: 0,
    }
}

pub struct Opcodes<'a> {
    body: &'a [u8],
    at: usize,
}

impl Iterator for Opcodes<'_> {
    type Item = Opcode;

    fn next(&mut self) -> Option<Opcode> {
        let opcode = Opcode::at(self.body, self.at)?;
        self.at += opcode.size();
        Some(opcode)
    }
}

pub fn merge(body: &[u8], into: &mut [u8]) -> Result<(), Corrupt> {
    let mut first = 0;
    for opcode in (Opcodes { body, at: 0 }) {
        let run = into.get_mut(first..first + opcode.run()).ok_or(Corrupt)?;
        if let Opcode::Value { value, .. } = opcode {
            run.iter_mut()
                .for_each(|register| *register = (*register).max(value));
        }
        first += opcode.run();
    }
    if first == REGISTERS {
        Ok(())
    } else {
        Err(Corrupt)
    }
}

pub fn histogram(body: &[u8]) -> Result<Histogram, Corrupt> {
    let mut histogram = [0; 64];
    let mut registers = 0;
    for opcode in (Opcodes { body, at: 0 }) {
        registers += opcode.run();
        if registers > REGISTERS {
            return Err(Corrupt);
        }
        histogram[usize::from(opcode.value())] += opcode.run() as u32;
    }
    if registers == REGISTERS {
        Ok(histogram)
    } else {
        Err(Corrupt)
    }
}

/// What became of a register that was to be raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    Changed,
    Same,
    /// The dense encoding is needed.
    NoRoom,
}

/// Where the opcode of a register stands.
struct Found {
    opcode: Opcode,
    at: usize,
    /// Its first register.
    first: usize,
    /// Where the opcode before it stands.
    before: usize,
}

pub fn raise(
    bytes: &mut Vec<u8>,
    register: usize,
    count: u8,
    max_bytes: usize,
) -> Result<Raised, Corrupt> {
    if count > VALUE_MAX {
        return Ok(Raised::NoRoom);
    }
    make_room(bytes, max_bytes);
    let found = find(bytes, register).ok_or(Corrupt)?;
    let Found { opcode, at, .. } = found;
    if opcode.value() >= count {
        return Ok(Raised::Same);
    }
    if opcode.run() == 1 && opcode.size() == 1 {
        bytes[at] = value_byte(count, 1);
    } else {
        let mut split = Vec::with_capacity(5);
        push_run(&mut split, opcode, register - found.first);
        split.push(value_byte(count, 1));
        push_run(
            &mut split,
            opcode,
            found.first + opcode.run() - 1 - register,
        );
        let length = (bytes.len() + split.len()).saturating_sub(opcode.size());
        if split.len() > opcode.size() && length > max_bytes {
            return Ok(Raised::NoRoom);
        }
        let end = (at + opcode.size()).min(bytes.len());
        bytes.splice(at..end, split);
        // Differs only after an opcode that was cut off.
        bytes.truncate(length);
    }
    join_equal_neighbors(bytes, found.before);
    Ok(Raised::Changed)
}

/// Room for the worst case, three more bytes, is made before anybody knows whether it is needed, and while that is
/// little, twice as much.
fn make_room(bytes: &mut Vec<u8>, max_bytes: usize) {
    const SPLIT: usize = 3;
    const GREEDY_MAX: usize = 300;
    let room = bytes.capacity();
    if room < max_bytes && room - bytes.len() < SPLIT {
        let wanted = bytes.len() + SPLIT;
        let generous = (wanted + wanted.min(GREEDY_MAX)).min(max_bytes);
        bytes.reserve_exact(text_room(generous) - bytes.len());
    }
}

fn find(bytes: &[u8], register: usize) -> Option<Found> {
    let (mut at, mut first, mut before) = (HEADER_BYTES, 0, HEADER_BYTES);
    loop {
        let opcode = Opcode::at(bytes, at)?;
        if register < first + opcode.run() {
            return Some(Found {
                opcode,
                at,
                first,
                before,
            });
        }
        before = at;
        at += opcode.size();
        first += opcode.run();
    }
}

fn join_equal_neighbors(bytes: &mut Vec<u8>, from: usize) {
    let mut at = from;
    for _ in 0..OPCODES_TO_JOIN {
        let Some(opcode) = Opcode::at(bytes, at) else {
            return;
        };
        let next = Opcode::at(bytes, at + 1);
        if let (
            Opcode::Value { value, run },
            Some(Opcode::Value {
                value: other,
                run: more,
            }),
        ) = (opcode, next)
            && value == other
            && run + more <= VALUE_RUN_MAX
        {
            // The joined opcode is looked at again: what follows may be equal too.
            bytes[at + 1] = value_byte(value, run + more);
            bytes.remove(at);
            continue;
        }
        at += opcode.size();
    }
}

/// So many registers of the value that an opcode has.
fn push_run(out: &mut Vec<u8>, like: Opcode, run: usize) {
    match like {
        _ if run == 0 => {}
        Opcode::Value { value, .. } => out.push(value_byte(value, run)),
        _ => push_zeros(out, run),
    }
}

pub fn push_zeros(out: &mut Vec<u8>, run: usize) {
    let less = run - 1;
    if run <= ZERO_MAX {
        out.push(less as u8);
    } else {
        out.extend_from_slice(&[0x40 | (less >> 8) as u8, less as u8]);
    }
}

fn value_byte(value: u8, run: usize) -> u8 {
    0x80 | (value - 1) << 2 | (run - 1) as u8
}
