//! The text redis-cli prints for a reply on a terminal.
//!
//! The prompt, the timing of slow commands and the subscribed mode are not here: they belong to who
//! holds the session. Text ends with a line break wherever redis-cli prints one.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::words;

/// What redis-cli prints, strings quoted and elements numbered.
pub fn render(reply: &Reply, protocol: Protocol) -> String {
    let mut out = String::new();
    write_reply(&reply_as_sent(reply, protocol), protocol, 0, &mut out);
    out
}

/// What redis-cli prints for the commands `is_raw` names: strings as they are, no line break of its
/// own.
pub fn render_raw(reply: &Reply, protocol: Protocol) -> String {
    String::from_utf8_lossy(&raw_bytes(reply, protocol)).into_owned()
}

/// The same as bytes, as they go into a pipe.
pub fn raw_bytes(reply: &Reply, protocol: Protocol) -> Vec<u8> {
    let mut out = Vec::new();
    write_raw(&reply_as_sent(reply, protocol), protocol, &mut out);
    out
}

/// Whether redis-cli prints the reply to this command raw, since it is a text for people.
pub fn is_raw(words: &[impl AsRef<[u8]>]) -> bool {
    let Some(command) = words.first() else {
        return false;
    };
    let is = |word: &[u8], name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    let command = command.as_ref();
    if is(command, "INFO") || is(command, "LOLWUT") {
        return true;
    }
    let Some(subcommand) = words.get(1) else {
        return false;
    };
    RAW_SUBCOMMANDS.iter().any(|(container, name, count)| {
        is(command, container)
            && is(subcommand.as_ref(), name)
            && count.is_none_or(|count| count == words.len())
    })
}

/// Command, subcommand, and the only number of words for which it holds.
const RAW_SUBCOMMANDS: &[(&str, &str, Option<usize>)] = &[
    ("CLIENT", "INFO", None),
    ("CLIENT", "LIST", None),
    ("CLUSTER", "INFO", Some(2)),
    ("CLUSTER", "NODES", Some(2)),
    ("DEBUG", "CLIENT-EVICTION", None),
    ("DEBUG", "HTSTATS", None),
    ("DEBUG", "HTSTATS-KEY", None),
    ("LATENCY", "DOCTOR", Some(2)),
    ("LATENCY", "GRAPH", Some(3)),
    ("MEMORY", "DOCTOR", None),
    ("MEMORY", "MALLOC-STATS", None),
    ("PROXY", "INFO", None),
];

/// The reply as a client of this protocol sees it. Elements are turned when their turn comes.
fn reply_as_sent(reply: &Reply, protocol: Protocol) -> Cow<'_, Reply> {
    let flat = |pairs: &[(Reply, Reply)]| {
        Reply::Array(
            pairs
                .iter()
                .flat_map(|(key, value)| [key.clone(), value.clone()])
                .collect(),
        )
    };
    match (reply, protocol) {
        (Reply::Bulks(elements), _) => Cow::Owned(elements.to_array()),
        (Reply::Map(pairs) | Reply::Pairs(pairs), Protocol::Resp2) => Cow::Owned(flat(pairs)),
        (Reply::Pairs(pairs), Protocol::Resp3) => {
            let pair =
                |(key, value): &(Reply, Reply)| Reply::Array(vec![key.clone(), value.clone()]);
            Cow::Owned(Reply::Array(pairs.iter().map(pair).collect()))
        }
        (Reply::Set(items) | Reply::Push(items), Protocol::Resp2) => {
            Cow::Owned(Reply::Array(items.clone()))
        }
        (Reply::Double(value), Protocol::Resp2) => {
            Cow::Owned(Reply::bulk(number::format_f64(*value)))
        }
        (Reply::Bool(yes), Protocol::Resp2) => Cow::Owned(Reply::Int(i64::from(*yes))),
        (Reply::Verbatim(_, text) | Reply::BigNumber(text), Protocol::Resp2) => {
            Cow::Owned(Reply::bulk(text))
        }
        _ => Cow::Borrowed(reply),
    }
}

