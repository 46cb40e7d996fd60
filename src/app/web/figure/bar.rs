//! The control bar that every visualiser has: through moments, other luck, a link, text, keys.

use leptos::prelude::*;
use messages::drawing::{Control, ControlKind, Position};
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::Figure;
use crate::markup::el;
use crate::web::draw::Draw;
use crate::web::erase::{click, input, list, maybe, part, text};

/// Steps a second are two at speed 1.
const SPEEDS: [(&str, u32); 6] = [
    ("¼", 2_000),
    ("½", 1_000),
    ("1", 500),
    ("2", 250),
    ("4", 125),
    ("max", 16),
];
/// The speed to begin with.
pub const ONE: usize = 2;
/// More ticks than this cannot be told apart.
const TICKS_MAX: u32 = 200;

pub fn pause_millis(speed: usize) -> u32 {
    SPEEDS[speed.min(SPEEDS.len() - 1)].1
}

pub fn change_speed(figure: Figure, faster: bool) {
    figure.speed.update(|speed| {
        *speed = match faster {
            true => (*speed + 1).min(SPEEDS.len() - 1),
            false => speed.saturating_sub(1),
        };
    });
    figure
        .said
        .set(format!("Speed {}", SPEEDS[figure.speed.get_untracked()].0));
}

/// Signs as paths: fonts have them in all kinds, or not at all.
const TO_BEGIN: &str = "M3 3v10M13 3 5.5 8l7.5 5z";
const BACK: &str = "M11 3 4 8l7 5z";
const PLAY: &str = "M4 2.5 13 8l-9 5.5z";
const PAUSE: &str = "M4 3h3v10H4zM9.5 3h3v10h-3z";
const STEP: &str = "M3 3 10 8l-7 5zM12.5 3v10";
const OTHER: &str = "M13 8a5 5 0 1 1-1.5-3.6M13.4 1.8v3.4H10";
const LINK: &str = "M6.5 9.5 10 6M7.6 4.6l1.6-1.6a2.7 2.7 0 0 1 3.8 3.8l-1.6 1.6M8.4 11.4 6.8 13A2.7 2.7 0 0 1 3 9.2l1.6-1.6";

fn sign(path: &str) -> crate::web::draw::Drawing {
    el("svg", "bar-sign")
        .with("viewBox", "0 0 16 16")
        .with("aria-hidden", "true")
        .append(el("path", "").with("d", path))
        .draw()
}

fn button(
    label: &'static str,
    path: &'static str,
    act: impl FnMut(web_sys::MouseEvent) + 'static,
) -> AnyView {
    view! {
        <button type="button" class="bar-button" aria-label=label title=label on:click=click(act)>{sign(path)}</button>
    }
    .into_any()
}

/// Plays, and pauses what plays.
pub fn play_button(figure: Figure, label: Signal<String>) -> AnyView {
    view! {
        <button type="button" class="bar-button play" on:click=click(move |_| figure.play()) aria-label=label title=label>
            {part(move || sign(if figure.playing.get() { PAUSE } else { PLAY }))}
        </button>
    }
    .into_any()
}

#[component]
pub fn Bar(figure: Figure) -> impl IntoView {
    let at_command = move || {
        figure
            .shown
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.at.command))
    };
    let last = move || {
        figure.shown.with(|shown| {
            shown
                .as_ref()
                .map_or(0, |shown| shown.commands.saturating_sub(1))
        })
    };
    let first = move || {
        figure
            .shown
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.first))
    };
    let scrub = move |event: web_sys::Event| {
        let value = event_target::<HtmlInputElement>(&event).value();
        if let Ok(command) = value.parse() {
            figure.to_command(command);
        }
    };
    let choose = move |event: web_sys::Event| {
        let value = event_target::<HtmlSelectElement>(&event).value();
        if let Ok(speed) = value.parse() {
            figure.speed.set(speed);
        }
    };
    let speeds = SPEEDS.iter().enumerate().map(|(at, (name, _))| {
        view! { <option value=at.to_string() selected=move || figure.speed.get() == at>{format!("{name}×").replace("max×", "max")}</option> }
    });
    view! {
        <div class="through-time" role="toolbar" aria-label="Through time">
            <div class="bar-group">
                {button("Reset", TO_BEGIN, move |_| figure.reset())}
                {button("Step back", BACK, move |_| figure.back())}
                {play_button(figure, text(move || if figure.playing.get() { "Pause" } else { "Play" }))}
                {button("Step", STEP, move |_| { figure.forward(); })}
            </div>
            <div class="bar-scrub">
                <input type="range" aria-label="Command" step="1"
                    min=text(move || first().to_string()) max=text(move || last().to_string())
                    prop:value=text(move || at_command().to_string())
                    aria-valuetext=text(move || figure.shown.with(|shown| shown.as_ref().map_or_else(String::new, |shown| shown.line.clone())))
                    on:input=input(scrub)/>
                {part(move || ticks(first(), last()).draw())}
                <span class="bar-at">{part(move || moment(figure))}</span>
            </div>
            <div class="bar-group">
                <select class="bar-speed" aria-label="Speed" on:change=input(choose)>{list(speeds)}</select>
                {button("New seed: the same commands under other luck", OTHER, move |_| figure.new_seed())}
                {button("Copy link", LINK, move |_| super::place::copy_link(figure))}
                <button type="button" class="bar-button wide" aria-pressed=text(move || figure.as_text.get().to_string())
                    on:click=click(move |_| figure.as_text.update(|on| *on = !*on))>"Text"</button>
                <button type="button" class="bar-button" aria-label="Keys" aria-expanded=text(move || figure.help.get().to_string())
                    on:click=click(move |_| figure.help.update(|on| *on = !*on))>"?"</button>
            </div>
            {part(move || maybe(figure.seed.get().map(|seed| view! {
                <p class="bar-seed">{format!("Other luck: {seed}.")}
                    <button type="button" class="plain" on:click=click(move |_| { figure.seed.set(None); figure.look() })>"Back to this page’s own"</button></p>
            })))}
        </div>
    }
}

