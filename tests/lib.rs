//! What the tests share: the real server, and transcripts replayed on it or on the engine.

pub mod files;
pub mod pages;
pub mod real;
pub mod replay;
