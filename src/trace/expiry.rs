//! What happens to keys because of their deadlines, and what the active cycle looks at. Keys are cut samples.

#[derive(Debug, Clone, PartialEq)]
pub enum Expiry {
    /// The key got another deadline, or has none any more (milliseconds since 1970).
    Deadline { key: Vec<u8>, deadline: Option<i64> },
    /// Its time had come, and somebody came across it.
    Removed { key: Vec<u8> },
    /// The active cycle begins with a database: the slow one of a tick, or a fast one between two commands.
    Cycle {
        fast: bool,
        clock_millis: i64,
        budget_micros: u64,
        keys_per_loop: u32,
    },
    /// One loop: the keys it looked at, how many were due, and where the cursor stands now.
    Sampled {
        keys: Vec<Vec<u8>>,
        expired: u32,
        buckets: u32,
        cursor: u64,
        again: bool,
        wrapped: bool,
    },
    /// What the cycle took by the cost model, and the new estimate in hundredths of a percent.
    Over {
        nanos: u64,
        out_of_time: bool,
        stale_percent: u32,
    },
}
