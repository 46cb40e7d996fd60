//! `cargo xtask conformance` and `cargo xtask coverage`: write a table of what is proved. Read the diff afterwards.

use std::process::ExitCode;

use tests::tables;

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "conformance" => tables::conformance().write(),
        "coverage" => tables::coverage().write(),
        _ => {
            eprintln!("there is no table {name}: conformance, coverage");
            ExitCode::FAILURE
        }
    }
}
