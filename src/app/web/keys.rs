//! The keys of the server, and one of them opened up.

use leptos::prelude::*;

use super::erase::{click, effect, list, part, text};
use leptos::task::spawn_local;
use messages::KeyRow;

use super::draw::Draw;
use super::figure::Chosen;
use super::page::Page;
use crate::format::{bytes, cut, lifetime, text_of};
use crate::markup::{el, several};

const KEYS_MAX: u32 = 200;

#[component]
pub fn Keys(page: Page) -> impl IntoView {
    let rows = RwSignal::new(None::<(Vec<KeyRow>, u64)>);
    let chosen = RwSignal::new(None::<Vec<u8>>);
    effect(move || {
        page.world.changes.track();
        spawn_local(async move { rows.set(page.keys(KEYS_MAX).await) });
    });
    view! {
        <div class="keys-panel">
            {part(move || match rows.get() {
                None => el("p", "empty").say("The engine has not answered yet.").draw().into_any(),
                Some((rows, _)) if rows.is_empty() => el("p", "empty").say("No keys. The first SET makes one.").draw().into_any(),
                Some((rows, total)) => view! { <KeyTable rows total chosen/> }.into_any(),
            })}
            <Chosen page chosen/>
        </div>
    }
}

#[component]
pub fn KeyTable(rows: Vec<KeyRow>, total: u64, chosen: RwSignal<Option<Vec<u8>>>) -> impl IntoView {
    let more = total.saturating_sub(rows.len() as u64);
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Keys">
        <table class="keys-table">
            <thead><tr><th scope="col">"Key"</th><th scope="col">"Type"</th><th scope="col">"Encoding"</th><th scope="col" class="number">"Expires in"</th><th scope="col" class="number">"Memory"</th></tr></thead>
            <tbody>
                {list(rows.into_iter().map(|row| key_row(row, chosen)))}
            </tbody>
        </table>
        </div>
        {several((more > 0).then(|| el("p", "empty").say(&format!("and {more} more")))).draw()}
    }
}

fn key_row(row: KeyRow, chosen: RwSignal<Option<Vec<u8>>>) -> impl IntoView {
    let (own, key, name) = (row.key.clone(), row.key.clone(), text_of(&row.key));
    let ttl = row.ttl_millis.map_or_else(|| "–".to_owned(), lifetime);
    view! {
        <tr>
            <th scope="row"><button type="button" class="key-button" aria-pressed=text(move || (chosen.get().as_ref() == Some(&own)).to_string())
                title="Show me this key"
                on:click=click(move |_| chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&key) { None } else { Some(key.clone()) }))>
                {cut(&name, 40)}</button></th>
            <td>{row.kind}</td>
            <td>{row.encoding}</td>
            <td class="number">{ttl}</td>
            <td class="number">{bytes(row.memory_bytes)}</td>
        </tr>
    }
}
