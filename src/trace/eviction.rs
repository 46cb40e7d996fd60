//! How keys are used, and how they are chosen when memory is used up. Keys are cut samples.

/// Of a score it holds that the higher goes the sooner: seconds idle, 255 less the counter, or the nearness of a
/// deadline, by the policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Eviction {
    Added {
        key: Vec<u8>,
    },
    /// An access was noted; under LFU the counter before and after it.
    Used {
        key: Vec<u8>,
        counter: Option<(u8, u8)>,
    },
    /// Removed, but not for its memory.
    Gone {
        key: Vec<u8>,
    },
    /// More is used than `maxmemory` allows.
    Search {
        used: u64,
        limit: u64,
    },
    /// Some keys by chance, each with its score.
    Drawn {
        keys: Vec<(Vec<u8>, u64)>,
    },
    /// A drawn key goes into the pool, at this place counted from the worst; the worst one may have to leave.
    Pooled {
        key: Vec<u8>,
        score: u64,
        place: u32,
        dropped: bool,
    },
    /// The best leaves the pool; it may have gone meanwhile.
    Taken {
        key: Vec<u8>,
        there: bool,
    },
    /// A victim; without a score if chance chose it.
    Evicted {
        key: Vec<u8>,
        score: Option<u64>,
    },
}
