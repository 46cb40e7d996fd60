//! A session as text: for a share link, for redis-cli, for Markdown.

use std::time::Duration;

use lesson::transcript::print_duration;
use lesson::{Action, Block, Content};
use messages::{BlockSource, ExerciseSource, LogEntry};

use crate::edit;

/// The names of the files with which the server began, and where in the log it did.
pub fn loaded<'a>(log: &'a [LogEntry]) -> Option<(usize, &'a [String])> {
    let files = |(at, entry): (usize, &'a LogEntry)| match entry {
        LogEntry::Load { names } => Some((at, names.as_slice())),
        _ => None,
    };
    log.iter().enumerate().filter_map(files).next_back()
}

/// The log with its blocks written out as lines, so that it stands without its page. What was before files were
/// loaded is left out.
pub fn flattened(log: &[LogEntry], blocks: &[Block]) -> Vec<LogEntry> {
    let mut flat = Vec::new();
    let begin = loaded(log).map_or(0, |(at, _)| at);
    for entry in &log[begin..] {
        match entry {
            LogEntry::Block { block, text } => {
                flat.extend(
                    block_actions(*block, text.as_deref(), blocks)
                        .iter()
                        .filter_map(entry_of),
                );
            }
            entry => flat.push(entry.clone()),
        }
    }
    flat
}

fn block_actions(block: u32, text: Option<&str>, blocks: &[Block]) -> Vec<Action> {
    let content = blocks.get(block as usize).map(|block| &block.content);
    let source = match content {
        Some(Content::Lua { source, .. }) => Some(source.trim_end()),
        _ => None,
    };
    let (script, actions) = match (text, content) {
        (Some(text), _) => {
            let (script, commands) = edit::parts(text, source.is_some());
            (script.or(source), edit::actions(commands))
        }
        (
            None,
            Some(
                Content::Redis { steps, .. }
                | Content::Shell { host: false, steps }
                | Content::Lua { steps, .. },
            ),
        ) => {
            let actions = steps.iter().map(|step| step.action.clone());
            (source, actions.collect())
        }
        _ => return Vec::new(),
    };
    match script {
        Some(script) => actions
            .into_iter()
            .filter_map(|action| with_script(action, script))
            .collect(),
        None => actions,
    }
}

/// A line that stands alone: with the script's text in the place of its name. One that names the script by its sum
/// cannot, and is left out.
fn with_script(action: Action, script: &str) -> Option<Action> {
    match action {
        Action::Run { text, .. } if text.contains("@sha") => None,
        Action::Run { client, text } => {
            let quoted = script
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let text = text.replace("@script", &format!("\"{quoted}\""));
            Some(Action::Run { client, text })
        }
        action => Some(action),
    }
}

fn entry_of(action: &Action) -> Option<LogEntry> {
    match action {
        Action::Run { client, text } => Some(LogEntry::Line {
            client: client.clone().unwrap_or_default(),
            line: text.clone(),
        }),
        Action::Wait(time) => Some(LogEntry::Advance {
            millis: time.as_millis() as u64,
        }),
        Action::Shell(_) => Some(LogEntry::Line {
            client: String::new(),
            line: action.to_string(),
        }),
        Action::World(_) => None,
    }
}

/// Lines for `redis-cli < session.redis`. One connection only; time really passes there.
pub fn as_script(entries: &[LogEntry]) -> String {
    let mut text = String::from("# Run it with: redis-cli < session.redis\n");
    for entry in entries {
        match entry {
            LogEntry::Line { line, .. } if line.starts_with("$ ") => {
                text.push_str(&format!("# in the shell: {line}\n"))
            }
            LogEntry::Line { client, line } if client.is_empty() => {
                text.push_str(&format!("{line}\n"))
            }
            LogEntry::Line { client, line } => text.push_str(&format!("# by {client}:\n{line}\n")),
            LogEntry::Advance { millis } => {
                text.push_str(&format!("# {} pass here\n", span(*millis)))
            }
            LogEntry::Load { names } => {
                text.push_str(&format!("# begins with {} loaded\n", names.join(", ")))
            }
            LogEntry::Block { .. } => {}
        }
    }
    text
}

