//! An exercise: a goal, a prompt, and a check of the resulting state. Hints open one by one; the
//! solution is typed into the prompt but not run; the why comes with success.

use leptos::prelude::*;

use super::erase::{click, flag, input, key, list, maybe, part, text};
use leptos::task::spawn_local;
use lesson::Exercise;
use messages::{CheckResult, Checked, Request, Response};
use web_sys::KeyboardEvent;

use super::dom;
use super::draw::Draw;
use super::page::Page;
use super::slices::Slices;
use super::steps::ran_steps;
use super::world::unexpected;
use crate::edit;
use crate::format::counted;
use crate::markup::{Markup, el, several};
use crate::state::record::Solved;

pub fn attach(page: Page, slices: &mut Slices) {
    for element in dom::all(".exercise[data-exercise]") {
        let Some(number) = dom::number(&element, "exercise") else {
            continue;
        };
        let exercise = page.data(|data| data.exercises.get(number as usize).cloned());
        let Some(exercise) = exercise else { continue };
        slices.push(move || {
            dom::fill(
                &element,
                move || view! { <ExerciseIsland page number exercise/> },
            );
        });
    }
}

#[derive(Clone, PartialEq)]
enum Verdict {
    None,
    Checking,
    Judged(Checked),
    Failed(String),
}

#[component]
fn ExerciseIsland(page: Page, number: u32, exercise: Exercise) -> impl IntoView {
    let before = page
        .record
        .with_untracked(|record| record.solved.get(&number).cloned());
    let answer = RwSignal::new(before.map(|solved| solved.answer).unwrap_or_default());
    let verdict = RwSignal::new(Verdict::None);
    let solved = Memo::new(move |_| {
        page.record
            .with(|record| record.solved.get(&number).cloned())
    });
    let hints_open = RwSignal::new(0_usize);
    let check = move || check(page, number, answer, verdict);
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            check();
        }
    };
    let hints = StoredValue::new(exercise.hints);
    let solution = StoredValue::new(edit::editable(&exercise.solution));
    let why: String = exercise
        .why
        .iter()
        .map(|why| format!("<p>{}</p>", why.html))
        .collect();
    let why = StoredValue::new(why);
    let given = edit::editable(&exercise.given);
    let rows = move || answer.with(|text| text.split('\n').count().max(2));
    let prompt_id = format!("answer-{number}");
    view! {
        <div class="exercise-head">
            <h3>{format!("Exercise {}", number + 1)}</h3>
            {part(move || several(solved.get().map(|solved| {
                el("span", "solved-mark").say(&format!("✓ Solved in {}", counted(solved.commands.into(), "command")))
            })).draw())}
        </div>
        // The goal is the lesson's own text, made into HTML when the site was built.
        <div class="goal" inner_html=exercise.goal.html></div>
        {several((!given.is_empty()).then(|| {
            let text = el("pre", "").with("tabindex", "0").append(el("code", "").say(&given));
            el("div", "given").append(el("p", "").say("It begins with:")).append(text)
        })).draw()}
        <label class="hush" for=prompt_id.clone()>"Your commands, one a line"</label>
        <div class="prompt-box">
            <span class="prompt" aria-hidden="true">">"</span>
            <textarea id=prompt_id class="editor" rows=rows spellcheck="false" autocapitalize="off" autocomplete="off"
                placeholder="Your commands, one a line"
                prop:value=text(move || answer.get())
                on:input=input(move |event| answer.set(event_target_value(&event)))
                on:keydown=key(on_key)></textarea>
        </div>
        <div class="exercise-actions">
            <button type="button" class="button main-action" on:click=click(move |_| check())
                aria-disabled=text(move || (verdict.get() == Verdict::Checking).to_string())>"Check"</button>
            {part(move || {
                let (open, count) = (hints_open.get(), hints.with_value(Vec::len));
                maybe((open < count).then(|| view! {
                    <button type="button" class="plain" on:click=click(move |_| hints_open.set(open + 1))>
                        {format!("Hint {} of {count}", open + 1)}
                    </button>
                }))
            })}
            {part(move || maybe((hints_open.get() >= hints.with_value(Vec::len)).then(|| view! {
                <button type="button" class="plain" on:click=click(move |_| answer.set(solution.get_value()))>
                    "Put the solution in"
                </button>
            })))}
        </div>
        <ol class="hints" class:none=flag(move || hints_open.get() == 0)>
            {part(move || hints.with_value(|hints| {
                list(hints.iter().take(hints_open.get()).map(|hint| view! { <li inner_html=hint.html.clone()></li> }))
            }))}
        </ol>
        <div class="verdict" role="status">{part(move || judged(&verdict.get()).draw())}</div>
        {part(move || (solved.with(Option::is_some)).then(|| why.get_value()).filter(|why| !why.is_empty()).map(|why| view! {
            <div class="why"><h4>"Why"</h4><div inner_html=why></div></div>
        }))}
    }
}

