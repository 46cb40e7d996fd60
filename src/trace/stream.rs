//! What a stream does: entries that come and go in their nodes, groups that read, and who has which entry.

/// Of an entry or of a node: milliseconds and a number within them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    pub ms: u64,
    pub seq: u64,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// A node is named by the id of its first entry. Names of groups and consumers are samples.
#[derive(Debug, Clone, PartialEq)]
pub enum Stream {
    /// An entry went to the end of a node; a new one if that is its own id.
    Added {
        id: Id,
        node: Id,
        /// Its field names are those of the master entry and are not stored again.
        same_fields: bool,
    },
    /// Only marked as deleted, unless it was the last one of its node.
    Deleted {
        id: Id,
        node: Id,
        node_gone: bool,
        /// The stream remembers the greatest id that was deleted by name; trimming is not counted.
        by_name: bool,
    },
    /// A whole node went, with so many entries that were not deleted.
    NodeGone {
        node: Id,
        live: u64,
    },
    /// `~` stops at a node that may not go as a whole.
    NodeKept {
        node: Id,
        live: u64,
        length: u64,
        why: Kept,
    },
    /// A group still needs the entry, so it stays.
    Needed {
        id: Id,
    },
    GroupMade {
        group: Vec<u8>,
        last: Id,
        entries_read: Option<i64>,
    },
    GroupGone {
        group: Vec<u8>,
    },
    ConsumerMade {
        group: Vec<u8>,
        consumer: Vec<u8>,
    },
    ConsumerGone {
        group: Vec<u8>,
        consumer: Vec<u8>,
        pending: u64,
    },
    /// The group was given everything up to here.
    Cursor {
        group: Vec<u8>,
        last: Id,
        /// None: nobody can say which one of all entries that is.
        entries_read: Option<i64>,
    },
    /// A new entry for a consumer, pending from now on.
    Delivered {
        group: Vec<u8>,
        consumer: Vec<u8>,
        id: Id,
        at: i64,
    },
    /// A consumer asked for what it has. An entry that is gone is answered with nil, and its count stays.
    Again {
        group: Vec<u8>,
        consumer: Vec<u8>,
        id: Id,
        at: i64,
        gone: bool,
    },
    Acknowledged {
        group: Vec<u8>,
        id: Id,
    },
    Claimed {
        group: Vec<u8>,
        from: Option<Vec<u8>>,
        to: Vec<u8>,
        id: Id,
        at: i64,
        count: u64,
    },
    /// It lay for less time than was asked for.
    TooFresh {
        group: Vec<u8>,
        id: Id,
        idle: i64,
        least: i64,
    },
}

/// Why a node stays as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Fewer than so many entries would be left.
    MaxLen(u64),
    /// It has entries from this id on.
    MinId(Id),
    /// No more than so many may go at once.
    Limit(u64),
}
