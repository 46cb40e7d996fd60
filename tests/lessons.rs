//! The lessons: readable, complete, and true in the engine. The same runner as the browser's.

use lesson::{Page, Step};
use messages::{ExerciseSource, Request, Response, Setup};
use session::Session;
use tests::pages;
use tests::replay::{Emulated, Player, play_blocks};

use crate::{conclude, differences};

/// Every written lesson, with its path. While one is being written, `LESSON=13-` picks those whose path holds this.
pub fn written() -> Vec<(String, Page)> {
    let wanted = std::env::var("LESSON").unwrap_or_default();
    let mut pages = pages::lessons();
    pages.retain(|(path, _)| path.contains(&wanted));
    pages
}

#[test]
fn the_outline_lists_every_lesson_once() {
    let course = pages::course();
    assert_eq!(course.lessons().count(), 42);
    for (path, page) in written() {
        let below = path.strip_prefix("lessons/").expect("found there");
        let listed = course.pages().filter(|page| page.path == below).count();
        assert_eq!(listed, 1, "{path} stands {listed} times in the outline");
        let problems: Vec<String> = lesson::check_title(&page, &course)
            .iter()
            .map(ToString::to_string)
            .collect();
        conclude("titles", 1, problems);
    }
}

#[test]
fn pages_are_complete() {
    let pages = written();
    let problems = pages
        .iter()
        .flat_map(|(_, page)| lesson::check_page(page))
        .map(|problem| problem.to_string());
    conclude("lessons", pages.len(), problems.collect());
}

/// A capstone is one project: it starts from an empty server, and each step goes on where the one before ends.
#[test]
fn capstones_are_projects_in_steps() {
    let pages = written();
    let capstones: Vec<_> = pages
        .iter()
        .filter(|(path, _)| path.contains("/capstone-"))
        .collect();
    let mut problems = Vec::new();
    for (path, page) in &capstones {
        let count = page.exercises.len();
        if !(6..=10).contains(&count) {
            problems.push(format!("{path}: {count} steps, not 6 to 10"));
        }
        let apart = page.exercises.iter().skip(1).filter(|e| e.inherited == 0);
        problems.extend(apart.map(|e| format!("{path}:{}: it does not continue", e.line)));
    }
    conclude("capstones", capstones.len(), problems);
}

#[test]
fn every_block_runs_as_written() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, page) in written() {
        let mut world = Emulated::new(&path);
        play_blocks(&page, &mut world, &mut |player, steps| {
            count += steps.len();
            problems.extend(differences(&path, player, steps));
        });
    }
    conclude("steps of lessons", count, problems);
}

/// A `view` fence names a visualiser or an encoding, and shows a key that the blocks above it leave.
#[test]
fn pictures_show_what_is_there() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, page) in written() {
        for view in &page.views {
            count += 1;
            let mut above = page.clone();
            above.blocks.truncate(view.after_blocks);
            let mut world = Emulated::new(&path);
            play_blocks(&above, &mut world, &mut |player, steps| {
                steps.iter().for_each(|step| drop(player.play(step)));
            });
            if let Some(problem) = missing_in_picture(view, &mut world) {
                problems.push(format!("{path}:{}: {problem}", view.line));
            }
        }
    }
    conclude("pictures", count, problems);
}

fn missing_in_picture(view: &lesson::View, world: &mut Emulated) -> Option<String> {
    let name = view.name.as_str();
    let known = views::ALL.iter().find(|one| one.name == name);
    let mut ask = |question: String| {
        let steps = lesson::transcript::parse("view", 1, &format!("> {question}"));
        world.play(&steps.expect("one command")[0])
    };
    match (known.map(|known| known.subject), view.words.first()) {
        (Some(views::Subject::Key(kinds)), Some(key)) => {
            let kind = ask(format!("TYPE {key}"));
            let fits = kind != "none" && (kinds.is_empty() || kinds.contains(&kind.as_str()));
            (!fits).then(|| format!("{name} cannot show {key}, which is {kind}"))
        }
        (Some(views::Subject::Server(_)), None) => None,
        (Some(_), _) => Some(format!("{name} is about a key, or about none")),
        (None, Some(key)) => {
            let encoding = ask(format!("OBJECT ENCODING {key}"));
            let named = format!("\"{name}\"");
            (encoding != named).then(|| format!("{key} is {encoding}, not {named}"))
        }
        (None, None) => {
            (!matches!(name, "keys" | "expires")).then(|| format!("there is no visualiser {name}"))
        }
    }
}

#[test]
fn every_quiz_is_proved() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, page) in written() {
        for quiz in &page.quizzes {
            count += 1;
            problems.extend(differences(&path, &mut Emulated::new(&path), &quiz.proof));
        }
    }
    conclude("quizzes", count, problems);
}

#[test]
fn every_exercise_is_sound() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, page) in written() {
        for (index, exercise) in page.exercises.iter().enumerate() {
            count += 1;
            let at = |line: usize| format!("{path}:{line}");
            let judge = |answer: &[Step]| judge(&page, index, &answer_text(answer));
            if judge(&[]) {
                problems.push(format!(
                    "{}: the exercise passes as given",
                    at(exercise.line)
                ));
            }
            if !judge(&exercise.solution) {
                problems.push(format!("{}: the solution does not pass", at(exercise.line)));
            }
            for also in exercise.also.iter().filter(|also| !judge(also)) {
                problems.push(format!(
                    "{}: this right answer does not pass",
                    at(also[0].line)
                ));
            }
            for wrong in exercise.wrong.iter().filter(|wrong| judge(wrong)) {
                problems.push(format!("{}: this wrong answer passes", at(wrong[0].line)));
            }
        }
    }
    conclude("exercises", count, problems);
}

fn answer_text(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| step.action.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Judges an answer as the page does, through the session.
fn judge(page: &Page, exercise: usize, answer: &str) -> bool {
    let sources = page.exercises.iter().map(|exercise| ExerciseSource {
        given: lesson::transcript::print(&exercise.given),
        checks: lesson::transcript::print(&exercise.checks),
    });
    let setup = Setup {
        seed: page.path.clone(),
        exercises: sources.collect(),
        ..Setup::default()
    };
    let mut session = Session::new();
    session.handle(messages::Call {
        id: 1,
        world: "w".to_string(),
        request: Request::Open(setup),
    });
    let request = Request::Check {
        exercise: exercise as u32,
        answer: answer.to_string(),
    };
    let (answer, _) = session.handle(messages::Call {
        id: 2,
        world: "w".to_string(),
        request,
    });
    match answer.result {
        Ok(Response::Checked(checked)) => checked.passed,
        other => panic!("a check is answered by a judgement, not by {other:?}"),
    }
}
