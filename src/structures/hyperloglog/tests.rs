use super::*;
use crate::random::Random;

/// Some elements, among them the same ones again.
fn elements(seed: u64, count: u64) -> impl Iterator<Item = [u8; 8]> {
    let mut random = Random::new(seed);
    (0..count).map(move |_| random.below(count).to_le_bytes())
}

#[test]
fn both_encodings_hold_the_highest_count_of_each_register() {
    for seed in 0..20 {
        let (mut sparse, mut dense) = (empty(), empty());
        become_dense(&mut dense).unwrap();
        let mut model = vec![0; REGISTERS];
        for element in elements(seed, 100 << (seed % 8)) {
            let (register, count) = place(&element);
            let raised = model[register] < count;
            model[register] = model[register].max(count);
            assert_eq!(add(&mut sparse, &element, usize::MAX), Ok(raised));
            assert_eq!(add(&mut dense, &element, 0), Ok(raised));
        }
        assert_eq!(encoding(&sparse), Encoding::Sparse, "seed {seed}");
        assert_eq!(registers(&sparse).unwrap(), model, "seed {seed}");
        assert_eq!(registers(&dense).unwrap(), model, "seed {seed}");
        assert_eq!(count(&sparse), count(&dense), "seed {seed}");
        become_dense(&mut sparse).unwrap();
        forget_estimate(&mut dense);
        assert_eq!(sparse, dense, "seed {seed}");
    }
}

#[test]
fn merging_is_what_adding_to_one_would_have_been() {
    for seed in 0..10 {
        let mut union = vec![0; REGISTERS];
        let mut all = empty();
        for part in 0..4 {
            let mut one = empty();
            for element in elements(seed * 4 + part, 1000) {
                add(&mut one, &element, 3000).unwrap();
                add(&mut all, &element, 3000).unwrap();
            }
            merge(&one, &mut union).unwrap();
        }
        assert_eq!(registers(&all).unwrap(), union, "seed {seed}");
        assert_eq!(Ok(estimate(&histogram(&union))), count(&all), "seed {seed}");
    }
}

#[test]
fn any_bytes_are_survived() {
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let mut bytes = empty();
        bytes.truncate(HEADER_BYTES);
        let opcodes = random.below(40);
        bytes.extend((0..opcodes).map(|_| random.below(256) as u8));
        assert!(is_valid(&bytes));
        let runs: usize = super::opcodes(&bytes).map(Opcode::run).sum();
        assert_eq!(registers(&bytes).is_ok(), runs == REGISTERS, "seed {seed}");
        assert_eq!(count(&bytes).is_ok(), runs == REGISTERS, "seed {seed}");
        for _ in 0..20 {
            let register = random.below(REGISTERS as u64) as usize;
            let limit = [0, 60, 3000][random.below(3) as usize];
            let _ = raise(&mut bytes, register, random.below(53) as u8, limit);
        }
        let _ = become_dense(&mut bytes);
    }
}

#[test]
fn an_estimate_is_known_until_a_register_changes() {
    let mut bytes = empty();
    assert_eq!(known_estimate(&bytes), Some(0));
    add(&mut bytes, b"x", 3000).unwrap();
    assert_eq!(known_estimate(&bytes), None);
    keep_estimate(&mut bytes, 1);
    add(&mut bytes, b"x", 3000).unwrap();
    assert_eq!(known_estimate(&bytes), Some(1));
}
