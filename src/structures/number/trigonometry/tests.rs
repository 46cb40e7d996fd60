use super::*;

/// Function, argument, nearest result; both by their bits. Computed with 400 bits.
const COMPUTED: &str = include_str!("../../../../tests/vectors/trigonometry.txt");

#[test]
fn results_are_the_nearest_doubles() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in COMPUTED.lines() {
        let [name, argument, result] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        let double = |bits| f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        let (argument, expected) = (double(argument), double(result));
        let found = match name {
            "sin" => sin(argument),
            "cos" => cos(argument),
            "asin" => asin(argument),
            _ => panic!("an unknown function: {line}"),
        };
        rows += 1;
        if found.to_bits() != expected.to_bits() {
            wrong.push(format!("{name} {argument:e}: {found:e}, not {expected:e}"));
        }
    }
    assert!(rows > 500);
    assert!(
        wrong.is_empty(),
        "{} of {rows}: {}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_has_no_answer_has_none() {
    for angle in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        assert!(sin(angle).is_nan() && cos(angle).is_nan(), "{angle}");
    }
    for sine in [f64::NAN, 1.000_000_1, -2.0, f64::INFINITY] {
        assert!(asin(sine).is_nan(), "{sine}");
    }
}
