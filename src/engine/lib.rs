//! One Redis server as a value: words in, replies and events out.
//! No I/O, no clock, no thread, no browser: `now` and the seed are arguments.
//!
//! Read in this order: `engine.rs` (the surface and the ladder), `command.rs` (how a command is declared),
//! `commands/strings.rs` (what one looks like), `keyspace.rs` (what it works on), `values/` and `structures/`.

pub mod access;
pub mod acl;
pub mod aof;
pub mod args;
pub mod buffers;
pub mod client;
pub mod cluster;
pub mod command;
mod commands;
pub mod config;
pub mod context;
pub mod cost;
pub mod crc64;
pub mod digest;
pub mod disk;
pub mod engine;
pub mod error;
pub mod event;
pub mod eviction;
pub mod exceptions;
pub mod expire;
pub mod glob;
mod hash_expiry;
pub mod histogram;
pub mod info;
pub mod keys;
pub mod keyspace;
mod late_scripts;
pub mod latency;
pub mod lzf;
pub mod memory;
pub mod monitor;
pub mod pause;
pub mod persistence;
pub mod pubsub;
pub mod rdb;
pub mod render;
pub mod replication;
pub mod reply;
pub mod resp;
mod rungs;
pub mod scripting;
pub mod server;
pub mod sizes;
pub mod slow_log;
pub mod syntax;
pub mod time;
mod told;
pub mod tracking;
pub mod value;
pub mod values;
mod waits;

// A crate of its own, so that it alone can be built for speed: see Cargo.toml.
use structures::allocation;
pub use structures::{self, number, words};

pub use client::ClientId;
pub use engine::Engine;
pub use error::Error;
pub use event::Event;
pub use reply::Reply;
pub use time::Time;
