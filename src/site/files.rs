//! Files of the staged site: reading, writing, listing and the hash of their contents.
//!
//! A build either writes everything or stops with the name of the file that failed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

pub fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).unwrap_or_else(|_| panic!("{} is not UTF-8", path.display()))
}

/// Writes `path`, making its folders.
pub fn write(path: &Path, content: &[u8]) {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    }
    fs::write(path, content)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

pub fn rename(from: &Path, to: &Path) {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)
            .unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    }
    fs::rename(from, to)
        .unwrap_or_else(|error| panic!("cannot rename {}: {error}", from.display()));
}

pub fn remove(path: &Path) {
    fs::remove_file(path)
        .unwrap_or_else(|error| panic!("cannot remove {}: {error}", path.display()));
}

/// Every file below `folder`, relative to it, with `/` between its parts, sorted.
pub fn list(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    collect(folder, String::new(), &mut names);
    names.sort();
    names
}

fn collect(folder: &Path, prefix: String, names: &mut Vec<String>) {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    for entry in entries {
        let path: PathBuf = entry.expect("a listed entry can be read").path();
        let name = path
            .file_name()
            .expect("an entry has a name")
            .to_string_lossy();
        if path.is_dir() {
            collect(&path, format!("{prefix}{name}/"), names);
        } else {
            names.push(format!("{prefix}{name}"));
        }
    }
}

/// A name for these bytes: 16 hexadecimal digits, the same on every machine.
pub fn content_hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    format!("{:016x}", hasher.finish())
}
