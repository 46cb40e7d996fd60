//! Every test reads a small page or transcript and compares data.

use std::time::Duration;

use crate::transcript::{self, Output, escape_output, replace_replies};
use crate::*;

const FIXTURE: &str = include_str!("fixture.md");
const PATH: &str = "lessons/advanced/16-expiration-ttl.md";

fn exists(path: &str) -> Option<String> {
    let slug = path.strip_prefix("lessons/")?.strip_suffix(".md")?;
    (slug != "missing").then(|| format!("/base/{slug}/"))
}

fn read(body: &str) -> (Page, Vec<Problem>) {
    let front = "---\ntitle: T\nsummary: S\nminutes: 1\n---\n";
    read_page(PATH, &format!("{front}{body}"), &exists)
}

/// The problems of a page's body, whose first line is line 1 here.
fn problems(body: &str) -> Vec<String> {
    let (page, mut list) = read(body);
    list.extend(check_page(&page));
    list.into_iter()
        .map(|problem| format!("{}: {}", problem.line - 5, problem.text))
        .collect()
}

#[track_caller]
fn check_problem(body: &str, expected: &str) {
    let list = problems(body);
    assert!(
        list.iter().any(|text| text.contains(expected)),
        "{expected:?} is not in {list:#?}"
    );
}

fn fixture() -> Page {
    let (page, problems) = read_page(PATH, FIXTURE, &exists);
    assert_eq!(problems, []);
    page
}

#[test]
fn the_fixture_is_sound() {
    let page = fixture();
    assert_eq!(check_page(&page), []);
    assert_eq!((page.title.as_str(), page.minutes), ("Expiration & TTL", 3));
    assert_eq!(page.blocks.len(), 5);
    assert_eq!(
        (page.exercises.len(), page.quizzes.len(), page.views.len()),
        (1, 1, 1)
    );
    assert_eq!(page.views[0].after_blocks, 2);
    assert_eq!(page.commands_used, ["DECR", "GET", "SET", "TTL"]);
    let ids: Vec<&str> = page
        .headings
        .iter()
        .map(|heading| heading.id.as_str())
        .collect();
    assert_eq!(ids, ["your-turn", "with-servers", "your-turn-1"]);
    assert_eq!(
        page.sections[0].text.split(". ").next(),
        Some("A session should end by itself")
    );
}

/// Each recorded line number is the line where the fixture has that text.
#[test]
fn line_numbers_are_those_of_the_file() {
    for text in [FIXTURE.to_string(), FIXTURE.replace('\n', "\r\n")] {
        let (page, problems) = read_page(PATH, &text, &exists);
        assert_eq!(problems, []);
        let lines: Vec<&str> = text.lines().collect();
        let mut seen = 0;
        let mut steps: Vec<&Step> = Vec::new();
        for block in &page.blocks {
            assert!(lines[block.line - 1].starts_with("```"));
            if let Content::Redis { steps: own, .. } = &block.content {
                steps.extend(own);
            }
        }
        let exercise = &page.exercises[0];
        steps.extend(exercise.checks.iter().chain(&exercise.solution));
        steps.extend(exercise.also.iter().chain(&exercise.wrong).flatten());
        steps.extend(&page.quizzes[0].proof);
        for step in steps {
            let source = lines[step.line - 1];
            let action = step.action.to_string();
            assert!(
                source.ends_with(action.trim_start_matches('>')),
                "{source} / {action}"
            );
            let reply: Vec<String> = step.reply.iter().map(Output::to_string).collect();
            let range = step.reply_lines.start - 1..step.reply_lines.end - 1;
            assert_eq!(reply, lines[range], "{action}");
            seen += 1;
        }
        assert_eq!(seen, 23);
    }
}

#[test]
fn an_exercise_has_all_its_parts() {
    let page = fixture();
    let exercise = &page.exercises[0];
    assert_eq!(
        exercise.goal.html,
        "<p>Store <code>cart:7</code> with the value <code>book</code>, so that it is gone after \
         exactly one hour.</p>\n"
    );
    assert_eq!(exercise.topology, None);
    assert_eq!((exercise.checks.len(), exercise.solution.len()), (2, 1));
    let alternatives: Vec<usize> = exercise.also.iter().map(Vec::len).collect();
    assert_eq!((alternatives, exercise.wrong.len()), (vec![1, 2], 2));
    assert_eq!(
        exercise.hints[1].text,
        "One command is enough: SET takes EX."
    );
    assert!(exercise.why[0].text.ends_with("a key without one."));
}

