//! The course page and the front page: progress by phase, and where to go on.

use leptos::prelude::*;

use super::erase::{part, text};

use super::dom;
use super::header::{listed, next_up};
use super::page::Page;

pub fn attach(page: Page) {
    let lessons = StoredValue::new(listed());
    if let Some(element) = dom::island("course-progress") {
        dom::fill(&element, move || {
            view! {
                <p class="course-count">{part(move || course_line(page, lessons))}</p>
                <div class="bar" aria-hidden="true"><span style:width=text(move || width(page, lessons))></span></div>
            }
        });
    }
    for section in dom::all("section.phase[data-phase]") {
        let phase = section.get_attribute("data-phase").unwrap_or_default();
        let place = dom::within(section.as_ref(), "[data-island=phase-progress]")
            .into_iter()
            .next();
        if let Some(place) = place {
            dom::fill(
                &place,
                move || view! { {part(move || phase_line(page, lessons, &phase))} },
            );
        }
    }
    if let Some(element) = dom::island("next-up") {
        dom::fill(
            &element,
            move || view! { {part(move || next_button(page, lessons))} },
        );
    }
}

fn done_of(
    page: Page,
    lessons: StoredValue<Vec<super::header::Listed>>,
    phase: Option<&str>,
) -> (usize, usize) {
    lessons.with_value(|lessons| {
        let chosen: Vec<&str> = lessons
            .iter()
            .filter(|lesson| phase.is_none_or(|phase| lesson.phase == phase))
            .map(|lesson| lesson.slug.as_str())
            .collect();
        (
            page.progress
                .with(|progress| progress.count(chosen.iter().copied())),
            chosen.len(),
        )
    })
}

fn course_line(page: Page, lessons: StoredValue<Vec<super::header::Listed>>) -> String {
    let (done, all) = done_of(page, lessons, None);
    format!("{done}/{all} completed")
}

fn phase_line(page: Page, lessons: StoredValue<Vec<super::header::Listed>>, phase: &str) -> String {
    let (done, all) = done_of(page, lessons, Some(phase));
    format!("{done}/{all} complete")
}

fn width(page: Page, lessons: StoredValue<Vec<super::header::Listed>>) -> String {
    let (done, all) = done_of(page, lessons, None);
    format!("{}%", done * 100 / all.max(1))
}

fn next_button(page: Page, lessons: StoredValue<Vec<super::header::Listed>>) -> AnyView {
    let (next, begun) = page.progress.with(|progress| {
        (
            lessons.with_value(|lessons| next_up(lessons, progress).cloned()),
            progress.begun(),
        )
    });
    match next {
        Some(lesson) => view! {
            <a class="button main-action large" href=lesson.href>
                <span class="next-word">{if begun { "Next up" } else { "Start" }}</span>
                <span>{format!("{} · {}", lesson.number, lesson.title)}</span>
            </a>
        }
        .into_any(),
        None => view! { <p>"Every lesson is done."</p> }.into_any(),
    }
}
