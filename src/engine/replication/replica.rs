//! A client that is, or will be, a copy of this server: what it said of itself, and how far it is.

use crate::time::Time;

#[derive(Debug, Clone)]
pub struct Replica {
    /// The port that it says it listens on; 0 if it did not say.
    pub port: u16,
    /// The address that it wants to be known by; empty for the one it comes from.
    pub address: Vec<u8>,
    /// It can read a snapshot whose length is not known before its end.
    pub takes_end_mark: bool,
    /// It understands that its history goes on under another name.
    pub knows_renaming: bool,
    /// It wants the snapshot and nothing after it.
    pub snapshot_only: bool,
    /// It wants functions and no keys.
    pub functions_only: bool,
    /// It came with SYNC: it is told no history and says nothing of its progress.
    pub is_old: bool,
    /// None until it asks for the data.
    pub stage: Option<Stage>,
    /// The offsets that it says it has, and has on disk.
    pub acknowledged: u64,
    pub synced: u64,
    /// When it last said so.
    pub heard: Time,
    /// The stream was sent to it up to here.
    pub sent: u64,
}

/// How far a replica is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The next snapshot is for it.
    Waiting { since: Time },
    /// Its snapshot is being written.
    Snapshot,
    /// It has its snapshot, and says so before it gets more.
    Loading,
    /// It gets what happens.
    Online,
}

impl Replica {
    pub fn new(now: Time) -> Replica {
        Replica {
            port: 0,
            address: Vec::new(),
            takes_end_mark: false,
            knows_renaming: false,
            snapshot_only: false,
            functions_only: false,
            is_old: false,
            stage: None,
            acknowledged: 0,
            synced: 0,
            heard: now,
            sent: 0,
        }
    }

    /// It counts for WAIT and the like.
    pub fn is_online(&self) -> bool {
        matches!(self.stage, Some(Stage::Loading | Stage::Online))
    }

    /// Seconds since it last said how far it is.
    pub fn lag(&self, now: Time) -> i64 {
        match self.is_online() {
            true => now.secs() - self.heard.secs(),
            false => 0,
        }
    }
}
