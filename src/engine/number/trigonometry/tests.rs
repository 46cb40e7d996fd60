use super::*;
use crate::structures::random::Random;

#[test]
fn rate() {
    let mut random = Random::new(1);
    let (mut s, mut c, mut a, mut a2) = (0, 0, 0, 0);
    let n = 1_000_000;
    for _ in 0..n {
        let x = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let t = (x - 0.5) * 8.0;
        let small = x * 0.05;
        if sin(t) != t.sin() {
            s += 1;
            assert!((sin(t) - t.sin()).abs() < 3e-16);
        }
        if cos(t) != t.cos() {
            c += 1;
            assert!((cos(t) - t.cos()).abs() < 3e-16, "{t}");
        }
        if asin(x) != x.asin() {
            a += 1;
            assert!((asin(x) - x.asin()).abs() < 3e-16, "{x}");
        }
        if asin(small) != small.asin() {
            a2 += 1;
        }
    }
    println!("sin {s} cos {c} asin {a} small {a2} of {n}");
}
