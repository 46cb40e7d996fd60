//! What a server with jemalloc on 64-bit Linux allocates for so many bytes. Nothing is allocated here: structures
//! count with these sizes what Redis' own would take, so that memory adds up without looking at every element.

/// What an allocation of so many bytes takes: jemalloc's size classes, four to each doubling.
#[inline]
pub fn allocated(bytes: usize) -> usize {
    const SMALL: usize = 64;
    if bytes <= SMALL {
        return bytes.max(1).next_multiple_of(8);
    }
    let Some(above) = bytes.checked_next_power_of_two() else {
        return bytes;
    };
    bytes.next_multiple_of(above / 8)
}

/// A string of Redis': a header that grows with the length, the bytes, a zero byte.
#[inline]
pub fn text_bytes(length: usize) -> usize {
    let header = match length {
        0 => 3,
        1..32 => 1,
        32..256 => 3,
        256..0x1_0000 => 5,
        0x1_0000..=0xffff_ffff => 9,
        _ => 17,
    };
    header + length + 1
}

/// A string of Redis' in an allocation of its own.
#[inline]
pub fn text(length: usize) -> usize {
    allocated(text_bytes(length))
}

/// The bytes for which there is room where a growing string asks for so many: an allocation is used to its end. The
/// smallest header is not used then, for it has no place to say what room there is.
#[inline]
pub fn text_room(length: usize) -> usize {
    const SMALLEST: usize = 32;
    let around = text_bytes(length.max(SMALLEST)) - length.max(SMALLEST);
    allocated(length + around) - around
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_are_those_of_jemalloc() {
        for (bytes, class) in [
            (1, 8),
            (13, 16),
            (20, 24),
            (64, 64),
            (65, 80),
            (104, 112),
            (129, 160),
            (528, 640),
            (9000, 10_240),
        ] {
            assert_eq!(allocated(bytes), class, "{bytes}");
        }
    }
}
