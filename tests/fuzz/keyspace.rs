//! The whole keyspace of both: keys, types, encodings, deadlines, contents.

use engine::Reply;

use crate::normalize;
use crate::play::{Outcome, Pair};
use crate::settings::DATABASES;

/// The first difference, as text.
pub fn compare(pair: &mut Pair) -> Option<String> {
    if let Outcome::Differ(text) = pair.barrier() {
        return Some(text);
    }
    if let Err(text) = compare_counts(pair) {
        return Some(text);
    }
    (0..DATABASES).find_map(|db| compare_database(pair, db).err())
}

/// How many look-ups found their key and how many did not.
fn compare_counts(pair: &mut Pair) -> Result<(), String> {
    let (ours, theirs) = pair.ask(0, &[b"INFO", b"stats"]);
    for field in ["keyspace_hits:", "keyspace_misses:"] {
        let (ours, theirs) = (count(&ours, field), count(&theirs, field));
        if ours.is_none() || ours != theirs {
            return Err(format!("{field} engine {ours:?}, server {theirs:?}"));
        }
    }
    Ok(())
}

fn count(info: &Reply, field: &str) -> Option<u64> {
    let Reply::Bulk(text) = info else { return None };
    let text = std::str::from_utf8(text).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.parse().ok()
}

fn compare_database(pair: &mut Pair, db: usize) -> Result<(), String> {
    let keys = match agree(pair, db, &[b"KEYS", b"*"])? {
        Reply::Array(keys) => keys,
        other => return Err(format!("KEYS answers {other:?}")),
    };
    for key in keys {
        let Reply::Bulk(key) = key else { continue };
        compare_key(pair, db, &key)?;
    }
    Ok(())
}

fn compare_key(pair: &mut Pair, db: usize, key: &[u8]) -> Result<(), String> {
    agree(pair, db, &[b"OBJECT", b"ENCODING", key])?;
    agree(pair, db, &[b"PEXPIRETIME", key])?;
    let kind = match agree(pair, db, &[b"TYPE", key])? {
        Reply::StatusText(kind) => kind,
        Reply::Status(kind) => kind.to_string(),
        other => return Err(format!("TYPE answers {other:?}")),
    };
    match kind.as_str() {
        "string" => agree(pair, db, &[b"GET", key])?,
        "list" => agree(pair, db, &[b"LRANGE", key, b"0", b"-1"])?,
        "set" => agree(pair, db, &[b"SMEMBERS", key])?,
        "zset" => agree(pair, db, &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"])?,
        "stream" => return compare_stream(pair, db, key),
        "vectorset" => return compare_vector_set(pair, db, key),
        "hash" => return compare_hash(pair, db, key),
        _ => Reply::Null,
    };
    Ok(())
}

fn compare_stream(pair: &mut Pair, db: usize, key: &[u8]) -> Result<(), String> {
    agree(
        pair,
        db,
        &[b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"],
    )?;
    agree(pair, db, &[b"XREVRANGE", key, b"+", b"-"])?;
    agree(pair, db, &[b"DUMP", key])?;
    Ok(())
}

fn compare_hash(pair: &mut Pair, db: usize, key: &[u8]) -> Result<(), String> {
    agree(pair, db, &[b"HGETALL", key])?;
    let Reply::Array(fields) = agree(pair, db, &[b"HKEYS", key])? else {
        return Ok(());
    };
    for field in fields {
        let Reply::Bulk(field) = field else { continue };
        agree(pair, db, &[b"HPEXPIRETIME", key, b"FIELDS", b"1", &field])?;
    }
    Ok(())
}

/// All elements, with their distances from one of them.
fn compare_vector_set(pair: &mut Pair, db: usize, key: &[u8]) -> Result<(), String> {
    const ALL: &[u8] = b"100000";
    agree(pair, db, &[b"VINFO", key])?;
    let Reply::Array(elements) = agree(pair, db, &[b"VRANDMEMBER", key, ALL])? else {
        return Ok(());
    };
    for element in &elements {
        let Reply::Bulk(element) = element else {
            continue;
        };
        agree(pair, db, &[b"VEMB", key, element, b"RAW"])?;
    }
    if let Some(Reply::Bulk(one)) = elements.first() {
        let (scores, attributes) = (b"WITHSCORES", b"WITHATTRIBS");
        agree(
            pair,
            db,
            &[
                b"VSIM", key, b"ELE", one, scores, attributes, b"COUNT", ALL, b"TRUTH",
            ],
        )?;
    }
    Ok(())
}

/// The server's reply if the engine gives the same.
fn agree(pair: &mut Pair, db: usize, words: &[&[u8]]) -> Result<Reply, String> {
    let (ours, theirs) = pair.ask(db, words);
    let owned: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
    match normalize::compare(&owned, &[], &ours, Some(&theirs)) {
        Outcome::Agree => Ok(theirs),
        Outcome::Differ(text) => {
            let shown: Vec<String> = words
                .iter()
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            Err(format!(
                "at the end, database {db}, {}: {text}",
                shown.join(" ")
            ))
        }
    }
}