#[test]
fn exercises_take_connections_time_and_a_start() {
    let (page, problems) = read(
        "Do it.\n```exercise\ngiven> SET a 1\ngiven ada> SUBSCRIBE c\n+ 5s\n! pause A\n\
         check> GET a\n1) \"x\"\n   2) \"y\"\n\n> two\nhint: first\n  goes on\n\n\
         wrong> SET a 1\nwrong> SET b 2\n\nwrong> DEL a\n---\nwrong> PING\n\
         why: one\nwhy: two\n```\n",
    );
    let texts: Vec<String> = problems
        .iter()
        .map(|p| format!("{}: {}", p.line - 5, p.text))
        .collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(
        texts[0].starts_with("11: `>` says not what it is for"),
        "{texts:?}"
    );
    let exercise = &page.exercises[0];
    assert_eq!(
        transcript::print(&exercise.given),
        "> SET a 1\nada> SUBSCRIBE c\n+ 5s\n! pause A\n"
    );
    assert_eq!(exercise.checks[0].reply.len(), 2);
    assert_eq!(exercise.hints[0].text, "first goes on");
    assert_eq!(
        exercise.wrong.iter().map(Vec::len).collect::<Vec<_>>(),
        [2, 1, 1]
    );
    assert_eq!(exercise.why.len(), 2);
}

#[test]
fn a_quiz_has_reasons_and_a_proof() {
    let page = fixture();
    let quiz = &page.quizzes[0];
    assert_eq!(
        quiz.question.text,
        "What does TTL say about a key that never expires?"
    );
    let choices: Vec<(&str, bool)> = quiz
        .choices
        .iter()
        .map(|choice| (choice.text.text.as_str(), choice.right))
        .collect();
    assert_eq!(choices, [("-2", false), ("-1", true), ("0", false)]);
    assert_eq!(
        quiz.choices[1].reason.text,
        "the key is there and has no deadline."
    );
    assert_eq!(
        transcript::print(&quiz.proof),
        "> SET k v\nOK\n> TTL k\n(integer) -1\n"
    );
    let (page, _) = read("```quiz\nQ?\n- [x] `a: b` is: it\n  goes on\n- [ ] 1. no: so\n```\n");
    let choice = &page.quizzes[0].choices[0];
    assert_eq!(
        (choice.text.html.as_str(), choice.reason.text.as_str()),
        ("<code>a: b</code> is", "it goes on")
    );
    assert_eq!(page.quizzes[0].choices[1].text.html, "1. no");
}

#[test]
fn servers_are_data() {
    let page = fixture();
    let Content::Topology(topology) = &page.blocks[2].content else {
        panic!("not a topology")
    };
    let nodes: Vec<&str> = topology
        .nodes
        .iter()
        .map(|node| node.name.as_str())
        .collect();
    assert_eq!(nodes, ["A", "B", "C"]);
    assert_eq!(
        topology.nodes[2].role,
        Role::Replica {
            of: "A".to_string()
        }
    );
    assert_eq!(topology.settings[0].words, ["5ms"]);
    check_problem(
        "```topology\nA primary\nB replica of X\n```\n",
        "3: there is no node `X`",
    );
    check_problem(
        "```topology\nA primary\nA primary\n```\n",
        "3: the node `A` is there already",
    );
    check_problem("```topology\nA king\n```\n", "2: `king` is no role");
    check_problem(
        "```topology\nA primary slots 0-16384\n```\n",
        "2: `0-16384` is not a range",
    );
    check_problem(
        "```topology\nA primary\nS sentinel of A quorum x\n```\n",
        "`x` is not a quorum",
    );
    let (page, problems) =
        read("```topology\nA primary slots 0-99 200\nB primary slots 100-199\n```");
    assert_eq!(problems.len(), 0);
    let Content::Topology(topology) = &page.blocks[0].content else {
        panic!("not a topology")
    };
    assert_eq!(
        topology.nodes[0].role,
        Role::Primary {
            slots: vec![(0, 99), (200, 200)]
        }
    );
}

