//! The files of the server: what it wrote, to be downloaded, and files of the reader's with which it begins anew.
//! They can be dropped anywhere on the dock. Their bytes go to the worker and to storage as the browser's own objects.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::{FileRow, Loaded, LogEntry, Request, Response};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList, HtmlElement, HtmlInputElement};

use super::console::EngineTrouble;
use super::erase::{click, effect, flag, input, list, maybe, part, text};
use super::page::Page;
use super::{kept, share};
use crate::export;
use crate::format::{bytes, counted};
use crate::markup::{el, several};

/// More is not kept when the page is left. Browsers give a site some hundreds.
const KEPT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Keys take a multiple of what they take in a file, and a page has at most four gigabytes.
const LOADED_BYTES_MAX: u64 = 512 * 1024 * 1024;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loading {
    pub busy: bool,
    pub failed: bool,
    pub said: String,
}

#[component]
pub fn Files(page: Page) -> impl IntoView {
    let rows = RwSignal::new(None::<(Vec<FileRow>, bool)>);
    let loading = page.world.loading;
    effect(move || {
        page.world.changes.track();
        spawn_local(async move {
            if let Ok(Response::Files { rows: now, writing }) = page.ask(Request::Files).await {
                rows.set(Some((now, writing)));
            }
        });
    });
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        take(page, input.files());
        input.set_value("");
    };
    view! {
        <div class="files-panel" aria-busy=text(move || loading.get().busy.to_string())>
            {part(move || match rows.get() {
                None => ().into_any(),
                Some((rows, writing)) => view! { <FileTable page rows/> {several(writing.then(still_writing))} }.into_any(),
            })}
            <div class="load">
                <label class="button file">"Load files…"<input type="file" multiple disabled=flag(move || loading.get().busy) on:change=input(chosen)/></label>
                {several([el("p", "").say("or drop them here: a dump.rdb, an appendonly.aof, or all files of an appendonlydir. The server begins anew with them.")])}
            </div>
            <p role="status" class="said" class:failed=flag(move || loading.get().failed)>{part(move || loading.get().said)}</p>
            {part(move || maybe(loading.get().busy.then(|| view! { <EngineTrouble page/> })))}
        </div>
    }
}

fn still_writing() -> crate::markup::Markup {
    el("p", "empty").say("A file is being written in the background: it appears when time passes.")
}

#[component]
fn FileTable(page: Page, rows: Vec<FileRow>) -> impl IntoView {
    if rows.is_empty() {
        return el("p", "empty")
            .say("No files yet. SAVE writes dump.rdb; CONFIG SET appendonly yes begins an append-only file.")
            .into_any();
    }
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Files">
        <table class="keys-table">
            <thead><tr><th scope="col">"File"</th><th scope="col" class="number">"Size"</th><th scope="col"><span class="hush">"Download"</span></th></tr></thead>
            <tbody>{list(rows.into_iter().map(|row| file_row(page, row)))}</tbody>
        </table>
        </div>
    }
    .into_any()
}

fn file_row(page: Page, row: FileRow) -> impl IntoView {
    let name = row.name.clone();
    let (folder, own) = match row.name.rsplit_once('/') {
        Some((folder, own)) => (format!("{folder}/"), own.to_owned()),
        None => (String::new(), row.name.clone()),
    };
    let label = format!("Download {own}");
    let unsynced = (row.synced_bytes < row.bytes).then(|| {
        let unsynced = bytes(row.bytes - row.synced_bytes);
        el("small", "").say(&format!("{unsynced} not synced"))
    });
    let download = move |_| {
        let (name, own) = (name.clone(), own.clone());
        spawn_local(async move {
            if let Ok(Response::File { address }) = page.ask(Request::ReadFile { name }).await {
                share::download_from(&address, &own);
            }
        });
    };
    let shown = el("th", "").with("scope", "row").append(
        el("span", "file-name")
            .append(el("span", "folder").say(&folder))
            .say(row.name.rsplit('/').next().unwrap_or_default()),
    );
    let size = el("td", "number").say(&bytes(row.bytes)).add_if(unsynced);
    view! {
        <tr>
            {shown}{size}
            <td class="number"><button type="button" class="key-button" aria-label=label on:click=click(download)>"Download"</button></td>
        </tr>
    }
}

