//! Commands of the group `hash`.

pub(super) mod basic;
pub(super) mod chance;
pub(super) mod field_expiry;
mod field_words;
pub(super) mod get_and_expire;
pub(super) mod numbers;
pub(super) mod scan;
