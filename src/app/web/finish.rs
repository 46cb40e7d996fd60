//! The end of a lesson: done by the reader's word, or by itself when every exercise is solved and
//! every quiz answered right.

use leptos::prelude::*;

use super::erase::{click, flag, part};

use super::dom;
use super::page::Page;

pub fn attach(page: Page) {
    if let Some(element) = dom::island("finish") {
        dom::fill(&element, move || view! { <Finish page/> });
    }
    if let Some(element) = dom::island("lesson-state") {
        dom::fill(&element, move || view! { {part(move || state_line(page))} });
    }
}

/// What is solved of what there is: exercises, quizzes.
fn score(page: Page) -> (usize, usize) {
    page.record.with(|record| {
        page.data(|data| {
            let solved = (0..data.exercises.len() as u32)
                .filter(|at| record.solved.contains_key(at))
                .count();
            let right = data.quizzes.iter().zip(0_u32..).filter(|(quiz, at)| {
                let taken = record
                    .answers
                    .get(at)
                    .and_then(|choice| quiz.choices.get(*choice as usize));
                taken.is_some_and(|choice| choice.right)
            });
            (
                solved + right.count(),
                data.exercises.len() + data.quizzes.len(),
            )
        })
    })
}

/// Marks the lesson when the last task of it was solved.
pub fn notice_completion(page: Page) {
    let (solved, all) = untrack(|| score(page));
    let Some(slug) = page.slug() else { return };
    if all > 0
        && solved == all
        && !page
            .progress
            .with_untracked(|progress| progress.is_done(&slug))
    {
        page.change_progress(|progress| progress.mark(&slug, true, dom::now()));
    }
}

fn is_done(page: Page) -> bool {
    page.slug()
        .is_some_and(|slug| page.progress.with(|progress| progress.is_done(&slug)))
}

fn state_line(page: Page) -> String {
    let (solved, all) = score(page);
    match (is_done(page), all) {
        (true, _) => "✓ Done".to_owned(),
        (false, 0) => String::new(),
        (false, all) => format!("{solved} of {all} tasks solved"),
    }
}

#[component]
fn Finish(page: Page) -> impl IntoView {
    let mark = move |_| {
        if let Some(slug) = page.slug() {
            let done = untrack(|| is_done(page));
            page.change_progress(|progress| progress.mark(&slug, !done, dom::now()));
        }
    };
    let words = move || {
        let (solved, all) = score(page);
        match (is_done(page), all - solved) {
            (true, _) => "This lesson is done.".to_owned(),
            (false, 0) => "You have read this far.".to_owned(),
            (false, 1) => {
                "One task is open. The lesson counts as done when it is solved, or when you say so."
                    .to_owned()
            }
            (false, open) => format!(
                "{open} tasks are open. The lesson counts as done when all are solved, or when you say so."
            ),
        }
    };
    view! {
        <div class="finish" class:is-done=flag(move || is_done(page))>
            <p role="status">{words}</p>
            <button type="button" class="button" on:click=click(mark)>
                {part(move || if is_done(page) { "Mark as not done" } else { "Mark as done" })}
            </button>
        </div>
    }
}
