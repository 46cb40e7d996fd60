use super::filter::Filter;
use super::json;
use super::*;

fn set(random: &mut Random) -> VectorSet {
    let mut set = VectorSet::new(Graph::new(2, Quantization::Int8, 16), None);
    for name in 0..50u8 {
        let values = [f32::from(name), 3.0];
        assert!(set.add(&[name], None, &values, 200, random));
    }
    set
}

#[test]
fn names_find_their_nodes() {
    let mut random = Random::new(1);
    let mut set = set(&mut random);
    for name in (0..50).step_by(3) {
        assert!(set.remove(&[name]));
        assert!(!set.remove(&[name]));
    }
    for name in 0..50 {
        let found = set.node(&[name]).map(|node| node.name.clone());
        assert_eq!(found, (name % 3 != 0).then(|| vec![name]));
    }
}

#[test]
fn attributes_are_counted() {
    let mut random = Random::new(1);
    let mut set = set(&mut random);
    assert!(!set.add(&[1], Some(b"x"), &[1.0, 1.0], 200, &mut random));
    assert!(set.add(b"new", Some(b""), &[1.0, 1.0], 200, &mut random));
    assert_eq!(set.attributed(), 2);
    assert!(!set.add(b"new", Some(b""), &[1.0, 1.0], 200, &mut random));
    assert!(!set.add(&[1], None, &[1.0, 2.0], 200, &mut random));
    assert_eq!(set.attributed(), 1);
    set.forget_attributed();
    set.remove(&[1]);
    assert_eq!(set.attributed(), u64::MAX);
}

/// The rows of a whole Hadamard matrix keep lengths.
#[test]
fn projections_keep_lengths() {
    let projection = Projection::new(8, 8);
    let vector = [1.0, -2.0, 3.0, 0.5, 0.0, 4.0, -1.0, 2.0];
    let length = |vector: &[f32]| vector.iter().map(|value| value * value).sum::<f32>();
    let projected = projection.apply(&vector);
    assert!((length(&vector) - length(&projected)).abs() < 1e-4);
    assert_ne!(vector.as_slice(), projected);
}

#[test]
fn filters_and_json_of_any_bytes() {
    const PARTS: &[&[u8]] = &[
        b"{", b"}", b"[", b"]", b"\"", b"\\", b":", b",", b"a", b".a", b"1", b"-", b"e", b" ",
        b"(", b")", b"!", b"**", b"in", b"null", b"true", b"'", b"\xff", b"\0", b"not",
    ];
    let mut random = Random::new(9);
    for _ in 0..50_000 {
        let text: Vec<u8> = (0..random.below(14))
            .flat_map(|_| PARTS[random.below(PARTS.len() as u64) as usize])
            .copied()
            .collect();
        json::field(&text, b"a");
        match Filter::parse(&text) {
            Ok(filter) => _ = filter.accepts(b"{\"a\":1}"),
            Err(at) => assert!(at <= text.len()),
        }
    }
    let deep = [b"{\"a\":".as_slice(), &[b'['; 100_000]].concat();
    assert_eq!(json::field(&deep, b"a"), None);
    assert!(Filter::parse(&[b'('; 100_000]).is_err());
}
