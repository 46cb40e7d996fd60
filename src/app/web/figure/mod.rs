//! A visualiser in the page: it asks the worker for a moment and draws what it gets. What is drawn and said is decided
//! in the crate `views`; here are only the moments (which command, which step), the bar that moves through them
//! (`bar.rs`), and the places where figures stand (`place.rs`).

mod ask;
mod bar;
mod board;
mod keys;
mod place;

pub use place::{Chosen, attach, attach_gallery, attach_page};

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::drawing::{Position, Show, Shown};
use messages::{LogEntry, Request, Response};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent};

use super::dom;
use super::draw::Draw;
use super::erase::{click, effect, key, part};
use super::page::Page;
use crate::markup::{el, several};

/// One figure and the moment that it shows.
#[derive(Clone, Copy)]
pub struct Figure {
    page: Page,
    /// A world of its own, and what was run in it; none: the page's server.
    own: StoredValue<Option<Own>>,
    view: StoredValue<String>,
    pub key: RwSignal<Vec<u8>>,
    shown: RwSignal<Option<Shown>>,
    /// None: the present, whatever is run.
    at: RwSignal<Option<Position>>,
    playing: RwSignal<bool>,
    speed: RwSignal<usize>,
    as_text: RwSignal<bool>,
    help: RwSignal<bool>,
    revealed: RwSignal<bool>,
    seed: RwSignal<Option<String>>,
    options: RwSignal<Vec<(String, String)>>,
    /// What the live region says.
    said: RwSignal<String>,
    asking: StoredValue<bool>,
    again: StoredValue<bool>,
}

/// A world that belongs to a figure.
#[derive(Clone)]
pub struct Own {
    name: String,
    log: Vec<LogEntry>,
}

impl Figure {
    pub fn new(page: Page, view: &str, key: &[u8]) -> Figure {
        Figure {
            page,
            own: StoredValue::new(None),
            view: StoredValue::new(view.to_owned()),
            key: RwSignal::new(key.to_vec()),
            shown: RwSignal::new(None),
            at: RwSignal::new(None),
            playing: RwSignal::new(false),
            speed: RwSignal::new(bar::ONE),
            as_text: RwSignal::new(false),
            help: RwSignal::new(false),
            revealed: RwSignal::new(false),
            seed: RwSignal::new(None),
            options: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            asking: StoredValue::new(false),
            again: StoredValue::new(false),
        }
    }

