use super::*;
use crate::engine::Engine;
use crate::structures::random::Random;
use crate::words;

const NOW: Time = Time::WORLD_START;

fn engine(lines: &[&str]) -> Engine {
    let mut engine = Engine::new(1, NOW);
    let client = engine.connect("127.0.0.1:50000", NOW);
    for line in lines {
        let words = words::split(line.as_bytes()).expect("well quoted");
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let reply = engine.execute(client, &words, NOW);
        assert!(
            !matches!(reply, crate::Reply::Error(_)),
            "{line}: {reply:?}"
        );
    }
    engine
}

fn some() -> Engine {
    engine(&[
        "SET hello world",
        "SET n 42",
        "RPUSH l 1 2",
        "SET t v PXAT 4102444800000",
        "HSET h a 1 b 2",
        "HPEXPIREAT h 4102444800000 FIELDS 1 a",
        "SADD s a b c",
        "ZADD z 1.5 a 2 b",
        "SELECT 3",
        "SET other db",
    ])
}

const WRITING: Writing = Writing {
    compress: true,
    checksum: true,
    kept: Kept::Nothing,
    aof_base: false,
    used_memory: 1_000_000,
    origin: None,
    functions: &[],
    now: NOW,
};

fn load(bytes: &[u8]) -> Result<(Keyspace, Loaded), Damage> {
    let reading = Reading {
        checksum: true,
        keep_expired: false,
        replace: false,
        tally: Tally::Recency,
        now: NOW,
    };
    let mut random = Random::new(1);
    let mut keys = Keyspace::new(16, false, &mut random, NOW);
    let mut rules = Rules {
        limits: Default::default(),
        seed: keys.hash_seed(),
        random: &mut random,
    };
    let loaded = read(bytes, &mut keys, &mut rules, &reading)?;
    Ok((keys, loaded))
}

#[test]
fn what_is_written_is_read() {
    let functions = [b"#!lua name=x\n...".to_vec()];
    let writing = Writing {
        functions: &functions,
        ..WRITING
    };
    let engine = some();
    let bytes = write(&engine.keys, &writing);
    let (keys, loaded) = load(&bytes).expect("our own file");
    assert_eq!((loaded.keys, loaded.expired), (8, 0));
    assert_eq!(loaded.functions, functions);
    assert_eq!(loaded.length, bytes.len());
    for (before, after) in engine.keys.dbs.iter().zip(&keys.dbs) {
        assert_eq!(before.keys.len(), after.keys.len());
        assert_eq!(before.expires.len(), after.expires.len());
        assert_eq!(before.field_deadlines, after.field_deadlines);
        for (key, object) in before.keys.iter() {
            let found = after.keys.get(key).expect("every key came back");
            assert_eq!(found.deadline, object.deadline);
            assert_eq!(
                super::super::dump(&found.value, false),
                super::super::dump(&object.value, false)
            );
        }
    }
}

/// As recorded: the header's facts are the file's own, so they are taken from it.
#[test]
fn the_recorded_file_is_read_and_written() {
    let text = include_str!("../../../../tests/vectors/persistence.json");
    let vector: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let hex = vector["rdb_small"]["hex"].as_str().expect("hex");
    let recorded: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
        .collect();
    let (keys, loaded) = load(&recorded).expect("the server's file");
    assert_eq!((loaded.keys, loaded.length), (4, recorded.len()));
    let used_memory = u64::from(u32::from_le_bytes(*b"\x58\x6a\x10\x00"));
    let created = i64::from(u32::from_le_bytes(*b"\x5d\xe0\x03\x6b"));
    let writing = Writing {
        compress: false,
        used_memory,
        now: Time::from_millis(created * 1000),
        ..WRITING
    };
    let ours = write(&keys, &writing);
    // The header to the byte; keys come in the order of another hash seed.
    assert_eq!(ours[..83], recorded[..83]);
    assert_eq!(ours.len(), recorded.len());
    let (again, _) = load(&ours).expect("our own file");
    assert_eq!(again.dbs[0].keys.len(), 4);
}

#[test]
fn damaged_files_are_refused_or_harmless() {
    let bytes = write(&some().keys, &WRITING);
    for end in 0..bytes.len() {
        assert!(load(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(damaged.len() as u64) as usize;
            damaged[at] = random.next_u32() as u8;
        }
        if damaged == bytes {
            continue;
        }
        // Without its checksum everything depends on the other checks.
        let end = damaged.len() - 8;
        damaged[end..].fill(0);
        if let Ok((keys, _)) = load(&damaged) {
            load(&write(&keys, &WRITING)).expect("what was read can be written and read");
        }
    }
}

#[test]
fn problems_have_names() {
    let good = write(&some().keys, &WRITING);
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    assert_eq!(load(b"").err(), Some(Damage::NotRdb));
    assert_eq!(load(b"hello, this is text").err(), Some(Damage::NotRdb));
    assert_eq!(load(&changed(8, b'3')).err(), Some(Damage::Version(13)));
    assert!(matches!(
        load(&changed(good.len() - 1, good[good.len() - 1] ^ 1)),
        Err(Damage::Checksum { .. })
    ));
    let body = |rest: &[u8]| [b"REDIS0012", rest].concat();
    let huge = [0x81, 0, 0, 1, 0, 0, 0, 0, 0];
    assert_eq!(
        load(&body(
            &[
                &[opcode::RESIZE_DB][..],
                &huge,
                &huge,
                &[opcode::END],
                &[0; 8]
            ]
            .concat()
        ))
        .map(|(_, loaded)| loaded.keys),
        Ok(0)
    );
    assert_eq!(
        load(&body(&[&[opcode::AUX][..], &huge].concat())).err(),
        Some(Damage::At(10))
    );
    assert_eq!(
        load(&body(&[opcode::SELECT_DB, 16])).err(),
        Some(Damage::Database(16))
    );
    let twice = b"\x00\x01a\x01b\x00\x01a\x01c\xff\0\0\0\0\0\0\0\0";
    assert_eq!(
        load(&body(twice)).err(),
        Some(Damage::Duplicate(b"a".to_vec()))
    );
    let empty = b"\x02\x01a\x00\x00\x01b\x01c\xff\0\0\0\0\0\0\0\0";
    assert_eq!(load(&body(empty)).map(|(_, loaded)| loaded.keys), Ok(1));
}
