//! The course's outline, `lessons/course.md`: phases and lessons in their order.
//!
//! ```text
//! ## 1 · Redis Fundamentals
//!
//! One paragraph about the phase.
//!
//! 1. [Redis Home](fundamentals/01-redis-home.md): one line about the lesson.
//! ```
//!
//! Phases and lessons are numbered through from 1. A link is a lesson's path below `lessons/`; the
//! phase's folder and the file's slug are taken from it. A lesson may be listed before its file is
//! written. A phase may end with a project, which has no number:
//!
//! ```text
//! Capstone: [Put out a fire](fundamentals/capstone-fire.md): one line about it.
//! ```

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::problem::Problems;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub phases: Vec<Phase>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    pub number: usize,
    pub title: String,
    /// The folder below `lessons/`.
    pub slug: String,
    pub summary: String,
    pub lessons: Vec<Lesson>,
    /// A project in steps that needs everything of the phase.
    pub capstone: Option<Lesson>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// From 1 through the whole course; 0 for a capstone.
    pub number: usize,
    /// The number of its phase.
    pub phase: usize,
    pub title: String,
    /// Unique in the course: `expiration-ttl`.
    pub slug: String,
    pub summary: String,
    /// Below `lessons/`: `advanced/16-expiration-ttl.md`.
    pub path: String,
    /// Whether the file is there.
    pub written: bool,
    /// Its line in the outline.
    pub line: usize,
}

impl Course {
    /// Reads the outline. `written` says whether there is a file at a path below `lessons/`.
    pub fn parse(
        file: &str,
        markdown: &str,
        written: impl Fn(&str) -> bool,
    ) -> Result<Course, Vec<Problem>> {
        let mut problems = Problems::new(file);
        let mut course = Course::default();
        for (line, source) in joined_lines(markdown) {
            if let Some(title) = source.strip_prefix("## ") {
                course.push_phase(&mut problems, line, title);
            } else if source.starts_with(|c: char| c.is_ascii_digit()) {
                course.push_lesson(&mut problems, line, &source, &written);
            } else if let Some(capstone) = source.strip_prefix("Capstone: ") {
                course.push_capstone(&mut problems, line, capstone, &written);
            } else if let Some(phase) = course.phases.last_mut()
                && phase.lessons.is_empty()
                && !source.is_empty()
            {
                let gap = if phase.summary.is_empty() { "" } else { " " };
                phase.summary.push_str(gap);
                phase.summary.push_str(&source);
            }
        }
        if course.phases.is_empty() {
            problems.add(1, "there is no phase: write `## 1 · Title`");
        }
        if problems.list.is_empty() {
            Ok(course)
        } else {
            Err(problems.list)
        }
    }

    pub fn lessons(&self) -> impl DoubleEndedIterator<Item = &Lesson> {
        self.phases.iter().flat_map(|phase| &phase.lessons)
    }

