//! The append-only file: what changed, as commands, in a folder of files that a manifest names.
//!
//! It is a base (the databases at some moment) and increments (what happened since). A rewrite makes a new base and
//! begins a new increment; what both replace becomes history and goes. Here is when that happens and what is appended;
//! the manifest is `manifest.rs`, a base as commands `rewrite.rs`, reading it all back `load.rs`. Source: `aof.c`.

pub mod load;
pub mod manifest;
pub mod rewrite;

use crate::client::Client;
use crate::config::{Fsync, Settings};
use crate::keyspace::Keyspace;
use crate::number;
use crate::persistence::{Child, Task};
use crate::resp;
use crate::server::Server;
use crate::time::Time;
use manifest::{Manifest, Part};

/// What a command changed: the words and their database.
pub type Effect = (usize, Vec<Vec<u8>>);

/// Whether commands are appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Off,
    On,
    /// It was switched on and the first base is being written.
    Starting,
}

#[derive(Debug, Clone)]
pub struct Aof {
    pub state: State,
    pub manifest: Manifest,
    /// The file that is appended to, below the folder.
    file: String,
    /// The database that a reader of this file would be in.
    selected: Option<usize>,
    /// The last second that was noted in the file.
    stamped: i64,
    /// The last sync, in milliseconds since 1970.
    synced_at: i64,
    /// Bytes of all files together, and as they were after the last rewrite.
    pub size: u64,
    pub base_size: u64,
    /// How much of `size` was appended since the last rewrite began.
    increment_size: u64,
    pub rewrite_scheduled: bool,
    pub rewrites: u64,
    pub last_rewrite_secs: i64,
    /// As much of `Replication::offset` as survives a loss of power.
    synced_offset: u64,
    /// What the running command, or the transaction around it, has changed so far.
    pub unit: Vec<Effect>,
    scratch: Vec<u8>,
}

impl Default for Aof {
    fn default() -> Aof {
        Aof {
            state: State::Off,
            manifest: Manifest::default(),
            file: String::new(),
            selected: None,
            stamped: 0,
            synced_at: 0,
            size: 0,
            base_size: 0,
            increment_size: 0,
            rewrite_scheduled: false,
            rewrites: 0,
            last_rewrite_secs: -1,
            synced_offset: 0,
            unit: Vec::new(),
            scratch: Vec::new(),
        }
    }
}

/// While the first base is written, commands go here.
const STARTING_FILE: &str = "temp-appendonly.aof.incr";

impl Server {
    // --- Appending ------------------------------------------------------------------------------------------------

    /// A command and everything inside it is over: its effects go to the file, as one transaction if there are
    /// several. `together` is false for what only happened at the same time, as keys that expired.
    pub fn append_unit(&mut self, unit: &[Effect], together: bool, now: Time) {
        let counts = self.replication.backlog.is_none() && !self.replication.is_replica();
        let mut commands = 0;
        let aof = &mut self.persistence.aof;
        let is_rewriting = matches!(
            self.persistence.child,
            Some(Child {
                task: Task::Rewrite { .. },
                ..
            })
        );
        if aof.state == State::Off {
            return;
        }
        let is_open = aof.state == State::On || is_rewriting;
        let mut effects = unit
            .iter()
            .filter(|(_, words)| !is_for_replicas_only(words))
            .peekable();
        if effects.peek().is_none() {
            return;
        }
        let settings = &self.config.persistence;
        aof.scratch.clear();
        if settings.timestamps && aof.stamped < now.secs() {
            aof.stamped = now.secs();
            aof.scratch
                .extend_from_slice(format!("#TS:{}\r\n", now.secs()).as_bytes());
        }
        let wrapped = together && effects.clone().nth(1).is_some();
        if wrapped {
            resp::encode_command(&[b"MULTI"], &mut aof.scratch);
        }
        for (db, words) in effects {
            if aof.selected != Some(*db) {
                aof.selected = Some(*db);
                let number = number::i64_to_bytes(*db as i64);
                resp::encode_command(&[&b"SELECT"[..], &number], &mut aof.scratch);
            }
            resp::encode_command(words, &mut aof.scratch);
            commands += 1;
        }
        if wrapped {
            resp::encode_command(&[b"EXEC"], &mut aof.scratch);
            commands += 2;
        }
        if counts {
            self.replication.offset += commands;
        }
        if is_open {
            aof.size += aof.scratch.len() as u64;
            aof.increment_size += aof.scratch.len() as u64;
            self.disk.append(&aof.file, &aof.scratch);
        }
    }

