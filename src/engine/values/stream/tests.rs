use std::collections::BTreeMap;

use super::*;
use crate::structures::listpack::Listpack;
use crate::structures::random::Random;

fn limits(entries: u64, bytes: u64) -> Limits {
    Limits {
        stream_node_max_entries: entries,
        stream_node_max_bytes: bytes,
        ..Limits::default()
    }
}

type Model = BTreeMap<StreamId, Vec<Vec<u8>>>;

fn texts(entry: &StreamEntry) -> Vec<Vec<u8>> {
    let pairs = entry.pairs();
    pairs
        .flat_map(|(name, value)| [name.to_bytes().into_owned(), value.to_bytes().into_owned()])
        .collect()
}

fn check(stream: &Stream, model: &Model, seed: u64) {
    let of = |entries: &mut dyn Iterator<Item = StreamEntry>| -> Vec<(StreamId, Vec<Vec<u8>>)> {
        entries.map(|entry| (entry.id, texts(&entry))).collect()
    };
    let all = (StreamId::MIN, StreamId::MAX);
    let mut expected: Vec<(StreamId, Vec<Vec<u8>>)> = model.clone().into_iter().collect();
    assert_eq!(of(&mut stream.range(all.0, all.1)), expected, "seed {seed}");
    let first = model.keys().next().copied();
    assert_eq!(stream.first_id, first.unwrap_or_default(), "seed {seed}");
    expected.reverse();
    assert_eq!(
        of(&mut stream.range_rev(all.0, all.1)),
        expected,
        "seed {seed}"
    );
    assert_eq!(stream.len(), model.len() as u64, "seed {seed}");
    for (own, node) in stream.nodes() {
        let again = Listpack::from_bytes(node.listpack().bytes().to_vec());
        let again = again.and_then(|pack| Node::from_listpack(own, pack));
        assert!(
            again.is_some(),
            "seed {seed}: a node that nobody would load"
        );
    }
}

fn add(stream: &mut Stream, model: &mut Model, random: &mut Random, limits: &Limits) {
    let wanted = match random.below(3) {
        0 => Wanted::Within(stream.last_id.ms + random.below(3)),
        1 => Wanted::Now(random.below(2000)),
        _ => Wanted::Exactly(StreamId::new(
            stream.last_id.ms + random.below(3),
            stream.last_id.seq.saturating_sub(2) + random.below(5),
        )),
    };
    let pairs: Vec<Vec<u8>> = (0..2 + 2 * random.below(2))
        .map(|at| match at % 2 {
            0 => format!("f{}", random.below(2)).into_bytes(),
            _ => vec![b'x'; random.below(30) as usize],
        })
        .collect();
    let words: Vec<&[u8]> = pairs.iter().map(Vec::as_slice).collect();
    if let Ok(id) = stream.add(wanted, &words, limits) {
        assert!(model.keys().all(|before| *before < id));
        model.insert(id, pairs);
    }
}

#[test]
fn random_operations_against_a_map() {
    for seed in 0..30 {
        let mut random = Random::new(seed);
        let limits = limits(1 + random.below(8), random.below(2) * 400);
        let (mut stream, mut model) = (Stream::default(), Model::new());
        for _ in 0..400 {
            let ids: Vec<StreamId> = model.keys().copied().collect();
            let some_id = match random.below(10) {
                0 => StreamId::new(random.below(3000), random.below(4)),
                at => ids
                    .get(at as usize * ids.len() / 10)
                    .copied()
                    .unwrap_or_default(),
            };
            match random.below(20) {
                0..15 => add(&mut stream, &mut model, &mut random, &limits),
                15..18 => {
                    let deleted = stream.delete(some_id);
                    stream.settle_after_deletion();
                    assert_eq!(deleted, model.remove(&some_id).is_some(), "seed {seed}");
                }
                18 if random.chance(1, 4) => {
                    let most = random.below(1 + model.len() as u64);
                    trim(&mut stream, Bound::MaxLen(most));
                    while model.len() as u64 > most {
                        model.pop_first();
                    }
                }
                19 if random.chance(1, 4) => {
                    trim(&mut stream, Bound::MinId(some_id));
                    model.retain(|id, _| *id >= some_id);
                }
                _ => {}
            }
            let (from, to) = (some_id, StreamId::new(some_id.ms + 9, 0));
            let ids: Vec<StreamId> = stream.range(from, to).map(|entry| entry.id).collect();
            let expected: Vec<StreamId> = model.range(from..=to).map(|(id, _)| *id).collect();
            assert_eq!(ids, expected, "seed {seed}");
        }
        check(&stream, &model, seed);
    }
}

