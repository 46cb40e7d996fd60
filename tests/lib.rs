//! What the tests share: the real server, transcripts replayed on it or on the engine, the parts of the differential
//! tester, and the table of what is proved.

extern crate self as tests;

pub mod conformance;
pub mod declared;

pub mod files;
pub mod pages;
pub mod real;
pub mod replay;

#[path = "fuzz/generate.rs"]
pub mod generate;
#[path = "fuzz/keyspace.rs"]
pub mod keyspace;
#[path = "fuzz/normalize.rs"]
pub mod normalize;
#[path = "fuzz/play.rs"]
pub mod play;
#[path = "fuzz/shrink.rs"]
pub mod shrink;
