//! A live picture within the text: the key that a `view` fence names, as the blocks above leave it.

use leptos::prelude::*;

use super::erase::{click, effect, part};
use leptos::task::spawn_local;
use messages::{KeyRow, KeyView};

use super::dom;
use super::keys::KeyTable;
use super::page::Page;
use super::slices::Slices;
use super::views::picture;
use super::world::BlockState;
use crate::format::text_of;
use crate::markup::el;

#[derive(Clone, PartialEq)]
enum Seen {
    Nothing,
    Key(KeyView),
    Keys(Vec<KeyRow>, u64),
    NoKey(String),
}

pub fn attach(page: Page, slices: &mut Slices) {
    for element in dom::all("figure.view[data-view]") {
        let Some(number) = dom::number(&element, "view") else {
            continue;
        };
        let view = page.data(|data| data.views.get(number as usize).cloned());
        let Some(view) = view else { continue };
        slices.push(move || dom::fill(&element, move || view! { <Figure page view/> }));
    }
}

#[component]
fn Figure(page: Page, view: lesson::View) -> impl IntoView {
    let key = key_of(&view);
    let last = view.after_blocks.checked_sub(1).map(|at| at as u32);
    let seen = RwSignal::new(Seen::Nothing);
    let chosen = RwSignal::new(None::<Vec<u8>>);
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
    let name = key.clone();
    effect(move || {
        page.world.changes.track();
        if !has_run.get() || !page.world.is_open() {
            return;
        }
        let key = name.clone();
        spawn_local(async move { seen.set(look(page, key).await) });
    });
    let show = move |_| {
        asked.set(true);
        if let Some(last) = last {
            page.run_block(last, None);
        }
    };
    let caption = match &key {
        Some(key) => format!("{key}, as the server holds it"),
        None => "The keys of this server and when they end".to_owned(),
    };
    view! {
        <figcaption>{caption}</figcaption>
        {part(move || seen.with(|seen| match seen {
            Seen::Nothing => view! { <div class="view-empty"><button type="button" class="button" on:click=click(show)>"Run the blocks above and show it"</button></div> }.into_any(),
            Seen::Key(view) => picture(view).into_any(),
            Seen::Keys(rows, _) if rows.is_empty() => el("p", "empty").say("There are no keys now.").into_any(),
            Seen::Keys(rows, total) => view! { <KeyTable rows=rows.clone() total=*total chosen/> }.into_any(),
            Seen::NoKey(key) => el("p", "empty").say(&format!("There is no key {key} now.")).into_any(),
        }))}
    }
}

/// `view` fences name a key, or `expires` and `keys` for all of them.
fn key_of(view: &lesson::View) -> Option<String> {
    match (view.words.first(), view.name.as_str()) {
        (Some(key), _) => Some(key.clone()),
        (None, "expires" | "keys") => None,
        (None, key) => Some(key.to_owned()),
    }
}

async fn look(page: Page, key: Option<String>) -> Seen {
    match key {
        Some(key) => match page.inspect(key.clone().into_bytes()).await {
            Some(view) => Seen::Key(view),
            None => Seen::NoKey(text_of(key.as_bytes())),
        },
        None => page
            .keys(50)
            .await
            .map_or(Seen::Nothing, |(rows, total)| Seen::Keys(rows, total)),
    }
}
