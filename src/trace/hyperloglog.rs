//! What a HyperLogLog does with an element: hash, register, maybe a rewritten opcode, once a new encoding.

#[derive(Debug, Clone, PartialEq)]
pub enum Hyperloglog {
    /// The hash chooses a register, and ends otherwise with `run - 1` zeros.
    Placed {
        element: Vec<u8>,
        hash: u64,
        register: u32,
        run: u8,
    },
    Raised {
        register: u32,
        from: u8,
        to: u8,
    },
    /// The register holds as much already.
    Kept {
        register: u32,
        value: u8,
    },
    /// The opcode of a register was split or overwritten: the sparse bytes before and after.
    Rewritten {
        register: u32,
        before: u32,
        after: u32,
    },
    /// Sparse bytes became dense ones.
    Promoted {
        before: u32,
        after: u32,
        most: u32,
    },
    /// PFCOUNT computed the estimate and wrote it into the header, or found it there.
    Counted {
        estimate: u64,
        cached: bool,
    },
}
