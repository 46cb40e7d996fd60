//! A block that is run line by line of its script. The script is parked before each line; nothing else is done in this
//! world until the block is over, as the server serves nobody while a script runs.
//!
//! The log tells afterwards what came of it: the whole block if it ran to its end, however many pauses it made. A script
//! that was stopped cannot be told so: the log has the steps before it, and what it wrote, command by command.

use engine::render;
use engine::scripting::by_line::{Called, Variable as Seen};
use engine::words;
use lesson::{Action, Step};
use messages::{
    BlockRun, Failure, LogEntry, Ran, ScriptCall, ScriptMove, Standing, Stepped, Variable,
};

use crate::blocks::{self, Ready};
use crate::world::{SCRIPT_STEPS, World, shown_word};

pub(crate) struct Stepping {
    block: u32,
    text: Option<String>,
    script: Option<String>,
    steps: Vec<Step>,
    /// What is over.
    run: BlockRun,
    /// The step whose script stands.
    current: Ran,
}

/// How often a line is given time to end before the reader is asked: a second of the server's time.
const TURNS: usize = 100;

/// The block whose script stands.
pub(crate) fn stands(world: &World) -> Option<u32> {
    world.stepping.as_ref().map(|stepping| stepping.block)
}

pub(crate) fn step(world: &mut World, step: ScriptMove) -> Result<Stepped, Failure> {
    if let ScriptMove::Begin { block, text } = step {
        return begin(world, block, text);
    }
    let Some(stepping) = world.stepping.take() else {
        return Err(Failure::NoSuchPart);
    };
    Ok(match step {
        ScriptMove::Stop => stop(world, *stepping),
        ScriptMove::Finish => {
            world.engine.release_script();
            for _ in 0..TURNS {
                if !world.go_on_with_script() {
                    break;
                }
            }
            let stepping = end_step(world, *stepping);
            to_script(world, stepping, false)
        }
        _ => {
            for _ in 0..TURNS {
                world.engine.step_script(SCRIPT_STEPS, world.now());
                let standing = world.engine.standing_script();
                if standing.is_none_or(|standing| !standing.midway) {
                    break;
                }
            }
            match world.engine.standing_script() {
                Some(_) => pause(world, *stepping),
                None => {
                    let stepping = end_step(world, *stepping);
                    to_script(world, stepping, true)
                }
            }
        }
    })
}

fn begin(world: &mut World, block: u32, text: Option<String>) -> Result<Stepped, Failure> {
    let (Ready { steps, script }, mut run) = match blocks::prepare(world, block, text.as_deref())? {
        (Some(ready), run) => (ready, run),
        (None, run) => {
            return Ok(Stepped {
                run,
                ..Stepped::default()
            });
        }
    };
    if let Err(problem) = blocks::lead_up(world, block, &mut run) {
        run.problem = Some(problem);
    }
    let stepping = Stepping {
        block,
        text,
        script,
        steps: if run.problem.is_none() {
            steps
        } else {
            Vec::new()
        },
        run,
        current: Ran::default(),
    };
    Ok(to_script(world, stepping, true))
}

/// Runs the block's steps, up to the first line of a script or to the end.
fn to_script(world: &mut World, mut stepping: Stepping, by_line: bool) -> Stepped {
    while let Some(step) = stepping.steps.get(stepping.run.steps.len()) {
        world.engine.server.scripting.by_line =
            by_line && runs_script(world, stepping.script.as_deref(), &step.action);
        let ran = world.step_of(stepping.script.as_deref(), step);
        world.engine.server.scripting.by_line = false;
        if world.engine.standing_script().is_some() {
            stepping.current = ran;
            return pause(world, stepping);
        }
        stepping.run.steps.push(ran);
    }
    world.ran.insert(stepping.block);
    let entry = LogEntry::Block {
        block: stepping.block,
        text: stepping.text,
    };
    let is_whole = stepping.run.problem.is_none();
    let log: Vec<LogEntry> = is_whole.then_some(entry).into_iter().collect();
    log.iter().for_each(|entry| world.log(entry.clone()));
    Stepped {
        run: stepping.run,
        at: None,
        log,
    }
}

