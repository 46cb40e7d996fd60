//! Questions about bytes, each answered by the engine's own numbers.

use messages::drawing::{Ask, Choice};

use crate::snapshot::{Body, Key};

pub fn question(key: &Key) -> Option<Ask> {
    match &key.body {
        Body::Bytes(_) if key.row.encoding == "raw" => rename(key),
        Body::Listpack(_) if key.row.kind == "list" => back_lengths(),
        _ => price(key),
    }
}

fn choice(text: impl Into<String>, right: bool, why: &str) -> Choice {
    Choice {
        text: text.into(),
        right,
        why: why.to_owned(),
    }
}

/// What the same data takes elsewhere.
fn price(key: &Key) -> Option<Ask> {
    let own = key
        .costs
        .iter()
        .find(|(encoding, _)| *encoding == key.row.encoding)?
        .1;
    let (other, bytes) = *key
        .costs
        .iter()
        .find(|(encoding, _)| *encoding != key.row.encoding)?;
    let times = |bytes: u64| format!("about {} bytes", bytes / 10 * 10);
    let why = format!(
        "The engine weighs it: {bytes} bytes as {other}, {own} as {}.",
        key.row.encoding
    );
    let (low, high) = (own.min(bytes), own.max(bytes));
    let guesses = [low, high, high * 3];
    let choices = guesses
        .into_iter()
        .map(|guess| choice(times(guess), guess == bytes, &why));
    Some(Ask {
        question: format!(
            "This {} takes {own} bytes. What would the same data take as {other}?",
            key.row.encoding
        ),
        choices: choices.collect(),
    })
}

/// Since 8.2 key and value share one object.
fn rename(key: &Key) -> Option<Ask> {
    const ROOM: u64 = 41;
    let (name, value) = (key.row.key.len() as u64, key.row.length);
    if value > ROOM || key.row.ttl_millis.is_some() {
        return None;
    }
    let longest = ROOM - value;
    let why = if name <= longest {
        "It was changed in place, and what was changed in place stays apart. SET it again: key and value then fit into one object of 64 bytes."
    } else {
        "Header 16, key and 3, value and 4 have to fit into 64 bytes: it is the key's length that decides, too."
    };
    Some(Ask {
        question: format!(
            "This value of {value} bytes is raw. How can it become embstr without changing the value?"
        ),
        choices: vec![
            choice(
                "A value has to be at most 44 bytes, so it can not",
                false,
                "That was the rule before 8.2, when the key lay elsewhere.",
            ),
            choice(
                format!("SET it under a key of at most {longest} bytes"),
                true,
                why,
            ),
            choice(
                "PERSIST it",
                false,
                "It has no deadline that could make way.",
            ),
        ],
    })
}

fn back_lengths() -> Option<Ask> {
    Some(Ask {
        question: "In a listpack, why does 127 take 2 bytes and 128 take 3?".to_owned(),
        choices: vec![
            choice(
                "128 is stored as text",
                false,
                "Text of three digits would take 5 bytes: class, three digits, length again.",
            ),
            choice(
                "127 fits into the 7 bits beside the class; 128 needs the form of 13 bits",
                true,
                "7f 01 against c0 80 02: class and value, then the length of that again.",
            ),
            choice(
                "128 needs a sign",
                false,
                "The form of 7 bits has no sign at all; -1 takes 13 bits, too.",
            ),
        ],
    })
}
