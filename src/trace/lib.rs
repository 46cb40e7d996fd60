//! What happens inside a command, told while it happens: the comparisons of a search, a bucket that moves, a register
//! that is set. Pictures are drawn from these events, and nothing else reads them.
//!
//! Nobody listens unless somebody is inside `during`: then `is_on` is true, and `tell` keeps events in the order in
//! which they are told. Whoever tells asks `is_on` first, once for a whole search and never inside its loop, and leaves
//! the telling to a function of its own that is marked `#[cold]`. So a server that nobody watches pays one load and one
//! branch for an operation of a structure, and nothing for a command that has no events.
//!
//! The listener is the one thing in the workspace that is not passed as an argument: the searches lie too deep, and an
//! argument for it would stand in every signature on the way. It is safe because it is write-only. No code can ask what
//! was told, so nothing that an engine does can depend on it.

#![forbid(unsafe_code)]

mod bits;
mod dict;
mod eviction;
mod expiry;
pub mod geo;
mod hyperloglog;
mod pubsub;
mod skiplist;
pub mod stream;
mod transaction;
mod wire;

use std::cell::{Cell, RefCell};

pub use bits::{Bits, Source};
pub use dict::{Dict, Of};
pub use eviction::Eviction;
pub use expiry::Expiry;
pub use geo::Geo;
pub use hyperloglog::Hyperloglog;
pub use pubsub::{Kind, Pubsub};
pub use skiplist::Skiplist;
pub use stream::Stream;
pub use transaction::Transaction;
pub use wire::Exchange;

/// One thing that happened, in the order in which it did.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The command looked at this key: what is told next happened inside of it.
    Key {
        db: u32,
        key: Vec<u8>,
        found: bool,
    },
    /// The key named last changed how it is stored.
    Encoding {
        from: &'static str,
        to: &'static str,
        why: String,
    },
    Skiplist(Skiplist),
    Hyperloglog(Hyperloglog),
    Transaction(Transaction),
    Exchange(Exchange),
    Pubsub(Pubsub),
    Dict {
        of: Of,
        told: Dict,
    },
    Expiry {
        db: u32,
        told: Expiry,
    },
    Eviction {
        db: u32,
        told: Eviction,
    },
    Bits(Bits),
    Geo(Geo),
    Stream(Stream),
}

/// A connection, by its CLIENT ID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    pub id: u64,
    /// What the page calls it, empty for the page's own; filled in by whoever listens, since the engine does not know.
    pub name: Option<String>,
}

impl Client {
    pub fn of(id: u64) -> Client {
        Client { id, name: None }
    }
}

/// What was told during one piece of work.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    pub events: Vec<Event>,
    /// How many more there were than are kept.
    pub lost: u64,
}

/// More than anybody steps through: a command over a whole collection tells one event for each element.
pub const EVENTS_MAX: usize = 20_000;
/// Of a member, a field or an element, so much is kept.
pub const SAMPLE_BYTES: usize = 64;

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static TOLD: RefCell<Trace> = const { RefCell::new(Trace { events: Vec::new(), lost: 0 }) };
}

/// Whether anybody listens. Ask before an event is put together.
#[inline(always)]
pub fn is_on() -> bool {
    ON.get()
}

#[cold]
#[inline(never)]
pub fn tell(event: Event) {
    if !is_on() {
        return;
    }
    TOLD.with_borrow_mut(|told| match told.events.len() < EVENTS_MAX {
        true => told.events.push(event),
        false => told.lost += 1,
    });
}

/// Does the work and gives what was told during it. Inside another `during` the inner one takes what is its own.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Trace) {
    let outer = TOLD.take();
    let was_on = ON.replace(true);
    let result = work();
    ON.set(was_on);
    (result, TOLD.replace(outer))
}

/// Does the work without anybody listening: for a value that is put together apart from the key that was looked at.
pub fn unheard<T>(work: impl FnOnce() -> T) -> T {
    let was_on = ON.replace(false);
    let result = work();
    ON.set(was_on);
    result
}

/// The beginning of a member, for an event.
pub fn sample(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(SAMPLE_BYTES)].to_vec()
}

/// The beginning of a command, for an event.
pub fn sample_words<W: AsRef<[u8]>>(words: &[W]) -> Vec<Vec<u8>> {
    const WORDS_MAX: usize = 12;
    let words = words.iter().take(WORDS_MAX);
    words.map(|word| sample(word.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Event {
        Event::Key {
            db: 0,
            key: name.into(),
            found: true,
        }
    }

    #[test]
    fn only_what_is_told_meanwhile_is_kept() {
        tell(key("before"));
        let ((), trace) = during(|| {
            tell(key("a"));
            let ((), inner) = during(|| tell(key("b")));
            assert_eq!(inner.events, [key("b")]);
            unheard(|| tell(key("apart")));
            tell(key("c"));
        });
        assert_eq!(trace.events, [key("a"), key("c")]);
        assert!(!is_on());
        assert_eq!(during(|| ()).1, Trace::default());
    }

    #[test]
    fn more_than_can_be_kept_is_counted() {
        let ((), trace) = during(|| (0..EVENTS_MAX + 3).for_each(|_| tell(key("k"))));
        assert_eq!((trace.events.len(), trace.lost), (EVENTS_MAX, 3));
    }
}
