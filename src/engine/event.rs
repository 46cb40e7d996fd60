//! Facts about the past. The engine collects them while it works; whoever drives it drains them.

use crate::client::ClientId;
use crate::reply::Reply;

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The reply of a command that answered `Reply::Later`.
    Reply { client: ClientId, reply: Reply },
    /// Something a client gets without having asked: a published message, an invalidation.
    Push { client: ClientId, reply: Reply },
    /// Bytes as they are: what a replica receives.
    Stream { client: ClientId, bytes: Vec<u8> },
    /// A connection to the master is wanted.
    Dial { host: Vec<u8>, port: u16 },
    /// Bytes for the master.
    Upstream(Vec<u8>),
    /// The connection to the master is to be closed.
    HangUp,
    /// The server closes this connection after what was sent to it.
    Close { client: ClientId },
    /// What a replica or the append-only file would receive. Emitted only while `Engine::emit_effects` is on.
    Effect { db: usize, words: Vec<Vec<u8>> },
    /// What a server would write into its log or to its standard output.
    Log(String),
    /// A keyspace fact, named as in keyspace notifications. Emitted only while `Engine::emit_key_events` is on.
    Key {
        db: usize,
        key: Vec<u8>,
        class: Class,
        name: &'static str,
    },
}

/// The class of a keyspace notification; each has a letter in `notify-keyspace-events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Class {
    Generic = 1 << 2,
    String = 1 << 3,
    List = 1 << 4,
    Set = 1 << 5,
    Hash = 1 << 6,
    SortedSet = 1 << 7,
    Expired = 1 << 8,
    Evicted = 1 << 9,
    Stream = 1 << 10,
    KeyMiss = 1 << 11,
    New = 1 << 14,
    Overwritten = 1 << 15,
    TypeChanged = 1 << 16,
}

/// `K` and `E` of `notify-keyspace-events`.
pub const NOTIFY_KEYSPACE: u32 = 1;
pub const NOTIFY_KEYEVENT: u32 = 1 << 1;
