//! The language of VSIM's FILTER: `.year > 1980 and .genre in ["noir", "western"]`.
//!
//! Numbers, strings, lists, fields of the element's JSON (`.name`) and operators, turned into postfix form once and
//! run for each element. A field that is not there makes the whole filter false. Truth is a number: 1 or 0.

use std::borrow::Cow;

use super::json;
use crate::number;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Number(f64),
    Text(Vec<u8>),
    List(Vec<Value>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Value(Value),
    Field(Vec<u8>),
    Operator(Operator),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Open,
    Close,
    Not,
    Power,
    Times,
    Divide,
    Remainder,
    Plus,
    Minus,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    In,
    And,
    Or,
}

const OPERATORS: &[(&[u8], Operator)] = &[
    (b"(", Operator::Open),
    (b")", Operator::Close),
    (b"!", Operator::Not),
    (b"not", Operator::Not),
    (b"**", Operator::Power),
    (b"*", Operator::Times),
    (b"/", Operator::Divide),
    (b"%", Operator::Remainder),
    (b"+", Operator::Plus),
    (b"-", Operator::Minus),
    (b">", Operator::Greater),
    (b">=", Operator::GreaterOrEqual),
    (b"<", Operator::Less),
    (b"<=", Operator::LessOrEqual),
    (b"==", Operator::Equal),
    (b"!=", Operator::Unequal),
    (b"in", Operator::In),
    (b"and", Operator::And),
    (b"&&", Operator::And),
    (b"or", Operator::Or),
    (b"||", Operator::Or),
];

impl Operator {
    fn precedence(self) -> u8 {
        match self {
            Operator::Open | Operator::Close => 7,
            Operator::Not => 6,
            Operator::Power => 5,
            Operator::Times | Operator::Divide | Operator::Remainder => 4,
            Operator::Plus | Operator::Minus => 3,
            Operator::And => 1,
            Operator::Or => 0,
            _ => 2,
        }
    }

    fn operands(self) -> usize {
        if self == Operator::Not { 1 } else { 2 }
    }
}

/// A filter in postfix form.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    program: Vec<Token>,
}

impl Filter {
    /// On an error where in the text it is; 0 where that is not known.
    pub fn parse(text: &[u8]) -> Result<Filter, usize> {
        let tokens = Lexer { text, at: 0 }.tokens()?;
        to_postfix(tokens)
            .map(|program| Filter { program })
            .ok_or(0)
    }

    /// Whether an element with these attributes passes.
    pub fn accepts(&self, attributes: &[u8]) -> bool {
        self.run(attributes).is_some_and(|value| is_true(&value))
    }