/// Files can be dropped on the whole dock; `show` brings the pane up while they hang over it.
pub fn accept_drops(page: Page, dock: &HtmlElement, show: impl Fn() + 'static) {
    let over = dock.clone();
    let mark = move |on: bool| {
        // A class can always be set.
        let _ = over.class_list().toggle_with_force("dropping", on);
    };
    let carried = |event: &web_sys::Event| {
        let carried = event.unchecked_ref::<DragEvent>().data_transfer()?;
        carried
            .types()
            .includes(&"Files".into(), 0)
            .then_some(carried)
    };
    let listen = |name: &'static str, act: Box<dyn Fn(&web_sys::Event)>| {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(dock, name, options, move |event| act(event)).forget();
    };
    let on = mark.clone();
    listen(
        "dragover",
        Box::new(move |event| {
            if carried(event).is_some() {
                event.prevent_default();
                on(true);
                show();
            }
        }),
    );
    let off = mark.clone();
    listen("dragleave", Box::new(move |_| off(false)));
    listen(
        "drop",
        Box::new(move |event| {
            mark(false);
            if let Some(carried) = carried(event) {
                event.prevent_default();
                take(page, carried.files());
            }
        }),
    );
}

fn take(page: Page, files: Option<FileList>) {
    let Some(files) = files.filter(|files| files.length() > 0) else {
        return;
    };
    let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
    if !page.world.loading.get_untracked().busy {
        spawn_local(page.load(files));
    }
}

impl Page {
    async fn load(self, files: Vec<File>) {
        let names: Vec<String> = files.iter().map(File::name).collect();
        let size = files.iter().map(|file| file.size()).sum::<f64>() as u64;
        let said = names.join(", ");
        let say = |busy, failed, text: String| {
            self.world.loading.set(Loading {
                busy,
                failed,
                said: text,
            });
        };
        if size > LOADED_BYTES_MAX {
            let (size, most) = (bytes(size), bytes(LOADED_BYTES_MAX));
            return say(
                false,
                true,
                format!(
                    "Not loaded: {size} is more than the {most} that fit into a page. The data that was there is kept."
                ),
            );
        }
        say(true, false, format!("Loading {said} ({})…", bytes(size)));
        let files: Array = files.iter().collect();
        let request = Request::Load {
            names: names.clone(),
        };
        match self.ask_with(request, files.clone()).await {
            Ok(Response::Loaded(Ok(loaded))) => {
                self.world.begin_anew();
                let what = format!("{said}: {}", outcome(&loaded));
                self.world
                    .remark(&format!("The server began anew with {what}"));
                let unkept = self.keep_files(names, &files, size).await;
                say(false, false, what + unkept);
            }
            Ok(Response::Loaded(Err(why))) => {
                say(
                    false,
                    true,
                    format!("Not loaded: {why}. The data that was there is kept."),
                );
            }
            Ok(_) => say(false, true, String::new()),
            Err(problem) => say(false, true, problem.text()),
        }
    }

    /// Keeps the files and the log that begins with them. Gives a sentence if the files are not kept.
    async fn keep_files(self, names: Vec<String>, files: &Array, size: u64) -> &'static str {
        let kept = if !self.keeps_record() {
            Some(())
        } else if size > KEPT_BYTES_MAX {
            None
        } else {
            kept::keep(&self.site(), &self.world_name(), files).await
        };
        if kept.is_none() {
            self.forget_files();
        }
        self.change_record(|record| record.log = vec![LogEntry::Load { names }]);
        match kept {
            Some(()) => "",
            None if size > KEPT_BYTES_MAX => {
                " More than 64 MB are not kept: this session ends when you leave the page."
            }
            None => {
                " The browser cannot keep the files: this session ends when you leave the page."
            }
        }
    }

    /// What the record's log begins with. If it is not there any more, neither is the session: its commands would
    /// answer otherwise without it.
    pub async fn files_of_session(self) -> Array {
        let names = self
            .record
            .with_untracked(|record| export::loaded(&record.log).map(|(_, names)| names.to_vec()));
        let Some(names) = names else {
            return Array::new();
        };
        if let Some(files) = kept::read(&self.site(), &self.world_name(), names.len()).await {
            return files;
        }
        self.world.remark(&format!(
            "The session began with files that are not kept in this browser ({}). Load them again; until then the server is empty.",
            names.join(", ")
        ));
        self.change_record(|record| record.log.clear());
        Array::new()
    }

    pub fn forget_files(self) {
        let count = self.record.with_untracked(|record| {
            export::loaded(&record.log).map_or(0, |(_, names)| names.len())
        });
        if count > 0 {
            spawn_local(kept::forget(self.site(), self.world_name(), count));
        }
    }
}

/// `12 keys in 2 databases.`, and what is to be said beside it.
fn outcome(loaded: &Loaded) -> String {
    let mut text = format!(
        "{} in {}.",
        counted(loaded.keys, "key"),
        counted(u64::from(loaded.databases), "database")
    );
    if loaded.expired > 0 {
        text += &format!(" {} had expired.", counted(loaded.expired, "key"));
    }
    // The rest of the log says what the sentence says already.
    for note in loaded.notes.iter().filter(|note| note.starts_with('!')) {
        text += &format!(" {note}");
    }
    text
}
