//! What only a process on a machine can do. These commands answer with an error that names the reason; they take it
//! from here, and `tests/conformance.md` prints the list. What is merely not built yet does not belong here.

use crate::error::Error;

/// A command, or a way to use one, that has no meaning without a process, a machine or a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exception {
    /// As typed: `SHUTDOWN`, `DEBUG SEGFAULT`.
    pub what: &'static str,
    pub why: &'static str,
}

impl Exception {
    pub fn error(&self) -> Error {
        Error::NotEmulated(format!("{}: {}", self.what, self.why))
    }
}

const fn exception(what: &'static str, why: &'static str) -> Exception {
    Exception { what, why }
}

const NO_MACHINE_CODE: &str = "modules are machine code for another machine";
const NO_PROCESS: &str = "this server is not a process that could crash, restart or be measured";
/// It answers as a server built without jemalloc does, and no server that is to be compared with is.
pub const MEMORY_MALLOC_STATS: Exception = exception("MEMORY MALLOC-STATS", NO_ALLOCATOR);

const NO_ALLOCATOR: &str = "there is no jemalloc to be asked";

pub const SHUTDOWN: Exception =
    exception("SHUTDOWN", "this server is not a process that could end");
pub const MODULE_LOAD: Exception = exception("MODULE LOAD", NO_MACHINE_CODE);
pub const MODULE_LOADEX: Exception = exception("MODULE LOADEX", NO_MACHINE_CODE);
pub const MODULE_UNLOAD: Exception = exception("MODULE UNLOAD", NO_MACHINE_CODE);

/// Words of DEBUG.
pub const DEBUG: &[Exception] = &[
    exception("DEBUG SEGFAULT", NO_PROCESS),
    exception("DEBUG PANIC", NO_PROCESS),
    exception("DEBUG RESTART", NO_PROCESS),
    exception("DEBUG CRASH-AND-RECOVER", NO_PROCESS),
    exception("DEBUG ASSERT", NO_PROCESS),
    exception("DEBUG OOM", NO_PROCESS),
    exception("DEBUG LEAK", "memory that nobody owns cannot be made here"),
    exception("DEBUG MALLCTL", NO_ALLOCATOR),
    exception("DEBUG MALLCTL-STR", NO_ALLOCATOR),
    exception(
        "DEBUG CONFIG-REWRITE-FORCE-ALL",
        "a file with all defaults is not written",
    ),
];

/// All of them, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Exception> {
    [
        &SHUTDOWN,
        &MODULE_LOAD,
        &MODULE_LOADEX,
        &MODULE_UNLOAD,
        &MEMORY_MALLOC_STATS,
    ]
    .into_iter()
    .chain(DEBUG)
}