/// Writes a reply whose further lines are indented by `indent`; the first continues the line that
/// is there.
fn write_reply(reply: &Reply, protocol: Protocol, indent: usize, out: &mut String) {
    match reply {
        Reply::Status(text) => out.push_str(text),
        Reply::StatusText(text) | Reply::Verbatim(_, text) | Reply::BigNumber(text) => {
            out.push_str(text)
        }
        Reply::Error(error) => out.push_str(&format!(
            "(error) {}",
            error.to_string().replace(['\r', '\n'], " ")
        )),
        Reply::Bulks(elements) => write_reply(&elements.to_array(), protocol, indent, out),
        Reply::Int(value) => out.push_str(&format!("(integer) {value}")),
        Reply::Bulk(bytes) => out.push_str(&words::quote(bytes)),
        Reply::Null | Reply::NullArray => out.push_str("(nil)"),
        Reply::Double(value) => out.push_str(&format!("(double) {}", number::format_f64(*value))),
        Reply::Bool(yes) => out.push_str(&format!("({yes})")),
        Reply::Array(items) if items.is_empty() => out.push_str("(empty array)"),
        Reply::Set(items) if items.is_empty() => out.push_str("(empty set)"),
        Reply::Push(items) if items.is_empty() => out.push_str("(empty push)"),
        Reply::Map(entries) | Reply::Pairs(entries) if entries.is_empty() => {
            out.push_str("(empty hash)")
        }
        Reply::Array(items) | Reply::Push(items) => {
            return write_items(items, ')', protocol, indent, out);
        }
        Reply::Set(items) => return write_items(items, '~', protocol, indent, out),
        Reply::Map(entries) | Reply::Pairs(entries) => {
            return write_entries(entries, protocol, indent, out);
        }
        Reply::Many(replies) => {
            for reply in replies {
                write_reply(&reply_as_sent(reply, protocol), protocol, indent, out);
            }
            return;
        }
        Reply::Nothing | Reply::Later => return,
    }
    out.push('\n');
}

fn write_items(items: &[Reply], mark: char, protocol: Protocol, indent: usize, out: &mut String) {
    let width = digits(items.len());
    for (index, item) in items.iter().enumerate() {
        write_index(index, width, mark, indent, out);
        write_reply(
            &reply_as_sent(item, protocol),
            protocol,
            indent + width + 2,
            out,
        );
    }
}

fn write_entries(entries: &[(Reply, Reply)], protocol: Protocol, indent: usize, out: &mut String) {
    let width = digits(entries.len());
    for (index, (key, value)) in entries.iter().enumerate() {
        write_index(index, width, '#', indent, out);
        write_reply(
            &reply_as_sent(key, protocol),
            protocol,
            indent + width + 2,
            out,
        );
        // The key's line goes on.
        out.truncate(out.len() - usize::from(out.ends_with('\n')));
        out.push_str(" => ");
        let deeper = indent + width + 2;
        if spans_lines(value) {
            out.push_str(&format!("\n{:deeper$}", ""));
        }
        write_reply(&reply_as_sent(value, protocol), protocol, deeper, out);
    }
}

/// Whether a map's value has several numbered lines and so begins below its key to be aligned.
fn spans_lines(value: &Reply) -> bool {
    match value {
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => match items.as_slice() {
            [] => false,
            [only] => spans_lines(only),
            _ => true,
        },
        Reply::Map(entries) => match entries.as_slice() {
            [] => false,
            [(_, only)] => spans_lines(only),
            _ => true,
        },
        Reply::Bulks(elements) => elements.len() > 1,
        // Each pair is an array of two.
        Reply::Pairs(pairs) => !pairs.is_empty(),
        _ => false,
    }
}

fn write_index(index: usize, width: usize, mark: char, indent: usize, out: &mut String) {
    let indent = if index == 0 { 0 } else { indent };
    out.push_str(&format!("{:indent$}{:width$}{mark} ", "", index + 1));
}

fn digits(count: usize) -> usize {
    count.to_string().len()
}

fn write_raw(reply: &Reply, protocol: Protocol, out: &mut Vec<u8>) {
    match reply {
        Reply::Null | Reply::NullArray | Reply::Nothing | Reply::Later => {}
        Reply::Error(error) => {
            out.extend_from_slice(error.to_string().replace(['\r', '\n'], " ").as_bytes());
            out.push(b'\n');
        }
        Reply::Status(text) => out.extend_from_slice(text.as_bytes()),
        Reply::StatusText(text) | Reply::Verbatim(_, text) | Reply::BigNumber(text) => {
            out.extend_from_slice(text.as_bytes());
        }
        Reply::Bulk(bytes) => out.extend_from_slice(bytes),
        Reply::Int(value) => number::format_i64(*value, out),
        Reply::Double(value) => out.extend_from_slice(number::format_f64(*value).as_bytes()),
        Reply::Bool(yes) => out.extend_from_slice(format!("({yes})").as_bytes()),
        Reply::Bulks(elements) => write_raw(&elements.to_array(), protocol, out),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) | Reply::Many(items) => {
            join(items.iter(), b"\n", protocol, out);
        }
        Reply::Map(entries) | Reply::Pairs(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b'\n');
                }
                join([key, value].into_iter(), b" ", protocol, out);
            }
        }
    }
}

fn join<'a>(
    items: impl Iterator<Item = &'a Reply>,
    between: &[u8],
    protocol: Protocol,
    out: &mut Vec<u8>,
) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.extend_from_slice(between);
        }
        write_raw(&reply_as_sent(item, protocol), protocol, out);
    }
}
