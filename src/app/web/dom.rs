//! The few ways in which the islands touch the document.

use leptos::prelude::*;
use leptos::{mount::mount_to, tachys::view::Mountable};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Window};

pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

pub fn document() -> Document {
    window().document().expect("a window has a document")
}

pub fn root() -> HtmlElement {
    document()
        .document_element()
        .expect("a document has a root")
        .unchecked_into()
}

/// A `data-` attribute of the root element.
pub fn page_data(name: &str) -> Option<String> {
    root().get_attribute(&format!("data-{name}"))
}

pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}

pub fn island(name: &str) -> Option<HtmlElement> {
    all(&format!("[data-island={name}]")).into_iter().next()
}

pub fn all(selector: &str) -> Vec<HtmlElement> {
    within(document().as_ref(), selector)
}

pub fn within(node: &web_sys::Node, selector: &str) -> Vec<HtmlElement> {
    let list = match node.dyn_ref::<Document>() {
        Some(document) => document.query_selector_all(selector),
        None => node.unchecked_ref::<Element>().query_selector_all(selector),
    };
    let list = list.expect("the selectors of this crate are valid");
    (0..list.length())
        .filter_map(|at| list.get(at))
        .map(JsCast::unchecked_into)
        .collect()
}

/// The number in a `data-` attribute.
pub fn number(element: &HtmlElement, name: &str) -> Option<u32> {
    element.get_attribute(&format!("data-{name}"))?.parse().ok()
}

/// Draws `view` as the only content of `element`, for as long as the page lives.
pub fn fill<F, N>(element: &HtmlElement, view: F)
where
    F: FnOnce() -> N + 'static,
    N: IntoView + 'static,
    N::State: Mountable,
{
    element.set_text_content(None);
    mount_to(element.clone(), view).forget();
}

/// Adds `view` at the end of `element`, for as long as the page lives.
pub fn append<F, N>(element: &HtmlElement, view: F)
where
    F: FnOnce() -> N + 'static,
    N: IntoView + 'static,
    N::State: Mountable,
{
    mount_to(element.clone(), view).forget();
}

/// A wide table scrolls sideways on a phone; with the keyboard too.
pub fn make_tables_scrollable() {
    for table in all(".prose table") {
        if table.scroll_width() > table.client_width() {
            table
                .set_attribute("tabindex", "0")
                .expect("an attribute can be set");
        }
    }
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Whether the reader is writing, so that a single key must not be a shortcut.
pub fn is_writing() -> bool {
    let Some(element) = document().active_element() else {
        return false;
    };
    let tag = element.tag_name();
    let editable = element.get_attribute("contenteditable").is_some();
    let text_input = tag == "INPUT"
        && element
            .get_attribute("type")
            .is_none_or(|kind| kind == "text" || kind == "search");
    editable || text_input || tag == "TEXTAREA" || tag == "SELECT"
}

pub fn focus(element: &HtmlElement) {
    // An element that cannot take the focus keeps it where it is.
    let _ = element.focus();
}

/// A date and time, short.
pub fn local_time(millis: u64) -> String {
    let date = js_sys::Date::new(&(millis as f64).into());
    date.to_locale_string("en-US", &js_sys::Object::new())
        .into()
}

/// A date as it is written out: November 30, 2026.
pub fn local_date(millis: u64) -> String {
    let date = js_sys::Date::new(&(millis as f64).into());
    let options = js_sys::Object::new();
    for (part, form) in [("day", "numeric"), ("month", "long"), ("year", "numeric")] {
        js_sys::Reflect::set(&options, &part.into(), &form.into())
            .expect("an object takes a field");
    }
    date.to_locale_date_string("en-US", &options).into()
}

pub async fn sleep(millis: u32) {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let timer = gloo::timers::callback::Timeout::new(millis, move || {
        let _ = sender.send(());
    });
    // It fires once, or the page is gone.
    let _ = receiver.await;
    drop(timer);
}
