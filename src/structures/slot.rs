//! Which of the 16384 slots a key belongs to.

/// How many slots a cluster has.
pub const SLOTS: usize = 16384;

/// CRC16 of the part of the key that counts, modulo 16384. That part is what stands between the first `{` and the first
/// `}` after it, unless that is empty. Source: the Redis cluster specification, "key distribution model".
pub fn key_slot(key: &[u8]) -> u16 {
    crc16(hashed_part(key)) % SLOTS as u16
}

/// The part of a key that decides on its slot.
pub fn hashed_part(key: &[u8]) -> &[u8] {
    let Some(open) = key.iter().position(|byte| *byte == b'{') else {
        return key;
    };
    let after = &key[open + 1..];
    match after.iter().position(|byte| *byte == b'}') {
        None | Some(0) => key,
        Some(close) => &after[..close],
    }
}

/// The slot of all keys that a pattern can match, if there is only one. A backslash makes it unknown, as in the server.
pub fn pattern_slot(pattern: &[u8]) -> Option<u16> {
    let mut open = None;
    let mut tag_possible = true;
    for (at, byte) in pattern.iter().enumerate() {
        match (byte, open) {
            (b'*' | b'?' | b'[' | b'\\', _) => return None,
            (b'{', None) if tag_possible => open = Some(at),
            (b'}', Some(start)) if at == start + 1 => (open, tag_possible) = (None, false),
            (b'}', Some(start)) => return Some(crc16(&pattern[start + 1..at]) % SLOTS as u16),
            _ => {}
        }
    }
    Some(crc16(pattern) % SLOTS as u16)
}

/// CRC16/XMODEM: polynomial 0x1021, begun with 0, nothing reflected.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        crc << 8 ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)]
    })
}

const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 {
                crc << 1 ^ 0x1021
            } else {
                crc << 1
            };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{crc16, key_slot, pattern_slot};

    #[test]
    fn the_check_value_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(key_slot(b"123456789"), 12739);
    }

    #[test]
    fn patterns_with_one_slot() {
        let same =
            |pattern: &[u8], key: &[u8]| assert_eq!(pattern_slot(pattern), Some(key_slot(key)));
        same(b"foo", b"foo");
        same(b"{foo}*", b"foo");
        same(b"{foo}{bar}*", b"foo");
        same(b"{}foo", b"{}foo");
        for unknown in [
            &b"*{foo}"[..],
            b"f*",
            b"{f?o}",
            b"[f]oo",
            b"\\foo",
            b"{}foo*",
            b"{foo*",
        ] {
            assert_eq!(pattern_slot(unknown), None);
        }
    }
}
