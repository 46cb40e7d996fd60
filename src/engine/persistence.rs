//! Snapshots and what both kinds of files share: the child that writes in the background, save points, the cron.
//!
//! Redis forks a child that writes what memory held at that moment. Here the bytes are made at that moment and appear
//! as a file when the child would have been through (`Child::ends`), noticed by the next tick of the cron as there.

use std::time::Duration;

use crate::aof::load;
use crate::aof::{Aof, State};
use crate::client::{Client, ClientId};
use crate::disk::Disk;
use crate::engine::Engine;
use crate::keyspace::Keyspace;
use crate::memory;
use crate::number;
use crate::rdb::file::{self, Kept, Writing};
use crate::replication::master::Transfer;
use crate::reply::Reply;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

#[derive(Debug, Clone)]
pub struct Persistence {
    pub aof: Aof,
    pub child: Option<Child>,
    /// BGSAVE SCHEDULE waits for the end of a rewrite.
    pub save_scheduled: bool,
    /// `Keyspace::dirty` as the last snapshot found it.
    pub saved_changes: u64,
    pub last_save: Time,
    /// Zero before the first.
    pub last_attempt: Time,
    /// How long the last background save took, in seconds; -1 before the first.
    pub last_save_secs: i64,
    pub saves: u64,
    /// Children so far, of either kind.
    pub forks: u64,
    /// The time outside while an append-only file is read.
    pub loading: Option<Time>,
    /// From the last file that was read.
    pub keys_loaded: u64,
    pub keys_expired: u64,
    /// The code of libraries of functions, carried from file to file.
    pub functions: Vec<Vec<u8>>,
    /// They come from a file and are not libraries yet.
    pub functions_read: bool,
    /// A process around this engine would end when told to.
    pub can_exit: bool,
    /// SHUTDOWN was accepted.
    pub exits: bool,
}

/// Writes a file in the background.
#[derive(Debug, Clone)]
pub struct Child {
    pub task: Task,
    pub started: Time,
    pub ends: Time,
    pub keys: usize,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// `changes` is `Keyspace::dirty` at the start.
    Snapshot { changes: u64 },
    /// A snapshot for replicas alone, which ends with this mark.
    Transfer { mark: String },
    /// `offset` is `Replication::offset` at the start.
    Rewrite { offset: u64 },
}

impl Child {
    pub fn new(task: Task, bytes: Vec<u8>, keys: usize, now: Time) -> Child {
        // A small file takes a millisecond, a large one as long as at 100 MB a second.
        const BYTES_PER_MICROSECOND: u64 = 100;
        let micros = 1000 + bytes.len() as u64 / BYTES_PER_MICROSECOND;
        Child {
            task,
            started: now,
            ends: now.after(Duration::from_micros(micros)),
            keys,
            bytes,
        }
    }

    pub fn is_snapshot(&self) -> bool {
        !matches!(self.task, Task::Rewrite { .. })
    }
}

impl Persistence {
    pub fn new(now: Time) -> Persistence {
        Persistence {
            aof: Aof::default(),
            child: None,
            save_scheduled: false,
            saved_changes: 0,
            last_save: now,
            last_attempt: Time(0),
            last_save_secs: -1,
            saves: 0,
            forks: 0,
            loading: None,
            keys_loaded: 0,
            keys_expired: 0,
            functions: Vec::new(),
            functions_read: false,
            can_exit: false,
            exits: false,
        }
    }
}

impl Persistence {
    /// A snapshot is being written in the background.
    pub fn is_saving(&self) -> bool {
        self.child.as_ref().is_some_and(Child::is_snapshot)
    }
}

impl Engine {
    /// Reads the files of the disk, as a server does when it starts: the append-only file if that is on, otherwise
    /// the snapshot. Notes are for whoever reads logs.
    ///
    /// # Errors
    /// When the server would refuse to start; the databases are empty then.
    pub fn start(&mut self, disk: Disk, now: Time) -> Result<Vec<String>, load::Failure> {
        self.server.disk = disk;
        let mut loading = load::Loading {
            keys: &mut self.keys,
            server: &mut self.server,
            random: &mut self.random,
            now,
        };
        let notes = loading.start();
        self.settle(now);
        notes
    }

    /// WAITAOF waits for what the client itself wrote.
    pub(crate) fn note_write(&mut self, id: ClientId, before: u64) {
        let offset = self.server.replication.offset;
        if offset != before
            && let Some(client) = self.server.clients.get_mut(id)
        {
            client.write_offset = offset;
        }
    }

    /// Syncs the append-only file if that is due, and answers who waited for it.
    pub(crate) fn sync_files(&mut self, now: Time) {
        if !self.server.sync_append_only(now) {
            return;
        }
        let waits = |client: &&Client| {
            let blocked = client.blocked.as_ref();
            blocked.is_some_and(|blocked| blocked.words[0].eq_ignore_ascii_case(b"waitaof"))
        };
        let waiting = self.server.clients.iter().filter(waits);
        let synced = waiting.filter(|client| self.server.has_synced(client));
        let synced: Vec<ClientId> = synced.map(|client| client.id).collect();
        for id in synced {
            let reply = Reply::Array(vec![Reply::Int(1), Reply::Int(0)]);
            let client = self.server.clients.get_mut(id);
            let Some(blocked) = client.and_then(|client| client.blocked.as_mut()) else {
                continue;
            };
            // Who also waits for replicas waits in vain, but for this much it has not.
            blocked.on_timeout = reply.clone();
            if number::parse_i64(&blocked.words[2]) == Some(0) {
                self.unblock(id);
                self.server.reply_late(id, reply);
            }
        }
    }
}

