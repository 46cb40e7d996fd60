//! Whose copy this server is, and who has copies of it: plain values. Nothing here opens a connection: bytes for
//! replicas are events, and so is what this server would say to its master (`upstream.rs`). Whoever drives one server
//! or several carries them.
//!
//! The stream and its offsets are `stream.rs`, the part of it that is kept `backlog.rs`, what a master does for its
//! replicas `master.rs`; INFO's text is in `describe.rs`. Snapshots go over the connection that asked for them: the
//! second connection (`rdb-channel`) that 8.2.3 can offer is not.

pub mod backlog;
pub mod describe;
pub mod master;
pub mod replica;
pub mod stream;
pub mod upstream;

use crate::client::{Client, ClientId};
use crate::error::Error;
use crate::event::Event;
use crate::keyspace::Keyspace;
use crate::reply::Reply;
use crate::server::Server;
use crate::structures::random::Random;
use crate::time::Time;
use backlog::Backlog;
use upstream::{Bookmark, Wire};

const FREED: &str =
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// Bytes of the replication stream so far. While nobody ever asked for it, what goes to the append-only file is
    /// counted in its place, command by command.
    pub offset: u64,
    /// The end of the stream; none as long as nobody asked for it.
    pub backlog: Option<Backlog>,
    /// The database that a reader of the stream would be in.
    pub selected: Option<usize>,
    /// Clients that are copies of this server, in the order in which they came.
    pub replicas: Vec<ClientId>,
    /// Since when there are none.
    pub alone_since: Time,
    /// Somebody waits for acknowledgements: replicas are asked for them.
    pub ack_wanted: bool,
    pub cron_rounds: u64,
    /// When the cron last came round, in seconds since 1970.
    cron_at: i64,
    pub failover: Option<Failover>,
    /// The history that this one continues, and the first offset that is not part of it.
    pub previous: Option<(String, i64)>,
    /// The master that this server follows.
    pub upstream: Option<Upstream>,
    /// The connection to it, if there is one.
    pub wire: Option<Box<Wire>>,
    /// Where the stream of a master could go on.
    pub bookmark: Option<Bookmark>,
    /// How often a connection to a master was begun.
    pub attempts: u64,
}

/// A replica is to become the master, and this server its replica.
#[derive(Debug, Clone, PartialEq)]
pub struct Failover {
    /// Which one; none for the first that has everything.
    pub target: Option<(Vec<u8>, u16)>,
    pub until: Option<Time>,
    /// After that time it takes over even if it lacks something.
    pub force: bool,
    /// This server has begun to follow.
    pub in_progress: bool,
}

/// The way to the master.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    pub host: Vec<u8>,
    pub port: u16,
    pub link: Link,
    /// When the master was last heard of.
    pub last_io: Option<Time>,
    /// Since when the link stands.
    pub up_since: Option<Time>,
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
        let replication = &mut self.replication;
        if replication.upstream.is_none() {
            // The new master may have been a replica of this server.
            replication.bookmark = Some(Bookmark {
                history: self.replication_id.clone(),
                db: replication.selected.unwrap_or(0),
            });
        }
        replication.attempts += 1;
        self.replication.upstream = Some(Upstream {
            host: host.to_vec(),
            port,
            link: Link::Connect,
            last_io: None,
            up_since: None,
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
    pub fn follow_nobody(&mut self, keys: &mut Keyspace, random: &mut Random, now: Time) {
        if self.replication.upstream.take().is_none() {
            return;
        }
        self.drop_link(keys);
        let before = std::mem::replace(&mut self.replication_id, Server::draw_id(random));
        let replication = &mut self.replication;
        replication.bookmark = None;
        replication.previous = Some((before, replication.offset as i64 + 1));
        replication.selected = None;
        replication.alone_since = now;
        // They have to learn of the new name.
        self.disconnect_replicas(keys);
    }

    /// A new history that continues no other.
    pub fn change_replication_id(&mut self, random: &mut Random) {
        self.replication_id = Server::draw_id(random);
        self.replication.previous = None;
    }

    /// Once a second, and more often while a failover waits.
    pub fn replication_cron(&mut self, keys: &mut Keyspace, random: &mut Random, now: Time) {
        self.failover_cron(keys, now);
        if now.secs() == std::mem::replace(&mut self.replication.cron_at, now.secs()) {
            return;
        }
        if self.replica_cron(now) {
            self.drop_link(keys);
            if let Some(upstream) = &mut self.replication.upstream {
                upstream.link = Link::Connect;
                upstream.down_since = Some(now);
            }
        }
        self.master_cron(keys, random, now);
        self.replication.cron_rounds += 1;
    }
}
