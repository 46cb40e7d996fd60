//! The server beside the text: its clock, keys and memory; console and keys; what can be done with
//! the whole session.

use leptos::prelude::*;

use super::erase::{click, effect, flag, key, list, maybe, part, text};
use web_sys::HtmlElement;

use super::console::Console;
use super::dom;
use super::engine::State;
use super::files::{self, Files};
use super::keys::Keys;
use super::page::{Page, Route};
use super::scripts::ScriptList;
use crate::format::{bytes, counted, time_of_day};
use crate::{export, format};

#[derive(Clone, Copy, PartialEq)]
enum Tab {
    Console,
    Keys,
    Scripts,
    Files,
}

pub fn attach(page: Page, place: Option<HtmlElement>) {
    let Some(place) = place else { return };
    // With a page of its own the console has room for the keys beside it.
    let wide = !matches!(page.route(), Route::Lesson | Route::Visualiser)
        && dom::window()
            .inner_width()
            .is_ok_and(|width| width.as_f64() >= Some(1000.0));
    let tab = RwSignal::new(if wide { Tab::Keys } else { Tab::Console });
    dom::fill(&place, move || view! { <Dock page tab/> });
    files::accept_drops(page, &place, move || {
        if tab.get_untracked() != Tab::Files {
            tab.set(Tab::Files);
        }
    });
    keep_height(page, &place);
    page.warm_up_later();
}

/// The console alone, for the front page.
pub fn attach_small(page: Page, place: Option<HtmlElement>) {
    let Some(place) = place else { return };
    dom::fill(
        &place,
        move || view! { <div class="machine small"><Console page/></div> },
    );
    leptos::task::spawn_local(async move {
        // A server that already answers, once the page has settled.
        dom::sleep(600).await;
        for line in ["SET cart:7 book EX 3600", "GET cart:7", "TTL cart:7"] {
            page.run_line(String::new(), line.to_owned()).await;
        }
    });
}

/// Opens the dock where it is a drawer, and puts the cursor at its prompt.
pub fn focus_console() -> bool {
    set_open(true);
    // Where the console has a place of its own, its tab is not there.
    for tab in dom::all("#tab-console[aria-selected=false]") {
        if tab.offset_width() > 0 {
            tab.click();
        }
    }
    let input = dom::all(".console-input").into_iter().next();
    if let Some(input) = &input {
        dom::focus(input);
    }
    input.is_some()
}

fn set_open(open: bool) {
    dom::root()
        .class_list()
        .toggle_with_force("dock-open", open)
        .expect("a class can be set");
}

