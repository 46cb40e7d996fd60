//! `cargo xtask bench`: how fast and how large the engine is, beside the real server and other emulators, in one run
//! and as ratios. Nothing here passes or fails: a number on a busy machine proves nothing, a ratio in one run says
//! something.
//!
//! Five parts, each of which can be named alone: `network` (behind TCP, with redis-benchmark), `wasm` (in Node and
//! Chromium), `growth` (the same commands on larger and larger keys), `memory` (bytes of typical data sets) and
//! `scripts` (EVAL).

mod allocator;
mod data_sets;
mod growth;
mod memory;
mod network;
mod scripts;
mod servers;
mod wasm;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

const USAGE: &str =
    "usage: bench [network] [wasm] [growth] [memory] [scripts] [--lines SET,GET] [--quick]";

/// What to measure, from the command line.
struct Options {
    parts: Vec<String>,
    /// Only these lines of `network`, `wasm` and `scripts`, by the first word of their names; all if empty.
    lines: Vec<String>,
    /// A tenth of the requests: to see whether the bench works, not how fast anything is.
    quick: bool,
}

type Part = fn(&Options) -> Result<(), String>;

const PARTS: [(&str, Part); 5] = [
    ("network", network::run),
    ("wasm", wasm::run),
    ("growth", growth::run),
    ("memory", memory::run),
    ("scripts", scripts::run),
];

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    for (name, part) in PARTS {
        if !options.parts.is_empty() && !options.parts.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Err(problem) = part(&options) {
            eprintln!("{name}: {problem}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            parts: Vec::new(),
            lines: Vec::new(),
            quick: false,
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => options.quick = true,
                "--lines" => {
                    let lines = words.next().ok_or("--lines needs a value")?;
                    options.lines = lines.split(',').map(str::to_uppercase).collect();
                }
                part if PARTS.iter().any(|(name, _)| *name == part) => options.parts.push(word),
                _ => return Err(format!("{word} is no part and no option")),
            }
        }
        Ok(options)
    }

    fn wants(&self, line: &str) -> bool {
        let name = line.split(' ').next().unwrap_or_default();
        self.lines.is_empty() || self.lines.iter().any(|wanted| wanted == name)
    }

    fn scaled(&self, requests: usize) -> usize {
        if self.quick { requests / 10 } else { requests }
    }
}
