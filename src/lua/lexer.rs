//! Source bytes to tokens, and the texts of syntax errors.
//!
//! `buffer` holds the text of the token read last, as 5.1's does: it is what errors quote after
//! "near", also when that token was only looked ahead at.

use crate::number;
use crate::proto::Bytes;

/// Longest form of a chunk's name in a syntax error; errors at run time use `RUNTIME_NAME_SIZE`.
pub const SYNTAX_NAME_SIZE: usize = 80;
pub const RUNTIME_NAME_SIZE: usize = 60;

pub type Result<T> = std::result::Result<T, Vec<u8>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Any single byte that is not part of something longer.
    Symbol(u8),
    And,
    Break,
    Do,
    Else,
    ElseIf,
    End,
    False,
    For,
    Function,
    If,
    In,
    Local,
    Nil,
    Not,
    Or,
    Repeat,
    Return,
    Then,
    True,
    Until,
    While,
    Concat,
    Dots,
    Equal,
    GreaterEqual,
    LessEqual,
    NotEqual,
    Number,
    Name,
    String,
    EndOfSource,
}

const RESERVED: [(&str, Token); 21] = [
    ("and", Token::And),
    ("break", Token::Break),
    ("do", Token::Do),
    ("else", Token::Else),
    ("elseif", Token::ElseIf),
    ("end", Token::End),
    ("false", Token::False),
    ("for", Token::For),
    ("function", Token::Function),
    ("if", Token::If),
    ("in", Token::In),
    ("local", Token::Local),
    ("nil", Token::Nil),
    ("not", Token::Not),
    ("or", Token::Or),
    ("repeat", Token::Repeat),
    ("return", Token::Return),
    ("then", Token::Then),
    ("true", Token::True),
    ("until", Token::Until),
    ("while", Token::While),
];

/// What a number, a name or a string carries besides its kind.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    None,
    Number(f64),
    Text(Bytes),
}

