//! Whether a page keeps the rules that need no server: sound exercises and quizzes, honest minutes,
//! the outline's title. That every reply is true is proved by running the page.

use crate::problem::Problems;
use crate::{Action, Content, Course, Exercise, Page, Problem, Quiz};

/// What reading and doing takes, by the piece: measured out for a reader who runs every block and
/// solves every exercise without hints.
const WORDS_A_MINUTE: usize = 200;
const SECONDS_A_STEP: usize = 3;
const SECONDS_A_CODE_LINE: usize = 3;
const SECONDS_A_VIEW: usize = 15;
const SECONDS_AN_EXERCISE: usize = 60;
const SECONDS_A_QUIZ: usize = 20;

/// More are a wall on a telephone.
const WORDS_A_PARAGRAPH: usize = 90;

/// How far `minutes:` may be from the measured length.
const MINUTES_OFF: u32 = 2;

/// The problems of one page by itself.
pub fn check_page(page: &Page) -> Vec<Problem> {
    let mut problems = Problems::new(&page.path);
    let minutes = reading_minutes(page);
    if page.minutes.abs_diff(minutes) > MINUTES_OFF {
        problems.add(
            page.minutes_line.max(1),
            format!(
                "`minutes: {}`, but reading it takes about {minutes}",
                page.minutes
            ),
        );
    }
    let paragraphs = page.paragraphs.iter();
    for paragraph in paragraphs.filter(|paragraph| paragraph.words > WORDS_A_PARAGRAPH) {
        let words = paragraph.words;
        let text = format!("a paragraph of {words} words; {WORDS_A_PARAGRAPH} are the most");
        problems.add(paragraph.line, text);
    }
    for block in &page.blocks {
        if let Content::Redis { steps, .. } = &block.content
            && steps.is_empty()
        {
            problems.add(block.line, "an empty block");
        }
    }
    for exercise in &page.exercises {
        check_exercise(&mut problems, exercise);
    }
    for quiz in &page.quizzes {
        check_quiz(&mut problems, quiz);
    }
    problems.list
}

/// The page's place in the outline and its title there.
pub fn check_title(page: &Page, course: &Course) -> Vec<Problem> {
    let mut problems = Problems::new(&page.path);
    let path = page.path.strip_prefix("lessons/").unwrap_or(&page.path);
    match course.lesson_at(path) {
        None => problems.add(1, "the outline does not list this page"),
        Some(lesson) if lesson.title != page.title => problems.add(
            1,
            format!(
                "the title is `{}`, but `{}` in the outline",
                page.title, lesson.title
            ),
        ),
        Some(_) => {}
    }
    problems.list
}

/// How long reading and doing the page takes, at least one minute.
pub fn reading_minutes(page: &Page) -> u32 {
    let mut seconds = page.prose_words() * 60 / WORDS_A_MINUTE;
    for block in &page.blocks {
        let lines = |text: &str| text.lines().count() * SECONDS_A_CODE_LINE;
        seconds += match &block.content {
            Content::Redis { steps, .. } | Content::Shell { steps, .. } => {
                steps.len() * SECONDS_A_STEP
            }
            Content::Topology(topology) => topology.nodes.len() * SECONDS_A_CODE_LINE,
            Content::Lua { source, steps } => lines(source) + steps.len() * SECONDS_A_STEP,
            Content::Java { source, .. } => lines(source),
            Content::Diagram { .. } => SECONDS_A_VIEW,
            Content::Conf { text } | Content::Static { text, .. } => lines(text),
        };
    }
    seconds += page.views.len() * SECONDS_A_VIEW;
    seconds += page.exercises.len() * SECONDS_AN_EXERCISE;
    seconds += page.quizzes.len() * SECONDS_A_QUIZ;
    u32::try_from((seconds + 30) / 60)
        .unwrap_or(u32::MAX)
        .max(1)
}

/// `markdown` with the measured length after `minutes:`, so that no writer has to count.
pub fn replace_minutes(markdown: &str, page: &Page) -> String {
    let mut result = String::with_capacity(markdown.len());
    for (index, line) in markdown.split_inclusive('\n').enumerate() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        match line.strip_prefix("minutes: ") {
            Some(value) if index + 1 == page.minutes_line && digits(value) > 0 => {
                result.push_str(&format!("minutes: {}", reading_minutes(page)));
                result.push_str(&value[digits(value)..]);
            }
            _ => result.push_str(line),
        }
    }
    result
}

fn check_exercise(problems: &mut Problems, exercise: &Exercise) {
    let line = exercise.line;
    if exercise.goal.text.is_empty() {
        problems.add(
            line,
            "an exercise without a goal: say above the fence what is to be reached",
        );
    }
    if exercise.checks.is_empty() {
        problems.add(line, "an exercise without `check>`");
    }
    for check in &exercise.checks {
        if matches!(check.action, Action::Run { .. }) && check.reply.is_empty() {
            problems.add(check.line, "a check without the reply it expects");
        }
    }
    if exercise.solution.is_empty() {
        problems.add(line, "an exercise without `solution>`");
    }
    if exercise.why.iter().all(|why| why.text.is_empty()) {
        problems.add(line, "an exercise without `why:`");
    }
    if exercise.hints.is_empty() {
        problems.add(line, "an exercise without `hint:`");
    }
    for (hint, number) in exercise.hints.iter().zip(1..) {
        if hint.text.is_empty() {
            problems.add(line, format!("hint {number} is empty"));
        } else if gives_away(&hint.text, exercise) {
            problems.add(line, format!("hint {number} contains the solution"));
        }
    }
}

/// Whether a hint spells out a command of the solution; a bare name such as `PING` may be told.
fn gives_away(hint: &str, exercise: &Exercise) -> bool {
    let plain = |text: &str| {
        text.split_ascii_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_ascii_lowercase()
    };
    let hint = plain(hint);
    exercise.solution.iter().any(|step| match &step.action {
        Action::Run { text, .. } => {
            let command = plain(text);
            command.contains(' ') && hint.contains(&command)
        }
        _ => false,
    })
}

fn check_quiz(problems: &mut Problems, quiz: &Quiz) {
    if quiz.question.text.is_empty() {
        problems.add(quiz.line, "a quiz without a question");
    }
    if quiz.choices.len() < 2 {
        problems.add(quiz.line, "a quiz needs at least two options");
    }
    let right = quiz.choices.iter().filter(|choice| choice.right).count();
    if right != 1 {
        problems.add(
            quiz.line,
            format!("a quiz has one right option; here are {right}"),
        );
    }
    for choice in &quiz.choices {
        if choice.text.text.is_empty() {
            problems.add(choice.line, "an option without text");
        }
        if choice.reason.text.is_empty() {
            problems.add(
                choice.line,
                "an option without its reason: write `option: reason`",
            );
        }
    }
}