    /// Lessons and capstones, in the order in which they are read.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = &Lesson> {
        let phases = self.phases.iter();
        phases.flat_map(|phase| phase.lessons.iter().chain(&phase.capstone))
    }

    pub fn lesson(&self, slug: &str) -> Option<&Lesson> {
        self.pages().find(|lesson| lesson.slug == slug)
    }

    pub fn lesson_at(&self, path: &str) -> Option<&Lesson> {
        self.pages().find(|lesson| lesson.path == path)
    }

    pub fn phase(&self, number: usize) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.number == number)
    }

    /// The written lesson before, and the one after, the lesson with this number.
    pub fn neighbors(&self, number: usize) -> (Option<&Lesson>, Option<&Lesson>) {
        let written = || self.lessons().filter(|lesson| lesson.written);
        let before = written().rev().find(|lesson| lesson.number < number);
        (before, written().find(|lesson| lesson.number > number))
    }

    fn push_phase(&mut self, problems: &mut Problems, line: usize, title: &str) {
        let number = self.phases.len() + 1;
        let expected = format!("{number} · ");
        match title.strip_prefix(&expected) {
            Some(title) if !title.trim().is_empty() => {
                let title = title.trim().to_string();
                self.phases.push(Phase {
                    number,
                    title,
                    ..Phase::default()
                });
            }
            _ => problems.add(
                line,
                format!("a phase's heading begins with `## {expected}`"),
            ),
        }
    }

    fn push_lesson(
        &mut self,
        problems: &mut Problems,
        line: usize,
        source: &str,
        written: &impl Fn(&str) -> bool,
    ) {
        let Some(mut lesson) = parse_lesson(source) else {
            problems.add(
                line,
                "write `1. [Title](phase/01-slug.md): one line about it`",
            );
            return;
        };
        let number = self.lessons().count() + 1;
        if lesson.number != number {
            problems.add(
                line,
                format!("this is lesson {number}, not {}", lesson.number),
            );
        }
        let Some((folder, slug)) = split_path(&lesson.path, number) else {
            let path = &lesson.path;
            problems.add(
                line,
                format!("`{path}` is not of the form `phase/{number:02}-slug.md`"),
            );
            return;
        };
        if self.lesson(slug).is_some() {
            problems.add(
                line,
                format!("the slug `{slug}` is taken by a lesson above"),
            );
        }
        if lesson.summary.is_empty() {
            problems.add(line, "the line about the lesson is missing");
        }
        lesson.slug = slug.to_string();
        lesson.written = written(&lesson.path);
        lesson.line = line;
        let folder = folder.to_string();
        let Some(phase) = self.phases.last_mut() else {
            problems.add(line, "a lesson before the first phase");
            return;
        };
        if phase.lessons.is_empty() {
            phase.slug = folder;
        } else if phase.slug != folder {
            problems.add(
                line,
                format!("this phase lies in `{}`, not in `{folder}`", phase.slug),
            );
        }
        lesson.phase = phase.number;
        phase.lessons.push(lesson);
    }

    fn push_capstone(
        &mut self,
        problems: &mut Problems,
        line: usize,
        source: &str,
        written: &impl Fn(&str) -> bool,
    ) {
        let Some(mut capstone) = parse_link(source) else {
            problems.add(
                line,
                "write `Capstone: [Title](phase/capstone-slug.md): one line about it`",
            );
            return;
        };
        let path = capstone.path.clone();
        let slug = capstone_slug(&path, self.phases.last());
        let Some(slug) = slug else {
            problems.add(
                line,
                format!("`{path}` is not of the form `phase/capstone-slug.md`"),
            );
            return;
        };
        if self.lesson(slug).is_some() {
            problems.add(
                line,
                format!("the slug `{slug}` is taken by a lesson above"),
            );
        }
        if capstone.summary.is_empty() {
            problems.add(line, "the line about the capstone is missing");
        }
        capstone.slug = slug.to_string();
        capstone.written = written(&path);
        capstone.line = line;
        let phase = self.phases.last_mut().expect("its folder was compared");
        capstone.phase = phase.number;
        if phase.capstone.replace(capstone).is_some() {
            problems.add(line, "the phase has a capstone already");
        }
    }
}

/// Lines with their numbers; an indented line goes on with the one above.
fn joined_lines(markdown: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in markdown.lines().enumerate() {
        match lines.last_mut() {
            Some((_, above))
                if line.starts_with("  ") && !line.trim().is_empty() && !above.is_empty() =>
            {
                above.push(' ');
                above.push_str(line.trim());
            }
            _ => lines.push((index + 1, line.trim_end().to_string())),
        }
    }
    lines
}

/// `16. [Title](path): summary`, without what the outline adds.
fn parse_lesson(source: &str) -> Option<Lesson> {
    let (number, link) = source.split_once(". ")?;
    Some(Lesson {
        number: number.parse().ok()?,
        ..parse_link(link)?
    })
}

/// `[Title](path): summary`.
fn parse_link(source: &str) -> Option<Lesson> {
    let (title, rest) = source.strip_prefix('[')?.split_once("](")?;
    let (path, rest) = rest.split_once(')')?;
    let summary = match rest {
        "" => "",
        rest => rest.strip_prefix(':')?.trim(),
    };
    Some(Lesson {
        title: title.trim().to_string(),
        summary: summary.to_string(),
        path: path.to_string(),
        ..Lesson::default()
    })
}

/// The folder and the slug of `advanced/16-expiration-ttl.md`, if the number is right.
fn split_path(path: &str, number: usize) -> Option<(&str, &str)> {
    let (folder, file) = path.split_once('/')?;
    let slug = file
        .strip_suffix(".md")?
        .strip_prefix(&format!("{number:02}-"))?;
    (is_slug(folder) && is_slug(slug)).then_some((folder, slug))
}

/// The slug of `advanced/capstone-job-queue.md`, if it lies in the phase's folder.
fn capstone_slug<'a>(path: &'a str, phase: Option<&Phase>) -> Option<&'a str> {
    let (folder, file) = path.split_once('/')?;
    let slug = file.strip_suffix(".md")?;
    let named = slug.strip_prefix("capstone-").is_some_and(is_slug);
    (named && phase.is_some_and(|phase| phase.slug == folder)).then_some(slug)
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(all(test, feature = "parse"))]
mod tests;
