//! Where the repository's data lies.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests lie in the repository")
        .to_path_buf()
}

/// All Markdown files below a folder, sorted, as paths from the root.
pub fn markdown_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    gather(&root().join(folder), &mut found);
    let root = root();
    let relative = |path: &PathBuf| {
        path.strip_prefix(&root)
            .expect("found below the root")
            .display()
            .to_string()
    };
    let mut names: Vec<String> = found.iter().map(relative).collect();
    names.sort();
    names
}

/// The lessons and capstones; what lies beside them is about them.
pub fn lessons() -> Vec<String> {
    let mut paths = markdown_below("lessons");
    paths.retain(|path| path.matches('/').count() == 2);
    paths
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// # Panics
/// If the file cannot be read: a test without its data must not pass.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A recorded vector from `tests/vectors/`.
pub fn vector(name: &str) -> serde_json::Value {
    let path = format!("tests/vectors/{name}.json");
    serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
