//! Running the blocks of a page. A page is one world: blocks run from top to bottom, and running one first runs
//! those above it that the reader skipped, so nothing fails because of what was not clicked.

use lesson::transcript;
use messages::{BlockRun, Failure, LogEntry};

use crate::world::World;

pub(crate) fn run(
    world: &mut World,
    block: u32,
    text: Option<String>,
) -> Result<BlockRun, Failure> {
    let Some(source) = world.setup().blocks.get(block as usize) else {
        return Err(Failure::NoSuchPart);
    };
    let script = text.clone().unwrap_or_else(|| source.text.clone());
    let mut result = BlockRun {
        block,
        ..BlockRun::default()
    };
    let steps = match transcript::parse("block", 1, &script) {
        Ok(steps) => steps,
        Err(problems) => {
            let first = problems.into_iter().next();
            result.problem = first.map(|problem| (problem.line as u32, problem.text));
            return Ok(result);
        }
    };
    world.log(LogEntry::Block { block, text });
    let segment = segment_of(world, block);
    let is_fresh = world.setup().blocks[block as usize].fresh;
    if is_fresh || world.segment != segment {
        world.fresh_server();
        world.segment = segment;
    }
    for earlier in segment..block {
        if world.ran.insert(earlier) {
            run_silently(world, earlier);
            result.replayed.push(earlier);
        }
    }
    result.steps = steps.iter().map(|step| world.step(step)).collect();
    world.ran.insert(block);
    Ok(result)
}

/// The block that began the server on which this one runs.
fn segment_of(world: &World, block: u32) -> u32 {
    let blocks = &world.setup().blocks[..=block as usize];
    blocks.iter().rposition(|source| source.fresh).unwrap_or(0) as u32
}

fn run_silently(world: &mut World, block: u32) {
    let text = world.setup().blocks[block as usize].text.clone();
    for step in transcript::parse("block", 1, &text).unwrap_or_default() {
        world.step(&step);
    }
}
