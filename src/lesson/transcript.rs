//! Transcripts: what is typed, and what redis-cli would print.
//!
//! Used by lessons, exercises, the command reference and the tests alike. This module reads the
//! line forms, compares a reply with the expected one, and writes replies back in place. It does
//! not run anything and does not split a command into words: that is the engine's business.
//!
//! | line                        | means                                                      |
//! |-----------------------------|------------------------------------------------------------|
//! | `> words`                   | run on the page's own connection                           |
//! | `ada> words`                | run on the connection (or node) `ada`                      |
//! | `+ 45s`, `+ 1h 30m`         | let virtual time pass (`us ms s m h d`)                    |
//! | `! cut A B`                 | do something to the world (see [`WORLD_VERBS`])            |
//! | `$ redis-cli GET k`         | run in the shell                                           |
//! | `...`                       | any number of output lines, none included                  |
//! | `\text`                     | the output line `text`, whatever it looks like             |
//! | anything else               | a line of the output of the step above                     |
//!
//! Blank lines below a step's last output line are layout. Spaces at the end of a line are ignored.
//! Output that reaches *another* connection because of a step (a blocked command that wakes, a
//! message that is pushed) stands below that step, each line led by the connection's name and
//! `< `; the page's own connection has no name, so its late output begins with `< `.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Problems};

/// The verbs that may follow `! `.
pub const WORLD_VERBS: &[&str] = &[
    "cut", "heal", "delay", "reset", "stop", "start", "pause", "resume", "restart",
];

/// Connection names that mean something in exercises and quizzes, and so cannot name a connection.
pub const RESERVED_NAMES: &[&str] = &["given", "check", "solution", "also", "wrong", "proof"];

/// Something done, and the output it should cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The source line of the action, counted from 1.
    pub line: usize,
    pub action: Action,
    pub reply: Vec<Output>,
    /// The source lines of the output; empty (and just below the action) when there is none.
    pub reply_lines: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// A command line as typed, on a named connection or (`None`) on the page's own.
    Run {
        client: Option<String>,
        text: String,
    },
    Wait(Duration),
    /// The words after `! `: a verb of [`WORLD_VERBS`] and what it is about.
    World(Vec<String>),
    /// A line of the emulated shell.
    Shell(String),
}

/// A line of expected output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    Text(String),
    /// `...`: any lines.
    Any,
}

/// What a single line of a transcript is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Action(Action),
    Output(Output),
}

/// The steps of a transcript whose first line is line `first_line` of `file`.
pub fn parse(file: &str, first_line: usize, text: &str) -> Result<Vec<Step>, Vec<Problem>> {
    let mut problems = Problems::new(file);
    let steps = parse_into(&mut problems, first_line, text);
    if problems.list.is_empty() {
        Ok(steps)
    } else {
        Err(problems.list)
    }
}

/// What `line` is, or what is wrong with it. The live prompt understands the same forms.
pub fn read_line(line: &str) -> Result<Line, String> {
    let line = line.trim_end();
    if let Some(escaped) = line.strip_prefix('\\') {
        return Ok(Line::Output(Output::Text(escaped.to_string())));
    }
    if line == "..." {
        return Ok(Line::Output(Output::Any));
    }
    if let Some((client, text)) = split_prompt(line) {
        let client = client.map(str::to_string);
        return match (&client, text) {
            (_, "") => Err("a prompt without a command".to_string()),
            (Some(name), _) if RESERVED_NAMES.contains(&name.as_str()) => Err(format!(
                "`{name}>` has a meaning only in an exercise or a quiz"
            )),
            (_, text) => Ok(Line::Action(Action::Run {
                client,
                text: text.to_string(),
            })),
        };
    }
    if let Some(command) = line.strip_prefix("$ ") {
        return Ok(Line::Action(Action::Shell(command.trim().to_string())));
    }
    if let Some(durations) = marked(line, '+') {
        return Ok(Line::Action(Action::Wait(parse_duration(durations)?)));
    }
    if let Some(words) = marked(line, '!') {
        return Ok(Line::Action(Action::World(parse_world(words)?)));
    }
    Ok(Line::Output(Output::Text(line.to_string())))
}

