//! What the tests share: the real server, transcripts replayed on it or on the engine, and the table of what is
//! proved.
//! What the tests share: the real server, transcripts replayed on it or on the engine, and what must hold of any bytes.

pub mod commands;
pub mod conformance;
pub mod declared;
pub mod files;
pub mod forms;
pub mod pages;
pub mod real;
pub mod replay;
pub mod robust;
pub mod scenes;
pub mod sent;
pub mod shell;
