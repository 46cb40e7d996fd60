//! Lessons and specs as pages, with their problems as text.

use lesson::{Course, Page, Problem};

use crate::files;

/// Reads a lesson, or a file of `tests/spec/`, which has no front matter.
pub fn read(path: &str, markdown: &str) -> Result<Page, String> {
    let link = |target: &str| {
        files::root()
            .join(target)
            .exists()
            .then(|| target.to_string())
    };
    let (page, problems) = if path.starts_with("lessons/") {
        lesson::read_page(path, markdown, &link)
    } else {
        lesson::read_spec(path, markdown)
    };
    if problems.is_empty() {
        return Ok(page);
    }
    Err(lines(&problems))
}

/// Every lesson and capstone that is written, with its path.
///
/// # Panics
/// If one of them cannot be read.
pub fn lessons() -> Vec<(String, Page)> {
    let read = |path: String| {
        let page = read(&path, &files::read(&path)).unwrap_or_else(|problems| panic!("{problems}"));
        (path, page)
    };
    files::lessons().into_iter().map(read).collect()
}

/// The outline.
///
/// # Panics
/// If it is wrong.
pub fn course() -> Course {
    let path = "lessons/course.md";
    let written = |lesson: &str| files::root().join("lessons").join(lesson).exists();
    Course::parse(path, &files::read(path), written)
        .unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

fn lines(problems: &[Problem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("\n")
}
