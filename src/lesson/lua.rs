//! Which part of a Lua script is what, for coloring. It knows words, not grammar; a string or comment that never ends
//! runs to the end of the script.

use crate::highlight::{Kind, Span};

const KEYWORDS: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// What Redis gives to a script.
const GIVEN: &[&str] = &["ARGV", "KEYS", "cjson", "cmsgpack", "redis", "server"];

/// A part of a line; without a kind it is punctuation or a name.
pub type Part<'a> = (Option<Kind>, &'a str);

/// The lines of a script, each in its parts.
pub fn lines(source: &str) -> Vec<Vec<Part<'_>>> {
    let mut lines = vec![Vec::new()];
    let mut end = 0;
    for span in spans(source) {
        add(&mut lines, None, &source[end..span.range.start]);
        end = span.range.end;
        add(&mut lines, Some(span.kind), &source[span.range]);
    }
    add(&mut lines, None, &source[end..]);
    lines
}

fn add<'a>(lines: &mut Vec<Vec<Part<'a>>>, kind: Option<Kind>, text: &'a str) {
    for (index, part) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push(Vec::new());
        }
        if let (false, Some(line)) = (part.is_empty(), lines.last_mut()) {
            line.push((kind, part));
        }
    }
}

/// The spans of a script, in order and without overlap.
pub fn spans(source: &str) -> Vec<Span> {
    let bytes = source.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let rest = &source[start..];
        let kind = if rest.starts_with("--") || (start == 0 && rest.starts_with("#!")) {
            at = long_bracket_end(source, start + 2).unwrap_or(line_end(source, start));
            Some(Kind::Comment)
        } else if let Some(end) = long_bracket_end(source, start) {
            at = end;
            Some(Kind::Text)
        } else if byte == b'"' || byte == b'\'' {
            at = quoted_end(bytes, start);
            Some(Kind::Text)
        } else if byte.is_ascii_digit() {
            at = word_end(bytes, start, |byte| {
                byte.is_ascii_alphanumeric() || *byte == b'.'
            });
            Some(Kind::Number)
        } else if byte.is_ascii_alphabetic() || byte == b'_' {
            at = word_end(bytes, start, |byte| {
                byte.is_ascii_alphanumeric() || *byte == b'_'
            });
            let word = &source[start..at];
            let is_field = source[..start].ends_with(['.', ':']);
            match (KEYWORDS.contains(&word), GIVEN.contains(&word)) {
                (true, _) => Some(Kind::Keyword),
                (_, true) if !is_field => Some(Kind::Given),
                _ => None,
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            None
        };
        if let Some(kind) = kind {
            let range = start..at;
            spans.push(Span { range, kind });
        }
    }
    spans
}

fn line_end(source: &str, from: usize) -> usize {
    source[from..]
        .find('\n')
        .map_or(source.len(), |at| from + at)
}

fn word_end(bytes: &[u8], from: usize, belongs: fn(&u8) -> bool) -> usize {
    let length = bytes[from..]
        .iter()
        .take_while(|byte| belongs(byte))
        .count();
    from + length
}

/// Behind the closing quote, or at the end of the line.
fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ => at += 1,
        }
        if byte == bytes[start] {
            return at;
        }
    }
    bytes.len()
}

/// Behind what begins with `[[` or `[=[` here, if anything does.
fn long_bracket_end(source: &str, start: usize) -> Option<usize> {
    let inner = source[start..].strip_prefix('[')?;
    let level = inner.bytes().take_while(|byte| *byte == b'=').count();
    let body = inner[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    let begin = source.len() - body.len();
    let end = body.find(&close).map(|at| begin + at + close.len());
    Some(end.unwrap_or(source.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlighting_of_lua() {
        let check = |source: &str, expected: &str| {
            let lines = lines(source).into_iter().map(|line| {
                let parts = line.into_iter().map(|(kind, text)| match kind {
                    Some(kind) => format!("{text}:{kind:?}"),
                    None => text.to_string(),
                });
                parts.collect::<Vec<_>>().join("|")
            });
            assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected);
        };
        check(
            "local n = redis.call('GET', KEYS[1]) -- é",
            "local:Keyword| n = |redis:Given|.call(|'GET':Text|, |KEYS:Given|[|1:Number|]) |-- é:Comment",
        );
        check(
            "#!lua name=x\nreturn 1",
            "#!lua name=x:Comment\nreturn:Keyword| |1:Number",
        );
        check(
            "a = [==[\n]]\n]==] .. \"x\\\"\" x.redis",
            "a = |[==[:Text\n]]:Text\n]==]:Text| .. |\"x\\\"\":Text| x.redis",
        );
        check(
            "--[[ a\nb]] end",
            "--[[ a:Comment\nb]]:Comment| |end:Keyword",
        );
        check("'a\nlocal", "'a:Text\nlocal:Keyword");
        check("'\\", "'\\:Text");
        check("x[[", "x|[[:Text");
        check("", "");
    }
}
