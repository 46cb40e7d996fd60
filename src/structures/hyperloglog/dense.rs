//! Registers in six bits each, the lowest bits of a byte first: four registers in three bytes.

use super::{Histogram, REGISTERS};

pub const BYTES: usize = REGISTERS * 6 / 8;

fn unpack(three: &[u8; 3]) -> [u8; 4] {
    let [a, b, c] = *three;
    [
        a & 63,
        (a >> 6 | b << 2) & 63,
        (b >> 4 | c << 4) & 63,
        c >> 2,
    ]
}

fn pack(four: &[u8; 4]) -> [u8; 3] {
    let [a, b, c, d] = *four;
    [a | b << 6, b >> 2 | c << 4, c >> 4 | d << 2]
}

/// Says whether the register was lower.
pub fn raise(body: &mut [u8], register: usize, count: u8) -> bool {
    let (threes, _) = body.as_chunks_mut::<3>();
    let three = &mut threes[register / 4];
    let mut four = unpack(three);
    let lower = four[register % 4] < count;
    if lower {
        four[register % 4] = count;
        *three = pack(&four);
    }
    lower
}

pub fn merge(body: &[u8], into: &mut [u8]) {
    let (fours, _) = into.as_chunks_mut::<4>();
    for (three, four) in body.as_chunks::<3>().0.iter().zip(fours) {
        for (register, other) in four.iter_mut().zip(unpack(three)) {
            *register = (*register).max(other);
        }
    }
}

pub fn write(body: &mut [u8], registers: &[u8]) {
    let (threes, _) = body.as_chunks_mut::<3>();
    for (three, four) in threes.iter_mut().zip(registers.as_chunks::<4>().0) {
        *three = pack(four);
    }
}

pub fn histogram(body: &[u8]) -> Histogram {
    let mut histogram = [0; 64];
    for three in body.as_chunks::<3>().0 {
        for register in unpack(three) {
            histogram[usize::from(register)] += 1;
        }
    }
    histogram
}
