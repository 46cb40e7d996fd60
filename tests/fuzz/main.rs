//! The differential tester: the same random commands go to the engine and to the real server, and every reply,
//! every late reply and at the end the whole keyspace must agree.
//!
//!     cargo xtask fuzz --seed 1 --commands 10000 [--seeds 20] [--group list] [--aof] [--verbose]
//!
//! With `--aof`, what both append to their append-only files is compared as well. `--programs 1000` is another thing:
//! random Lua programs, by EVAL on both (`scripts.rs`).
//! What is not compared, and why, stands in `normalize.rs` and nowhere else. A difference is shrunk to the
//! shortest transcript that still shows it.

mod access;
mod effects;
mod frames;
mod generate;
mod keyspace;
mod normalize;
mod play;
mod programs;
mod scripts;
mod settings;
mod shrink;
mod social;
mod vectors;

use std::process::ExitCode;

use generate::Generator;
use play::{Outcome, Pair};

struct Options {
    seed: u64,
    seeds: u64,
    commands: usize,
    group: Option<String>,
    aof: bool,
    verbose: bool,
    /// So many Lua programs, and no commands.
    programs: Option<u64>,
}

fn main() -> ExitCode {
    let options = match read_options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!(
                "{problem}\nusage: cargo xtask fuzz [--seed N] [--seeds N] [--commands M] [--group NAME] [--aof] [--verbose]\n   or: cargo xtask fuzz --programs N [--seed N] [--verbose]"
            );
            return ExitCode::FAILURE;
        }
    };
    if let Some(programs) = options.programs {
        return match scripts::run(options.seed, programs, options.verbose) {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        };
    }
    let mut pair = Pair::start(options.aof);
    for seed in options.seed..options.seed + options.seeds {
        if let Some(found) = run(&mut pair, seed, &options) {
            println!("{found}");
            println!("0 passed, 1 failed");
            return ExitCode::FAILURE;
        }
        println!("seed {seed}: {} commands, no difference", options.commands);
    }
    println!(
        "{} commands over {} seeds, 0 differences",
        options.commands as u64 * options.seeds,
        options.seeds
    );
    ExitCode::SUCCESS
}

fn run(pair: &mut Pair, seed: u64, options: &Options) -> Option<String> {
    let mut generator = Generator::new(seed, options.group.as_deref());
    pair.reset(seed);
    let mut inputs = Vec::new();
    for _ in 0..options.commands {
        let input = generator.next(pair);
        if options.verbose {
            println!("{input}");
        }
        inputs.push(input);
        let input = inputs.last().expect("just pushed");
        match pair.play(input) {
            Outcome::Agree => {}
            Outcome::Differ(first) => return Some(shrink::report(pair, seed, inputs, first)),
        }
    }
    let first = keyspace::compare(pair)?;
    Some(shrink::report(pair, seed, inputs, first))
}

fn read_options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        seed: 1,
        seeds: 1,
        commands: 10_000,
        group: None,
        aof: false,
        verbose: false,
        programs: None,
    };
    while let Some(word) = words.next() {
        if word == "--verbose" {
            options.verbose = true;
            continue;
        }
        if word == "--aof" {
            options.aof = true;
            continue;
        }
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{value} is not a number"))
        };
        match word.as_str() {
            "--seed" => options.seed = number()?,
            "--seeds" => options.seeds = number()?,
            "--commands" => options.commands = number()? as usize,
            "--programs" => options.programs = Some(number()?),
            "--group" => options.group = Some(value),
            _ => return Err(format!("{word} is not an option")),
        }
    }
    Ok(options)
}