/// The connection's name and the command of a line such as `ada> GET k`.
pub fn split_prompt(line: &str) -> Option<(Option<&str>, &str)> {
    let (name, text) = line.split_once('>')?;
    if !(text.is_empty() || text.starts_with(' ')) {
        return None;
    }
    match name {
        "" => Some((None, text.trim())),
        name if is_name(name) => Some((Some(name), text.trim())),
        _ => None,
    }
}

/// The connection's name and the text of late output such as `ada< (nil)`.
pub fn split_late(line: &str) -> Option<(Option<&str>, &str)> {
    let (name, text) = line.split_once("< ")?;
    match name {
        "" => Some((None, text)),
        name if is_name(name) => Some((Some(name), text)),
        _ => None,
    }
}

/// Whether `name` can name a connection or a node: a letter, then letters, digits, `-` and `_`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A sum of durations such as `45s` or `1h 30m`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time: write `250ms`, `45s`, `5m`, `2h` or `7d`");
    let mut sum = Duration::ZERO;
    for part in text.split_ascii_whitespace() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = part.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let unit_micros: u64 = match unit {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            "m" => 60_000_000,
            "h" => 3_600_000_000,
            "d" => 86_400_000_000,
            _ => return Err(wrong()),
        };
        let micros = number.checked_mul(unit_micros).ok_or_else(wrong)?;
        sum = sum
            .checked_add(Duration::from_micros(micros))
            .ok_or_else(wrong)?;
    }
    if text.trim().is_empty() {
        Err(wrong())
    } else {
        Ok(sum)
    }
}

/// `duration` in the largest units that name it exactly: `1h 30m`, `1500us`.
pub fn print_duration(duration: Duration) -> String {
    let mut micros = duration.as_micros();
    let mut parts = Vec::new();
    let units = [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
        ("s", 1_000_000),
    ];
    for (unit, size) in units {
        if micros >= size {
            parts.push(format!("{}{unit}", micros / size));
            micros %= size;
        }
    }
    if micros != 0 && micros.is_multiple_of(1_000) {
        parts.push(format!("{}ms", micros / 1_000));
    } else if micros != 0 {
        parts.push(format!("{micros}us"));
    }
    if parts.is_empty() {
        "0s".to_string()
    } else {
        parts.join(" ")
    }
}

/// The transcript as text, such that reading it gives the same steps.
pub fn print(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        text.push_str(&step.action.to_string());
        text.push('\n');
        for output in &step.reply {
            text.push_str(&output.to_string());
            text.push('\n');
        }
    }
    text
}

/// `output` as it must be written below a command: lines that would be taken for something else,
/// or would close the fence, are led by a backslash. No newline at the end; empty for no output.
pub fn escape_output(output: &str) -> String {
    let lines: Vec<&str> = output_lines(output);
    let last = lines.len().saturating_sub(1);
    let escaped = lines.iter().enumerate().map(|(index, line)| {
        if must_escape(line) || (line.is_empty() && index == last) {
            format!("\\{line}")
        } else {
            line.to_string()
        }
    });
    escaped.collect::<Vec<_>>().join("\n")
}

/// `markdown` with the given lines replaced: each range is a step's `reply_lines`, each text the
/// reply as redis-cli prints it. Line endings and a fence's indentation are kept. Ranges must not
/// overlap and lie below their step's line.
pub fn replace_replies(markdown: &str, replies: &[(Range<usize>, String)]) -> String {
    let ending = if markdown.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut replies: Vec<&(Range<usize>, String)> = replies.iter().collect();
    replies.sort_by_key(|(range, _)| range.start);
    let mut pending = replies.into_iter().peekable();
    let mut result = String::with_capacity(markdown.len());
    let mut skip_until = 0;
    let mut indent = "";
    // One line more than there are, for a reply at the very end of the file.
    let lines = markdown.split_inclusive('\n').map(Some).chain([None]);
    for (index, line) in lines.enumerate() {
        let number = index + 1;
        while let Some((range, reply)) = pending.next_if(|(range, _)| range.start == number) {
            skip_until = range.end;
            push_reply(&mut result, reply, indent, ending);
        }
        let Some(line) = line else { break };
        if number >= skip_until {
            result.push_str(line);
            let start = line.trim_start_matches(' ');
            if start.starts_with("```") || start.starts_with("~~~") {
                indent = &line[..line.len() - start.len()];
            }
        }
    }
    result
}

