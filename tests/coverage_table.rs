//! `coverage.md` says what the lessons cover, and nothing is missing there.

use lesson::Problem;
use tests::coverage::{Claims, Commands, Lesson, shared};
use tests::{pages, tables};

use crate::conclude;

/// A lesson of these blocks, the first of them in line 6.
fn lesson(number: usize, text: &str) -> Lesson {
    let text = format!("---\ntitle: T\nsummary: S\nminutes: 1\n---\n{text}");
    let path = format!("lessons/a/0{number}-t.md");
    let page = pages::read(&path, &text).expect("a page");
    Lesson { number, page }
}

#[test]
fn the_table_is_not_stale() {
    tables::coverage().check();
}

#[test]
fn what_is_told_wrongly_is_shown_right() {
    let claims = Claims::collect(&Lesson::all());
    let problems = claims.problems.iter().map(ToString::to_string);
    conclude("claims", claims.count(), problems.collect());
}

#[test]
fn wrong_claims_and_marks_are_told() {
    let row = "| `pop` | 1 | told | truth | `RPOP` `\"a\"`, then `LPOP` `\"c\"` |";
    let block = "```redis shows=pop\n> RPOP l\n\"a\"\n> LPOP l\n\"c\"\n```\n";
    assert_eq!(Claims::check(row, &[lesson(1, block)]).problems, []);
    for (row, block, expected) in [
        (
            row,
            "",
            "lessons/claims.md:1: no block of lesson 1 is marked `shows=pop`",
        ),
        (
            row,
            &block.replace("\"c\"", "\"b\""),
            "lessons/a/01-t.md:6: what shows `pop` lacks a step with `LPOP`, in its place, that answers `\"c\"`",
        ),
        (
            row,
            &block.replace("=pop", "=pop,push"),
            "lessons/a/01-t.md:6: there is no claim `push` in lessons/claims.md",
        ),
        (
            &row.replace("| 1", "| 2"),
            block,
            "lessons/a/01-t.md:6: `pop` is a claim of lesson 2",
        ),
        (
            &row.replace(", then `LPOP`", ""),
            "",
            "lessons/claims.md:1: a row is `id`",
        ),
        (
            &format!("{row}\n{row}"),
            block,
            "lessons/claims.md:2: `pop` is there twice",
        ),
    ] {
        let problems = Claims::check(row, &[lesson(1, block)]).problems;
        let first = problems.first().map(Problem::to_string).unwrap_or_default();
        assert!(first.starts_with(expected), "{expected}: {first}");
    }
}

#[test]
fn a_command_is_taught_where_it_is_named_and_runs() {
    let blocks = "```redis\n> SET k v\n> INCR k\n> MULTI\n> GET k\n> DISCARD\n> CONFIG RESETSTAT\n> GETDEL k\n```\n\
                  ```lua\nreturn redis.call('LPUSH', KEYS[1], 'a')\n---\n\
                  > EVAL @script 1 l\n```\n```shell\n$ echo SADD s a | redis-cli\n$ redis-cli --bigkeys -i 0\n```\n\
                  ```shell host\n$ redis-cli RPUSH l b\n```\n```text\nXADD s * f v\n```\n";
    let commands = Commands::collect(&[lesson(1, blocks)]);
    let missing: Vec<&str> = commands.missing().collect();
    for (name, is_taught) in [
        ("SET", true),
        ("MULTI", true),
        ("DISCARD", true),
        ("GETDEL", true),
        ("EVAL", true),
        ("LPUSH", true),
        ("SADD", true),
        // An error, a queue that never runs, what --bigkeys asks, a block that is only shown.
        ("INCR", false),
        ("GET", false),
        ("TYPE", false),
        ("RPUSH", false),
        ("XADD", false),
    ] {
        assert_eq!(!missing.contains(&name), is_taught, "{name}");
    }
}

#[test]
fn every_command_is_taught() {
    let commands = Commands::collect(&Lesson::all());
    let missing = commands
        .missing()
        .map(|name| format!("{name} runs in no block of a lesson"));
    conclude("commands", commands.count(), missing.collect());
}

#[test]
fn lessons_have_one_shape() {
    let lessons = Lesson::all();
    let problems = lessons
        .iter()
        .flat_map(|lesson| lesson::check_shape(&lesson.page));
    let problems = problems.map(|problem| problem.to_string());
    conclude("lessons", lessons.len(), problems.collect());
}

#[test]
fn no_diagram_and_no_exercise_stands_twice() {
    let lessons = Lesson::all();
    conclude("lessons", lessons.len(), shared(&lessons));
}

#[test]
fn what_stands_twice_is_found() {
    let exercise = |solution: &str| format!("```exercise\nsolution> {solution}\n```\n");
    let diagram = "```diagram\na -> b\n```\n";
    for (one, other, twice) in [
        (
            exercise("SET a b EX 5"),
            exercise("set cart book EX 5"),
            true,
        ),
        (exercise("SET a b EX 5"), exercise("SET a a EX 5"), false),
        (exercise("SET a b EX 5"), exercise("SET a b EX 6"), false),
        (
            exercise("EVAL 'return type(1)' 0"),
            exercise("EVAL 'return type(KEYS)' 0"),
            false,
        ),
        (diagram.into(), diagram.replace(" -> ", "  ->  "), true),
        (diagram.into(), diagram.replace('b', "c"), false),
    ] {
        let found = shared(&[lesson(1, &one), lesson(2, &other)]);
        let expected = "lessons/a/02-t.md:6: the same stands at lessons/a/01-t.md:6";
        assert_eq!(
            found,
            Vec::from_iter(twice.then_some(expected)),
            "{one}{other}"
        );
    }
}
