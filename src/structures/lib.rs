//! The data structures of Redis, byte for byte and bucket for bucket as 8.2 keeps them, and numbers and words as text.
//! They know no commands. This is where time is spent, so the site builds this crate for speed and all others for size.

pub mod allocation;
pub mod bits;
pub mod bytes;
pub mod dict;
pub mod geohash;
pub mod hnsw;
pub mod hyperloglog;
pub mod intset;
pub mod listpack;
pub mod number;
pub mod order;
pub mod ordered;
pub mod partial_sort;
pub mod quicklist;
pub mod radix;
pub mod random;
pub mod siphash;
pub mod skiplist;
pub mod slab;
pub mod slot;
pub mod slotted;
pub mod words;
