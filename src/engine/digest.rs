//! A fingerprint of what keys hold, whatever their encodings and the order of their elements: DEBUG DIGEST.
//!
//! Two servers with the same data have the same digest, so it is the shortest proof that a file or a replica lost
//! nothing. SHA-1 throughout: what has an order is chained, what has none is combined by exclusive or.
//! Source: `computeDatasetDigest` in Redis' `debug.c`.

use crate::keyspace::{Keyspace, Object};
use crate::number;
use crate::value::Value;
use crate::values::stream::StreamId;
use crate::values::vector_set::VectorSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest([u8; 20]);

impl Digest {
    /// Combines in a way that knows no order.
    pub fn add(&mut self, bytes: &[u8]) {
        let hash = sha1_smol::Sha1::from(bytes).digest().bytes();
        for (byte, other) in self.0.iter_mut().zip(hash) {
            *byte ^= other;
        }
    }

    /// Combines so that the order counts.
    pub fn chain(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.0 = sha1_smol::Sha1::from(self.0).digest().bytes();
    }

    /// 40 hexadecimal digits.
    pub fn to_hex(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|half| char::from(DIGITS[usize::from(half)]))
            .collect()
    }
}

/// Of all databases.
pub fn of_databases(keys: &Keyspace) -> Digest {
    let mut all = Digest::default();
    for (index, db) in keys.dbs.iter().enumerate() {
        if db.keys.is_empty() {
            continue;
        }
        all.chain(&(index as u32).to_be_bytes());
        for (key, object) in db.keys.iter() {
            let mut digest = Digest::default();
            digest.chain(key);
            add_object(&mut digest, object);
            all.add(&digest.0);
        }
    }
    all
}

/// Of one value, its key not included.
pub fn of_object(object: &Object) -> Digest {
    let mut digest = Digest::default();
    add_object(&mut digest, object);
    digest
}

/// Vector sets are a module's type.
const MODULE: u32 = 5;

/// The server's numbers of the types.
fn type_number(value: &Value) -> u32 {
    match value {
        Value::String(_) => 0,
        Value::List(_) => 1,
        Value::Set(_) => 2,
        Value::SortedSet(_) => 3,
        Value::Hash(_) => 4,
        Value::VectorSet(_) => MODULE,
        Value::Stream(_) => 6,
    }
}

fn add_object(digest: &mut Digest, object: &Object) {
    digest.chain(&type_number(&object.value).to_be_bytes());
    match &object.value {
        Value::String(text) => digest.chain(&text.bytes()),
        Value::List(list) => list
            .iter()
            .for_each(|element| digest.chain(&element.to_bytes())),
        Value::Set(set) => set.iter().for_each(|member| digest.add(&member)),
        Value::SortedSet(set) => {
            for (member, score) in set.iter() {
                let mut element = Digest::default();
                element.chain(&member);
                element.chain(number::shortest_f64(score).as_bytes());
                digest.add(&element.0);
            }
        }
        Value::Hash(hash) => {
            for (field, found) in hash.iter() {
                let mut element = Digest::default();
                element.chain(&field);
                element.chain(&found.value);
                if found.deadline.is_some() {
                    element.add(b"!!hexpire!!");
                }
                digest.add(&element.0);
            }
        }
        Value::Stream(stream) => {
            for entry in stream.range(StreamId::MIN, StreamId::MAX) {
                digest.chain(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
                for (field, value) in entry.pairs() {
                    digest.chain(&field.to_bytes());
                    digest.chain(&value.to_bytes());
                }
            }
        }
        Value::VectorSet(set) => digest.add(&of_vectors(set).0),
    }
    if object.has_deadline() {
        digest.add(b"!!expire!!");
    }
}

fn of_vectors(set: &VectorSet) -> Digest {
    let mut header = Digest::default();
    header.chain(set.len().to_string().as_bytes());
    header.chain(set.graph.dimension.to_string().as_bytes());
    let mut all = Digest::default();
    all.add(&header.0);
    for place in set.graph.places() {
        let node = set.graph.node(place);
        let mut element = Digest::default();
        element.chain(&node.vector.to_bytes());
        element.chain(&node.name);
        if let Some(attributes) = &node.attributes {
            element.chain(attributes);
        }
        all.add(&element.0);
    }
    all
}
