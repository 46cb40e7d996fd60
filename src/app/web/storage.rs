//! Local storage, behind a fall-back: where it is off or full, memory holds for this visit and the
//! reader is told. `gloo`'s storage panics where storage is forbidden, so this goes to `web_sys`.
//!
//! Other projects may share the origin: every key carries the app and its base path, and nothing
//! else is ever read or removed.

use std::cell::RefCell;

use web_sys::Storage;

use super::dom;
use crate::json::Json;
use crate::map::SmallMap;
use crate::state::{self, Unreadable};

/// Before the name of a value that could not be read and was put aside.
pub const DAMAGED: &str = "damaged:";

/// What the reader should know about storage.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// Nothing can be stored at all.
    Off,
    /// There is no room for more.
    Full,
    /// A value could not be read. A damaged one was put aside, a later version's is left as it is.
    Unreadable(Unreadable),
}

pub struct Store {
    prefix: String,
    disk: Option<Storage>,
    /// What could not be stored.
    memory: RefCell<SmallMap<String, String>>,
    /// Keys whose value must not be overwritten: a later version wrote it.
    untouchable: RefCell<Vec<String>>,
}

impl Store {
    /// `site` is the path of the site's root.
    pub fn open(site: &str) -> Store {
        let disk = dom::window().local_storage().ok().flatten();
        let probe = format!("redis-mastery:{site}:probe");
        let works = |disk: &Storage| {
            disk.set_item(&probe, "1")
                .and_then(|()| disk.remove_item(&probe))
                .is_ok()
        };
        // A full storage fails the probe too, but what is in it can still be read.
        let disk = disk.filter(|disk| works(disk) || disk.length().unwrap_or(0) > 0);
        Store {
            prefix: format!("redis-mastery:{site}:"),
            disk,
            memory: RefCell::default(),
            untouchable: RefCell::default(),
        }
    }

    pub fn is_off(&self) -> bool {
        self.disk.is_none()
    }

    /// The name within the site of a key of the whole origin.
    pub fn own_key<'a>(&self, key: &'a str) -> Option<&'a str> {
        key.strip_prefix(&self.prefix)
    }

    pub fn read<T: Json>(&self, key: &str) -> Result<Option<T>, Trouble> {
        let Some(text) = self.text(key) else {
            return Ok(None);
        };
        match state::read(&text) {
            Ok(value) => Ok(Some(value)),
            Err(unreadable) => {
                match unreadable {
                    Unreadable::Future(_) => self.untouchable.borrow_mut().push(key.to_owned()),
                    Unreadable::Corrupt => self.put_aside(key, &text),
                }
                Err(Trouble::Unreadable(unreadable))
            }
        }
    }

    /// Keeps a damaged value beside what will be written over it, for whoever can still read it.
    fn put_aside(&self, key: &str, text: &str) {
        if let Some(disk) = self.disk.as_ref().filter(|_| !key.starts_with(DAMAGED)) {
            // Where there is no room for it, the page still begins anew.
            let _ = disk.set_item(&self.full(&format!("{DAMAGED}{key}")), text);
        }
    }

    pub fn write<T: Json>(&self, key: &str, value: &T) -> Result<(), Trouble> {
        self.write_text(key, &state::write(value))
    }

    pub fn text(&self, key: &str) -> Option<String> {
        if let Some(text) = self.memory.borrow().get(key) {
            return Some(text.clone());
        }
        self.disk.as_ref()?.get_item(&self.full(key)).ok().flatten()
    }

    pub fn write_text(&self, key: &str, text: &str) -> Result<(), Trouble> {
        let untouchable = self.untouchable.borrow().iter().any(|name| name == key);
        let stored = match &self.disk {
            Some(disk) if !untouchable => disk
                .set_item(&self.full(key), text)
                .map_err(|_| Trouble::Full),
            Some(_) => Ok(()),
            None => Err(Trouble::Off),
        };
        if stored.is_ok() && !untouchable {
            self.memory.borrow_mut().remove(key);
        } else {
            self.memory
                .borrow_mut()
                .insert(key.to_owned(), text.to_owned());
        }
        stored
    }

    pub fn remove(&self, key: &str) {
        self.memory.borrow_mut().remove(key);
        if let Some(disk) = &self.disk {
            // What cannot be removed is written over later.
            let _ = disk.remove_item(&self.full(key));
        }
    }

    /// The names of everything stored for this site.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.memory.borrow().keys().cloned().collect();
        if let Some(disk) = &self.disk {
            let count = disk.length().unwrap_or(0);
            let names = (0..count).filter_map(|at| disk.key(at).ok().flatten());
            let own: Vec<String> = names
                .filter_map(|name| self.own_key(&name).map(str::to_owned))
                .collect();
            keys.extend(
                own.into_iter()
                    .filter(|name| !self.memory.borrow().contains_key(name)),
            );
        }
        keys
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}
