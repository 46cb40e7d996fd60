//! Whose copy this server is, and who has copies of it: plain values. Nothing here opens a connection; whoever drives
//! several servers does, and says here what came of it. INFO's text is in `describe.rs`.

pub mod describe;

use crate::client::{Client, ClientId};
use crate::config::Config;
use crate::error::Error;
use crate::event::Event;
use crate::keyspace::Keyspace;
use crate::reply::Reply;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;

const FREED: &str =
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// Bytes of the replication stream so far; grows only while there is a backlog.
    pub offset: i64,
    /// The history that this one continues, and the first offset that is not part of it.
    pub previous: Option<(String, i64)>,
    /// The master that this server follows.
    pub upstream: Option<Upstream>,
    /// How often a connection to a master was begun.
    pub attempts: u64,
}

/// The way to the master.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    pub host: Vec<u8>,
    pub port: u16,
    pub link: Link,
    /// When the master was last heard of.
    pub last_io: Option<Time>,
    /// Since when a link that stood is gone.
    pub down_since: Option<Time>,
    /// Tries since the link last stood.
    pub attempts: u64,
    last_try: Time,
}

/// How far the way to the master is built, as ROLE names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// To be connected: nobody answers yet.
    Connect,
    Connecting,
    Handshake,
    /// A snapshot comes in.
    Sync,
    Connected,
}

impl Link {
    pub fn name(self) -> &'static str {
        match self {
            Link::Connect => "connect",
            Link::Connecting => "connecting",
            Link::Handshake => "handshake",
            Link::Sync => "sync",
            Link::Connected => "connected",
        }
    }
}

impl Replication {
    pub fn is_replica(&self) -> bool {
        self.upstream.is_some()
    }

    /// Replicas that were heard of lately enough to count.
    pub fn good_replicas(&self, _: &Config, _: Time) -> usize {
        0
    }

    /// Whether this server's data may be behind for lack of a master.
    pub fn is_stale(&self) -> bool {
        self.upstream
            .as_ref()
            .is_some_and(|upstream| upstream.link != Link::Connected)
    }
}

impl Server {
    /// This server follows a master from now on.
    pub fn follow(&mut self, host: &[u8], port: u16, now: Time) {
        self.replication.attempts += 1;
        self.replication.upstream = Some(Upstream {
            host: host.to_vec(),
            port,
            link: Link::Connect,
            last_io: None,
            down_since: None,
            attempts: 1,
            last_try: now,
        });
    }

    /// Clients that wait for a key cannot be served by a copy: they are told so, and closed.
    pub fn free_blocked_clients(&mut self, keys: &mut Keyspace, but: ClientId) {
        let waits = |client: &&Client| client.blocked.is_some() && client.id != but;
        let waiting: Vec<ClientId> = self
            .clients
            .iter()
            .filter(waits)
            .map(|client| client.id)
            .collect();
        for id in waiting {
            self.unblock(keys, id);
            self.reply_late(id, Reply::Error(Error::Raw(FREED.into())));
            if let Some(client) = self.clients.get_mut(id) {
                client.closing = true;
            }
            self.outbox.push(Event::Close { client: id });
        }
    }

    /// This server follows nobody any more. Its history goes on under a new name, so that replicas of the former master
    /// can go on from where they are.
    pub fn follow_nobody(&mut self, random: &mut Random) {
        if self.replication.upstream.take().is_none() {
            return;
        }
        let before = std::mem::replace(&mut self.replication_id, Server::draw_id(random));
        self.replication.previous = Some((before, self.replication.offset + 1));
    }

    /// A new history that continues no other.
    pub fn change_replication_id(&mut self, random: &mut Random) {
        self.replication_id = Server::draw_id(random);
        self.replication.previous = None;
    }

    pub fn replication_offset(&self) -> u64 {
        // Without replicas it only counts what is appended to a file.
        u64::try_from(self.replication.offset).unwrap_or_default() + self.persistence.aof.offset
    }

    /// Once a second a server tries to reach its master.
    pub fn replication_cron(&mut self, now: Time) {
        let replication = &mut self.replication;
        let Some(upstream) = &mut replication.upstream else {
            return;
        };
        let seconds = now.secs() - upstream.last_try.secs();
        if upstream.link == Link::Connect && seconds > 0 {
            upstream.last_try = now;
            upstream.attempts += 1;
            replication.attempts += 1;
        }
    }
}
