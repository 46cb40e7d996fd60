//! MurmurHash64A, the hash that spreads elements over registers, with words read lowest byte first on any machine.
//!
//! Source: Austin Appleby, MurmurHash2 (public domain), the 64-bit variant for 64-bit machines.

const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
const SHIFT: u32 = 47;

pub fn murmur_hash_64a(data: &[u8], seed: u64) -> u64 {
    let mut hash = seed ^ (data.len() as u64).wrapping_mul(MULTIPLIER);
    let (words, tail) = data.as_chunks::<8>();
    for word in words {
        let mixed = mix(u64::from_le_bytes(*word).wrapping_mul(MULTIPLIER));
        hash = (hash ^ mixed.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    }
    if !tail.is_empty() {
        let mut word = [0; 8];
        word[..tail.len()].copy_from_slice(tail);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
    }
    mix(mix(hash).wrapping_mul(MULTIPLIER))
}

fn mix(word: u64) -> u64 {
    word ^ word >> SHIFT
}
