//! What geo commands do: places that become scores, cells that become ranges of scores, members that are in a cell and
//! may be outside of the area.

/// A place is 52 bits: the score of its member. A cell is the first `2 * steps` of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Geo {
    /// GEOADD made a score of a place.
    Placed {
        member: Vec<u8>,
        longitude: f64,
        latitude: f64,
        bits: u64,
        /// The member has this score now; not if NX or XX left it as it was.
        kept: bool,
    },
    /// A search begins: its middle, its size in meters, and how many halvings make cells of which nine are enough.
    Area {
        longitude: f64,
        latitude: f64,
        size: Size,
        steps: u32,
    },
    /// A cell that no part of the area can be in.
    Dropped { bits: u64, steps: u32 },
    /// The scores from `min` up to and without `max` are looked through.
    Cell {
        bits: u64,
        steps: u32,
        min: u64,
        max: u64,
    },
    /// A member of the cell, and how many meters it is from the middle if it is inside of the area.
    Candidate {
        member: Vec<u8>,
        score: f64,
        distance: Option<f64>,
    },
    /// GEODIST of two members, in meters.
    Between {
        from: (Vec<u8>, f64),
        to: (Vec<u8>, f64),
        distance: f64,
    },
}

/// What is searched around the middle, in meters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}
