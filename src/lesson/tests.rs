//! Every test reads a small page or transcript and compares data. Here are whole pages and their fences; exercises,
//! the outline and transcripts are tested beside their modules.

use crate::*;

const FIXTURE: &str = include_str!("fixture.md");
pub(crate) const PATH: &str = "lessons/advanced/16-expiration-ttl.md";

pub(crate) fn exists(path: &str) -> Option<String> {
    let slug = path.strip_prefix("lessons/")?.strip_suffix(".md")?;
    (slug != "missing").then(|| format!("/base/{slug}/"))
}

pub(crate) fn read(body: &str) -> (Page, Vec<Problem>) {
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

pub(crate) fn fixture() -> Page {
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
    let paragraph = "word ".repeat(80) + "\n\n";
    let (page, _) = read(&paragraph.repeat(25));
    let list: Vec<String> = check_page(&page).iter().map(Problem::to_string).collect();
    let text = "`minutes: 1`, but reading it takes about 10";
    assert_eq!(list, [format!("{PATH}:4: {text}")]);
    let (page, _) = read(&paragraph.repeat(7));
    assert_eq!(check_page(&page), []);
    let markdown = "---\r\nminutes: 99 # about\r\n---\r\nminutes: 99\r\n";
    let (page, _) = read_page(PATH, markdown, &exists);
    let expected = "---\r\nminutes: 1 # about\r\n---\r\nminutes: 99\r\n";
    assert_eq!(replace_minutes(markdown, &page), expected);
}

#[test]
fn paragraphs_and_items_are_measured() {
    let long = "word ".repeat(91);
    for (body, expected) in [
        (
            format!("a\n\n{long}\n"),
            "3: a paragraph of 91 words; 90 are the most",
        ),
        (format!("- a\n- {long}\n"), "2: a paragraph of 91 words"),
        (
            format!("- a\n\n  b\n\n  {long}\n"),
            "5: a paragraph of 91 words",
        ),
        (format!("> {long}\n"), "1: a paragraph of 91 words"),
    ] {
        check_problem(&body, expected);
    }
    let (page, _) =
        read("- a b\n\n  ```redis\n  > PING\n  PONG\n  ```\n- c\n\n## d e f\n\ng h i\n");
    let words: Vec<usize> = page
        .paragraphs
        .iter()
        .map(|paragraph| paragraph.words)
        .collect();
    assert_eq!(words, [2, 1, 3]);
}

#[test]
fn a_block_shows_claims_and_looks_as_without() {
    let plain =
        "```redis fresh\n> PING\nPONG\n```\n```lua\nreturn 1\n```\n```shell\n$ echo a\na\n```\n";
    let marked = plain
        .replace("redis fresh", "redis fresh shows=pong,fresh-start")
        .replace("lua", "lua shows=one")
        .replace("shell", "shell shows=pong");
    let (expected, _) = read(plain);
    let (page, problems) = read(&marked);
    assert_eq!(problems, []);
    let shown = |shown: &Shown| (shown.claim.clone(), shown.block);
    let shown: Vec<(String, usize)> = page.shown.iter().map(shown).collect();
    let wanted = [("pong", 0), ("fresh-start", 0), ("one", 1), ("pong", 2)];
    assert_eq!(
        shown,
        wanted.map(|(claim, block)| (claim.to_string(), block))
    );
    assert_eq!(
        (&page.html, &page.blocks),
        (&expected.html, &expected.blocks)
    );
    assert_eq!(page.data("x"), expected.data("x"));
    for body in [
        "```text shows=a\nb\n```\n",
        "```shell host shows=a\n$ b\n```\n",
        "g\n```exercise shows=a\n```\n",
    ] {
        check_problem(body, "`shows=` is for blocks that run");
    }
    check_problem(
        "```redis show=a\n> PING\n```\n",
        "1: `show=a` means nothing",
    );
}

/// A lesson of the least size, and what each missing part is called.
#[test]
fn lessons_have_one_shape() {
    let exercise = "Do it.\n\n```exercise\n```\n\n".repeat(4);
    let quiz = "```quiz\n```\n\n".repeat(4);
    let questions = "### Why?\n\nSo.\n\n".repeat(6);
    let words = ("word ".repeat(80) + "\n\n").repeat(15);
    let sections = [
        "Key ideas",
        "Step by step",
        "What is taught",
        "Worked example: a cart",
        "Commands at a glance",
        "Where it is used",
        "Best practices",
        "Common mistakes",
        "Interview questions",
        "Summary",
        "Where to go on",
    ];
    let sections = sections.map(|title| format!("## {title}\n\n"));
    let sections = sections
        .concat()
        .replace("## Summary", &format!("{questions}## Summary"));
    let body = format!("{words}{exercise}{quiz}```view\nstrings\n```\n\n{sections}");
    let (page, _) = read(&body);
    assert_eq!(check_shape(&page), []);
    let shape = Shape::of(&page);
    assert_eq!(
        (
            shape.longest_paragraph,
            shape.interview_questions,
            shape.pictures
        ),
        (80, 6, 1)
    );
    for (from, to, expected) in [
        (words.as_str(), "", "words of prose; 1200 are the least"),
        (
            words.as_str(),
            "## Early\n\n",
            "nothing introduces the lesson",
        ),
        (
            &words,
            &words.repeat(3),
            "words of prose; 3500 are the most",
        ),
        (&exercise, "", "0 exercises; 4 are the least"),
        (&quiz, "", "0 quizzes; 4 are the least"),
        (&questions, "", "0 interview questions; 6 are the least"),
        (
            &questions,
            &questions.repeat(3),
            "18 interview questions; 12 are the most",
        ),
        (
            "```view\nstrings\n```",
            "",
            "0 views and diagrams; 1 are the least",
        ),
        ("## Summary\n", "", "the section `Summary` is missing"),
        ("## Key ideas\n", "## Summary\n\n## Key ideas\n", ""),
        (
            "## Key ideas\n\n## Step by step\n",
            "## Step by step\n\n## Key ideas\n",
            "`Step by step` is missing",
        ),
    ] {
        let (page, _) = read(&body.replacen(from, to, 1));
        let problems: Vec<String> = check_shape(&page).iter().map(Problem::to_string).collect();
        let found = problems.iter().any(|text| text.contains(expected));
        assert!(
            found || expected.is_empty() && problems.is_empty(),
            "{expected}: {problems:?}"
        );
    }
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
