//! `cargo xtask bench`: makes what `tests/bench` measures, then runs it. Everything lies below the target folder: the
//! engine as wasm, kevy as wasm with its own loader, and ioredis-mock.

use crate::{Failure, cargo_tools, command, dispatch, failure, node, place, system};
use std::fs;
use std::path::{Path, PathBuf};

const WASM: &str = "wasm32-unknown-unknown";
/// As in `index.html`: the engine is measured as the site's worker has it.
const PROFILE: &str = "web";

pub fn run(words: &[String]) -> Result<(), Failure> {
    system::ensure_redis_tools()?;
    let named = |part: &str| words.iter().any(|word| word == part);
    let any_named = ["network", "wasm", "growth", "memory", "scripts"]
        .iter()
        .any(|part| named(part));
    let mut variables = Vec::new();
    if !any_named || named("wasm") || named("memory") || named("scripts") {
        node::install()?;
        let folder = engine()?;
        if !any_named || named("wasm") {
            build_kevy(&folder)?;
            install_ioredis_mock(&folder)?;
            variables.push(("CHROMIUM", system::chromium()?));
        }
        variables.push(("BENCH", folder));
    }
    dispatch::forward_with("bench", words, &variables)
}

/// Builds the engine as wasm; gives the folder in which it is `engine.wasm`. Needs what `node::install` installs.
pub fn engine() -> Result<PathBuf, Failure> {
    let folder = place::target().join("bench");
    fs::create_dir_all(&folder).map_err(|error| cannot("make", &folder, &error))?;
    build_engine(&folder)?;
    Ok(folder)
}

fn build_engine(folder: &Path) -> Result<(), Failure> {
    cargo_tools::add_wasm_target()?;
    let mut cargo = command::program("cargo");
    cargo.args(["build", "--quiet", "--locked", "--package", "bench-wasm"]);
    command::run(cargo.args(["--profile", PROFILE, "--target", WASM]))?;
    let built = place::target().join(format!("{WASM}/{PROFILE}/bench_wasm.wasm"));
    let mut optimize = command::program("wasm-opt");
    optimize
        .arg(built)
        .arg("-o")
        .arg(folder.join("engine.wasm"));
    command::run(optimize.args(wasm_opt_options()?.split(' ')))
}

/// What trunk gives wasm-opt for the worker: its line in `index.html` says so.
fn wasm_opt_options() -> Result<String, Failure> {
    let path = place::root().join("index.html");
    let page = fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
    let attribute = |line: &str, name: &str| -> Option<String> {
        let (_, rest) = line.split_once(&format!(" {name}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let worker = page.lines().find(|line| line.contains("src/worker/"));
    let options = worker.and_then(|line| {
        let level = attribute(line, "data-wasm-opt")?;
        let more = attribute(line, "data-wasm-opt-params").unwrap_or_default();
        Some(format!("-O{level} {more}").trim().to_owned())
    });
    options
        .ok_or_else(|| Failure("index.html has no line for the worker with data-wasm-opt".into()))
}

fn build_kevy(folder: &Path) -> Result<(), Failure> {
    let manifest = place::root().join("tests/bench/kevy/Cargo.toml");
    let target = folder.join("kevy");
    let mut cargo = command::program("cargo");
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--target",
        WASM,
    ]);
    // Its crates ask for a newer compiler than they need.
    cargo
        .arg("--ignore-rust-version")
        .arg("--manifest-path")
        .arg(&manifest);
    command::run(cargo.env("CARGO_TARGET_DIR", &target))?;
    let built = target.join(format!("{WASM}/release/kevy_for_bench.wasm"));
    copy(&built, &folder.join("kevy.wasm"))?;
    copy(
        &kevy_source(&manifest)?.join("pkg/kevy.js"),
        &folder.join("kevy.mjs"),
    )
}

/// Where cargo unpacked the crate; its loader lies beside its source.
fn kevy_source(manifest: &Path) -> Result<PathBuf, Failure> {
    let mut cargo = command::program("cargo");
    cargo.args([
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--manifest-path",
    ]);
    let metadata = command::output(cargo.arg(manifest)).unwrap_or_default();
    let mut paths = metadata.split("\"manifest_path\":\"").skip(1);
    let path = paths.find_map(|rest| {
        let path = Path::new(rest.split('"').next()?);
        let folder = path.parent()?;
        let name = folder.file_name()?.to_string_lossy();
        name.starts_with("kevy-wasm-").then(|| folder.to_owned())
    });
    path.ok_or_else(|| Failure("cargo metadata does not name kevy-wasm".into()))
}

fn install_ioredis_mock(folder: &Path) -> Result<(), Failure> {
    let wanted = place::root().join("tests/bench");
    let lock = "package-lock.json";
    let same = fs::read(wanted.join(lock)).ok() == fs::read(folder.join(lock)).ok();
    if same && folder.join("node_modules/ioredis-mock").is_dir() {
        return Ok(());
    }
    for name in ["package.json", lock, ".npmrc"] {
        copy(&wanted.join(name), &folder.join(name))?;
    }
    let mut npm = command::program("npm");
    npm.args(["ci", "--loglevel=error"]);
    match command::run(npm.current_dir(folder)) {
        Err(Failure(problem)) => failure(format!("ioredis-mock cannot be installed: {problem}")),
        done => done,
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to)
        .map(drop)
        .map_err(|error| cannot("copy", from, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot {what} {}: {error}", path.display()))
}