#[test]
fn other_fences() {
    let (page, problems) = read(
        "```redis fresh\n> PING\n```\n```lua\nreturn 1\n---\n> EVAL @script 0\n(integer) 1\n```\n\
         ```java\nops.get(\"k\");\n---\nGET k\n...\n```\n\
         ```shell host\n$ docker run \\\n  -p 6379:6379 redis\nid\n```\n\
         ```conf\nmaxmemory 1mb\n```\n\
         ```yaml\na: 1\n```\n```diagram\na -> b\n```\n",
    );
    assert_eq!(problems, []);
    assert!(matches!(
        &page.blocks[0].content,
        Content::Redis { fresh: true, .. }
    ));
    let Content::Lua { source, steps } = &page.blocks[1].content else {
        panic!("not lua")
    };
    assert_eq!(
        (source.as_str(), steps[0].line, &steps[0].reply_lines),
        ("return 1\n", 12, &(13..14))
    );
    let Content::Java {
        source,
        trace,
        trace_lines,
    } = &page.blocks[2].content
    else {
        panic!("not java")
    };
    assert_eq!(source, "ops.get(\"k\");\n");
    assert_eq!(trace, &[Output::Text("GET k".to_string()), Output::Any]);
    assert_eq!(trace_lines, &(18..20));
    let Content::Shell { host: true, steps } = &page.blocks[3].content else {
        panic!("no shell")
    };
    assert_eq!(
        steps[0].action,
        Action::Shell("docker run \\\n  -p 6379:6379 redis".to_string())
    );
    assert_eq!(steps[0].reply_lines, 24..25);
    assert_eq!(page.blocks.len(), 7);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (body, expected) in [
        (
            "text\n\n```redis\n> PING\nPONG\n",
            "3: the fence is not closed",
        ),
        (
            "```redis\n> PING\n\ntext\n\n```redis\n> PING\n```\n",
            "6: a fence opens inside",
        ),
        (
            "```rediss\n> PING\n```\n",
            "1: `rediss` is not a fence of lessons",
        ),
        ("```\nx\n```\n", "1: a fence without a language"),
        (
            "```redis clean\n> PING\n```\n",
            "1: `clean` means nothing after `redis`",
        ),
        ("    indented\n", "1: indented code"),
        (
            "```redis\nPONG\n> PING\n```\n",
            "2: output before the first command",
        ),
        ("```redis\n> PING\n+ soon\n```\n", "3: `soon` is not a time"),
        (
            "```redis\n> PING\n! kill A\n```\n",
            "3: `! kill` is unknown",
        ),
        (
            "```redis\ncheck> PING\n```\n",
            "2: `check>` has a meaning only in",
        ),
        ("```redis\n>\n```\n", "2: a prompt without a command"),
        ("```redis\n```\n", "1: an empty block"),
        (
            "> ```redis\n> PING\n> ```\n",
            "1: a block cannot stand inside a quotation",
        ),
        (
            "- a\n\n  ```exercise\n  check> PING\n  ```\n",
            "3: an exercise cannot stand inside a list",
        ),
        ("# Title\n", "1: the title is in the front matter"),
        ("## A\n\n#### B\n", "3: a heading of level 4 below one of 2"),
        ("a <b>c</b>\n", "1: HTML is not for lessons: `<b>`"),
        (
            "[x](../missing.md)\n",
            "1: the link `../missing.md` leads nowhere",
        ),
        ("[x](../../../README.md)\n", "leads nowhere"),
        ("[x](/absolute)\n", "leads nowhere"),
        ("a\n[x](#no)\n", "there is no heading `#no`"),
        ("```view\n```\n", "1: a view without a name"),
        (
            "```quiz\n- [x] a: b\n- [ ] c: d\n```\n",
            "1: a quiz without a question",
        ),
        (
            "```quiz\nQ\n- [x] a: b\n```\n",
            "1: a quiz needs at least two options",
        ),
        (
            "```quiz\nQ\n- [ ] a: b\n- [ ] c: d\n```\n",
            "1: a quiz has one right option; here are 0",
        ),
        (
            "```quiz\nQ\n- [x] a: b\n- [ ] c\n```\n",
            "4: an option without its reason",
        ),
        (
            "```quiz\nQ\n- [x] a: b\n- [ ] c: d\nproof> PING\n> PING\n```\n",
            "6: write `proof>`",
        ),
        (
            "```exercise\nhello\n```\n",
            "2: `hello` is not a line of an exercise",
        ),
        (
            "```exercise\ncheck> PING\n```\n",
            "1: an exercise without a goal",
        ),
        (
            "```exercise\ncheck> PING\n```\n",
            "2: a check without the reply it expects",
        ),
        (
            "g\n```exercise\nwhy: x\n```\n",
            "2: an exercise without `check>`",
        ),
        (
            "g\n```exercise\nsolution> SET a 1\nhint: do `set  a 1`\n```\n",
            "2: hint 1 contains the solution",
        ),
        ("g\n```exercise\nhint:\n```\n", "2: hint 1 is empty"),
        (
            "g\n```exercise\nwhy:\n```\n",
            "2: an exercise without `why:`",
        ),
    ] {
        check_problem(body, expected);
    }
}

