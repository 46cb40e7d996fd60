//! The line forms: read, printed, compared and replaced; commands with their parts.

use std::time::Duration;

use super::{escape_output, replace_replies};
use crate::tests::{PATH, exists};
use crate::*;

#[test]
fn a_transcript_prints_as_it_was_read() {
    let text = "> SET k v\nOK\nada> BLPOP q 0\n> RPUSH q x\n(integer) 1\nada< 1) \"q\"\n\
                + 1h 30m 5ms\n! cut A B\n$ redis-cli GET k | wc -l\n1\n\
                > INFO\n# Server\n\na:1\n...\n\\> not a command\n\\...\n\\\\x\n\\```\n\\\n";
    let steps = transcript::parse("t", 1, text).expect("sound");
    assert_eq!(steps.len(), 7);
    let shell = Action::Shell("redis-cli GET k | wc -l".to_string());
    assert_eq!(steps[5].action, shell);
    assert_eq!(
        transcript::print(&steps),
        text.trim_end_matches("\\\n").to_string() + "\n"
    );
    assert_eq!(
        steps[3].action,
        Action::Wait(Duration::from_millis(5_400_005))
    );
    let texts = |text: &str| Output::Text(text.to_string());
    assert_eq!(
        steps[6].reply[3..],
        [
            Output::Any,
            texts("> not a command"),
            texts("..."),
            texts("\\x"),
            texts("```"),
            texts("")
        ]
    );
}

#[test]
fn every_output_survives_escaping() {
    for output in [
        "OK", "> x", "a> x", "a>", "...", "\\", "\\x", "+ 5s", "+ x", "! heal", "! x", "```redis",
        "  ```", "~~~", "a\n\nb", "a\n\n", "\n", "$ ls", "+OK", "!", "+", "a>b", "x y> z",
    ] {
        let escaped = escape_output(output);
        let text = format!("> CMD\n{escaped}\n\n> NEXT\n");
        let steps = transcript::parse("t", 1, &text).expect("sound");
        assert_eq!(steps.len(), 2, "{output:?} -> {escaped:?}");
        assert_eq!(
            steps[0].compare(output),
            Ok(()),
            "{output:?} -> {escaped:?}"
        );
    }
    assert_eq!(escape_output(""), "");
}

#[test]
fn durations() {
    for (text, micros) in [
        ("7us", 7),
        ("250ms", 250_000),
        ("1m 1s", 61_000_000),
        ("0s", 0),
    ] {
        let duration = transcript::parse_duration(text).expect("a time");
        assert_eq!(duration, Duration::from_micros(micros));
        assert_eq!(transcript::print_duration(duration), text);
    }
    for text in [
        "",
        "5",
        "s",
        "5 s",
        "-5s",
        "1.5s",
        "5y",
        "99999999999999999999s",
        "999999999999999d",
    ] {
        assert!(transcript::parse_duration(text).is_err(), "{text}");
    }
}

#[test]
fn comparing() {
    let check = |expected: &str, actual: &str, difference: Option<&str>| {
        let steps = transcript::parse("t", 1, &format!("> X\n{expected}")).expect("sound");
        let result = steps[0]
            .compare(actual)
            .map_err(|difference| difference.to_string());
        assert_eq!(
            result.err().as_deref(),
            difference,
            "{expected:?} {actual:?}"
        );
    };
    check("OK", "OK\n", None);
    check("OK  ", "OK", None);
    check("...", "", None);
    check("...\nb\n...", "a\nb\nc", None);
    check("a\n...\nb\nc", "a\nb\nx\nb\nc", None);
    check("...\na\n...\na", "a\na", None);
    check("", "", None);
    check(
        "(integer) 15",
        "(integer) 14",
        Some("  expected  (integer) 15\n  got       (integer) 14"),
    );
    check("OK", "", Some("  expected  OK\n  got       (nothing)"));
    check("", "OK", Some("  expected  (nothing)\n  got       OK"));
    check(
        "a\nb",
        "a",
        Some("  in line 2 of the reply\n  expected  b\n  got       (nothing)"),
    );
    check(
        "a\n...\nz",
        "a\nb",
        Some("  in line 3 of the reply\n  expected  z\n  got       b"),
    );
    check("\\...", "x", Some("  expected  \\...\n  got       x"));
}

#[test]
fn replies_are_replaced_in_place() {
    let check = |before: &str, replies: &[&str], after: &str| {
        for ending in ["\n", "\r\n"] {
            let before = before.replace('\n', ending);
            let (page, _) = read_page(PATH, &before, &exists);
            let Content::Redis { steps, .. } = &page.blocks[0].content else {
                panic!("no redis")
            };
            let replies: Vec<_> = steps
                .iter()
                .zip(replies)
                .map(|(step, reply)| (step.reply_lines.clone(), reply.to_string()))
                .collect();
            let written = replace_replies(&before, &replies);
            assert_eq!(written, after.replace('\n', ending));
            assert_eq!(replace_replies(&written, &[]), written);
        }
    };
    check(
        "---\n---\n```redis\n> GET a\nold\n\n> GET b\n> GET c\nx\n```\n",
        &["1) \"a\"\n2) \"b\"", "> odd", ""],
        "---\n---\n```redis\n> GET a\n1) \"a\"\n2) \"b\"\n\n> GET b\n\\> odd\n> GET c\n```\n",
    );
    check(
        "---\n---\n- list\n\n  ```redis\n  > GET a\n  > GET b\n  ```\n",
        &["x\n\ny", "z"],
        "---\n---\n- list\n\n  ```redis\n  > GET a\n  x\n\n  y\n  > GET b\n  z\n  ```\n",
    );
    assert_eq!(
        replace_replies("> A\n> B", &[(2..2, "1".into()), (3..3, "2".into())]),
        "> A\n1\n> B\n2\n"
    );
}

#[test]
fn highlighting() {
    let check = |line: &str, expected: &str| {
        let spans: Vec<String> = highlight::spans(line)
            .iter()
            .map(|span| format!("{}:{:?}", &line[span.range.clone()], span.kind))
            .collect();
        assert_eq!(spans.join(" "), expected);
    };
    check("set k  v", "set:Command k:Key v:Word");
    check(
        "ZADD b NX 1.5 \"a b\"",
        "ZADD:Command b:Key NX:Option 1.5:Number \"a b\":Text",
    );
    check("OBJECT ENCODING k", "OBJECT:Command ENCODING:Command k:Key");
    check(
        "CONFIG SET maxmemory 1mb",
        "CONFIG:Command SET:Command maxmemory:Word 1mb:Word",
    );
    check(
        "ZRANGE z (1 +inf BYSCORE",
        "ZRANGE:Command z:Key (1:Number +inf:Number BYSCORE:Option",
    );
    check("PING \"né\\\"e", "PING:Command \"né\\\"e:Text");
    check("GET \"\\", "GET:Command \"\\:Text");
    check("XADD s * f é", "XADD:Command s:Key *:Word f:Word é:Word");
    check("", "");
    assert_eq!(
        highlight::command_name("object encoding k").as_deref(),
        Some("OBJECT ENCODING")
    );
    assert_eq!(highlight::command_name(" "), None);
}
