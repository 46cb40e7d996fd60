//! Where figures stand: within a lesson, on a page of their own, in the gallery. And links to what one shows.

use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::LogEntry;
use messages::drawing::Position;
use messages::share::{self, SharedView};
use messages::{KeyRow, format};
use web_sys::HtmlElement;

use super::{Figure, Specimen, Visualiser, open_own, place_of};
use crate::markup::el;
use crate::web::dom;
use crate::web::draw::Draw;
use crate::web::erase::{click, effect, maybe, part};
use crate::web::keys::KeyTable;
use crate::web::page::Page;
use crate::web::slices::Slices;
use crate::web::world::BlockState;

/// The figures of a lesson: what `view` fences name, as the blocks above leave it.
pub fn attach(page: Page, slices: &mut Slices) {
    for element in dom::all("figure.view[data-view]") {
        let Some(number) = dom::number(&element, "view") else {
            continue;
        };
        let view = page.data(|data| data.views.get(number as usize).cloned());
        let Some(view) = view else { continue };
        slices.push(move || dom::fill(&element, move || view! { <InLesson page view/> }));
    }
}

#[component]
fn InLesson(page: Page, view: lesson::View) -> impl IntoView {
    let last = view.after_blocks.checked_sub(1).map(|at| at as u32);
    let asked = RwSignal::new(false);
    let has_run = Memo::new(move |_| {
        let ran = |state: &BlockState| matches!(state, BlockState::Ran(_) | BlockState::Restored);
        asked.get()
            || last.is_none_or(|last| {
                page.world
                    .blocks
                    .with(|blocks| blocks.get(&last).is_some_and(ran))
            })
    });
    let show = move |_| {
        asked.set(true);
        if let Some(last) = last {
            page.run_block(last, None);
        }
    };
    let all = view.words.is_empty() && matches!(view.name.as_str(), "expires" | "keys");
    let key = view.words.first().cloned().unwrap_or_default();
    let caption = match (all, key.is_empty()) {
        (true, _) => "The keys of this server and when they end".to_owned(),
        (false, true) => "This server, as it is".to_owned(),
        (false, false) => format!("{key}, as the server holds it"),
    };
    let name = view.name.clone();
    view! {
        <figcaption>{caption}</figcaption>
        {part(move || match (has_run.get(), all) {
            (false, _) => view! { <div class="view-empty"><button type="button" class="button" on:click=click(show)>"Run the blocks above and show it"</button></div> }.into_any(),
            (true, true) => view! { <AllKeys page/> }.into_any(),
            (true, false) => view! { <Visualiser figure=Figure::new(page, &name, key.as_bytes())/> }.into_any(),
        })}
    }
}

/// The keys and their deadlines, and any of them opened up.
#[component]
fn AllKeys(page: Page) -> impl IntoView {
    let rows = RwSignal::new(None::<(Vec<KeyRow>, u64)>);
    let chosen = RwSignal::new(None::<Vec<u8>>);
    effect(move || {
        page.world.changes.track();
        spawn_local(async move { rows.set(page.keys(50).await) });
    });
    view! {
        {part(move || match rows.get() {
            None => ().into_any(),
            Some((rows, _)) if rows.is_empty() => el("p", "empty").say("There are no keys now.").draw().into_any(),
            Some((rows, total)) => view! { <KeyTable rows total chosen/> }.into_any(),
        })}
        <Chosen page chosen/>
    }
}

/// The key that the reader chose, in the visualiser that fits it.
#[component]
pub fn Chosen(page: Page, chosen: RwSignal<Option<Vec<u8>>>) -> impl IntoView {
    part(move || {
        maybe(
            chosen
                .get()
                .map(|key| view! { <Visualiser figure=Figure::new(page, "", &key)/> }),
        )
    })
}

/// A visualiser's own page, beside its console: with the commands of the link that was opened, or its own.
pub fn attach_page(page: Page) {
    let Some(element) = dom::island("visualiser") else {
        return;
    };
    let figure = figure_of(page, &element);
    let fragment = dom::window().location().hash().unwrap_or_default();
    let shared = match share::decode(&fragment) {
        Ok(shared) => Some(shared),
        Err(share::Broken::NotALink) => None,
        Err(broken) => {
            page.tell(
                format!("{broken} Below is the visualiser as it begins."),
                true,
            );
            None
        }
    };
    crate::web::share::forget_fragment();
    let view = shared.as_ref().and_then(|shared| shared.view.clone());
    if let Some(view) = &view {
        figure.key.set(view.key.clone());
        page.seed_of_link.set_value(view.seed.clone());
    }
    let entries = match shared {
        Some(shared) => shared.entries,
        None => starter(&element),
    };
    spawn_local(async move {
        crate::web::share::run_all(page, entries).await;
        if let Some(SharedView { command, step, .. }) = view {
            figure.go(Some(Position { command, step }));
        }
    });
    dom::fill(&element, move || view! { <Visualiser figure/> });
}

/// All visualisers on one page, each with a small server of its own.
pub fn attach_gallery(page: Page, slices: &mut Slices) {
    for element in dom::all("[data-island=specimen]") {
        slices.push(move || {
            let figure = figure_of(page, &element);
            let name = place_of(&element, "view");
            let log = starter(&element);
            spawn_local(async move {
                let (world, seed) = (format!("gallery:{name}"), format!("views/{name}"));
                open_own(figure, world, seed, log).await;
                dom::fill(&element, move || view! { <Specimen figure/> });
            });
        });
    }
}

fn figure_of(page: Page, element: &HtmlElement) -> Figure {
    Figure::new(
        page,
        &place_of(element, "view"),
        place_of(element, "key").as_bytes(),
    )
}

/// The commands that the static page carries for a visualiser.
fn starter(element: &HtmlElement) -> Vec<LogEntry> {
    let text = place_of(element, "starter");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| LogEntry::Line {
            client: String::new(),
            line: line.to_owned(),
        })
        .collect()
}

/// The link to this moment: seed, commands, visualiser, position.
pub fn copy_link(figure: Figure) {
    let page = figure.page;
    let (at, ..) = figure.here();
    let mut shared = match figure.own.get_value() {
        None => crate::web::share::session(page),
        Some(own) => share::Shared {
            origin: own.name,
            entries: own.log,
            view: None,
        },
    };
    let name = figure
        .shown
        .with_untracked(|shown| shown.as_ref().map(|shown| shown.view.clone()))
        .unwrap_or_default();
    let seed = figure
        .seed
        .get_untracked()
        .unwrap_or_else(|| figure.seed_of_world());
    let count = shared.entries.len();
    shared.view = Some(SharedView {
        name: name.clone(),
        key: figure.key.get_untracked(),
        seed: Some(seed),
        command: at.command,
        step: at.step,
    });
    let whole = crate::export::loaded(&shared.entries).is_none() && count <= share::ENTRIES_MAX;
    let said = match whole {
        true => {
            let origin = dom::window().location().origin().unwrap_or_default();
            let link = format!(
                "{origin}{}views/{name}/#{}",
                page.site(),
                share::encode(&shared)
            );
            crate::web::share::copy(&link);
            format!(
                "Copied a link with {} and this moment.",
                format::counted(count as u64, "command")
            )
        }
        false => {
            "This session is too long for a link, or began with files, which a link cannot carry."
                .to_owned()
        }
    };
    figure.said.set(said);
}

impl Figure {
    /// The seed with which the world of this figure was made.
    fn seed_of_world(self) -> String {
        match self.own.get_value() {
            Some(_) => format!("views/{}", self.view.get_value()),
            None => self.page.seed(),
        }
    }
}
