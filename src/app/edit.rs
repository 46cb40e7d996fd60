//! A block as the reader edits it: the commands only, without prompts where all are the page's own.

use lesson::transcript::{self, Line};
use lesson::{Action, Step};

/// The text to begin with.
pub fn editable(steps: &[Step]) -> String {
    let named = steps.iter().any(|step| {
        matches!(
            &step.action,
            Action::Run {
                client: Some(_),
                ..
            }
        )
    });
    let lines = steps.iter().map(|step| match &step.action {
        Action::Run { client: None, text } if !named => text.clone(),
        action => action.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text to begin with, of a block that may have a script: that, a line `---`, and the commands.
pub fn editable_block(script: Option<&str>, steps: &[Step]) -> String {
    let commands = editable(steps);
    match script {
        Some(script) => format!("{script}\n---\n{commands}"),
        None => commands,
    }
}

/// The script of an edited text, if it has one, and the commands.
pub fn parts(text: &str, is_script: bool) -> (Option<&str>, &str) {
    match transcript::split_rule(text) {
        (script, below, _) if is_script && !below.is_empty() => (Some(script.trim_end()), below),
        _ => (None, text),
    }
}

/// What the worker is to run for an edited text.
pub fn block(text: &str, is_script: bool) -> String {
    match parts(text, is_script) {
        (Some(script), commands) => format!("{script}\n---\n{}\n", transcript(commands)),
        (None, commands) => transcript(commands),
    }
}

/// The transcript that an edited text means: a line without a mark is a command of the page's own
/// client. Replies are not part of it.
pub fn transcript(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match transcript::read_line(line) {
            Ok(Line::Action(_)) => lines.push(line.to_owned()),
            // Its reader says what is wrong with the line.
            Err(_) => lines.push(line.to_owned()),
            Ok(Line::Output(_)) => lines.push(format!("> {line}")),
        }
    }
    lines.join("\n")
}

/// The actions of an edited text, for showing it before it runs. Unreadable lines are left out.
pub fn actions(text: &str) -> Vec<Action> {
    let transcript = transcript(text);
    let lines = transcript
        .lines()
        .filter_map(|line| match transcript::read_line(line) {
            Ok(Line::Action(action)) => Some(action),
            _ => None,
        });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        transcript::parse("test", 1, text).expect("a transcript")
    }

    #[test]
    fn prompts_show_only_where_they_say_something() {
        assert_eq!(
            editable(&steps("> SET a 1\nOK\n+ 45s\n> GET a\n(nil)")),
            "SET a 1\n+ 45s\nGET a"
        );
        assert_eq!(
            editable(&steps("> SET a 1\nada> GET a")),
            "> SET a 1\nada> GET a"
        );
    }

    #[test]
    fn a_script_stands_above_a_rule() {
        let text = editable_block(Some("return 1"), &steps("> EVAL @script 0\n(integer) 1"));
        assert_eq!(text, "return 1\n---\nEVAL @script 0");
        assert_eq!(parts(&text, true), (Some("return 1"), "EVAL @script 0"));
        assert_eq!(block(&text, true), "return 1\n---\n> EVAL @script 0\n");
        // One that was kept before scripts could be edited has commands only.
        assert_eq!(parts("EVAL @script 0", true), (None, "EVAL @script 0"));
        assert_eq!(parts(&text, false), (None, text.as_str()));
    }

    #[test]
    fn an_unmarked_line_is_a_command() {
        assert_eq!(
            transcript(" SET a 1\n\n+ 45s\nada> GET a\n"),
            "> SET a 1\n+ 45s\nada> GET a"
        );
        assert_eq!(
            transcript("EVAL \"return 1 > 0\" 0"),
            "> EVAL \"return 1 > 0\" 0"
        );
    }
}
