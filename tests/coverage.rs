//! What is proved of the lessons: that what is often told wrongly is shown right, that every command of the groups that
//! are taught runs on a page, and that all lessons have one shape and share nothing.
//!
//! Whether the replies are true is not asked here: `lessons.rs` and `oracle.rs` compare each of them.

mod claims;
mod commands;
mod shared;

use std::fmt;

use lesson::{Page, Shape};

use crate::pages;

pub use claims::Claims;
pub use commands::Commands;
pub use shared::shared;

pub struct Coverage {
    lessons: Vec<Lesson>,
    claims: Claims,
    commands: Commands,
}

/// A written lesson.
pub struct Lesson {
    pub number: usize,
    pub page: Page,
}

impl Lesson {
    /// All that are written, in the order of the course.
    ///
    /// # Panics
    /// If there is none, or one of them cannot be read.
    pub fn all() -> Vec<Lesson> {
        let mut pages = pages::lessons();
        let mut lessons = Vec::new();
        for lesson in pages::course().lessons().filter(|lesson| lesson.written) {
            let path = format!("lessons/{}", lesson.path);
            let index = pages.iter().position(|(found, _)| *found == path);
            let (_, page) = pages.swap_remove(index.expect("it is written"));
            let number = lesson.number;
            lessons.push(Lesson { number, page });
        }
        assert!(!lessons.is_empty(), "no lesson is written");
        lessons
    }

    /// A link from a file beside the outline to the section where a line stands. Sections stay what they are when a
    /// line above them is added, so that the table does not change with every word.
    fn link(&self, line: usize) -> String {
        let mut headings = self.page.headings.iter();
        let heading = headings.rfind(|heading| heading.line < line);
        let title = heading.map_or(&self.page.title, |heading| &heading.text);
        let id = heading.map_or(String::new(), |heading| format!("#{}", heading.id));
        let path = self.page.path.trim_start_matches("lessons/");
        let title = title.replace('|', "\\|");
        format!("[{} · {title}]({path}{id})", self.number)
    }
}

impl Coverage {
    pub fn collect() -> Coverage {
        let lessons = Lesson::all();
        Coverage {
            claims: Claims::collect(&lessons),
            commands: Commands::collect(&lessons),
            lessons,
        }
    }

    pub fn summary(&self) -> String {
        format!(
            "{} lessons are written. They show {} claims right, and {} of the {} commands of the groups that are taught run in them.",
            self.lessons.len(),
            self.claims.count(),
            self.commands.taught(),
            self.commands.count(),
        )
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# What the lessons cover\n")?;
        writeln!(
            f,
            "Written by `cargo xtask coverage`, not by hand; a test fails when it is stale, and another when something is \
             missing.\n"
        )?;
        writeln!(f, "{}\n", self.summary())?;
        self.claims.write(f, &self.lessons)?;
        self.commands.write(f, &self.lessons)?;
        self.write_shapes(f)
    }
}

impl Coverage {
    fn write_shapes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Lessons\n")?;
        writeln!(
            f,
            "Words of prose to the nearest hundred (blocks, exercises and quizzes do not count), words of the longest \
             paragraph, and how much there is of what every lesson has. No two of them share a diagram or an exercise.\n"
        )?;
        writeln!(
            f,
            "| lesson | words | longest paragraph | exercises | quizzes | interview questions | views and diagrams |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|")?;
        for lesson in &self.lessons {
            let shape = Shape::of(&lesson.page);
            let path = lesson.page.path.trim_start_matches("lessons/");
            writeln!(
                f,
                "| [{} · {}]({path}) | {} | {} | {} | {} | {} | {} |",
                lesson.number,
                lesson.page.title,
                (shape.words + 50) / 100 * 100,
                shape.longest_paragraph,
                shape.exercises,
                shape.quizzes,
                shape.interview_questions,
                shape.pictures,
            )?;
        }
        Ok(())
    }
}
