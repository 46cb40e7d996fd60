//! The databases as the commands that would make them: the base of an append-only file without an RDB preamble.
//!
//! Collections come in batches, as the server writes them; one command of a million words would block whoever reads it.

use crate::keyspace::{Keyspace, Object};
use crate::number;
use crate::rdb;
use crate::resp;
use crate::time::Time;
use crate::value::Value;
use crate::values::hash::Hash;
use crate::values::sorted_set::SortedSet;
use crate::values::stream::{Consumer, Group, Stream, StreamId};

/// Elements of one command.
const BATCH: usize = 64;

/// All databases. `stamp` puts the time before them, as `aof-timestamp-enabled` asks.
pub fn commands(keys: &Keyspace, functions: &[Vec<u8>], stamp: Option<Time>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(now) = stamp {
        out.extend_from_slice(format!("#TS:{}\r\n", now.secs()).as_bytes());
    }
    for code in functions {
        resp::encode_command(&[b"FUNCTION", &b"LOAD"[..], code], &mut out);
    }
    for (index, db) in keys.dbs.iter().enumerate() {
        if db.keys.is_empty() {
            continue;
        }
        resp::encode_command(&[&b"SELECT"[..], index.to_string().as_bytes()], &mut out);
        for (key, object) in db.keys.iter() {
            write_key(key, object, &mut out);
        }
    }
    out
}

fn write_key(key: &[u8], object: &Object, out: &mut Vec<u8>) {
    match &object.value {
        Value::String(text) => {
            resp::encode_command(&[&b"SET"[..], key, &text.bytes()], out);
        }
        Value::List(list) => batches(
            b"RPUSH",
            key,
            1,
            list.iter().map(|item| item.to_bytes().into_owned()),
            out,
        ),
        Value::Set(set) => batches(
            b"SADD",
            key,
            1,
            set.iter().map(|item| item.into_owned()),
            out,
        ),
        Value::SortedSet(set) => sorted_set(key, set, out),
        Value::Hash(hash) => write_hash(key, hash, out),
        Value::Stream(stream) => write_stream(key, stream, out),
        // The real server's child crashes here, so there is nothing to be equal to.
        Value::VectorSet(_) => {
            let payload = rdb::dump(&object.value, true);
            resp::encode_command(&[&b"RESTORE"[..], key, b"0", &payload], out);
        }
    }
    if object.has_deadline() {
        let at = number::i64_to_bytes(object.deadline);
        resp::encode_command(&[&b"PEXPIREAT"[..], key, &at], out);
    }
}

/// A listpack goes from its lowest score up, a table in its own order.
fn sorted_set(key: &[u8], set: &SortedSet, out: &mut Vec<u8>) {
    let pair =
        |member: &[u8], score: f64| [number::shortest_f64(score).into_bytes(), member.to_vec()];
    match set.structures() {
        None => {
            let pairs = set.iter().flat_map(|(member, score)| pair(&member, score));
            batches(b"ZADD", key, 2, pairs, out);
        }
        Some((_, table)) => {
            let pairs = table
                .iter()
                .flat_map(|(member, score)| pair(member, *score));
            batches(b"ZADD", key, 2, pairs, out);
        }
    }
}

fn write_hash(key: &[u8], hash: &Hash, out: &mut Vec<u8>) {
    if hash.next_deadline().is_none() {
        let pairs = hash
            .iter()
            .flat_map(|(field, found)| [field.into_owned(), found.value.into_owned()]);
        return batches(b"HMSET", key, 2, pairs, out);
    }
    for (field, found) in hash.iter() {
        resp::encode_command(&[&b"HMSET"[..], key, &field, &found.value], out);
        if let Some(deadline) = found.deadline {
            let at = number::i64_to_bytes(deadline);
            resp::encode_command(
                &[&b"HPEXPIREAT"[..], key, &at, b"FIELDS", b"1", &field],
                out,
            );
        }
    }
}

/// Entries, then what entries alone do not tell, then groups with what each consumer has not acknowledged.
fn write_stream(key: &[u8], stream: &Stream, out: &mut Vec<u8>) {
    for entry in stream.range(StreamId::MIN, StreamId::MAX) {
        let mut words = vec![b"XADD".to_vec(), key.to_vec(), entry.id.to_text()];
        for (field, value) in entry.pairs() {
            words.extend([field.to_bytes().into_owned(), value.to_bytes().into_owned()]);
        }
        resp::encode_command(&words, out);
    }
    if stream.is_empty() {
        // An entry that is trimmed at once leaves the stream behind.
        let words = [&b"XADD"[..], key, b"MAXLEN", b"0", b"0-1", b"x", b"y"];
        resp::encode_command(&words, out);
    }
    let added = stream.entries_added.to_string();
    let (last, deleted) = (stream.last_id.to_text(), stream.max_deleted_id.to_text());
    let words = [
        &b"XSETID"[..],
        key,
        &last,
        b"ENTRIESADDED",
        added.as_bytes(),
        b"MAXDELETEDID",
        &deleted,
    ];
    resp::encode_command(&words, out);
    for (name, group) in stream.groups() {
        let read = number::i64_to_bytes(group.entries_read);
        let last = group.last_id.to_text();
        let words = [
            &b"XGROUP"[..],
            b"CREATE",
            key,
            name,
            &last,
            b"ENTRIESREAD",
            &read,
        ];
        resp::encode_command(&words, out);
        for consumer in group.consumers() {
            write_consumer(key, name, group, consumer, out);
        }
    }
}

fn write_consumer(key: &[u8], name: &[u8], group: &Group, consumer: &Consumer, out: &mut Vec<u8>) {
    if consumer.pending().is_empty() {
        let words = [&b"XGROUP"[..], b"CREATECONSUMER", key, name, &consumer.name];
        return resp::encode_command(&words, out);
    }
    for id in consumer.pending() {
        let Some(pending) = group.pending().get(id) else {
            continue;
        };
        let (time, count) = (
            number::i64_to_bytes(pending.delivered),
            pending.count.to_string(),
        );
        let words = [
            &b"XCLAIM"[..],
            key,
            name,
            &consumer.name,
            b"0",
            &id.to_text(),
            b"TIME",
            &time,
            b"RETRYCOUNT",
            count.as_bytes(),
            b"JUSTID",
            b"FORCE",
        ];
        resp::encode_command(&words, out);
    }
}

/// `width` words belong together.
fn batches(
    name: &[u8],
    key: &[u8],
    width: usize,
    words: impl Iterator<Item = Vec<u8>>,
    out: &mut Vec<u8>,
) {
    let mut batch: Vec<Vec<u8>> = vec![name.to_vec(), key.to_vec()];
    for word in words {
        batch.push(word);
        if batch.len() == 2 + BATCH * width {
            resp::encode_command(&batch, out);
            batch.truncate(2);
        }
    }
    if batch.len() > 2 {
        resp::encode_command(&batch, out);
    }
}
