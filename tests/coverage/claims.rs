//! What is often told wrongly of Redis (`lessons/claims.md`), and the blocks that show it right: those that are marked
//! `shows=id`. A mark alone proves nothing, so a claim also says what must be seen there.

use std::fmt;

use lesson::{Action, Output, Problem, Step};

use super::Lesson;
use crate::files;

const PATH: &str = "lessons/claims.md";

pub struct Claims {
    claims: Vec<Claim>,
    pub problems: Vec<Problem>,
}

struct Claim {
    id: String,
    /// Its line in the file.
    line: usize,
    /// The number of the lesson that shows it.
    lesson: usize,
    told: String,
    truth: String,
    /// What must be seen, in this order.
    evidence: Vec<Evidence>,
}

/// A step whose command holds this text, and whose reply holds that one.
struct Evidence {
    command: String,
    reply: String,
}

impl Claims {
    pub fn collect(lessons: &[Lesson]) -> Claims {
        Claims::check(&files::read(PATH), lessons)
    }

    /// Reads the table and looks for the proof of each row.
    pub fn check(table: &str, lessons: &[Lesson]) -> Claims {
        let (claims, mut problems) = read(table);
        for lesson in lessons {
            problems.extend(misplaced(&claims, lesson));
        }
        for claim in &claims {
            problems.extend(unproved(claim, lessons));
        }
        Claims { claims, problems }
    }

    pub fn count(&self) -> usize {
        self.claims.len()
    }

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, lessons: &[Lesson]) -> fmt::Result {
        writeln!(f, "## Claims\n")?;
        writeln!(
            f,
            "What is told elsewhere and does not hold ([claims.md](claims.md)), and where it is shown.\n"
        )?;
        writeln!(f, "| told elsewhere | what Redis does | shown in |")?;
        writeln!(f, "|---|---|---|")?;
        for claim in &self.claims {
            let mut links: Vec<String> = Vec::new();
            for lesson in lessons
                .iter()
                .filter(|lesson| lesson.number == claim.lesson)
            {
                links.extend(blocks(lesson, claim).map(|block| lesson.link(block.line)));
            }
            links.dedup();
            let links = links.join(", ");
            writeln!(f, "| {} | {} | {links} |", claim.told, claim.truth)?;
        }
        writeln!(f)
    }
}

/// The rows of the table.
fn read(table: &str) -> (Vec<Claim>, Vec<Problem>) {
    let mut claims: Vec<Claim> = Vec::new();
    let mut problems = Vec::new();
    for (index, text) in table.lines().enumerate() {
        let line = index + 1;
        if !text.starts_with("| `") {
            continue;
        }
        match read_row(line, text) {
            None => problems.push(problem(
                PATH,
                line,
                "a row is `id`, lesson, what is told, what Redis does, and pairs of `command` and `reply`",
            )),
            Some(claim) if claims.iter().any(|other| other.id == claim.id) => {
                problems.push(problem(PATH, line, &format!("`{}` is there twice", claim.id)));
            }
            Some(claim) => claims.push(claim),
        }
    }
    (claims, problems)
}

fn read_row(line: usize, text: &str) -> Option<Claim> {
    let row = text.strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
    let [id, lesson, told, truth, seen] = cells.as_slice() else {
        return None;
    };
    let spans: Vec<&str> = seen.split('`').skip(1).step_by(2).collect();
    let evidence = spans.chunks(2).map(|pair| match pair {
        [command, reply] => Some(Evidence {
            command: command.to_string(),
            reply: reply.to_string(),
        }),
        _ => None,
    });
    let evidence: Vec<Evidence> = evidence.collect::<Option<_>>()?;
    (!evidence.is_empty()).then_some(())?;
    Some(Claim {
        id: id.trim_matches('`').to_string(),
        line,
        lesson: lesson.parse().ok()?,
        told: told.to_string(),
        truth: truth.to_string(),
        evidence,
    })
}

/// Marks for claims that are not known, or that belong to another lesson.
fn misplaced(claims: &[Claim], lesson: &Lesson) -> Vec<Problem> {
    let mut problems = Vec::new();
    for shown in &lesson.page.shown {
        let id = &shown.claim;
        let text = match claims.iter().find(|claim| claim.id == *id) {
            None => format!("there is no claim `{id}` in {PATH}"),
            Some(claim) if claim.lesson != lesson.number => {
                format!("`{id}` is a claim of lesson {}", claim.lesson)
            }
            Some(_) => continue,
        };
        let line = lesson.page.blocks[shown.block].line;
        problems.push(problem(&lesson.page.path, line, &text));
    }
    problems
}

fn unproved(claim: &Claim, lessons: &[Lesson]) -> Option<Problem> {
    let id = &claim.id;
    let lesson = lessons.iter().find(|lesson| lesson.number == claim.lesson);
    let Some((lesson, first)) = lesson.and_then(|it| Some((it, blocks(it, claim).next()?))) else {
        let text = format!("no block of lesson {} is marked `shows={id}`", claim.lesson);
        return Some(problem(PATH, claim.line, &text));
    };
    let mut steps = blocks(lesson, claim).flat_map(lesson::Block::steps);
    let mut evidence = claim.evidence.iter();
    let missing = evidence.find(|evidence| !steps.any(|step| evidence.is_in(step)))?;
    let text = format!(
        "what shows `{id}` lacks a step with `{}`, in its place, that answers `{}`",
        missing.command, missing.reply
    );
    Some(problem(&lesson.page.path, first.line, &text))
}

fn blocks<'l>(lesson: &'l Lesson, claim: &Claim) -> impl Iterator<Item = &'l lesson::Block> {
    let shown = lesson.page.shown.iter();
    shown
        .filter(|shown| shown.claim == claim.id)
        .map(|shown| &lesson.page.blocks[shown.block])
}

impl Evidence {
    fn is_in(&self, step: &Step) -> bool {
        let command = match &step.action {
            Action::Run { text, .. } | Action::Shell(text) => text.clone(),
            other => other.to_string(),
        };
        let reply: Vec<String> = step.reply.iter().map(Output::to_string).collect();
        command.contains(&self.command) && reply.join("\n").contains(&self.reply)
    }
}

fn problem(file: &str, line: usize, text: &str) -> Problem {
    Problem {
        file: file.to_string(),
        line,
        text: text.to_string(),
    }
}
