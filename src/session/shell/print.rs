//! A reply in one of redis-cli's forms: for people, raw, as CSV, as JSON.

use engine::resp::{self, Protocol};
use engine::{Reply, render, words};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// Quoted and numbered, as on a terminal.
    Standard,
    /// The bytes, as into a pipe.
    Raw,
    Csv,
    Json,
}

/// What redis-cli writes for the reply to these words.
pub fn reply(reply: &Reply, command: &[Vec<u8>], protocol: Protocol, form: Form) -> Vec<u8> {
    // Reports such as INFO come as they are in every form.
    if render::is_raw(command) {
        return render::raw_bytes(reply, protocol);
    }
    let mut out = match form {
        Form::Standard => return render::render(reply, protocol).into_bytes(),
        Form::Raw => render::raw_bytes(reply, protocol),
        Form::Csv => {
            let mut out = Vec::new();
            write_csv(&as_sent(reply, protocol), &mut out);
            out
        }
        Form::Json => {
            let mut out = Vec::new();
            write_json(&as_sent(reply, protocol), &mut out);
            out
        }
    };
    out.push(b'\n');
    out
}

/// The reply as it arrives: there and back, so that maps are maps only where the protocol has them.
fn as_sent(reply: &Reply, protocol: Protocol) -> Reply {
    let mut wire = Vec::new();
    resp::encode(reply, protocol, &mut wire);
    match resp::decode_reply(&wire) {
        Some((reply, _)) => reply,
        None => reply.clone(),
    }
}

fn write_csv(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::Error(error) => {
            out.extend_from_slice(b"ERROR,");
            out.extend_from_slice(words::quote(error.to_string().as_bytes()).as_bytes());
        }
        Reply::Status(text) => out.extend_from_slice(words::quote(text.as_bytes()).as_bytes()),
        Reply::StatusText(text) | Reply::Verbatim(_, text) => {
            out.extend_from_slice(words::quote(text.as_bytes()).as_bytes());
        }
        Reply::Bulk(bytes) => out.extend_from_slice(words::quote(bytes).as_bytes()),
        Reply::Null | Reply::NullArray => out.extend_from_slice(b"NULL"),
        Reply::Bool(yes) => out.extend_from_slice(yes.to_string().as_bytes()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) | Reply::Many(items) => {
            separated(items.iter(), out, write_csv);
        }
        Reply::Map(entries) | Reply::Pairs(entries) => {
            let flat = entries.iter().flat_map(|(key, value)| [key, value]);
            separated(flat, out, write_csv);
        }
        number => write_number(number, out),
    }
}

fn write_json(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::Error(error) => {
            out.extend_from_slice(b"error:");
            write_json_text(error.to_string().as_bytes(), out);
        }
        Reply::Status(text) => write_json_text(text.as_bytes(), out),
        Reply::StatusText(text) | Reply::Verbatim(_, text) => write_json_text(text.as_bytes(), out),
        Reply::Bulk(bytes) => write_json_text(bytes, out),
        Reply::Null | Reply::NullArray => out.extend_from_slice(b"null"),
        Reply::Bool(yes) => out.extend_from_slice(yes.to_string().as_bytes()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) | Reply::Many(items) => {
            out.push(b'[');
            separated(items.iter(), out, write_json);
            out.push(b']');
        }
        Reply::Map(entries) | Reply::Pairs(entries) => {
            out.push(b'{');
            separated(entries.iter(), out, |(key, value), out| {
                write_json(key, out);
                out.push(b':');
                write_json(value, out);
            });
            out.push(b'}');
        }
        number => write_number(number, out),
    }
}

fn write_number(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::Bulks(elements) => write_csv(&elements.to_array(), out),
        Reply::Nothing | Reply::Later => {}
        number => out.extend_from_slice(&render::raw_bytes(number, Protocol::Resp3)),
    }
}

fn separated<T>(
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
}

/// Bytes that are no text stay as they are, as in redis-cli: the result is JSON only if the value was text.
fn write_json_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}
