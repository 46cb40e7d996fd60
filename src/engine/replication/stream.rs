//! The stream that replicas receive: every effect as a command, with an offset for each byte.

use super::backlog::Backlog;
use super::replica::{Replica, Stage};
use crate::aof::Effect;
use crate::client::{Client, ClientId};
use crate::event::Event;
use crate::keyspace::Keyspace;
use crate::number;
use crate::reply::Reply;
use crate::resp;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

impl Server {
    /// Whether effects become a stream here: a replica only passes on what its master sends.
    pub fn has_stream(&self) -> bool {
        self.replication.backlog.is_some() && !self.replication.is_replica()
    }

    /// The first replica begins a history of its own.
    pub fn begin_stream(&mut self, random: &mut Random) {
        if self.replication.backlog.is_none() {
            self.change_replication_id(random);
            self.create_backlog();
        }
    }

    pub fn create_backlog(&mut self) {
        self.replication.backlog = Some(Backlog::new(self.replication.offset));
        self.replication.selected = None;
    }

    /// What a command changed, for replicas. `together`: as one transaction, if there is more than one effect.
    pub fn feed_replicas(&mut self, unit: &[Effect], together: bool) {
        if !self.has_stream() {
            return;
        }
        let wrapped = together && unit.len() > 1;
        let mut bytes = Vec::new();
        if wrapped {
            resp::encode_command(&[b"MULTI"], &mut bytes);
        }
        for (db, words) in unit {
            if self.replication.selected != Some(*db) {
                self.replication.selected = Some(*db);
                let number = number::i64_to_bytes(*db as i64);
                resp::encode_command(&[&b"SELECT"[..], &number], &mut bytes);
            }
            resp::encode_command(words, &mut bytes);
        }
        if wrapped {
            resp::encode_command(&[b"EXEC"], &mut bytes);
        }
        self.feed_bytes(&bytes);
    }

    /// A command of the stream that belongs to no database.
    pub fn feed_words(&mut self, words: &[&[u8]]) {
        if self.has_stream() {
            let mut bytes = Vec::new();
            resp::encode_command(words, &mut bytes);
            self.feed_bytes(&bytes);
        }
    }

    /// The stream grows, whoever made these bytes.
    pub fn feed_bytes(&mut self, bytes: &[u8]) {
        self.replication.offset += bytes.len() as u64;
        let size = self.config.int("repl-backlog-size").unwrap_or_default();
        let size = usize::try_from(size).unwrap_or_default();
        let needed = self.replicas().filter(|(_, replica)| {
            let stage = replica.stage;
            matches!(
                stage,
                Some(Stage::Snapshot | Stage::Loading | Stage::Online)
            )
        });
        let needed = needed.map(|(_, replica)| replica.sent + 1).min();
        if let Some(backlog) = &mut self.replication.backlog {
            backlog.append(bytes, size);
            backlog.trim(size, needed.unwrap_or(u64::MAX));
        }
    }

    /// Who asked for the data, in the order in which they did.
    pub fn replicas(&self) -> impl Iterator<Item = (ClientId, &Replica)> {
        let ids = self.replication.replicas.iter();
        ids.filter_map(|id| Some((*id, self.clients.get(*id)?.replica.as_deref()?)))
    }

    pub fn replica_mut(&mut self, id: ClientId) -> Option<&mut Replica> {
        self.clients.get_mut(id)?.replica.as_deref_mut()
    }

    /// Sends what happened since the last time to those who can take it, and cuts those off who make this server hold
    /// too much.
    pub fn send_stream(&mut self, keys: &mut Keyspace, now: Time) {
        if self.replication.replicas.is_empty() {
            return;
        }
        if std::mem::take(&mut self.replication.ack_wanted) && !self.is_paused(now) {
            self.feed_words(&[b"REPLCONF", b"GETACK", b"*"]);
        }
        let offset = self.replication.offset;
        let behind = self.replicas().filter(|(_, replica)| replica.sent < offset);
        let behind: Vec<(ClientId, Option<Stage>, u64)> = behind
            .map(|(id, replica)| (id, replica.stage, replica.sent))
            .collect();
        for (id, stage, sent) in behind {
            match stage {
                Some(Stage::Online) => {
                    let backlog = self.replication.backlog.as_ref();
                    let bytes = backlog.map_or(Vec::new(), |backlog| backlog.since(sent + 1));
                    if let Some(replica) = self.replica_mut(id) {
                        replica.sent = offset;
                    }
                    self.send_bytes(id, bytes);
                }
                Some(Stage::Snapshot | Stage::Loading) => self.check_output(keys, id, now),
                _ => {}
            }
        }
    }

    /// A replica reads a stream: a reply in it would be nonsense, so whoever causes one is cut off.
    pub fn is_unwelcome_to_replica(&self, id: ClientId, reply: &Reply) -> bool {
        !matches!(reply, Reply::Nothing | Reply::Later)
            && self.clients.get(id).is_some_and(Client::is_replica)
    }

    pub fn send_bytes(&mut self, client: ClientId, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let held = self.clients.get_mut(client);
        if let Some(held) = held.filter(|client| client.buffers.held) {
            held.buffers.unsent += bytes.len();
            self.grown.push(client);
        }
        self.outbox.push(Event::Stream { client, bytes });
    }
}
