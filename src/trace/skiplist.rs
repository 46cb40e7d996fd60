//! What a skip list does: searches from the top left, and towers that come and go.

/// Levels count from 0 for the lowest. Ranks count from 1, so that 0 is the head: the rank of a node is the sum of the
/// spans that lead to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Skiplist {
    /// A search begins at the head, on the highest level in use.
    Search { level: u32 },
    /// Standing at rank `from`, the search looks where the link of this level leads: over it if `crosses`, otherwise
    /// down a level.
    Look {
        level: u32,
        from: u32,
        span: u32,
        score: f64,
        member: Vec<u8>,
        crosses: bool,
    },
    /// The link of this level leads nowhere: down.
    End { level: u32, from: u32 },
    /// A node was put in after `rank - 1` others. Its height is drawn by lot.
    Inserted {
        rank: u32,
        height: u32,
        score: f64,
        member: Vec<u8>,
    },
    Removed {
        rank: u32,
        height: u32,
        score: f64,
        member: Vec<u8>,
    },
    /// A new score between the same neighbors: the node stays where it is.
    Rescored {
        rank: u32,
        from: f64,
        to: f64,
        member: Vec<u8>,
    },
}
