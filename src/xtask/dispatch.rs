//! The commands of `cargo xtask` and their options.

use std::path::PathBuf;

use crate::{Failure, bench, command, failure, oracle, place, serve, size, system, test, web};

const USAGE: &str = "\
cargo xtask COMMAND

  serve [--port N] [--base /path/] [--no-build] [--root FOLDER]
                       build the site and serve it, or another folder, on this machine
  build                build the site into dist/
  test [STEP]...       everything that must hold before a change lands, or only these steps
  size                 how large the built site is, and whether that is within the budget
  oracle [--run PORT]  obtain the real redis-server, print its path, or run it
  record [ARG]...      write replies into transcripts, as the real server gives them
  conformance          write tests/conformance.md, the table of what is proved of each command
  coverage             write lessons/coverage.md, the table of what the lessons show
  fuzz [ARG]...        random commands, or Lua programs, on the emulator and on the real server
  bench [PART]...      how fast and how large the emulator is, beside others: network, wasm,
                       growth, memory, scripts; or all of them

Tools that are missing are installed first, into a folder outside the project.";

pub fn run(words: &[String]) -> Result<(), Failure> {
    let Some((name, rest)) = words.split_first() else {
        return failure(USAGE);
    };
    match name.as_str() {
        "serve" => serve_site(Options::parse(
            rest,
            &["--port", "--base", "--root"],
            &["--no-build"],
        )?),
        "build" => {
            Options::parse(rest, &[], &[])?;
            web::build()
        }
        "test" => test::run(rest),
        "size" => size::report(&place::dist()),
        "oracle" => run_oracle(Options::parse(rest, &["--run"], &[])?),
        "record" | "fuzz" => forward(name, rest),
        "conformance" | "coverage" => {
            Options::parse(rest, &[], &[])?;
            forward("table", std::slice::from_ref(name))
        }
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => failure(format!("there is no command {other}\n\n{USAGE}")),
    }
}

fn serve_site(options: Options) -> Result<(), Failure> {
    let root = options
        .value("--root")
        .map_or_else(place::dist, PathBuf::from);
    if !options.has("--no-build") && root == place::dist() {
        web::build_if_changed()?;
    }
    let port = options.port("--port")?.unwrap_or(8080);
    let base = options.value("--base").unwrap_or("/");
    serve::run(&root, base, port)
}

fn run_oracle(options: Options) -> Result<(), Failure> {
    let server = oracle::obtain()?;
    match options.port("--run")? {
        Some(port) => oracle::run_in_foreground(&server, port),
        None => {
            println!("{}", server.display());
            Ok(())
        }
    }
}

/// These are programs of the `tests` crate; they get the path of the real server.
pub fn forward(name: &str, rest: &[String]) -> Result<(), Failure> {
    forward_with(name, rest, &[])
}

/// `forward` with further variables in the program's environment.
pub fn forward_with(
    name: &str,
    rest: &[String],
    variables: &[(&str, PathBuf)],
) -> Result<(), Failure> {
    let mut cargo = command::program("cargo");
    cargo.args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "tests",
        "--bin",
        name,
    ]);
    if name == "bench" {
        cargo.arg("--release");
    }
    cargo.arg("--").args(rest).envs(variables.iter().cloned());
    if oracle::runs_here() {
        system::ensure_faketime()?;
        cargo.env(oracle::VARIABLE, oracle::obtain()?);
    }
    command::run(&mut cargo)
}

struct Options {
    values: Vec<(String, String)>,
    flags: Vec<String>,
}

impl Options {
    fn parse(words: &[String], valued: &[&str], flags: &[&str]) -> Result<Options, Failure> {
        let mut options = Options {
            values: Vec::new(),
            flags: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if flags.contains(&word.as_str()) {
                options.flags.push(word.clone());
            } else if valued.contains(&word.as_str()) {
                let Some(value) = words.next() else {
                    return failure(format!("{word} needs a value\n\n{USAGE}"));
                };
                options.values.push((word.clone(), value.clone()));
            } else {
                return failure(format!("{word} is not an option here\n\n{USAGE}"));
            }
        }
        Ok(options)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .rev()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    fn port(&self, name: &str) -> Result<Option<u16>, Failure> {
        match self.value(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(port)) => Ok(Some(port)),
            Some(Err(_)) => failure(format!("{name} is a number from 0 to 65535")),
        }
    }
}
