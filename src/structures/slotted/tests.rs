use std::collections::BTreeSet;

use super::Slotted;
use crate::random::Random;
use crate::slot::key_slot;

fn filled(by_slot: bool, keys: usize) -> Slotted<usize> {
    let mut table = Slotted::new([7; 16], by_slot);
    for number in 0..keys {
        table.insert(format!("key:{number}").as_bytes(), number);
        table.insert(format!("{{tag}}{number}").as_bytes(), number);
    }
    table
}

#[test]
fn a_walk_with_cursors_sees_every_key_in_order_of_slots() {
    for by_slot in [false, true] {
        let table = filled(by_slot, 500);
        let (mut cursor, mut seen, mut slots) = (0, BTreeSet::new(), Vec::new());
        loop {
            cursor = table.scan(cursor, &mut |key, _| {
                seen.insert(key.to_vec());
                slots.push(key_slot(key));
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!((seen.len(), table.len()), (1000, 1000));
        if by_slot {
            assert!(slots.is_sorted(), "slots come in ascending order");
            let listed: Vec<u16> = table.keys().map(key_slot).collect();
            assert!(listed.is_sorted());
        }
    }
}

#[test]
fn a_walk_over_one_slot_sees_no_other() {
    let table = filled(true, 300);
    let slot = key_slot(b"{tag}");
    let (mut cursor, mut seen) = (0, 0);
    loop {
        cursor = table.scan_slot(cursor, slot, &mut |key, _| {
            assert_eq!(key_slot(key), slot);
            seen += 1;
        });
        if cursor == 0 {
            break;
        }
    }
    assert!(seen >= 300);
    assert_eq!(table.slot(slot).map(|dict| dict.len()), Some(300));
    assert_eq!(
        table.scan_slot(u64::from(slot) + 1, slot, &mut |_, _| panic!("beyond it")),
        0
    );
}

#[test]
fn counts_follow_every_change() {
    let mut table = filled(true, 200);
    let mut random = Random::new(3);
    for number in 0..200 {
        let key = format!("key:{number}");
        assert_eq!(table.insert(key.as_bytes(), 1), Some(number));
        assert_eq!(table.remove(key.as_bytes()), Some(1));
        assert_eq!(table.remove(key.as_bytes()), None);
        assert!(table.fair_random_key(&mut random).is_some());
    }
    assert_eq!(table.len(), 200);
    assert_eq!(table.iter().count(), 200);
    *table.get_or_insert_with(b"new", || 1) += 1;
    assert_eq!((table.get(b"new"), table.len()), (Some(&2), 201));
    table.clear();
    assert!(table.is_empty() && table.is_by_slot());
    assert_eq!(table.random_key(&mut random), None);
}
