use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::random::Random;

/// A trie by its plain definition: every prefix of a key is a node, and those with one way on and no end are joined.
fn counted_plainly(keys: &BTreeSet<u128>) -> usize {
    let mut ways: BTreeMap<Vec<u8>, BTreeSet<u8>> = BTreeMap::from([(Vec::new(), BTreeSet::new())]);
    for key in keys {
        let bytes = key.to_be_bytes();
        for depth in 0..KEY_BYTES {
            let on = ways.entry(bytes[..depth].to_vec()).or_default();
            on.insert(bytes[depth]);
        }
    }
    let is_run = |prefix: &[u8]| ways.get(prefix).is_some_and(|on| on.len() == 1);
    let begins_node = |prefix: &Vec<u8>| match prefix.split_last() {
        None => true,
        Some((_, parent)) => !(is_run(prefix) && is_run(parent)),
    };
    ways.keys().filter(|prefix| begins_node(prefix)).count() + keys.len()
}

#[test]
fn nodes_are_those_of_a_trie() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut keys = BTreeSet::new();
        let mut key = u128::from(random.next_u64());
        for _ in 0..random.below(300) {
            let shift = random.below(16) as u32 * BITS;
            key = key.wrapping_add(u128::from(random.below(300)) << shift);
            keys.insert(key);
        }
        let found = node_count(keys.iter().copied());
        assert_eq!(found, counted_plainly(&keys), "seed {seed}");
    }
}

#[test]
fn small_trees() {
    let key = |ms: u128, seq: u128| ms << 64 | seq;
    for (keys, nodes) in [
        (vec![], 1),
        (vec![key(1, 1)], 2),
        (vec![key(1, 1), key(2, 1)], 6),
        (vec![key(1, 1), key(1, 2)], 4),
        (vec![key(1, 1), key(1, 2), key(2, 1)], 8),
        (vec![0, u128::MAX], 5),
    ] {
        assert_eq!(node_count(keys.iter().copied()), nodes, "{keys:x?}");
    }
}
