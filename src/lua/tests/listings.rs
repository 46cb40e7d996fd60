//! Compiled programs against what luac makes of them, down to registers, lines and names.
//!
//! Beside each program in `listings/` is its listing. `LUAC=luac5.1 cargo test -p lua` records
//! them anew from a real luac; without it they are only compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lua::compile::{Limits, compile};
use lua::listing::listing;

#[test]
fn programs_become_what_luac_makes_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings");
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of programs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .collect();
    programs.sort();
    assert!(programs.len() >= 50, "only {} programs", programs.len());
    for program in programs {
        let recorded = program.with_extension("listing");
        if let Ok(luac) = std::env::var("LUAC") {
            fs::write(&recorded, record(&luac, &program)).expect("a listing");
        }
        let expected = fs::read_to_string(&recorded).expect("a recorded listing");
        let source = fs::read(&program).expect("a program");
        let name = format!("@{}", file_name(&program));
        let proto = compile(&source, name.as_bytes(), Limits { c_levels: 1 });
        let proto = proto.unwrap_or_else(|error| panic!("{}", String::from_utf8_lossy(&error)));
        let made = listing(&proto);
        for (number, (made, expected)) in made.lines().zip(expected.lines()).enumerate() {
            assert_eq!(made, expected, "{name}, line {} of its listing", number + 1);
        }
        assert_eq!(made.len(), expected.len(), "{name}");
    }
}

fn record(luac: &str, program: &Path) -> String {
    let folder = program.parent().expect("a folder");
    let output = Command::new(luac)
        .current_dir(folder)
        .args(["-l", "-l", "-p", &file_name(program)])
        .output()
        .expect("luac runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("a listing is ASCII");
    text.lines()
        .map(|line| format!("{}\n", without_address(line)))
        .collect()
}

/// Takes addresses in memory out of a line: they are another at each run.
fn without_address(line: &str) -> String {
    let Some(start) = line.find(" 0x") else {
        return line.to_string();
    };
    let is_digit = |character: char| character.is_ascii_alphanumeric();
    let address = &line[start + 1..];
    let end = start
        + 1
        + address
            .find(|character| !is_digit(character))
            .unwrap_or(address.len());
    let before = line[..start]
        .trim_end_matches(" at")
        .trim_end_matches(" for");
    format!("{}{}", before.trim_end_matches("\t;"), &line[end..])
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned()
}
