//! Lessons and specs as pages, with their problems as text.

use lesson::Page;

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
    Err(problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n"))
}
