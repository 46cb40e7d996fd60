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
