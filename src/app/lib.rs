//! The page: islands on static markup (`README.md` beside this file says on which).
//!
//! What is decided without a browser (records, merging, texts) is compiled and tested natively; the
//! modules that touch one exist on wasm only. Nothing here knows a rule of Redis.

pub mod data;
pub mod edit;
pub mod export;
pub mod history;
pub mod json;
pub mod map;
pub mod state;

pub use messages::{format, markup};

#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(target_arch = "wasm32")]
pub use web::start;

/// Natively there is no page to start.
#[cfg(not(target_arch = "wasm32"))]
pub fn start() {}
