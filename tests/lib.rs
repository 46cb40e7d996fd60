//! What the tests share: the real server, transcripts replayed on it or on the engine, the tables of what is proved, and
//! what must hold of any bytes.

pub mod commands;
pub mod conformance;
pub mod coverage;
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
pub mod tables;
