//! One connected client: its selected database, protocol, transaction, subscriptions and what it waits for.

use std::collections::VecDeque;

use structures::ordered::OrderedSet;

use crate::acl::{self, UserId};
use crate::buffers::Buffers;
use crate::command::Entry;
use crate::replication::replica::Replica;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::time::Time;
use crate::tracking::Tracking;

/// As CLIENT ID says it: ascending, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// What CLIENT LIST and KILL call the type of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientType {
    Normal,
    Replica,
    PubSub,
    Master,
}

impl ClientType {
    pub fn of(client: &Client) -> ClientType {
        if client.obeyed {
            ClientType::Master
        } else if client.is_replica() {
            ClientType::Replica
        } else if client.is_subscriber() {
            ClientType::PubSub
        } else {
            ClientType::Normal
        }
    }
}

#[derive(Debug, Clone)]
pub struct Client {
    pub id: ClientId,
    /// `ip:port` of the peer, as CLIENT LIST shows it.
    pub address: String,
    /// The server's end of the connection.
    pub local_address: String,
    pub name: Vec<u8>,
    pub user: UserId,
    pub authenticated: bool,
    pub db: usize,
    pub protocol: Protocol,
    pub connected_at: Time,
    pub last_command_at: Time,
    /// Full lower-case name of the last command, `NULL` before the first.
    pub last_command: &'static str,
    pub commands_processed: u64,
    /// Where the append-only file stood behind this client's last write, as `Replication::offset`.
    pub write_offset: u64,
    pub library_name: Vec<u8>,
    pub library_version: Vec<u8>,
    pub transaction: Option<Transaction>,
    /// Watched keys with their database.
    pub watching: Vec<(usize, Vec<u8>)>,
    /// A watched key was touched: EXEC answers nil.
    pub watch_broken: bool,
    pub channels: OrderedSet<Vec<u8>>,
    pub patterns: OrderedSet<Vec<u8>>,
    pub shard_channels: OrderedSet<Vec<u8>>,
    pub blocked: Option<Blocked>,
    /// Commands that arrived while the client could not be served; run in their order when it can.
    pub pending: VecDeque<Vec<Vec<u8>>>,
    /// The first of the pending commands waits for the end of CLIENT PAUSE.
    pub postponed: bool,
    /// CLIENT TRACKING is on.
    pub tracking: Option<Tracking>,
    pub replies: ReplyMode,
    pub no_evict: bool,
    pub no_touch: bool,
    /// The master of this replica: what it says is done.
    pub obeyed: bool,
    /// ASKING was said: the next command may use a slot that moves here.
    pub asking: bool,
    /// READONLY was said: this replica's copy is good enough.
    pub readonly: bool,
    /// In MONITOR mode.
    pub monitor: bool,
    /// The connection is to be closed after the current reply.
    pub closing: bool,
    /// What it said of itself as a replica, or a replica to be.
    pub replica: Option<Box<Replica>>,
    pub buffers: Buffers,
}

/// Commands queued since MULTI.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    pub queue: Vec<(&'static Entry, Vec<Vec<u8>>)>,
    /// A command was refused while queueing: EXEC answers EXECABORT.
    pub refused: bool,
}

/// What CLIENT REPLY says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplyMode {
    #[default]
    On,
    Off,
    /// The next command is not answered (the one after SKIP itself).
    SkipNext,
}

/// A client in a blocking command. The command itself runs again when one of its keys is ready.
#[derive(Debug, Clone)]
pub struct Blocked {
    pub keys: Vec<(usize, Vec<u8>)>,
    /// None waits forever.
    pub deadline: Option<Time>,
    pub on_timeout: Reply,
    pub words: Vec<Vec<u8>>,
    /// The type (as TYPE names it) that a key must have to wake this client; none for WAIT and the like.
    pub kind: Option<&'static str>,
    pub since: Time,
    /// Order in which clients blocked: the first to wait is the first served.
    pub sequence: u64,
}

