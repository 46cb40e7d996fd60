//! Quizzes: a question, options that each carry their reason, and a transcript that proves it.

use serde::{Deserialize, Serialize};

use crate::{Prose, Step};

/// `quizzes[n]` is the element with `data-quiz="n"`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// The line of the opening fence.
    pub line: usize,
    pub question: Prose,
    pub choices: Vec<Choice>,
    /// Runs in an empty world of its own.
    pub proof: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub line: usize,
    pub text: Prose,
    pub reason: Prose,
    pub right: bool,
}

#[cfg(feature = "parse")]
pub(crate) use reading::parse;

#[cfg(feature = "parse")]
mod reading {
    use super::{Choice, Quiz};
    use crate::problem::Problems;
    use crate::prose;
    use crate::transcript::{self, Action, Line, Steps};

    pub(crate) fn parse(problems: &mut Problems, first_line: usize, text: &str) -> Quiz {
        let mut question = String::new();
        let mut choices: Vec<(usize, bool, String)> = Vec::new();
        let mut proof: Option<Steps> = None;
        for (number, line) in transcript::numbered(first_line, text) {
            if let Some((client, text)) = split_proof(line) {
                let action = Action::Run {
                    client: client.map(str::to_string),
                    text: text.to_string(),
                };
                proof.get_or_insert_default().action(number, action);
            } else if let Some(steps) = &mut proof {
                proof_line(problems, steps, number, line);
            } else if let Some((right, text)) = split_choice(line) {
                choices.push((number, right, text.to_string()));
            } else if !line.is_empty() {
                let text = choices
                    .last_mut()
                    .map_or(&mut question, |(_, _, text)| text);
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(line.trim());
            }
        }
        Quiz {
            line: 0,
            question: prose::inline(&question),
            choices: choices.into_iter().map(choice).collect(),
            proof: proof.map(Steps::finish).unwrap_or_default(),
        }
    }

    fn proof_line(problems: &mut Problems, steps: &mut Steps, number: usize, line: &str) {
        let form = match transcript::read_line(line) {
            Ok(Line::Action(Action::Run { .. })) => Err("write `proof>` for a command".to_string()),
            form => form,
        };
        steps.line(problems, number, line, form);
    }

    fn split_proof(line: &str) -> Option<(Option<&str>, &str)> {
        let (prompt, text) = line.split_once("> ")?;
        match prompt.strip_prefix("proof")?.strip_prefix(' ') {
            None if prompt == "proof" => Some((None, text.trim())),
            Some(client) if transcript::is_name(client) => Some((Some(client), text.trim())),
            _ => None,
        }
    }

    fn split_choice(line: &str) -> Option<(bool, &str)> {
        let right = line.strip_prefix("- [x]").map(|text| (true, text.trim()));
        right.or_else(|| line.strip_prefix("- [ ]").map(|text| (false, text.trim())))
    }

    fn choice((line, right, text): (usize, bool, String)) -> Choice {
        let (text, reason) = split_reason(&text);
        Choice {
            line,
            text: prose::inline(text),
            reason: prose::inline(reason),
            right,
        }
    }

    /// Parts at the first `: ` that is not inside a code span.
    fn split_reason(text: &str) -> (&str, &str) {
        let mut in_code = false;
        for (index, byte) in text.bytes().enumerate() {
            match byte {
                b'`' => in_code = !in_code,
                b':' if !in_code && text[index + 1..].starts_with(' ') => {
                    return (&text[..index], text[index + 1..].trim());
                }
                _ => {}
            }
        }
        (text, "")
    }
}
