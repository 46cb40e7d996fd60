use super::*;

#[test]
fn the_same_seed_gives_the_same_stream() {
    let (mut one, mut two) = (Random::new(42), Random::new(42));
    assert!((0..100).all(|_| one.next_u64() == two.next_u64()));
    assert_ne!(Random::new(1).next_u64(), Random::new(2).next_u64());
}

#[test]
fn a_fork_follows_from_seed_and_name_only() {
    let mut root = Random::new(9);
    let early = root.fork("replica").next_u64();
    root.next_u64();
    assert_eq!(root.fork("replica").next_u64(), early);
    assert_ne!(root.fork("master").next_u64(), early);
}

#[test]
fn below_is_even() {
    let mut random = Random::new(3);
    for n in [1, 2, 3, 7, 10, 100] {
        let mut seen = vec![0u32; n as usize];
        for _ in 0..20_000 {
            seen[random.below(n) as usize] += 1;
        }
        let expected = 20_000 / n as u32;
        let slack = 6 * expected.isqrt().max(1);
        assert!(
            seen.iter().all(|&count| count.abs_diff(expected) <= slack),
            "{n}: {seen:?}"
        );
    }
    let wide = 3 << 62;
    let high = (0..3000)
        .filter(|_| random.below(wide) >= wide / 3 * 2)
        .count();
    assert!((850..1150).contains(&high), "{high}");
}

#[test]
fn chance_is_a_ratio() {
    let mut random = Random::new(5);
    let hits = (0..40_000).filter(|_| random.chance(1, 4)).count();
    assert!((9_500..10_500).contains(&hits), "{hits}");
    assert!(!random.chance(0, 5));
    assert!(random.chance(5, 5));
}
