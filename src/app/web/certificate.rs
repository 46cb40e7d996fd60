//! The certificate: what of each lesson was solved, read from every lesson's record, and whose it is.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::dom;
use super::erase::{click, input, maybe, part};
use super::page::{Page, lesson_world};
use crate::format::counted;
use crate::state::record::Record;

/// Counts of what stands on the page.
#[derive(Clone, Copy, Default)]
struct Sum {
    exercises: usize,
    /// Lessons and capstones in which something was solved.
    lessons: usize,
    complete: usize,
}

pub fn attach(page: Page) {
    let Some(head) = dom::island("certificate-head") else {
        return;
    };
    let mut sum = Sum::default();
    for row in dom::all("[data-certified]") {
        let (solved, done_at) = fill_row(page, &row);
        sum.exercises += solved;
        sum.lessons += usize::from(solved > 0);
        sum.complete += usize::from(done_at.is_some());
    }
    let name = RwSignal::new(String::new());
    if let Some(tools) = dom::island("certificate-tools") {
        dom::fill(&tools, move || view! { <Tools name/> });
    }
    dom::fill(&head, move || view! { <Head name sum/> });
}

/// How many exercises of this row are solved, and when the lesson was complete.
fn fill_row(page: Page, row: &HtmlElement) -> (usize, Option<u64>) {
    let slug = row.get_attribute("data-certified").unwrap_or_default();
    let all = dom::number(row, "exercises").unwrap_or_default() as usize;
    // What cannot be read is told on the lesson's own page.
    let record = page.store(|store| store.read::<Record>(&lesson_world(&slug)));
    let record = record.ok().flatten().unwrap_or_default();
    let solved = (0..all as u32)
        .filter(|at| record.solved.contains_key(at))
        .count();
    let mark = page
        .progress
        .with_untracked(|progress| progress.lessons.get(&slug).copied());
    let done_at = mark.filter(|mark| mark.done).map(|mark| mark.marked_at);
    let mut result = format!("{solved} of {all} exercises");
    if let Some(done_at) = done_at {
        result = format!("{result}, complete on {}", dom::local_date(done_at));
    }
    if let Some(place) = dom::within(row.as_ref(), ".result").into_iter().next() {
        place.set_text_content(Some(&result));
    }
    row.toggle_attribute_with_force("data-open", solved == 0 && done_at.is_none())
        .expect("an attribute can be set");
    (solved, done_at)
}

#[component]
fn Tools(name: RwSignal<String>) -> impl IntoView {
    let write = move |event| name.set(event_target_value(&event));
    // A browser that cannot print leaves the page as it is.
    let print = move |_| drop(dom::window().print());
    view! {
        <div class="certificate-tools">
            <label>"Name on the certificate"
                <input type="text" autocomplete="name" maxlength="80" on:input=input(write)/>
            </label>
            <button type="button" class="button main-action" on:click=click(print)>"Print"</button>
        </div>
    }
}

#[component]
fn Head(name: RwSignal<String>, sum: Sum) -> impl IntoView {
    let today = dom::local_date(dom::now());
    let counted = format!(
        "{} solved in {}; {} complete.",
        counted(sum.exercises as u64, "exercise"),
        counted(sum.lessons as u64, "lesson"),
        counted(sum.complete as u64, "lesson"),
    );
    let holder = move || {
        let name = name.get();
        let name = name.trim().to_owned();
        maybe((!name.is_empty()).then(|| view! { <p class="certificate-holder">{name}</p> }))
    };
    view! {
        {part(holder)}
        <p class="certificate-sum">{match sum.exercises + sum.complete {
            0 => "Nothing is solved yet. Solve an exercise, and it is listed here.".to_owned(),
            _ => counted,
        }}</p>
        <p class="certificate-date">{today}</p>
    }
}
