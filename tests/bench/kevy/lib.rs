//! Nothing of its own: the crate's exported functions, with optimization across crates.

pub use kevy_wasm::*;
