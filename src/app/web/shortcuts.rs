//! Keys for the whole page. Single keys act only while nothing is being written.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement, KeyboardEvent};

use super::dom;
use super::draw::Draw;
use super::page::Page;
use crate::markup::{el, several};

/// The keys, and what they do. Also the list that `?` shows.
const KEYS: &[(&[&str], &str)] = &[
    (&["?"], "Show this list"),
    (&["/", "c"], "Go to the console"),
    (&["Esc"], "Leave the console, the editor or this list"),
    (
        &["Ctrl Enter"],
        "Run the block, or check the exercise, you are in",
    ),
    (&["n", "j"], "Next lesson"),
    (&["p", "k"], "Previous lesson"),
    (&["↑", "↓"], "In the console: earlier and later lines"),
    (
        &["→"],
        "In the console, at the end of the line: take the completion",
    ),
    (
        &["Tab"],
        "Take the completion while its list is open; otherwise leave the console",
    ),
];

pub fn attach(_page: Page) {
    let body = dom::document().body().expect("a document has a body");
    dom::append(&body, || view! { <KeysDialog/> });
    gloo::events::EventListener::new_with_options(
        &dom::document(),
        "keydown",
        gloo::events::EventListenerOptions::enable_prevent_default(),
        |event| pressed(event.unchecked_ref()),
    )
    .forget();
}

fn pressed(event: &KeyboardEvent) {
    if event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || dom::is_writing()
        || event.default_prevented()
    {
        return;
    }
    let acted = match event.key().as_str() {
        "?" => {
            show_keys();
            true
        }
        "/" | "c" => super::dock::focus_console(),
        "n" | "j" => follow("a[rel=next]"),
        "p" | "k" => follow("a[rel=prev]"),
        _ => false,
    };
    if acted {
        event.prevent_default();
    }
}

fn follow(selector: &str) -> bool {
    let link = dom::all(selector).into_iter().next();
    if let Some(link) = &link {
        link.click();
    }
    link.is_some()
}

pub fn show_keys() {
    let dialog: Option<HtmlElement> = dom::by_id("keys");
    if let Some(dialog) = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
        && !dialog.open()
    {
        dialog
            .show_modal()
            .expect("a closed dialog in the page can be shown");
    }
}

#[component]
fn KeysDialog() -> impl IntoView {
    view! {
        <dialog id="keys" class="sheet" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keyboard"</h2>
            <dl class="keys-list">
                {several(KEYS.iter().map(|(keys, what)| several([
                    el("dt", "").add_all(keys.iter().map(|key| el("kbd", "").say(key))),
                    el("dd", "").say(what),
                ]))).draw()}
            </dl>
            <form method="dialog"><button class="button">"Close"</button></form>
        </dialog>
    }
}
