//! JSON to Lua.

use super::{Config, expect_one};
use crate::library::base::MAX_C_STACK;
use crate::native::{Args, NativeResult, Outcome};
use crate::value::{StringRef, TableRef, Value};
use crate::vm::{Error, Vm};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    String,
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    Error(&'static str),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::ObjectBegin => "T_OBJ_BEGIN",
            Kind::ObjectEnd => "T_OBJ_END",
            Kind::ArrayBegin => "T_ARR_BEGIN",
            Kind::ArrayEnd => "T_ARR_END",
            Kind::String => "T_STRING",
            Kind::Number(_) => "T_NUMBER",
            Kind::Boolean(_) => "T_BOOLEAN",
            Kind::Null => "T_NULL",
            Kind::Colon => "T_COLON",
            Kind::Comma => "T_COMMA",
            Kind::End => "T_END",
            Kind::Error(text) => text,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    at: usize,
}

/// A table being filled.
enum Open {
    Array { table: TableRef, next: usize },
    Object { table: TableRef, key: Value },
}

struct Reader {
    config: Config,
    text: Vec<u8>,
    at: usize,
    /// What the last string token says.
    string: Vec<u8>,
    open: Vec<Open>,
    slots: usize,
}

pub(super) fn decode(vm: &mut Vm, args: Args) -> NativeResult {
    expect_one(vm, args)?;
    let string: StringRef = vm.check_string(args, 0)?;
    let length = vm.bytes(string).len();
    vm.make_room(length * 2)?;
    let text = vm.bytes(string).to_vec();
    if text.len() >= 2 && (text[0] == 0 || text[1] == 0) {
        return Err(vm.error(b"JSON parser does not support UTF-16 or UTF-32"));
    }
    let config = vm.cjson(args);
    let mut reader = Reader {
        config,
        text,
        at: 0,
        string: Vec::new(),
        open: Vec::new(),
        slots: 1,
    };
    let value = reader.document(vm)?;
    let token = reader.next();
    if token.kind != Kind::End {
        return Err(expected(vm, "the end", token));
    }
    Ok(Outcome::One(value))
}

fn expected(vm: &mut Vm, what: &str, token: Token) -> Error {
    let (found, at) = (token.kind.name(), token.at + 1);
    vm.error(format!("Expected {what} but found {found} at character {at}").as_bytes())
}

impl Reader {
    fn document(&mut self, vm: &mut Vm) -> Result<Value, Error> {
        let mut token = self.next();
        loop {
            let mut value = match token.kind {
                Kind::ArrayBegin | Kind::ObjectBegin => {
                    let is_array = token.kind == Kind::ArrayBegin;
                    let table = self.descend(vm, is_array)?;
                    let end = if is_array {
                        Kind::ArrayEnd
                    } else {
                        Kind::ObjectEnd
                    };
                    token = self.next();
                    if token.kind != end {
                        if !is_array {
                            token = self.key(vm, token)?;
                        }
                        continue;
                    }
                    self.ascend();
                    Value::Table(table)
                }
                _ => self.plain(vm, token)?,
            };
            // Ends as many tables as end here.
            loop {
                let Some(open) = self.open.last_mut() else {
                    return Ok(value);
                };
                open.put(vm, value)?;
                vm.charge(1);
                let is_array = matches!(open, Open::Array { .. });
                let (end, what) = if is_array {
                    (Kind::ArrayEnd, "comma or array end")
                } else {
                    (Kind::ObjectEnd, "comma or object end")
                };
                token = self.next();
                if token.kind == Kind::Comma {
                    token = self.next();
                    if !is_array {
                        token = self.key(vm, token)?;
                    }
                    break;
                }
                if token.kind != end {
                    return Err(expected(vm, what, token));
                }
                value = self.ascend();
            }
        }
    }

    fn plain(&mut self, vm: &mut Vm, token: Token) -> Result<Value, Error> {
        Ok(match token.kind {
            Kind::String => Value::String(vm.string(&self.string)?),
            Kind::Number(number) => Value::Number(number),
            Kind::Boolean(boolean) => Value::Boolean(boolean),
            Kind::Null => Value::Light(0),
            _ => return Err(expected(vm, "value", token)),
        })
    }

    /// Reads a key, of which `token` is the first, and its colon; returns the token after it.
    fn key(&mut self, vm: &mut Vm, token: Token) -> Result<Token, Error> {
        if token.kind != Kind::String {
            return Err(expected(vm, "object key string", token));
        }
        let name = vm.string(&self.string)?;
        if let Some(Open::Object { key, .. }) = self.open.last_mut() {
            *key = Value::String(name);
        }
        let colon = self.next();
        if colon.kind != Kind::Colon {
            return Err(expected(vm, "colon", colon));
        }
        Ok(self.next())
    }

    fn descend(&mut self, vm: &mut Vm, is_array: bool) -> Result<TableRef, Error> {
        let depth = self.open.len() + 1;
        let slots = if is_array { 2 } else { 3 };
        if depth > self.config.decode_depth as usize || self.slots + slots > MAX_C_STACK {
            let at = self.at;
            let text = format!("Found too many nested data structures ({depth}) at character {at}");
            return Err(vm.error(text.as_bytes()));
        }
        let table = vm.table(0, 0)?;
        self.slots += slots - 1;
        self.open.push(if is_array {
            Open::Array { table, next: 1 }
        } else {
            Open::Object {
                table,
                key: Value::Nil,
            }
        });
        Ok(table)
    }

