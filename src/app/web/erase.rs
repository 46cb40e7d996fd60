//! One type where a view would have many. Each closure type in a view is compiled with its own copy
//! of the code that runs it, some kilobytes each; boxed, they share one.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent};

/// A text that follows what it reads.
pub fn text<S: Into<String>>(read: impl Fn() -> S + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(move || read().into())
}

/// A yes or no that follows what it reads.
pub fn flag(read: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(read)
}

/// A part of a view that is drawn again when what it reads changes.
pub fn part<V: IntoAny>(
    mut draw: impl FnMut() -> V + Send + 'static,
) -> Box<dyn FnMut() -> AnyView + Send> {
    Box::new(move || draw().into_any())
}

pub fn click(act: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(act)
}

pub fn key(act: impl FnMut(KeyboardEvent) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    Box::new(act)
}

pub fn input(act: impl FnMut(web_sys::Event) + 'static) -> Box<dyn FnMut(web_sys::Event)> {
    Box::new(act)
}

/// Views one after another.
pub fn list<V: IntoAny>(views: impl IntoIterator<Item = V>) -> Vec<AnyView> {
    let mut list = Vec::new();
    for view in views {
        list.push(view.into_any());
    }
    list
}

/// A view, or nothing.
pub fn maybe<V: IntoAny>(view: Option<V>) -> AnyView {
    match view {
        Some(view) => view.into_any(),
        None => ().into_any(),
    }
}

/// Runs now, and again when what it reads changes.
pub fn effect(act: impl FnMut() + 'static) {
    let act: Box<dyn FnMut()> = Box::new(act);
    Effect::new(act);
}
