//! A Lua block: its script with what is said about its lines, and running it line by line.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lesson::lua;
use messages::{BlockRun, Request, Response, ScriptMove, Standing, Stepped, Variable};
use web_sys::{HtmlElement, MouseEvent};

use super::dom;
use super::draw::Draw;
use super::erase::{click, part};
use super::page::Page;
use super::steps::{command_text, output_lines, step_button};
use super::world::unexpected;
use super::world::{BlockState, Problem};
use crate::format::counted;
use crate::markup::{Markup, el, several, text};

/// The script, its lines marked where something is to be said about them.
pub fn script(source: &str, state: &BlockState) -> Markup {
    let (run, next) = match state {
        BlockState::Ran(run) => (Some(run), None),
        BlockState::InScript { stepped, .. } => {
            (Some(&stepped.run), stepped.at.as_ref().map(|at| at.line))
        }
        _ => (None, None),
    };
    let lines = lua::lines(source).into_iter().zip(1..);
    let lines = lines.map(|(parts, number)| {
        let said = faults(run, number);
        let is_next = next == Some(number);
        let class = match (is_next, said.is_empty()) {
            (true, _) => "line code next",
            (_, false) => "line code faulty",
            _ => "line code",
        };
        let mut line = el("span", class);
        if is_next {
            line = line.with("aria-current", "step");
        }
        let parts = parts.into_iter().map(|(kind, words)| match kind {
            Some(kind) => el("span", kind.class()).say(words),
            None => text(words),
        });
        let fault = (!said.is_empty()).then(|| {
            let words = format!("line {number}: {}", said.join("; "));
            el("span", "fault").say(&words)
        });
        several([line.add_all(parts)]).add_if(fault)
    });
    el("code", "").add_all(lines)
}

/// What the server said about a line, each sentence once.
fn faults(run: Option<&BlockRun>, line: u32) -> Vec<&str> {
    let mut said = Vec::new();
    for fault in run
        .iter()
        .flat_map(|run| &run.steps)
        .filter_map(|step| step.fault.as_ref())
    {
        if fault.line == line && !said.contains(&fault.text.as_str()) {
            said.push(&fault.text);
        }
    }
    said
}

/// What there is to say of a script that was stopped.
pub fn stopped(run: &BlockRun) -> Option<Markup> {
    let words = match run.stopped? {
        0 => {
            "You stopped the script. It had written nothing, so SCRIPT KILL could have done it too."
                .to_owned()
        }
        writes => format!(
            "You stopped the script. What it wrote stays: {}. A server refuses SCRIPT KILL then (UNKILLABLE).",
            counted(u64::from(writes), "write")
        ),
    };
    Some(el("span", "note").say(&words))
}

#[component]
pub fn StepButton(page: Page, number: u32, text: Signal<Option<String>>) -> impl IntoView {
    let begin = move |_| {
        let text = text.get_untracked();
        page.step_script(
            number,
            ScriptMove::Begin {
                block: number,
                text,
            },
        );
    };
    step_button(
        format!("Step through the script of block {}", number + 1),
        click(begin),
    )
}

/// Where the script stands, what it knows and what it called; drawn while it is stepped through.
#[component]
pub fn Stepper(page: Page, number: u32, state: Memo<BlockState>) -> impl IntoView {
    let pressed = move |event: MouseEvent| {
        let button: HtmlElement = event_target(&event);
        let step = match button.get_attribute("data-move").as_deref() {
            Some("next") => ScriptMove::Next,
            Some("finish") => ScriptMove::Finish,
            Some("stop") => ScriptMove::Stop,
            _ => return,
        };
        page.step_script(number, step);
    };
    view! {
        <div on:click=click(pressed)>
            {part(move || match state.get() {
                BlockState::InScript { stepped, .. } => several(stepped.at.map(|at| panel(&at, number))).draw(),
                _ => several([]).draw(),
            })}
            <p class="hush" role="status">{part(move || match state.get() {
                BlockState::InScript { said, .. } => said,
                _ => String::new(),
            })}</p>
        </div>
    }
}

fn panel(at: &Standing, number: u32) -> Markup {
    let button = |step, class, words| {
        el("button", class)
            .with("type", "button")
            .with("data-move", step)
            .say(words)
    };
    let place = match at.midway {
        true => format!("Line {} is not over yet", at.line),
        false => format!("Before line {}", at.line),
    };
    let bar = el("div", "stepper-bar")
        .append(button("next", "button main-action", "Step"))
        .append(button("finish", "button", "Run to the end"))
        .append(button("stop", "button", "Stop"))
        .append(el("p", "stepper-place").say(&place));
    el("div", "stepper")
        .with("role", "group")
        .with("aria-label", &format!("The script of block {}, line by line", number + 1))
        .append(bar)
        .append(variables(at))
        .append(calls(at))
        .append(el("p", "stepper-note").say(
            "The server serves nobody else while a script runs. Stop ends it here; what it wrote stays.",
        ))
}

