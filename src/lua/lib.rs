//! A Lua 5.1 virtual machine in safe Rust that can be paused, stopped and held to a memory limit.
//!
//! It runs what Lua 5.1.5 runs and answers what that answers: the same table layouts (so `pairs` has
//! the same order and `#` finds the same border), the same names in error messages, the same limits
//! of depth. It knows nothing of any host.
//!
//! # Use
//!
//! ```ignore
//! let mut vm = lua::Vm::with_library(64 << 20)?;         // at most 64 MiB
//! let log = vm.host_function(1)?;                        // answered by us, below
//! let globals = vm.globals();
//! vm.raw_set_text(globals, b"log", log.into())?;
//! let chunk = vm.load(b"return log('x') + 1", b"@script")?;  // Err: the compiler's message, raised
//! vm.start(chunk, &[])?;
//! loop {
//!     match vm.run(10_000) {
//!         Run::Done(values) => ...,
//!         Run::Pending => ...,                           // the slice is used up; later call run again
//!         Run::Host { id, args } => {                    // anything may be asked and made meanwhile
//!             let argument = vm.arg(args, 0);
//!             vm.answer(&[Value::Number(41.0)])?;        // or vm.answer_error(Error::Raised(value))
//!         }
//!         Run::Line => ...,                              // only after vm.set_stepping(true)
//!         Run::Failed(failure) => ...,                   // .value, .error, .levels[0].line
//!     }
//! }
//! ```
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
