//! The files of the server: what it wrote, to be downloaded, and files of the reader's with which it begins anew.
//! They can be dropped anywhere on the dock. Their bytes go to the worker and to storage as the browser's own objects.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::{FileRow, LogEntry, Request, Response};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Event, File, FileList, HtmlElement, HtmlInputElement};

use super::console::EngineTrouble;
use super::draw::Draw;
use super::erase::{click, effect, input, part, text};
use super::page::Page;
use super::{kept, share};
use crate::export;
use crate::format::bytes;
use crate::markup::{Markup, el, several};

/// More is not kept when the page is left. Browsers give a site some hundreds.
const KEPT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Keys take a multiple of what they take in a file, and a page has at most four gigabytes.
const LOADED_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How every sentence about files that were refused begins.
const REFUSED: &str = "Not loaded: ";

#[component]
pub fn Files(page: Page) -> impl IntoView {
    let table = RwSignal::new(several([]));
    let loading = page.world.loading;
    effect(move || {
        page.world.changes.track();
        spawn_local(async move {
            if let Ok(Response::Files { rows, writing }) = page.ask(Request::Files).await {
                table.set(file_table(&rows, writing));
            }
        });
    });
    let chosen = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        take(page, input.files());
        input.set_value("");
    };
    let pressed = move |event: web_sys::MouseEvent| {
        let button: HtmlElement = event_target(&event);
        if let Some(name) = button.get_attribute("data-file") {
            spawn_local(download(page, name));
        }
    };
    let field = el("label", "button file")
        .say("Load files…")
        .append(el("input", "").with("type", "file").with("multiple", ""));
    let about = "or drop them here: a dump.rdb, an appendonly.aof, or all files of an appendonlydir. \
                 The server begins anew with them.";
    let load = el("div", "load")
        .append(field)
        .append(el("p", "").say(about));
    // The sentence stays the same element, so that it is read out when it changes.
    let status = move || {
        loading.with(|said| {
            let refused = said.starts_with(REFUSED);
            let class = if refused { "said failed" } else { "said" };
            el("p", "")
                .with("role", "status")
                .append(el("span", class).say(said))
        })
    };
    view! {
        <div class="files-panel" on:click=click(pressed) on:change=input(chosen) aria-busy=text(move || page.world.busy.get().to_string())>
            {part(move || several([status(), table.get()]).draw())}
            {load.draw()}
            <EngineTrouble page/>
        </div>
    }
}

fn file_table(rows: &[FileRow], writing: bool) -> Markup {
    let note = |words| el("p", "empty").say(words);
    let head = |class, words| el("th", class).with("scope", "col").say(words);
    let download = head("number", "").append(el("span", "hush").say("Download"));
    let heads = [head("", "File"), head("number", "Size"), download];
    let table = el("table", "keys-table")
        .append(el("thead", "").append(el("tr", "").add_all(heads)))
        .append(el("tbody", "").add_all(rows.iter().map(file_row)));
    let table = el("div", "table-scroll")
        .with("tabindex", "0")
        .with("role", "region")
        .with("aria-label", "Files")
        .append(table);
    let first = match rows.is_empty() {
        true => note(
            "No files yet. SAVE writes dump.rdb; CONFIG SET appendonly yes begins an append-only file.",
        ),
        false => table,
    };
    let words = "A file is being written in the background: it appears when time passes.";
    several([first]).add_if(writing.then(|| note(words)))
}

fn file_row(row: &FileRow) -> Markup {
    let own = own_name(&row.name);
    let folder = &row.name[..row.name.len() - own.len()];
    let unsynced = row.bytes - row.synced_bytes;
    let unsynced = (unsynced > 0).then(|| el("small", "").say(&(bytes(unsynced) + " not synced")));
    let name = el("span", "file-name")
        .append(el("span", "folder").say(folder))
        .say(own);
    let button = el("button", "key-button")
        .with("type", "button")
        .with("data-file", &row.name)
        .with("aria-label", &["Download ", own].concat())
        .say("Download");
    el("tr", "")
        .append(el("th", "").with("scope", "row").append(name))
        .append(el("td", "number").say(&bytes(row.bytes)).add_if(unsynced))
        .append(el("td", "number").append(button))
}

