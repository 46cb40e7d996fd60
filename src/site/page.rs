//! What stands in `<main>`: the front page, the course, lessons, and the pages around them.
//!
//! The app takes the places marked `data-island`; without scripts each page still reads.

use crate::course::Lessons;
use crate::rail;
use lesson::html::escape;
use lesson::{Course, Lesson, Page};

pub fn front(lessons: &Lessons) -> String {
    let first = lessons.first_written();
    format!(
        "<section class=\"front\">\n\
         <h1>Learn Redis on a server that runs in this page</h1>\n\
         <p class=\"lede\">{count} lessons, from the first SET to a cluster that fails over. Every \
         snippet runs here; nothing is installed, nothing leaves your browser.</p>\n\
         <div data-island=\"front-console\"></div>\n\
         <div class=\"next-up\" data-island=\"next-up\"><a class=\"button\" \
         href=\"./lessons/{slug}/\">Start with {title}</a></div>\n\
         </section>\n\
         <div data-island=\"course-progress\"></div>\n{phases}",
        count = lessons.course.lessons().count(),
        slug = first.slug,
        title = escape(&first.title),
        phases = rail::phases(lessons, "./"),
    )
}

pub fn course(lessons: &Lessons) -> String {
    format!(
        "<h1>The course</h1>\n<div data-island=\"course-progress\"></div>\n\
         <p class=\"to-certificate\"><a href=\"../certificate/\">Certificate of what you have solved</a></p>\n{}",
        rail::phases(lessons, "../")
    )
}

pub fn lesson(lessons: &Lessons, lesson: &Lesson) -> String {
    let page = lessons.page(lesson);
    let course = &lessons.course;
    let phase = course.phase(lesson.phase).expect("a lesson is in a phase");
    let place = match lesson.number {
        0 => "Capstone".to_owned(),
        number => format!("Lesson {number} of {}", course.lessons().count()),
    };
    let head = format!(
        "<header class=\"lesson-head\">\n\
         <p class=\"eyebrow\">Phase {phase} · {phase_title} · {place}</p>\n\
         <h1>{title}</h1>\n<p class=\"lede\">{summary}</p>\n{minutes}</header>\n",
        phase = phase.number,
        phase_title = escape(&phase.title),
        title = escape(&lesson.title),
        summary = escape(page.map_or(&lesson.summary, |page| &page.summary)),
        minutes = page.map(minutes).unwrap_or_default(),
    );
    let (previous, next) = neighbors(course, lesson);
    let around = around(previous, next);
    match page {
        Some(page) => format!(
            "<article>\n{head}{contents}<div class=\"prose\">\n{html}\n</div>\n\
             <footer class=\"lesson-foot\">\n<div data-island=\"finish\"></div>\n{around}</footer>\n\
             </article>",
            contents = contents(page),
            html = page.html,
        ),
        None => format!(
            "<article>\n{head}<div class=\"prose\">\n{text}</div>\n\
             <footer class=\"lesson-foot\">\n{around}</footer>\n</article>",
            text = unwritten(lessons),
        ),
    }
}

/// What is read before and after: a capstone stands at the end of its phase.
fn neighbors<'a>(course: &'a Course, lesson: &Lesson) -> (Option<&'a Lesson>, Option<&'a Lesson>) {
    let written: Vec<&Lesson> = course.pages().filter(|page| page.written).collect();
    match written.iter().position(|page| page.slug == lesson.slug) {
        Some(at) => {
            let before = at.checked_sub(1).map(|before| written[before]);
            (before, written.get(at + 1).copied())
        }
        None => course.neighbors(lesson.number),
    }
}

fn minutes(page: &Page) -> String {
    format!(
        "<p class=\"facts\"><span>{} minutes</span> <span data-island=\"lesson-state\"></span></p>\n",
        page.minutes
    )
}

fn contents(page: &Page) -> String {
    let sections = page.headings.iter().filter(|heading| heading.level == 2);
    let items = sections.map(|heading| {
        format!(
            "<li><a href=\"#{}\">{}</a></li>",
            escape(&heading.id),
            escape(&heading.text)
        )
    });
    format!(
        "<nav class=\"contents\" aria-label=\"On this page\"><details>\
         <summary>On this page</summary><ol>{}</ol></details></nav>\n",
        items.collect::<String>()
    )
}

fn unwritten(lessons: &Lessons) -> String {
    let mut written = lessons
        .course
        .lessons()
        .filter(|lesson| lesson.written)
        .peekable();
    let list = match written.peek() {
        None => String::new(),
        Some(_) => {
            let cards = rail::cards(lessons, written, "../../");
            format!("<h2 id=\"ready\">Ready now</h2>\n{cards}")
        }
    };
    format!(
        "<p>This lesson is not written yet. The server it will run on is here already: try it in \
         the <a href=\"../../playground/\">playground</a>.</p>\n{list}"
    )
}

fn around(previous: Option<&Lesson>, next: Option<&Lesson>) -> String {
    let link = |lesson: &Lesson, relation: &str, label: &str| {
        format!(
            "<a rel=\"{relation}\" href=\"../{slug}/\"><small>{label}</small> {title}</a>",
            slug = lesson.slug,
            title = escape(&lesson.title),
        )
    };
    let previous = previous.map(|lesson| link(lesson, "prev", "Previous"));
    let next = next.map(|lesson| link(lesson, "next", "Next"));
    format!(
        "<nav class=\"around\" aria-label=\"Lessons before and after\">{}{}</nav>\n",
        previous.unwrap_or_default(),
        next.unwrap_or_default(),
    )
}

pub fn playground() -> String {
    "<h1>Playground</h1>\n\
     <p class=\"lede\">A Redis server of your own, in this page. Type a command.</p>\n\
     <div data-island=\"playground\"></div>"
        .to_owned()
}

pub fn share() -> String {
    "<h1>Shared session</h1>\n\
     <p class=\"lede\">The commands are in the link itself. They run in your browser, apart from \
     your own lessons.</p>\n\
     <div data-island=\"share\"></div>"
        .to_owned()
}

pub fn about() -> String {
    include_str!("about.html").to_owned()
}

/// For addresses that do not exist, at any depth: it depends on no other file, and its script finds
/// the site's root by looking for `site.json` in the folders above.
pub fn missing() -> String {
    include_str!("404.html").to_owned()
}

/// `site.json`, by which a page knows the root of this site and the site its build.
pub fn identity(build: &str) -> String {
    format!("{{\"site\":\"redis-mastery\",\"build\":\"{build}\"}}\n")
}
