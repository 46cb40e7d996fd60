//! What may differ between the engine and the real server, each with its reason. Everything else must be equal.

use std::cell::Cell;

use engine::Reply;
use engine::render;
use engine::resp::{self, Protocol};

use crate::play::Outcome;

/// How the reply of a command is compared.
enum Rule {
    Exact,
    /// The order is that of hash tables, whose seed is random in every process.
    AnyOrder,
    /// As `AnyOrder`, for field-value lists.
    AnyOrderOfPairs,
    /// A cursor, then elements in hash order: the cursor depends on the seed as well.
    Scan,
    /// SORT BY: elements of equal weight stay in hash order, and a page of them holds whichever come first.
    SortBy,
    /// Members drawn by lot: only how many is the same.
    Count,
    /// Serialised hash tables have their elements in hash order: the length is the same, the bytes are not.
    Dump,
    /// One drawn by lot: only whether there is one.
    Presence,
}

/// Names in lower case. What is not listed is compared exactly.
fn rule(name: &str) -> Rule {
    match name {
        "smembers" | "sunion" | "sinter" | "sdiff" | "hkeys" | "hvals" | "keys" => Rule::AnyOrder,
        "hgetall" => Rule::AnyOrderOfPairs,
        "scan" | "sscan" | "hscan" | "zscan" => Rule::Scan,
        "spop" | "srandmember" | "hrandfield" | "zrandmember" => Rule::Count,
        "randomkey" => Rule::Presence,
        "dump" => Rule::Dump,
        // Error texts quote the command's help; ours are our own words.
        _ => Rule::Exact,
    }
}

thread_local! {
    static DREW_LOTS: Cell<bool> = const { Cell::new(false) };
}

/// Whether the last EXEC compared held a command that draws lots and changes a key.
pub fn exec_drew_lots() -> bool {
    DREW_LOTS.with(Cell::get)
}

/// SPOP removes members by lot.
pub fn draws_lots(words: &[Vec<u8>]) -> bool {
    words[0].eq_ignore_ascii_case(b"spop")
}

/// The keys in which a command stores distances. Sine and arcsine of the server's C library are off in the last bit
/// for one number in a thousand, and for which depends on library and processor; the engine's are not.
pub fn stores_distances(words: &[Vec<u8>]) -> Option<&[u8]> {
    let is_option = |word: &Vec<u8>| word.eq_ignore_ascii_case(b"storedist");
    let at = words.iter().position(is_option)?;
    let destination = if words[0].eq_ignore_ascii_case(b"geosearchstore") {
        words.get(1)
    } else {
        words.get(at + 1)
    };
    destination.map(Vec::as_slice)
}

/// Whether two stored distances are the same but for what the C library adds to them.
pub fn is_same_distance(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= theirs.abs() * 4.0 * f64::EPSILON
}

/// `queued` are the commands that an EXEC answers, else empty.
pub fn compare(
    words: &[Vec<u8>],
    queued: &[Vec<Vec<u8>>],
    ours: &Reply,
    theirs: Option<&Reply>,
) -> Outcome {
    let Some(theirs) = theirs else {
        return Outcome::Differ(format!("the engine answers {ours:?}, the server does not"));
    };
    let ours = plain(ours);
    if let (true, Reply::Array(ours), Reply::Array(theirs)) =
        (words[0].eq_ignore_ascii_case(b"exec"), &ours, theirs)
    {
        DREW_LOTS.with(|drew| drew.set(queued.iter().any(|words| draws_lots(words))));
        if ours.len() == theirs.len() && ours.len() == queued.len() {
            for ((words, ours), theirs) in queued.iter().zip(ours).zip(theirs) {
                if let Outcome::Differ(text) = compare_one(words, ours.clone(), theirs) {
                    return Outcome::Differ(format!("in EXEC: {text}"));
                }
            }
            return Outcome::Agree;
        }
    }
    compare_one(words, ours, theirs)
}

fn compare_one(words: &[Vec<u8>], ours: Reply, theirs: &Reply) -> Outcome {
    let name = String::from_utf8_lossy(&words[0]).to_ascii_lowercase();
    let by = name.starts_with("sort") && words.iter().any(|word| word.eq_ignore_ascii_case(b"BY"));
    let rule = match (&ours, by) {
        (Reply::Error(_), _) => Rule::Exact,
        (_, true) => Rule::SortBy,
        _ => rule(&name),
    };
    if matches!(rule, Rule::Scan)
        && !(begins_a_walk(words) && is_whole_walk(&ours) && is_whole_walk(theirs))
    {
        return same_kind(&ours, theirs);
    }
    if quotes_odd_bytes(&ours, theirs, words) {
        return Outcome::Agree;
    }
    let (a, b) = (normal(&rule, ours.clone()), normal(&rule, theirs.clone()));
    if a == b {
        Outcome::Agree
    } else {
        differ(&ours, theirs)
    }
}

