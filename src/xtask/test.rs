//! `cargo xtask test`: everything that must hold before a change lands, from quick to slow.

use crate::{
    Failure, bench, cargo_tools, command, dispatch, failure, node, oracle, place, size, system, web,
};
use std::time::Instant;

struct Step {
    /// What `cargo xtask test NAME` runs by itself.
    name: &'static str,
    heading: &'static str,
    run: fn() -> Result<(), Failure>,
    /// What to do about a failure.
    remedy: &'static str,
}

/// Crates for the browser only: checked for its target, and by the browser tests.
const BROWSER_CRATES: [&str; 2] = ["app", "worker"];

const STEPS: &[Step] = &[
    Step {
        name: "format",
        heading: "Formatting",
        run: || cargo(&["fmt", "--all", "--check"]),
        remedy: "run cargo fmt",
    },
    Step {
        name: "lint",
        heading: "Lints of the crates that run anywhere",
        run: || native("clippy", &["--all-targets"], &["-D", "warnings"]),
        remedy: "each warning above says what it wants",
    },
    Step {
        name: "native",
        heading: "Tests of the crates that run anywhere: units, lessons, transcripts",
        run: native_tests,
        remedy: "the first difference above is the place to begin",
    },
    Step {
        name: "fuzz",
        heading: "Random commands and Lua programs on the emulator and on the real server",
        run: fuzz,
        remedy: "the transcript above shows the difference; it belongs into tests/spec once it is gone",
    },
    Step {
        name: "build",
        heading: "The site, as it is published",
        run: web::build,
        remedy: "",
    },
    Step {
        name: "lint-web",
        heading: "Lints of the crates for the browser",
        run: lint_browser_crates,
        remedy: "each warning above says what it wants",
    },
    Step {
        name: "size",
        heading: "The site's size",
        run: || size::report(&place::dist()),
        remedy: "",
    },
    Step {
        name: "browser",
        heading: "The site in a browser",
        run: browser_tests,
        remedy: "`cargo xtask test build browser` runs only these, on the site as it is now",
    },
];

/// Runs the named steps, or all of them, up to the first that fails.
pub fn run(names: &[String]) -> Result<(), Failure> {
    let known = |name: &String| STEPS.iter().any(|step| step.name == name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let steps: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return failure(format!(
            "there is no step {name}; there are {}",
            steps.join(", ")
        ));
    }
    let chosen = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    let started = Instant::now();
    for step in STEPS.iter().filter(chosen) {
        println!("\n== {} ({}) ==", step.heading, step.name);
        let began = Instant::now();
        if let Err(Failure(reason)) = (step.run)() {
            let remedy = if step.remedy.is_empty() {
                ""
            } else {
                "\n       "
            };
            return failure(format!(
                "{} failed: {reason}{remedy}{}",
                step.name, step.remedy
            ));
        }
        println!("-- {} passed in {} s", step.name, began.elapsed().as_secs());
    }
    println!("\nEverything passed in {} s.", started.elapsed().as_secs());
    Ok(())
}

fn cargo(words: &[&str]) -> Result<(), Failure> {
    command::run(command::program("cargo").args(words))
}

/// A cargo command over the workspace without the browser's crates.
fn native(verb: &str, options: &[&str], after: &[&str]) -> Result<(), Failure> {
    let excluded = BROWSER_CRATES.iter().flat_map(|name| ["--exclude", *name]);
    let mut command = command::program("cargo");
    command
        .args([verb, "--locked", "--workspace"])
        .args(excluded)
        .args(options);
    if !after.is_empty() {
        command.arg("--").args(after);
    }
    command::run(&mut command)
}

fn native_tests() -> Result<(), Failure> {
    system::ensure_redis_tools()?;
    let excluded = BROWSER_CRATES.iter().flat_map(|name| ["--exclude", *name]);
    let mut command = command::program("cargo");
    command
        .args(["test", "--locked", "--workspace"])
        .args(excluded);
    match oracle::runs_here() {
        true => {
            system::ensure_faketime()?;
            command.env(oracle::VARIABLE, oracle::obtain()?);
        }
        false => println!("No redis-server binary for this system: recorded transcripts only."),
    }
    command::run(&mut command)
}

/// A smoke test; `cargo xtask fuzz --seeds 1000` is the real thing.
fn fuzz() -> Result<(), Failure> {
    if !oracle::runs_here() {
        println!("Left out: there is no redis-server binary for this system.");
        return Ok(());
    }
    let commands = ["--seed", "1", "--seeds", "10", "--commands", "2000"];
    dispatch::forward("fuzz", &commands.map(str::to_owned))?;
    let programs = ["--seed", "1", "--programs", "1000"];
    dispatch::forward("fuzz", &programs.map(str::to_owned))
}

fn lint_browser_crates() -> Result<(), Failure> {
    cargo_tools::install()?;
    let packages = BROWSER_CRATES.iter().flat_map(|name| ["--package", *name]);
    let mut command = command::program("cargo");
    command
        .args(["clippy", "--locked", "--target", "wasm32-unknown-unknown"])
        .args(packages);
    command::run(command.args(["--", "-D", "warnings"]))
}

fn browser_tests() -> Result<(), Failure> {
    node::install()?;
    node::check_version_for_tests()?;
    let chromium = system::chromium()?;
    let own = std::env::current_exe()
        .map_err(|error| Failure(format!("cannot find this program's own path: {error}")))?;
    let mut command = command::program("node");
    // A limit for a whole file: a wait for an event that never comes must not hang the run.
    command.args(["--test", "--test-reporter=spec", "--test-timeout=300000"]);
    command.args(["--test-concurrency=1"]).args(test_files()?);
    if oracle::runs_here() {
        command.env(oracle::VARIABLE, oracle::obtain()?);
    }
    // One file speaks to the engine itself, in Node.
    command.env("BENCH", bench::engine()?);
    command::run(command.env("CHROMIUM", chromium).env("XTASK", own))
}

fn test_files() -> Result<Vec<String>, Failure> {
    let folder = place::root().join("tests/browser");
    let names = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut files: Vec<String> = names
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("tests/browser/{name}"))
        .collect();
    files.sort();
    match files.is_empty() {
        true => failure("there is no tests/browser/*.test.mjs"),
        false => Ok(files),
    }
}
