//! A typed line and its words: redis-cli's quoting, which is also that of inline commands and
//! redis.conf.
//!
//! What the words mean is not known here; redis-cli's own leading repeat count is a word like any
//! other.

/// A quote that is not closed, or that is closed in the middle of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbalanced;

/// The words of a line. Double quotes know `\n \r \t \b \a \xHH` and take any other escaped byte as
/// it is; single quotes know only `\'`. A closing quote must end the word. The line ends at a zero
/// byte.
pub fn split(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let mut rest = line.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut words = Vec::new();
    loop {
        rest = skip_spaces(rest);
        if rest.is_empty() {
            return Ok(words);
        }
        let (word, tail) = take_word(rest)?;
        words.push(word);
        rest = tail;
    }
}

/// The double-quoted form of any bytes: printable ASCII as it is, the rest escaped.
pub fn quote(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => text.extend(['\\', byte.into()]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            b' '..=b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

/// Whether `split` would not give these bytes back as one word if they stood in a line bare.
pub fn needs_quotes(word: &[u8]) -> bool {
    word.is_empty()
        || word
            .iter()
            .any(|byte| !matches!(byte, b'!'..=b'~') || b"\\\"'".contains(byte))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let start = text
        .iter()
        .position(|&byte| !is_space(byte))
        .unwrap_or(text.len());
    &text[start..]
}

/// One word and what follows it. Quotes may also open in the middle: `a"b c"` is `ab c`.
fn take_word(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), Unbalanced> {
    let mut word = Vec::new();
    loop {
        match rest {
            // Vertical tab and form feed separate words only between them, not at their end.
            [] | [b' ' | b'\n' | b'\r' | b'\t', ..] => return Ok((word, rest)),
            [b'"', tail @ ..] => {
                rest = take_double_quoted(tail, &mut word)?;
                return Ok((word, rest));
            }
            [b'\'', tail @ ..] => {
                rest = take_single_quoted(tail, &mut word)?;
                return Ok((word, rest));
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

fn take_double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        rest = match rest {
            [] => return Err(Unbalanced),
            [b'"', tail @ ..] => return end_of_word(tail),
            [b'\\', b'x', high, low, tail @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(nibble(*high) << 4 | nibble(*low));
                tail
            }
            [b'\\', escaped, tail @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                tail
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                tail
            }
        }
    }
}

fn take_single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        rest = match rest {
            [] => return Err(Unbalanced),
            [b'\\', b'\'', tail @ ..] => {
                word.push(b'\'');
                tail
            }
            [b'\'', tail @ ..] => return end_of_word(tail),
            [byte, tail @ ..] => {
                word.push(*byte);
                tail
            }
        }
    }
}

fn end_of_word(rest: &[u8]) -> Result<&[u8], Unbalanced> {
    match rest {
        [byte, ..] if !is_space(*byte) => Err(Unbalanced),
        _ => Ok(rest),
    }
}

fn nibble(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&[&str], Unbalanced>) {
        let owned = expected.map(|words| {
            words
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect::<Vec<_>>()
        });
        assert_eq!(split(line.as_bytes()), owned, "{line:?}");
    }

    #[test]
    fn lines_are_split_as_redis_cli_does() {
        check("", Ok(&[]));
        check(" \t\r\n", Ok(&[]));
        check("SET k  v ", Ok(&["SET", "k", "v"]));
        check(r#"a "b c" 'd e' "" ''"#, Ok(&["a", "b c", "d e", "", ""]));
        check(r#""\n\r\t\b\a\x41\q\"\\""#, Ok(&["\n\r\t\x08\x07Aq\"\\"]));
        check(r#"'\n \' \ '"#, Ok(&[r"\n ' \ "]));
        check(r#"a"b c""#, Ok(&["ab c"]));
        check(r#""\xg1" "\x4""#, Ok(&["xg1", "x4"]));
        check("a\0b c", Ok(&["a"]));
        check("a\x0bb", Ok(&["a\x0bb"]));
        check("été", Ok(&["été"]));
        for line in [
            "\"a", "'a", "\"a\"b", "'a'b", "\"a\\\"", "\"", "'", "a\"b\"c", "\"\\", r"'\\'",
        ] {
            check(line, Err(Unbalanced));
        }
    }

    #[test]
    fn any_bytes_quoted_come_back() {
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(split(quote(&every).as_bytes()), Ok(vec![every]));
        assert_eq!(quote(b"a\0\xff\"\\\n"), r#""a\x00\xff\"\\\n""#);
        for (word, needed) in [
            ("", true),
            ("a b", true),
            ("it's", true),
            ("é", true),
            ("a-b:{c}*?", false),
        ] {
            assert_eq!(needs_quotes(word.as_bytes()), needed, "{word}");
        }
    }
}