    fn run(&self, attributes: &[u8]) -> Option<Cow<'_, Value>> {
        let mut stack: Vec<Cow<Value>> = Vec::new();
        for token in &self.program {
            let value = match token {
                Token::Value(value) => Cow::Borrowed(value),
                Token::Field(name) if name.is_empty() => return None,
                Token::Field(name) => Cow::Owned(json::field(attributes, name)?),
                Token::Operator(operator) => {
                    let b = stack.pop()?;
                    let a = match operator.operands() {
                        1 => Cow::Owned(Value::Null),
                        _ => stack.pop()?,
                    };
                    Cow::Owned(Value::Number(operate(*operator, &a, &b)))
                }
            };
            stack.push(value);
        }
        stack.pop()
    }
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn tokens(mut self) -> Result<Vec<Token>, usize> {
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            self.skip_spaces();
            if self.peek(0) == 0 {
                return Ok(tokens);
            }
            // After an operator a minus belongs to a number.
            let may_be_negative = match tokens.last() {
                None => true,
                Some(Token::Operator(operator)) => *operator != Operator::Close,
                Some(_) => false,
            };
            tokens.push(self.token(may_be_negative).ok_or(self.at)?);
        }
    }

    /// 0 behind the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_spaces(&mut self) {
        while json::is_space(&self.peek(0)) {
            self.at += 1;
        }
    }

    fn token(&mut self, may_be_negative: bool) -> Option<Token> {
        match self.peek(0) {
            b'0'..=b'9' => self.number().map(Token::Value),
            b'-' if may_be_negative && self.peek(1).is_ascii_digit() => {
                self.number().map(Token::Value)
            }
            b'"' | b'\'' => self.string().map(Token::Value),
            // A dot that ends the text is a field without a name, which nothing has.
            b'.' if is_of_name(self.peek(1)) || self.peek(1) == 0 => {
                self.at += 1;
                Some(Token::Field(self.take_while(is_of_name)))
            }
            b'[' => self.list().map(Token::Value),
            byte if is_of_operator(byte) => self.operator(),
            _ => None,
        }
    }

    fn take_while(&mut self, belongs: fn(u8) -> bool) -> Vec<u8> {
        let from = self.at;
        while belongs(self.peek(0)) {
            self.at += 1;
        }
        self.text[from..self.at].to_vec()
    }

    fn number(&mut self) -> Option<Value> {
        const LONGEST: usize = 255;
        let from = self.at;
        self.at += (self.peek(0) == b'-') as usize;
        self.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E'));
        let text = &self.text[from..self.at];
        if text.len() > LONGEST {
            return None;
        }
        number::parse_decimal(text).map(Value::Number)
    }

    /// A backslash keeps a quote from ending the string, and stays.
    fn string(&mut self) -> Option<Value> {
        let quote = self.peek(0);
        self.at += 1;
        let from = self.at;
        loop {
            match self.peek(0) {
                0 => return None,
                b'\\' if self.peek(1) != 0 => self.at += 2,
                byte if byte == quote => {
                    self.at += 1;
                    return Some(Value::Text(self.text[from..self.at - 1].to_vec()));
                }
                _ => self.at += 1,
            }
        }
    }

    /// Of numbers and strings.
    fn list(&mut self) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_spaces();
            if self.peek(0) == b']' {
                break;
            }
            items.push(match self.peek(0) {
                b'0'..=b'9' | b'-' => self.number()?,
                b'"' | b'\'' => self.string()?,
                _ => return None,
            });
            self.skip_spaces();
            match self.peek(0) {
                b']' => break,
                b',' => self.at += 1,
                _ => return None,
            }
        }
        self.at += 1;
        Some(Value::List(items))
    }

    /// The longest operator that a run of letters and signs begins with, or the word `null`.
    fn operator(&mut self) -> Option<Token> {
        let rest = &self.text[self.at..];
        if rest.starts_with(b"null") && !is_of_operator(self.peek(4)) {
            self.at += 4;
            return Some(Token::Value(Value::Null));
        }
        let fitting = OPERATORS.iter().filter(|(text, _)| rest.starts_with(text));
        let Some((text, operator)) = fitting.max_by_key(|(text, _)| text.len()) else {
            self.take_while(is_of_operator);
            return None;
        };
        self.at += text.len();
        Some(Token::Operator(*operator))
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_of_operator(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || b"+-*%/!()<>=|&".contains(&byte)
}

/// Dijkstra's shunting yard. None if parentheses or operands do not match.
fn to_postfix(tokens: Vec<Token>) -> Option<Vec<Token>> {
    let mut yard = Yard::default();
    for token in tokens {
        match token {
            Token::Operator(operator) => yard.operator(operator)?,
            value => {
                yard.program.push(value);
                yard.values += 1;
            }
        }
    }
    while let Some(operator) = yard.waiting.pop() {
        if operator == Operator::Open {
            return None;
        }
        yard.put(operator)?;
    }
    (yard.values == 1).then_some(yard.program)
}

#[derive(Default)]
struct Yard {
    program: Vec<Token>,
    waiting: Vec<Operator>,
    /// How many values the program would leave.
    values: usize,
}

impl Yard {
    fn operator(&mut self, operator: Operator) -> Option<()> {
        match operator {
            Operator::Open => {}
            Operator::Close => loop {
                match self.waiting.pop()? {
                    Operator::Open => return Some(()),
                    inner => self.put(inner)?,
                }
            },
            _ => {
                while let Some(before) = self.waiting.last().copied()
                    && before != Operator::Open
                    && comes_first(before, operator)
                {
                    self.waiting.pop();
                    self.put(before)?;
                }
            }
        }
        self.waiting.push(operator);
        Some(())
    }

    fn put(&mut self, operator: Operator) -> Option<()> {
        let operands = operator.operands();
        if self.values < operands {
            return None;
        }
        self.values -= operands - 1;
        self.program.push(Token::Operator(operator));
        Some(())
    }
}

/// `2 ** 3 ** 2` is `2 ** 9`; all other operators go from left to right.
fn comes_first(before: Operator, operator: Operator) -> bool {
    let (before, own) = (before.precedence(), operator.precedence());
    before > own || before == own && operator != Operator::Power
}

fn operate(operator: Operator, a: &Value, b: &Value) -> f64 {
    let (x, y) = (to_number(a), to_number(b));
    let truth = match operator {
        Operator::Power => return x.powf(y),
        Operator::Times => return x * y,
        Operator::Divide => return x / y,
        Operator::Remainder => return x % y,
        Operator::Plus => return x + y,
        Operator::Minus => return x - y,
        Operator::Greater => x > y,
        Operator::GreaterOrEqual => x >= y,
        Operator::Less => x < y,
        Operator::LessOrEqual => x <= y,
        Operator::Equal => are_equal(a, b),
        Operator::Unequal => !are_equal(a, b),
        Operator::In => matches!(b, Value::List(items) if items.iter().any(|b| are_equal(a, b))),
        Operator::And => is_true(a) && is_true(b),
        Operator::Or => is_true(a) || is_true(b),
        Operator::Not => !is_true(b),
        Operator::Open | Operator::Close => unreachable!("parentheses are not in a program"),
    };
    f64::from(truth)
}

fn to_number(value: &Value) -> f64 {
    const LONGEST: usize = 255;
    match value {
        Value::Number(number) => *number,
        Value::Text(text) if text.len() <= LONGEST => {
            let spaces = text.iter().take_while(|byte| json::is_space(byte)).count();
            let text = &text[spaces..];
            let number = number::parse_f64(text).or_else(|| number::parse_range_bound(text));
            number.unwrap_or(0.0)
        }
        _ => 0.0,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => *number != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(_) => true,
    }
}

fn are_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Null, _) | (_, Value::Null) => a == b,
        _ => to_number(a) == to_number(b),
    }
}
