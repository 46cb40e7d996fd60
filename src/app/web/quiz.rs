//! A quiz: one question, reasons for each choice, and a proof that the engine runs.

use leptos::prelude::*;

use super::erase::{click, flag, input, list, maybe, part};
use leptos::task::spawn_local;
use lesson::Quiz;
use messages::{Ran, Request, Response};

use super::dom;
use super::draw::Draw;
use super::page::Page;
use super::slices::Slices;
use super::steps::ran_steps;
use super::world::unexpected;
use crate::markup::el;

pub fn attach(page: Page, slices: &mut Slices) {
    for element in dom::all(".quiz[data-quiz]") {
        let Some(number) = dom::number(&element, "quiz") else {
            continue;
        };
        let quiz = page.data(|data| data.quizzes.get(number as usize).cloned());
        let Some(quiz) = quiz else { continue };
        slices.push(move || dom::fill(&element, move || view! { <QuizIsland page number quiz/> }));
    }
}

#[component]
fn QuizIsland(page: Page, number: u32, quiz: Quiz) -> impl IntoView {
    let taken = Memo::new(move |_| {
        page.record
            .with(|record| record.answers.get(&number).copied())
    });
    let right = quiz
        .choices
        .iter()
        .position(|choice| choice.right)
        .map(|at| at as u32);
    let has_proof = !quiz.proof.is_empty();
    let choose = move |at: u32| {
        page.change_record(|record| {
            record.answers.insert(number, at);
        });
        super::finish::notice_completion(page);
    };
    let choices = quiz.choices.into_iter().zip(0_u32..).map(|(choice, at)| {
        let is_right = choice.right;
        let reason = StoredValue::new(choice.reason.html);
        let here = move || taken.get() == Some(at);
        view! {
            <label class="choice" class:right=flag(move || here() && is_right) class:wrong=flag(move || here() && !is_right)>
                <input type="radio" name=format!("quiz-{number}") value=at.to_string()
                    prop:checked=flag(here) on:change=input(move |_| choose(at))/>
                <span class="choice-text">
                    <span inner_html=choice.text.html></span>
                    <span class="reason" role="status">{part(move || here().then(|| view! {
                        <strong>{if is_right { "✓ Right: " } else { "✕ No: " }}</strong>
                        <span inner_html=reason.get_value()></span>
                    }))}</span>
                </span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend inner_html=quiz.question.html></legend>
            {list(choices)}
        </fieldset>
        {part(move || maybe((has_proof && taken.get().is_some() && taken.get() == right).then(|| view! { <Proof page number/> })))}
    }
}

#[component]
fn Proof(page: Page, number: u32) -> impl IntoView {
    let steps = RwSignal::new(None::<Result<Vec<Ran>, String>>);
    let prove = move |_| {
        spawn_local(async move {
            steps.set(Some(
                match page.ask(Request::Prove { quiz: number }).await {
                    Ok(Response::Proved { steps, .. }) => Ok(steps),
                    other => Err(unexpected(other)),
                },
            ));
        });
    };
    view! {
        <div class="proof">
            {part(move || match steps.get() {
                None => view! { <button type="button" class="button" on:click=click(prove)>"Let the server prove it"</button> }.into_any(),
                Some(Ok(steps)) => el("pre", "").with("tabindex", "0").append(el("code", "").append(ran_steps(&steps))).draw().into_any(),
                Some(Err(why)) => el("p", "failed").say(&why).draw().into_any(),
            })}
        </div>
    }
}