#[component]
fn Dock(page: Page, tab: RwSignal<Tab>) -> impl IntoView {
    let both = !matches!(page.route(), Route::Lesson | Route::Visualiser);
    let open = RwSignal::new(false);
    effect(move || set_open(open.get()));
    let name = match page.route() {
        Route::Lesson | Route::Visualiser => "This page’s server",
        Route::Share => "Scratch server",
        _ => "Your server",
    };
    let tab_button = move |own: Tab, id: &'static str, label: &'static str| {
        view! {
            <button type="button" role="tab" id=format!("tab-{id}") class="tab" aria-controls=format!("panel-{id}")
                aria-selected=text(move || (tab.get() == own).to_string())
                tabindex=text(move || if tab.get() == own { "0" } else { "-1" })
                on:click=click(move |_| tab.set(own))
                on:keydown=key(move |event| if event.key() == "ArrowRight" || event.key() == "ArrowLeft" {
                    event.prevent_default();
                    go_to_tab(event.key() == "ArrowRight");
                })>{label}</button>
        }
    };
    view! {
        <div class="machine" class:both=both>
            <div class="dock-grip" aria-hidden="true"></div>
            <header class="dock-head">
                <button type="button" class="dock-toggle" aria-expanded=text(move || open.get().to_string())
                    on:click=click(move |_| open.update(|open| *open = !*open))>
                    <span class="engine-light" data-state=text(move || light(&page.world.engine.get()))></span>
                    <span>{name}</span>
                </button>
                <h2 class="dock-name"><span class="engine-light" data-state=text(move || light(&page.world.engine.get()))></span>{name}</h2>
                <p class="facts-line">{part(move || facts(page))}</p>
            </header>
            <div class="clock-row">
                <Clock page/>
                <SessionMenu page/>
            </div>
            <div class="tabs" role="tablist" aria-label="What the server shows">
                {tab_button(Tab::Console, "console", "Console")}
                {tab_button(Tab::Keys, "keys", "Keys")}
                {tab_button(Tab::Scripts, "scripts", "Scripts")}
                {tab_button(Tab::Files, "files", "Files")}
            </div>
            <div class="panel" role="tabpanel" id="panel-console" aria-labelledby="tab-console" class:off=flag(move || tab.get() != Tab::Console)>
                <Console page/>
            </div>
            <div class="panel" role="tabpanel" id="panel-keys" aria-labelledby="tab-keys" tabindex="0" class:off=flag(move || tab.get() != Tab::Keys)>
                {part(move || maybe((both || tab.get() == Tab::Keys).then(|| view! { <Keys page/> })))}
            </div>
            <div class="panel" role="tabpanel" id="panel-scripts" aria-labelledby="tab-scripts" tabindex="0" class:off=flag(move || tab.get() != Tab::Scripts)>
                {part(move || maybe((tab.get() == Tab::Scripts).then(|| view! { <ScriptList page/> })))}
            </div>
            <div class="panel" role="tabpanel" id="panel-files" aria-labelledby="tab-files" tabindex="0" class:off=flag(move || tab.get() != Tab::Files)>
                {part(move || maybe((tab.get() == Tab::Files).then(|| view! { <Files page/> })))}
            </div>
            <a class="skip back" href="#main">"Skip back to the text"</a>
        </div>
    }
}

/// From the tab with the focus to the one beside it, around the ends.
fn go_to_tab(right: bool) {
    let tabs: Vec<HtmlElement> = dom::all(".tab")
        .into_iter()
        .filter(|tab| tab.offset_width() > 0)
        .collect();
    let focused = dom::document().active_element();
    let at = tabs.iter().position(|tab| focused.as_ref() == Some(tab));
    if let Some(at) = at {
        let step = if right { 1 } else { tabs.len() - 1 };
        let tab = &tabs[(at + step) % tabs.len()];
        tab.click();
        dom::focus(tab);
    }
}

fn light(state: &State) -> &'static str {
    match state {
        State::Cold | State::Starting => "starting",
        State::Ready => "ready",
        State::Slow(_) => "slow",
        State::Absent(_) => "absent",
    }
}

fn facts(page: Page) -> String {
    match page.world.engine.get() {
        State::Cold => "starts when you need it".to_owned(),
        State::Starting => "starting…".to_owned(),
        State::Absent(_) => "not running".to_owned(),
        _ if !page.world.is_open() => "starting…".to_owned(),
        _ => page.world.status.with(|status| {
            let memory = format!("{} used", bytes(status.memory_bytes));
            format!("{} · {memory}", counted(status.keys, "key"))
        }),
    }
}

#[component]
fn Clock(page: Page) -> impl IntoView {
    let steps = [
        (1_000, "+1 s", "one second"),
        (60_000, "+1 min", "one minute"),
        (3_600_000, "+1 h", "one hour"),
    ];
    let time = move || {
        page.world
            .status
            .with(|status| time_of_day(status.clock_millis))
    };
    let elapsed = move || {
        page.world.status.with(|status| {
            format!(
                "{} since this server began",
                format::lifetime(status.elapsed_millis as i64)
            )
        })
    };
    view! {
        <div class="clock" role="group" aria-label="The server’s clock">
            <span class="time" title=elapsed>{time}</span>
            {list(steps.into_iter().map(|(millis, label, spoken)| view! {
                <button type="button" class="plain" on:click=click(move |_| page.advance(millis)) title=format!("Let {spoken} pass")>{label}<span class="hush">" later"</span></button>
            }))}
        </div>
    }
}