fn push_reply(result: &mut String, reply: &str, indent: &str, ending: &str) {
    let reply = escape_output(reply);
    if reply.is_empty() {
        return;
    }
    if !result.is_empty() && !result.ends_with('\n') {
        result.push_str(ending);
    }
    for line in reply.split('\n') {
        if !line.is_empty() {
            result.push_str(indent);
            result.push_str(line);
        }
        result.push_str(ending);
    }
}

/// Where an output leaves the expected one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The line of the expected output at which no way of matching goes on, counted from 0.
    pub at: usize,
    /// `None`: nothing more was expected.
    pub expected: Option<String>,
    /// `None`: nothing more was printed.
    pub actual: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let show = |side: &Option<String>| match side.as_deref() {
            None => "(nothing)".to_string(),
            Some("") => "(an empty line)".to_string(),
            Some(text) => text.to_string(),
        };
        if self.at > 0 {
            writeln!(f, "  in line {} of the reply", self.at + 1)?;
        }
        writeln!(f, "  expected  {}", show(&self.expected))?;
        write!(f, "  got       {}", show(&self.actual))
    }
}

impl Step {
    /// Compares `actual`, as redis-cli prints it, with the expected reply.
    pub fn compare(&self, actual: &str) -> Result<(), Difference> {
        compare(&self.reply, actual)
    }
}

/// Compares `actual` with the expected lines; `...` takes as few or as many lines as it needs.
pub fn compare(expected: &[Output], actual: &str) -> Result<(), Difference> {
    let actual: Vec<&str> = output_lines(actual);
    let (mut at, mut got) = (0, 0);
    // The last `...` seen, and the first line it has not swallowed yet.
    let mut retry: Option<(usize, usize)> = None;
    let mut furthest: Option<(usize, usize)> = None;
    loop {
        match (expected.get(at), actual.get(got)) {
            (None, None) => return Ok(()),
            (Some(Output::Any), _) => {
                retry = Some((at, got));
                at += 1;
                continue;
            }
            (Some(Output::Text(text)), Some(line)) if text.trim_end() == line.trim_end() => {
                at += 1;
                got += 1;
                continue;
            }
            _ => {}
        }
        if furthest.is_none_or(|(reached, _)| at > reached) {
            furthest = Some((at, got));
        }
        match retry {
            Some((wild, taken)) if taken < actual.len() => {
                retry = Some((wild, taken + 1));
                (at, got) = (wild + 1, taken + 1);
            }
            _ => break,
        }
    }
    let (at, got) = furthest.expect("a failed comparison failed somewhere");
    Err(Difference {
        at,
        expected: expected.get(at).map(Output::to_string),
        actual: actual.get(got).map(|line| line.to_string()),
    })
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Action::Run { client, text } => {
                write!(f, "{}> {text}", client.as_deref().unwrap_or(""))
            }
            Action::Wait(duration) => write!(f, "+ {}", print_duration(*duration)),
            Action::World(words) => write!(f, "! {}", words.join(" ")),
            Action::Shell(text) => write!(f, "$ {text}"),
        }
    }
}

/// The line as it stands in a transcript.
impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Output::Any => f.write_str("..."),
            Output::Text(text) if must_escape(text) => write!(f, "\\{text}"),
            Output::Text(text) => f.write_str(text),
        }
    }
}

pub(crate) fn parse_into(problems: &mut Problems, first_line: usize, text: &str) -> Vec<Step> {
    let mut steps = Steps::default();
    for (number, line) in numbered(first_line, text) {
        steps.line(problems, number, line, read_line(line));
    }
    steps.finish()
}

