//! Node.js and the packages of `tests/browser`: wasm-opt, the browser driver, the accessibility
//! checker. Installed once per lock file and linked into each clone.

use crate::{Failure, command, failure, place, system};
use std::fs;
use std::path::{Path, PathBuf};

/// From here on `node --test` knows a time limit, without which a lost event hangs a run.
const OLDEST_FOR_TESTS: (u32, u32) = (20, 11);

fn folder() -> PathBuf {
    place::root().join("tests/browser")
}

/// Where the packages' programs lie.
pub fn programs() -> PathBuf {
    folder().join("node_modules/.bin")
}

pub fn install() -> Result<(), Failure> {
    system::ensure(
        "node",
        system::Package {
            debian: "nodejs npm",
            homebrew: "node",
        },
    )?;
    system::ensure(
        "npm",
        system::Package {
            debian: "npm",
            homebrew: "node",
        },
    )?;
    let modules = folder().join("node_modules");
    let lock = read(&folder().join("package-lock.json"))?;
    let stored = place::cache().join(format!("node/{}", name_of(&lock)));
    if !stored.join("node_modules/.bin").is_dir() {
        println!("Installing the Node packages of tests/browser (once per user)");
        install_into(&stored)?;
    }
    link(&stored.join("node_modules"), &modules)
}

pub fn check_version_for_tests() -> Result<(), Failure> {
    let version = command::output(command::program("node").arg("--version")).unwrap_or_default();
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let found: (u32, u32) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    match found >= OLDEST_FOR_TESTS {
        true => Ok(()),
        false => failure(format!(
            "the browser tests need Node.js {}.{} or newer, but `node --version` says {version}",
            OLDEST_FOR_TESTS.0, OLDEST_FOR_TESTS.1,
        )),
    }
}

/// Installs beside the final place and moves it there, so that a half of it is never found.
fn install_into(stored: &Path) -> Result<(), Failure> {
    let draft = stored.with_extension(format!("draft-{}", std::process::id()));
    fs::create_dir_all(&draft).map_err(|error| cannot("make", &draft, &error))?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(folder().join(name), draft.join(name))
            .map_err(|error| cannot("copy into", &draft, &error))?;
    }
    command::run(
        command::program("npm")
            .args(["ci", "--loglevel=error"])
            .current_dir(&draft),
    )?;
    match fs::rename(&draft, stored) {
        Ok(()) => Ok(()),
        // Another run was faster: its packages are the same.
        Err(_) if stored.join("node_modules/.bin").is_dir() => {
            fs::remove_dir_all(&draft).map_err(|error| cannot("remove", &draft, &error))
        }
        Err(error) => Err(cannot("make", stored, &error)),
    }
}

#[cfg(unix)]
fn link(stored: &Path, modules: &Path) -> Result<(), Failure> {
    if fs::read_link(modules).is_ok_and(|target| target == stored) {
        return Ok(());
    }
    if modules.is_symlink() {
        fs::remove_file(modules).map_err(|error| cannot("replace", modules, &error))?;
    } else if modules.is_dir() {
        fs::remove_dir_all(modules).map_err(|error| cannot("replace", modules, &error))?;
    }
    std::os::unix::fs::symlink(stored, modules).map_err(|error| cannot("link", modules, &error))
}

/// Links need a privilege on Windows: there each clone has its own packages.
#[cfg(not(unix))]
fn link(_stored: &Path, modules: &Path) -> Result<(), Failure> {
    match modules.is_dir() {
        true => Ok(()),
        false => command::run(command::program("npm").arg("ci").current_dir(folder())),
    }
}

/// A short name for a lock file's text; FNV-1a, because it must stay the same between compilers.
fn name_of(lock: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", lock.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| cannot("read", path, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot {what} {}: {error}", path.display()))
}
