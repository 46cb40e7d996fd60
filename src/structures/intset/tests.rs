use super::*;
use std::collections::BTreeSet;

#[test]
fn recorded_containers() {
    let text = include_str!("../../../tests/vectors/raw-containers.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut seen = 0;
    for row in vectors["rows"].as_array().unwrap() {
        if row["encoding"] != "intset" {
            continue;
        }
        let mut intset = Intset::new();
        for command in row["commands"].as_array().unwrap() {
            let mut words = command.as_str().unwrap().split(' ');
            let name = words.next().unwrap();
            for word in words.skip(1) {
                let value = word.parse().unwrap();
                assert!(if name == "SADD" {
                    intset.insert(value)
                } else {
                    intset.remove(value)
                });
            }
        }
        let hex: String = intset
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, row["container_hex"].as_str().unwrap(), "{row}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn random_operations_match_a_set() {
    for seed in 0..100 {
        let mut random = Random::new(seed);
        let (mut intset, mut model) = (Intset::new(), BTreeSet::new());
        let mut width = 2;
        for _ in 0..300 {
            let small = random.below(120) as i64 - 60;
            let value = match random.below(60) {
                0 => small.wrapping_add(i64::from(i16::MAX)),
                1 => small.wrapping_sub(1 << 31),
                2 => small.wrapping_add(i64::MAX),
                _ => small,
            };
            match random.below(3) {
                0 => assert_eq!(intset.remove(value), model.remove(&value), "seed {seed}"),
                1 => assert_eq!(
                    intset.contains(value),
                    model.contains(&value),
                    "seed {seed}"
                ),
                _ => {
                    assert_eq!(intset.insert(value), model.insert(value), "seed {seed}");
                    width = width.max(width_for(value));
                }
            }
            assert!(intset.iter().eq(model.iter().copied()), "seed {seed}");
            assert_eq!(
                (intset.len(), intset.width()),
                (model.len(), width),
                "seed {seed}"
            );
            assert_eq!(intset.min(), model.first().copied());
            assert_eq!(intset.max(), model.last().copied());
            assert_eq!(intset.random(&mut random).is_some(), !model.is_empty());
            assert_eq!(
                Intset::from_bytes(intset.bytes().to_vec()).as_ref(),
                Some(&intset)
            );
        }
        assert_eq!(intset.get(intset.len()), None);
    }
}

#[test]
fn hostile_bytes_are_refused() {
    let sound = [2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0];
    assert!(Intset::from_bytes(sound.to_vec()).is_some());
    (0..sound.len()).for_each(|cut| assert_eq!(Intset::from_bytes(sound[..cut].to_vec()), None));
    for (at, byte) in [
        (0, 3),
        (0, 0),
        (0, 4),
        (3, 1),
        (4, 1),
        (7, 255),
        (8, 2),
        (8, 3),
    ] {
        let mut bytes = sound.to_vec();
        bytes[at] = byte;
        assert_eq!(Intset::from_bytes(bytes), None, "{at} {byte}");
    }
}
