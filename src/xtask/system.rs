//! Programs that come from the system: Chromium, Node.js, redis-cli. Installed with apt or Homebrew
//! where one of them is, otherwise the failure says what to install.

use crate::{Failure, command, failure};
use std::path::{Path, PathBuf};

/// The packages of a program, by package manager.
#[derive(Clone, Copy)]
pub struct Package {
    pub debian: &'static str,
    pub homebrew: &'static str,
}

pub fn ensure(program: &str, package: Package) -> Result<(), Failure> {
    if command::exists(program) {
        return Ok(());
    }
    install(program, package)?;
    match command::exists(program) {
        true => Ok(()),
        false => failure(format!(
            "{program} is still not in PATH after installing it"
        )),
    }
}

/// `redis-cli` and `redis-benchmark`: real clients for the emulator behind a port.
pub fn ensure_redis_tools() -> Result<(), Failure> {
    let package = Package {
        debian: "redis-tools",
        homebrew: "redis",
    };
    ensure("redis-cli", package)?;
    ensure("redis-benchmark", package)
}

/// libfaketime, with which the tests give the real server a clock of their own. Linux only, as the
/// server's binary is; a library has no program to look for.
pub fn ensure_faketime() -> Result<(), Failure> {
    let places = [
        "/usr/lib/x86_64-linux-gnu/faketime",
        "/usr/local/lib/faketime",
    ];
    let present = || {
        places
            .iter()
            .any(|folder| Path::new(folder).join("libfaketime.so.1").exists())
    };
    if present() {
        return Ok(());
    }
    install(
        "libfaketime",
        Package {
            debian: "libfaketime",
            homebrew: "libfaketime",
        },
    )?;
    match present() {
        true => Ok(()),
        false => failure(format!(
            "libfaketime.so.1 is in none of {}",
            places.join(", ")
        )),
    }
}

/// A browser for the tests: `CHROMIUM`, or one that is installed, or one that can be.
pub fn chromium() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = find_chromium() {
        return Ok(path);
    }
    install(
        "Chromium",
        Package {
            debian: "chromium",
            homebrew: "--cask chromium",
        },
    )?;
    match find_chromium() {
        Some(path) => Ok(path),
        None => failure("Chromium was installed but not found: set CHROMIUM to its path"),
    }
}

fn find_chromium() -> Option<PathBuf> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let applications = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    let installed = applications
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file());
    names.into_iter().find_map(command::find).or(installed)
}

fn install(what: &str, package: Package) -> Result<(), Failure> {
    if command::exists("apt-get") {
        println!("Installing {what} (apt-get install {})", package.debian);
        apt(&["update", "--quiet"])?;
        let mut words = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
        words.extend(package.debian.split(' '));
        return apt(&words);
    }
    if command::exists("brew") {
        println!("Installing {what} (brew install {})", package.homebrew);
        let words = package.homebrew.split(' ');
        return command::run(command::program("brew").arg("install").args(words));
    }
    failure(format!(
        "{what} is needed and not here: install it with your system's package manager"
    ))
}

fn apt(words: &[&str]) -> Result<(), Failure> {
    let root = command::output(command::program("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = match root {
        true => command::program("apt-get"),
        false => {
            let mut sudo = command::program("sudo");
            sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        }
    };
    command::run(command.args(words).env("DEBIAN_FRONTEND", "noninteractive"))
}
