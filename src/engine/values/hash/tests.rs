use std::collections::BTreeMap;

use super::{Hash, OldDeadline};
use crate::config::Limits;
use crate::structures::random::Random;

const SEED: [u8; 16] = [7; 16];

fn limits(entries: usize, value: usize) -> Limits {
    Limits {
        hash_max_listpack_entries: entries,
        hash_max_listpack_value: value,
        ..Limits::default()
    }
}

/// Fields as they lie: `a=1 b=2@9` has a field `b` with the value 2 and the deadline 9.
fn shown(hash: &Hash) -> String {
    let one = |(field, found): (std::borrow::Cow<[u8]>, super::Found)| {
        let deadline = found
            .deadline
            .map_or(String::new(), |deadline| format!("@{deadline}"));
        format!(
            "{}={}{deadline}",
            String::from_utf8_lossy(&field),
            String::from_utf8_lossy(&found.value)
        )
    };
    hash.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Runs steps such as `a=1`, `a=1!` (keep the deadline), `a@9`, `a@-`, `-a`, and compares what lies there after all.
fn check(steps: &str, expected: &str) {
    let mut hash = Hash::new();
    for step in steps.split(' ') {
        if let Some((field, value)) = step.split_once('=') {
            let (value, old) = match value.strip_suffix('!') {
                Some(value) => (value, OldDeadline::Keep),
                None => (value, OldDeadline::Drop),
            };
            hash.set(
                field.as_bytes(),
                value.as_bytes(),
                old,
                &Limits::default(),
                SEED,
            );
        } else if let Some((field, deadline)) = step.split_once('@') {
            hash.set_deadline(field.as_bytes(), deadline.parse().ok());
        } else {
            hash.remove(&step.as_bytes()[1..]);
        }
    }
    assert_eq!(
        format!("{} {}", hash.encoding(), shown(&hash)),
        expected,
        "{steps}"
    );
}

#[test]
fn fields_with_deadlines_lie_in_order_of_deadline() {
    check("a=1 b=2 a=3", "listpack a=3 b=2");
    check("a=1 b=2 b@9", "listpackex b=2@9 a=1");
    check("x=1 y=2 z=3 x@9 y@9 z@9", "listpackex z=3@9 y=2@9 x=1@9");
    check("a=1 b=2 c=3 a@9 b@8 c@7 b@-", "listpackex c=3@7 a=1@9 b=2");
    check("a=1 b=2 c=3 a@9 b@8 a=5", "listpackex b=2@8 c=3 a=5");
    check("a=1 b=2 c=3 a@9 b@8 b=5!", "listpackex b=5@8 a=1@9 c=3");
    check("a=1 b=2 b@8 -b", "listpackex a=1");
}

#[test]
fn encodings_only_grow() {
    let mut hash = Hash::new();
    for number in 0..4 {
        let field = number.to_string();
        assert!(hash.set(
            field.as_bytes(),
            b"v",
            OldDeadline::Drop,
            &limits(3, 5),
            SEED
        ));
        assert_eq!(
            hash.encoding(),
            if number < 3 { "listpack" } else { "hashtable" }
        );
    }
    for number in 1..4 {
        hash.remove(number.to_string().as_bytes());
    }
    assert_eq!((hash.encoding(), hash.len()), ("hashtable", 1));
    let mut hash = Hash::new();
    hash.set_deadline(b"missing", Some(5));
    assert_eq!(hash.encoding(), "listpackex");
    hash.set(b"f", b"longer", OldDeadline::Drop, &limits(3, 5), SEED);
    assert_eq!(hash.encoding(), "hashtable");
    let mut hash = Hash::new();
    hash.make_room(
        &[b"a", b"1", b"a", b"2", b"a", b"3", b"a", b"4"],
        &limits(3, 5),
        SEED,
    );
    assert_eq!(
        hash.encoding(),
        "hashtable",
        "the words count, not the fields"
    );
}

#[test]
fn a_hash_is_a_map_in_every_encoding() {
    for seed in 1..60 {
        let mut random = Random::new(seed);
        let limits = limits(if seed % 3 == 0 { 6 } else { 512 }, 64);
        let mut hash = Hash::new();
        let mut model: BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)> = BTreeMap::new();
        for _ in 0..300 {
            step(&mut hash, &mut model, &limits, &mut random);
            let mut found: Vec<_> = hash
                .iter()
                .map(|(field, found)| {
                    (
                        field.into_owned(),
                        (found.value.into_owned(), found.deadline),
                    )
                })
                .collect();
            found.sort();
            assert!(found.into_iter().eq(model.clone()), "seed {seed}");
            let nearest = model.values().filter_map(|(_, deadline)| *deadline).min();
            assert_eq!(
                (hash.len(), hash.next_deadline()),
                (model.len(), nearest),
                "seed {seed}"
            );
            let now = random.below(12) as i64;
            // A look-up still sees a field in the millisecond of its deadline; the sweep takes it.
            let count = |is_over: &dyn Fn(i64) -> bool| {
                let deadlines = model.values().filter_map(|(_, deadline)| *deadline);
                deadlines.filter(|deadline| is_over(*deadline)).count()
            };
            let swept = count(&|deadline| deadline <= now);
            assert_eq!(hash.due_fields(now, usize::MAX).len(), swept, "seed {seed}");
            let unseen = count(&|deadline| deadline < now);
            assert_eq!(hash.len_at(now), model.len() - unseen, "seed {seed}");
        }
    }
}

fn step(
    hash: &mut Hash,
    model: &mut BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)>,
    limits: &Limits,
    random: &mut Random,
) {
    let field = random.below(12).to_string().into_bytes();
    let value = format!("v{}", random.below(100)).into_bytes();
    let deadline = random.chance(3, 4).then(|| 1 + random.below(10) as i64);
    match random.below(if hash.encoding() == "listpack" { 6 } else { 9 }) {
        0 | 1 => assert_eq!(hash.remove(&field), model.remove(&field).is_some()),
        2..=4 => {
            let created = hash.set(&field, &value, OldDeadline::Drop, limits, SEED);
            assert_eq!(created, model.insert(field, (value, None)).is_none());
        }
        5 => {
            hash.set(&field, &value, OldDeadline::Keep, limits, SEED);
            model.entry(field).or_insert((Vec::new(), None)).0 = value;
        }
        _ => {
            hash.set_deadline(&field, deadline);
            if let Some(entry) = model.get_mut(&field) {
                entry.1 = deadline;
            }
        }
    }
    if random.chance(1, 40) {
        hash.allow_deadlines();
    }
}