#[test]
fn minutes_are_measured() {
    let (page, _) = read(&"word ".repeat(2000));
    let list: Vec<String> = check_page(&page).iter().map(Problem::to_string).collect();
    let text = "`minutes: 1`, but reading it takes about 10";
    assert_eq!(list, [format!("{PATH}:4: {text}")]);
    let (page, _) = read(&"word ".repeat(600));
    assert_eq!(check_page(&page), []);
    let markdown = "---\r\nminutes: 99 # about\r\n---\r\nminutes: 99\r\n";
    let (page, _) = read_page(PATH, markdown, &exists);
    let expected = "---\r\nminutes: 1 # about\r\n---\r\nminutes: 99\r\n";
    assert_eq!(replace_minutes(markdown, &page), expected);
}

#[test]
fn comments_vanish_and_long_fences_hold_short_ones() {
    let (page, problems) = read("<!-- a\nb -->\n\ntext <!-- c -->\n\n````text\n```redis\n````\n");
    assert_eq!(problems, []);
    assert_eq!(page.sections[0].text, "text");
    assert_eq!(page.html.lines().nth(1), Some("<p>text </p>"));
    let (page, problems) =
        read("   ```redis\n   > PING\n   PONG\n   ```\n\n~~~redis\n> PING\n~~~\n");
    assert_eq!(problems, []);
    assert_eq!(page.blocks[0].steps()[0].compare("PONG"), Ok(()));
    check_problem(
        "a\n\n<div>\n<p>b</p>\n</div>\n",
        "3: HTML is not for lessons: `<div>`",
    );
}

#[test]
fn a_specification_needs_no_front_matter() {
    let text = "# SET\n\n[x](y.md)\n\n```redis\n> PING\n```\n";
    let (page, problems) = read_spec("tests/a.md", text);
    assert_eq!(problems, []);
    assert_eq!((page.title.as_str(), page.blocks[0].line), ("SET", 5));
    assert_eq!(page.blocks[0].steps()[0].line, 6);
    let (_, problems) = read_spec("tests/a.md", "# SET\n\n### EX\n");
    assert_eq!(
        problems[0].to_string(),
        "tests/a.md:3: a heading of level 3 below one of 1"
    );
}

/// Whatever is cut off or left out, reading ends with values.
#[test]
fn broken_pages_are_read_to_the_end() {
    for end in 0..FIXTURE.len() {
        let (page, _) = read_page(PATH, &FIXTURE[..end], &exists);
        check_page(&page);
    }
    let lines: Vec<&str> = FIXTURE.lines().collect();
    for skipped in 0..lines.len() {
        for indent in ["", "> ", "- ", "   "] {
            let kept = lines
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != skipped);
            let text: String = kept.map(|(_, line)| format!("{indent}{line}\n")).collect();
            let (page, _) = read_page(PATH, &format!("---\n---\n{text}"), &exists);
            check_page(&page);
        }
    }
}

