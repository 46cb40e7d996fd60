//! The course with its written pages, read from `lessons/`.
//!
//! A page with a problem stops the build: `file:line: text`, all of them at once.

use crate::files;
use lesson::{Course, Lesson, Page, Problem};
use std::collections::BTreeMap;
use std::path::Path;

pub struct Lessons {
    pub course: Course,
    /// By slug.
    pages: BTreeMap<String, Page>,
}

impl Lessons {
    /// Reads `lessons/` below the project's folder.
    pub fn read(project: &Path) -> Lessons {
        let folder = project.join("lessons");
        let outline = files::read_text(&folder.join("course.md"));
        let is_written = |path: &str| folder.join(path).is_file();
        let course = Course::parse("lessons/course.md", &outline, is_written)
            .unwrap_or_else(|problems| stop(&problems));
        let mut pages = BTreeMap::new();
        let mut problems = Vec::new();
        for lesson in course.pages().filter(|lesson| lesson.written) {
            let markdown = files::read_text(&folder.join(&lesson.path));
            let path = format!("lessons/{}", lesson.path);
            let (page, found) = lesson::read_page(&path, &markdown, &|to| address(&course, to));
            problems.extend(found);
            pages.insert(lesson.slug.clone(), page);
        }
        if !problems.is_empty() {
            stop(&problems);
        }
        Lessons { course, pages }
    }

    /// `None` while the lesson is only announced.
    pub fn page(&self, lesson: &Lesson) -> Option<&Page> {
        self.pages.get(&lesson.slug)
    }

    /// Where a newcomer begins: the first lesson that is written.
    pub fn first_written(&self) -> &Lesson {
        let written = self.course.lessons().find(|lesson| lesson.written);
        written
            .or_else(|| self.course.lessons().next())
            .expect("a course has lessons")
    }
}

/// What a link in a lesson to the file `to` becomes: every lesson is a folder beside the others.
fn address(course: &Course, to: &str) -> Option<String> {
    let lesson = course.lesson_at(to.strip_prefix("lessons/")?)?;
    Some(format!("../{}/", lesson.slug))
}

fn stop(problems: &[Problem]) -> ! {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    eprintln!("{}", lines.join("\n"));
    panic!("the lessons cannot be published before this is put right");
}
