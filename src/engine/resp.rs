//! RESP2 and RESP3: replies into bytes (`encode`), bytes into requests (`Parser`) and into replies
//! (`decode`).
//!
//! The server's side of the wire and the client's, both without I/O. Closing the connection after a
//! `ProtocolError` is the caller's business; so is hanging up on `POST` and `Host:`, which Redis
//! refuses as commands.

mod decode;
mod request;
#[cfg(test)]
mod tests;

pub use decode::{Malformed, decode, decode_reply};
pub use request::{Limits, Parser, ProtocolError, Request};

use crate::number;
use crate::reply::Reply;

/// What HELLO chose for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    #[default]
    Resp2,
    Resp3,
}

use Protocol::{Resp2, Resp3};

/// Appends the bytes of a reply.
pub fn encode(reply: &Reply, protocol: Protocol, out: &mut Vec<u8>) {
    match reply {
        Reply::Status(text) => line(b'+', text.as_bytes(), out),
        Reply::StatusText(text) => line(b'+', text.as_bytes(), out),
        Reply::Error(error) => encode_error(&error.to_string(), out),
        Reply::Int(value) => header(b':', *value, out),
        Reply::Bulk(bytes) => bulk(bytes, out),
        Reply::Null if protocol == Resp2 => out.extend_from_slice(b"$-1\r\n"),
        Reply::NullArray if protocol == Resp2 => out.extend_from_slice(b"*-1\r\n"),
        Reply::Null | Reply::NullArray => out.extend_from_slice(b"_\r\n"),
        Reply::Array(items) => aggregate(b'*', items, protocol, out),
        Reply::Bulks(elements) => {
            header(b'*', elements.len() as i64, out);
            elements.iter().for_each(|element| bulk(element, out));
        }
        Reply::Set(items) => aggregate(
            if protocol == Resp3 { b'~' } else { b'*' },
            items,
            protocol,
            out,
        ),
        Reply::Push(items) => aggregate(
            if protocol == Resp3 { b'>' } else { b'*' },
            items,
            protocol,
            out,
        ),
        Reply::Map(entries) => {
            let (kind, per_entry) = if protocol == Resp3 {
                (b'%', 1)
            } else {
                (b'*', 2)
            };
            header(kind, (entries.len() * per_entry) as i64, out);
            encode_pairs(entries, protocol, out);
        }
        Reply::Pairs(pairs) if protocol == Resp2 => {
            header(b'*', (pairs.len() * 2) as i64, out);
            encode_pairs(pairs, protocol, out);
        }
        Reply::Pairs(pairs) => {
            header(b'*', pairs.len() as i64, out);
            for pair in pairs {
                out.extend_from_slice(b"*2\r\n");
                encode_pairs(std::slice::from_ref(pair), protocol, out);
            }
        }
        Reply::Double(value) if protocol == Resp2 => {
            bulk(number::format_f64(*value).as_bytes(), out)
        }
        Reply::Double(value) => line(b',', number::format_f64(*value).as_bytes(), out),
        Reply::Bool(yes) if protocol == Resp2 => header(b':', i64::from(*yes), out),
        Reply::Bool(yes) => out.extend_from_slice(if *yes { b"#t\r\n" } else { b"#f\r\n" }),
        Reply::Verbatim(_, text) if protocol == Resp2 => bulk(text.as_bytes(), out),
        Reply::Verbatim(format, text) => {
            header(b'=', (format.len() + 1 + text.len()) as i64, out);
            line_end(&[format.as_bytes(), b":", text.as_bytes()].concat(), out);
        }
        Reply::BigNumber(digits) if protocol == Resp2 => bulk(digits.as_bytes(), out),
        Reply::BigNumber(digits) => line(b'(', digits.as_bytes(), out),
        Reply::Many(replies) => replies
            .iter()
            .for_each(|reply| encode(reply, protocol, out)),
        Reply::Nothing | Reply::Later => {}
    }
}

/// Appends a command as clients, replication and the AOF write it: an array of bulk strings.
pub fn encode_command(words: &[impl AsRef<[u8]>], out: &mut Vec<u8>) {
    header(b'*', words.len() as i64, out);
    words.iter().for_each(|word| bulk(word.as_ref(), out));
}

/// An error is one line: a line break inside it goes out as a space.
fn encode_error(text: &str, out: &mut Vec<u8>) {
    let one_line = text.replace(['\r', '\n'], " ");
    line(b'-', one_line.as_bytes(), out);
}

fn aggregate(kind: u8, items: &[Reply], protocol: Protocol, out: &mut Vec<u8>) {
    header(kind, items.len() as i64, out);
    items.iter().for_each(|item| encode(item, protocol, out));
}

fn encode_pairs(pairs: &[(Reply, Reply)], protocol: Protocol, out: &mut Vec<u8>) {
    for (key, value) in pairs {
        encode(key, protocol, out);
        encode(value, protocol, out);
    }
}

fn bulk(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 8);
    header(b'$', bytes.len() as i64, out);
    line_end(bytes, out);
}

fn header(kind: u8, value: i64, out: &mut Vec<u8>) {
    // Most numbers are lengths and counts of one or two digits.
    match value {
        0..=9 => out.extend_from_slice(&[kind, b'0' + value as u8, b'\r', b'\n']),
        10..=99 => {
            let (tens, ones) = (b'0' + value as u8 / 10, b'0' + value as u8 % 10);
            out.extend_from_slice(&[kind, tens, ones, b'\r', b'\n']);
        }
        _ => {
            out.push(kind);
            number::format_i64(value, out);
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn line(kind: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    line_end(text, out);
}

fn line_end(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}
