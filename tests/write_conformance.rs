//! `cargo xtask conformance`: writes `tests/conformance.md`. Read the diff afterwards.

use std::fs;
use std::process::ExitCode;

use tests::{conformance, files};

fn main() -> ExitCode {
    let table = conformance::Table::collect();
    match fs::write(files::root().join(conformance::PATH), table.to_string()) {
        Ok(()) => {
            println!("{}", table.summary());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", conformance::PATH);
            ExitCode::FAILURE
        }
    }
}
