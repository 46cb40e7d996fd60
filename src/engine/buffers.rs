//! What lies in the buffers between a client and the server, and the limits on it.
//!
//! There are no sockets here: whoever drives the engine says how much a peer has not taken yet, and how much arrived
//! that is no whole command (`Engine::note_unsent`, `note_unread`). Who says nothing has clients that take everything
//! at once. A client that is held (`hold_output`) takes nothing: then the engine counts by itself what it sends.

#[cfg(test)]
mod tests;

use crate::allocation::allocated;
use crate::client::{Client, ClientId, ClientType};
use crate::config::OutputLimit;
use crate::engine::Engine;
use crate::event::Event;
use crate::keyspace::Keyspace;
use crate::replication::replica::Stage;
use crate::reply::Reply;
use crate::resp::{self, Limits};
use crate::server::Server;
use crate::time::Time;

#[derive(Debug, Clone, Default)]
pub struct Buffers {
    /// Bytes that arrived and are not part of a whole command yet.
    pub unread: usize,
    /// Bytes of replies and messages that the peer has not taken.
    pub unsent: usize,
    /// The peer takes nothing.
    pub held: bool,
    /// Since when more is unsent than the soft limit allows.
    over_since: Option<Time>,
    /// All bytes ever, as far as the driver says so.
    pub received: u64,
    pub sent: u64,
    /// What the client's memory was when it was last counted, the power of two below it, and when it came to that.
    counted: usize,
    bucket: u32,
    entered: u64,
}

/// Bytes as CLIENT LIST shows them, under its names.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sizes {
    pub qbuf: usize,
    pub qbuf_free: usize,
    pub argv_mem: usize,
    pub multi_mem: usize,
    /// The fixed reply buffer, and the most that lay in it lately.
    pub rbs: usize,
    pub rbp: usize,
    pub obl: usize,
    pub oll: usize,
    pub omem: usize,
    pub tot_mem: usize,
}

/// What a client takes without any buffer.
const CLIENT: usize = 896;
/// Where commands are read into at first.
const QUERY_BUFFER: usize = 20480;
/// The fixed reply buffer of a new client, and of one that needs little.
const REPLY_BUFFER: usize = 16384;
const REPLY_BUFFER_MIN: usize = 1024;
/// A node of the reply list: its room, and what it takes.
const REPLY_NODE_ROOM: usize = 20464;
const REPLY_NODE: usize = 20504;
const POINTER: usize = 8;

impl Client {
    /// `running` are the words of the command that runs for this client right now.
    pub fn sizes(&self, now: Time, running: Option<&[&[u8]]>) -> Sizes {
        let is_new = now.secs() - self.connected_at.secs() < 1;
        let rbs = if is_new {
            REPLY_BUFFER
        } else {
            REPLY_BUFFER_MIN
        };
        let rbp = if is_new { REPLY_BUFFER } else { 0 };
        let (qbuf, query_buffer) = match running {
            Some(words) => (wire_length(words), QUERY_BUFFER),
            None if self.buffers.unread == 0 => (0, 0),
            None => (self.buffers.unread, QUERY_BUFFER),
        };
        const HEADER: usize = 6;
        let query_buffer = match qbuf + HEADER > query_buffer {
            true if qbuf > 0 => allocated(qbuf + 10),
            _ => query_buffer,
        };
        let (argc, argv_mem) = match (running, &self.blocked) {
            (Some(words), _) => (words.len(), total(words.iter().map(|word| word.len()))),
            (None, Some(blocked)) => (
                blocked.words.len(),
                total(blocked.words.iter().map(Vec::len)),
            ),
            (None, None) => (0, 0),
        };
        let (multi_mem, queue) = self.transaction.as_ref().map_or((0, 0), |transaction| {
            let queued = &transaction.queue;
            const COMMAND: usize = 24;
            let room = match queued.len() {
                0 => 0,
                count => count.next_power_of_two().max(2),
            };
            let words = queued
                .iter()
                .map(|(_, words)| words.len() * POINTER + total(words.iter().map(Vec::len)));
            (total(words), room * COMMAND)
        });
        let obl = self.buffers.unsent.min(rbs);
        let oll = (self.buffers.unsent - obl).div_ceil(REPLY_NODE_ROOM);
        let omem = oll * REPLY_NODE;
        let tot_mem = CLIENT
            + rbs
            + query_buffer
            + argv_mem
            + argc * POINTER
            + multi_mem
            + queue
            + omem
            + self.listening_memory();
        Sizes {
            qbuf,
            qbuf_free: query_buffer.saturating_sub(qbuf + HEADER),
            argv_mem,
            multi_mem,
            rbs,
            rbp,
            obl,
            oll,
            omem,
            tot_mem,
        }
    }

