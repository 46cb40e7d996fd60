//! Sentences that the reader must not miss, in a corner until they are closed.

use leptos::prelude::*;

use super::erase::{click, list, part};

use super::dom;
use super::page::{Notice, Page};

pub fn attach(page: Page) {
    let body = dom::document().body().expect("a document has a body");
    dom::append(&body, move || {
        view! {
            <div class="notices" role="region" aria-label="Notices" aria-live="polite">
                {part(move || list(page.notices.get().into_iter().map(|notice| one(page, notice))))}
                <super::offline::UpdateOffer/>
            </div>
        }
    });
}

fn one(page: Page, notice: Notice) -> impl IntoView {
    let text = notice.text.clone();
    let close = move |_| {
        page.notices
            .update(|notices| notices.retain(|other| *other != notice))
    };
    view! {
        <div class="notice warn">
            <p>{text}</p>
            <button type="button" class="plain" on:click=click(close)>"Close"</button>
        </div>
    }
}
