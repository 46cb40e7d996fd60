//! What a real redis-server 8.2.3 answered through EVAL: numbers, `string.format`, patterns and
//! syntax errors.
//!
//! In `answers.txt` a question (see `answer`) is followed by `= ` and the answer. In
//! `syntax_errors.txt` each line has a chunk's name, its source and what `loadstring` said.

mod answer;

use answer::{answer, escape, unescape};
use lua::compile::{Limits, compile};
use lua::pattern::{Error, Matcher, find_plain};

#[test]
fn numbers_and_patterns_are_as_recorded() {
    let lines: Vec<&str> = include_str!("answers.txt").lines().collect();
    assert!(lines.len() > 5000);
    for pair in lines.chunks(2) {
        let expected = pair[1].strip_prefix("= ").expect("an answer");
        assert_eq!(answer(pair[0]), expected, "{}", pair[0]);
    }
}

#[test]
fn syntax_errors_are_as_recorded() {
    let lines = include_str!("syntax_errors.txt").lines();
    let mut errors = 0;
    for line in lines {
        let fields: Vec<Vec<u8>> = line.split('\t').map(unescape).collect();
        let [name, source, expected] = fields.as_slice() else {
            panic!("three fields: {line}")
        };
        // A script that calls `loadstring` is itself one level.
        let made = compile(source, name, Limits { c_levels: 1 });
        errors += usize::from(made.is_err());
        let made = made.err().unwrap_or(b"ok".to_vec());
        assert_eq!(escape(&made), escape(expected), "{line}");
    }
    assert!(errors > 150, "{errors}");
}

#[test]
fn backtracking_without_end_is_stopped() {
    let subject = b"a".repeat(100);
    let pattern = b"a*".repeat(50);
    let mut steps = 0_u64;
    let mut fuel = |more| {
        steps += u64::from(more);
        steps < 100_000
    };
    let found =
        Matcher::new(&subject, &[&pattern, b"b".as_slice()].concat()).find(0, true, &mut fuel);
    assert_eq!(found, Err(Error::Stopped));
    assert!((100_000..102_000).contains(&steps), "{steps}");
}

/// The same match, whether it is found at once or in as many parts as there can be.
#[test]
fn a_search_goes_on_where_it_was_stopped() {
    let text = [&b"(".repeat(3000)[..], &b"a".repeat(3000), b"b)"].concat();
    let patterns: [&[u8]; 5] = [b"(a+)(a-)b", b"%b()", b"[xyza]*%)", b"a-c", b"(a*)%1b"];
    for pattern in patterns {
        let at_once = Matcher::new(&text, pattern).find(0, false, &mut |_| true);
        let mut matcher = Matcher::new(&text, pattern);
        let mut found = matcher.find(0, false, &mut |_| false);
        let mut parts = 1_u64;
        while found == Err(Error::Stopped) {
            parts += 1;
            matcher = Matcher::resume(&text, pattern, matcher.into_search());
            found = matcher.go_on(false, &mut |_| false);
        }
        assert_eq!(found, at_once, "{}", escape(pattern));
        assert!(parts > 3, "{}", escape(pattern));
    }
}

#[test]
fn a_search_for_plain_text_is_stopped() {
    let subject = b"a".repeat(200_000);
    let needle = [&b"a".repeat(100_000), b"b".as_slice()].concat();
    let mut calls = 0;
    let mut fuel = |_| {
        calls += 1;
        calls < 10
    };
    let mut from = 0;
    assert_eq!(
        find_plain(&subject, &needle, &mut from, &mut fuel),
        Err(Error::Stopped)
    );
    assert_eq!(calls, 10);
    while find_plain(&subject, &needle, &mut from, &mut |_| false) == Err(Error::Stopped) {}
    assert_eq!(from, 100_000, "no more places are left for it");
}

/// The real server nests a call of C for each item.
#[test]
fn long_patterns_need_no_stack() {
    let length = 200_000;
    let subject = b"a".repeat(length);
    let mut matcher = Matcher::new(&subject, b"");
    assert_eq!(matcher.match_at(0, &mut |_| true), Ok(Some(0)));
    let pattern = b"a?".repeat(length);
    let mut matcher = Matcher::new(&subject, &pattern);
    assert_eq!(matcher.match_at(0, &mut |_| true), Ok(Some(length)));
}

/// Near the longest jump there is; 5.1 walks each list of jumps once for each jump in it.
#[test]
fn long_lists_of_jumps_take_linear_time() {
    let conditions = "elseif x then ".repeat(30_000);
    for source in [
        format!("y = {}x", "x and ".repeat(43_000)),
        format!("y = {}x", "x or ".repeat(43_000)),
        format!("if x then {conditions} end"),
        format!("while x do {} end", "if x then break end ".repeat(30_000)),
    ] {
        let made = compile(source.as_bytes(), b"=chain", Limits::default());
        let instructions = made
            .map(|proto| proto.code.len())
            .map_err(|message| escape(&message));
        assert!(
            instructions.as_ref().is_ok_and(|count| *count > 100_000),
            "{instructions:?}"
        );
    }
    let too_long = format!("y = {}x", "x and ".repeat(44_000));
    let made = compile(too_long.as_bytes(), b"=chain", Limits::default());
    let expected = b"chain:1: control structure too long near '<eof>'".to_vec();
    assert_eq!(made.map(|proto| proto.code.len()), Err(expected));
}
