//! One Redis server as a value: words in, replies and events out.
//! No I/O, no clock, no thread, no browser: `now` and the seed are arguments.

pub mod crc64;
pub mod error;
pub mod glob;
pub mod lzf;
pub mod number;
pub mod render;
pub mod reply;
pub mod resp;
pub mod structures;
pub mod time;
pub mod words;

pub use error::Error;
pub use reply::Reply;
pub use time::Time;