    /// Asks for the moment and draws it. Asked again meanwhile, it asks once more when the answer is there.
    pub fn look(self) {
        if self.asking.get_value() {
            self.again.set_value(true);
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            loop {
                self.again.set_value(false);
                self.look_once().await;
                if !self.again.get_value() {
                    break;
                }
            }
            self.asking.set_value(false);
        });
    }

    async fn look_once(self) {
        let show = Show {
            view: self.view.get_value(),
            key: self.key.get_untracked(),
            at: self.at.get_untracked(),
            seed: self.seed.get_untracked(),
            options: self.options.get_untracked(),
            revealed: self.revealed.get_untracked(),
        };
        if let Some(Response::Shown(shown)) = self.ask(Request::Show(show)).await {
            self.said.set(shown.said.clone());
            self.shown.set(Some(*shown));
        }
    }

    async fn ask(self, request: Request) -> Option<Response> {
        let own = self
            .own
            .with_value(|own| own.as_ref().map(|own| own.name.clone()));
        match own {
            None => self.page.ask(request).await.ok(),
            Some(world) => {
                let answer = self.page.engine().call(&world, request, Array::new()).await;
                answer.ok()?.result.ok()
            }
        }
    }

    /// Runs a line where this figure's keys are.
    pub fn run(self, line: String) {
        self.go(None);
        let Some(own) = self.own.get_value() else {
            return self.page.type_line(String::new(), line);
        };
        spawn_local(async move {
            let request = Request::Run {
                client: String::new(),
                line: line.clone(),
            };
            if self
                .page
                .engine()
                .call(&own.name, request, Array::new())
                .await
                .is_ok()
            {
                let entry = LogEntry::Line {
                    client: String::new(),
                    line,
                };
                self.own
                    .update_value(|own| own.iter_mut().for_each(|own| own.log.push(entry.clone())));
                self.look();
            }
        });
    }

    // --- Moments --------------------------------------------------------------------------------------------------

    fn here(self) -> (Position, u32, u32, u32) {
        self.shown.with_untracked(|shown| match shown {
            Some(shown) => (shown.at, shown.steps, shown.first, shown.commands),
            None => (Position::default(), 0, 0, 0),
        })
    }

    /// To a moment, or to the present.
    fn go(self, at: Option<Position>) {
        let (here, ..) = self.here();
        if at.is_none_or(|at| at.command != here.command) {
            self.revealed.set(false);
        }
        self.at.set(at);
        self.look();
    }

    fn forward(self) -> bool {
        let (at, steps, _, commands) = self.here();
        if at.step < steps {
            self.go(Some(Position {
                step: at.step + 1,
                ..at
            }));
        } else if at.command + 1 < commands {
            self.go(Some(Position {
                command: at.command + 1,
                step: 0,
            }));
        } else {
            self.go(None);
            return false;
        }
        true
    }

    fn back(self) {
        let (at, _, first, _) = self.here();
        if at.step > 0 {
            self.go(Some(Position {
                step: at.step - 1,
                ..at
            }));
        } else if at.command > first {
            self.to_command(at.command - 1);
        }
    }

    /// To the end of a command.
    fn to_command(self, command: u32) {
        self.go(Some(Position {
            command,
            step: u32::MAX,
        }));
    }

    fn by_command(self, by: i64) {
        let (at, steps, first, commands) = self.here();
        // Back from the middle of a command leads to its beginning.
        let inside = by < 0 && at.step > 0 && at.step < steps;
        let command = match inside {
            true => at.command,
            false => (i64::from(at.command) + by)
                .clamp(first.into(), i64::from(commands.max(1)) - 1) as u32,
        };
        match inside {
            true => self.go(Some(Position { command, step: 0 })),
            false => self.to_command(command),
        }
    }

    fn to_begin(self) {
        let (_, _, first, _) = self.here();
        self.go(Some(Position {
            command: first,
            step: 0,
        }));
    }

    /// Back to the present, the page's own luck and the controls as they were.
    fn reset(self) {
        self.playing.set(false);
        self.seed.set(None);
        self.options.set(Vec::new());
        self.revealed.set(false);
        self.go(None);
    }

    fn set_option(self, name: &str, value: &str) {
        self.options.update(|options| {
            options.retain(|(own, _)| own != name);
            options.push((name.to_owned(), value.to_owned()));
        });
        self.look();
    }

    /// The same key in another visualiser.
    fn change_view(self, name: &str) {
        self.view.set_value(name.to_owned());
        self.options.set(Vec::new());
        self.go(None);
    }

    fn new_seed(self) {
        let number = (js_sys::Math::random() * 10_000.0) as u32;
        self.seed.set(Some(format!("seed {number}")));
        self.look();
    }

    fn play(self) {
        if self.playing.get_untracked() {
            return self.playing.set(false);
        }
        let (at, steps, _, commands) = self.here();
        if at.command + 1 >= commands && at.step >= steps {
            // At the end there is nothing to play: the last command once more.
            self.go(Some(Position {
                command: at.command,
                step: 0,
            }));
        }
        self.playing.set(true);
        spawn_local(async move {
            while self.playing.get_untracked() {
                dom::sleep(bar::pause_millis(self.speed.get_untracked())).await;
                if dom::document().hidden() || self.asking.get_value() {
                    continue;
                }
                if self.playing.get_untracked() && !self.forward() {
                    self.playing.set(false);
                }
            }
        });
    }

    // --- The reader's hand ----------------------------------------------------------------------------------------

    /// What lies in the picture can be pressed: `data-run` runs a line, `data-set` sets an option, `data-at` goes to a
    /// moment.
    fn pressed(self, event: &MouseEvent) {
        let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        else {
            return;
        };
        let Ok(Some(part)) = target.closest("[data-run],[data-set],[data-at]") else {
            return;
        };
        if let Some(line) = part.get_attribute("data-run") {
            return self.run(line);
        }
        if let Some((name, value)) = part
            .get_attribute("data-set")
            .as_deref()
            .and_then(|set| set.split_once('='))
        {
            return self.set_option(name, value);
        }
        let at = part.get_attribute("data-at");
        if let Some((command, step)) = at.as_deref().and_then(|at| at.split_once('.'))
            && let (Ok(command), Ok(step)) = (command.parse(), step.parse())
        {
            self.go(Some(Position { command, step }));
        }
    }
}

