//! Glob patterns as KEYS, SCAN, PSUBSCRIBE, CONFIG GET and ACLs match them, quirks included.
//!
//! `*` any bytes, `?` one byte, `[abc]` `[^a]` `[a-z]` classes, `\` takes the next byte literally.
//! Redis backtracks by recursion and gives up when patterns nest too deep; here only the last `*`
//! is ever retried, which gives the same answers in time proportional to pattern times text.

/// How many `*` may have something after them before Redis calls the pattern abusive and says no.
const STAR_LIMIT: usize = 1000;

/// Whether the whole text matches the pattern. `nocase` folds ASCII letters.
///
/// Surprises kept from Redis: nothing but the empty pattern matches the empty text (not even `*`),
/// a class that never closes ends with the pattern, reversed ranges are turned around, bytes above
/// 127 sort below 0 in a range, and an escaped byte in a class is compared with its case.
pub fn matches(pattern: &[u8], text: &[u8], nocase: bool) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    // Where to go on after a mismatch: behind the last star, one byte further in the text.
    let mut retry: Option<(usize, usize)> = None;
    let mut stars = 0;
    while at_text < text.len() {
        if pattern.get(at_pattern) == Some(&b'*') {
            at_pattern = skip_stars(pattern, at_pattern);
            if at_pattern == pattern.len() {
                return true;
            }
            stars += 1;
            if stars > STAR_LIMIT {
                return false;
            }
            retry = Some((at_pattern, at_text));
        } else if let Some(next) = match_one(pattern, at_pattern, text[at_text], nocase) {
            at_pattern = next;
            at_text += 1;
            if at_text == text.len() {
                at_pattern = skip_stars(pattern, at_pattern);
            }
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            (at_pattern, at_text) = (star, from + 1);
        } else {
            return false;
        }
    }
    // When the text is spent before the pattern, a longer match for the last star would only spend
    // it sooner.
    at_pattern == pattern.len()
}

fn skip_stars(pattern: &[u8], from: usize) -> usize {
    from + pattern[from..]
        .iter()
        .take_while(|&&byte| byte == b'*')
        .count()
}

/// Matches one byte against what stands in the pattern there; where the pattern goes on, if it does
/// match.
fn match_one(pattern: &[u8], at: usize, byte: u8, nocase: bool) -> Option<usize> {
    let same = |wanted: u8| {
        if nocase {
            wanted.eq_ignore_ascii_case(&byte)
        } else {
            wanted == byte
        }
    };
    match pattern.get(at..)? {
        [] => None,
        [b'?', ..] => Some(at + 1),
        [b'[', ..] => match_class(pattern, at + 1, byte, nocase),
        [b'\\', wanted, ..] => same(*wanted).then_some(at + 2),
        [wanted, ..] => same(*wanted).then_some(at + 1),
    }
}

/// As `match_one`, for a class whose `[` stands just before `at`.
fn match_class(pattern: &[u8], mut at: usize, byte: u8, nocase: bool) -> Option<usize> {
    let negated = pattern.get(at) == Some(&b'^');
    at += usize::from(negated);
    let mut found = false;
    let end = loop {
        match &pattern[at..] {
            [b'\\', escaped, ..] => {
                found |= *escaped == byte;
                at += 2;
            }
            [b']', ..] => break at + 1,
            [] => break at,
            [low, b'-', high, ..] => {
                found |= in_range(*low, *high, byte, nocase);
                at += 3;
            }
            [member, ..] => {
                found |= if nocase {
                    member.eq_ignore_ascii_case(&byte)
                } else {
                    *member == byte
                };
                at += 1;
            }
        }
    };
    (found != negated).then_some(end)
}

/// The bounds are put in order before their case is folded, and all three are signed.
fn in_range(low: u8, high: u8, byte: u8, nocase: bool) -> bool {
    let (low, high) = if (low as i8) > (high as i8) {
        (high, low)
    } else {
        (low, high)
    };
    let fold = |byte: u8| {
        if nocase {
            byte.to_ascii_lowercase() as i8
        } else {
            byte as i8
        }
    };
    (fold(low)..=fold(high)).contains(&fold(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    fn check(case: &str) {
        let words = words::split(case.as_bytes()).expect("a recorded line is well quoted");
        let [pattern, text, nocase, expected] = words.as_slice() else {
            panic!("{case}")
        };
        assert_eq!(
            matches(pattern, text, nocase == b"1"),
            expected == b"1",
            "{case}"
        );
    }

    #[test]
    fn recorded_matches() {
        include_str!("../../tests/vectors/glob.txt")
            .lines()
            .for_each(check);
    }

    #[test]
    fn hostile_patterns_end() {
        let text = vec![b'a'; 20_000];
        assert!(!matches(
            &b"*a".repeat(900),
            &[&text[..], b"b"].concat(),
            false
        ));
        assert!(!matches(b"*aaaaaaaaaaaaaaaaaaaaaaaaaaab", &text, false));
        let stars = |count: usize| [b"*a".repeat(count), b"*".to_vec()].concat();
        assert!(matches(&stars(1000), &text, false));
        assert!(!matches(&stars(1001), &text, false));
    }
}