fn check(page: Page, number: u32, answer: RwSignal<String>, verdict: RwSignal<Verdict>) {
    let text = answer.get_untracked();
    if text.trim().is_empty() {
        verdict.set(Verdict::Failed("Type at least one command.".to_owned()));
        return;
    }
    verdict.set(Verdict::Checking);
    spawn_local(async move {
        let request = Request::Check {
            exercise: number,
            answer: edit::transcript(&text),
        };
        match page.ask(request).await {
            Ok(Response::Checked(checked)) => {
                if checked.passed {
                    keep(page, number, &checked, &text);
                }
                verdict.set(Verdict::Judged(checked));
            }
            other => verdict.set(Verdict::Failed(unexpected(other))),
        }
    });
}

fn keep(page: Page, number: u32, checked: &Checked, answer: &str) {
    page.change_record(|record| {
        let best = record
            .solved
            .get(&number)
            .is_none_or(|before| checked.commands <= before.commands);
        if best {
            record.solved.insert(
                number,
                Solved {
                    commands: checked.commands,
                    answer: answer.to_owned(),
                },
            );
        }
    });
    super::finish::notice_completion(page);
}

fn judged(verdict: &Verdict) -> Markup {
    match verdict {
        Verdict::None => several([]),
        Verdict::Checking => el("p", "quiet").say("Checking…"),
        Verdict::Failed(why) => failed(why),
        Verdict::Judged(checked) => {
            let steps = (!checked.steps.is_empty()).then(|| {
                el("pre", "answer-run")
                    .with("tabindex", "0")
                    .append(el("code", "").append(ran_steps(&checked.steps)))
            });
            let wrong = checked
                .checks
                .iter()
                .find(|check| !check.passed)
                .map(failed_check);
            let passed = checked.passed.then(|| {
                let words = format!(
                    "Right, with {}.",
                    counted(checked.commands.into(), "command")
                );
                el("p", "passed").append(mark("✓")).say(&words)
            });
            several(steps)
                .add_if(checked.problem.as_deref().map(failed))
                .add_if(wrong)
                .add_if(passed)
        }
    }
}

/// The words beside it say the same.
fn mark(sign: &str) -> Markup {
    el("span", "mark").with("aria-hidden", "true").say(sign)
}

fn failed(why: &str) -> Markup {
    el("p", "failed").append(mark("✕")).say(why)
}

fn failed_check(check: &CheckResult) -> Markup {
    let shown = |text: &str| {
        el("dd", "").append(el("pre", "").say(if text.is_empty() { "(nothing)" } else { text }))
    };
    let list = el("dl", "")
        .append(el("dt", "").say("expected"))
        .append(shown(&check.expected))
        .append(el("dt", "").say("actual"))
        .append(shown(&check.actual));
    let line = failed("Not yet: ").append(el("code", "").say(&check.line));
    el("div", "failed-check").append(line).append(list)
}
