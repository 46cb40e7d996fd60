//! A Lua 5.1 virtual machine in safe Rust that can be paused, stopped and held to a memory limit.
#![forbid(unsafe_code)]

pub mod compile;
pub mod lexer;
pub mod listing;
pub mod number;
pub mod opcode;
pub mod pattern;
pub mod proto;
