//! What `cargo xtask` does: obtain tools, build and serve the site, run every check in order.
//!
//! The standard library only, so that it compiles in seconds on a fresh machine. Programs that are
//! missing are installed by the system's own package managers and said so; nothing is downloaded
//! from an address written here.

mod bench;
mod cargo_tools;
mod command;
pub mod dispatch;
mod node;
pub mod oracle;
mod place;
mod serve;
mod shares;
mod size;
mod system;
mod test;
mod web;

use std::fmt;

/// A sentence for the person at the terminal: what went wrong and what to do.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

fn failure<T>(sentence: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(sentence.into()))
}
