//! What may differ between the engine and the real server, each with its reason. Everything else must be equal.

use std::cell::RefCell;

use engine::Reply;
use engine::render;
use engine::resp::Protocol;

use crate::frames;
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
    /// The number of the connection is the process's own.
    Hello,
    /// Levels of nodes are drawn by lot, and with them the graph: which of equally near elements comes first, and which
    /// of those that are as near as the last one comes at all. The number is how many replies an element has.
    Nearest(usize),
    /// As VINFO says how a vector set is kept: the highest level is drawn by lot, and the server's process has made
    /// other sets before.
    Structure,
}

/// What ends a DUMP payload.
const CHECKSUM_BYTES: usize = 8;

/// Names in lower case. What is not listed is compared exactly.
fn rule(name: &str) -> Rule {
    match name {
        "smembers" | "sunion" | "sinter" | "sdiff" | "hkeys" | "hvals" | "keys" => Rule::AnyOrder,
        "hgetall" => Rule::AnyOrderOfPairs,
        "scan" | "sscan" | "hscan" | "zscan" => Rule::Scan,
        "spop" | "srandmember" | "hrandfield" | "zrandmember" => Rule::Count,
        "vrandmember" => Rule::Count,
        "vinfo" => Rule::Structure,
        // Neighbors follow from levels, which are drawn by lot.
        "vlinks" => Rule::Presence,
        "randomkey" => Rule::Presence,
        "dump" => Rule::Dump,
        "hello" => Rule::Hello,
        // Error texts quote the command's help; ours are our own words.
        _ => Rule::Exact,
    }
}

