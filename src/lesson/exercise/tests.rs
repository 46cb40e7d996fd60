//! Exercises: all their lines, and those that continue.

use crate::tests::{exists, fixture, read};
use crate::*;

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
