//! The outline, with its capstones.

use crate::tests::exists;
use crate::*;

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
    let text = include_str!("../../../lessons/course.md");
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
