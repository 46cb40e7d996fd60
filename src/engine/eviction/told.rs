//! What a search for memory tells whoever listens (`trace`).

use trace::{Event, Eviction, sample};

fn tell(db: usize, told: Eviction) {
    trace::tell(Event::Eviction {
        db: db as u32,
        told,
    });
}

#[cold]
pub(super) fn search(db: usize, used: u64, limit: u64) {
    tell(db, Eviction::Search { used, limit });
}

#[cold]
pub(super) fn drawn(db: usize, drawn: &[(u64, &[u8])]) {
    let keys = drawn.iter().map(|(score, key)| (sample(key), *score));
    let keys = keys.collect();
    tell(db, Eviction::Drawn { keys });
}

#[cold]
pub(super) fn pooled(db: usize, key: &[u8], score: u64, at: usize, dropped: bool) {
    let told = Eviction::Pooled {
        key: sample(key),
        score,
        place: at as u32,
        dropped,
    };
    tell(db, told);
}

#[cold]
pub(super) fn taken(db: usize, key: &[u8], there: bool, score: u64) {
    let key_sample = sample(key);
    tell(
        db,
        Eviction::Taken {
            key: key_sample,
            there,
        },
    );
    if there {
        evicted(db, key, Some(score));
    }
}

#[cold]
pub(super) fn evicted(db: usize, key: &[u8], score: Option<u64>) {
    let key = sample(key);
    tell(db, Eviction::Evicted { key, score });
}
