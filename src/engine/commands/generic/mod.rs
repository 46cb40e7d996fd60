//! Commands of the group `generic`: what works on keys whatever they hold. One file for each matter, one table in each.

pub(super) mod copy;
pub(super) mod dump;
pub(super) mod expiry;
pub(super) mod keys;
pub(super) mod memory_usage;
pub(super) mod object;
pub(super) mod scan;
pub(super) mod sort;
pub(super) mod wait;