/// Without the folder.
fn own_name(name: &str) -> &str {
    let folder = name.bytes().rposition(|byte| byte == b'/');
    &name[folder.map_or(0, |at| at + 1)..]
}

async fn download(page: Page, name: String) {
    let request = Request::ReadFile { name: name.clone() };
    if let Ok(Response::File { address }) = page.ask(request).await {
        share::download_from(&address, own_name(&name));
    }
}

/// Files can be dropped on the whole dock; `show` brings the pane up while they hang over it.
pub fn accept_drops(page: Page, dock: &HtmlElement, show: impl Fn() + 'static) {
    let over = dock.clone();
    let act = Rc::new(move |event: &Event| {
        let Some(carried) = event.unchecked_ref::<DragEvent>().data_transfer() else {
            return;
        };
        if !carried.types().includes(&"Files".into(), 0) {
            return;
        }
        event.prevent_default();
        let over_it = event.type_() == "dragover";
        // A class can always be set.
        let _ = over.class_list().toggle_with_force("dropping", over_it);
        match event.type_().as_str() {
            "dragover" => show(),
            "drop" => take(page, carried.files()),
            _ => {}
        }
    });
    for name in ["dragover", "dragleave", "drop"] {
        let act = act.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(dock, name, options, move |event| act(event)).forget();
    }
}

fn take(page: Page, files: Option<FileList>) {
    let files = files.filter(|files| files.length() > 0);
    if let Some(files) = files
        && !page.world.busy.get_untracked()
    {
        spawn_local(page.load(Array::from(&files)));
    }
}

impl Page {
    async fn load(self, files: Array) {
        let mut names = Vec::new();
        let mut size = 0;
        for file in files.iter() {
            let file: File = file.unchecked_into();
            names.push(file.name());
            size += file.size() as u64;
        }
        let said = names.join(", ");
        self.world.busy.set(true);
        let now = format!("Loading {said} ({})…", bytes(size));
        self.world.loading.set(now);
        let result = match size {
            size if size > LOADED_BYTES_MAX => {
                Err("more than 512 MB do not fit into a page".to_owned())
            }
            _ => {
                let request = Request::Load {
                    names: names.clone(),
                };
                match self.ask_with(request, files.clone()).await {
                    Ok(Response::Loaded(result)) => result,
                    Ok(_) => Err(String::new()),
                    Err(problem) => Err(problem.text()),
                }
            }
        };
        let said = match result {
            Ok(outcome) => {
                self.world.begin_anew();
                let outcome = format!("The server began anew with {said}: {outcome}");
                self.world.remark(&outcome);
                outcome + self.keep_files(names, files, size).await
            }
            Err(why) => {
                let why = why.trim_end_matches('.');
                format!("{REFUSED}{why}. The data that was there is kept.")
            }
        };
        self.world.loading.set(said);
        self.world.busy.set(false);
    }

    /// Keeps the files and the log that begins with them. Gives a sentence if the files are not kept.
    async fn keep_files(self, names: Vec<String>, files: Array, size: u64) -> &'static str {
        let (site, world) = (self.site(), self.world_name());
        let mut kept = None;
        if self.keeps_record() {
            kept::forget(&site, &world);
            if size <= KEPT_BYTES_MAX {
                kept = kept::keep(&site, &world, &files).await;
            }
        }
        self.change_record(|record| record.log = vec![LogEntry::Load { names }]);
        if kept.is_some() || !self.keeps_record() {
            return "";
        }
        match size <= KEPT_BYTES_MAX {
            true => {
                " The browser cannot keep the files: this session ends when you leave the page."
            }
            false => " More than 64 MB are not kept: this session ends when you leave the page.",
        }
    }

    /// What the record's log begins with. If it is not there any more, neither is the session: its commands would
    /// answer otherwise without it.
    pub async fn files_of_session(self) -> Array {
        let names = self.record.with_untracked(|record| {
            export::loaded(&record.log).map(|(_, names)| names.join(", "))
        });
        let Some(names) = names else {
            return Array::new();
        };
        if let Some(files) = kept::read(&self.site(), &self.world_name()).await {
            return files;
        }
        self.world.remark(&format!(
            "The session began with files that this browser does not have any more ({names}). \
             Load them again; until then the server is empty."
        ));
        self.change_record(|record| record.log.clear());
        Array::new()
    }
}
