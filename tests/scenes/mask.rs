//! What may differ between two servers that do the same, and why; everything else is shown as it is.

use engine::Reply;
use engine::config::Config;
use engine::{Engine, Time};

const ID_DIGITS: usize = 40;

/// A reply to these words, on one line or several.
pub fn reply(words: &[Vec<u8>], reply: &Reply) -> String {
    let is = |at: usize, name: &[u8]| {
        words
            .get(at)
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    if is(0, b"acl") && is(1, b"genpass") {
        return digits(reply);
    }
    if is(0, b"memory") && is(1, b"stats") {
        return plain(&sizes(reply, true));
    }
    if is(0, b"latency") && is(1, b"histogram") {
        return plain(&durations(reply));
    }
    if is(0, b"acl") && is(1, b"log") {
        return plain(&entries(reply));
    }
    match reply {
        Reply::Bulk(text) if is(0, b"info") => info(&String::from_utf8_lossy(text)),
        Reply::StatusText(line) => watched(line),
        // The server names the modules it brings, and the number of the connection.
        _ if is(0, b"hello") => "<greeting>".to_string(),
        other => plain(other),
    }
}

fn plain(reply: &Reply) -> String {
    match reply {
        Reply::Array(items) | Reply::Set(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("[{}]", items.join(", "))
        }
        Reply::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", plain(key), plain(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Reply::Bulk(bytes) => clients(&String::from_utf8_lossy(bytes)),
        Reply::Int(number) => number.to_string(),
        Reply::Error(error) => format!("(error) {error}"),
        Reply::StatusText(text) => text.clone(),
        Reply::Status(text) => (*text).to_string(),
        other => format!("{other:?}"),
    }
}

/// Entries of ACL LOG: when they were made.
fn entries(reply: &Reply) -> Reply {
    let Reply::Array(items) = reply else {
        return reply.clone();
    };
    let mut items: Vec<Reply> = items.iter().map(entries).collect();
    for at in 1..items.len() {
        let is_moment = matches!(&items[at - 1], Reply::Bulk(name) if name == b"age-seconds" || name.starts_with(b"timestamp-"));
        if is_moment {
            items[at] = Reply::bulk("<time>");
        }
    }
    Reply::Array(items)
}

/// Lines of CLIENT LIST: connections have the numbers and ports that were free, reply buffers shrink as seconds pass,
/// and bytes on the wire are counted by whoever drives the engine.
fn clients(text: &str) -> String {
    const VARY: &[&str] = &[
        "id",
        "addr",
        "laddr",
        "fd",
        "age",
        "idle",
        "rbs",
        "rbp",
        "tot-mem",
        "tot-net-in",
        "tot-net-out",
    ];
    if !text.starts_with("id=") {
        return text.to_string();
    }
    let field = |field: &str| match field.split_once('=') {
        Some((name, _)) if VARY.contains(&name) => format!("{name}=<{name}>"),
        _ => field.to_string(),
    };
    let line = |line: &str| line.split(' ').map(field).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Chance decides which digits, not how many and of which kind.
fn digits(reply: &Reply) -> String {
    match reply {
        Reply::Bulk(text) if text.iter().all(u8::is_ascii_hexdigit) => {
            format!("<{} hexadecimal digits>", text.len())
        }
        other => plain(other),
    }
}

/// An allocator and a process decide about bytes and ratios; which names there are, in which order, of which type, and
/// how many keys are counted does not depend on them.
fn sizes(reply: &Reply, is_value: bool) -> Reply {
    let text = |text: &str| Reply::Bulk(text.into());
    match reply {
        Reply::Map(pairs) => {
            let masked = pairs.iter().map(|(name, value)| {
                let counts = matches!(name, Reply::Bulk(name) if name.ends_with(b".count"));
                (
                    name.clone(),
                    if counts {
                        value.clone()
                    } else {
                        sizes(value, true)
                    },
                )
            });
            Reply::Map(masked.collect())
        }
        Reply::Array(items) => {
            let mut counts = false;
            let masked = items.iter().enumerate().map(|(at, item)| {
                let kept = counts;
                counts =
                    at % 2 == 0 && matches!(item, Reply::Bulk(name) if name.ends_with(b".count"));
                if kept && at % 2 == 1 {
                    item.clone()
                } else {
                    sizes(item, at % 2 == 1)
                }
            });
            Reply::Array(masked.collect())
        }
        Reply::Int(_) => text("<bytes>"),
        Reply::Double(_) => text("<ratio>"),
        Reply::Bulk(number)
            if is_value
                && number
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b'.') =>
        {
            text("<ratio>")
        }
        other => other.clone(),
    }
}

/// The machine decides how long a command takes. How often each ran, that bounds are powers of two less one or so and
/// rise, and that the last count is the number of calls, is looked at.
fn durations(reply: &Reply) -> Reply {
    let Reply::Array(items) = reply else {
        return reply.clone();
    };
    let rises = |numbers: &[i64]| numbers.windows(2).all(|pair| pair[0] < pair[1]);
    let masked = items.iter().map(|item| match item {
        Reply::Array(inner)
            if inner.iter().all(|item| matches!(item, Reply::Int(_))) && !inner.is_empty() =>
        {
            let numbers: Vec<i64> = inner
                .iter()
                .filter_map(|item| match item {
                    Reply::Int(number) => Some(*number),
                    _ => None,
                })
                .collect();
            let bounds: Vec<i64> = numbers.iter().copied().step_by(2).collect();
            let counts: Vec<i64> = numbers.iter().copied().skip(1).step_by(2).collect();
            let text = match rises(&bounds) && rises(&counts) {
                true => format!(
                    "<durations of {}>",
                    counts.last().copied().unwrap_or_default()
                ),
                false => format!("{numbers:?}"),
            };
            Reply::Bulk(text.into())
        }
        Reply::Array(_) => durations(item),
        other => other.clone(),
    });
    Reply::Array(masked.collect())
}

/// Ids are drawn by lot; how long ago somebody was heard of is a matter of the second in which it is asked.
const LATENCY: &str = "latency_percentiles_usec_";

fn info(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(':') {
        Some((name @ ("master_replid" | "master_replid2"), id)) => {
            format!("{name}:{}", masked_id(id))
        }
        Some((name, value)) if name.starts_with("slave") && value.contains("lag=") => {
            let (head, _) = value.split_once("lag=").unwrap_or((value, ""));
            format!("{name}:{head}lag=<seconds>")
        }
        Some((name, value)) if name.starts_with(LATENCY) => {
            let names = value.split(',').filter_map(|part| part.split_once('='));
            let names: Vec<String> = names.map(|(name, _)| format!("{name}=<micros>")).collect();
            format!("{name}:{}", names.join(","))
        }
        _ => line.to_string(),
    });
    let mut lines: Vec<String> = lines.collect();
    // The server's commands come in the order of a hash.
    if lines.iter().any(|line| line.starts_with(LATENCY)) {
        lines.sort();
    }
    lines.join("\n")
}

