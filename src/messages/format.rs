//! Numbers, times and bytes as the reader sees them. Units always included.

/// `120 B`, `1.2 KB` (of 1024), `3.4 MB`.
pub fn bytes(count: u64) -> String {
    let units = [("MB", 1024 * 1024), ("KB", 1024)];
    match units.into_iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", count / size, count % size * 10 / size),
        None => format!("{count} B"),
    }
}

/// `1 key`, `2 keys`.
pub fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The time of day, UTC, of milliseconds since 1970: `12:00:45`.
pub fn time_of_day(millis: i64) -> String {
    let seconds = millis.div_euclid(1000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A lifetime: `expired`, `250 ms`, `45 s`, `1 min 30 s`, `2 h`, `3 d 4 h`. At most two units.
pub fn lifetime(millis: i64) -> String {
    if millis < 0 {
        return "expired".to_owned();
    }
    if millis < 1000 {
        return format!("{millis} ms");
    }
    let mut seconds = millis / 1000;
    let mut parts = Vec::new();
    for (unit, size) in [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)] {
        if seconds >= size && parts.len() < 2 {
            parts.push(format!("{} {unit}", seconds / size));
        }
        seconds %= size;
    }
    parts.join(" ")
}

/// Bytes as text if they are text, otherwise quoted with escapes as redis-cli does it.
pub fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_ascii_control()) => text.to_owned(),
        _ => quoted(bytes),
    }
}

/// A word as it can be typed: bare if it may stand so, quoted otherwise.
pub fn word(bytes: &[u8]) -> String {
    let bare = |b: &u8| b.is_ascii_graphic() && !b"\"'\\".contains(b);
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.is_empty() && bytes.iter().all(bare) => text.to_owned(),
        _ => quoted(bytes),
    }
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', byte as char]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x20..0x7f => text.push(byte as char),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

/// `07 6d 65`.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `limit` characters, the last one an ellipsis if something was cut.
pub fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(limit.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_their_units() {
        assert_eq!(
            [bytes(0), bytes(1023), bytes(1024), bytes(1_600_000)],
            ["0 B", "1023 B", "1.0 KB", "1.5 MB"]
        );
        assert_eq!([counted(1, "key"), counted(0, "key")], ["1 key", "0 keys"]);
        assert_eq!(time_of_day(1_735_732_845_999), "12:00:45");
        assert_eq!(time_of_day(-1), "23:59:59");
        let lifetimes = [
            -1,
            0,
            999,
            45_000,
            90_000,
            7_200_000,
            273_600_000,
            86_401_000,
        ]
        .map(lifetime);
        assert_eq!(
            lifetimes,
            [
                "expired",
                "0 ms",
                "999 ms",
                "45 s",
                "1 min 30 s",
                "2 h",
                "3 d 4 h",
                "1 d 1 s"
            ]
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_quoted() {
        assert_eq!(text_of("naïve".as_bytes()), "naïve");
        assert_eq!(text_of(b"a\n\xff\""), r#""a\n\xff\"""#);
        assert_eq!(
            [word(b"cart:7"), word(b""), word(b"a b")],
            ["cart:7", "\"\"", "\"a b\""]
        );
        assert_eq!([cut("abc", 3), cut("abcd", 3)], ["abc", "ab…"]);
    }
}
