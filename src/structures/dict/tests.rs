use super::*;
use crate::random::Random;
use std::collections::{BTreeMap, BTreeSet};

const SEED: [u8; 16] = *b"0123456789abcdef";

fn key(n: u64) -> Vec<u8> {
    format!("key:{n}").into_bytes()
}

fn filled(n: u64) -> Dict<u64> {
    let mut dict = Dict::new(SEED);
    (0..n).for_each(|at| assert_eq!(dict.insert(&key(at), at), None));
    dict
}

/// The dict against a map, and its own bookkeeping.
fn check(dict: &Dict<u64>, model: &BTreeMap<Vec<u8>, u64>, seed: u64) {
    assert_eq!(dict.len(), model.len(), "seed {seed}");
    let listed: BTreeMap<Vec<u8>, u64> = dict.iter().map(|(k, v)| (k.to_vec(), *v)).collect();
    assert_eq!(&listed, model, "seed {seed}");
    assert_eq!(dict.iter().count(), model.len(), "seed {seed}");
    let sizes: [usize; 2] = dict.table_sizes().into();
    let used: [usize; 2] = dict.table_used().into();
    for table in 0..2 {
        let buckets = 0..sizes[table];
        assert_eq!(
            buckets
                .map(|at| dict.bucket(table, at).count())
                .sum::<usize>(),
            used[table]
        );
    }
    if let Some(frontier) = dict.rehash_index() {
        assert!(
            (0..frontier).all(|at| dict.bucket(0, at).next().is_none()),
            "seed {seed}"
        );
    } else {
        assert_eq!((sizes[1], used[1]), (0, 0), "seed {seed}");
    }
}

#[test]
fn random_operations_match_a_map() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut dict = Dict::new(SEED);
        let mut model = BTreeMap::new();
        let space = [4, 30, 300, 2000][seed as usize % 4];
        for step in 0..3000 {
            let name = key(random.below(space));
            // Long phases of growth, then of decline.
            let growing = (step / 700) % 2 == 0;
            match random.below(10) {
                0 => assert_eq!(
                    dict.find(&name).copied(),
                    model.get(&name).copied(),
                    "{seed}"
                ),
                1 => assert_eq!(dict.get(&name), model.get(&name), "seed {seed}"),
                2 => assert_eq!(
                    dict.contains(&name),
                    model.contains_key(&name),
                    "seed {seed}"
                ),
                3 => {
                    let ours = *dict.get_or_insert_with(&name, || step);
                    assert_eq!(ours, *model.entry(name).or_insert(step), "seed {seed}");
                }
                4 => dict.set_resize_avoid(random.chance(1, 3)),
                _ if growing != random.chance(1, 5) => {
                    assert_eq!(
                        dict.insert(&name, step),
                        model.insert(name, step),
                        "seed {seed}"
                    );
                }
                _ => assert_eq!(dict.remove(&name), model.remove(&name), "seed {seed}"),
            }
            if step % 97 == 0 {
                check(&dict, &model, seed);
            }
        }
        check(&dict, &model, seed);
        dict.clear();
        check(&dict, &BTreeMap::new(), seed);
    }
}