thread_local! {
    static DRAWN: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// The keys from which the last EXEC compared drew lots, and changed them.
pub fn drawn_in_exec() -> Vec<Vec<u8>> {
    DRAWN.with(RefCell::take)
}

/// Leaving all channels at once answers for each in hash order.
pub fn is_leaving(words: &[Vec<u8>]) -> bool {
    words.len() == 1 && words[0].to_ascii_lowercase().ends_with(b"unsubscribe")
}

/// Replies with clients' ids in them.
pub fn tells_ids(words: &[Vec<u8>]) -> bool {
    matches!(words, [client, what, ..] if client.eq_ignore_ascii_case(b"client")
        && (what.eq_ignore_ascii_case(b"getredir") || what.eq_ignore_ascii_case(b"trackinginfo")))
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
    if let (true, Reply::Array(ours), Reply::Array(theirs)) =
        (words[0].eq_ignore_ascii_case(b"exec"), ours, theirs)
    {
        let drawn = queued.iter().filter(|words| draws_lots(words));
        let drawn = drawn.filter_map(|words| words.get(1).cloned()).collect();
        DRAWN.with(|keys| keys.replace(drawn));
        if ours.len() == theirs.len() && ours.len() == queued.len() {
            for ((words, ours), theirs) in queued.iter().zip(ours).zip(theirs) {
                if let Outcome::Differ(text) = compare_one(words, ours.clone(), theirs) {
                    return Outcome::Differ(format!("in EXEC: {text}"));
                }
            }
            return Outcome::Agree;
        }
    }
    compare_one(words, ours.clone(), theirs)
}

fn compare_one(words: &[Vec<u8>], ours: Reply, theirs: &Reply) -> Outcome {
    let name = String::from_utf8_lossy(&words[0]).to_ascii_lowercase();
    let by = name.starts_with("sort") && words.iter().any(|word| word.eq_ignore_ascii_case(b"BY"));
    let (ours, theirs) = match is_access_log(words) {
        true => (comparable_log(ours), &comparable_log(theirs.clone())),
        false => (ours, theirs),
    };
    let lists_channels = name == "pubsub"
        && words
            .get(1)
            .is_some_and(|what| what.to_ascii_lowercase().ends_with(b"channels"));
    let has = |option: &str| {
        words
            .iter()
            .any(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    };
    let rule = match (&ours, by) {
        (Reply::Error(_), _) => Rule::Exact,
        _ if sorts_alike(&name, &ours) => Rule::AnyOrder,
        _ if lists_channels => Rule::AnyOrder,
        _ if name == "vsim" && !has("TRUTH") => Rule::Nearest(2 + has("WITHATTRIBS") as usize),
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
    if frames::same(&a, &b) {
        Outcome::Agree
    } else {
        differ(&ours, theirs)
    }
}

/// Sizes that depend on chance: within a factor of two; any, where one large element among the small ones may have been
/// looked at or not.
pub fn compare_sizes(sampled: bool, ours: &Reply, theirs: Option<&Reply>) -> Outcome {
    match (ours, theirs) {
        (Reply::Int(_), Some(Reply::Int(_))) if sampled => Outcome::Agree,
        (Reply::Int(ours), Some(Reply::Int(theirs)))
            if *ours <= 2 * theirs && *theirs <= 2 * ours =>
        {
            Outcome::Agree
        }
        (ours, Some(theirs)) if ours == theirs => Outcome::Agree,
        (ours, Some(theirs)) => differ(ours, theirs),
        (ours, None) => {
            Outcome::Differ(format!("the engine answers {ours:?}, the server does not"))
        }
    }
}

fn is_access_log(words: &[Vec<u8>]) -> bool {
    let is = |at: usize, text: &[u8]| {
        words
            .get(at)
            .is_some_and(|word| word.eq_ignore_ascii_case(text))
    };
    is(0, b"acl") && is(1, b"log")
}

/// Entries are numbered since the process began, and the client is told with its port and its socket.
fn comparable_log(reply: Reply) -> Reply {
    let Reply::Array(entries) = reply else {
        return reply;
    };
    let known = |pair: &[Reply]| {
        [b"client-info".as_slice(), b"entry-id"]
            .iter()
            .any(|name| pair[0] == Reply::bulk(name))
    };
    Reply::array(entries.into_iter().map(|entry| {
        match entry {
            Reply::Array(facts) => Reply::array(
                facts
                    .chunks(2)
                    .filter(|pair| !known(pair))
                    .flatten()
                    .cloned(),
            ),
            other => other,
        }
    }))
}

/// SORT ALPHA compares what C takes for strings: bytes after a zero count for nothing, and what is alike stays in hash
/// order.
fn sorts_alike(name: &str, reply: &Reply) -> bool {
    let has_zero = |item: &Reply| matches!(item, Reply::Bulk(bytes) if bytes.contains(&0));
    name.starts_with("sort") && matches!(reply, Reply::Array(items) if items.iter().any(has_zero))
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
pub fn shown(reply: &Reply) -> String {
    const CHARACTERS_MAX: usize = 600;
    let text = render::render(reply, Protocol::Resp3);
    let cut: String = text.chars().take(CHARACTERS_MAX).collect();
    if cut.len() < text.len() {
        format!("{cut}… ({} bytes)", text.len())
    } else {
        cut
    }
}

fn normal(rule: &Rule, reply: Reply) -> Reply {
    match (rule, reply) {
        (Rule::AnyOrder, Reply::Array(items)) => frames::sorted(items),
        (Rule::AnyOrder, Reply::Set(items)) => Reply::Set(vec![frames::sorted(items)]),
        (Rule::SortBy, Reply::Array(items)) => Reply::Int(items.len() as i64),
        (Rule::AnyOrderOfPairs, Reply::Array(items)) => {
            let pairs = items
                .chunks(2)
                .map(|pair| Reply::Array(pair.to_vec()))
                .collect();
            frames::sorted(pairs)
        }
        (Rule::AnyOrderOfPairs, Reply::Map(entries)) => {
            let pairs = entries
                .into_iter()
                .map(|(key, value)| Reply::Array(vec![key, value]))
                .collect();
            Reply::Set(vec![frames::sorted(pairs)])
        }
        (Rule::Scan, Reply::Array(items)) => match items.into_iter().nth(1) {
            Some(Reply::Array(elements)) => frames::sorted(elements),
            _ => Reply::Null,
        },
        (Rule::Count, Reply::Array(items)) => Reply::Int(items.len() as i64),
        (Rule::Count, Reply::Set(items)) => Reply::Set(vec![Reply::Int(items.len() as i64)]),
        (Rule::Count | Rule::Presence, Reply::Bulk(_)) => Reply::Int(1),
        (Rule::Presence, Reply::Array(_)) => Reply::Int(1),
        (Rule::Nearest(each), Reply::Array(items)) => Reply::Array(nearest(items, *each)),
        (Rule::Nearest(each), Reply::Map(entries)) => {
            let mut flat = Vec::new();
            for (element, facts) in entries {
                flat.push(element);
                match facts {
                    Reply::Array(facts) => flat.extend(facts),
                    fact => flat.push(fact),
                }
            }
            Reply::Set(nearest(flat, *each))
        }
        (Rule::Structure, Reply::Map(mut facts)) => {
            let chance = ["max-level", "vset-uid"].map(|name| Reply::StatusText(name.to_string()));
            facts.retain(|(name, _)| !chance.contains(name));
            Reply::Map(facts)
        }
        (Rule::Structure, Reply::Array(mut facts)) => {
            for name in ["max-level", "vset-uid"] {
                let at = facts
                    .iter()
                    .position(|fact| matches!(fact, Reply::StatusText(text) if text == name));
                if let Some(at) = at {
                    facts[at + 1] = Reply::Null;
                }
            }
            Reply::Array(facts)
        }
        // A module's value: a graph.
        (Rule::Dump, Reply::Bulk(bytes)) if bytes.first() == Some(&7) => Reply::Int(7),
        // RDB types: 2 set, 4 hash, 24 hash with deadlines of fields.
        (Rule::Dump, Reply::Bulk(bytes)) if matches!(bytes.first(), Some(2 | 4 | 24)) => {
            Reply::Int(bytes.len() as i64)
        }
        // A set in a listpack: what was stored from a hash table has that one's order. The checksum follows the order.
        (Rule::Dump, Reply::Bulk(mut bytes)) if bytes.first() == Some(&20) => {
            bytes.truncate(bytes.len().saturating_sub(CHECKSUM_BYTES));
            bytes.sort_unstable();
            Reply::Bulk(bytes)
        }
        (Rule::Hello, Reply::Array(items)) => Reply::Array(without_id(items)),
        (Rule::Hello, Reply::Map(entries)) => {
            let flat = entries.into_iter().flat_map(|(key, value)| [key, value]);
            Reply::Set(without_id(flat.collect()))
        }
        (_, reply) => reply,
    }
}

/// HELLO's fields without the connection's id.
fn without_id(items: Vec<Reply>) -> Vec<Reply> {
    let is_id = |pair: &&[Reply]| pair[0] == Reply::bulk("id");
    let pairs = items.chunks(2).filter(|pair| !is_id(pair));
    pairs.flatten().cloned().collect()
}

/// All scores in their order, and the elements that have a better score than the last, sorted.
fn nearest(items: Vec<Reply>, each: usize) -> Vec<Reply> {
    let found: Vec<&[Reply]> = items.chunks(each).collect();
    let score = |found: &&[Reply]| found.get(1).cloned().unwrap_or(Reply::Null);
    let scores: Vec<Reply> = found.iter().map(score).collect();
    let last = scores.last().cloned();
    let certain = found.iter().filter(|found| Some(score(found)) != last);
    let certain = certain.map(|found| Reply::Array(found.to_vec())).collect();
    vec![Reply::Array(scores), frames::sorted(certain)]
}
