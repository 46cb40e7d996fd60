//! What a hash table does: look-ups, a second table, and the bucket that moves with each operation.

/// Whose table it is. Tables that nobody looks at tell nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The keys of this database.
    Keys(u16),
    /// The fields or members of a key's value.
    Value,
}

/// Table 0 is the old one while there are two. Keys are cut samples.
#[derive(Debug, Clone, PartialEq)]
pub enum Dict {
    /// An empty table takes the place of whatever there was.
    Allocated { buckets: u32 },
    /// A second table stands beside the first; from now on buckets move.
    Started { from: u32, to: u32, used: u32 },
    /// It would have grown, but a child process shares its memory: that waits for `ratio` entries a bucket.
    Refused { used: u32, buckets: u32, ratio: u32 },
    /// Buckets of table 0 up to here are empty: the frontier passes them.
    Passed { to: u32 },
    /// All entries of a bucket of table 0 go to table 1: into these buckets, in the order of their chain.
    Moved {
        bucket: u32,
        /// A look-up came by, so it was this bucket and not the one at the frontier.
        visited: bool,
        to: Vec<u32>,
    },
    /// Table 0 was empty and is gone; table 1 takes its place.
    Finished { buckets: u32 },
    /// The low bits of the hash name a bucket of each table; so many entries there were compared.
    Looked {
        key: Vec<u8>,
        hash: u32,
        /// Of table 0, and of table 1 while there is one.
        buckets: Vec<u32>,
        /// The table where it was found.
        found: Option<u32>,
        compared: u32,
    },
    /// At the head of its chain.
    Inserted {
        table: u32,
        bucket: u32,
        key: Vec<u8>,
    },
    /// From this place of its chain, counted from 0.
    Removed {
        table: u32,
        bucket: u32,
        place: u32,
        key: Vec<u8>,
    },
    /// One step of SCAN: buckets as (table, bucket), the keys that were there, and the next cursor.
    Scanned {
        cursor: u64,
        next: u64,
        buckets: Vec<(u32, u32)>,
        keys: Vec<Vec<u8>>,
    },
}
