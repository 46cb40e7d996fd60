//! Keys of a figure. They act while the focus is inside it, and never take Tab.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::{Figure, bar};
use crate::markup::{Markup, el};

const KEYS: &[(&str, &str)] = &[
    ("Space", "Play or pause"),
    ("← →", "A step back, a step on"),
    ("Shift ← →", "A command back, a command on"),
    ("Home End", "To the first command, to the present"),
    ("[ ]", "Slower, faster"),
    ("R", "Reset: the present, the page’s own luck"),
    ("T", "The picture as text"),
    ("?", "This list"),
];

pub fn pressed(figure: Figure, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let tag = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .map(|target| target.tag_name())
        .unwrap_or_default();
    let key = event.key();
    // What has the focus uses these keys itself.
    let taken = match tag.as_str() {
        "BUTTON" | "A" | "SUMMARY" => key == " " || key == "Enter",
        "INPUT" | "SELECT" | "TEXTAREA" | "CANVAS" => true,
        _ => false,
    };
    if !taken && act(figure, &key, event.shift_key()) {
        event.prevent_default();
        event.stop_propagation();
    }
}

fn act(figure: Figure, key: &str, shift: bool) -> bool {
    match (key, shift) {
        (" ", _) => figure.play(),
        ("ArrowLeft", true) => figure.by_command(-1),
        ("ArrowRight", true) => figure.by_command(1),
        ("ArrowLeft", false) => figure.back(),
        ("ArrowRight", false) => {
            figure.forward();
        }
        ("Home", _) => figure.to_begin(),
        ("End", _) => figure.go(None),
        ("[", _) => bar::change_speed(figure, false),
        ("]", _) => bar::change_speed(figure, true),
        ("r" | "R", _) => figure.reset(),
        ("t" | "T", _) => figure.as_text.update(|on| *on = !*on),
        ("?", _) => figure.help.update(|on| *on = !*on),
        _ => return false,
    }
    true
}

pub fn list() -> Markup {
    let rows = KEYS.iter().map(|(keys, what)| {
        el("div", "")
            .append(el("dt", "").append(el("kbd", "").say(keys)))
            .append(el("dd", "").say(what))
    });
    el("dl", "visualiser-keys").add_all(rows)
}
