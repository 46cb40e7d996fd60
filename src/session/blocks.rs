//! Running the blocks of a page. A page is one world: blocks run from top to bottom, and running one first runs
//! those above it that the reader skipped, so nothing fails because of what was not clicked.

use engine::config::{Config, Refusal, parameters};
use engine::words;
use lesson::Step;
use lesson::transcript;
use messages::{BlockRun, BlockSource, Failure, LogEntry};

use crate::world::{World, open_config};

pub(crate) fn run(
    world: &mut World,
    block: u32,
    text: Option<String>,
) -> Result<BlockRun, Failure> {
    let (Ready { steps, script }, mut result) = match prepare(world, block, text.as_deref())? {
        (Some(ready), result) => (ready, result),
        (None, unreadable) => return Ok(unreadable),
    };
    world.log(LogEntry::Block { block, text });
    if let Err(problem) = lead_up(world, block, &mut result) {
        result.problem = Some(problem);
        return Ok(result);
    }
    result.steps = steps
        .iter()
        .map(|step| world.step_of(script.as_deref(), step))
        .collect();
    world.ran.insert(block);
    Ok(result)
}

/// A block before its first step.
pub(crate) struct Ready {
    pub(crate) steps: Vec<Step>,
    /// What `@script` stands for in it.
    pub(crate) script: Option<String>,
}

/// The block as it is on the page, or as the reader's text has it; nothing but a problem if that cannot be read.
pub(crate) fn prepare(
    world: &World,
    block: u32,
    text: Option<&str>,
) -> Result<(Option<Ready>, BlockRun), Failure> {
    let Some(source) = world.setup().blocks.get(block as usize) else {
        return Err(Failure::NoSuchPart);
    };
    let (script, text, above) = parts(source, text);
    let mut result = BlockRun {
        block,
        ..BlockRun::default()
    };
    let ready = match transcript::parse("block", 1 + above, text) {
        Ok(steps) => Some(Ready {
            steps,
            script: script.map(str::to_string),
        }),
        Err(problems) => {
            let first = problems.into_iter().next();
            result.problem = first.map(|problem| (problem.line as u32, problem.text));
            None
        }
    };
    Ok((ready, result))
}

/// A block's script, its transcript, and how many lines stand above that. The reader's text of a block with a script may begin with another one, and a
/// line `---` below it.
fn parts<'a>(source: &'a BlockSource, text: Option<&'a str>) -> (Option<&'a str>, &'a str, usize) {
    let script = source.script.as_deref();
    match text {
        None => (script, &source.text, 0),
        Some(text) if script.is_some() => match transcript::split_rule(text) {
            (_, "", _) => (script, text, 0),
            (script, below, above) => (Some(script.trim_end()), below, above),
        },
        Some(text) => (None, text, 0),
    }
}

/// Makes the world in which the block stands: a fresh server where one begins, and the blocks above it that did not run
/// yet.
pub(crate) fn lead_up(
    world: &mut World,
    block: u32,
    result: &mut BlockRun,
) -> Result<(), (u32, String)> {
    let segment = segment_of(world, block);
    let is_fresh = world.setup().blocks[block as usize].fresh;
    if is_fresh || world.segment != segment {
        begin(world, segment)?;
        world.segment = segment;
    }
    for earlier in segment..block {
        if world.ran.insert(earlier) {
            run_silently(world, earlier);
            result.replayed.push(earlier);
        }
    }
    Ok(())
}

/// The block that began the server on which this one runs.
fn segment_of(world: &World, block: u32) -> u32 {
    let blocks = &world.setup().blocks[..=block as usize];
    blocks.iter().rposition(|source| source.fresh).unwrap_or(0) as u32
}

/// Begins the server of a segment: as the page's servers are, or as the redis.conf of its first block says. In the
/// error the line of that redis.conf and what is wrong with it; the server stays the one it was.
fn begin(world: &mut World, segment: u32) -> Result<(), (u32, String)> {
    let conf = world
        .setup()
        .blocks
        .get(segment as usize)
        .and_then(|source| source.conf.clone());
    match conf {
        None => world.fresh_server(),
        Some(text) => {
            let config = configuration(&text)?;
            world.fresh_server_with(config);
        }
    }
    Ok(())
}

fn configuration(text: &str) -> Result<Config, (u32, String)> {
    let mut config = open_config();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        set(&mut config, line).map_err(|problem| (number, problem))?;
    }
    Ok(config)
}

/// A line of redis.conf: a name, then its value, in quotes where it needs them.
fn set(config: &mut Config, line: &str) -> Result<(), String> {
    let words = words::split(line.as_bytes()).map_err(|_| "unbalanced quotes".to_string())?;
    let (name, values) = words.split_first().ok_or("a name is missing")?;
    let shown = String::from_utf8_lossy(name).into_owned();
    let parameter = parameters::find(name).ok_or(format!("there is no parameter {shown}"))?;
    config
        .set(parameter, &values.join(&b' '))
        .map_err(|refusal| match refusal {
            Refusal::Invalid(why) => format!("{shown}: {why}"),
            Refusal::NotEmulated(why) => format!("{shown}: not in this emulator: {why}"),
        })
}

fn run_silently(world: &mut World, block: u32) {
    let source = world.setup().blocks[block as usize].clone();
    for step in transcript::parse("block", 1, &source.text).unwrap_or_default() {
        world.step_of(source.script.as_deref(), &step);
    }
}
