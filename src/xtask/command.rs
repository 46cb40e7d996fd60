//! Running other programs: with their output shown, or read.

use crate::{Failure, failure, place};
use std::process::Command;

/// `program` in the project's folder, finding the project's own tools before the system's.
pub fn program(program: &str) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command
        .current_dir(place::root())
        .env("PATH", place::path_variable());
    command
}

/// Runs to the end; the program's own output tells the details of a failure.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => failure(format!("`{shown}` failed ({status})")),
        Err(error) => failure(format!("`{shown}` could not be started: {error}")),
    }
}

/// What the program prints, if it can be started and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether `program` can be started by name.
pub fn exists(program: &str) -> bool {
    find(program).is_some()
}

/// The path of `program`, looked for as the system's shell does.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = place::path_variable();
    let candidates = std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
