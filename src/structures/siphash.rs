//! SipHash-1-2, the keyed hash Redis places its keys with: one round per word, two at the end.
//!
//! Deliberately not here: the better known 1-3 and 2-4 variants, and any choice of the key. A dict
//! is given its 16 bytes, so that the order of SCAN follows from the engine's seed. Source:
//! Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012); Redis: `siphash.c`.

/// The hash of `data` under `key`.
pub fn siphash_1_2(key: &[u8; 16], data: &[u8]) -> u64 {
    hash(key, data, |word| word)
}

/// The same hash of `data` with its ASCII capitals read as small letters.
pub fn siphash_1_2_nocase(key: &[u8; 16], data: &[u8]) -> u64 {
    hash(key, data, |word| {
        u64::from_le_bytes(word.to_le_bytes().map(|b| b.to_ascii_lowercase()))
    })
}

#[inline(always)]
fn hash(key: &[u8; 16], data: &[u8], fold: impl Fn(u64) -> u64) -> u64 {
    let key = u128::from_le_bytes(*key);
    let (low, high) = (key as u64, (key >> 64) as u64);
    let mut state = [
        low ^ 0x736f_6d65_7073_6575,
        high ^ 0x646f_7261_6e64_6f6d,
        low ^ 0x6c79_6765_6e65_7261,
        high ^ 0x7465_6462_7974_6573,
    ];
    let (words, tail) = data.as_chunks::<8>();
    for word in words {
        absorb(&mut state, fold(u64::from_le_bytes(*word)));
    }
    let mut last = 0u64;
    for (at, byte) in tail.iter().enumerate() {
        last |= u64::from(*byte) << (8 * at);
    }
    // The length's low byte is not text: it is added after the fold.
    absorb(&mut state, fold(last) | (data.len() as u64) << 56);
    state[2] ^= 0xff;
    round(&mut state);
    round(&mut state);
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

#[inline(always)]
fn absorb(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    state[0] ^= word;
}

#[inline(always)]
fn round(state: &mut [u64; 4]) {
    let [a, b, c, d] = state;
    *a = a.wrapping_add(*b);
    *b = b.rotate_left(13) ^ *a;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*d);
    *d = d.rotate_left(16) ^ *c;
    *a = a.wrapping_add(*d);
    *d = d.rotate_left(21) ^ *a;
    *c = c.wrapping_add(*b);
    *b = b.rotate_left(17) ^ *c;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests;
