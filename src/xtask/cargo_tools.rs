//! Tools that cargo builds: the wasm target, trunk, and the wasm-bindgen that matches Cargo.lock.

use crate::{Failure, command, failure, place};
use std::fs;

const TRUNK: &str = "0.21.14";

pub fn install() -> Result<(), Failure> {
    add_wasm_target()?;
    // Trunk never downloads here, so it is built without its TLS.
    let trunk = [
        "--locked",
        "--no-default-features",
        "trunk",
        "--version",
        TRUNK,
    ];
    install_tool("trunk", TRUNK, "0", &trunk)?;
    let bindgen = locked_version("wasm-bindgen")?;
    // Its own lock file may ask for newer dependencies than it can build with: not --locked.
    let arguments = ["wasm-bindgen-cli", "--version", &bindgen];
    install_tool("wasm-bindgen", &bindgen, "1", &arguments)
}

pub fn add_wasm_target() -> Result<(), Failure> {
    let mut rustc = command::program("rustc");
    rustc.args([
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    let present = command::output(&mut rustc)
        .is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()));
    if present {
        return Ok(());
    }
    if !command::exists("rustup") {
        return failure(
            "this Rust has no wasm32-unknown-unknown target and there is no rustup to add it: \
             install Rust with rustup, or the target with your system's packages",
        );
    }
    println!("Installing the Rust target wasm32-unknown-unknown");
    command::run(command::program("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
}

/// Compiled for the time it takes to build, not for the time it takes to run: an optimized trunk
/// costs minutes and saves none.
fn install_tool(
    program: &str,
    version: &str,
    opt_level: &str,
    arguments: &[&str],
) -> Result<(), Failure> {
    if installed_version(program).as_deref() == Some(version) {
        return Ok(());
    }
    println!("Installing {program} {version} (some minutes, once per user)");
    let mut cargo = command::program("cargo");
    cargo
        .arg("install")
        .args(arguments)
        .arg("--root")
        .arg(place::cache().join("tools"));
    cargo.envs([
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ]);
    command::run(&mut cargo)?;
    match installed_version(program).as_deref() == Some(version) {
        true => Ok(()),
        false => failure(format!(
            "{program} was installed, but does not say version {version}"
        )),
    }
}

fn installed_version(program: &str) -> Option<String> {
    let line = command::output(command::program(program).arg("--version"))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String, Failure> {
    let path = place::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path)
        .map_err(|error| Failure(format!("cannot read {}: {error}", path.display())))?;
    match version_in_lock(&lock, package) {
        Some(version) => Ok(version.to_owned()),
        None => failure(format!("Cargo.lock has no package {package}")),
    }
}

fn version_in_lock<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-x\"\nversion = \"1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "trunk"), None);
    }
}
