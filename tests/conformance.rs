//! What is proved of each of the 397 commands and subcommands of redis-server 8.2.3: that it is declared as the
//! server declares it, how many recorded steps answer as the server did, and whether the differential tester sends it.
//!
//! Nothing here is written by hand, and a row is green only by evidence. What an error refuses honestly comes from
//! the engine's own list (`engine/exceptions.rs`).

use std::collections::BTreeMap;
use std::fmt;

use engine::command::table;
use engine::exceptions;
use engine::words;
use lesson::{Action, Page, Step};
use serde_json::Value;

use crate::replay::{Emulated, Player, play_blocks};
use crate::{declared, files, pages, scenes, sent};

/// A command of the real server and what is known of ours.
struct Row {
    name: String,
    group: String,
    since: String,
    declared: Declared,
    /// Recorded steps that succeed, and that the engine answers in the same way.
    steps: usize,
    fuzzed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Declared {
    No,
    Otherwise,
    AsRecorded,
}

enum Verdict {
    Green,
    /// An honest error with its reason.
    Refused(&'static str),
    /// What is not there yet.
    Open(&'static str),
}

pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub fn collect() -> Table {
        // Commands of modules are listed in capitals.
        let lower = |(name, value): (String, Value)| (name.to_ascii_lowercase(), value);
        let recorded = files::vector("command-table");
        let recorded = recorded.as_object().expect("commands by name").clone();
        let recorded: BTreeMap<String, Value> = recorded.into_iter().map(lower).collect();
        let ours: BTreeMap<String, Value> = declared::ours().into_iter().map(lower).collect();
        let steps = successful_steps();
        let mut rows = Vec::new();
        for line in files::read("tests/vectors/commands.csv").lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let name = fields[0].to_string();
            let declared = match (ours.get(&name), recorded.get(&name)) {
                (None, _) => Declared::No,
                (Some(ours), Some(recorded)) => {
                    let mut problems = Vec::new();
                    declared::compare(&name, recorded, ours, &mut problems);
                    match problems.is_empty() {
                        true => Declared::AsRecorded,
                        false => Declared::Otherwise,
                    }
                }
                (Some(_), None) => Declared::Otherwise,
            };
            let entry = table().find_full(name.as_bytes());
            rows.push(Row {
                steps: steps.get(&name).copied().unwrap_or_default(),
                fuzzed: entry.is_some_and(sent::is_sent),
                group: fields[1].to_string(),
                since: fields[2].to_string(),
                declared,
                name,
            });
        }
        Table { rows }
    }

    fn verdict(&self, row: &Row) -> Verdict {
        let upper = row.name.to_ascii_uppercase().replace('|', " ");
        if let Some(exception) = exceptions::all().find(|exception| exception.what == upper) {
            return Verdict::Refused(exception.why);
        }
        match row.declared {
            Declared::No => Verdict::Open("missing"),
            Declared::Otherwise => Verdict::Open("declared otherwise than recorded"),
            Declared::AsRecorded if self.is_proved(row) => Verdict::Green,
            Declared::AsRecorded => Verdict::Open("no recorded step succeeds"),
        }
    }

    /// By its own steps, or, for the mere name before subcommands, by those of all of these.
    fn is_proved(&self, row: &Row) -> bool {
        let below = format!("{}|", row.name);
        let mut parts = self
            .rows
            .iter()
            .filter(|part| part.name.starts_with(&below))
            .peekable();
        row.steps > 0
            || parts.peek().is_some()
                && parts
                    .all(|part| matches!(self.verdict(part), Verdict::Green | Verdict::Refused(_)))
    }