/// Whether an action runs the block's script, once, as a command of its own.
fn runs_script(world: &mut World, script: Option<&str>, action: &Action) -> bool {
    let Action::Run { text, .. } = action else {
        return false;
    };
    let words = words::split(text.as_bytes()).unwrap_or_default();
    world.script = script.map(|script| script.as_bytes().to_vec());
    let concerned = world.concerns_script(&words);
    world.script = None;
    let name = words.first().map(|name| name.to_ascii_lowercase());
    let runs: [&[u8]; 6] = [
        b"eval",
        b"eval_ro",
        b"evalsha",
        b"evalsha_ro",
        b"fcall",
        b"fcall_ro",
    ];
    concerned && name.is_some_and(|name| runs.contains(&name.as_slice()))
}

fn end_step(world: &mut World, mut stepping: Stepping) -> Stepping {
    let step = &stepping.steps[stepping.run.steps.len()];
    let ran = std::mem::take(&mut stepping.current);
    let ran = world.end_step(stepping.script.as_deref(), step, ran);
    stepping.run.steps.push(ran);
    stepping
}

fn pause(world: &mut World, stepping: Stepping) -> Stepped {
    let stepped = Stepped {
        run: stepping.run.clone(),
        at: seen(world, &stepping.current),
        log: Vec::new(),
    };
    world.stepping = Some(Box::new(stepping));
    stepped
}

fn stop(world: &mut World, stepping: Stepping) -> Stepped {
    let calls = world.engine.standing_script();
    let calls = calls.map_or_else(Vec::new, |standing| standing.calls.to_vec());
    let client = stepping.current.client.clone();
    let (block, done) = (stepping.block, stepping.run.steps.len());
    world.engine.stop_script(world.now());
    let mut stepping = end_step(world, stepping);
    let steps = stepping.steps[..done].iter();
    let steps: Vec<String> = steps.map(|step| step.action.to_string()).collect();
    let text = match &stepping.script {
        Some(script) => format!("{script}\n---\n{}\n", steps.join("\n")),
        None => steps.join("\n"),
    };
    let mut log = vec![LogEntry::Block {
        block,
        text: Some(text),
    }];
    let writes = calls.iter().filter(|call| call.wrote);
    log.extend(writes.map(|call| LogEntry::Line {
        client: client.clone(),
        line: line_of(call),
    }));
    stepping.run.stopped = Some(log.len() as u32 - 1);
    world.ran.insert(block);
    log.iter().for_each(|entry| world.log(entry.clone()));
    Stepped {
        run: stepping.run,
        at: None,
        log,
    }
}

fn line_of(call: &Called) -> String {
    let words: Vec<String> = call.words.iter().map(|word| shown_word(word)).collect();
    words.join(" ")
}

/// What the page shows of a script that stands.
fn seen(world: &World, current: &Ran) -> Option<Standing> {
    const CALLS_MAX: usize = 50;
    let standing = world.engine.standing_script()?;
    let earlier = standing.calls.len().saturating_sub(CALLS_MAX);
    Some(Standing {
        client: current.client.clone(),
        command: current.line.clone(),
        line: standing.line,
        midway: standing.midway,
        locals: variables(standing.locals),
        outer: variables(standing.outer),
        given: variables(standing.given),
        calls: standing.calls[earlier..].iter().map(script_call).collect(),
        earlier_calls: earlier as u32,
    })
}

fn variables(seen: Vec<Seen>) -> Vec<Variable> {
    let variable = |Seen { name, value }| Variable { name, value };
    seen.into_iter().map(variable).collect()
}

fn script_call(call: &Called) -> ScriptCall {
    const BYTES_MAX: usize = 300;
    let cut = |text: String| match text.len() > BYTES_MAX {
        true => format!("{}…", &text[..text.floor_char_boundary(BYTES_MAX)]),
        false => text,
    };
    let reply = render::render(&call.reply, engine::resp::Protocol::Resp2);
    ScriptCall {
        line: call.line,
        command: cut(line_of(call)),
        reply: cut(reply.trim_end_matches('\n').to_string()),
        error: matches!(call.reply, engine::Reply::Error(_)),
    }
}

#[cfg(test)]
mod tests;