fn trim(stream: &mut Stream, bound: Bound) {
    stream.trim(&Trim {
        bound,
        approximate: false,
        limit: 0,
        references: References::Keep,
    });
}

#[test]
fn an_approximate_trim_takes_whole_nodes() {
    let mut stream = Stream::default();
    for ms in 1..=10 {
        let added = stream.add(
            Wanted::Exactly(StreamId::new(ms, 0)),
            &[b"f", b"v"],
            &limits(3, 0),
        );
        assert_eq!(added, Ok(StreamId::new(ms, 0)));
    }
    for (most, limit, left) in [(8, 0, 10), (2, 4, 7), (2, 2, 7), (0, 0, 0)] {
        stream.trim(&Trim {
            bound: Bound::MaxLen(most),
            approximate: true,
            limit,
            references: References::Keep,
        });
        assert_eq!(stream.len(), left, "MAXLEN ~ {most} LIMIT {limit}");
    }
}

#[test]
fn ids_are_read_as_the_server_reads_them() {
    let id = |ms, seq| Some(StreamId::new(ms, seq));
    for (text, expected) in [
        ("5", id(5, 9)),
        ("5-3", id(5, 3)),
        (" 5-\t+3", id(5, 3)),
        ("005", id(5, 9)),
        ("5-5-5", None),
        ("5--1", None),
        ("5--01", id(5, u64::MAX)),
        ("5-*", None),
        ("", None),
        ("-", None),
        ("-5", None),
        ("5-", None),
        ("+", None),
        (
            "18446744073709551615-18446744073709551615",
            Some(StreamId::MAX),
        ),
        ("18446744073709551616", None),
        ("5\0x", id(5, 9)),
    ] {
        assert_eq!(StreamId::parse(text.as_bytes(), 9), expected, "{text:?}");
    }
    let parts = StreamId::parse_parts(b"7-*");
    assert_eq!(parts, Some((7, Sequence::Automatic)));
    assert_eq!(StreamId::MAX.next(), None);
    assert_eq!(StreamId::MIN.previous(), None);
    assert_eq!(StreamId::new(4, u64::MAX).next(), id(5, 0));
    assert_eq!(StreamId::new(5, 0).previous(), id(4, u64::MAX));
}

/// Random deliveries, claims and removals: both lists of pending entries must say the same.
#[test]
fn pending_entries_stand_in_both_lists() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut group = Group::new(StreamId::MIN, 0);
        for _ in 0..500 {
            let name = [b'a' + random.below(5) as u8];
            let entry = StreamId::new(random.below(30), 0);
            match random.below(10) {
                0 => _ = group.remove_consumer(&name),
                1..4 => _ = group.acknowledge(entry),
                _ => {
                    let found = group.find(&name);
                    let owner = found.unwrap_or_else(|| group.add_consumer(&name, 0));
                    let (delivered, count) = (0, 1);
                    group.assign(
                        entry,
                        Pending {
                            owner,
                            delivered,
                            count,
                        },
                    );
                }
            }
            let of_consumers = group.consumers().map(|one| one.pending().len());
            assert_eq!(
                of_consumers.sum::<usize>(),
                group.pending().len(),
                "seed {seed}"
            );
            for (id, pending) in group.pending() {
                let owner = group.consumer(pending.owner);
                assert!(owner.pending().contains(id), "seed {seed}");
            }
        }
    }
}
