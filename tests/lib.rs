//! What the tests share: the real server, and transcripts replayed on it or on the engine.

pub mod commands;
pub mod files;
pub mod forms;
pub mod pages;
pub mod real;
pub mod replay;
