//! The X-ray and the slot board after random commands: what they have seen is what the server itself says.

use std::collections::BTreeMap;

use super::*;

/// One command on the key `k`, whatever it holds.
fn random_line(lot: &mut impl FnMut(u64) -> u64) -> String {
    let (one, other) = (lot(40), lot(1_000_000));
    // Pictures cut longer ones.
    let long = "x".repeat(lot(60) as usize);
    match lot(22) {
        0 => "DEL k".to_owned(),
        1 => format!("SET k {other}"),
        2 => format!("APPEND k v{long}"),
        3 | 4 => format!("RPUSH k {one} v{other} w{long}"),
        5 => format!("LPUSH k {other}"),
        6 => "LTRIM k 0 2".to_owned(),
        7 => "LPOP k".to_owned(),
        8 | 9 => format!("SADD k {one} {other}"),
        10 => format!("SADD k v{one} w{long}"),
        11 => format!("SREM k {one} v{one}"),
        12 | 13 => format!("HSET k f{one} {other} g{other} v{long}"),
        14 => format!("HDEL k f{one}"),
        15 => format!("HEXPIRE k 1000 FIELDS 1 f{one}"),
        16 | 17 => format!("ZADD k {one} m{one} 0.5 n{other}"),
        18 => format!("ZREM k m{one}"),
        19 => "ZPOPMAX k".to_owned(),
        20 => format!("CONFIG SET hash-max-listpack-entries {}", 4 + lot(5)),
        _ => format!("CONFIG SET set-max-listpack-entries {}", 4 + lot(5)),
    }
}

/// The elements that a reply lists, or the one that it is.
fn elements(reply: &str) -> Vec<String> {
    let lines = reply.lines().map(|line| {
        let element = line.split_once(") ").map_or(line, |(_, element)| element);
        element.trim().trim_matches('"').to_owned()
    });
    let mut elements: Vec<String> = lines.collect();
    elements.sort();
    elements
}

/// What a picture lists, as text; none where it lists no elements or only some.
fn listed(key: &views::snapshot::Key) -> Option<Vec<String>> {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let mut elements: Vec<String> = match &key.body {
        Body::Bytes(bytes) => vec![text(bytes)],
        Body::Intset { values, .. } => values.iter().map(i64::to_string).collect(),
        Body::Table { entries, .. } => {
            let is_set = key.row.kind == "set";
            let parts = |(name, value): &(Vec<u8>, Vec<u8>)| match is_set {
                true => vec![text(name)],
                false => vec![text(name), text(value)],
            };
            entries.iter().flat_map(parts).collect()
        }
        Body::Listpack(pack) if pack.count as usize == pack.entries.len() => {
            let entries = pack.entries.iter().enumerate();
            // Of three, the last is a field's deadline.
            let kept = entries.filter(|(at, _)| pack.stride < 3 || at % 3 < 2);
            kept.map(|(_, entry)| text(&entry.value)).collect()
        }
        _ => return None,
    };
    elements.sort();
    Some(elements)
}

#[test]
fn the_xray_shows_what_the_server_lists_in_the_encoding_that_it_names() {
    let (mut compared, mut named) = (BTreeMap::new(), 0);
    for seed in 0..6 {
        let mut lot = lots(seed);
        let mut world = world(&["CONFIG SET zset-max-listpack-entries 6"]);
        for _ in 0..250 {
            // Commands for another type are refused, which must change nothing either.
            world.type_line("", &random_line(&mut lot));
            let Snapshot::Key(key) = inspect::key(&world, b"k", &[]) else {
                assert_eq!(world.type_line("", "EXISTS k").output, "(integer) 0");
                continue;
            };
            let encoding = world.type_line("", "OBJECT ENCODING k").output;
            assert_eq!(encoding, format!("\"{}\"", key.row.encoding));
            named += 1;
            let question = match key.row.kind.as_str() {
                "string" => "GET k",
                "list" => "LRANGE k 0 -1",
                "set" => "SMEMBERS k",
                "hash" => "HGETALL k",
                _ => "ZRANGE k 0 -1 WITHSCORES",
            };
            let reply = world.type_line("", question).output;
            if let Some(drawn) = listed(&key) {
                assert_eq!(drawn, elements(&reply), "seed {seed}, {encoding}");
                *compared.entry(key.row.encoding.clone()).or_insert(0) += 1;
            }
        }
        let frames = frames(&mut world, &xray::VIEW, "k");
        let now = inspect::key(&world, b"k", &[]);
        assert_eq!(*frames.last().expect("frames").after, now, "seed {seed}");
        at_each_step(&frames, "k", |scene| drop((xray::VIEW.draw)(scene)));
    }
    assert!(named > 600, "{named}");
    for encoding in ["raw", "listpack", "intset", "hashtable", "listpackex"] {
        assert!(compared.contains_key(encoding), "{encoding}: {compared:?}");
    }
}

/// CRC16/XMODEM, bit by bit.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 != 0 { 0x1021 } else { 0 }
        })
    })
}

/// What is hashed of a key: what stands in its first pair of braces, if anything does.
fn hashed(key: &str) -> &str {
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    tag.map(|(tag, _)| tag)
        .filter(|tag| !tag.is_empty())
        .unwrap_or(key)
}

#[test]
fn the_slot_board_counts_the_keys_that_the_server_has() {
    let mut most = 0;
    for seed in 0..4 {
        let mut lot = lots(seed);
        let mut world = world(&["SET first 1"]);
        for _ in 0..300 {
            let (one, other) = (lot(60), lot(60));
            let name = |number: u64| match number % 5 {
                0 => format!("{{user:{}}}:k{number}", number % 7),
                1 => format!("k{{}}{number}"),
                2 => format!("k{{{{{}}}}}", number % 7),
                _ => format!("k{number}"),
            };
            let (one, other) = (name(one), name(other));
            let line = match lot(8) {
                0 | 1 => format!("DEL {one}"),
                2 => format!("COPY {one} {other}"),
                3 => format!("RENAME {one} {other}"),
                4 => format!("SET {one} v PX 1"),
                5 => "FLUSHDB".to_owned(),
                _ => format!("SET {one} v"),
            };
            // A flush now and then, and RENAME of what is not there is refused.
            if line != "FLUSHDB" || lot(40) == 0 {
                world.type_line("", &line);
            }
        }
        world.type_line("", "+ 1s");
        let frames = frames(&mut world, &slots::VIEW, "");
        let Snapshot::Server(drawn) = &*frames.last().expect("frames").after else {
            panic!("the board is about the server")
        };
        let mut counted: BTreeMap<u16, u32> = BTreeMap::new();
        for key in elements(&world.type_line("", "KEYS *").output) {
            *counted
                .entry(crc(hashed(&key).as_bytes()) % 16_384)
                .or_default() += 1;
        }
        let seen: BTreeMap<u16, u32> = drawn.slots.iter().map(|one| (one.slot, one.keys)).collect();
        assert_eq!(seen, counted, "seed {seed}");
        most = most.max(counted.len());
        at_each_step(&frames, "", |scene| drop((slots::VIEW.draw)(scene)));
    }
    assert!(most > 10, "{most} slots had keys at the end");
}