impl Server {
    /// The databases as an RDB file.
    pub fn snapshot(&self, keys: &Keyspace, aof_base: bool, now: Time) -> Vec<u8> {
        let settings = &self.config.persistence;
        let writing = Writing {
            compress: settings.compress,
            checksum: settings.checksum,
            kept: Kept::of(&self.config),
            aof_base,
            used_memory: memory::used(keys, &self.clients) as u64,
            origin: self.origin().filter(|_| !aof_base),
            functions: &self.persistence.functions,
            now,
        };
        file::write(keys, &writing)
    }

    /// As `snapshot`, for replicas: some want the functions alone.
    pub fn snapshot_for_replicas(
        &self,
        keys: &Keyspace,
        functions_only: bool,
        now: Time,
    ) -> Vec<u8> {
        match functions_only {
            false => self.snapshot(keys, false, now),
            true => self.snapshot(
                &Keyspace::new(0, false, &mut Random::new(0), now),
                false,
                now,
            ),
        }
    }

    /// SAVE: the file is there when this returns.
    pub fn save(&mut self, keys: &Keyspace, now: Time) {
        self.persistence.saves += 1;
        self.write_snapshot(keys, now);
    }

    /// As `save`, and INFO does not count it.
    pub fn write_snapshot(&mut self, keys: &Keyspace, now: Time) {
        let bytes = self.snapshot(keys, false, now);
        self.put_snapshot(bytes, keys.dirty, now);
    }

    fn put_snapshot(&mut self, bytes: Vec<u8>, changes: u64, now: Time) {
        let name = self.config.text("dbfilename");
        self.disk.put(&name, bytes);
        let persistence = &mut self.persistence;
        persistence.saved_changes = changes;
        persistence.last_save = now;
    }

    /// BGSAVE.
    pub fn start_save(&mut self, keys: &Keyspace, now: Time) {
        let bytes = self.snapshot(keys, false, now);
        let count = keys.dbs.iter().map(|db| db.keys.len()).sum();
        let task = Task::Snapshot {
            changes: keys.dirty,
        };
        self.persistence.forks += 1;
        self.persistence.saves += 1;
        self.persistence.save_scheduled = false;
        self.persistence.last_attempt = now;
        self.persistence.child = Some(Child::new(task, bytes, count, now));
    }

    /// FLUSHALL makes a snapshot in the works worthless; with save points, the empty databases are saved at once.
    pub fn all_flushed(&mut self, keys: &mut Keyspace, now: Time) {
        if self.persistence.is_saving() {
            self.persistence.child = None;
            self.drop_replicas_without_snapshot(keys);
        }
        if !self.config.persistence.save_points.is_empty() {
            self.save(keys, now);
        }
    }

    /// What the cron does for files, in Redis' order.
    pub fn persistence_cron(&mut self, keys: &Keyspace, now: Time) {
        if self.persistence.child.is_none() && self.persistence.aof.rewrite_scheduled {
            self.start_rewrite(keys, now);
        }
        match &self.persistence.child {
            Some(child) if child.ends <= now => self.reap(now),
            Some(_) => {}
            None if self.is_save_due(keys, now) => self.start_save(keys, now),
            None if self.is_rewrite_due() => self.start_rewrite(keys, now),
            None => {}
        }
        if self.persistence.child.is_none() && self.persistence.save_scheduled {
            self.start_save(keys, now);
        }
    }

    fn reap(&mut self, now: Time) {
        let Some(child) = self.persistence.child.take() else {
            return;
        };
        let seconds = now.secs() - child.started.secs();
        match child.task {
            Task::Snapshot { changes } => {
                self.persistence.last_save_secs = seconds;
                self.finish_transfer(&child.bytes, &Transfer::Counted, now);
                self.put_snapshot(child.bytes, changes, now);
            }
            Task::Transfer { mark } => {
                self.finish_transfer(&child.bytes, &Transfer::Marked(mark), now);
            }
            Task::Rewrite { offset } => {
                self.persistence.aof.last_rewrite_secs = seconds;
                self.finish_rewrite(child.bytes, offset);
            }
        }
    }

    fn is_save_due(&self, keys: &Keyspace, now: Time) -> bool {
        let persistence = &self.persistence;
        let changes = keys.dirty - persistence.saved_changes;
        let age = now.secs() - persistence.last_save.secs();
        let points = &self.config.persistence.save_points;
        points
            .iter()
            .any(|point| changes >= point.changes && age > point.seconds)
    }

    /// Whether what commands change has to be told to anybody.
    pub fn wants_effects(&self) -> bool {
        self.effects_wanted || self.has_stream() || self.persistence.aof.state != State::Off
    }
}