fn variables(at: &Standing) -> Markup {
    let group = |title: &str, variables: &[Variable]| {
        let rows = variables.iter().map(|variable| {
            el("tr", "")
                .append(el("th", "").with("scope", "row").say(&variable.name))
                .append(el("td", "").say(&variable.value))
        });
        let head = el("th", "")
            .with("colspan", "2")
            .with("scope", "colgroup")
            .say(title);
        let body = el("tbody", "")
            .append(el("tr", "").append(head))
            .add_all(rows);
        (!variables.is_empty()).then_some(body)
    };
    let locals = match at.locals.is_empty() {
        true => Some(
            el("tbody", "").append(
                el("tr", "").append(
                    el("td", "none")
                        .with("colspan", "2")
                        .say("No local variable yet."),
                ),
            ),
        ),
        false => group("Local", &at.locals),
    };
    let table = el("table", "stepper-variables")
        .append(el("caption", "hush").say("Variables"))
        .add_if(locals)
        .add_if(group("From the function around it (upvalues)", &at.outer))
        .add_if(group("Given", &at.given));
    el("div", "table-scroll")
        .with("tabindex", "0")
        .with("role", "region")
        .with("aria-label", "Variables")
        .append(table)
}

fn calls(at: &Standing) -> Markup {
    if at.calls.is_empty() {
        return el("p", "stepper-none").say("It has not called Redis yet.");
    }
    let earlier = (at.earlier_calls > 0).then(|| {
        let words = counted(u64::from(at.earlier_calls), "earlier call");
        el("li", "none").say(&words)
    });
    let items = at.calls.iter().map(|call| {
        el("li", "")
            .append(el("small", "").say(&format!("line {}", call.line)))
            .append(el("span", "line cmd").append(command_text(&call.command)))
            .append(output_lines(&call.reply, false))
    });
    el("ol", "stepper-calls")
        .with("aria-label", "What it called, with the replies")
        .add_if(earlier)
        .add_all(items)
}

/// What a screen reader hears of a step: the line, what has another value now, what was called.
fn said(before: Option<&Standing>, at: &Standing) -> String {
    let mut said = match at.midway {
        true => format!("Line {} is not over yet.", at.line),
        false => format!("Line {} is next.", at.line),
    };
    let Some(before) = before else {
        return format!("{} {said}", at.command);
    };
    let known = before.calls.len() + before.earlier_calls as usize;
    let new = (at.calls.len() + at.earlier_calls as usize).saturating_sub(known);
    for call in at.calls.iter().rev().take(new).rev() {
        said += &format!(" {}: {}.", call.command, call.reply);
    }
    for variable in at.locals.iter().chain(&at.outer) {
        let mut old = before.locals.iter().chain(&before.outer);
        if !old.any(|old| old == variable) {
            said += &format!(" {} is {}.", variable.name, variable.value);
        }
    }
    said
}

impl Page {
    fn step_script(self, block: u32, step: ScriptMove) {
        let before = match self.block_state(block) {
            // The answer to the step before is on its way.
            BlockState::InScript { busy: true, .. } | BlockState::Running => return,
            BlockState::InScript { stepped, said, .. } => {
                self.set_block(
                    block,
                    BlockState::InScript {
                        stepped: stepped.clone(),
                        said,
                        busy: true,
                    },
                );
                Some(stepped)
            }
            _ => None,
        };
        let first = matches!(step, ScriptMove::Begin { .. });
        spawn_local(async move {
            match self.ask(Request::StepScript(step)).await {
                Ok(Response::Stepped(stepped)) => self.stepped(block, before, stepped, first),
                other => self.set_block(block, BlockState::Failed(problem(other))),
            }
        });
    }

    fn stepped(self, block: u32, before: Option<Box<Stepped>>, stepped: Box<Stepped>, first: bool) {
        let over = before.as_ref().map_or(0, |before| before.run.steps.len());
        self.mark_replayed(&stepped.run);
        for step in &stepped.run.steps[over.min(stepped.run.steps.len())..] {
            self.world.show_ran(step);
        }
        stepped
            .log
            .iter()
            .for_each(|entry| self.keep(entry.clone()));
        let Some(at) = &stepped.at else {
            self.set_block(block, BlockState::Ran(stepped.run));
            // The button with the focus is gone: it goes back to where it came from.
            return focus(format!("#block-{block} .step-button"));
        };
        let said = said(before.and_then(|before| before.at).as_ref(), at);
        self.set_block(
            block,
            BlockState::InScript {
                stepped,
                said,
                busy: false,
            },
        );
        if first {
            focus(format!("#block-{block} [data-move=next]"));
        }
    }
}

/// Once what is to have it is drawn.
fn focus(selector: String) {
    let look = move || {
        if let Some(element) = dom::all(&selector).into_iter().next() {
            dom::focus(&element);
        }
    };
    set_timeout(look, Duration::ZERO);
}

fn problem(result: Result<Response, Problem>) -> String {
    match result {
        Err(Problem::Failed(messages::Failure::NoSuchPart)) => {
            "This script does not run any more: the server began anew meanwhile.".to_owned()
        }
        other => unexpected(other),
    }
}