fn masked_id(id: &str) -> String {
    let is_id = id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_id && id.bytes().any(|byte| byte != b'0') {
        true => format!("<{ID_DIGITS} hexadecimal digits>"),
        false => id.to_string(),
    }
}

/// A line of MONITOR tells the time, and a port that the system chose.
fn watched(line: &str) -> String {
    let parts: Vec<&str> = line.splitn(4, ' ').collect();
    match parts[..] {
        [time, db, address, words]
            if db.starts_with('[')
                && address.ends_with(']')
                && time
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.') =>
        {
            let fraction = time
                .split_once('.')
                .map_or(0, |(_, fraction)| fraction.len());
            format!("<seconds.{fraction} digits> {db} <address>] {words}")
        }
        _ => line.to_string(),
    }
}

/// A stream for a replica. Ids and marks are drawn by lot; a snapshot tells of the time and the memory of its server,
/// and its keys come in the order of a hash: it is shown by what it holds.
pub fn stream(bytes: &[u8]) -> String {
    let mut shown = String::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if rest.starts_with(b"+FULLRESYNC ") || rest.starts_with(b"+CONTINUE ") {
            let end = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |at| at + 1);
            let line = String::from_utf8_lossy(&rest[..end]).trim_end().to_string();
            let words: Vec<String> = line.split(' ').map(masked_id).collect();
            shown.push_str(&words.join(" "));
            shown.push('\n');
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix(b"$EOF:") {
            let (mark, body) = after.split_at(ID_DIGITS.min(after.len()));
            let body = body.strip_prefix(b"\r\n").unwrap_or(body);
            let at = body
                .windows(mark.len().max(1))
                .position(|window| window == mark);
            let at = at.unwrap_or(body.len());
            shown.push_str(&format!("$EOF:<{} hexadecimal digits>\n", mark.len()));
            shown.push_str(&snapshot(&body[..at]));
            shown.push_str("<the same digits>\n");
            rest = body.get(at + mark.len()..).unwrap_or_default();
        } else if let Some((length, body)) = counted(rest) {
            shown.push_str("$<length>\n");
            shown.push_str(&snapshot(&body[..length]));
            rest = &body[length..];
        } else {
            let next = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |at| at + 1);
            // Line breaks alone keep a connection alive, as often as time allows.
            if next > 1 {
                shown.push_str(&deadline(&rest[..next].escape_ascii().to_string()));
                shown.push('\n');
            }
            rest = &rest[next..];
        }
    }
    shown
}