pub struct Lexer<'a> {
    rest: &'a [u8],
    current: Option<u8>,
    buffer: Vec<u8>,
    chunk_name: &'a [u8],
    ahead: Option<(Token, Value)>,
    pub token: Token,
    pub value: Value,
    /// The line that reading has come to.
    pub line: u32,
    /// The line of the token before `token`.
    pub last_line: u32,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a [u8], chunk_name: &'a [u8]) -> Lexer<'a> {
        let mut lexer = Lexer {
            rest: source,
            current: None,
            buffer: Vec::new(),
            chunk_name,
            ahead: None,
            token: Token::EndOfSource,
            value: Value::None,
            line: 1,
            last_line: 1,
        };
        lexer.advance();
        lexer
    }

    /// Moves on to the next token.
    pub fn step(&mut self) -> Result<()> {
        self.last_line = self.line;
        (self.token, self.value) = match self.ahead.take() {
            Some(read) => read,
            None => self.read()?,
        };
        Ok(())
    }

    /// The token after the current one.
    pub fn peek(&mut self) -> Result<Token> {
        let read = self.read()?;
        let token = read.0;
        // The end of the source is read again: 5.1 marks "nothing looked ahead at" with it.
        self.ahead = (token != Token::EndOfSource).then_some(read);
        Ok(token)
    }

    pub fn syntax_error(&self, message: &str) -> Vec<u8> {
        self.error(message, Some(self.token))
    }

    pub fn error(&self, message: &str, near: Option<Token>) -> Vec<u8> {
        let mut text = chunk_id(self.chunk_name, SYNTAX_NAME_SIZE);
        text.extend_from_slice(format!(":{}: {message}", self.line).as_bytes());
        // A zero byte is no token to C, so nothing is said to be near it.
        if let Some(token) = near.filter(|token| *token != Token::Symbol(0)) {
            text.extend_from_slice(b" near '");
            match token {
                Token::Name | Token::String | Token::Number => {
                    text.extend_from_slice(c_string(&self.buffer));
                }
                _ => token_text(token, &mut text),
            }
            text.push(b'\'');
        }
        text
    }

    fn read(&mut self) -> Result<(Token, Value)> {
        self.buffer.clear();
        loop {
            let Some(byte) = self.current else {
                return plain(Token::EndOfSource);
            };
            match byte {
                b'\n' | b'\r' => self.next_line(),
                b'-' => {
                    self.advance();
                    if self.current != Some(b'-') {
                        return plain(Token::Symbol(b'-'));
                    }
                    self.advance();
                    self.skip_comment()?;
                }
                b'[' => return self.read_bracket(),
                b'=' => return self.read_with_equals(byte, Token::Equal),
                b'<' => return self.read_with_equals(byte, Token::LessEqual),
                b'>' => return self.read_with_equals(byte, Token::GreaterEqual),
                b'~' => return self.read_with_equals(byte, Token::NotEqual),
                b'"' | b'\'' => return self.read_string(byte),
                b'.' => return self.read_dots(),
                b'0'..=b'9' => return self.read_number(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => return Ok(self.read_name()),
                _ if number::is_space(byte) => self.advance(),
                _ => {
                    self.advance();
                    return plain(Token::Symbol(byte));
                }
            }
        }
    }

    fn read_with_equals(&mut self, first: u8, with_equals: Token) -> Result<(Token, Value)> {
        self.advance();
        if self.current != Some(b'=') {
            return plain(Token::Symbol(first));
        }
        self.advance();
        plain(with_equals)
    }

    fn read_name(&mut self) -> (Token, Value) {
        while self.current.is_some_and(is_name_byte) {
            self.keep();
        }
        match RESERVED
            .iter()
            .find(|(word, _)| word.as_bytes() == self.buffer)
        {
            Some((_, token)) => (*token, Value::None),
            None => (Token::Name, Value::Text(self.buffer.as_slice().into())),
        }
    }

    fn read_dots(&mut self) -> Result<(Token, Value)> {
        self.keep();
        if self.keep_if(b".") {
            let token = if self.keep_if(b".") {
                Token::Dots
            } else {
                Token::Concat
            };
            return plain(token);
        }
        if self.current.is_some_and(|byte| byte.is_ascii_digit()) {
            return self.read_number();
        }
        plain(Token::Symbol(b'.'))
    }

    fn read_number(&mut self) -> Result<(Token, Value)> {
        loop {
            self.keep();
            if !self
                .current
                .is_some_and(|byte| byte.is_ascii_digit() || byte == b'.')
            {
                break;
            }
        }
        if self.keep_if(b"Ee") {
            self.keep_if(b"+-");
        }
        while self.current.is_some_and(is_name_byte) {
            self.keep();
        }
        match number::parse(&self.buffer) {
            Some(number) => Ok((Token::Number, Value::Number(number))),
            None => Err(self.error("malformed number", Some(Token::Number))),
        }
    }

    fn read_string(&mut self, quote: u8) -> Result<(Token, Value)> {
        self.keep();
        while self.current != Some(quote) {
            match self.current {
                None => return Err(self.error("unfinished string", Some(Token::EndOfSource))),
                Some(b'\n' | b'\r') => {
                    return Err(self.error("unfinished string", Some(Token::String)));
                }
                Some(b'\\') => self.read_escape()?,
                Some(_) => self.keep(),
            }
        }
        self.keep();
        let text = &self.buffer[1..self.buffer.len() - 1];
        Ok((Token::String, Value::Text(text.into())))
    }

    fn read_escape(&mut self) -> Result<()> {
        self.advance();
        let escaped = match self.current {
            None => return Ok(()),
            Some(b'a') => 0x07,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'v') => 0x0B,
            Some(b'\n' | b'\r') => {
                self.buffer.push(b'\n');
                self.next_line();
                return Ok(());
            }
            Some(byte) if byte.is_ascii_digit() => return self.read_decimal_escape(),
            Some(byte) => byte,
        };
        self.buffer.push(escaped);
        self.advance();
        Ok(())
    }

    fn read_decimal_escape(&mut self) -> Result<()> {
        let mut code = 0_u32;
        for _ in 0..3 {
            let Some(byte) = self.current.filter(u8::is_ascii_digit) else {
                break;
            };
            code = 10 * code + u32::from(byte - b'0');
            self.advance();
        }
        let Ok(byte) = u8::try_from(code) else {
            return Err(self.error("escape sequence too large", Some(Token::String)));
        };
        self.buffer.push(byte);
        Ok(())
    }

    fn read_bracket(&mut self) -> Result<(Token, Value)> {
        match self.read_separator() {
            Separator::Level(level) => {
                self.read_long(level, true)?;
                let around = level + 2;
                let text = &self.buffer[around..self.buffer.len() - around];
                Ok((Token::String, Value::Text(text.into())))
            }
            Separator::None => plain(Token::Symbol(b'[')),
            Separator::Broken => {
                Err(self.error("invalid long string delimiter", Some(Token::String)))
            }
        }
    }

    fn skip_comment(&mut self) -> Result<()> {
        if self.current == Some(b'[') {
            let separator = self.read_separator();
            self.buffer.clear();
            if let Separator::Level(level) = separator {
                self.read_long(level, false)?;
                self.buffer.clear();
                return Ok(());
            }
        }
        while !matches!(self.current, None | Some(b'\n' | b'\r')) {
            self.advance();
        }
        Ok(())
    }

    /// Reads a bracket and the equals signs after it; it opens or closes something long if the
    /// same bracket follows.
    fn read_separator(&mut self) -> Separator {
        let bracket = self.current;
        self.keep();
        let mut level = 0;
        while self.current == Some(b'=') {
            self.keep();
            level += 1;
        }
        match level {
            _ if self.current == bracket => Separator::Level(level),
            0 => Separator::None,
            _ => Separator::Broken,
        }
    }

    /// Reads to the end of a long string or, if it is not to be kept, of a long comment. Brackets
    /// that open another one inside are nothing special; the stand-alone 5.1 refuses them.
    fn read_long(&mut self, level: usize, is_string: bool) -> Result<()> {
        self.keep();
        if matches!(self.current, Some(b'\n' | b'\r')) {
            self.next_line();
        }
        loop {
            match self.current {
                None => {
                    let what = if is_string { "string" } else { "comment" };
                    let message = format!("unfinished long {what}");
                    return Err(self.error(&message, Some(Token::EndOfSource)));
                }
                Some(b']') => {
                    if self.read_separator() == Separator::Level(level) {
                        self.keep();
                        return Ok(());
                    }
                }
                Some(b'\n' | b'\r') => {
                    self.buffer.push(b'\n');
                    self.next_line();
                    if !is_string {
                        self.buffer.clear();
                    }
                }
                Some(_) if is_string => self.keep(),
                Some(_) => self.advance(),
            }
        }
    }

    /// Skips one line end: `\n`, `\r`, or both in either order.
    fn next_line(&mut self) {
        let first = self.current;
        self.advance();
        if matches!(self.current, Some(b'\n' | b'\r')) && self.current != first {
            self.advance();
        }
        self.line += 1;
    }

    fn advance(&mut self) {
        self.current = self.rest.split_off_first().copied();
    }

    fn keep(&mut self) {
        self.buffer.extend(self.current);
        self.advance();
    }

    /// A zero byte counts as one of any set, for C's `strchr` finds it there.
    fn keep_if(&mut self, set: &[u8]) -> bool {
        let found = self
            .current
            .is_some_and(|byte| byte == 0 || set.contains(&byte));
        if found {
            self.keep();
        }
        found
    }
}

