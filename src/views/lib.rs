//! Visualisers: pure functions from a moment of a command to a drawing. No browser, no engine, no state.
//!
//! `session` replays a world's log and keeps a `Frame` for each command that concerns a visualiser: the structure before,
//! what the engine told meanwhile, the structure after. A `Scene` is one moment of a frame. `View::draw` makes elements
//! of it, and `View::say` a sentence of each event; the text alternative is those sentences, so it cannot drift from the
//! picture. The page draws what it gets and knows no visualiser.
//!
//! How one is made stands in `src/README.md`, "A visualiser: how one is made"; `skiplist.rs` is the one to read first.

pub mod bitmaps;
pub mod dict;
pub mod eviction;
pub mod expiry;
pub mod geo;
pub mod hyperloglog;
mod parts;
mod pictures;
pub mod pipelining;
pub mod pubsub;
mod scene;
pub mod skiplist;
pub mod slots;
pub mod snapshot;
pub mod streams;
pub mod transactions;
pub mod xray;

pub use scene::{Frame, Options, Scene, show};

use messages::drawing::{Ask, Board, Control, ControlKind};
use messages::markup::Markup;
use trace::Event;

/// A visualiser. Everything about it that is not drawn.
pub struct View {
    /// In addresses, links and `view` fences.
    pub name: &'static str,
    pub title: &'static str,
    /// What one sees here and nowhere else, in a sentence.
    pub about: &'static str,
    pub subject: Subject,
    /// What is simulated, where not everything is the engine's own.
    pub model: Option<&'static str>,
    /// The commands with which its own page begins, one a line.
    pub starter: &'static str,
    /// The key that its own page shows; empty if it is about the whole server.
    pub key: &'static str,
    /// The events it steps over. The others never reach it.
    pub steps_over: fn(&Event) -> bool,
    /// One event as a sentence.
    pub say: fn(&Event) -> String,
    pub draw: fn(&Scene) -> Drawing,
}

/// What a visualiser looks at, and so what its snapshots hold and which commands concern it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// One key; of these types, or of any if there are none.
    Key(&'static [&'static str]),
    /// The whole server: every command concerns it. Its snapshots hold these parts.
    Server(&'static [Part]),
}

/// A part of a server that a visualiser needs to see after each command; others are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Keys by the slot that they would have in a cluster.
    Slots,
    /// What clients have begun with WATCH and MULTI.
    Transactions,
    /// Who listens to which channels and patterns.
    Listeners,
    /// The table of the keys.
    Keys,
    /// Deadlines.
    Expiry,
    /// Memory, and who would go.
    Eviction,
}

/// Something to press that runs these lines, one after another.
pub(crate) fn run_button(label: &str, lines: &[String]) -> Control {
    Control {
        name: label.to_owned(),
        label: label.to_owned(),
        kind: ControlKind::Run(lines.to_vec()),
        value: String::new(),
    }
}

/// What one moment looks like. `said` and the log come from `View::say`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawing {
    pub picture: Option<Markup>,
    pub board: Option<Board>,
    /// Instead of what `View::say` makes of the last event; empty: that.
    pub said: String,
    /// The structure of this moment as a table.
    pub table: Option<Markup>,
    pub ask: Option<Ask>,
    pub controls: Vec<Control>,
}

/// All of them, in the order of the gallery.
pub static ALL: &[&View] = &[
    &xray::VIEW,
    &skiplist::VIEW,
    &hyperloglog::VIEW,
    &slots::VIEW,
    &dict::KEYSPACE,
    &dict::VIEW,
    &expiry::VIEW,
    &eviction::VIEW,
    &bitmaps::VIEW,
    &geo::VIEW,
    &streams::VIEW,
    &transactions::VIEW,
    &pipelining::VIEW,
    &pubsub::VIEW,
];

/// The one of this name; for anything else, such as an encoding, the one that shows any key.
pub fn named(name: &str) -> &'static View {
    ALL.iter()
        .find(|view| view.name == name)
        .unwrap_or(&&xray::VIEW)
}

/// Which one shows this key best.
pub fn for_key(key: &snapshot::Snapshot) -> &'static View {
    let snapshot::Snapshot::Key(key) = key else {
        return &xray::VIEW;
    };
    match &key.body {
        snapshot::Body::Skiplist(_) => &skiplist::VIEW,
        snapshot::Body::Hyperloglog(_) => &hyperloglog::VIEW,
        snapshot::Body::Table { .. } => &dict::VIEW,
        snapshot::Body::Bytes(bytes) if is_binary(bytes) => &bitmaps::VIEW,
        snapshot::Body::Stream(_) => &streams::VIEW,
        snapshot::Body::Listpack(pack) if holds_places(key, pack) => &geo::VIEW,
        _ => &xray::VIEW,
    }
}

/// Whether the scores of a small sorted set are such as GEOADD makes: so large that few others are.
fn holds_places(key: &snapshot::Key, pack: &snapshot::Packed) -> bool {
    const LARGE: f64 = (1u64 << 45) as f64;
    let score = |entry: &snapshot::PackedEntry| structures::number::parse_f64(&entry.value);
    let mut scores = pack.entries.iter().skip(1).step_by(2).map(score);
    key.row.kind == "zset" && scores.all(|score| score.is_some_and(|score| score >= LARGE))
}

/// Whether these are bits rather than text. Of a long string this is the beginning, which may end inside a character.
fn is_binary(bytes: &[u8]) -> bool {
    let control = |c: char| c.is_control() && !c.is_whitespace();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.contains(control),
        Err(error) => error.error_len().is_some(),
    }
}
