//! Judging exercises and proving quizzes, each in a world of its own: the reader's keys are never touched.
//! An exercise checks state, not typing: every answer that leads there is right.

use lesson::Output;
use lesson::transcript::{self, Action, Line, Step};
use messages::{CheckResult, Checked, Failure, Ran, Setup};

use crate::world::{World, whole_output};

/// An answer longer than this is refused rather than run.
const ANSWER_COMMANDS_MAX: usize = 500;

pub(crate) fn check(setup: &Setup, exercise: u32, answer: &str) -> Result<Checked, Failure> {
    let source = setup
        .exercises
        .get(exercise as usize)
        .ok_or(Failure::NoSuchPart)?;
    let mut world = world_for(setup, &source.given);
    let mut checked = Checked::default();
    let steps = match read_answer(answer) {
        Ok(steps) => steps,
        Err(problem) => {
            checked.problem = Some(problem);
            return Ok(checked);
        }
    };
    checked.commands = steps
        .iter()
        .filter(|step| matches!(step.action, Action::Run { .. }))
        .count() as u32;
    checked.steps = steps.iter().map(|step| world.step(step)).collect();
    for check in transcript::parse("checks", 1, &source.checks).unwrap_or_default() {
        let result = judge(&mut world, &check);
        let passed = result.passed;
        checked.checks.push(result);
        if !passed {
            return Ok(checked);
        }
    }
    checked.passed = !checked.checks.is_empty();
    Ok(checked)
}

/// Replays a quiz's proof; says whether every recorded reply came out.
pub(crate) fn prove(setup: &Setup, quiz: u32) -> Result<(Vec<Ran>, bool), Failure> {
    let text = setup
        .proofs
        .get(quiz as usize)
        .filter(|text| !text.is_empty())
        .ok_or(Failure::NoSuchPart)?;
    let mut world = world_for(setup, "");
    let steps = transcript::parse("proof", 1, text).unwrap_or_default();
    let ran: Vec<Ran> = steps.iter().map(|step| world.step(step)).collect();
    let holds = !ran.is_empty() && ran.iter().all(|step| step.as_recorded != Some(false));
    Ok((ran, holds))
}

fn world_for(setup: &Setup, given: &str) -> World {
    let mut world = World::new(Setup {
        seed: setup.seed.clone(),
        ..Setup::default()
    });
    for step in transcript::parse("given", 1, given).unwrap_or_default() {
        world.step(&step);
    }
    world
}

/// The answer's lines: with or without a prompt, as one types them.
fn read_answer(answer: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for (index, line) in answer.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let action = match transcript::read_line(line) {
            Ok(Line::Action(action)) => action,
            Ok(Line::Output(_)) => Action::Run {
                client: None,
                text: line.trim().to_string(),
            },
            Err(problem) => return Err(format!("Line {}: {problem}.", index + 1)),
        };
        let below = index + 2;
        steps.push(Step {
            line: index + 1,
            action,
            reply: Vec::new(),
            reply_lines: below..below,
        });
    }
    match steps.len() {
        0 => Err("There is no command to check yet.".to_string()),
        1..=ANSWER_COMMANDS_MAX => Ok(steps),
        count => Err(format!(
            "{count} lines are more than the {ANSWER_COMMANDS_MAX} that an answer may have."
        )),
    }
}

fn judge(world: &mut World, check: &Step) -> CheckResult {
    let ran = world.step(check);
    CheckResult {
        line: ran.line.clone(),
        expected: check
            .reply
            .iter()
            .map(Output::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        actual: whole_output(&ran),
        // A check without a recorded reply checks nothing and cannot pass.
        passed: match check.action {
            Action::Run { .. } => ran.as_recorded == Some(true),
            _ => true,
        },
    }
}
