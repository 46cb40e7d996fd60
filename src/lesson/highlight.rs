//! Which part of a command line is what, for coloring: the same for a printed block and the live
//! prompt. It knows the look of a line, not the grammar of each command: the word after a command
//! is taken for its key, and a later word in capitals for an option.

use std::ops::Range;

/// A part of a line; bytes between the spans are spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command, and its subcommand.
    Command,
    Key,
    Option,
    Number,
    /// Quoted.
    Text,
    /// Any other value.
    Word,
    /// Of Lua: a word of the language.
    Keyword,
    /// Of Lua: what the server gives to a script.
    Given,
    Comment,
}

impl Kind {
    /// The CSS class of such a span.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Command => "t-command",
            Kind::Key => "t-key",
            Kind::Option => "t-option",
            Kind::Number => "t-number",
            Kind::Text => "t-text",
            Kind::Word => "t-word",
            Kind::Keyword => "t-keyword",
            Kind::Given => "t-given",
            Kind::Comment => "t-comment",
        }
    }
}

/// Commands whose second word says what they do.
const CONTAINERS: &[&str] = &[
    "ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DEBUG", "FUNCTION", "LATENCY", "MEMORY",
    "MODULE", "OBJECT", "PUBSUB", "SCRIPT", "SENTINEL", "SLOWLOG", "XGROUP", "XINFO",
];

/// Containers whose subcommand is followed by a key.
const KEYED_CONTAINERS: &[&str] = &["MEMORY", "OBJECT", "XGROUP", "XINFO"];

/// Commands whose first argument is not a key.
const KEYLESS: &[&str] = &[
    "AUTH",
    "BGREWRITEAOF",
    "BGSAVE",
    "BITOP",
    "BLMPOP",
    "BZMPOP",
    "DBSIZE",
    "DISCARD",
    "ECHO",
    "EVAL",
    "EVALSHA",
    "EVALSHA_RO",
    "EVAL_RO",
    "EXEC",
    "FAILOVER",
    "FCALL",
    "FCALL_RO",
    "FLUSHALL",
    "FLUSHDB",
    "HELLO",
    "INFO",
    "KEYS",
    "LASTSAVE",
    "LMPOP",
    "LOLWUT",
    "MONITOR",
    "MULTI",
    "PING",
    "PSUBSCRIBE",
    "PSYNC",
    "PUBLISH",
    "PUNSUBSCRIBE",
    "QUIT",
    "RANDOMKEY",
    "READONLY",
    "READWRITE",
    "REPLICAOF",
    "RESET",
    "ROLE",
    "SAVE",
    "SCAN",
    "SELECT",
    "SHUTDOWN",
    "SINTERCARD",
    "SLAVEOF",
    "SPUBLISH",
    "SSUBSCRIBE",
    "SUBSCRIBE",
    "SUNSUBSCRIBE",
    "SWAPDB",
    "SYNC",
    "TIME",
    "UNSUBSCRIBE",
    "UNWATCH",
    "WAIT",
    "WAITAOF",
    "XREAD",
    "XREADGROUP",
    "ZDIFF",
    "ZINTER",
    "ZINTERCARD",
    "ZMPOP",
    "ZUNION",
];

/// The spans of a command line, in order and without overlap.
pub fn spans(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut command = String::new();
    for (index, range) in words(line).into_iter().enumerate() {
        let word = &line[range.clone()];
        let is_container = CONTAINERS.contains(&command.as_str());
        let key_at = match command.as_str() {
            name if KEYLESS.contains(&name) => None,
            name if KEYED_CONTAINERS.contains(&name) => Some(2),
            _ if is_container => None,
            _ => Some(1),
        };
        let kind = if index == 0 {
            command = word.to_ascii_uppercase();
            Kind::Command
        } else if index == 1 && is_container {
            Kind::Command
        } else if word.starts_with(['"', '\'']) {
            Kind::Text
        } else if Some(index) == key_at {
            Kind::Key
        } else {
            kind_by_look(word)
        };
        spans.push(Span { range, kind });
    }
    spans
}

/// The command of a line in capitals, with its subcommand: `OBJECT ENCODING`.
pub fn command_name(line: &str) -> Option<String> {
    let mut words = words(line)
        .into_iter()
        .map(|range| line[range].to_ascii_uppercase());
    let name = words.next()?;
    match words.next() {
        Some(second) if CONTAINERS.contains(&name.as_str()) => Some(format!("{name} {second}")),
        _ => Some(name),
    }
}

/// Where the words lie. A quoted word runs to its closing quote, or to the end of the line.
fn words(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let mut quote = None;
        while at < bytes.len() {
            match (quote, bytes[at]) {
                (None, byte) if byte.is_ascii_whitespace() => break,
                (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
                (Some(_), b'\\') => at += 1,
                (Some(open), byte) if byte == open => quote = None,
                _ => {}
            }
            at += 1;
        }
        // A final backslash inside quotes would step past the end. Any other byte that ends a
        // word is ASCII, so the range always falls between characters.
        at = at.min(bytes.len());
        words.push(start..at);
    }
    words
}

fn kind_by_look(word: &str) -> Kind {
    let is_capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_~=".contains(&b);
    if is_number(word) {
        Kind::Number
    } else if word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.len() > 1
        && word.bytes().all(is_capital)
    {
        Kind::Option
    } else {
        Kind::Word
    }
}

/// Integers, decimals, and score bounds such as `(1.5` and `-inf`.
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('(').unwrap_or(word);
    let word = word.strip_prefix(['-', '+']).unwrap_or(word);
    word == "inf"
        || (word.starts_with(|c: char| c.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}