    /// Makes appended commands survive a loss of power, as often as `appendfsync` says.
    /// Says whether it did something.
    pub fn sync_append_only(&mut self, now: Time) -> bool {
        if self.persistence.aof.state == State::Off || self.is_append_only_synced() {
            return false;
        }
        let aof = &mut self.persistence.aof;
        let due = match self.config.persistence.fsync {
            Fsync::Always => true,
            Fsync::EverySecond => now.millis() - aof.synced_at >= 1000,
            // The system writes when it pleases: nothing can be relied on.
            Fsync::No => false,
        };
        if due {
            aof.synced_at = now.millis();
            aof.synced_offset = self.replication.offset;
            self.disk.sync(&aof.file);
        }
        due
    }

    /// Whether what this client wrote survives a loss of power, by the append-only file.
    pub fn has_synced(&self, client: &Client) -> bool {
        let aof = &self.persistence.aof;
        let synced = if self.is_append_only_synced() {
            self.replication.offset
        } else {
            aof.synced_offset
        };
        aof.state != State::Off && client.write_offset <= synced
    }

    /// Whether all that was appended survives a loss of power.
    fn is_append_only_synced(&self) -> bool {
        let file = self.disk.get(&self.persistence.aof.file);
        file.is_none_or(|file| file.synced() == file.len())
    }

    // --- On and off -----------------------------------------------------------------------------------------------

    /// The server starts with the file on: goes on with the last increment, or begins the first.
    pub fn open_append_only(&mut self, keys: &Keyspace, now: Time) {
        self.persistence.aof.state = State::On;
        if self.persistence.aof.manifest.is_empty() {
            let bytes = self.base_bytes(keys, now);
            let part = self.next_base();
            let path = self.append_only_path(&part.name);
            self.disk.put(&path, bytes);
            self.persistence.aof.manifest.base = Some(part);
        }
        let last = self
            .persistence
            .aof
            .manifest
            .increments
            .last()
            .map(|part| part.name.clone());
        let name = match last {
            Some(name) => name,
            None => {
                let part = self.next_increment();
                let name = part.name.clone();
                self.persistence.aof.manifest.increments.push(part);
                name
            }
        };
        let path = self.append_only_path(&name);
        if self.disk.get(&path).is_none() {
            self.disk.create(&path);
        }
        self.persistence.aof.file = path;
        self.persistence.aof.selected = None;
        self.write_manifest();
    }

    /// CONFIG SET appendonly yes: a base is needed first, which takes until a child is through.
    pub fn start_append_only(&mut self, keys: &Keyspace, now: Time) {
        self.persistence.aof.state = State::Starting;
        match &self.persistence.child {
            Some(Child {
                task: Task::Snapshot { .. },
                ..
            }) => {
                self.persistence.aof.rewrite_scheduled = true;
            }
            _ => {
                // A rewrite that began while the file was off has no increment to go with it.
                self.persistence.child = None;
                self.start_rewrite(keys, now);
            }
        }
    }

    /// CONFIG SET appendonly no: the files stay as they are.
    pub fn stop_append_only(&mut self) {
        if matches!(
            self.persistence.child,
            Some(Child {
                task: Task::Rewrite { .. },
                ..
            })
        ) {
            self.persistence.child = None;
        }
        self.close_append_only();
        let aof = &mut self.persistence.aof;
        aof.state = State::Off;
        aof.rewrite_scheduled = false;
    }

    /// Syncs the file and notes in the manifest where it ends.
    pub fn close_append_only(&mut self) {
        let aof = &mut self.persistence.aof;
        self.disk.sync(&aof.file);
        if aof.state == State::On
            && let Some(last) = aof.manifest.increments.last_mut()
        {
            last.end = Some(self.replication.offset);
            self.write_manifest();
        }
    }

    // --- Rewriting ------------------------------------------------------------------------------------------------

    /// Begins a rewrite: the new base is what the databases hold now, and commands go to a new increment from now on.
    pub fn start_rewrite(&mut self, keys: &Keyspace, now: Time) {
        let bytes = self.base_bytes(keys, now);
        let keys_total = keys.dbs.iter().map(|db| db.keys.len()).sum();
        self.persistence.aof.rewrite_scheduled = false;
        self.persistence.aof.rewrites += 1;
        self.persistence.forks += 1;
        self.persistence.aof.selected = None;
        self.persistence.aof.increment_size = 0;
        let offset = self.replication.offset;
        match self.persistence.aof.state {
            State::Off => {}
            State::On => {
                let path = self.persistence.aof.file.clone();
                self.disk.sync(&path);
                let part = self.next_increment();
                let path = self.append_only_path(&part.name);
                self.disk.create(&path);
                self.persistence.aof.file = path;
                self.persistence.aof.manifest.increments.push(part);
                self.write_manifest();
            }
            State::Starting => {
                let path = self.append_only_path(STARTING_FILE);
                self.disk.create(&path);
                self.persistence.aof.file = path;
            }
        }
        self.persistence.child = Some(Child::new(Task::Rewrite { offset }, bytes, keys_total, now));
    }

