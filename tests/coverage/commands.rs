//! Where each command is taught: blocks of lessons in which its name stands and in which it ran without an error,
//! typed, called by a script or sent by the shell. The engine itself says what ran.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lesson::{Action, Step};

use super::Lesson;
use crate::files;
use crate::replay::{Emulated, Player, play_blocks};

/// The groups of the command table that lessons 1 to 23 teach.
const GROUPS: &[&str] = &[
    "string",
    "list",
    "set",
    "sorted-set",
    "hash",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "transactions",
    "scripting",
    "generic",
];

pub struct Commands {
    rows: Vec<Row>,
}

struct Row {
    /// As it is typed: `OBJECT ENCODING`.
    name: String,
    group: String,
    /// The lines of the blocks in which it runs, by the index of the lesson.
    blocks: BTreeMap<usize, Vec<usize>>,
}

impl Commands {
    pub fn collect(lessons: &[Lesson]) -> Commands {
        let mut rows = rows();
        for (index, lesson) in lessons.iter().enumerate() {
            for (line, names) in blocks(lesson) {
                for row in rows.iter_mut().filter(|row| names.contains(&row.name)) {
                    row.blocks.entry(index).or_default().push(line);
                }
            }
        }
        Commands { rows }
    }

    pub fn count(&self) -> usize {
        self.rows.len()
    }

    pub fn taught(&self) -> usize {
        self.rows.len() - self.missing().count()
    }

    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let missing = self.rows.iter().filter(|row| row.blocks.is_empty());
        missing.map(|row| row.name.as_str())
    }

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, lessons: &[Lesson]) -> fmt::Result {
        writeln!(f, "## Commands\n")?;
        writeln!(
            f,
            "A block counts if the command's name stands in it and the command ran in it without an error: typed, called \
             by a script, or sent by the shell. The link leads to the first such block of the lesson \
             in which most commands of the group run.\n"
        )?;
        for group in GROUPS {
            writeln!(f, "### {group}\n")?;
            writeln!(f, "| command | taught in | runs in lessons |")?;
            writeln!(f, "|---|---|---|")?;
            for row in self.rows.iter().filter(|row| row.group == *group) {
                let numbers = row
                    .blocks
                    .keys()
                    .map(|index| lessons[*index].number.to_string());
                let numbers: Vec<String> = numbers.collect();
                writeln!(
                    f,
                    "| {} | {} | {} |",
                    row.name,
                    self.link(row, lessons),
                    numbers.join(", ")
                )?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn link(&self, row: &Row, lessons: &[Lesson]) -> String {
        let of_group = |lesson: &usize| {
            let rows = self.rows.iter().filter(|other| other.group == row.group);
            rows.filter(|other| other.blocks.contains_key(lesson))
                .count()
        };
        // Of equals the last wins, which is the first of the course.
        let most = row
            .blocks
            .iter()
            .rev()
            .max_by_key(|(lesson, _)| of_group(lesson));
        most.map_or("**nowhere**".to_string(), |(lesson, lines)| {
            lessons[*lesson].link(lines[0])
        })
    }
}

/// The commands of the groups that are taught; of those with subcommands only these.
fn rows() -> Vec<Row> {
    let table = files::read("tests/vectors/commands.csv");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    let is_container = |name: &str| {
        let below = format!("{name}|");
        lines.iter().any(|fields| fields[0].starts_with(&below))
    };
    let taught = lines
        .iter()
        .filter(|fields| GROUPS.contains(&fields[1]) && !is_container(fields[0]));
    taught
        .map(|fields| Row {
            name: typed(fields[0]),
            group: fields[1].to_string(),
            blocks: BTreeMap::new(),
        })
        .collect()
}

/// A command's name as it is typed.
fn typed(name: &str) -> String {
    name.replace('|', " ").to_ascii_uppercase()
}

/// The first line of steps of each block that runs, and the commands that ran in it and whose names stand there.
fn blocks(lesson: &Lesson) -> Vec<(usize, BTreeSet<String>)> {
    let mut world = Emulated::new(&lesson.page.path);
    let mut found = Vec::new();
    play_blocks(&lesson.page, &mut world, &mut |player, steps| {
        let ran = run(player, steps);
        let text: String = steps.iter().map(typed_words).collect();
        let names = ran
            .into_iter()
            .filter(|name| stands_in(name, &text))
            .collect();
        let line = steps.first().map_or(0, |step| step.line);
        found.push((line, names));
    });
    found
}

/// What ran while the steps were played.
fn run(player: &mut Emulated, steps: &[Step]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for step in steps {
        let before = player.calls();
        player.play(step);
        // The counts begin anew with CONFIG RESETSTAT.
        let more = |name: &str, calls: u64| before.get(name).is_none_or(|before| calls > *before);
        let after = player.calls();
        let ran = after.iter().filter(|(name, calls)| more(name, **calls));
        names.extend(ran.map(|(name, _)| typed(name)));
    }
    names
}

fn typed_words(step: &Step) -> String {
    match &step.action {
        Action::Run { text, .. } | Action::Shell(text) => words(text),
        _ => String::new(),
    }
}

/// Whether a command's name stands among these `words`.
fn stands_in(name: &str, words: &str) -> bool {
    words.contains(&format!(" {name} "))
}

/// The words of a text in capitals, with a space before and after each.
fn words(text: &str) -> String {
    let apart = |c: char| match c {
        c if c.is_ascii_alphanumeric() || c == '_' || c == '-' => c.to_ascii_uppercase(),
        _ => ' ',
    };
    let text: String = text.chars().map(apart).collect();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    format!(" {} ", words.join(" "))
}
