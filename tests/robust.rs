//! What must hold of any bytes whatsoever, for everything that reads bytes from outside: no panic, and no contradiction
//! between what was read and what is written again.
//!
//! One `check` for each reader. `fuzz/` at the root calls them with bytes that a coverage-guided fuzzer makes up, and
//! `corpora.rs` with the bytes that were worth keeping. What a check may take in time and memory is set by who calls.

pub mod append_only;
pub mod links;
mod loaded;
pub mod payloads;
pub mod programs;
pub mod replies;
pub mod requests;
pub mod snapshots;
pub mod sources;

/// What checks bytes.
pub type Check = fn(&[u8]);

/// All of them, by the name of their folder in `fuzz/corpus` and `fuzz/regressions`.
pub const CHECKS: &[(&str, Check)] = &[
    ("append_only", append_only::check),
    ("links", links::check),
    ("payloads", payloads::check),
    ("programs", programs::check),
    ("replies", replies::check),
    ("requests", requests::check),
    ("snapshots", snapshots::check),
    ("sources", sources::check),
];
