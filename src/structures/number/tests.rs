use super::*;
use crate::random::Random;
use crate::words;

/// Each line: what was asked of redis-server 8.2.3, its operands, its answer. See
/// `tests/vectors/README.md`.
const RECORDED: &str = include_str!("../../../tests/vectors/numbers.txt");

fn check(case: &[Vec<u8>]) -> Result<(), String> {
    let [kind, operands @ .., expected] = case else {
        return Err("an empty line".to_owned());
    };
    let actual = match (kind.as_slice(), operands) {
        (b"integer", [text]) => parse_i64(text).map_or(refused(), i64_to_bytes),
        (b"score", [text]) => parse_f64(text).map_or(refused(), |value| format_f64(value).into()),
        (b"bound", [text]) => {
            parse_range_bound(text).map_or(refused(), |value| format_f64(value).into())
        }
        (b"double", [bits]) => {
            let bits = std::str::from_utf8(bits).map_err(|error| error.to_string())?;
            let bits = u64::from_str_radix(bits, 16).map_err(|error| error.to_string())?;
            format_f64(f64::from_bits(bits)).into()
        }
        (b"sum", [left, right]) => match (LongDouble::parse(left), LongDouble::parse(right)) {
            (Some(left), Some(right)) if left.plus(right).is_finite() => {
                left.plus(right).to_text().into()
            }
            (Some(_), Some(_)) => b"not finite".to_vec(),
            _ => refused(),
        },
        _ => return Err("an unknown kind".to_owned()),
    };
    let show = |bytes: &[u8]| words::quote(bytes);
    if actual == *expected {
        Ok(())
    } else {
        Err(format!("{} is not {}", show(&actual), show(expected)))
    }
}

fn refused() -> Vec<u8> {
    b"refused".to_vec()
}

#[test]
fn numbers_as_the_server_reads_and_writes_them() {
    let mut failures = Vec::new();
    for line in RECORDED.lines().filter(|line| !line.starts_with('#')) {
        let case = words::split(line.as_bytes()).expect("a recorded line is well quoted");
        if let Err(failure) = check(&case) {
            failures.push(format!("{line}: {failure}"));
        }
    }
    let shown: Vec<_> = failures.iter().take(20).collect();
    assert!(
        failures.is_empty(),
        "{} failures: {shown:#?}",
        failures.len()
    );
}

#[test]
fn integers_at_their_limits() {
    for value in [
        i64::MIN,
        i64::MIN + 1,
        -10,
        -1,
        0,
        1,
        9,
        10,
        i64::MAX - 1,
        i64::MAX,
    ] {
        assert_eq!(parse_i64(&i64_to_bytes(value)), Some(value));
    }
    assert_eq!(parse_i64(b"9223372036854775808"), None);
    assert_eq!(parse_i64(b"-9223372036854775809"), None);
}

#[test]
fn a_tenth_added_a_thousand_times() {
    let tenth = LongDouble::parse(b"0.1").expect("a decimal");
    // The server keeps text between two increments, which rounds to 17 decimals each time.
    let step = |text: String| {
        LongDouble::parse(text.as_bytes())
            .expect("our text")
            .plus(tenth)
            .to_text()
    };
    assert_eq!((0..1000).fold("0".to_owned(), |text, _| step(text)), "100");
}

/// Doubles of every size and of few digits, with what lies next to them and halfway between.
fn doubles() -> impl Iterator<Item = f64> {
    let mut random = Random::new(7);
    let edges = [
        0.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        0.1,
        0.5,
        2.5,
        1e22,
        1e23,
        9e15,
    ];
    let drawn = (0..3000).flat_map(move |_| {
        let any = f64::from_bits(random.next_u64());
        let short = random.below(100_000) as f64 / 100.0;
        [any, short, (random.next_u64() >> 11) as f64]
    });
    edges
        .into_iter()
        .chain(drawn)
        .filter(|value| value.is_finite())
}

#[test]
fn decimals_are_read_and_written_as_the_standard_library_does() {
    for value in doubles() {
        for text in [
            format!("{value}"),
            format!("{value:e}"),
            format!("{value:.30}"),
        ] {
            let expected: f64 = text.parse().expect("a float");
            let read = parse_range_bound(text.as_bytes()).map(f64::to_bits);
            assert_eq!(read, Some(expected.to_bits()), "{text}");
        }
        for decimals in [1, 2, 6, 17] {
            let expected = format!("{value:.decimals$}");
            assert_eq!(format_fixed(value, decimals), expected, "{value:e}");
        }
        let size = value.abs();
        if size != 0.0 {
            let (digits, power) = format_precise(size);
            let ours = format!("{}.{}e{power}", &digits[..1], &digits[1..]);
            assert_eq!(ours, format!("{size:.16e}"));
        }
    }
}

#[test]
fn halves_between_doubles_round_to_even_however_long_they_are() {
    for value in doubles().filter(|value| (1.0..1e15).contains(value)) {
        let next = f64::from_bits(value.to_bits() + 1);
        let even = if value.to_bits() & 1 == 0 {
            value
        } else {
            next
        };
        // The fraction has one binary digit more, and as many decimals.
        let fraction = format!("{:.60}", value.fract() + (next - value) / 2.0);
        let half = format!("{:.0}{}", value.trunc(), &fraction[1..]);
        let read = |text: &str| parse_range_bound(text.as_bytes());
        assert_eq!(read(&half), Some(even), "{half}");
        let zeros = "0".repeat(6000);
        assert_eq!(read(&format!("{half}{zeros}")), Some(even), "{half}");
        assert_eq!(read(&format!("{half}{zeros}1")), Some(next), "{half}");
    }
}
