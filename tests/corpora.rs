//! Inputs that a coverage-guided fuzzer found worth keeping, and those that once failed: see `fuzz/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use tests::files;
use tests::robust::CHECKS;

/// Everything in `fuzz/` together; what is larger belongs into a corpus outside of the repository.
const FILES_MAX: usize = 400;
const BYTES_MAX: u64 = 400 * 1024;

#[test]
fn what_the_fuzzer_kept_is_read_without_a_panic() {
    let (mut count, mut bytes) = (0, 0);
    for (name, check) in CHECKS {
        for folder in ["corpus", "regressions"] {
            for path in inputs(&files::root().join("fuzz").join(folder).join(name)) {
                let input = fs::read(&path).expect("a file that can be read");
                count += 1;
                bytes += input.len() as u64;
                // A failure says which input it was, and the panic's own message says the rest.
                let failure = std::panic::catch_unwind(|| check(&input)).err();
                assert!(failure.is_none(), "{} fails", path.display());
            }
        }
    }
    assert!(count <= FILES_MAX, "{count} files: minimise the corpora");
    assert!(bytes <= BYTES_MAX, "{bytes} bytes: minimise the corpora");
}

/// # Panics
/// If there are none: a test without data proves nothing.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}
