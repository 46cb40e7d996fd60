use super::*;
use crate::config::Limits;
use crate::structures::random::Random;

fn load(payload: &[u8]) -> Option<Value> {
    let mut random = Random::new(1);
    let mut rules = Rules {
        limits: Limits::default(),
        seed: [0; 16],
        random: &mut random,
    };
    Reader::new(open_dump(payload)?).value(&mut rules).ok()
}

fn seal(body: &[u8]) -> Vec<u8> {
    let mut payload = [body, &VERSION.to_le_bytes()].concat();
    let checksum = crc64(&payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
    payload
}

fn recorded() -> Vec<Vec<u8>> {
    let hex = |line: &str| -> Vec<u8> {
        let digits: Vec<u32> = line
            .chars()
            .filter_map(|digit| digit.to_digit(16))
            .collect();
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect()
    };
    include_str!("../../../tests/vectors/dumps.txt")
        .lines()
        .map(hex)
        .collect()
}

#[test]
fn recorded_dumps_come_back_byte_for_byte() {
    for payload in recorded() {
        let value = load(&payload).unwrap_or_else(|| panic!("{payload:02x?}"));
        // Tables have the order of their server's hash seed.
        if !matches!(value.encoding(), "hashtable") {
            assert_eq!(dump(&value, false), payload, "{value:?}");
        }
    }
}

#[test]
fn damaged_dumps_are_refused_or_harmless() {
    let mut random = Random::new(7);
    for payload in recorded() {
        let body = &payload[..payload.len() - FOOTER];
        for end in 0..body.len() {
            load(&seal(&body[..end]));
        }
        for _ in 0..400 {
            let mut damaged = body.to_vec();
            for _ in 0..=random.below(3) {
                let at = random.below(damaged.len() as u64) as usize;
                damaged[at] = random.next_u32() as u8;
            }
            if let Some(value) = load(&seal(&damaged)) {
                let again = dump(&value, true);
                assert!(load(&again).is_some(), "{damaged:02x?}");
            }
        }
    }
}

#[test]
fn lengths_that_lie_reserve_nothing() {
    let huge = [0x81, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for kind in [
        0, 1, 2, 3, 4, 5, 11, 15, 16, 17, 18, 19, 20, 21, 24, 25, 255,
    ] {
        assert!(
            load(&seal(&[&[kind], &huge[..], b"\x01a"].concat())).is_none(),
            "type {kind}"
        );
    }
    let lzf = [&[0, LZF, 3][..], &huge, b"\x00aa"].concat();
    assert!(load(&seal(&lzf)).is_none());
}

/// A vector set of some bytes, which may be damaged, can be worked with like any other.
fn exercise(set: &mut crate::values::vector_set::VectorSet, random: &mut Random) {
    let dimension = set.graph.dimension;
    let query = vec![1.0; dimension.min(1000)];
    if query.len() == dimension {
        set.graph.search(&query, 3, None);
        set.add(b"another", None, &query, 20, random);
    }
    while !set.is_empty() {
        let at = set.graph.places().next().unwrap();
        let name = set.graph.node(at).name.clone();
        assert!(set.remove(&name));
    }
}

#[test]
fn damaged_vector_sets_are_refused_or_harmless() {
    use crate::structures::hnsw::{Graph, Quantization};
    use crate::values::vector_set::{Projection, VectorSet};
    let mut random = Random::new(8);
    let graph = Graph::new(2, Quantization::Int8, 4);
    let mut set = VectorSet::new(graph, Some(Projection::new(4, 2)));
    for name in 0..12u8 {
        let attributes = (name % 2 == 0).then_some(b"{}".as_slice());
        let values = [f32::from(name) - 6.0, 1.0];
        set.add(&[name], attributes, &values, 200, &mut random);
    }
    let payload = dump(&Value::VectorSet(set.into()), true);
    let body = &payload[..payload.len() - FOOTER];
    assert!(load(&payload).is_some());
    for end in 0..body.len() {
        assert!(load(&seal(&body[..end])).is_none());
    }
    for _ in 0..5_000 {
        let mut damaged = body.to_vec();
        for _ in 0..1 + random.below(3) {
            let at = random.below(damaged.len() as u64) as usize;
            damaged[at] = random.next_u32() as u8;
        }
        if let Some(Value::VectorSet(mut set)) = load(&seal(&damaged)) {
            exercise(&mut set, &mut random);
        }
    }
}

/// Whatever a damaged stream holds, commands on it end.
#[test]
fn damaged_streams_can_be_used() {
    const STREAM: u8 = kind::STREAM_3;
    let mut random = Random::new(9);
    let mut used = 0;
    for payload in recorded() {
        let body = &payload[..payload.len() - FOOTER];
        for _ in 0..if body[0] == STREAM { 3000 } else { 0 } {
            let mut damaged = body.to_vec();
            for _ in 0..=random.below(2) {
                let at = 1 + random.below(damaged.len() as u64 - 1) as usize;
                damaged[at] = random.next_u32() as u8;
            }
            used += usize::from(use_stream(&seal(&damaged)));
        }
    }
    assert!(used > 100, "few damaged streams were loaded: {used}");
}

fn use_stream(payload: &[u8]) -> bool {
    const COMMANDS: &[&str] = &[
        "XINFO STREAM x FULL COUNT 0",
        "XINFO GROUPS x",
        "XINFO CONSUMERS x g",
        "MEMORY USAGE x",
        "XREVRANGE x + -",
        "XPENDING x g",
        "XPENDING x g - + 100",
        "XADD x * a 1",
        "XADD x 1-* a 1 b 2",
        "XREADGROUP GROUP g ada STREAMS x 0",
        "XREADGROUP GROUP g bob COUNT 1 STREAMS x >",
        "XAUTOCLAIM x g ada 0 0",
        "XCLAIM x g bob 0 1-1 2-0 FORCE",
        "XACKDEL x g ACKED IDS 2 1-1 2-0",
        "XDELEX x DELREF IDS 2 1-1 900000-3",
        "XDEL x 1-0 900000-4",
        "XTRIM x MAXLEN ~ 1",
        "XTRIM x MINID 2 ACKED",
        "XTRIM x MAXLEN 1 DELREF",
        "XGROUP DELCONSUMER x g ada",
        "XTRIM x MAXLEN 0",
    ];
    let now = crate::Time::WORLD_START;
    let mut engine = crate::Engine::new(1, now);
    let client = engine.connect("127.0.0.1:50000", now);
    let restored = engine.execute(client, &[b"RESTORE", b"x", b"0", payload], now);
    for command in COMMANDS {
        let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        engine.execute(client, &words, now);
    }
    restored == crate::Reply::OK
}
