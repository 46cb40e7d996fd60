//! All tests that need more than one crate, in one binary. Each module walks over data and says what it found wrong
//! in the words of `file:line: what`.

mod cluster;
mod command_lists;
mod command_table;
mod conformance_table;
mod conversations;
mod corpora;
mod coverage_table;
mod eviction;
mod expiry;
mod info;
mod lessons;
mod oracle;
mod persistence;
mod psync;
mod sketches;
mod spec;
mod streams;
mod vectors;

use lesson::Step;
use tests::replay::Player;

/// Replays steps and gives a line for each reply that differs.
fn differences(path: &str, player: &mut dyn Player, steps: &[Step]) -> Vec<String> {
    let mut found = Vec::new();
    for step in steps {
        let output = player.play(step);
        if step.reply.is_empty() && output.is_empty() {
            continue;
        }
        if let Err(difference) = step.compare(&output) {
            found.push(format!(
                "{path}:{}: {}\n{difference}",
                step.line, step.action
            ));
        }
    }
    found
}

#[test]
fn scenes() {
    let compared = tests::scenes::compared();
    let looked_at = compared.len();
    let problems = compared
        .into_iter()
        .filter(|(_, expected, found, _)| expected != found);
    let problems = problems.map(|(scene, expected, found, _)| {
        let pairs = expected.lines().zip(found.lines());
        let first = pairs
            .into_iter()
            .find(|(expected, found)| expected != found);
        format!("{}: {first:#?}", scene.title)
    });
    conclude("scenes", looked_at, problems.collect());
}

/// # Panics
/// With all problems, if there are any; or if nothing was looked at.
fn conclude(what: &str, looked_at: usize, problems: Vec<String>) {
    assert!(
        looked_at > 0,
        "no {what} found: a test without data proves nothing"
    );
    assert!(
        problems.is_empty(),
        "{} of {looked_at} {what} are wrong:\n\n{}\n",
        problems.len(),
        problems.join("\n\n")
    );
}