    /// The new base is written: the manifest names it, and what it replaces goes.
    pub fn finish_rewrite(&mut self, bytes: Vec<u8>, began_at: u64) {
        let length = bytes.len() as u64;
        let base = self.next_base();
        let path = self.append_only_path(&base.name);
        self.disk.put(&path, bytes);
        let starting = self.persistence.aof.state == State::Starting;
        if starting {
            let mut part = self.next_increment();
            part.start = Some(began_at);
            let path = self.append_only_path(&part.name);
            let from = std::mem::replace(&mut self.persistence.aof.file, path.clone());
            self.disk.rename(&from, &path);
            self.persistence.aof.manifest.increments.push(part);
            self.persistence.aof.state = State::On;
        }
        let aof = &mut self.persistence.aof;
        let manifest = &mut aof.manifest;
        manifest.history.extend(manifest.base.replace(base));
        // With the file off there is no increment that belongs to this base.
        let kept = usize::from(aof.state == State::On);
        let replaced = manifest.increments.len().saturating_sub(kept);
        manifest
            .history
            .extend(manifest.increments.drain(..replaced));
        if aof.state == State::On {
            aof.size = length + aof.increment_size;
            aof.base_size = aof.size;
        }
        self.write_manifest();
        self.remove_history();
    }

    pub fn remove_history(&mut self) {
        let history = std::mem::take(&mut self.persistence.aof.manifest.history);
        for part in &history {
            let path = self.append_only_path(&part.name);
            self.disk.remove(&path);
        }
        if !history.is_empty() {
            self.write_manifest();
        }
    }

    /// Whether the file has grown so much that it should be written anew.
    pub fn is_rewrite_due(&self) -> bool {
        let (aof, settings) = (&self.persistence.aof, &self.config.persistence);
        let base = aof.base_size.max(1);
        let grown = aof.size.saturating_mul(100) / base;
        aof.state == State::On
            && settings.rewrite_percent > 0
            && aof.size > settings.rewrite_min_size
            && grown.saturating_sub(100) >= settings.rewrite_percent
    }

    fn base_bytes(&self, keys: &Keyspace, now: Time) -> Vec<u8> {
        let settings: &Settings = &self.config.persistence;
        if settings.preamble {
            return self.snapshot(keys, true, now);
        }
        let stamp = settings.timestamps.then_some(now);
        rewrite::commands(keys, &self.persistence.functions, stamp)
    }

    // --- Names ----------------------------------------------------------------------------------------------------

    fn next_base(&mut self) -> Part {
        let suffix = if self.config.persistence.preamble {
            "rdb"
        } else {
            "aof"
        };
        let manifest = &mut self.persistence.aof.manifest;
        manifest.base_sequence += 1;
        let sequence = manifest.base_sequence;
        Part::new(
            format!("{}.{sequence}.base.{suffix}", self.append_only_name()),
            sequence,
        )
    }

    fn next_increment(&mut self) -> Part {
        let aof = &mut self.persistence.aof;
        aof.manifest.increment_sequence += 1;
        let (sequence, offset) = (aof.manifest.increment_sequence, self.replication.offset);
        let mut part = Part::new(
            format!("{}.{sequence}.incr.aof", self.append_only_name()),
            sequence,
        );
        part.start = Some(offset);
        part
    }

    pub fn append_only_name(&self) -> String {
        self.config.text("appendfilename")
    }

    pub fn append_only_path(&self, name: &str) -> String {
        format!("{}/{name}", self.config.text("appenddirname"))
    }

    pub fn manifest_path(&self) -> String {
        self.append_only_path(&format!("{}.manifest", self.append_only_name()))
    }

    fn write_manifest(&mut self) {
        let path = self.manifest_path();
        let text = self.persistence.aof.manifest.to_text();
        self.disk.put(&path, text);
    }
}

/// A published message is not data: replicas pass it on, files do not keep it.
fn is_for_replicas_only(words: &[Vec<u8>]) -> bool {
    words.first().is_some_and(|name| {
        name.eq_ignore_ascii_case(b"publish") || name.eq_ignore_ascii_case(b"spublish")
    })
}