    /// A line of counts, and the list of honest exceptions.
    pub fn summary(&self) -> String {
        let mut counts = [0; 3];
        for row in &self.rows {
            counts[match self.verdict(row) {
                Verdict::Green => 0,
                Verdict::Refused(_) => 1,
                Verdict::Open(_) => 2,
            }] += 1;
        }
        let [green, refused, open] = counts;
        let total = self.rows.len();
        let mut text = format!(
            "{total} commands and subcommands: {green} green, {refused} honest errors, {open} open.\n\nHonest errors, words of DEBUG included:\n\n"
        );
        for exception in exceptions::all() {
            text.push_str(&format!("- `{}`: {}\n", exception.what, exception.why));
        }
        text
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Conformance with redis-server 8.2.3\n")?;
        writeln!(
            f,
            "Written by `cargo xtask conformance`, not by hand; a test fails when it is stale.\n"
        )?;
        writeln!(
            f,
            "A row is green if the command is declared as the real server declares it (COMMAND INFO, COMMAND DOCS) and \
             a recorded step in `tests/spec/`, a lesson, a scene (`tests/scenes.rs`) or a recorded cluster succeeds with the same reply. `steps` counts those; `random` \
             says whether the differential tester sends the command to both servers. The name before subcommands is \
             green if they are.\n"
        )?;
        writeln!(f, "{}", self.summary())?;
        let mut groups: Vec<&str> = self.rows.iter().map(|row| row.group.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            writeln!(f, "## {group}\n")?;
            writeln!(f, "| command | since | declared | steps | random | |")?;
            writeln!(f, "|---|---|---|--:|---|---|")?;
            for row in self.rows.iter().filter(|row| row.group == group) {
                self.write_row(f, row)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Table {
    fn write_row(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let name = row.name.to_ascii_uppercase().replace('|', " ");
        let declared = match row.declared {
            Declared::No => "no",
            Declared::Otherwise => "otherwise",
            Declared::AsRecorded => "as recorded",
        };
        let random = if row.fuzzed { "yes" } else { "" };
        let verdict = match self.verdict(row) {
            Verdict::Green => "green".to_string(),
            Verdict::Refused(why) => format!("honest error: {why}"),
            Verdict::Open(why) => format!("**open**: {why}"),
        };
        writeln!(
            f,
            "| {name} | {} | {declared} | {} | {random} | {verdict} |",
            row.since, row.steps
        )
    }
}

/// How often each command succeeds in recorded transcripts and the engine answers alike.
fn successful_steps() -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for path in files::markdown_below("tests/spec")
        .into_iter()
        .chain(files::lessons())
    {
        let page =
            pages::read(&path, &files::read(&path)).unwrap_or_else(|problem| panic!("{problem}"));
        count_page(&path, &page, &mut counts);
    }
    count_scenes(&mut counts);
    REPLAYED
        .iter()
        .for_each(|name| count_conversation(name, &mut counts));
    count_scripting(&mut counts);
    counts
}

/// The conversation about scripts, which `engine/scripting/tests.rs` replays: transcripts cannot keep a script running.
fn count_scripting(counts: &mut BTreeMap<String, usize>) {
    for line in files::read("tests/vectors/scripting.jsonl").lines() {
        let exchange: Value = serde_json::from_str(line).expect("an exchange is JSON");
        let words = exchange["cmd"].as_array().into_iter().flatten();
        let words: Vec<&[u8]> = words.filter_map(Value::as_str).map(str::as_bytes).collect();
        if !exchange["reply"]["err"].is_string()
            && !words.is_empty()
            && let Ok(entry) = table().resolve(&words)
        {
            *counts.entry(entry.name.to_ascii_lowercase()).or_default() += 1;
        }
    }
}

/// Recordings of several servers, which `cluster.rs` replays: transcripts cannot name ids that chance has drawn.
const REPLAYED: &[&str] = &["cluster-nodes", "cluster-redirections"];

/// Steps of scenes that the engine plays as they are recorded.
fn count_scenes(counts: &mut BTreeMap<String, usize>) {
    for (_, expected, found, seen) in scenes::compared() {
        if expected != found {
            continue;
        }
        for (step, output) in seen {
            let words = step
                .split_once("> ")
                .and_then(|(_, line)| words::split(line.as_bytes()).ok());
            let words = words.unwrap_or_default();
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            let refused =
                output.is_empty() || output.starts_with("(error)") || output == "QUEUED\n";
            if !refused && let Ok(entry) = table().resolve(&words) {
                *counts.entry(entry.name.to_ascii_lowercase()).or_default() += 1;
            }
        }
    }
}

fn count_conversation(name: &str, counts: &mut BTreeMap<String, usize>) {
    let recorded = files::vector(name);
    for step in recorded["transcript"].as_array().expect("steps") {
        let line = step["command"].as_str().unwrap_or_default();
        let words: Vec<&[u8]> = line.split_whitespace().map(str::as_bytes).collect();
        let succeeds = !step["reply"]["error"].is_string();
        // Keys are moved by hand.
        if succeeds
            && !line.starts_with("MIGRATE")
            && let Ok(entry) = table().resolve(&words)
        {
            *counts.entry(entry.name.to_ascii_lowercase()).or_default() += 1;
        }
    }
}

fn count_page(path: &str, page: &Page, counts: &mut BTreeMap<String, usize>) {
    let mut world = Emulated::new(path);
    play_blocks(page, &mut world, &mut |player, steps| {
        for step in steps {
            let output = player.play(step);
            if let Some(name) = command_of(step)
                && succeeds(step, &output)
            {
                *counts.entry(name.to_ascii_lowercase()).or_default() += 1;
            }
        }
    });
}

fn command_of(step: &Step) -> Option<&'static str> {
    let Action::Run { text, .. } = &step.action else {
        return None;
    };
    let words = words::split(text.as_bytes()).ok()?;
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    table().resolve(&words).ok().map(|entry| entry.name)
}

fn succeeds(step: &Step, output: &str) -> bool {
    let refused = output.is_empty() || output == "QUEUED" || output.starts_with("(error)");
    !refused && step.compare(output).is_ok()
}
