//! A script between its first and its last step.

use crate::client::ClientId;
use crate::command::Entry;
use crate::error::Error;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::time::Time;

use super::NANOS_PER_STEP;
use super::by_line::Called;
use super::machine::Machine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// EVAL and its kin: known by the sum of its text.
    Script,
    /// FCALL: known by its name.
    Function,
}

/// What is known of a running script.
pub struct Running {
    pub kind: Kind,
    /// As error messages call it: the sum, or the function's name.
    pub name: String,
    pub client: ClientId,
    pub entry: &'static Entry,
    /// The command as it was sent.
    pub words: Vec<Vec<u8>>,
    pub since: Time,
    /// Jumps back and calls so far, and what commands took in the same measure.
    pub steps: u64,
    /// The database that the script selected.
    pub db: usize,
    /// What the script chose by `setresp`.
    pub protocol: Protocol,
    /// Where effects go, as `set_repl` takes it.
    pub replication: u8,
    pub read_only: bool,
    pub allow_oom: bool,
    pub allow_cross_slot: bool,
    /// The slot of the keys used so far, in a cluster.
    pub slot: Option<u16>,
    pub wrote: bool,
    pub obeyed: bool,
    pub killed: bool,
    /// It runs for longer than `busy-reply-threshold`.
    pub busy: bool,
    /// Whoever sent it is gone: the connection goes when the script ends.
    pub abandoned: bool,
    /// The commands it called so far, if it is run line by line.
    pub calls: Option<Vec<Called>>,
    /// It stands before a line, and not in the middle of one.
    pub before_line: bool,
    /// EXEC that ran it, if one did.
    pub transaction: Option<Interrupted>,
    /// Taken out while it runs.
    pub machine: Option<Box<Machine>>,
}

/// A transaction in the middle of which the script runs.
#[derive(Debug)]
pub struct Interrupted {
    pub replies: Vec<Reply>,
    pub rest: Vec<(&'static Entry, Vec<Vec<u8>>)>,
    pub entry: &'static Entry,
    pub words: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} after {} steps", self.name, self.steps)
    }
}

impl Running {
    /// For how long it has run, in virtual time.
    pub fn nanos(&self) -> u64 {
        self.steps * NANOS_PER_STEP
    }

    /// What other clients are told.
    pub fn refusal(&self) -> Error {
        Error::Raw(
            match self.kind {
                Kind::Script => {
                    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
                }
                Kind::Function => {
                    "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE."
                }
            }
            .into(),
        )
    }
}
