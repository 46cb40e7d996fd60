//! Deadlines that change or pass, told to whoever listens (`trace`).

use trace::{Event, Expiry, sample, tell};

use super::Object;

/// `Object::NEVER`: it has none any more.
#[cold]
pub(super) fn deadline(db: usize, key: &[u8], deadline: i64) {
    let told = Expiry::Deadline {
        key: sample(key),
        deadline: (deadline != Object::NEVER).then_some(deadline),
    };
    tell(Event::Expiry {
        db: db as u32,
        told,
    });
}

#[cold]
pub(super) fn removed(db: usize, key: &[u8]) {
    let told = Expiry::Removed { key: sample(key) };
    tell(Event::Expiry {
        db: db as u32,
        told,
    });
}
