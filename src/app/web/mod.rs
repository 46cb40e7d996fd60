//! Everything that touches the browser: the worker, storage, and the islands.

mod block;
mod console;
mod course;
mod dock;
mod dom;
mod draw;
mod engine;
mod erase;
mod exercise;
mod figure;
mod finish;
mod header;
mod keys;
mod notices;
mod offline;
mod page;
mod quiz;
mod settings;
mod share;
mod shortcuts;
mod steps;
mod storage;
mod views;
mod world;

use leptos::prelude::*;
use page::{Page, Route};

/// Attaches the islands of this page. The static text stays as it is.
pub fn start() {
    console_error_panic_hook::set_once();
    // The page lives as long as its document, and so does what it owns.
    let owner = Owner::new();
    owner.with(|| {
        let page = Page::read();
        provide_context(page);
        page.begin();
        header::attach(page);
        course::attach(page);
        shortcuts::attach(page);
        dom::make_tables_scrollable();
        match page.route() {
            Route::Lesson => {
                block::attach(page);
                exercise::attach(page);
                quiz::attach(page);
                figure::attach(page);
                finish::attach(page);
                dock::attach(page, dom::by_id("dock"));
            }
            Route::Playground => dock::attach(page, dom::island("playground")),
            Route::Home => dock::attach_small(page, dom::island("front-console")),
            Route::Share => {
                dock::attach(page, dom::island("share"));
                share::open(page);
            }
            Route::Other => {}
        }
        offline::attach(page);
        settings::attach(page);
        notices::attach(page);
    });
    std::mem::forget(owner);
    dom::root()
        .set_attribute("data-ready", "")
        .expect("an attribute can be set");
}
