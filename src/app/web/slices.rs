//! Work in slices: a page that becomes live must answer meanwhile, and a phone takes long for thirty islands at once.

use gloo::timers::callback::Timeout;
use leptos::prelude::Owner;

/// What may be done without a pause: well under the 50 ms that a reader would notice, also on a slow phone.
const SLICE_MILLIS: f64 = 8.0;

/// Pieces of work, to be done in order.
#[derive(Default)]
pub struct Slices(Vec<Box<dyn FnOnce()>>);

impl Slices {
    pub fn push(&mut self, piece: impl FnOnce() + 'static) {
        self.0.push(Box::new(piece));
    }

    /// Does the work under an owner, a slice now and the others as soon as the browser is free; then `done`.
    pub fn work(self, owner: Owner, done: impl FnOnce() + 'static) {
        slice(self.0.into_iter(), owner, Box::new(done));
    }
}

fn slice(mut pieces: std::vec::IntoIter<Box<dyn FnOnce()>>, owner: Owner, done: Box<dyn FnOnce()>) {
    let began = js_sys::Date::now();
    while js_sys::Date::now() - began < SLICE_MILLIS {
        match pieces.next() {
            Some(piece) => owner.with(piece),
            None => return owner.with(done),
        }
    }
    Timeout::new(0, move || slice(pieces, owner, done)).forget();
}