#[test]
fn tables_grow_as_recorded() {
    let text = include_str!("../../../tests/vectors/dict-rehash-and-scan.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let rows = vectors["main_dict_growth"].as_array().unwrap();
    let mut dict = Dict::new(SEED);
    for row in rows {
        let wanted = row["after_sets"].as_u64().unwrap();
        while (dict.len() as u64) < wanted {
            let next = key(dict.len() as u64);
            dict.insert(&next, 0);
        }
        let tables = row["tables"].as_array().unwrap();
        let size = |at: usize| {
            tables
                .get(at)
                .map_or(0, |table| table["size"].as_u64().unwrap())
        };
        let (ours, recorded) = (dict.table_sizes(), (size(0) as usize, size(1) as usize));
        // When a rehash ends depends on the hash seed; how large the tables are does not.
        assert_eq!(ours.0.max(ours.1), recorded.0.max(recorded.1), "{row}");
        if wanted > 4 && (wanted - 1).is_power_of_two() {
            assert_eq!(ours, recorded, "{row}");
            assert!(
                dict.table_used().1 >= 2,
                "a bucket moved and the new key: {row}"
            );
        }
    }
}

#[test]
fn growth_starts_at_the_fifth_key_and_moves_a_bucket_per_operation() {
    let mut dict = filled(4);
    assert_eq!(dict.table_sizes(), (4, 0));
    dict.insert(&key(4), 4);
    assert_eq!(dict.table_sizes(), (4, 8));
    for _ in 0..4 {
        dict.find(b"absent");
    }
    assert_eq!((dict.table_sizes(), dict.table_used()), ((8, 0), (5, 0)));
}

#[test]
fn a_look_up_moves_the_bucket_it_visits() {
    let mut dict = filled(65);
    while dict.rehash_index() == Some(0) {
        dict.rehash_steps(1);
    }
    let (frontier, last) = (dict.rehash_index().unwrap(), 63);
    let name = (0..=last)
        .rev()
        .find_map(|at| dict.bucket(0, at).next())
        .unwrap()
        .to_vec();
    let bucket = dict.hash(&name) as usize & 63;
    dict.find(&name);
    assert_eq!(dict.rehash_index(), Some(frontier));
    assert_eq!(dict.bucket(0, bucket).count(), 0);
    assert!(dict.get(&name).is_some());
}

#[test]
fn a_look_up_without_effect_moves_nothing() {
    let dict = filled(17);
    let before = dict.table_used();
    assert!((0..17).all(|at| dict.get(&key(at)) == Some(&at)));
    assert_eq!(dict.table_used(), before);
}

#[test]
fn tables_shrink_at_an_eighth() {
    let mut dict = filled(217);
    dict.rehash_steps(1000);
    assert_eq!(dict.table_sizes(), (256, 0));
    (33..217).for_each(|at| assert_eq!(dict.remove(&key(at)), Some(at)));
    assert_eq!(dict.table_sizes(), (256, 0));
    dict.remove(&key(32));
    assert_eq!(dict.table_sizes(), (256, 32));
    assert!(!dict.rehash_steps(1000));
    assert_eq!((dict.table_sizes(), dict.len()), ((32, 0), 32));
}

#[test]
fn a_child_process_holds_resizing_back() {
    let mut dict = filled(4);
    dict.set_resize_avoid(true);
    (4..16).for_each(|at| assert_eq!(dict.insert(&key(at), at), None));
    assert_eq!(dict.table_sizes(), (4, 0));
    dict.insert(&key(16), 16);
    assert_eq!(dict.table_sizes(), (4, 32));
    let mut dict = filled(217);
    dict.rehash_steps(1000);
    dict.set_resize_avoid(true);
    (9..217).for_each(|at| assert_eq!(dict.remove(&key(at)), Some(at)));
    assert_eq!(dict.table_sizes(), (256, 0));
    dict.remove(&key(8));
    assert_eq!(dict.table_sizes(), (256, 8));
    // A growth that was under way waits as well.
    let mut dict = filled(65);
    let moved = dict.table_used();
    dict.set_resize_avoid(true);
    (0..65).for_each(|at| assert!(dict.find(&key(at)).is_some()));
    assert_eq!(dict.table_used(), moved);
    assert!(!dict.rehash_steps(1000));
}

#[test]
fn at_most_ten_empty_buckets_pass_per_step() {
    let mut dict = filled(1024);
    for at in 0..1024 {
        dict.remove(&key(at));
        if dict.is_rehashing() {
            break;
        }
    }
    let (old, new) = dict.table_sizes();
    assert_eq!((old, new), (1024, 128));
    let mut frontier = dict.rehash_index().unwrap();
    while dict.rehash_steps(1) {
        let next = dict.rehash_index().unwrap();
        assert!(next - frontier <= 11, "{frontier} to {next}");
        frontier = next;
    }
    assert_eq!(dict.table_sizes(), (128, 0));
}

#[test]
fn scan_counts_in_reversed_bits() {
    let text = include_str!("../../../tests/vectors/dict-rehash-and-scan.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    for row in vectors["scan"]["rows"].as_array().unwrap() {
        let recorded = row["full_bucket_visit_order"].as_array().unwrap();
        let recorded: Vec<u64> = recorded.iter().map(|at| at.as_u64().unwrap()).collect();
        let size = row["table_size"].as_u64().unwrap();
        let mut dict = Dict::new(SEED);
        dict.expand(size as usize);
        dict.insert(b"one", ());
        assert_eq!(dict.table_sizes().0 as u64, size);
        let (mut cursor, mut order) = (0, Vec::new());
        loop {
            order.push(cursor);
            cursor = dict.scan(cursor, &mut |_, _| {});
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(order, recorded);
    }
}

#[test]
fn scan_misses_nothing_that_stays() {
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let start = random.below(300) + 1;
        let mut dict = filled(start);
        let staying = start / 2;
        let (mut cursor, mut seen, mut fresh) = (0, BTreeSet::new(), start);
        let growing = random.chance(1, 2);
        loop {
            cursor = dict.scan(cursor, &mut |name, _| {
                seen.insert(name.to_vec());
            });
            if cursor == 0 {
                break;
            }
            for _ in 0..random.below(8) {
                if growing && fresh < 5000 {
                    dict.insert(&key(fresh), 0);
                    fresh += 1;
                } else {
                    dict.remove(&key(staying + random.below(start)));
                }
            }
        }
        let missed = (0..staying).filter(|at| !seen.contains(&key(*at))).count();
        assert_eq!(missed, 0, "seed {seed}");
    }
}

#[test]
fn a_cursor_from_anywhere_is_harmless() {
    let mut random = Random::new(1);
    for dict in [filled(0), filled(3), filled(65), filled(129)] {
        for _ in 0..200 {
            dict.scan(random.next_u64(), &mut |_, _| {});
        }
    }
}

#[test]
fn every_key_can_come_by_chance() {
    let mut random = Random::new(11);
    assert_eq!(filled(0).random_key(&mut random), None);
    assert_eq!(filled(0).fair_random_key(&mut random), None);
    for dict in [filled(1), filled(20), filled(64), filled(65)] {
        let mut plain = BTreeSet::new();
        let mut fair = BTreeSet::new();
        for _ in 0..4000 {
            plain.insert(dict.random_key(&mut random).unwrap());
            fair.insert(dict.fair_random_key(&mut random).unwrap());
        }
        assert_eq!((plain.len(), fair.len()), (dict.len(), dict.len()));
    }
}

#[test]
fn samples_hold_present_keys() {
    let mut random = Random::new(12);
    let mut sparse = filled(1000);
    (20..1000).for_each(|at| assert!(sparse.remove(&key(at)).is_some()));
    for dict in [
        filled(0),
        filled(1),
        filled(7),
        filled(65),
        filled(500),
        sparse,
    ] {
        for n in [0, 1, 5, 16, 100] {
            let sample = dict.some_keys(n, &mut random);
            assert!(sample.len() <= n.min(dict.len()));
            assert!(
                sample
                    .iter()
                    .all(|(name, value)| dict.get(name) == Some(*value))
            );
            assert!(n == 0 || dict.len() < 100 || sample.len() >= n / 2);
        }
    }
}

#[test]
fn iter_mut_reaches_all() {
    let mut dict = filled(100);
    dict.iter_mut().for_each(|(_, value)| *value += 1);
    assert!((0..100).all(|at| dict.get(&key(at)) == Some(&(at + 1))));
}
