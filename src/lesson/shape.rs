//! The shape that all lessons share, so that a reader knows where to find what: how long they are, how much there is to
//! do, and their sections. Capstones have none of it.

use std::ops::RangeInclusive;

use crate::problem::Problems;
use crate::{Content, Page, Problem};

const WORDS: RangeInclusive<usize> = 1_200..=3_500;
const EXERCISES: RangeInclusive<usize> = 4..=usize::MAX;
const QUIZZES: RangeInclusive<usize> = 4..=usize::MAX;
const INTERVIEW_QUESTIONS: RangeInclusive<usize> = 6..=12;
const PICTURES: RangeInclusive<usize> = 1..=usize::MAX;

const INTERVIEW: &str = "Interview questions";

/// Titles of level 2, in this order, each the whole title or what stands before its colon. What is taught stands
/// between them.
const SECTIONS: [&str; 10] = [
    "Key ideas",
    "Step by step",
    "Worked example",
    "Commands at a glance",
    "Where it is used",
    "Best practices",
    "Common mistakes",
    INTERVIEW,
    "Summary",
    "Where to go on",
];

/// What is counted of a lesson.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Of prose; blocks, exercises and quizzes do not count.
    pub words: usize,
    /// The words of the longest paragraph.
    pub longest_paragraph: usize,
    pub exercises: usize,
    pub quizzes: usize,
    pub interview_questions: usize,
    /// Views and diagrams.
    pub pictures: usize,
}

impl Shape {
    pub fn of(page: &Page) -> Shape {
        let diagrams = page
            .blocks
            .iter()
            .filter(|block| matches!(block.content, Content::Diagram { .. }));
        Shape {
            words: page.prose_words(),
            longest_paragraph: page.paragraphs.iter().map(|p| p.words).max().unwrap_or(0),
            exercises: page.exercises.len(),
            quizzes: page.quizzes.len(),
            interview_questions: interview_questions(page),
            pictures: page.views.len() + diagrams.count(),
        }
    }
}

/// Headings of level 3 below the one for the interview.
fn interview_questions(page: &Page) -> usize {
    let headings = page.headings.iter();
    headings
        .skip_while(|heading| heading.text != INTERVIEW)
        .skip(1)
        .take_while(|heading| heading.level > 2)
        .filter(|heading| heading.level == 3)
        .count()
}

/// The problems of a lesson with the shape of all lessons.
pub fn check_shape(page: &Page) -> Vec<Problem> {
    let mut problems = Problems::new(&page.path);
    let shape = Shape::of(page);
    for (count, what, range) in [
        (shape.words, "words of prose", WORDS),
        (shape.exercises, "exercises", EXERCISES),
        (shape.quizzes, "quizzes", QUIZZES),
        (
            shape.interview_questions,
            "interview questions",
            INTERVIEW_QUESTIONS,
        ),
        (shape.pictures, "views and diagrams", PICTURES),
    ] {
        if count < *range.start() {
            let least = range.start();
            problems.add(1, format!("{count} {what}; {least} are the least"));
        } else if count > *range.end() {
            let most = range.end();
            problems.add(1, format!("{count} {what}; {most} are the most"));
        }
    }
    let introduction = page.sections.first();
    if introduction.is_none_or(|section| section.text.is_empty()) {
        problems.add(1, "nothing introduces the lesson above its first heading");
    }
    check_sections(&mut problems, page);
    problems.list
}

fn check_sections(problems: &mut Problems, page: &Page) {
    let titles = page.headings.iter().filter(|heading| heading.level == 2);
    let mut wanted = SECTIONS.iter().peekable();
    for heading in titles {
        let name = heading.text.split(':').next().unwrap_or_default();
        wanted.next_if(|section| **section == name);
    }
    if let Some(section) = wanted.next() {
        let text = format!("the section `{section}` is missing, or stands in another order");
        problems.add(1, text);
    }
}
