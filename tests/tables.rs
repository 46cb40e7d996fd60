//! Files of the repository that say what is proved. They are written by a command and never by hand, and compared by a
//! test.

use std::fs;
use std::process::ExitCode;

use crate::conformance::Table;
use crate::coverage::Coverage;
use crate::files;

pub struct Written {
    path: &'static str,
    /// What writes it: `cargo xtask` and this word.
    command: &'static str,
    text: String,
    summary: String,
}

pub fn conformance() -> Written {
    let table = Table::collect();
    Written {
        path: "tests/conformance.md",
        command: "conformance",
        text: table.to_string(),
        summary: table.summary(),
    }
}

pub fn coverage() -> Written {
    let coverage = Coverage::collect();
    Written {
        path: "lessons/coverage.md",
        command: "coverage",
        text: coverage.to_string(),
        summary: coverage.summary(),
    }
}

impl Written {
    pub fn write(&self) -> ExitCode {
        match fs::write(files::root().join(self.path), &self.text) {
            Ok(()) => {
                println!("{}", self.summary);
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{}: {error}", self.path);
                ExitCode::FAILURE
            }
        }
    }

    /// # Panics
    /// If the file says something else than what holds now.
    pub fn check(&self) {
        println!("{}", self.summary);
        assert!(
            files::read(self.path) == self.text,
            "{} is stale: run `cargo xtask {}` and read its diff",
            self.path,
            self.command
        );
    }
}
