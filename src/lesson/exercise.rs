//! Exercises: a goal, and what must be true of the keyspace when it is reached.
//!
//! An exercise has a world of its own: empty, or what `given>` lines make of it. The reader's page
//! is never touched by it, and "start over" is cheap. Which answers are right is decided by the
//! `check>` transcript alone, never by what was typed.

use serde::{Deserialize, Serialize};

use crate::{Prose, Step, Topology};

/// `exercises[n]` is the element with `data-exercise="n"`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exercise {
    /// The line of the opening fence.
    pub line: usize,
    /// The prose above the fence, up to the heading or block before it.
    pub goal: Prose,
    /// The page's servers at this place, if it has declared any.
    pub topology: Option<Topology>,
    /// Makes the world in which the reader begins. Replies are optional.
    pub given: Vec<Step>,
    /// How many steps at the beginning of `given` are what the exercise above leaves behind.
    pub inherited: usize,
    /// Runs after the reader's commands; every reply must match.
    pub checks: Vec<Step>,
    pub hints: Vec<Prose>,
    pub solution: Vec<Step>,
    /// Other right answers, each a transcript.
    pub also: Vec<Vec<Step>>,
    /// Answers that must fail, each a transcript.
    pub wrong: Vec<Vec<Step>>,
    /// Shown when it is solved: one paragraph for each `why:`.
    pub why: Vec<Prose>,
}

#[cfg(feature = "parse")]
impl Exercise {
    /// Lets this exercise begin where `above` ends: with what it was given, and its solution.
    pub(crate) fn continue_from(&mut self, above: &Exercise) {
        let mut given: Vec<Step> = above.given.iter().chain(&above.solution).cloned().collect();
        self.inherited = given.len();
        given.append(&mut self.given);
        self.given = given;
    }
}

#[cfg(feature = "parse")]
pub(crate) use reading::parse;

#[cfg(all(test, feature = "parse"))]
mod tests;

#[cfg(feature = "parse")]
mod reading {
    use super::Exercise;
    use crate::problem::Problems;
    use crate::prose;
    use crate::transcript::{self, Action, Line, Step, Steps};

    /// What the lines of a group become.
    #[derive(Clone, Copy, PartialEq)]
    enum Group {
        Given,
        Check,
        Solution,
        Also,
        Wrong,
    }

    /// An exercise without its goal and topology, which the page knows.
    pub(crate) fn parse(problems: &mut Problems, first_line: usize, text: &str) -> Exercise {
        let mut reader = Reader {
            exercise: Exercise::default(),
            open: None,
            note: None,
        };
        for (number, line) in transcript::numbered(first_line, text) {
            reader.line(problems, number, line);
        }
        reader.close_group();
        reader.close_note();
        reader.exercise
    }

    struct Reader {
        exercise: Exercise,
        /// The transcript being read; a blank line, `---` or another kind of line ends it.
        open: Option<(Group, Steps)>,
        /// The hint (`true`) or why (`false`) being read; indented lines go on.
        note: Option<(bool, String)>,
    }

    impl Reader {
        fn line(&mut self, problems: &mut Problems, number: usize, line: &str) {
            if let Some((is_hint, text)) = split_note(line) {
                self.close_group();
                self.close_note();
                self.note = Some((is_hint, text.to_string()));
                return;
            }
            if let Some((_, note)) = &mut self.note
                && line.starts_with("  ")
            {
                note.push(' ');
                note.push_str(line.trim());
                return;
            }
            if let Some((group, client, text)) = split_group(line) {
                self.close_note();
                if text.is_empty() {
                    problems.add(number, "a prompt without a command");
                }
                let action = Action::Run {
                    client: client.map(str::to_string),
                    text: text.to_string(),
                };
                self.action(number, group, action);
                return;
            }
            if line == "---" {
                self.close_group();
                return;
            }
            self.other(problems, number, line);
        }

        /// A line that belongs to the group above: time, world, output, or blank.
        fn other(&mut self, problems: &mut Problems, number: usize, line: &str) {
            let form = transcript::read_line(line);
            if let Ok(Line::Action(Action::Run { client, .. })) = &form {
                let prompt = client.as_deref().unwrap_or("");
                problems.add(
                    number,
                    format!(
                        "`{prompt}>` says not what it is for: write `check {prompt}>` with \
                         check, given, solution, also or wrong"
                    ),
                );
                return;
            }
            match &mut self.open {
                // One blank line is layout between commands of a check, but parts alternatives.
                Some((Group::Also | Group::Wrong, _)) if line.is_empty() => self.close_group(),
                Some((_, steps)) => steps.line(problems, number, line, form),
                None if line.is_empty() => self.close_note(),
                None => problems.add(
                    number,
                    format!(
                        "`{line}` is not a line of an exercise: check>, given>, solution>, also>, \
                         wrong>, hint: or why:"
                    ),
                ),
            }
        }

        fn action(&mut self, number: usize, group: Group, action: Action) {
            match &mut self.open {
                Some((open, steps)) if *open == group => steps.action(number, action),
                _ => {
                    self.close_group();
                    let mut steps = Steps::default();
                    steps.action(number, action);
                    self.open = Some((group, steps));
                }
            }
        }

        fn close_group(&mut self) {
            let Some((group, steps)) = self.open.take() else {
                return;
            };
            let steps: Vec<Step> = steps.finish();
            match group {
                Group::Given => self.exercise.given.extend(steps),
                Group::Check => self.exercise.checks.extend(steps),
                Group::Solution => self.exercise.solution.extend(steps),
                Group::Also => self.exercise.also.push(steps),
                Group::Wrong => self.exercise.wrong.push(steps),
            }
        }

        fn close_note(&mut self) {
            let Some((is_hint, text)) = self.note.take() else {
                return;
            };
            let notes = if is_hint {
                &mut self.exercise.hints
            } else {
                &mut self.exercise.why
            };
            notes.push(prose::inline(&text));
        }
    }

    fn split_note(line: &str) -> Option<(bool, &str)> {
        let hint = line.strip_prefix("hint:").map(|text| (true, text.trim()));
        hint.or_else(|| line.strip_prefix("why:").map(|text| (false, text.trim())))
    }

    /// `check> GET k` and `check ada> GET k`.
    fn split_group(line: &str) -> Option<(Group, Option<&str>, &str)> {
        let (prompt, text) = line.split_once('>')?;
        if !(text.is_empty() || text.starts_with(' ')) {
            return None;
        }
        let (group, client) = match prompt.split_once(' ') {
            Some((group, client)) if transcript::is_name(client) => (group, Some(client)),
            Some(_) => return None,
            None => (prompt, None),
        };
        let group = match group {
            "given" => Group::Given,
            "check" => Group::Check,
            "solution" => Group::Solution,
            "also" => Group::Also,
            "wrong" => Group::Wrong,
            _ => return None,
        };
        Some((group, client, text.trim()))
    }
}
