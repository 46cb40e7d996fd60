//! The theme, and what the About page offers about storage: export, import, reset, persistence.

use leptos::prelude::*;

use super::erase::{click, input, maybe, part, text};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

use super::dom;
use super::page::Page;
use super::storage::DAMAGED;
use crate::map::SmallMap;
use crate::state::backup::Backup;
use crate::state::progress::{self, Progress};
use crate::state::record::Record;

const THEMES: [(&str, &str); 3] = [
    ("auto", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
];

pub fn attach(page: Page) {
    if let Some(element) = dom::island("storage") {
        dom::fill(&element, move || view! { <StorageTools page/> });
    }
    ask_to_persist(page);
}

/// `light`, `dark`, or anything else for the system's.
pub fn apply(theme: Option<&str>) {
    let root = dom::root();
    match theme {
        Some(theme @ ("light" | "dark")) => root.set_attribute("data-theme", theme),
        _ => root.remove_attribute("data-theme"),
    }
    .expect("an attribute can be set");
}

#[component]
pub fn ThemeSwitch(page: Page) -> impl IntoView {
    let stored = page.store(|store| store.text("theme"));
    let at = THEMES
        .iter()
        .position(|(name, _)| Some(*name) == stored.as_deref())
        .unwrap_or(0);
    let chosen = RwSignal::new(at);
    let next = move |_| {
        let at = (chosen.get_untracked() + 1) % THEMES.len();
        chosen.set(at);
        let (name, _) = THEMES[at];
        apply(Some(name));
        // Where nothing can be stored the theme holds for this page.
        let _ = page.store(|store| store.write_text("theme", name));
    };
    let label = move || format!("Theme: {}", THEMES[chosen.get()].1.to_ascii_lowercase());
    view! {
        <button type="button" class="square" on:click=click(next) aria-label=text(label) title=text(label)>
            {part(move || match chosen.get() {
                1 => view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="3.6"/><path d="M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1"/></svg> }.into_any(),
                2 => view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M16.6 11.8A7 7 0 0 1 8.2 3.4a7 7 0 1 0 8.4 8.4z"/></svg> }.into_any(),
                _ => view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="6.8"/><path d="M10 3.2v13.6a6.8 6.8 0 0 0 0-13.6z" fill="currentColor" stroke="none"/></svg> }.into_any(),
            })}
        </button>
    }
}

#[component]
fn StorageTools(page: Page) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let sure = RwSignal::new(false);
    let import = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        spawn_local(async move {
            let text = JsFuture::from(file.text())
                .await
                .ok()
                .and_then(|text| text.as_string())
                .unwrap_or_default();
            said.set(match Backup::from_file(&text) {
                Ok(backup) => take_in(page, backup),
                Err(refused) => refused.to_string(),
            });
            input.set_value("");
        });
    };
    let reset = move |_| match sure.get_untracked() {
        false => sure.set(true),
        true => {
            forget_all(page);
            sure.set(false);
            said.set("Everything stored by this site was removed.".to_owned());
        }
    };
    view! {
        <div class="storage-tools">
            <button type="button" class="button" on:click=click(move |_| super::share::download("redis-mastery.json", &gathered(page).to_file(), "application/json"))>"Export as a file"</button>
            <label class="button file">"Import a file"<input type="file" accept="application/json,.json" on:change=input(import)/></label>
            <button type="button" class="button" on:click=click(reset)>
                {part(move || if sure.get() { "Really remove everything" } else { "Reset everything" })}
            </button>
            {part(move || maybe(sure.get().then(|| view! { <button type="button" class="plain" on:click=click(move |_| sure.set(false))>"Keep it"</button> })))}
            <p role="status">{part(move || said.get())}</p>
        </div>
    }
}

fn gathered(page: Page) -> Backup {
    page.store(|store| {
        let pages: SmallMap<String, Record> = store
            .keys()
            .into_iter()
            .filter(|key| is_page(key))
            .filter_map(|key| Some((key.clone(), store.read::<Record>(&key).ok()??)))
            .collect();
        let progress = store
            .read::<Progress>("progress")
            .ok()
            .flatten()
            .unwrap_or_default();
        Backup::new(progress, pages)
    })
}

fn is_page(key: &str) -> bool {
    key.starts_with("lesson:") || key == "playground"
}

/// What the file has replaces the pages it names; marks are merged.
fn take_in(page: Page, backup: Backup) -> String {
    let mut failed = 0;
    for (key, mut record) in backup.pages {
        if !is_page(&key) {
            continue;
        }
        let stored = page
            .store(|store| store.read::<Record>(&key))
            .ok()
            .flatten()
            .unwrap_or_default();
        record.revision = stored.revision + 1;
        failed += usize::from(page.store(|store| store.write(&key, &record)).is_err());
    }
    page.change_progress(|mine| {
        let mut theirs = backup.progress;
        theirs.resets = mine.resets;
        *mine = progress::merge(mine, &theirs);
    });
    match failed {
        0 => "Imported.".to_owned(),
        count => {
            format!("Imported, but {count} pages could not be stored: storage is full or off.")
        }
    }
}

fn forget_all(page: Page) {
    page.store(|store| {
        for key in store
            .keys()
            .iter()
            .filter(|key| is_page(key) || key.starts_with(DAMAGED))
        {
            store.remove(key);
            super::kept::forget(&page.site(), key);
        }
    });
    page.change_progress(|progress| {
        *progress = Progress {
            resets: progress.resets + 1,
            ..Progress::default()
        };
    });
}

/// Asks the browser not to throw the data away, once there is something to keep.
fn ask_to_persist(page: Page) {
    let worth_it = page.progress.with_untracked(Progress::begun);
    let storage = js_sys::Reflect::get(&dom::window().navigator(), &"storage".into());
    // Missing on insecure origins.
    let Some(storage) = storage.ok().filter(|storage| !storage.is_undefined()) else {
        return;
    };
    let storage: web_sys::StorageManager = storage.unchecked_into();
    if worth_it && let Ok(promise) = storage.persist() {
        spawn_local(async move {
            // A refusal changes nothing: export stays possible.
            let _ = JsFuture::from(promise).await;
        });
    }
}