    fn ascend(&mut self) -> Value {
        match self.open.pop() {
            Some(Open::Array { table, .. }) => {
                self.slots -= 1;
                Value::Table(table)
            }
            Some(Open::Object { table, .. }) => {
                self.slots -= 2;
                Value::Table(table)
            }
            None => Value::Nil,
        }
    }

    fn byte(&self, offset: usize) -> u8 {
        self.text.get(self.at + offset).copied().unwrap_or(0)
    }

    fn next(&mut self) -> Token {
        while matches!(self.byte(0), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        let at = self.at;
        let simple = match self.byte(0) {
            b'{' => Kind::ObjectBegin,
            b'}' => Kind::ObjectEnd,
            b'[' => Kind::ArrayBegin,
            b']' => Kind::ArrayEnd,
            b':' => Kind::Colon,
            b',' => Kind::Comma,
            0 => {
                return Token {
                    kind: Kind::End,
                    at,
                };
            }
            _ => {
                let kind = self.longer();
                let at = if let Kind::Error(_) = kind {
                    self.at
                } else {
                    at
                };
                return Token { kind, at };
            }
        };
        self.at += 1;
        Token { kind: simple, at }
    }

    fn longer(&mut self) -> Kind {
        match self.byte(0) {
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => {
                if !self.config.decode_invalid && self.is_invalid_number() {
                    return Kind::Error("invalid number");
                }
                return self.number();
            }
            _ => {}
        }
        let words: [(&[u8], Kind); 3] = [
            (b"true", Kind::Boolean(true)),
            (b"false", Kind::Boolean(false)),
            (b"null", Kind::Null),
        ];
        for (word, kind) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return kind;
            }
        }
        let may_begin = matches!(self.byte(0), b'+' | b'i' | b'I' | b'n' | b'N');
        if may_begin && self.config.decode_invalid && self.is_invalid_number() {
            return self.number();
        }
        Kind::Error("invalid token")
    }

    fn number(&mut self) -> Kind {
        match crate::number::parse_prefix(&self.text[self.at..]) {
            Some((number, length)) if length > 0 => {
                self.at += length;
                Kind::Number(number)
            }
            _ => Kind::Error("invalid number"),
        }
    }

    /// What C reads as a number and JSON does not.
    fn is_invalid_number(&self) -> bool {
        if self.byte(0) == b'+' {
            return true;
        }
        let sign = usize::from(self.byte(0) == b'-');
        match self.byte(sign) {
            b'0' => {
                let second = self.byte(sign + 1);
                second | 0x20 == b'x' || second.is_ascii_digit()
            }
            ..=b'9' => false,
            _ => {
                let rest = self
                    .text
                    .get(self.at + sign..self.at + sign + 3)
                    .unwrap_or_default();
                rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"nan")
            }
        }
    }

    fn string(&mut self) -> Kind {
        self.string.clear();
        self.at += 1;
        loop {
            match self.byte(0) {
                b'"' => break,
                0 => return Kind::Error("unexpected end of string"),
                b'\\' => {
                    let escaped = match self.byte(1) {
                        b'u' => {
                            if self.unicode().is_none() {
                                return Kind::Error("invalid unicode escape code");
                            }
                            continue;
                        }
                        same @ (b'"' | b'\\' | b'/') => same,
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        _ => return Kind::Error("invalid escape code"),
                    };
                    self.string.push(escaped);
                    self.at += 2;
                }
                byte => {
                    self.string.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Kind::String
    }

    fn four_digits(&self, offset: usize) -> Option<u32> {
        let digits = self.text.get(self.at + offset..self.at + offset + 4)?;
        digits.iter().try_fold(0, |value, digit| {
            Some(value << 4 | (*digit as char).to_digit(16)?)
        })
    }

    /// Appends the character of a `\u` escape, or of a pair of them.
    fn unicode(&mut self) -> Option<()> {
        let mut code = self.four_digits(2)?;
        let mut length = 6;
        if code & 0xF800 == 0xD800 {
            if code & 0x400 != 0 || self.byte(6) != b'\\' || self.byte(7) != b'u' {
                return None;
            }
            let low = self.four_digits(8)?;
            if low & 0xFC00 != 0xDC00 {
                return None;
            }
            code = ((code & 0x3FF) << 10 | low & 0x3FF) + 0x1_0000;
            length = 12;
        }
        let character = char::from_u32(code)?;
        self.string
            .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.at += length;
        Some(())
    }
}

impl Open {
    fn put(&mut self, vm: &mut Vm, value: Value) -> Result<(), Error> {
        match self {
            Open::Array { table, next } => {
                let index = *next;
                *next += 1;
                vm.raw_set_index(*table, index, value)
            }
            Open::Object { table, key } => vm.raw_set(*table, *key, value),
        }
    }
}