/// The figure, and under it the bar. `title` stands above if the place has none of its own.
#[component]
pub fn Visualiser(figure: Figure) -> impl IntoView {
    effect(move || {
        figure.page.world.changes.track();
        figure.key.track();
        figure.look();
    });
    let place = NodeRef::<leptos::html::Div>::new();
    let label = move || {
        figure.shown.with(|shown| {
            shown
                .as_ref()
                .map_or_else(String::new, |shown| shown.title.clone())
        })
    };
    view! {
        <div class="visualiser" tabindex="0" role="group" aria-label=super::erase::text(label) node_ref=place
            on:keydown=key(move |event| keys::pressed(figure, &event))
            on:click=click(move |event| figure.pressed(&event))>
            {part(move || figure.shown.with(|shown| several(shown.as_ref().map(heading)).draw()))}
            {part(move || bar::others(figure))}
            {part(move || ask::question(figure))}
            {part(move || figure.shown.with(|shown| several(shown.as_ref().map(|shown| shown.picture.clone())).draw()))}
            <board::Canvas figure/>
            <p class="visualiser-said" role="status" aria-live="polite">{part(move || figure.said.get())}</p>
            {part(move || several(figure.as_text.get().then(|| text_view(figure))).draw())}
            <bar::Controls figure/>
            <bar::Bar figure/>
            {part(move || several(figure.help.get().then(keys::list)).draw())}
        </div>
    }
}

/// The picture alone, as large as a stamp, and a button that plays its last command.
#[component]
pub fn Specimen(figure: Figure) -> impl IntoView {
    figure.revealed.set(true);
    figure.look();
    let title = move || {
        figure.shown.with(|shown| {
            let title = shown.as_ref().map_or("", |shown| shown.title.as_str());
            let act = if figure.playing.get() {
                "Pause"
            } else {
                "Play"
            };
            format!("{act}: {title}")
        })
    };
    view! {
        <div class="visualiser" inert="">
            {part(move || figure.shown.with(|shown| several(shown.as_ref().map(heading)).draw()))}
            {part(move || figure.shown.with(|shown| several(shown.as_ref().map(|shown| shown.picture.clone())).draw()))}
            <board::Canvas figure/>
        </div>
        <p class="specimen-bar">
            {bar::play_button(figure, super::erase::text(title))}
            <span class="bar-at">{part(move || bar::moment(figure))}</span>
        </p>
    }
}

/// The command of this moment, and whether what is drawn is real.
fn heading(shown: &Shown) -> crate::markup::Markup {
    let label = match &shown.model {
        None => el("span", "truth live")
            .with("title", "What the engine really holds")
            .say("LIVE"),
        Some(what) => el("span", "truth model").with("title", what).say("MODEL"),
    };
    let line = match shown.line.is_empty() {
        true => shown.title.clone(),
        false => crate::format::cut(&format!("{}> {}", shown.client, shown.line), 200),
    };
    el("p", "visualiser-line")
        .append(label)
        .append(el("code", "").say(&line))
}

/// Everything that the picture says, as sentences and a table.
fn text_view(figure: Figure) -> crate::markup::Markup {
    figure.shown.with(|shown| {
        let Some(shown) = shown else {
            return several([]);
        };
        let from = shown.log.len().saturating_sub(200);
        let steps = shown.log[from..].iter().map(|line| el("li", "").say(line));
        let list = (!shown.log.is_empty()).then(|| {
            el("ol", "visualiser-log")
                .with("start", &(from + 1).to_string())
                .add_all(steps)
        });
        let output = shown.output.as_ref().filter(|output| !output.is_empty());
        let table = shown.table.clone().map(|table| {
            el("div", "table-scroll")
                .with("tabindex", "0")
                .with("role", "group")
                .with("aria-label", "The structure as a table")
                .append(table)
        });
        el("div", "visualiser-text")
            .add_if(list)
            .add_if(output.map(|output| el("pre", "reply").say(output)))
            .add_if(table)
    })
}

/// The world in which a figure of its own lives.
pub async fn open_own(figure: Figure, name: String, seed: String, log: Vec<LogEntry>) {
    let setup = messages::Setup {
        seed,
        log: log.clone(),
        ..messages::Setup::default()
    };
    let opened = figure
        .page
        .engine()
        .call(&name, Request::Open(setup), Array::new())
        .await;
    if opened.is_ok() {
        figure.own.set_value(Some(Own { name, log }));
    }
}

fn place_of(element: &HtmlElement, name: &str) -> String {
    element
        .get_attribute(&format!("data-{name}"))
        .unwrap_or_default()
}