/// A moment in milliseconds, as PXAT and the like name it.
fn deadline(line: &str) -> String {
    let number = line.trim_end_matches("\\r\\n");
    match number.len() == 13 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        true => "<moment>\\r\\n".to_string(),
        false => line.to_string(),
    }
}

fn counted(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let length: usize = std::str::from_utf8(bytes.get(1..end)?).ok()?.parse().ok()?;
    let body = bytes.get(end + 2..)?;
    (bytes[0] == b'$' && body.starts_with(b"REDIS") && body.len() >= length)
        .then_some((length, body))
}

fn snapshot(bytes: &[u8]) -> String {
    let mut names = Vec::new();
    for name in [
        "redis-ver",
        "redis-bits",
        "ctime",
        "used-mem",
        "repl-stream-db",
        "repl-id",
        "repl-offset",
        "aof-base",
    ] {
        if bytes
            .windows(name.len())
            .any(|window| window == name.as_bytes())
        {
            names.push(name);
        }
    }
    let now = Time::WORLD_START;
    let mut disk = engine::disk::Disk::default();
    disk.put("dump.rdb", bytes.to_vec());
    let mut reader = Engine::with_config(1, now, Config::default());
    match reader.start(disk, now) {
        Ok(_) => {
            let client = reader.connect("127.0.0.1:50000", now);
            let digest = reader.execute(client, &[b"DEBUG", b"DIGEST"], now);
            let _ = digest;
            let keys: Vec<String> = reader
                .keys
                .dbs
                .iter()
                .enumerate()
                .flat_map(|(at, db)| {
                    let mut keys: Vec<String> = db
                        .keys
                        .iter()
                        .map(|(key, _)| format!("{at}:{}", String::from_utf8_lossy(key)))
                        .collect();
                    keys.sort();
                    keys
                })
                .collect();
            format!(
                "<snapshot: notes {}; keys {}>\n",
                names.join(" "),
                keys.join(" ")
            )
        }
        Err(failure) => format!("<no snapshot: {failure}>\n"),
    }
}

/// A file of the server. The harness chooses port, folder and what DEBUG may; what a server adds to its configuration
/// comes in the order of a hash.
pub fn file(text: &str) -> String {
    const OF_THE_RUN: &[&str] = &[
        "port ",
        "dir ",
        "bind ",
        "enable-debug-command ",
        "enable-protected-configs ",
    ];
    let lines = text
        .lines()
        .filter(|line| !OF_THE_RUN.iter().any(|name| line.starts_with(name)));
    let mut lines: Vec<&str> = lines.collect();
    let added = |line: &&str| line.starts_with("# Generated");
    if let Some(at) = lines.iter().position(added) {
        // Where a line went, an empty one stays, unless it would be next to another: that too is up to the order.
        let mut added = lines.split_off(at);
        added.retain(|line| !line.is_empty());
        added.sort_unstable();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        lines.extend(added);
    }
    lines.join("\n")
}
