#![doc = include_str!("README.md")]
//!
//! # What a host should know
//!
//! - **Values** are `Copy`. The collector runs only inside `run`, `collect` and `load`d code, never in
//!   `string`, `table`, `raw_set` and the like: between two `run`s values need no protection. What is to
//!   survive a `run` outside of the script's reach goes into `registry()` or a `pin`.
//! - **Host functions** suspend the machine wherever it is, also inside `pcall`, `table.sort`'s
//!   comparison or a coroutine. Plain native functions (`Vm::native`) are for what needs no host state:
//!   `fn(&mut Vm, Args) -> NativeResult`.
//! - **Errors**: `vm.error(b"text")` is an error with the caller's position, as `luaL_error` makes;
//!   `vm.raised(b"text")` is the text alone; `Error::Raised(value)` is any value.
//! - **A slice** counts jumps back and calls; `kill` ends the program at its next `run`, past every
//!   `pcall`.
//! - **Memory** is accounted before it is allocated; above the limit the script gets "not enough
//!   memory". `memory()` tells how much is in use.
//! - **Read-only tables**: `set_readonly`. `raw_set` from the host is not bound by it.
//! - **Looking at a paused script**: `current_line`, `levels`, `locals`, `upvalues`.
#![forbid(unsafe_code)]

mod call;
mod collect;
pub mod compile;
mod coroutine;
mod event;
mod execute;
mod function;
mod heap;
mod instruction;
pub mod lexer;
mod library;
pub mod listing;
mod metamethod;
mod names;
pub mod native;
pub mod number;
pub mod opcode;
pub mod pattern;
pub mod proto;
mod random;
mod step;
mod strings;
mod table;
mod thread;
mod value;
mod vm;
mod where_is;

pub use native::{Args, Call, Continuation, NativeFunction, NativeResult, Outcome, Protection};
pub use value::{FunctionRef, StringRef, TableRef, ThreadRef, Value};
pub use vm::{Error, Failure, Pin, Run, Vm};
pub use where_is::{Level, LevelKind, Local, chunk_id};
