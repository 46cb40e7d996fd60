//! Rungs of the ladder (`engine.rs`) that ask about the server rather than the client: does it have the memory, are the
//! keys its own, may it write, may anybody look inside?

use crate::client::{Client, ClientId};
use crate::cluster::redirect;
use crate::command::{Entry, flag};
use crate::config::Config;
use crate::engine::Engine;
use crate::error::Error;
use crate::eviction::Outcome;
use crate::server::Server;
use crate::time::Time;

impl Engine {
    /// Whether the keys are this node's.
    pub(crate) fn check_place(
        &self,
        id: ClientId,
        entry: &'static Entry,
        words: &[&[u8]],
    ) -> Result<(), Error> {
        let Some(cluster) = &self.server.cluster else {
            return Ok(());
        };
        match self.server.clients.get(id) {
            Some(client)
                if !client.obeyed && (!entry.key_specs.is_empty() || entry.name == "exec") =>
            {
                redirect::check(
                    cluster,
                    &self.keys,
                    &self.server.config,
                    client,
                    entry,
                    words,
                )
            }
            _ => Ok(()),
        }
    }

    /// Before a command memory is freed; where that fails, commands that need more are refused.
    #[cold]
    pub(crate) fn keep_to_maxmemory(
        &mut self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
        now: Time,
    ) -> Result<(), Error> {
        self.server.out_of_memory = self.evict(now) == Outcome::Failed;
        if !self.server.out_of_memory {
            return Ok(());
        }
        let needs_memory = |flags| flags & flag::DENYOOM != 0;
        match self.server.any_flags(id, entry, words, needs_memory) {
            true => Err(Error::OutOfMemory),
            false => Ok(()),
        }
    }

    /// What writes: not on a replica, and not without as many replicas as the configuration wants.
    pub(crate) fn check_writes(
        &self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
    ) -> Result<(), Error> {
        let config = &self.server.config;
        let server = &self.server;
        let is_replica = server.replication.is_replica();
        if !is_replica && config.replicas_to_write == 0 {
            return Ok(());
        }
        let obeyed = server.clients.get(id).is_some_and(|client| client.obeyed);
        let writes = |flags| flags & flag::WRITE != 0;
        if obeyed || !server.any_flags(id, entry, words, writes) {
            return Ok(());
        }
        if is_replica {
            return match config.yes("replica-read-only") {
                true => Err(Error::ReadOnly),
                false => Ok(()),
            };
        }
        match self.server.has_replicas_to_write(self.keys.now) {
            true => Ok(()),
            false => Err(Error::NoReplicas),
        }
    }

    /// While a script runs for too long, only what could end it is let in.
    pub(crate) fn check_busy(&self, entry: &Entry) -> Result<(), Error> {
        match self.server.scripting.busy() {
            Some(running) if !entry.has(flag::ALLOW_BUSY) => Err(running.refusal()),
            _ => Ok(()),
        }
    }

    /// What a replica asks of its master is not about keys.
    pub(crate) fn check_replica(&self, id: ClientId, entry: &Entry) -> Result<(), Error> {
        let client = self.server.clients.get(id);
        let is_replica = client.is_some_and(Client::is_replica);
        match is_replica && entry.has(flag::WRITE | flag::READONLY | flag::MAY_REPLICATE) {
            true => Err(Error::err("Replica can't interact with the keyspace")),
            false => Ok(()),
        }
    }

    /// A replica without its master may be told not to answer.
    pub(crate) fn check_freshness(
        &self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
    ) -> Result<(), Error> {
        if !self.server.replication.is_stale() {
            return Ok(());
        }
        let server = &self.server;
        let obeyed = server.clients.get(id).is_some_and(|client| client.obeyed);
        let is_about_data = |flags| flags & flag::STALE == 0;
        let needs_master = !obeyed && server.any_flags(id, entry, words, is_about_data);
        match needs_master && !self.server.config.yes("replica-serve-stale-data") {
            true => Err(Error::MasterDown),
            false => Ok(()),
        }
    }
}

/// DEBUG and MODULE are for those whom the configuration lets use them.
pub(crate) fn check_protected(
    config: &Config,
    client: &Client,
    entry: &Entry,
) -> Result<(), Error> {
    let (command, parameter) = match entry.name {
        "debug" => ("DEBUG", "enable-debug-command"),
        _ => ("MODULE", "enable-module-command"),
    };
    match config.get(parameter).as_deref() {
        Some(b"yes") => Ok(()),
        Some(b"local") if client.address.starts_with("127.") => Ok(()),
        _ => Err(Error::Protected(command, parameter)),
    }
}

impl Server {
    /// Whether the flags of a command, or of one of those that EXEC runs, are such; programs have those that they declare.
    pub(crate) fn any_flags(
        &self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
        are_such: impl Fn(u32) -> bool,
    ) -> bool {
        let scripting = &self.scripting;
        if are_such(scripting.command_flags(entry, words.get(1).copied())) {
            return true;
        }
        let client = self.clients.get(id).filter(|_| entry.name == "exec");
        let transaction = client.and_then(|client| client.transaction.as_ref());
        let mut queued = transaction
            .iter()
            .flat_map(|transaction| &transaction.queue);
        queued.any(|(entry, words)| {
            let argument = words.get(1).map(Vec::as_slice);
            are_such(scripting.command_flags(entry, argument))
        })
    }
}

/// HTTP, as a page in a browser could be made to send it: what follows may be an attack.
pub(crate) fn is_of_another_protocol(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
}

pub(crate) fn allowed_to_subscribers(entry: &Entry) -> bool {
    matches!(
        entry.name,
        "subscribe"
            | "unsubscribe"
            | "psubscribe"
            | "punsubscribe"
            | "ssubscribe"
            | "sunsubscribe"
            | "ping"
            | "quit"
            | "reset"
    )
}
