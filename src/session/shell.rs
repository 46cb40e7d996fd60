//! The shell of `shell` blocks: redis-cli against the world's server, and the few programs that stand beside it in
//! pipes. What needs a real machine says so; nothing pretends to have run.
//!
//! `line.rs` reads a line, `tools.rs` has echo, cat and the like, `cli.rs` is redis-cli, with its options in
//! `options.rs`, its forms of output in `print.rs`, and its walks through the keyspace in `survey.rs`. The outputs are
//! those of redis-cli 7.0.15 on a terminal (`tests/spec/shell/`).

mod cli;
mod line;
mod options;
mod print;
mod survey;
mod tools;

use std::collections::BTreeMap;

use crate::world::World;
use line::{Pipeline, Stage};

/// What one line may print.
const SCREEN_BYTES_MAX: usize = 1 << 20;
/// What all files together may hold.
const FILES_BYTES_MAX: usize = 8 << 20;

/// The files of the shell's folder. They are not those of the server.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) struct Outcome {
    pub output: String,
    pub failed: bool,
}

/// Where a program's output goes.
struct Streams {
    /// What the reader sees: output at the end of a pipeline, and complaints of every program.
    screen: Vec<u8>,
    /// What goes on into a pipe or a file.
    piped: Option<Vec<u8>>,
}

impl Streams {
    fn is_terminal(&self) -> bool {
        self.piped.is_none()
    }

    fn out(&mut self, bytes: &[u8]) {
        let target = self.piped.as_mut().unwrap_or(&mut self.screen);
        let room = FILES_BYTES_MAX.saturating_sub(target.len());
        target.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn complain(&mut self, line: &str) {
        self.screen.extend_from_slice(line.as_bytes());
        self.screen.push(b'\n');
    }
}

/// Runs a line, and gives what stands on the screen afterwards.
pub(crate) fn run(world: &mut World, line: &str) -> Outcome {
    let pipelines = match line::parse(line) {
        Ok(pipelines) => pipelines,
        Err(why) => {
            return Outcome {
                output: format!("sh: {why}"),
                failed: true,
            };
        }
    };
    let mut screen = Vec::new();
    let mut succeeded = true;
    for pipeline in pipelines {
        if pipeline.if_succeeded && !succeeded {
            continue;
        }
        succeeded = run_pipeline(world, pipeline, &mut screen);
    }
    Outcome {
        output: text_of(screen),
        failed: !succeeded,
    }
}

fn text_of(mut screen: Vec<u8>) -> String {
    if screen.len() > SCREEN_BYTES_MAX {
        screen.truncate(SCREEN_BYTES_MAX);
        screen.extend_from_slice(b"\n(the rest is not shown: one line may print a megabyte)");
    }
    let text = String::from_utf8_lossy(&screen);
    text.strip_suffix('\n').unwrap_or(&text).to_string()
}

/// Whether its last program succeeded.
fn run_pipeline(world: &mut World, pipeline: Pipeline, screen: &mut Vec<u8>) -> bool {
    let last = pipeline.stages.len() - 1;
    let mut flowing: Option<Vec<u8>> = None;
    let mut succeeded = true;
    for (index, stage) in pipeline.stages.into_iter().enumerate() {
        let is_piped = index < last || stage.output.is_some();
        let mut streams = Streams {
            screen: std::mem::take(screen),
            piped: is_piped.then(Vec::new),
        };
        succeeded = run_stage(world, &stage, flowing.take(), &mut streams);
        *screen = streams.screen;
        let piped = streams.piped.unwrap_or_default();
        match &stage.output {
            Some(target) => {
                let files = &mut world.files;
                let held: usize = files.values().map(Vec::len).sum();
                if held + piped.len() > FILES_BYTES_MAX {
                    screen.extend_from_slice(b"sh: write error: No space left on device\n");
                    succeeded = false;
                } else {
                    let file = files.entry(target.name.clone()).or_default();
                    if !target.append {
                        file.clear();
                    }
                    file.extend_from_slice(&piped);
                }
                flowing = Some(Vec::new());
            }
            None => flowing = Some(piped),
        }
    }
    succeeded
}

fn run_stage(
    world: &mut World,
    stage: &Stage,
    flowing: Option<Vec<u8>>,
    streams: &mut Streams,
) -> bool {
    let input = match &stage.input {
        None => flowing,
        Some(name) => match world.files.get(name) {
            Some(bytes) => Some(bytes.clone()),
            None => {
                streams.complain(&format!("sh: 1: cannot open {name}: No such file"));
                return false;
            }
        },
    };
    let (program, arguments) = stage.words.split_first().expect("a stage has a word");
    let program = String::from_utf8_lossy(program).into_owned();
    match program.as_str() {
        "redis-cli" => cli::run(world, arguments, input, streams),
        name if tools::has(name) => tools::run(world, name, arguments, input, streams),
        name => {
            streams.complain(&refusal(name));
            false
        }
    }
}

fn refusal(name: &str) -> String {
    const MACHINE: &[&str] = &[
        "apt",
        "apt-get",
        "brew",
        "docker",
        "docker-compose",
        "kubectl",
        "redis-benchmark",
        "redis-check-aof",
        "redis-check-rdb",
        "redis-sentinel",
        "redis-server",
        "sudo",
        "systemctl",
    ];
    match MACHINE.contains(&name) {
        true => format!("{name}: not in this emulator: it needs a real machine"),
        false => format!(
            "{name}: not in this emulator: its shell has redis-cli, {}",
            tools::NAMES.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests;
