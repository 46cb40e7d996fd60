//! Sharing: making links and texts of a session, and opening a link in a scratch world.

use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::LogEntry;
use messages::share::{COMFORTABLE_LENGTH, ENTRIES_MAX, Shared, decode, encode};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement};

use super::dom;
use super::page::Page;
use super::world::Kind;
use crate::export;
use crate::format::counted;

/// Copies inside the click that asked for it; browsers allow no later.
pub fn copy(text: &str) {
    // A page without the right to copy still shows what it would have copied in its address or file.
    let _ = dom::window().navigator().clipboard().write_text(text);
}

pub fn download(name: &str, text: &str, kind: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) else {
        return;
    };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
        return;
    };
    download_from(&url, name);
}

/// Saves what an address of this page's or its worker's leads to, and gives the address up.
pub fn download_from(url: &str, name: &str) {
    let link: HtmlAnchorElement = dom::document()
        .create_element("a")
        .expect("a tag name")
        .unchecked_into();
    link.set_href(url);
    link.set_download(name);
    link.click();
    // The download has taken its own hold of the data.
    let _ = web_sys::Url::revoke_object_url(url);
}

/// What happened so far, on its own feet.
pub fn session(page: Page) -> Shared {
    let log = page.record.with_untracked(|record| record.log.clone());
    let entries = page.data(|data| export::flattened(&log, &data.blocks));
    Shared {
        origin: page.world_name(),
        entries,
        view: None,
    }
}

/// The link, and what the reader should know about it.
pub fn link(page: Page) -> (String, String) {
    let shared = session(page);
    let count = shared.entries.len();
    if let Some((_, names)) = export::loaded(&shared.entries) {
        let what = format!(
            "This session began with files ({}), which a link cannot carry. Send them with the session as a script.",
            names.join(", ")
        );
        return (String::new(), what);
    }
    if count > ENTRIES_MAX {
        let what = format!(
            "This session has {count} commands; a link holds {ENTRIES_MAX}. Copy it as a script instead."
        );
        return (String::new(), what);
    }
    let origin = dom::window().location().origin().unwrap_or_default();
    let link = format!("{origin}{}s/#{}", page.site(), encode(&shared));
    let what = match link.len() > COMFORTABLE_LENGTH {
        true => format!(
            "Copied: {}. The link has {} characters, which some programs cut; a script may travel better.",
            counted(count as u64, "command"),
            link.len()
        ),
        false => format!("Copied a link with {}.", counted(count as u64, "command")),
    };
    (link, what)
}

pub fn markdown(page: Page) -> String {
    let shown = page.world.shown.get_untracked();
    let lines: Vec<(String, String, String)> = shown
        .into_iter()
        .filter_map(|entry| match entry.kind {
            Kind::Command { client, line, .. } => Some((client, line, entry.output)),
            Kind::Late { client } => Some((
                String::new(),
                String::new(),
                format!("{client}< {}", entry.output),
            ))
            .filter(|_| !client.is_empty()),
            Kind::Remark => None,
        })
        .collect();
    export::as_markdown(&lines)
}

/// Reads the link in the address, takes it out of the address, and runs it in this page's scratch
/// world. A broken one leaves an empty console and a sentence.
pub fn open(page: Page) {
    let location = dom::window().location();
    let fragment = location.hash().unwrap_or_default();
    let Some(place) =
        dom::island("share-state").or_else(|| dom::all("main .lede").into_iter().next())
    else {
        return;
    };
    match decode(&fragment) {
        Ok(shared) => {
            forget_fragment();
            let from = shared
                .origin
                .strip_prefix("lesson:")
                .map(|slug| format!(", from the lesson “{slug}”"));
            let count = counted(shared.entries.len() as u64, "command");
            say(
                &place,
                format!(
                    "Shared: {count}{}. They run in a server of their own; your lessons are not touched.",
                    from.unwrap_or_default()
                ),
                false,
            );
            spawn_local(run_all(page, shared.entries));
        }
        Err(messages::share::Broken::NotALink) if fragment.is_empty() => {}
        Err(broken) => {
            forget_fragment();
            say(&place, format!("{broken} Below is an empty console."), true);
        }
    }
}

pub async fn run_all(page: Page, entries: Vec<LogEntry>) {
    for entry in entries {
        match entry {
            LogEntry::Line { client, line } => page.run_line_of(client, line).await,
            LogEntry::Advance { millis } => page.run_advance(millis).await,
            LogEntry::Block { .. } | LogEntry::Load { .. } => {}
        }
    }
}

pub fn forget_fragment() {
    let location = dom::window().location();
    let path = location.pathname().unwrap_or_default();
    if let Ok(history) = dom::window().history() {
        // At worst the address keeps its fragment.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
    }
}

fn say(place: &web_sys::HtmlElement, text: String, grave: bool) {
    dom::fill(
        place,
        move || view! { <span role="status" class:failed=grave>{text}</span> },
    );
}
