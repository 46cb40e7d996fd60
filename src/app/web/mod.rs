//! Everything that touches the browser: the worker, storage, and the islands.

mod block;
mod certificate;
mod console;
mod course;
mod dock;
mod dom;
mod draw;
mod engine;
mod erase;
mod exercise;
mod figure;
mod files;
mod finish;
mod header;
mod kept;
mod keys;
mod notices;
mod offline;
mod page;
mod quiz;
mod script;
mod scripts;
mod settings;
mod share;
mod shortcuts;
mod slices;
mod stepping;
mod steps;
mod storage;
mod world;

use leptos::prelude::*;
use page::{Page, Route};
use slices::Slices;

/// Attaches the islands of this page. The static text stays as it is.
pub fn start() {
    report_panics();
    // The page lives as long as its document, and so does what it owns.
    let owner = Owner::new();
    let mut slices = Slices::default();
    owner.with(|| {
        let page = Page::read();
        provide_context(page);
        page.begin();
        header::attach(page);
        course::attach(page);
        certificate::attach(page);
        shortcuts::attach(page);
        dom::make_tables_scrollable();
        match page.route() {
            Route::Lesson => {
                slices.push(move || dock::attach(page, dom::by_id("dock")));
                block::attach(page, &mut slices);
                exercise::attach(page, &mut slices);
                quiz::attach(page, &mut slices);
                figure::attach(page, &mut slices);
                slices.push(move || finish::attach(page));
            }
            Route::Playground => dock::attach(page, dom::island("playground")),
            Route::Home => dock::attach_small(page, dom::island("front-console")),
            Route::Share => {
                dock::attach(page, dom::island("share"));
                share::open(page);
            }
            Route::Visualiser => {
                dock::attach(page, dom::by_id("dock"));
                figure::attach_page(page);
            }
            Route::Gallery => figure::attach_gallery(page, &mut slices),
            Route::Other => {}
        }
        offline::attach(page);
        settings::attach(page);
        notices::attach(page);
    });
    slices.work(owner.clone(), || {
        dom::root()
            .set_attribute("data-ready", "")
            .expect("an attribute can be set");
    });
    std::mem::forget(owner);
}

/// A panic's message goes to the console before the trap, without a crate for it.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}
