//! The data structures of Redis, byte for byte and bucket for bucket as 8.2 keeps them. They know
//! no commands.

pub mod dict;
pub mod intset;
pub mod listpack;
pub mod quicklist;
pub mod random;
pub mod siphash;
pub mod skiplist;
pub mod slotted;
