use super::{End, List};
use crate::config::Limits;
use crate::structures::random::Random;

/// Random pushes, pops, inserts and removals, compared with a vector; `limits` make conversions frequent.
fn check(seed: u64, limits: Limits) {
    let mut random = Random::new(seed);
    let (mut list, mut model) = (List::default(), Vec::<Vec<u8>>::new());
    for step in 0..2000 {
        let value = (0..random.below(6))
            .map(|_| b'0' + random.below(3) as u8)
            .collect::<Vec<u8>>();
        let end = if random.chance(1, 2) {
            End::Left
        } else {
            End::Right
        };
        match random.below(if model.len() < 40 { 6 } else { 9 }) {
            0..=3 => {
                list.make_room(value.len(), 1, &limits);
                list.push(end, &value);
                model.insert(if end == End::Left { 0 } else { model.len() }, value);
            }
            4 => {
                list.make_room(value.len(), 1, &limits);
                let at = model.iter().position(|other| *other == b"1");
                assert_eq!(
                    list.insert_beside(b"1", end, &value),
                    at.is_some(),
                    "seed {seed} step {step}"
                );
                if let Some(at) = at {
                    model.insert(at + (end == End::Right) as usize, value);
                }
            }
            5 => {
                let gone = list.remove_equal(&value, 2, end);
                for _ in 0..gone {
                    let equal = |other: &Vec<u8>| *other == value;
                    let at = if end == End::Left {
                        model.iter().position(equal)
                    } else {
                        model.iter().rposition(equal)
                    };
                    model.remove(at.expect("the list found one"));
                }
                assert!(
                    gone == 2 || !model.contains(&value),
                    "seed {seed} step {step}"
                );
            }
            6 => {
                let start = random.below(model.len() as u64) as usize;
                let count = random.below(1 + (model.len() - start) as u64) as usize;
                list.delete_range(start, count);
                model.drain(start..start + count);
            }
            _ => {
                let expected = if end == End::Left {
                    Some(model.remove(0))
                } else {
                    model.pop()
                };
                assert_eq!(list.pop(end), expected, "seed {seed} step {step}");
            }
        }
        list.shrink(&limits);
        assert_eq!(list.len(), model.len(), "seed {seed} step {step}");
        let forward: Vec<Vec<u8>> = list
            .iter()
            .map(|entry| entry.to_bytes().into_owned())
            .collect();
        assert_eq!(forward, model, "seed {seed} step {step}");
        assert!(
            list.iter_rev()
                .map(|entry| entry.to_bytes().into_owned())
                .eq(model.iter().rev().cloned())
        );
    }
}

#[test]
fn a_list_is_a_vector_in_every_encoding() {
    for (seed, fill) in [(1, -2), (2, 1), (3, 4), (4, 0), (5, 10), (6, -1)] {
        check(
            seed,
            Limits {
                list_max_listpack_size: fill,
                ..Limits::default()
            },
        );
    }
}

#[test]
fn conversion_has_half_a_node_of_slack() {
    let limits = Limits {
        list_max_listpack_size: 4,
        ..Limits::default()
    };
    let mut list = List::default();
    let mut seen = Vec::new();
    for _ in 0..5 {
        list.make_room(1, 1, &limits);
        list.push(End::Right, b"a");
        seen.push(list.encoding());
    }
    for _ in 0..3 {
        list.pop(End::Right);
        list.shrink(&limits);
        seen.push(list.encoding());
    }
    let (small, large) = ("listpack", "quicklist");
    assert_eq!(
        seen,
        [small, small, small, small, large, large, large, small]
    );
}