/// A transcript of what the console shows: (client, line, output).
pub fn as_markdown(shown: &[(String, String, String)]) -> String {
    let mut text = String::from("```redis\n");
    for (client, line, output) in shown {
        match line.starts_with("+ ") {
            true => text.push_str(&format!("{line}\n")),
            false => text.push_str(&format!("{client}> {line}\n")),
        }
        if !output.is_empty() {
            text.push_str(&format!("{output}\n"));
        }
    }
    text + "```\n"
}

/// `45s`, as in a transcript.
pub fn span(millis: u64) -> String {
    print_duration(Duration::from_millis(millis))
}

/// What the worker needs to know of a page's block.
pub fn block_source(block: &Block) -> BlockSource {
    match &block.content {
        Content::Redis { fresh, steps } => BlockSource {
            text: lesson::transcript::print(steps),
            fresh: *fresh,
            ..BlockSource::default()
        },
        Content::Conf { text } => BlockSource {
            text: config_questions(text),
            fresh: true,
            conf: Some(text.clone()),
            script: None,
        },
        Content::Lua { source, steps } => BlockSource {
            text: lesson::transcript::print(steps),
            // As the recorder takes it: without what stands behind its last word.
            script: Some(source.trim_end().to_string()),
            ..BlockSource::default()
        },
        Content::Shell { host: false, steps } => BlockSource {
            // A line that goes on is one line for the shell.
            text: lesson::transcript::print(steps).replace("\\\n", " "),
            ..BlockSource::default()
        },
        _ => BlockSource::default(),
    }
}

/// What a server that was started with this redis.conf is asked afterwards: each of its settings.
fn config_questions(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let names = lines.filter_map(|line| line.split_ascii_whitespace().next());
    names.map(|name| format!("> CONFIG GET {name}\n")).collect()
}

pub fn exercise_source(exercise: &lesson::Exercise) -> ExerciseSource {
    ExerciseSource {
        given: lesson::transcript::print(&exercise.given),
        checks: lesson::transcript::print(&exercise.checks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        let steps = lesson::transcript::parse("test", 1, text).expect("a transcript");
        Block {
            line: 1,
            content: Content::Redis {
                fresh: false,
                steps,
            },
        }
    }

    fn line(client: &str, line: &str) -> LogEntry {
        LogEntry::Line {
            client: client.into(),
            line: line.into(),
        }
    }

    #[test]
    fn blocks_are_written_out() {
        let blocks = [block("> SET a 1\nOK\n+ 45s\nada> GET a\n\"1\"")];
        let log = [
            LogEntry::Block {
                block: 0,
                text: None,
            },
            LogEntry::Block {
                block: 0,
                text: Some("GET a\n+ 1s".into()),
            },
            line("", "PING"),
        ];
        let flat = flattened(&log, &blocks);
        let expected = [
            line("", "SET a 1"),
            LogEntry::Advance { millis: 45_000 },
            line("ada", "GET a"),
            line("", "GET a"),
            LogEntry::Advance { millis: 1_000 },
            line("", "PING"),
        ];
        assert_eq!(flat, expected);
        assert_eq!(
            as_script(&flat[..3]),
            "# Run it with: redis-cli < session.redis\nSET a 1\n# 45s pass here\n# by ada:\nGET a\n"
        );
    }

    #[test]
    fn what_files_replaced_is_left_out() {
        let load = |name: &str| LogEntry::Load {
            names: vec![name.into()],
        };
        let log = [
            line("", "SET a 1"),
            load("old.rdb"),
            load("dump.rdb"),
            line("", "GET a"),
        ];
        assert_eq!(loaded(&log), Some((2, ["dump.rdb".to_owned()].as_slice())));
        assert_eq!(
            as_script(&flattened(&log, &[])),
            "# Run it with: redis-cli < session.redis\n# begins with dump.rdb loaded\nGET a\n"
        );
        assert_eq!(loaded(&log[..1]), None);
    }

    #[test]
    fn a_configuration_is_asked_for() {
        assert_eq!(
            config_questions("# memory\nmaxmemory 2mb\nsave 60 1\n"),
            "> CONFIG GET maxmemory\n> CONFIG GET save\n"
        );
    }
}