#[test]
fn front_matter() {
    let check = |text: &str, expected: &[&str]| {
        let (_, problems) = read_page("lessons/x.md", text, &exists);
        let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(texts, expected, "{text:?}");
    };
    check(
        "",
        &["lessons/x.md:1: the front matter is missing: `---`, title, summary, minutes, `---`"],
    );
    check(
        "---\ntitle: T\n",
        &["lessons/x.md:1: the front matter has no closing `---`"],
    );
    check(
        "---\ntitle: \"A: b\"\nminutes: many\nauthor: me\nwords\n---\n",
        &[
            "lessons/x.md:1: `summary:` is missing in the front matter",
            "lessons/x.md:3: `minutes:` is not a whole number",
            "lessons/x.md:4: `author:` is not known: title, summary, minutes",
            "lessons/x.md:5: `words` is not of the form `key: value`",
        ],
    );
    check(
        "\u{feff}---\ntitle: T\ntitle: T\nsummary:\nminutes: 1 # about\n---\n",
        &[
            "lessons/x.md:3: `title:` is there twice",
            "lessons/x.md:4: `summary:` is empty",
        ],
    );
}

#[test]
fn html_is_semantic_and_escaped() {
    let (page, problems) = read(
        "See [it](../fundamentals/06-redis-cli.md#keys) & [out](https://redis.io).\n\n\
         | a | b |\n|---|---|\n| 1 | 2 |\n\n\
         ```redis\nada> SET k \"<b>&\" EX 5\n(error) ERR no\n1) (error) x\n(nil)\n\
         ada< 1) \"q\"\n+ 5s\n! heal\n...\n```\n\
         - item\n\n  ```redis\n  > PING\n  ```\n",
    );
    assert_eq!(problems, []);
    for part in [
        "<a href=\"/base/fundamentals/06-redis-cli/#keys\">it</a> &amp; \
         <a href=\"https://redis.io\">",
        "<div class=\"scroll\" tabindex=\"0\"><table>",
        "</table>\n</div>\n",
        "<div class=\"block redis\" data-block=\"0\" id=\"block-0\"><pre tabindex=\"0\"><code>\
         <span class=\"line cmd\" data-client=\"ada\"><span class=\"prompt\">ada&gt; </span>\
         <span class=\"t-command\">SET</span> <span class=\"t-key\">k</span> \
         <span class=\"t-text\">&quot;&lt;b&gt;&amp;&quot;</span> \
         <span class=\"t-option\">EX</span> <span class=\"t-number\">5</span></span>\n\
         <span class=\"line reply error\">(error) ERR no</span>\n\
         <span class=\"line reply error\">1) (error) x</span>\n\
         <span class=\"line reply\">(nil)</span>\n\
         <span class=\"line reply late\" data-client=\"ada\">ada&lt; 1) &quot;q&quot;</span>\n\
         <span class=\"line wait\">+ 5s</span>\n<span class=\"line world\">! heal</span>\n\
         <span class=\"line reply any\">...</span>\n</code></pre></div>",
        "data-block=\"1\"",
    ] {
        assert!(page.html.contains(part), "{part}\nis not in\n{}", page.html);
    }
    let item = page.html.find("<li>").expect("a list");
    assert!(page.html.find("data-block=\"1\"").expect("a block") > item);
    let fixture = fixture();
    for part in [
        "<section class=\"exercise\" data-exercise=\"0\" id=\"exercise-0\"",
        "<details class=\"hint\"><summary>Hint 2</summary>",
        "<legend>What does TTL say about a key that never expires?</legend>",
        "<input type=\"radio\" name=\"quiz-0\" value=\"2\">",
        "data-view=\"0\" data-name=\"expires\"",
        "<strong>C</strong> replica of A",
    ] {
        assert!(
            fixture.html.contains(part),
            "{part}\nis not in\n{}",
            fixture.html
        );
    }
    assert_eq!(
        fixture.html.matches("exactly one hour").count(),
        1,
        "the goal moves"
    );
    assert!(!fixture.html.contains("style=") && !fixture.html.contains("<script"));
    assert_eq!(
        html::script_json("{\"a\":\"</script>\"}"),
        "{\"a\":\"\\u003c/script>\"}"
    );
}

