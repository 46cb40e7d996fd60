//! Reading one field of a JSON object, without reading the rest: what filters look at.
//!
//! As forgiving as the real server's reader, and as limited: no objects inside, no `\u` escapes, names as they are
//! written. What is not understood is not there.

use super::filter::Value;
use crate::number;

/// The value of a field of the outermost object.
pub fn field(json: &[u8], name: &[u8]) -> Option<Value> {
    let mut reader = Reader { rest: json };
    reader.expect(b'{')?;
    loop {
        let found = reader.raw_string()? == name;
        reader.expect(b':')?;
        reader.skip_spaces();
        if found {
            return reader.value(0);
        }
        reader.skip_value()?;
        reader.expect(b',')?;
        reader.skip_spaces();
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

pub(super) fn is_space(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || *byte == 0x0b
}

fn is_of_number(byte: &u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

impl<'a> Reader<'a> {
    fn skip_spaces(&mut self) {
        self.take_while(is_space);
    }

    fn take_while(&mut self, belongs: fn(&u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !belongs(byte));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// After spaces.
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_spaces();
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// What stands between quotes, escapes and all.
    fn raw_string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let mut at = 0;
        while *self.rest.get(at)? != b'"' {
            at += 1 + (self.rest[at] == b'\\') as usize;
        }
        let text = &self.rest[..at];
        self.rest = &self.rest[at + 1..];
        Some(text)
    }

    fn skip_value(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'"' => self.raw_string().map(drop),
            b'{' => self.skip_nested(b'{', b'}'),
            b'[' => self.skip_nested(b'[', b']'),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => (!self.take_while(is_of_number).is_empty()).then_some(()),
        }
    }

    /// Only brackets of this kind are counted.
    fn skip_nested(&mut self, open: u8, close: u8) -> Option<()> {
        let mut depth = 0usize;
        loop {
            let byte = *self.rest.first()?;
            if byte == b'"' {
                self.raw_string()?;
                continue;
            }
            self.rest = &self.rest[1..];
            depth += (byte == open) as usize;
            if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Some(());
                }
            }
        }
    }

    fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_spaces();
        match self.rest.first()? {
            b'"' => Some(Value::Text(unescape(self.raw_string()?))),
            b'[' => self.list(depth),
            b't' => self.word(b"true", Value::Number(1.0)),
            b'f' => self.word(b"false", Value::Number(0.0)),
            b'n' => self.word(b"null", Value::Null),
            b'0'..=b'9' | b'-' | b'+' => self.number(),
            _ => None,
        }
    }

    /// A literal that something may end.
    fn word(&mut self, text: &[u8], value: Value) -> Option<Value> {
        self.literal(text)?;
        let ends = |byte: &u8| is_space(byte) || matches!(byte, b',' | b']' | b'}');
        self.rest.first().is_none_or(ends).then_some(value)
    }

    fn number(&mut self) -> Option<Value> {
        const LONGEST: usize = 255;
        let text = self.take_while(is_of_number);
        let text = text.get(..LONGEST).unwrap_or(text);
        number::parse_decimal(text).map(Value::Number)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        // The text may be nothing but brackets.
        const DEEPEST: usize = 64;
        if depth > DEEPEST {
            return None;
        }
        self.expect(b'[')?;
        let mut items = Vec::new();
        if self.expect(b']').is_some() {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.expect(b']').is_some() {
                return Some(Value::List(items));
            }
            self.expect(b',')?;
        }
    }
}

fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(other) => *other,
                None => break,
            },
            byte => *byte,
        });
    }
    text
}
