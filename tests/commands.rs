//! Questions about the table of commands, and their answers as a line of words each.

use engine::{Reply, words};

use crate::forms;
use crate::real::{Clock, Connection, Real};

/// Stands between a question and its answer.
pub const ARROW: &str = "->";

const CATEGORIES: &[&str] = &[
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];
const PATTERNS: &[&str] = &[
    "*",
    "g*",
    "*|get",
    "CONFIG|*",
    "client*",
    "[xz]*range*",
    "?et",
    "nosuch",
    "",
];

/// The lines of `command-lists.txt` and of `command-keys.txt`, as the real server gives them.
pub fn record() -> (String, String) {
    let real = Real::start(Clock::Machine, &[]);
    let mut connection = real.connect();
    let mut lists = String::new();
    for question in list_questions() {
        let mut answer = names(&connection.call(&question));
        answer.sort();
        lists.push_str(&line(&question, &answer));
    }
    let mut keys = String::new();
    for call in forms::all() {
        keys.push_str(&line(&call, &ask_keys(&mut connection, &call)));
    }
    (lists, keys)
}

fn ask_keys(connection: &mut Connection, call: &[String]) -> Vec<String> {
    let mut words = vec!["COMMAND".to_string(), "GETKEYSANDFLAGS".to_string()];
    words.extend(call.iter().cloned());
    self::keys(&connection.call(&words))
}

fn list_questions() -> Vec<Vec<String>> {
    let mut questions = Vec::new();
    let mut ask = |words: &[&str]| questions.push(words.iter().map(ToString::to_string).collect());
    ask(&["ACL", "CAT"]);
    ask(&["COMMAND", "LIST"]);
    ask(&["COMMAND", "LIST", "FILTERBY", "MODULE", "nosuch"]);
    ask(&["COMMAND", "LIST", "FILTERBY", "MODULE", "vectorset"]);
    ask(&["COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch"]);
    for category in CATEGORIES {
        ask(&["ACL", "CAT", category]);
        ask(&["COMMAND", "LIST", "FILTERBY", "ACLCAT", category]);
    }
    for pattern in PATTERNS {
        ask(&["COMMAND", "LIST", "FILTERBY", "PATTERN", pattern]);
    }
    questions
}

/// A list of names.
pub fn names(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

/// What COMMAND GETKEYSANDFLAGS answers: keys, each with its flags in one word, or an error.
pub fn keys(reply: &Reply) -> Vec<String> {
    let Reply::Array(items) = reply else {
        return vec![text(reply)];
    };
    let pairs = items.iter().flat_map(|item| match item {
        Reply::Array(pair) => match pair.as_slice() {
            [key, Reply::Set(flags) | Reply::Array(flags)] => {
                let flags: Vec<String> = flags.iter().map(text).collect();
                vec![text(key), flags.join(",")]
            }
            _ => vec![format!("{pair:?}")],
        },
        other => vec![text(other)],
    });
    pairs.collect()
}

fn text(reply: &Reply) -> String {
    match reply {
        Reply::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Reply::Status(text) => text.to_string(),
        Reply::StatusText(text) => text.clone(),
        Reply::Error(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}

fn line(question: &[String], answer: &[String]) -> String {
    let quoted = |word: &String| match words::needs_quotes(word.as_bytes()) || word.is_empty() {
        true => words::quote(word.as_bytes()),
        false => word.clone(),
    };
    let mut parts: Vec<String> = question.iter().map(quoted).collect();
    parts.push(ARROW.to_string());
    parts.extend(answer.iter().map(quoted));
    parts.join(" ") + "\n"
}
