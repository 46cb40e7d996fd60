//! `cargo xtask record [FILE…]`: runs transcripts on the real server and writes its replies into the files, in place.
//! Without files: all lessons and all of `tests/spec/`. Read the diff afterwards. `--commands` records instead what it
//! says of every command that is declared here, `--scenes` what it did in the scenes (`scenes.rs`).

use std::fs;
use std::process::ExitCode;

use lesson::Step;
use tests::files;
use tests::replay::{Player, Recorded, play_blocks};
use tests::scenes;

fn main() -> ExitCode {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths == ["--commands"] {
        return record_commands();
    }
    if paths == ["--scenes"] {
        return match fs::write(files::root().join(scenes::PATH), scenes::record()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}: {error}", scenes::PATH);
                ExitCode::FAILURE
            }
        };
    }
    if paths.is_empty() {
        paths = files::markdown_below("tests/spec");
        paths.extend(files::lessons());
    }
    let mut failed = false;
    for path in &paths {
        match record(path) {
            Ok(changed) => println!("{path}: {changed} replies changed"),
            Err(problem) => {
                eprintln!("{path}: {problem}");
                failed = true;
            }
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn record_commands() -> ExitCode {
    let (lists, keys) = tests::commands::record();
    let (table, labels) = tests::declared::record();
    for (path, text) in [
        ("tests/vectors/command-lists.txt", lists),
        ("tests/vectors/command-keys.txt", keys),
        ("tests/vectors/command-table.json", table),
        ("src/engine/commands/server/labels.txt", labels),
    ] {
        if let Err(error) = fs::write(files::root().join(path), &text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
        println!("{path}: {} lines", text.lines().count());
    }
    ExitCode::SUCCESS
}

fn record(path: &str) -> Result<usize, String> {
    let markdown = files::read(path);
    let page = tests::pages::read(path, &markdown)?;
    let mut replies = Vec::new();
    let mut world = Recorded::start();
    play_blocks(&page, &mut world, &mut |player, steps| {
        play(player, steps, &mut replies);
    });
    for exercise in &page.exercises {
        let mut world = Recorded::start();
        play(&mut world, &exercise.given, &mut Vec::new());
        play(&mut world, &exercise.solution, &mut Vec::new());
        play(&mut world, &exercise.checks, &mut replies);
    }
    for quiz in &page.quizzes {
        if !quiz.proof.is_empty() {
            play(&mut Recorded::start(), &quiz.proof, &mut replies);
        }
    }
    let changed = replies.len();
    if changed > 0 {
        let text = lesson::transcript::replace_replies(&markdown, &replies);
        fs::write(files::root().join(path), text).map_err(|error| error.to_string())?;
    }
    Ok(changed)
}

/// Replies that match as they stand are left alone, so that `...` survives.
fn play(
    world: &mut dyn Player,
    steps: &[Step],
    replies: &mut Vec<(std::ops::Range<usize>, String)>,
) {
    for step in steps {
        let output = world.play(step);
        if step.compare(&output).is_err() {
            replies.push((step.reply_lines.clone(), output));
        }
    }
}