    /// Watched keys, subscriptions, prefixes of CLIENT TRACKING.
    fn listening_memory(&self) -> usize {
        const WATCHED: usize = 80;
        const DICT_ENTRY: usize = 24;
        const PREFIX_NODE: usize = 32;
        let dict = |count: usize| match count {
            0 => 0,
            count => count * DICT_ENTRY + count.next_power_of_two().max(4) * POINTER,
        };
        let prefixes = match self
            .tracking
            .as_ref()
            .map_or(0, |tracking| tracking.prefixes.len())
        {
            0 => 0,
            1 => 2,
            count => 1 + 2 * count,
        };
        self.watching.len() * WATCHED
            + dict(self.channels.len())
            + dict(self.patterns.len())
            + dict(self.shard_channels.len())
            + prefixes * PREFIX_NODE
    }
}

fn total(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.sum()
}

/// How long a command is on the wire.
pub fn wire_length(words: &[&[u8]]) -> usize {
    let line = |number: usize| 3 + number.checked_ilog10().unwrap_or(0) as usize + 1;
    line(words.len()) + total(words.iter().map(|word| line(word.len()) + word.len() + 2))
}

impl Engine {
    /// The driver says what a peer has not taken yet. That may be more than the limits allow.
    pub fn note_unsent(&mut self, id: ClientId, bytes: usize, now: Time) {
        let Some(client) = self.server.clients.get_mut(id) else {
            return;
        };
        client.buffers.unsent = bytes;
        self.server.check_output(&mut self.keys, id, now);
        self.server.weigh(id, now);
    }

    /// The driver says what arrived and is no whole command yet. More than `client-query-buffer-limit` closes the
    /// connection without a word.
    pub fn note_unread(&mut self, id: ClientId, bytes: usize, now: Time) {
        /// Who has not logged in may not make the server hold more.
        const UNAUTHENTICATED: usize = 1024 * 1024;
        let server = &mut self.server;
        let unknown = server.is_unknown(id);
        let limit = server.config.query_buffer_limit;
        let Some(client) = server.clients.get_mut(id) else {
            return;
        };
        client.buffers.unread = bytes;
        client.last_command_at = now;
        let held = bytes + client.sizes(now, None).multi_mem;
        if held > limit || unknown && held > UNAUTHENTICATED {
            server.stats.query_buffers_exceeded += 1;
            server.cut_off(&mut self.keys, id);
        }
        self.server.weigh(id, now);
    }

    /// Bytes that went over the connection, for the counters.
    pub fn note_traffic(&mut self, id: ClientId, received: usize, sent: usize) {
        if let Some(client) = self.server.clients.get_mut(id) {
            client.buffers.received += received as u64;
            client.buffers.sent += sent as u64;
        }
        self.server.stats.bytes_received += received as u64;
        self.server.stats.bytes_sent += sent as u64;
    }

    /// From now on the peer takes nothing, or takes everything again.
    pub fn hold_output(&mut self, id: ClientId, held: bool) {
        if let Some(client) = self.server.clients.get_mut(id) {
            client.buffers.held = held;
            client.buffers.unsent = 0;
        }
    }

    /// What a client may send: the driver's parser asks before each command.
    pub fn request_limits(&self, id: ClientId) -> Limits {
        Limits {
            bulk_bytes: self.server.config.proto_max_bulk_len,
            authenticated: !self.server.is_unknown(id),
        }
    }

    /// Closes connections until those left take no more memory than `maxmemory-clients` allows: first of those that
    /// take most, by powers of two.
    fn evict_clients(&mut self) {
        let limit = self.server.client_memory_limit();
        while limit > 0 && self.server.client_memory >= limit {
            let clients = self.server.clients.iter();
            let evictable = clients
                .filter(|client| !client.no_evict && !client.closing && client.buffers.counted > 0);
            let victim = evictable.max_by_key(|client| {
                let buffers = &client.buffers;
                (buffers.bucket, std::cmp::Reverse(buffers.entered))
            });
            let Some(id) = victim.map(|client| client.id) else {
                return;
            };
            self.server.stats.evicted_clients += 1;
            self.server.cut_off(&mut self.keys, id);
        }
    }

    /// Keeps `maxmemory-clients`.
    pub(crate) fn limit_client_memory(&mut self, now: Time) {
        let server = &mut self.server;
        if server.client_memory_limit() == 0 {
            server.clients_weighed = false;
            return;
        }
        if !std::mem::replace(&mut server.clients_weighed, true) {
            let all: Vec<ClientId> = server.clients.iter().map(|client| client.id).collect();
            all.into_iter().for_each(|id| server.weigh(id, now));
        }
        self.evict_clients();
    }

