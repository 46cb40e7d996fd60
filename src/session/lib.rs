//! What a page talks to: worlds that run lines and blocks, judge exercises and show keys.
//! Takes a `Call`, gives an `Answer` and `Notice`s. No browser, no clock, no storage: the page keeps the log.
//!
//! Read in this order: `session.rs` (the calls), `world.rs` (one server with its clients and its clock),
//! `blocks.rs`, `stepping.rs`, `exercises.rs`, `files.rs`, `shell.rs`, then `complete.rs`. Visualisers: `tape.rs` (a log replayed under
//! observation), `inspect.rs` (structures as they are), `orders.rs` (two clients in every order), `traffic.rs` (messages
//! of a channel in a stream and in a list), `show.rs`.

mod blocks;
mod complete;
mod exercises;
mod fault;
mod files;
mod inspect;
mod orders;
mod scripts;
mod session;
mod shell;
mod show;
mod stepping;
mod tape;
mod traffic;
mod world;

pub use session::Session;
pub use world::World;

#[cfg(test)]
mod tests;
