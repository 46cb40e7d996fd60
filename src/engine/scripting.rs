//! Scripts and functions: the cache, the libraries, and the script that runs.
//!
//! A script runs inside one command as long as that is short. If it takes longer it is *parked*: the command is not
//! answered yet, the machine stands still wherever it is, and `Engine::advance` lets it go on. What a script does costs
//! virtual time (`NANOS_PER_STEP`), so "longer than `busy-reply-threshold`" means the same on every machine. Until then
//! other clients wait, as they do for any command; from then on they are told BUSY, and SCRIPT KILL can end it.
//!
//! `machine.rs` is the Lua of it, `run.rs` the way from EVAL or FCALL to a reply, `call.rs` the way from `redis.call` to
//! a command and back. Nothing here knows how Lua works: that is the crate `lua`.

mod api;
pub mod by_line;
mod cache;
mod call;
mod convert;
pub mod libraries;
pub mod loading;
mod machine;
mod pcall;
mod run;
mod running;
pub mod shebang;
#[cfg(test)]
mod tests;

pub use api::sum_of;
pub use cache::Cache;
pub use libraries::Libraries;
pub use run::{Program, go_on, machine, put_back, start};
pub use running::{Interrupted, Kind, Running};

use std::time::Duration;

use crate::client::ClientId;
use crate::command::Entry;
use crate::error::Error;
use crate::reply::Reply;

/// What a script does between two looks at the clock: a jump back or a call takes about as long in Redis.
pub const NANOS_PER_STEP: u64 = 10;

/// Everything about scripts that a server holds.
#[derive(Debug, Clone)]
pub struct Scripting {
    pub cache: Cache,
    pub libraries: Libraries,
    /// The script that was not finished within its command. A clone of an engine has none: a machine in the middle of
    /// something cannot be copied.
    pub parked: Parked,
    /// The command that runs was sent by a script.
    pub speaks: bool,
    /// A script may run for so long inside one command, if that is less than `busy-reply-threshold`: whoever has a page
    /// to keep alive wants it short.
    pub patience: Option<Duration>,
    /// Scripts that begin now are run line by line: `Engine::step_script`.
    pub by_line: bool,
    /// Steps of the machine at a time. It makes no difference to a script; tests see to that.
    pub slice: u64,
    scripts: machine::Place,
    functions: machine::Place,
}

impl Default for Scripting {
    fn default() -> Scripting {
        const SLICE: u64 = 20_000;
        Scripting {
            cache: Cache::default(),
            libraries: Libraries::default(),
            parked: Parked::default(),
            speaks: false,
            patience: None,
            by_line: false,
            slice: SLICE,
            scripts: machine::Place::default(),
            functions: machine::Place::default(),
        }
    }
}

/// The place of a script that waits to go on.
#[derive(Debug, Default)]
pub struct Parked(Option<Box<Running>>);

impl Clone for Parked {
    fn clone(&self) -> Parked {
        Parked(None)
    }
}

impl Parked {
    pub fn get(&self) -> Option<&Running> {
        self.0.as_deref()
    }

    pub fn get_mut(&mut self) -> Option<&mut Running> {
        self.0.as_deref_mut()
    }

    pub fn take(&mut self) -> Option<Box<Running>> {
        self.0.take()
    }

    pub fn put(&mut self, running: Box<Running>) {
        self.0 = Some(running);
    }
}

impl Scripting {
    /// Whether a client has to wait because a script runs: all of them until it counts as busy, then whoever sent it.
    pub fn holds(&self, id: ClientId) -> bool {
        let parked = self.parked.get();
        parked.is_some_and(|running| !running.busy || running.client == id)
    }

    /// Whether a script runs for so long that other clients are refused.
    pub fn busy(&self) -> Option<&Running> {
        self.parked.get().filter(|running| running.busy)
    }

    /// SCRIPT KILL and FUNCTION KILL.
    pub fn kill(&mut self, functions: bool) -> Result<Reply, Error> {
        let Some(running) = self.parked.get_mut() else {
            return Err(Error::Raw(
                "NOTBUSY No scripts in execution right now.".into(),
            ));
        };
        if running.obeyed {
            return Err(Error::Raw(
                "UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be \
                 killed."
                    .into(),
            ));
        }
        if running.wrote {
            return Err(Error::Raw(
                "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait \
                 the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command."
                    .into(),
            ));
        }
        if functions != (running.kind == Kind::Function) {
            return Err(running.refusal());
        }
        running.killed = true;
        Ok(Reply::OK)
    }

    /// SCRIPT FLUSH: nothing is cached any more, and the machine of scripts is a new one.
    pub fn flush_scripts(&mut self) {
        self.cache.clear();
        self.scripts.take();
    }

    /// FUNCTION FLUSH.
    pub fn flush_functions(&mut self) {
        self.libraries.clear();
        self.functions.take();
    }

    /// The flags of a command: its own, or those that the program declares which it runs. `argument` is its first.
    pub fn command_flags(&self, entry: &Entry, argument: Option<&[u8]>) -> u32 {
        let declared = match (entry.name, argument) {
            ("eval" | "eval_ro", Some(body)) => {
                shebang::of_script(body).ok().map(|(flags, _)| flags)
            }
            ("evalsha" | "evalsha_ro", Some(sum)) => {
                let sum = String::from_utf8_lossy(sum).to_ascii_lowercase();
                self.cache.get(&sum).map(|script| script.flags)
            }
            ("fcall" | "fcall_ro", Some(name)) => {
                let function = self.libraries.function(name);
                function.map(|(_, function)| function.flags)
            }
            _ => None,
        };
        declared.map_or(entry.flags, |flags| flags.of_command(entry.flags))
    }

    fn place(&mut self, kind: Kind) -> &mut machine::Place {
        match kind {
            Kind::Script => &mut self.scripts,
            Kind::Function => &mut self.functions,
        }
    }
}
