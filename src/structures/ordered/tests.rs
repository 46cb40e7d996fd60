use std::collections::BTreeMap;

use super::*;
use crate::random::Random;

fn check(ours: &OrderedMap<u64, u64>, model: &BTreeMap<u64, u64>, context: &str) {
    assert!(ours.iter().eq(model.iter()), "{context}");
    assert!(ours.iter().rev().eq(model.iter().rev()), "{context}");
    assert_eq!(ours.len(), model.len(), "{context}");
    assert_eq!(ours.is_empty(), model.is_empty(), "{context}");
    assert_eq!(ours.first_key_value(), model.first_key_value(), "{context}");
    assert_eq!(ours.last_key_value(), model.last_key_value(), "{context}");
    let pieces = &ours.order.pieces;
    assert!(
        pieces
            .iter()
            .all(|piece| (1..=PIECE).contains(&piece.len()))
    );
}

fn step(ours: &mut OrderedMap<u64, u64>, model: &mut BTreeMap<u64, u64>, random: &mut Random) {
    let (key, value) = (random.below(3000), random.below(5));
    match random.below(12) {
        0..5 => assert_eq!(ours.insert(key, value), model.insert(key, value)),
        5..8 => assert_eq!(ours.remove(&key), model.remove(&key)),
        8 => {
            *ours.get_or_default(key) += value;
            *model.entry(key).or_default() += value;
        }
        9 => assert_eq!(ours.get(&key), model.get(&key)),
        10 => assert_eq!(ours.get_mut(&key), model.get_mut(&key)),
        _ => {
            let end = key + random.below(1000);
            assert!(ours.range(key..end).eq(model.range(key..end)));
            assert!(ours.range(key..=end).rev().eq(model.range(key..=end).rev()));
            let after = (Bound::Excluded(key), Bound::Unbounded);
            assert!(ours.range(after).eq(model.range(after)));
        }
    }
}

#[test]
fn maps_are_as_the_standard_librarys() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let (mut ours, mut model) = (OrderedMap::new(), BTreeMap::new());
        for key in 0..random.below(2000) {
            ours.insert(key, 0);
            model.insert(key, 0);
        }
        for at in 0..4000 {
            step(&mut ours, &mut model, &mut random);
            if at % 500 == 0 {
                check(&ours, &model, &format!("seed {seed}, step {at}"));
            }
        }
        ours.retain(|key, value| (key + *value) % 3 == 0);
        model.retain(|key, value| (key + *value) % 3 == 0);
        check(&ours, &model, "retained");
        while let Some(first) = model.pop_first() {
            assert_eq!(ours.pop_first(), Some(first));
        }
        check(&ours, &model, "emptied");
    }
}

#[test]
fn sets_are_in_order_and_hold_each_element_once() {
    let mut set: OrderedSet<&str> = ["b", "c", "a", "b"].into_iter().collect();
    assert!(set.iter().eq(&["a", "b", "c"]));
    assert!(!set.insert("a") && set.insert("d") && set.remove("b"));
    assert!(set.range("c"..).eq(&["c", "d"]));
    assert_eq!((set.len(), set.first()), (3, Some(&"a")));
    assert!(set.contains("d") && !set.contains("b"));
    assert_eq!(set.pop_first(), Some("a"));
}