    /// What the cron does for clients: closes idle ones and those that were over their soft limit for too long, and
    /// counts memory.
    pub(crate) fn visit_clients(&mut self, now: Time) {
        let idle_max = self.server.config.idle_secs;
        let weighs = self.server.client_memory_limit() > 0;
        if idle_max == 0 && !weighs && self.server.over_soft_limit.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.server.over_soft_limit) {
            self.server.check_output(&mut self.keys, id, now);
        }
        let is_idle = |client: &&Client| {
            idle_max > 0
                && client.blocked.is_none()
                && !client.is_subscriber()
                && !client.monitor
                && now.secs() - client.last_command_at.secs() > idle_max
        };
        let idle: Vec<ClientId> = self
            .server
            .clients
            .iter()
            .filter(is_idle)
            .map(|client| client.id)
            .collect();
        for id in idle {
            self.server.cut_off(&mut self.keys, id);
        }
        if weighs {
            let all: Vec<ClientId> = self.server.clients.iter().map(|client| client.id).collect();
            all.into_iter().for_each(|id| self.server.weigh(id, now));
            self.evict_clients();
        }
    }
}

impl Server {
    /// Whether the client has to log in, and has not.
    pub(crate) fn is_unknown(&self, id: ClientId) -> bool {
        let client = self.clients.get(id);
        client.is_some_and(|client| !client.authenticated) && self.users.login_required()
    }

    /// Counts what a held client is sent.
    pub(crate) fn note_held(&mut self, id: ClientId, reply: &Reply) {
        let Some(client) = self
            .clients
            .get_mut(id)
            .filter(|client| client.buffers.held)
        else {
            return;
        };
        let mut bytes = Vec::new();
        resp::encode(reply, client.protocol, &mut bytes);
        client.buffers.unsent += bytes.len();
        self.grown.push(id);
    }

    /// Closes a connection without another word; what it was sent and did not take is lost.
    pub(crate) fn cut_off(&mut self, keys: &mut Keyspace, id: ClientId) {
        self.forget_client(keys, id);
        self.outbox.push(Event::Close { client: id });
    }

    /// Cuts a client off that leaves more unsent than `client-output-buffer-limit` allows, or for too long.
    pub(crate) fn check_output(&mut self, keys: &mut Keyspace, id: ClientId, now: Time) {
        /// Who has not logged in gets no more than the first replies.
        const UNAUTHENTICATED: usize = 1024;
        let unknown = self.is_unknown(id);
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        let waiting = self.replication.backlog.as_ref().map_or(0, |_| {
            let replica = client.replica.as_deref();
            let begun = replica
                .filter(|replica| matches!(replica.stage, Some(Stage::Snapshot | Stage::Loading)));
            begun.map_or(0, |replica| {
                (self.replication.offset - replica.sent) as usize
            })
        });
        let used = client.sizes(now, None).omem + waiting;
        let limit = self.config.output_limits[ClientType::of(client) as usize];
        let OutputLimit { hard, soft, secs } = limit;
        let mut exceeded = hard > 0 && used >= hard || unknown && used > UNAUTHENTICATED;
        if soft > 0 && used >= soft {
            let since = *client.buffers.over_since.get_or_insert(now);
            exceeded |= now.secs() - since.secs() > secs;
            self.over_soft_limit.push(id);
        } else {
            client.buffers.over_since = None;
        }
        if exceeded {
            self.stats.output_buffers_exceeded += 1;
            self.cut_off(keys, id);
        }
    }

    /// In bytes; 0 is no limit.
    fn client_memory_limit(&self) -> usize {
        let text = self.config.client_memory;
        match text {
            crate::config::Share::Bytes(bytes) => bytes,
            crate::config::Share::Percent(percent) => {
                let memory = self.config.int("maxmemory").unwrap_or(0);
                usize::try_from(memory).unwrap_or(0) / 100 * percent
            }
        }
    }

    /// Counts a client's memory anew, while there is a limit on it.
    pub(crate) fn weigh(&mut self, id: ClientId, now: Time) {
        const SMALLEST: u32 = 15;
        const LARGEST: u32 = 33;
        if self.client_memory_limit() == 0 {
            return;
        }
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        let memory = client.sizes(now, None).tot_mem;
        let bucket = memory.ilog2().clamp(SMALLEST, LARGEST);
        let buffers = &mut client.buffers;
        self.client_memory = self.client_memory - buffers.counted + memory;
        buffers.counted = memory;
        if buffers.bucket != bucket {
            buffers.bucket = bucket;
            self.sequence += 1;
            buffers.entered = self.sequence;
        }
    }

    /// A client that is gone takes no memory.
    pub(crate) fn forget_weight(&mut self, client: &Client) {
        self.client_memory -= client.buffers.counted;
    }
}