/// A `shell` block: `$ words` is a command, continued on the next line by a final backslash.
#[cfg(feature = "parse")]
pub(crate) fn parse_shell(problems: &mut Problems, first_line: usize, text: &str) -> Vec<Step> {
    let mut steps = Steps::default();
    let mut lines = numbered(first_line, text);
    while let Some((number, line)) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            let form = match marked(line, '+') {
                Some(_) => read_line(line),
                None if line == "..." => Ok(Line::Output(Output::Any)),
                None => {
                    let text = line.strip_prefix('\\').unwrap_or(line);
                    Ok(Line::Output(Output::Text(text.to_string())))
                }
            };
            steps.line(problems, number, line, form);
            continue;
        };
        let mut command = command.to_string();
        let mut last = number;
        while command.ends_with('\\')
            && let Some((number, more)) = lines.next()
        {
            command.push('\n');
            command.push_str(more);
            last = number;
        }
        steps.line(
            problems,
            number,
            line,
            Ok(Line::Action(Action::Shell(command))),
        );
        steps.action_ends(last);
    }
    steps.finish()
}

/// The lines of `text` with their numbers, without spaces at the end.
pub(crate) fn numbered(first_line: usize, text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(move |(index, line)| (first_line + index, line.trim_end()))
}

/// Steps while they are being read.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    pub fn action(&mut self, line: usize, action: Action) {
        let below = line + 1;
        self.0.push(Step {
            line,
            action,
            reply: Vec::new(),
            reply_lines: below..below,
        });
    }

    /// The action written last goes on to `line`.
    #[cfg(feature = "parse")]
    fn action_ends(&mut self, line: usize) {
        if let Some(step) = self.0.last_mut() {
            step.reply_lines = line + 1..line + 1;
        }
    }

    pub fn line(
        &mut self,
        problems: &mut Problems,
        number: usize,
        source: &str,
        form: Result<Line, String>,
    ) {
        match (form, self.0.last_mut()) {
            (Ok(Line::Action(action)), _) => self.action(number, action),
            (Ok(Line::Output(output)), Some(step)) => {
                step.reply.push(output);
                // An empty source line is layout until more output follows.
                if !source.is_empty() {
                    step.reply_lines.end = number + 1;
                }
            }
            (Ok(Line::Output(Output::Text(text))), None) if text.is_empty() => {}
            (Ok(Line::Output(_)), None) => {
                problems.add(
                    number,
                    format!("output before the first command: `{source}`"),
                );
            }
            (Err(text), _) => problems.add(number, text),
        }
    }

    pub fn finish(mut self) -> Vec<Step> {
        for step in &mut self.0 {
            step.reply.truncate(step.reply_lines.len());
        }
        self.0
    }
}

fn marked(line: &str, mark: char) -> Option<&str> {
    let rest = line.strip_prefix(mark)?;
    if rest.is_empty() || rest.starts_with(' ') {
        Some(rest.trim())
    } else {
        None
    }
}

fn parse_world(words: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = words.split_ascii_whitespace().map(str::to_string).collect();
    match words.first() {
        Some(verb) if WORLD_VERBS.contains(&verb.as_str()) => Ok(words),
        Some(verb) => Err(format!(
            "`! {verb}` is unknown; there are {}",
            WORLD_VERBS.join(", ")
        )),
        None => Err("`!` without a word".to_string()),
    }
}

/// Whether an output line, written as it is, would be read as something else.
fn must_escape(line: &str) -> bool {
    let start = line.trim_start();
    line.starts_with('\\')
        || start.starts_with("```")
        || start.starts_with("~~~")
        || !matches!(read_line(line), Ok(Line::Output(Output::Text(_))))
}

/// The lines of what was printed; a newline at the end begins no further line.
fn output_lines(output: &str) -> Vec<&str> {
    if output.is_empty() {
        Vec::new()
    } else {
        output.lines().map(str::trim_end).collect()
    }
}

#[cfg(all(test, feature = "parse"))]
mod tests;

/// The text above the first line `---` (a script), the text below it (its transcript), and how many lines stand above
/// the latter. Without such a line all of it is above.
pub fn split_rule(text: &str) -> (&str, &str, usize) {
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            return (&text[..offset], &text[offset + line.len()..], index + 1);
        }
        offset += line.len();
    }
    (text, "", text.lines().count())
}