#[test]
fn a_page_travels() {
    let data = fixture().data("expiration-ttl");
    let json = serde_json::to_string(&data).expect("data is JSON");
    assert_eq!(
        serde_json::from_str::<PageData>(&json).expect("JSON is data"),
        data
    );
}

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
fn highlighting_of_lua() {
    let check = |source: &str, expected: &str| {
        let lines = lua::lines(source).into_iter().map(|line| {
            let parts = line.into_iter().map(|(kind, text)| match kind {
                Some(kind) => format!("{text}:{kind:?}"),
                None => text.to_string(),
            });
            parts.collect::<Vec<_>>().join("|")
        });
        assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected);
    };
    check(
        "local n = redis.call('GET', KEYS[1]) -- é",
        "local:Keyword| n = |redis:Given|.call(|'GET':Text|, |KEYS:Given|[|1:Number|]) |-- é:Comment",
    );
    check(
        "#!lua name=x\nreturn 1",
        "#!lua name=x:Comment\nreturn:Keyword| |1:Number",
    );
    check(
        "a = [==[\n]]\n]==] .. \"x\\\"\" x.redis",
        "a = |[==[:Text\n]]:Text\n]==]:Text| .. |\"x\\\"\":Text| x.redis",
    );
    check(
        "--[[ a\nb]] end",
        "--[[ a:Comment\nb]]:Comment| |end:Keyword",
    );
    check("'a\nlocal", "'a:Text\nlocal:Keyword");
    check("'\\", "'\\:Text");
    check("x[[", "x|[[:Text");
    check("", "");
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

const OUTLINE: &str = "# Course\n\nIntro.\n\n## 1 · First\n\nAbout\nit.\n\n\
    1. [One](first/01-one.md): the\n   first\n2. [Two](first/02-two.md): second\n\n\
    ## 2 · Second\n\n3. [Three](second/03-three.md): third\n";

#[test]
fn the_outline() {
    let written = |path: &str| path != "first/02-two.md";
    let course = Course::parse("c", OUTLINE, written).expect("sound");
    assert_eq!(course.lessons().count(), 3);
    assert_eq!(course.phases[0].summary, "About it.");
    assert_eq!(course.phases[1].slug, "second");
    let three = course.lesson("three").expect("listed");
    assert_eq!(
        (three.number, three.phase, three.line, three.written),
        (3, 2, 16, true)
    );
    assert_eq!(course.lesson("one").expect("listed").summary, "the first");
    let (before, after) = course.neighbors(3);
    assert_eq!((before.map(|l| l.number), after), (Some(1), None));
    let (page, _) = read_page(
        "lessons/first/01-one.md",
        "---\ntitle: Eins\n---\n",
        &exists,
    );
    assert_eq!(
        check_title(&page, &course)[0].text,
        "the title is `Eins`, but `One` in the outline"
    );
}

#[test]
fn a_wrong_outline() {
    for (from, to, expected) in [
        (
            "## 2",
            "## 3",
            "c:14: a phase's heading begins with `## 2 · `",
        ),
        ("3. [", "4. [", "c:16: this is lesson 3, not 4"),
        (
            "02-two",
            "2-two",
            "c:12: `first/2-two.md` is not of the form `phase/02-slug.md`",
        ),
        (
            "02-two",
            "02-one",
            "c:12: the slug `one` is taken by a lesson above",
        ),
        (
            "first/02",
            "other/02",
            "c:12: this phase lies in `first`, not in `other`",
        ),
        (": third", "", "c:16: the line about the lesson is missing"),
        (
            "(second/03-three.md)",
            "",
            "c:16: write `1. [Title](phase/01-slug.md): one line about it`",
        ),
        ("## 1 · First", "", "c:10: a lesson before the first phase"),
    ] {
        let problems = Course::parse("c", &OUTLINE.replace(from, to), |_| true).expect_err("wrong");
        assert_eq!(problems[0].to_string(), expected);
    }
}

