//! What every island of a page shares: which page it is, its data, its world, and what is kept.

use std::rc::Rc;

use gloo::events::EventListener;
use leptos::prelude::*;
use lesson::PageData;
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use super::dom;
use super::engine::{Engine, Listeners};
use super::storage::{Store, Trouble};
use super::world::World;
use crate::state::Unreadable;
use crate::state::progress::{self, Progress};
use crate::state::record::{self, Record};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Route {
    Home,
    Lesson,
    Playground,
    Share,
    /// One visualiser beside its console.
    Visualiser,
    /// All of them, each with a server of its own.
    Gallery,
    /// A page without a server.
    Other,
}

/// A sentence for the reader, shown until it is closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub text: String,
    pub grave: bool,
}

#[derive(Clone, Copy)]
pub struct Page {
    fixed: StoredValue<Rc<Fixed>, LocalStorage>,
    /// The record as it last was in storage.
    base: StoredValue<Record>,
    pub record: RwSignal<Record>,
    pub progress: RwSignal<Progress>,
    pub notices: RwSignal<Vec<Notice>>,
    pub world: World,
    /// The seed that an opened link asks for.
    pub seed_of_link: StoredValue<Option<String>>,
}

struct Fixed {
    route: Route,
    slug: Option<String>,
    data: PageData,
    store: Store,
    engine: Engine,
    site: String,
}

const PROGRESS: &str = "progress";

impl Page {
    /// From the static page.
    pub fn read() -> Page {
        let route = match dom::page_data("route").as_deref() {
            Some("home") => Route::Home,
            Some("lesson") => Route::Lesson,
            Some("playground") => Route::Playground,
            Some("share") => Route::Share,
            Some("visualiser") => Route::Visualiser,
            Some("gallery") => Route::Gallery,
            _ => Route::Other,
        };
        let json = dom::by_id("lesson-data").and_then(|script| script.text_content());
        let data = json
            .map(|json| crate::data::read(&json))
            .unwrap_or_default();
        let site = site_path();
        let world = World::new();
        let notices = RwSignal::new(Vec::new());
        let fixed = Fixed {
            route,
            slug: dom::page_data("slug"),
            data,
            store: Store::open(&site),
            engine: Engine::new(worker_script(), listeners(world, notices)),
            site,
        };
        Page {
            fixed: StoredValue::new_local(Rc::new(fixed)),
            base: StoredValue::new(Record::default()),
            record: RwSignal::new(Record::default()),
            progress: RwSignal::new(Progress::default()),
            notices,
            world,
            seed_of_link: StoredValue::new(None),
        }
    }

    /// Reads what is stored and listens for what other tabs store.
    pub fn begin(self) {
        self.load_progress();
        if self.keeps_record() {
            match self.store(|store| store.read::<Record>(&self.world_name())) {
                Ok(stored) => {
                    let stored = stored.unwrap_or_default();
                    self.base.set_value(stored.clone());
                    self.record.set(stored);
                }
                Err(trouble) => self.tell_trouble(&trouble),
            }
        }
        if self.store(Store::is_off) {
            self.tell_trouble(&Trouble::Off);
        }
        if let (Route::Lesson, Some(slug)) = (self.route(), self.slug()) {
            self.change_progress(|progress| progress.see(&slug, dom::now()));
        }
        EventListener::new(&dom::window(), "storage", move |event| {
            self.stored_elsewhere(event)
        })
        .forget();
    }

    pub fn route(self) -> Route {
        self.fixed(|fixed| fixed.route)
    }

    pub fn slug(self) -> Option<String> {
        self.fixed(|fixed| fixed.slug.clone())
    }

    /// A page's data never changes; `read` looks at it.
    pub fn data<T>(self, read: impl FnOnce(&PageData) -> T) -> T {
        self.fixed(|fixed| read(&fixed.data))
    }

    pub fn store<T>(self, act: impl FnOnce(&Store) -> T) -> T {
        let fixed = self.fixed.get_value();
        act(&fixed.store)
    }

    pub fn engine(self) -> Engine {
        self.fixed(|fixed| fixed.engine.clone())
    }

    /// The path of the site's root.
    pub fn site(self) -> String {
        self.fixed(|fixed| fixed.site.clone())
    }

    pub fn world_name(self) -> String {
        match self.route() {
            Route::Lesson => lesson_world(self.slug().unwrap_or_default()),
            Route::Home => "home".to_owned(),
            Route::Share => "share".to_owned(),
            Route::Visualiser => format!("views/{}", self.slug().unwrap_or_default()),
            _ => "playground".to_owned(),
        }
    }

    /// From which the page's world is made.
    pub fn seed(self) -> String {
        if let Some(seed) = self.seed_of_link.get_value() {
            return seed;
        }
        self.data(|data| match data.path.is_empty() {
            true => self.world_name(),
            false => data.path.clone(),
        })
    }

    /// Whether this page's log is stored. A shared session is somebody else's.
    pub fn keeps_record(self) -> bool {
        matches!(self.route(), Route::Lesson | Route::Playground)
    }

