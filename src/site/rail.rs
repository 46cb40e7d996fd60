//! Lists of the course: the rail beside every page and the cards of the front and course pages.

use crate::course::Lessons;
use lesson::html::escape;
use lesson::{Course, Lesson, Phase};

/// The rail of a page from which `base` leads to the root; `current` is the page's own lesson.
pub fn rail(course: &Course, base: &str, current: Option<&str>) -> String {
    let phases = course.phases.iter().map(|phase| {
        let lessons = phase
            .lessons
            .iter()
            .map(|lesson| rail_item(lesson, base, current));
        let capstone = phase.capstone.iter().filter(|capstone| capstone.written);
        let capstone = capstone.map(|capstone| capstone_item(capstone, base, current));
        format!(
            "<li class=\"phase\" data-phase=\"{number}\"><p class=\"phase-name\">\
             <span class=\"phase-number\">{number}</span> <span class=\"phase-title\">{title}</span></p>\n\
             <ol class=\"lessons\">\n{lessons}</ol></li>\n",
            number = phase.number,
            title = escape(&phase.title),
            lessons = lessons.chain(capstone).collect::<String>(),
        )
    });
    format!("<ol class=\"phases\">\n{}</ol>", phases.collect::<String>())
}

fn rail_item(lesson: &Lesson, base: &str, current: Option<&str>) -> String {
    let here = if current == Some(lesson.slug.as_str()) {
        " aria-current=\"page\""
    } else {
        ""
    };
    format!(
        "<li data-lesson=\"{slug}\"{unwritten}><a href=\"{base}lessons/{slug}/\"{here}>\
         <span class=\"number\">{number}</span> <span class=\"title\">{title}</span></a></li>\n",
        slug = lesson.slug,
        unwritten = unwritten_mark(lesson),
        number = lesson.number,
        title = escape(&lesson.title),
    )
}

/// A capstone is no lesson: it does not count among them.
fn capstone_item(capstone: &Lesson, base: &str, current: Option<&str>) -> String {
    let here = if current == Some(capstone.slug.as_str()) {
        " aria-current=\"page\""
    } else {
        ""
    };
    format!(
        "<li class=\"capstone\"><a href=\"{base}lessons/{slug}/\"{here}><span class=\"number\">◆</span> \
         <span class=\"title\">{title}</span></a></li>\n",
        slug = capstone.slug,
        title = escape(&capstone.title),
    )
}

/// One section per phase, each lesson a card with its summary.
pub fn phases(lessons: &Lessons, base: &str) -> String {
    let phases = lessons.course.phases.iter();
    phases
        .map(|phase| phase_section(lessons, phase, base))
        .collect()
}

fn phase_section(lessons: &Lessons, phase: &Phase, base: &str) -> String {
    let summary = match phase.summary.is_empty() {
        true => String::new(),
        false => format!(
            "<p class=\"phase-summary\">{}</p>\n",
            escape(&phase.summary)
        ),
    };
    let capstone = phase.capstone.iter().filter(|capstone| capstone.written);
    format!(
        "<section class=\"phase\" data-phase=\"{number}\">\n\
         <h2 id=\"phase-{number}\"><span class=\"phase-number\">{number}</span> {title}</h2>\n\
         <p class=\"phase-progress\" data-island=\"phase-progress\"></p>\n{summary}\
         {cards}</section>\n",
        number = phase.number,
        title = escape(&phase.title),
        cards = cards(lessons, phase.lessons.iter().chain(capstone), base),
    )
}

pub fn cards<'a>(
    lessons: &Lessons,
    chosen: impl Iterator<Item = &'a Lesson>,
    base: &str,
) -> String {
    let cards: String = chosen.map(|lesson| card(lessons, lesson, base)).collect();
    format!("<ol class=\"cards\">\n{cards}</ol>\n")
}

fn card(lessons: &Lessons, lesson: &Lesson, base: &str) -> String {
    let state = match lessons.page(lesson) {
        Some(page) => format!("<span class=\"minutes\">{} minutes</span>", page.minutes),
        None => "<span class=\"unwritten\">not written yet</span>".to_owned(),
    };
    let (number, kind) = match lesson.number {
        0 => ("◆".to_owned(), "Capstone: "),
        number => (number.to_string(), ""),
    };
    format!(
        "<li data-lesson=\"{slug}\"{unwritten}><a href=\"{base}lessons/{slug}/\">\
         <span class=\"number\">{number}</span> <span class=\"title\">{kind}{title}</span> \
         <span class=\"summary\">{summary}</span> {state}</a></li>\n",
        slug = lesson.slug,
        unwritten = unwritten_mark(lesson),
        title = escape(&lesson.title),
        summary = escape(&lesson.summary),
    )
}

fn unwritten_mark(lesson: &Lesson) -> &'static str {
    if lesson.written {
        ""
    } else {
        " data-unwritten"
    }
}