#[test]
fn the_course_has_its_lessons() {
    let file = "lessons/course.md";
    let text = include_str!("../../lessons/course.md");
    let course = Course::parse(file, text, |_| false).expect("the outline is sound");
    let counts: Vec<usize> = course
        .phases
        .iter()
        .map(|phase| phase.lessons.len())
        .collect();
    assert_eq!(counts, [7, 8, 8, 7, 6, 6]);
    let slugs: Vec<&str> = course
        .phases
        .iter()
        .map(|phase| phase.slug.as_str())
        .collect();
    let folders = [
        "fundamentals",
        "data-structures",
        "advanced",
        "persistence-ha",
        "spring",
        "production",
    ];
    assert_eq!(slugs, folders);
    assert!(course.phases.iter().all(|phase| !phase.summary.is_empty()));
}

#[test]
fn a_capstone_ends_a_phase() {
    let line = "third\n\nCapstone: [All of it](second/capstone-all.md): a\n  project\n";
    let course = Course::parse("c", &OUTLINE.replace("third\n", line), |_| true).expect("sound");
    assert_eq!(course.lessons().count(), 3);
    let slugs: Vec<&str> = course.pages().map(|page| page.slug.as_str()).collect();
    assert_eq!(slugs, ["one", "two", "three", "capstone-all"]);
    let capstone = course
        .lesson_at("second/capstone-all.md")
        .expect("it is listed");
    assert_eq!((capstone.number, capstone.phase), (0, 2));
    assert_eq!(capstone.summary, "a project");
    for (from, to, expected) in [
        (
            "second/capstone-all",
            "first/capstone-all",
            "c:18: `first/capstone-all.md` is not of the form `phase/capstone-slug.md`",
        ),
        (
            "capstone-all",
            "04-all",
            "c:18: `second/04-all.md` is not of the form `phase/capstone-slug.md`",
        ),
        (
            ": a\n  project",
            "",
            "c:18: the line about the capstone is missing",
        ),
        (
            "[All of it]",
            "All of it",
            "c:18: write `Capstone: [Title](phase/capstone-slug.md): one line about it`",
        ),
    ] {
        let outline = OUTLINE.replace("third\n", &line.replace(from, to));
        let problems = Course::parse("c", &outline, |_| true).expect_err("wrong");
        assert_eq!(problems[0].to_string(), expected);
    }
}

#[test]
fn an_exercise_that_continues_begins_where_the_one_above_ends() {
    let text = "---\ntitle: T\nsummary: S\nminutes: 1\n---\n\nFirst.\n\n```exercise\n\
        given> SET a 1\ncheck> GET a\n\"2\"\nsolution> INCR a\nhint: h\nwhy: w\n```\n\nSecond.\n\n\
        ```exercise continues\ngiven> SET b 1\ncheck> GET b\n\"2\"\nsolution> INCR b\nhint: h\n\
        why: w\n```\n";
    let (page, problems) = read_page("lessons/a/01-t.md", text, &exists);
    assert_eq!(problems, []);
    let second = &page.exercises[1];
    assert_eq!(
        transcript::print(&second.given),
        "> SET a 1\n> INCR a\n> SET b 1\n"
    );
    assert_eq!(second.inherited, 2);
    let shown = page.html.rsplit("data-exercise").next().expect("a part");
    assert!(shown.contains("where the step above ends"));
    assert!(!shown.contains("INCR</span> a"), "{shown}");
    let alone = text.replacen("```exercise\n", "```exercise continues\n", 1);
    let (_, problems) = read_page("lessons/a/01-t.md", &alone, &exists);
    assert_eq!(problems[0].text, "there is no exercise above to continue");
}

/// The blocks of the writers' guide are read like a lesson's, so that it cannot go stale.
#[test]
fn the_guide_is_true() {
    let guide = include_str!("../../lessons/README.md");
    let sample = guide
        .split("`````markdown\n")
        .nth(1)
        .expect("the guide shows a whole lesson");
    let sample = sample.split("`````").next().expect("a part");
    let (page, mut problems) = read_page(PATH, sample, &exists);
    problems.extend(check_page(&page));
    assert_eq!(problems, []);
    for word in transcript::WORLD_VERBS
        .iter()
        .chain(transcript::RESERVED_NAMES)
    {
        assert!(guide.contains(word), "the guide does not mention `{word}`");
    }
}
