//! The checksum at the end of RDB files and DUMP payloads: CRC-64 with the polynomial of David
//! Jones, bits reflected, starting from zero and not inverted at the end.

/// The polynomial `ad93d23594c935a9` with its bits in reverse order.
const POLYNOMIAL: u64 = 0xad93_d235_94c9_35a9_u64.reverse_bits();

const TABLE: [u64; 256] = table();

/// The checksum of `bytes`.
pub fn crc64(bytes: &[u8]) -> u64 {
    extend(0, bytes)
}

/// The checksum of what `checksum` covers followed by `bytes`.
pub fn extend(checksum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(checksum, |sum, byte| {
        TABLE[usize::from(sum as u8 ^ byte)] ^ sum >> 8
    })
}

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 {
                sum >> 1 ^ POLYNOMIAL
            } else {
                sum >> 1
            };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_check_value() {
        assert_eq!(crc64(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        assert_eq!(extend(crc64(b"1234"), b"56789"), crc64(b"123456789"));
        assert_eq!(crc64(b""), 0);
    }

    /// Each line: a whole DUMP payload of redis-server 8.2.3 in hexadecimal.
    #[test]
    fn dump_payloads_end_with_their_checksum() {
        for line in include_str!("../../tests/vectors/dumps.txt").lines() {
            let digits = |at| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal");
            let payload: Vec<u8> = (0..line.len()).step_by(2).map(digits).collect();
            let (body, checksum) = payload.split_last_chunk::<8>().expect("a checksum");
            let body = [body, checksum.as_slice()].concat();
            let (body, checksum) = body.split_at(body.len() - 8);
            assert_eq!(crc64(body).to_le_bytes(), checksum, "{line}");
        }
    }
}