#[component]
fn SessionMenu(page: Page) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let sure = RwSignal::new(false);
    let share = move |_| {
        let (link, what) = super::share::link(page);
        if !link.is_empty() {
            super::share::copy(&link);
        }
        said.set(what);
    };
    let script = move |_| {
        super::share::copy(&export::as_script(&super::share::session(page).entries));
        said.set("Copied as a script for redis-cli.".to_owned());
    };
    let markdown = move |_| {
        super::share::copy(&super::share::markdown(page));
        said.set("Copied as Markdown.".to_owned());
    };
    let reset = move |_| match sure.get_untracked() {
        false => sure.set(true),
        true => {
            page.reset_world(true);
            sure.set(false);
            open.set(false);
        }
    };
    let close_on_escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = dom::by_id("session-menu-button") {
                dom::focus(&button);
            }
        }
    };
    view! {
        <div class="menu" on:keydown=key(close_on_escape)>
            <button type="button" class="plain" id="session-menu-button" aria-expanded=text(move || open.get().to_string()) aria-controls="session-menu"
                on:click=click(move |_| { said.set(String::new()); sure.set(false); open.update(|open| *open = !*open) })>
                "Session"
                <svg class="icon" viewBox="0 0 12 12" aria-hidden="true"><path d="M2.5 4.5 6 8l3.5-3.5"/></svg>
            </button>
            <div class="menu-list" id="session-menu" hidden=flag(move || !open.get())>
                <button type="button" on:click=click(share)>"Copy a link to this session"</button>
                <button type="button" on:click=click(script)>"Copy as redis-cli script"</button>
                <button type="button" on:click=click(markdown)>"Copy as Markdown"</button>
                <hr/>
                <button type="button" on:click=click(move |_| { page.reset_world(false); open.set(false) })>"Start the server over"</button>
                {maybe((page.route() == Route::Lesson).then(|| view! {
                    <button type="button" on:click=click(reset)>
                        {part(move || if sure.get() { "Really: edits and answers go too" } else { "Reset the lesson" })}
                    </button>
                }))}
                <p role="status" class="said">{part(move || said.get())}</p>
            </div>
        </div>
    }
}

/// Where the dock is a drawer, its upper edge can be dragged; the height is kept.
fn keep_height(page: Page, dock: &HtmlElement) {
    use wasm_bindgen::JsCast;
    use web_sys::PointerEvent;
    let set = |height: &str| {
        dom::root()
            .style()
            .set_property("--drawer", height)
            .expect("a height")
    };
    if let Some(height) = page.store(|store| store.text("drawer")) {
        set(&height);
    }
    let Some(grip) = dom::within(dock.as_ref(), ".dock-grip").into_iter().next() else {
        return;
    };
    let held = grip.clone();
    gloo::events::EventListener::new(&grip, "pointerdown", move |event| {
        let event = event.unchecked_ref::<PointerEvent>();
        // Without capture the drag ends at the grip's edge.
        let _ = held.set_pointer_capture(event.pointer_id());
    })
    .forget();
    let held = grip.clone();
    gloo::events::EventListener::new(&grip, "pointermove", move |event| {
        let event = event.unchecked_ref::<PointerEvent>();
        if held.has_pointer_capture(event.pointer_id()) {
            let window = dom::window()
                .inner_height()
                .ok()
                .and_then(|height| height.as_f64())
                .unwrap_or(800.0);
            let share = ((window - f64::from(event.client_y())) / window * 100.0).clamp(20.0, 85.0);
            let height = format!("{}vh", share as u32);
            set(&height);
            // An unstored height holds for this page.
            let _ = page.store(|store| store.write_text("drawer", &height));
        }
    })
    .forget();
}
