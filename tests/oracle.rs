//! The same transcripts on the real server: what we show is what it says. Where it cannot run, the recorded replies
//! stand in for it, and these tests are not there.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use lesson::Page;
use tests::files;
use tests::pages;
use tests::replay::{Recorded, play_blocks};

use crate::lessons::written;
use crate::{conclude, differences};

#[test]
fn specs_are_what_the_server_says() {
    let mut problems = Vec::new();
    let mut count = 0;
    for path in files::markdown_below("tests/spec") {
        let page =
            pages::read(&path, &files::read(&path)).unwrap_or_else(|problem| panic!("{problem}"));
        count += blocks(&path, &page, &mut problems);
    }
    conclude("recorded replies", count, problems);
}

#[test]
fn lessons_are_what_the_server_says() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, page) in written() {
        count += blocks(&path, &page, &mut problems);
        for quiz in page.quizzes.iter().filter(|quiz| !quiz.proof.is_empty()) {
            count += quiz.proof.len();
            problems.extend(differences(&path, &mut Recorded::start(), &quiz.proof));
        }
        for exercise in &page.exercises {
            let mut world = Recorded::start();
            differences(&path, &mut world, &exercise.given);
            differences(&path, &mut world, &exercise.solution);
            count += exercise.checks.len();
            problems.extend(differences(&path, &mut world, &exercise.checks));
        }
    }
    conclude("steps of lessons", count, problems);
}

fn blocks(path: &str, page: &Page, problems: &mut Vec<String>) -> usize {
    let mut world = Recorded::start();
    let mut count = 0;
    play_blocks(page, &mut world, &mut |player, steps| {
        count += steps.len();
        problems.extend(differences(path, player, steps));
    });
    count
}