impl Blocked {
    /// When the wait ends by itself. Redis compares whole milliseconds with >: the deadline itself is still inside.
    pub fn end(&self) -> Option<Time> {
        Some(Time::from_millis(self.deadline?.millis() + 1))
    }
}

impl Client {
    /// What ASKING and CLIENT CACHING ask for lasts for one command, also a refused one, or for a transaction. Source:
    /// Redis 8.2, `networking.c`, `resetClient`.
    pub fn end_of_command(&mut self, name: &str) {
        if self.transaction.is_some() {
            return;
        }
        self.asking &= name == "asking";
        if let Some(tracking) = &mut self.tracking {
            tracking.caching &= name.starts_with("client|");
        }
    }

    pub fn new(id: ClientId, address: String, now: Time) -> Client {
        Client {
            id,
            address,
            local_address: "127.0.0.1:6379".to_string(),
            name: Vec::new(),
            user: acl::DEFAULT,
            authenticated: true,
            db: 0,
            protocol: Protocol::Resp2,
            connected_at: now,
            last_command_at: now,
            last_command: "NULL",
            commands_processed: 0,
            write_offset: 0,
            library_name: Vec::new(),
            library_version: Vec::new(),
            transaction: None,
            watching: Vec::new(),
            watch_broken: false,
            channels: OrderedSet::new(),
            patterns: OrderedSet::new(),
            shard_channels: OrderedSet::new(),
            blocked: None,
            pending: VecDeque::new(),
            postponed: false,
            tracking: None,
            replies: ReplyMode::On,
            no_evict: false,
            no_touch: false,
            obeyed: false,
            asking: false,
            readonly: false,
            monitor: false,
            closing: false,
            replica: None,
            buffers: Buffers::default(),
        }
    }

    /// Channels and patterns together, as the count in SUBSCRIBE's replies.
    pub fn subscriptions(&self) -> usize {
        self.channels.len() + self.patterns.len()
    }

    /// It asked for the data, and for everything that happens to it.
    pub fn is_replica(&self) -> bool {
        let replica = self.replica.as_ref();
        replica.is_some_and(|replica| replica.stage.is_some())
    }

    /// In RESP2 a client with subscriptions may only manage them.
    pub fn is_subscriber(&self) -> bool {
        self.subscriptions() + self.shard_channels.len() > 0
    }
}

/// All connected clients, by id. Ids are dense enough that a vector with a base would do; a slab keeps look-ups O(1).
#[derive(Debug, Clone, Default)]
pub struct Clients {
    /// Slot = id; closed clients leave `None`. Trimmed from the front lazily is not needed: ids are 8 bytes.
    slots: Vec<Option<Box<Client>>>,
    count: usize,
}

impl Clients {
    pub fn connect(&mut self, address: &str, now: Time) -> ClientId {
        if self.slots.is_empty() {
            self.slots.push(None); // ids begin at 1
        }
        let id = ClientId(self.slots.len() as u64);
        self.slots
            .push(Some(Box::new(Client::new(id, address.to_string(), now))));
        self.count += 1;
        id
    }

    /// Runs what an append-only file says. Nobody else sees it: it comes and goes within one call.
    pub fn connect_loader(&mut self, now: Time) -> ClientId {
        if self.slots.is_empty() {
            self.slots.push(None);
        }
        let id = ClientId(0);
        self.slots[0] = Some(Box::new(Client::new(id, String::new(), now)));
        self.count += 1;
        id
    }

    pub fn remove(&mut self, id: ClientId) -> Option<Box<Client>> {
        let client = self.slots.get_mut(id.0 as usize)?.take();
        self.count -= client.is_some() as usize;
        client
    }

    pub fn get(&self, id: ClientId) -> Option<&Client> {
        self.slots.get(id.0 as usize)?.as_deref()
    }

    pub fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.slots.get_mut(id.0 as usize)?.as_deref_mut()
    }

    /// The id that the next client gets.
    pub fn next_id(&self) -> ClientId {
        ClientId(self.slots.len().max(1) as u64)
    }

    /// In order of connection.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.slots.iter().filter_map(|slot| slot.as_deref())
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.slots.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