/// A page of SCAN that began at cursor 0 and ended the walk holds everything; where another ends depends on the seed.
fn is_whole_walk(reply: &Reply) -> bool {
    matches!(reply, Reply::Array(items) if items.first() == Some(&Reply::bulk("0")))
}

fn begins_a_walk(words: &[Vec<u8>]) -> bool {
    let at = if words[0].eq_ignore_ascii_case(b"scan") {
        1
    } else {
        2
    };
    words.get(at).is_some_and(|cursor| cursor == b"0")
}

fn same_kind(ours: &Reply, theirs: &Reply) -> Outcome {
    match (ours, theirs) {
        (Reply::Array(_), Reply::Array(_)) => Outcome::Agree,
        _ if ours == theirs => Outcome::Agree,
        _ => differ(ours, theirs),
    }
}

/// Errors that quote what was typed: the server's are C strings, which end at a zero byte and pass on any other; ours
/// are text. Only words that are not printable ASCII show it, and only both being errors with the same beginning agrees.
fn quotes_odd_bytes(ours: &Reply, theirs: &Reply, words: &[Vec<u8>]) -> bool {
    let (Reply::Error(ours), Reply::Error(theirs)) = (ours, theirs) else {
        return false;
    };
    let odd = |word: &Vec<u8>| word.iter().any(|byte| !matches!(byte, b' '..=b'~'));
    let begins = |text: String| text.chars().take(16).collect::<String>();
    words.iter().any(odd) && begins(ours.to_string()) == begins(theirs.to_string())
}

fn differ(ours: &Reply, theirs: &Reply) -> Outcome {
    Outcome::Differ(format!(
        "engine {}\n       server {}",
        shown(ours),
        shown(theirs)
    ))
}

/// As redis-cli prints it, cut to what one reads.
fn shown(reply: &Reply) -> String {
    const CHARACTERS_MAX: usize = 600;
    let text = render::render(reply, Protocol::Resp2);
    let cut: String = text.chars().take(CHARACTERS_MAX).collect();
    if cut.len() < text.len() {
        format!("{cut}… ({} bytes)", text.len())
    } else {
        cut
    }
}

/// The reply as a RESP2 client reads it.
fn plain(reply: &Reply) -> Reply {
    let mut bytes = Vec::new();
    resp::encode(reply, Protocol::Resp2, &mut bytes);
    resp::decode_reply(&bytes)
        .expect("what was encoded can be decoded")
        .0
}

fn normal(rule: &Rule, reply: Reply) -> Reply {
    match (rule, reply) {
        (Rule::AnyOrder, Reply::Array(items)) => Reply::Array(sorted(items)),
        (Rule::SortBy, Reply::Array(items)) => Reply::Int(items.len() as i64),
        (Rule::AnyOrderOfPairs, Reply::Array(items)) => {
            let pairs: Vec<Reply> = items
                .chunks(2)
                .map(|pair| Reply::Array(pair.to_vec()))
                .collect();
            Reply::Array(sorted(pairs))
        }
        (Rule::Scan, Reply::Array(items)) => match items.into_iter().nth(1) {
            Some(Reply::Array(elements)) => Reply::Array(sorted(elements)),
            _ => Reply::Null,
        },
        (Rule::Count, Reply::Array(items)) => Reply::Int(items.len() as i64),
        (Rule::Count | Rule::Presence, Reply::Bulk(_)) => Reply::Int(1),
        // RDB types: 2 set, 4 hash, 24 hash with deadlines of fields.
        (Rule::Dump, Reply::Bulk(bytes)) if matches!(bytes.first(), Some(2 | 4 | 24)) => {
            Reply::Int(bytes.len() as i64)
        }
        (_, reply) => reply,
    }
}

fn sorted(mut items: Vec<Reply>) -> Vec<Reply> {
    items.sort_by_cached_key(|item| {
        let mut bytes = Vec::new();
        resp::encode(item, Protocol::Resp2, &mut bytes);
        bytes
    });
    items
}
