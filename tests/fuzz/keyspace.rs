//! The whole keyspace of both: keys, types, encodings, deadlines, contents.

use engine::Reply;

use crate::normalize;
use crate::play::{Outcome, Pair};

/// The first difference, as text.
pub fn compare(pair: &mut Pair) -> Option<String> {
    if let Some(text) = pair.unexpected() {
        return Some(text);
    }
    let keys = match agree(pair, &[b"KEYS", b"*"]) {
        Ok(Reply::Array(keys)) => keys,
        Ok(other) => return Some(format!("KEYS answers {other:?}")),
        Err(text) => return Some(text),
    };
    for key in keys {
        let Reply::Bulk(key) = key else { continue };
        if let Err(text) = compare_key(pair, &key) {
            return Some(text);
        }
    }
    None
}

fn compare_key(pair: &mut Pair, key: &[u8]) -> Result<(), String> {
    agree(pair, &[b"OBJECT", b"ENCODING", key])?;
    agree(pair, &[b"PEXPIRETIME", key])?;
    let kind = match agree(pair, &[b"TYPE", key])? {
        Reply::StatusText(kind) => kind,
        Reply::Status(kind) => kind.to_string(),
        other => return Err(format!("TYPE answers {other:?}")),
    };
    match kind.as_str() {
        "string" => agree(pair, &[b"GET", key])?,
        "list" => agree(pair, &[b"LRANGE", key, b"0", b"-1"])?,
        "set" => agree(pair, &[b"SMEMBERS", key])?,
        "zset" => agree(pair, &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"])?,
        "hash" => return compare_hash(pair, key),
        "vectorset" => return compare_vector_set(pair, key),
        _ => Reply::Null,
    };
    Ok(())
}

fn compare_hash(pair: &mut Pair, key: &[u8]) -> Result<(), String> {
    agree(pair, &[b"HGETALL", key])?;
    let Reply::Array(fields) = agree(pair, &[b"HKEYS", key])? else {
        return Ok(());
    };
    for field in fields {
        let Reply::Bulk(field) = field else { continue };
        agree(pair, &[b"HPEXPIRETIME", key, b"FIELDS", b"1", &field])?;
    }
    Ok(())
}

/// All elements, with their distances from one of them.
fn compare_vector_set(pair: &mut Pair, key: &[u8]) -> Result<(), String> {
    const ALL: &[u8] = b"100000";
    agree(pair, &[b"VINFO", key])?;
    let Reply::Array(elements) = agree(pair, &[b"VRANDMEMBER", key, ALL])? else {
        return Ok(());
    };
    for element in &elements {
        let Reply::Bulk(element) = element else {
            continue;
        };
        agree(pair, &[b"VEMB", key, element, b"RAW"])?;
    }
    if let Some(Reply::Bulk(one)) = elements.first() {
        let (scores, attributes) = (b"WITHSCORES", b"WITHATTRIBS");
        agree(
            pair,
            &[
                b"VSIM", key, b"ELE", one, scores, attributes, b"COUNT", ALL, b"TRUTH",
            ],
        )?;
    }
    Ok(())
}

/// The server's reply if the engine gives the same.
fn agree(pair: &mut Pair, words: &[&[u8]]) -> Result<Reply, String> {
    let (ours, theirs) = pair.ask(words);
    let owned: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
    match normalize::compare(&owned, &[], &ours, Some(&theirs)) {
        Outcome::Agree => Ok(theirs),
        Outcome::Differ(text) => {
            let shown: Vec<String> = words
                .iter()
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            Err(format!("at the end, {}: {text}", shown.join(" ")))
        }
    }
}