/// One tick for each command, as one path.
fn ticks(first: u32, last: u32) -> crate::markup::Markup {
    let count = (last - first.min(last) + 1).min(TICKS_MAX);
    let path: String = (0..count)
        .map(|at| {
            let x = match count {
                1 => 500,
                _ => at * 1000 / (count - 1),
            };
            format!("M{x} 0V6")
        })
        .collect();
    el("svg", "bar-ticks")
        .with("viewBox", "0 0 1000 6")
        .with("preserveAspectRatio", "none")
        .with("aria-hidden", "true")
        .append(el("path", "").with("d", &path))
}

/// `command 3 of 12 · step 4 of 9`.
pub fn moment(figure: Figure) -> String {
    figure.shown.with(|shown| {
        let Some(shown) = shown else {
            return String::new();
        };
        let Position { command, step } = shown.at;
        match shown.commands {
            0 => "no command yet".to_owned(),
            count => format!(
                "command {} of {count} · step {step} of {}",
                command + 1,
                shown.steps
            ),
        }
    })
}

/// Other visualisers for the same key.
pub fn others(figure: Figure) -> AnyView {
    let others = figure
        .shown
        .with(|shown| shown.as_ref().map(|shown| shown.others.clone()))
        .unwrap_or_default();
    maybe((!others.is_empty()).then(|| {
        let buttons = others.into_iter().map(|(name, title)| {
            view! { <button type="button" class="plain" on:click=click(move |_| figure.change_view(&name))>{title}</button> }
        });
        view! { <p class="visualiser-others">"This key also as: "{list(buttons)}</p> }
    }))
}

/// What this visualiser lets the reader set. Drawn again only if other things can be set: whoever drags a slider must
/// not have it taken away.
#[component]
pub fn Controls(figure: Figure) -> impl IntoView {
    let controls = Memo::new(move |_| {
        let controls = figure
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.controls.clone()));
        let mut controls = controls.unwrap_or_default();
        controls
            .iter_mut()
            .for_each(|control| control.value.clear());
        controls
    });
    part(move || {
        let controls = controls.get();
        maybe((!controls.is_empty()).then(|| {
            view! { <div class="visualiser-controls">{list(controls.into_iter().map(|one| control(figure, one)))}</div> }
        }))
    })
}

/// As the visualiser understood it.
fn value_of(figure: Figure, name: &str) -> String {
    figure.shown.with(|shown| {
        let controls = shown.iter().flat_map(|shown| &shown.controls);
        let found = controls.into_iter().find(|control| control.name == name);
        found.map_or_else(String::new, |control| control.value.clone())
    })
}

fn control(figure: Figure, control: Control) -> AnyView {
    let Control {
        name, label, kind, ..
    } = control;
    let (own, switch) = (name.clone(), name.clone());
    let value = Signal::derive(move || value_of(figure, &own));
    let set = move |event: web_sys::Event| {
        figure.set_option(&name, &event_target_value(&event));
    };
    match kind {
        ControlKind::Switch => {
            let turn = move |_| {
                let next = if value.get_untracked().is_empty() { "yes" } else { "" };
                figure.set_option(&switch, next);
            };
            view! { <button type="button" class="button small" aria-pressed=text(move || (!value.get().is_empty()).to_string()) on:click=click(turn)>{label}</button> }.into_any()
        }
        ControlKind::Number { min, max, step } => view! {
            <label class="control">{label}<input type="range" min=min.to_string() max=max.to_string() step=step.to_string() prop:value=value on:input=input(set)/><output>{value}</output></label>
        }
        .into_any(),
        ControlKind::Text => view! {
            <label class="control">{label}<input type="text" prop:value=value autocomplete="off" autocapitalize="off" spellcheck="false" on:change=input(set)/></label>
        }
        .into_any(),
        ControlKind::Choice(choices) => {
            let choices = choices.into_iter().map(|(own, label)| {
                let name = own.clone();
                view! { <option value=own selected=move || value.get() == name>{label}</option> }
            });
            view! { <label class="control">{label}<select on:change=input(set)>{list(choices)}</select></label> }.into_any()
        }
        ControlKind::Run(lines) => view! {
            <button type="button" class="button small" title=lines.join("\n") on:click=click(move |_| lines.iter().for_each(|line| figure.run(line.clone())))>{label}</button>
        }
        .into_any(),
    }
}