#[derive(PartialEq)]
enum Separator {
    None,
    Broken,
    Level(usize),
}

fn plain(token: Token) -> Result<(Token, Value)> {
    Ok((token, Value::None))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How a kind of token is called in errors.
pub fn token_text(token: Token, text: &mut Vec<u8>) {
    let name = match token {
        Token::Symbol(byte) if byte.is_ascii_control() => {
            text.extend_from_slice(format!("char({byte})").as_bytes());
            return;
        }
        Token::Symbol(byte) => {
            text.push(byte);
            return;
        }
        Token::Concat => "..",
        Token::Dots => "...",
        Token::Equal => "==",
        Token::GreaterEqual => ">=",
        Token::LessEqual => "<=",
        Token::NotEqual => "~=",
        Token::Number => "<number>",
        Token::Name => "<name>",
        Token::String => "<string>",
        Token::EndOfSource => "<eof>",
        reserved => RESERVED
            .iter()
            .find(|(_, token)| *token == reserved)
            .map_or("", |word| word.0),
    };
    text.extend_from_slice(name.as_bytes());
}

/// The name of a chunk as errors show it, in less than `size` bytes: `=name` as it is, `@name` by
/// its end, anything else as the source text it is taken to be, by its first line.
pub fn chunk_id(name: &[u8], size: usize) -> Vec<u8> {
    let name = c_string(name);
    match name.split_first() {
        Some((b'=', exact)) => exact[..exact.len().min(size - 1)].to_vec(),
        Some((b'@', path)) => {
            let room = size - " '...' \0".len();
            match path.len().checked_sub(room) {
                Some(cut) if cut > 0 => [b"...", &path[cut..]].concat(),
                _ => path.to_vec(),
            }
        }
        _ => {
            let line_end = name.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let room = size - " [string \"...\"] \0".len();
            let length = line_end.unwrap_or(name.len()).min(room);
            let dots: &[u8] = if length < name.len() { b"..." } else { b"" };
            [b"[string \"", &name[..length], dots, b"\"]"].concat()
        }
    }
}

/// What C sees of a string: all before its first zero byte.
pub fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}
