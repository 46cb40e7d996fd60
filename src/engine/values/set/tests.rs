use std::collections::BTreeSet;

use super::{Rules, Set};
use crate::config::Limits;
use crate::structures::random::Random;

const RULES: Rules = Rules {
    limits: LIMITS,
    seed: [7; 16],
};
const LIMITS: Limits = Limits {
    hash_max_listpack_entries: 512,
    hash_max_listpack_value: 64,
    set_max_intset_entries: 12,
    set_max_listpack_entries: 8,
    set_max_listpack_value: 6,
    zset_max_listpack_entries: 128,
    zset_max_listpack_value: 64,
    list_max_listpack_size: -2,
    list_compress_depth: 0,
    list_packed_threshold: 0,
    hll_sparse_max_bytes: 3000,
    stream_node_max_bytes: 4096,
    stream_node_max_entries: 100,
};

/// Adds members one by one and gives the encoding after each.
fn encodings(members: &[&str]) -> Vec<&'static str> {
    let mut set = Set::new(members[0].as_bytes(), 1, &RULES);
    let mut seen = Vec::new();
    for member in members {
        set.insert(member.as_bytes(), &RULES);
        seen.push(set.encoding());
    }
    seen
}

#[test]
fn encodings_only_grow() {
    assert_eq!(
        encodings(&["1", "2", "a"]),
        ["intset", "intset", "listpack"]
    );
    assert_eq!(
        encodings(&["a", "longer than 6"]),
        ["listpack", "hashtable"]
    );
    assert_eq!(encodings(&["1", "longer than 6"]), ["intset", "hashtable"]);
    assert_eq!(encodings(&["1234567", "a"]), ["intset", "hashtable"]);
    let numbers: Vec<String> = (0..13).map(|number| number.to_string()).collect();
    let mut members: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(encodings(&members)[11..], ["intset", "hashtable"]);
    members.truncate(8);
    members.push("a");
    assert_eq!(encodings(&members)[7..], ["intset", "hashtable"]);
}

#[test]
fn a_set_is_a_set_in_every_encoding() {
    for seed in 1..40 {
        let mut random = Random::new(seed);
        let words = seed % 2 == 0;
        let mut set = Set::default();
        let mut model = BTreeSet::new();
        for step in 0..400 {
            let number = random.below(30);
            let member = if words && number > 20 {
                format!("w{number}")
            } else {
                number.to_string()
            };
            let text = member.clone().into_bytes();
            match random.below(8) {
                0..=4 => assert_eq!(
                    set.insert(&text, &RULES),
                    model.insert(text),
                    "seed {seed} step {step}"
                ),
                5 | 6 => assert_eq!(
                    set.remove(&text),
                    model.remove(&text),
                    "seed {seed} step {step}"
                ),
                _ if model.len() > 1 => {
                    let count = 1 + random.below(model.len() as u64 - 1) as usize;
                    let gone = set.pop_several(count, &RULES, &mut random);
                    assert_eq!(gone.len(), count, "seed {seed} step {step}");
                    assert!(
                        gone.iter().all(|member| model.remove(member)),
                        "seed {seed} step {step}"
                    );
                }
                _ => {}
            }
            assert_eq!(set.len(), model.len());
            assert_eq!(
                set.iter()
                    .map(|member| member.into_owned())
                    .collect::<BTreeSet<_>>(),
                model
            );
            assert!(model.iter().all(|member| set.contains(member)));
        }
    }
}