    /// Changes the record and stores it.
    pub fn change_record(self, change: impl FnOnce(&mut Record)) {
        self.record.update(change);
        if self.keeps_record() {
            self.save_record();
        }
    }

    fn save_record(self) {
        let key = self.world_name();
        let mut mine = self.record.get_untracked();
        mine.saved_at = dom::now();
        let stored = self
            .store(|store| store.read::<Record>(&key))
            .ok()
            .flatten()
            .unwrap_or_default();
        let (merged, met) = self
            .base
            .with_value(|base| record::merge(base, &stored, &mine));
        if met {
            self.tell_once("This page is open in another tab too. Both sessions are kept; reload to see them together.", false);
        }
        if let Err(trouble) = self.store(|store| store.write(&key, &merged)) {
            self.tell_trouble(&trouble);
        }
        // The log on this page stays its own: the other tab's commands did not run here.
        let here = Record {
            log: mine.log,
            ..merged.clone()
        };
        self.base.set_value(Record {
            log: here.log.clone(),
            ..merged
        });
        self.record.set(here);
    }

    fn load_progress(self) {
        match self.store(|store| store.read::<Progress>(PROGRESS)) {
            Ok(stored) => self.progress.set(stored.unwrap_or_default()),
            Err(trouble) => self.tell_trouble(&trouble),
        }
    }

    pub fn change_progress(self, change: impl FnOnce(&mut Progress)) {
        let mut mine = self.progress.get_untracked();
        change(&mut mine);
        let stored = self
            .store(|store| store.read::<Progress>(PROGRESS))
            .ok()
            .flatten()
            .unwrap_or_default();
        let merged = progress::merge(&stored, &mine);
        if let Err(trouble) = self.store(|store| store.write(PROGRESS, &merged)) {
            self.tell_trouble(&trouble);
        }
        self.progress.set(merged);
    }

    fn stored_elsewhere(self, event: &web_sys::Event) {
        let key = event.unchecked_ref::<StorageEvent>().key();
        let own = key
            .as_deref()
            .and_then(|key| self.store(|store| store.own_key(key).map(str::to_owned)));
        if own.as_deref() == Some(PROGRESS)
            && let Ok(Some(stored)) = self.store(|store| store.read::<Progress>(PROGRESS))
        {
            let merged = progress::merge(&stored, &self.progress.get_untracked());
            self.progress.set(merged);
        }
        if own.as_deref() == Some("theme") {
            super::settings::apply(self.store(|store| store.text("theme")).as_deref());
        }
    }

    pub fn tell(self, text: impl Into<String>, grave: bool) {
        self.notices.update(|notices| {
            notices.push(Notice {
                text: text.into(),
                grave,
            })
        });
    }

    pub fn tell_once(self, text: &str, grave: bool) {
        let told = self
            .notices
            .with_untracked(|notices| notices.iter().any(|notice| notice.text == text));
        if !told {
            self.tell(text, grave);
        }
    }

    fn tell_trouble(self, trouble: &Trouble) {
        let text = match trouble {
            Trouble::Off => {
                "This browser does not let the site store anything. Everything works, but what you do is kept only until you leave the page."
            }
            Trouble::Full => {
                "The browser's storage for this site is full. What you do now is kept only until you leave the page. Export it on the About page, or reset lessons you do not need."
            }
            Trouble::Unreadable(Unreadable::Corrupt) => {
                "What was stored for this page could not be read. It is kept aside, and the page begins anew; the other lessons are not affected."
            }
            Trouble::Unreadable(Unreadable::Future(_)) => {
                "What is stored for this page was written by a later version of the site. It is left as it is; what you do now is kept only until you leave the page."
            }
        };
        self.tell_once(text, true);
    }

    fn fixed<T>(self, read: impl FnOnce(&Fixed) -> T) -> T {
        let fixed = self.fixed.get_value();
        read(&fixed)
    }
}

fn site_path() -> String {
    let base = dom::page_data("base").unwrap_or_else(|| "./".to_owned());
    let here = dom::window().location().href().unwrap_or_default();
    web_sys::Url::new_with_base(&base, &here)
        .map(|url| url.pathname())
        .unwrap_or_else(|_| "/".to_owned())
}

fn worker_script() -> Option<String> {
    let script = dom::page_data("worker").filter(|script| !script.is_empty())?;
    let here = dom::window().location().href().ok()?;
    web_sys::Url::new_with_base(&script, &here)
        .map(|url| url.href())
        .ok()
}

fn listeners(world: World, notices: RwSignal<Vec<Notice>>) -> Listeners {
    Listeners {
        state: Box::new(move |state| {
            if world.engine.get_untracked() != state {
                world.engine.set(state);
            }
        }),
        notice: Box::new(move |notice| world.late(&notice)),
        rebuilt: Box::new(move |text| {
            world.remark(&text);
            notices.update(|notices| notices.push(Notice { text, grave: true }));
        }),
    }
}

/// The name of a lesson's world, which is also the key of what is stored of it.
pub fn lesson_world(slug: impl std::fmt::Display) -> String {
    format!("lesson:{slug}")
}
