//! The same transcripts on the real server: what we show is what it says. Where it cannot run, the recorded replies
//! stand in for it, and these tests are not there.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lesson::Page;
use tests::files;
use tests::pages;
use tests::replay::{Recorded, play_blocks};

use crate::lessons::written;
use crate::{conclude, differences};

/// What was looked at, and what is wrong with it.
type Findings = (usize, Vec<String>);

#[test]
fn specs_are_what_the_server_says() {
    let (count, problems) = side_by_side(&files::markdown_below("tests/spec"), |path| {
        let page =
            pages::read(path, &files::read(path)).unwrap_or_else(|problem| panic!("{problem}"));
        blocks(path, &page)
    });
    conclude("recorded replies", count, problems);
}

#[test]
fn lessons_are_what_the_server_says() {
    let (count, problems) = side_by_side(&written(), |(path, page)| {
        let (mut count, mut problems) = blocks(path, page);
        for quiz in page.quizzes.iter().filter(|quiz| !quiz.proof.is_empty()) {
            count += quiz.proof.len();
            problems.extend(differences(path, &mut Recorded::start(), &quiz.proof));
        }
        for exercise in &page.exercises {
            let mut world = Recorded::start();
            differences(path, &mut world, &exercise.given);
            differences(path, &mut world, &exercise.solution);
            count += exercise.checks.len();
            problems.extend(differences(path, &mut world, &exercise.checks));
        }
        (count, problems)
    });
    conclude("steps of lessons", count, problems);
}

/// Several at a time, each with servers of its own: most of the time goes by in waiting for them.
fn side_by_side<T: Sync>(items: &[T], check: impl Fn(&T) -> Findings + Sync) -> Findings {
    const AT_A_TIME: usize = 3;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = (0, Vec::new());
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (count, problems) = check(item);
            found.0 += count;
            found.1.extend(problems);
        }
        found
    };
    let found = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join());
        results
            .collect::<Result<Vec<Findings>, _>>()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let count = found.iter().map(|(count, _)| count).sum();
    let mut problems: Vec<String> = found
        .into_iter()
        .flat_map(|(_, problems)| problems)
        .collect();
    problems.sort();
    (count, problems)
}

fn blocks(path: &str, page: &Page) -> Findings {
    let mut world = Recorded::start();
    let (mut count, mut problems) = (0, Vec::new());
    play_blocks(page, &mut world, &mut |player, steps| {
        count += steps.len();
        problems.extend(differences(path, player, steps));
    });
    (count, problems)
}
