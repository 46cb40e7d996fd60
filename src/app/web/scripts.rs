//! The scripts that the server knows: its cache, and its libraries of functions.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lesson::lua;
use messages::{FunctionRow, LibraryRow, Request, Response, ScriptRow, Scripts};
use web_sys::{HtmlElement, MouseEvent};

use super::draw::Draw;
use super::erase::{click, effect, part};
use super::page::Page;
use super::{dock, share};
use crate::markup::{Markup, el, several, text};

#[component]
pub fn ScriptList(page: Page) -> impl IntoView {
    let drawn = RwSignal::new(several([]));
    let said = RwSignal::new(String::new());
    effect(move || {
        page.world.changes.track();
        spawn_local(async move {
            if let Ok(Response::Scripts(scripts)) = page.ask(Request::Scripts).await {
                drawn.set(list(&scripts));
            }
        });
    });
    let pressed = move |event: MouseEvent| {
        let button: HtmlElement = event_target(&event);
        if let Some(sum) = button.get_attribute("data-copy") {
            share::copy(&sum);
            said.set(format!("Copied {sum}."));
        }
        if let Some(line) = button.get_attribute("data-line") {
            page.world.draft.set(line);
            dock::focus_console();
        }
    };
    view! {
        <div class="scripts-panel" on:click=click(pressed)>
            <p class="hush" role="status">{part(move || said.get())}</p>
            {part(move || drawn.get().draw())}
        </div>
    }
}

fn list(scripts: &Scripts) -> Markup {
    let head = |words| el("h3", "").say(words);
    let empty = |words| el("p", "empty").say(words);
    let none = (scripts.scripts.is_empty()).then(|| {
        empty("No script is cached. EVAL keeps each script it runs, SCRIPT LOAD one that shall run later.")
    });
    let no_library = (scripts.libraries.is_empty())
        .then(|| empty("No library is loaded. FUNCTION LOAD brings one, and it stays."));
    several([head("Script cache")])
        .add_if(none)
        .add_all(scripts.scripts.iter().map(script))
        .append(head("Function libraries"))
        .add_if(no_library)
        .add_all(scripts.libraries.iter().map(library))
}

fn script(row: &ScriptRow) -> Markup {
    let copy = button("Copy the sum")
        .with("data-copy", &row.sum)
        .with("aria-label", &format!("Copy the sum {}", row.sum));
    let line = format!("EVALSHA {} 0", row.sum);
    el("section", "script-card")
        .append(el("h4", "sum").say(&row.sum))
        .add_if(flags(&row.flags))
        .append(code(&row.text))
        .append(
            el("p", "script-actions")
                .append(copy)
                .append(insert("EVALSHA", &line)),
        )
}

fn library(row: &LibraryRow) -> Markup {
    el("section", "script-card")
        .append(el("h4", "").say(&row.name))
        .append(el("ul", "").add_all(row.functions.iter().map(function)))
        .append(code(&row.code))
}

fn function(row: &FunctionRow) -> Markup {
    let about = (!row.description.is_empty()).then(|| el("p", "").say(&row.description));
    let line = format!("FCALL {} 0", row.name);
    el("li", "")
        .append(el("code", "").say(&row.name))
        .add_if(flags(&row.flags))
        .add_if(about)
        .append(insert("FCALL", &line).with(
            "aria-label",
            &format!("FCALL into the console: {}", row.name),
        ))
}

fn flags(flags: &[String]) -> Option<Markup> {
    let flags_of = flags.iter().map(|flag| el("span", "badge").say(flag));
    (!flags.is_empty()).then(|| several([]).add_all(flags_of))
}

fn button(words: &str) -> Markup {
    el("button", "key-button").with("type", "button").say(words)
}

fn insert(command: &str, line: &str) -> Markup {
    button(&format!("{command} into the console")).with("data-line", line)
}

/// The first line, and all of it on demand.
fn code(source: &str) -> Markup {
    let lines = lua::lines(source.trim_end()).into_iter().map(|parts| {
        el("span", "line code").add_all(parts.into_iter().map(|(kind, words)| match kind {
            Some(kind) => el("span", kind.class()).say(words),
            None => text(words),
        }))
    });
    let mut lines: Vec<Markup> = lines.collect();
    let rest = lines.split_off(lines.len().min(1));
    let first = el("code", "").add_all(lines);
    if rest.is_empty() {
        return el("p", "script-code").append(first);
    }
    let shown = el("pre", "")
        .with("tabindex", "0")
        .append(el("code", "").add_all(rest));
    el("details", "script-code")
        .append(el("summary", "").append(first))
        .append(shown)
}
