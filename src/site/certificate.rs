//! The page that lists what was solved, to be printed. The app fills in whose it is and what of each row holds; without
//! scripts it says what there is to solve.

use crate::course::Lessons;
use lesson::html::escape;
use lesson::{Lesson, Page, Phase};

pub fn page(lessons: &Lessons) -> String {
    let phases = lessons.course.phases.iter();
    let phases: String = phases.map(|phase| section(lessons, phase)).collect();
    format!(
        "<h1>Certificate</h1>\n\
         <p class=\"lede\">What you have solved, on a page to print or to save as PDF. It is made here, from what \
         your browser keeps; nothing is sent.</p>\n\
         <div data-island=\"certificate-tools\"></div>\n\
         <article class=\"certificate\" aria-labelledby=\"certificate-title\">\n\
         <header><p class=\"certificate-title\" id=\"certificate-title\">Redis Mastery</p>\n\
         <div data-island=\"certificate-head\"><p>Solve an exercise, and it is listed here.</p></div></header>\n\
         {phases}\
         <footer><p>Each exercise was checked by running the answer on an emulator of redis-server 8.2.3.</p></footer>\n\
         </article>"
    )
}

fn section(lessons: &Lessons, phase: &Phase) -> String {
    let pages = phase.lessons.iter().chain(&phase.capstone);
    let rows: String = pages
        .filter_map(|lesson| Some(row(lesson, lessons.page(lesson)?)))
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<section class=\"certificate-phase\">\n<h2><span class=\"phase-number\">{}</span> {}</h2>\n<ol>\n{rows}</ol>\n\
         </section>\n",
        phase.number,
        escape(&phase.title),
    )
}

fn row(lesson: &Lesson, page: &Page) -> String {
    let number = match lesson.number {
        0 => "◆".to_owned(),
        number => number.to_string(),
    };
    let exercises = page.exercises.len();
    format!(
        "<li data-certified=\"{slug}\" data-exercises=\"{exercises}\"><span class=\"number\">{number}</span> \
         <a class=\"title\" href=\"../lessons/{slug}/\">{title}</a> \
         <span class=\"result\">{exercises} exercises</span></li>\n",
        slug = lesson.slug,
        title = escape(&lesson.title),
    )
}
