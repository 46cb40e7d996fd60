//! The bar on top and the rail: how far the reader is, the theme, the keys, the list of lessons.

use leptos::prelude::*;

use super::erase::{click, effect, part};
use web_sys::HtmlElement;

use super::dom;
use super::page::Page;
use super::settings::ThemeSwitch;

/// A lesson in the course's order, as the rail names it.
#[derive(Clone, PartialEq)]
pub struct Listed {
    pub slug: String,
    pub title: String,
    pub number: String,
    pub phase: String,
    pub written: bool,
    pub href: String,
}

/// The course, from the rail that every page has.
pub fn listed() -> Vec<Listed> {
    let items = dom::all(".rail [data-lesson]");
    let text = |item: &HtmlElement, selector: &str| {
        let found = dom::within(item.as_ref(), selector).into_iter().next();
        found
            .and_then(|element| element.text_content())
            .unwrap_or_default()
    };
    let lessons = items.iter().map(|item| Listed {
        slug: item.get_attribute("data-lesson").unwrap_or_default(),
        title: text(item, ".title"),
        number: text(item, ".number"),
        phase: item
            .closest("[data-phase]")
            .ok()
            .flatten()
            .and_then(|phase| phase.get_attribute("data-phase"))
            .unwrap_or_default(),
        written: !item.has_attribute("data-unwritten"),
        href: dom::within(item.as_ref(), "a")
            .first()
            .and_then(|link| link.get_attribute("href"))
            .unwrap_or_default(),
    });
    lessons.collect()
}

pub fn attach(page: Page) {
    let lessons = StoredValue::new(listed());
    if let Some(tools) = dom::island("tools") {
        dom::fill(&tools, move || view! { <Tools page lessons/> });
    }
    effect(move || mark_lessons(page, lessons));
    rail_button();
    mark_place();
}

#[component]
fn Tools(page: Page, lessons: StoredValue<Vec<Listed>>) -> impl IntoView {
    let done = move || {
        lessons.with_value(|lessons| {
            page.progress
                .with(|progress| progress.count(lessons.iter().map(|lesson| lesson.slug.as_str())))
        })
    };
    let all = lessons.with_value(Vec::len);
    view! {
        <super::offline::OfflineState/>
        <span class="count" title="Lessons done">{part(move || format!("{}/{all}", done()))}<span class="hush">" lessons done"</span></span>
        <ThemeSwitch page/>
        <button type="button" class="square keys-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
            on:click=click(move |_| super::shortcuts::show_keys())>
            <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><rect x="2" y="5" width="16" height="10.5" rx="2"/><path d="M5.2 8.3h.1M8.4 8.3h.1M11.6 8.3h.1M14.8 8.3h.1M6.6 12.2h6.8"/></svg>
        </button>
    }
}

/// Done and next-up marks, wherever a lesson is listed.
fn mark_lessons(page: Page, lessons: StoredValue<Vec<Listed>>) {
    let progress = page.progress.get();
    let next =
        lessons.with_value(|lessons| next_up(lessons, &progress).map(|lesson| lesson.slug.clone()));
    for item in dom::all("[data-lesson]") {
        let slug = item.get_attribute("data-lesson").unwrap_or_default();
        let done = progress.is_done(&slug);
        set_flag(&item, "data-done", done);
        set_flag(&item, "data-next", next.as_ref() == Some(&slug));
        say_done(&item, done);
    }
}

pub fn next_up<'a>(
    lessons: &'a [Listed],
    progress: &crate::state::progress::Progress,
) -> Option<&'a Listed> {
    let slugs: Vec<&str> = lessons
        .iter()
        .filter(|lesson| lesson.written)
        .map(|lesson| lesson.slug.as_str())
        .collect();
    let slug = progress.next_up(&slugs)?;
    lessons.iter().find(|lesson| lesson.slug == slug)
}

fn set_flag(element: &HtmlElement, name: &str, on: bool) {
    element
        .toggle_attribute_with_force(name, on)
        .expect("an attribute can be set");
}

/// The mark is drawn by the style sheet; this is for those who do not see it.
fn say_done(item: &HtmlElement, done: bool) {
    let Some(link) = dom::within(item.as_ref(), "a").into_iter().next() else {
        return;
    };
    let word = dom::within(link.as_ref(), ".done-word").into_iter().next();
    match (word, done) {
        (None, true) => dom::append(
            &link,
            || view! { <span class="hush done-word">" (done)"</span> },
        ),
        (Some(word), false) => word.remove(),
        _ => {}
    }
}

/// On narrow screens the rail opens over the page.
fn rail_button() {
    let Some(button) = dom::island("rail-button") else {
        return;
    };
    let own = button.clone();
    let toggle = move |open: bool| {
        dom::root()
            .class_list()
            .toggle_with_force("rail-open", open)
            .expect("a class can be set");
        own.set_attribute("aria-expanded", &open.to_string())
            .expect("an attribute can be set");
    };
    let is_open = || dom::root().class_list().contains("rail-open");
    let by_button = toggle.clone();
    gloo::events::EventListener::new(&button, "click", move |_| {
        by_button(!is_open());
        if is_open()
            && let Some(rail) = dom::by_id("rail")
        {
            dom::focus(&rail);
        }
    })
    .forget();
    let by_key = toggle.clone();
    let back = button.clone();
    gloo::events::EventListener::new(&dom::document(), "keydown", move |event| {
        use wasm_bindgen::JsCast;
        if is_open() && event.unchecked_ref::<web_sys::KeyboardEvent>().key() == "Escape" {
            by_key(false);
            dom::focus(&back);
        }
    })
    .forget();
    gloo::events::EventListener::new(&dom::document(), "click", move |event| {
        use wasm_bindgen::JsCast;
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let inside = target.is_some_and(|target| {
            target
                .closest(".rail, .rail-button")
                .ok()
                .flatten()
                .is_some()
        });
        if is_open() && !inside {
            toggle(false);
        }
    })
    .forget();
}

/// Marks the place of the site the reader is in, and brings the current lesson into the rail's view.
fn mark_place() {
    let here = match dom::page_data("route").as_deref() {
        Some("course" | "lessons" | "lesson" | "unwritten") => "course",
        Some("playground" | "share") => "playground",
        Some("about") => "about",
        _ => return,
    };
    for link in dom::all(&format!(".places [data-link={here}]")) {
        let exact = dom::page_data("route").as_deref() != Some("lesson");
        link.set_attribute("aria-current", if exact { "page" } else { "true" })
            .expect("an attribute can be set");
    }
    if let (Some(rail), Some(current)) =
        (dom::by_id("rail"), dom::all(".rail [aria-current]").first())
    {
        let middle = current.offset_top() - rail.client_height() / 2;
        rail.set_scroll_top(middle.max(0));
    }
}
