//! Building the site with trunk.

use crate::{Failure, cargo_tools, command, node, place};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What the built site is made of.
const SOURCES: [&str; 8] = [
    ".trunk.toml",
    "Cargo.lock",
    "Cargo.toml",
    "index.html",
    "lessons",
    "rust-toolchain.toml",
    "src",
    "style",
];

pub fn build() -> Result<(), Failure> {
    cargo_tools::install()?;
    node::install()?;
    let made_of = fingerprint();
    let mut trunk = command::program("trunk");
    // Its own stack traces would stand between the reader and the error above them.
    trunk
        .args(["build", "--release", "--locked"])
        .env("RUST_BACKTRACE", "0");
    command::run(&mut trunk)?;
    let stamp = stamp();
    let written = fs::create_dir_all(place::target()).and_then(|()| fs::write(&stamp, made_of));
    written.map_err(|error| Failure(format!("cannot write {}: {error}", stamp.display())))
}

/// Trunk links and optimizes again even when nothing changed; this does not.
pub fn build_if_changed() -> Result<(), Failure> {
    let unchanged = fs::read_to_string(stamp()).is_ok_and(|stamp| stamp == fingerprint());
    if unchanged && place::dist().join("index.html").is_file() {
        println!("dist/ is up to date");
        return Ok(());
    }
    build()
}

fn stamp() -> PathBuf {
    place::target().join("site.stamp")
}

/// Names, sizes and times of all sources, one a line.
fn fingerprint() -> String {
    let mut files = BTreeMap::new();
    for source in SOURCES {
        collect(&place::root().join(source), &mut files);
    }
    let lines = files
        .into_iter()
        .map(|(path, state)| format!("{} {state}\n", path.display()));
    lines.collect()
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, String>) {
    let Ok(metadata) = fs::metadata(path) else {
        return;
    };
    if metadata.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| collect(&entry.path(), files));
        return;
    }
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    files.insert(path.to_owned(), format!("{} {modified:?}", metadata.len()));
}
