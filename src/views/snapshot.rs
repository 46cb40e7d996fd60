//! Structures as they are at one moment, read from the engine by `session/inspect.rs`. Long ones are cut, or a window
//! round what a command is about; `length` is always the whole.

use std::rc::Rc;

use messages::KeyRow;
use trace::stream::Id;

/// What a visualiser's subject looks like. Moments share it where nothing changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Snapshot {
    /// The key is not there.
    #[default]
    Nothing,
    Key(Key),
    /// The whole server; filled by what its visualisers need.
    Server(Server),
}

pub type Shared = Rc<Snapshot>;

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub row: KeyRow,
    pub body: Body,
    /// What decides about its encoding.
    pub limits: Vec<Limit>,
    /// What the same data would take in each encoding that can hold it, the present one included; for small keys.
    pub costs: Vec<(&'static str, u64)>,
    pub more: Box<More>,
}

/// What only some visualisers look at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct More {
    /// Of a long string, the bytes round the bit that the command is about.
    pub window: Option<Window>,
    /// Of a sorted set that is looked at as places: members with their scores, of many some from all parts.
    pub places: Vec<(Vec<u8>, f64)>,
}

/// Bytes from the middle of a string; there may be none, if the string ends before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The place of its first byte in the string.
    pub first: u64,
    pub bytes: Vec<u8>,
}

/// How near the key is to another encoding.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The parameter of the configuration, or what else sets the limit.
    pub name: &'static str,
    /// What is counted: `members`, `bytes of the longest`.
    pub what: &'static str,
    pub now: u64,
    pub most: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Server {
    pub keys: u64,
    pub clock_millis: i64,
    /// `Part::Slots`: each slot that has keys, in order.
    pub slots: Vec<Slot>,
    /// `Part::Transactions` and `Part::Listeners`.
    pub clients: Box<Clients>,
    /// `Part::Keys`: the table of the keys.
    pub dict: Option<Dict>,
    /// `Part::Expiry`: deadlines, and where the active cycle stands.
    pub expiry: Option<Expiry>,
    /// `Part::Eviction`: memory, and who would go.
    pub eviction: Option<Eviction>,
}

/// What clients have begun, and what they listen to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clients {
    /// `Part::Transactions`: each client that has begun one, or watches something.
    pub pending: Vec<Pending>,
    /// `Part::Listeners`: each client with a subscription, and how much may wait for one of them.
    pub listeners: Vec<Listener>,
    pub waiting_most: WaitingMost,
}

/// What a client is subscribed to: kinds and names, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listener {
    pub client: trace::Client,
    pub names: Vec<(trace::Kind, Vec<u8>)>,
}

/// `client-output-buffer-limit pubsub`; 0 is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingMost {
    pub hard_bytes: u64,
    pub soft_bytes: u64,
    pub soft_seconds: u64,
}

/// What WATCH and MULTI left behind for a client.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pending {
    pub client: trace::Client,
    /// MULTI was said.
    pub begun: bool,
    /// The words of what waits for EXEC.
    pub queue: Vec<Vec<Vec<u8>>>,
    /// A command was refused while queueing.
    pub refused: bool,
    /// Watched keys with their database, in the order of WATCH.
    pub watching: Vec<(u32, Vec<u8>)>,
    /// A watched key was touched: EXEC will do nothing.
    pub broken: bool,
}

/// What the session works out, with engines of its own, for a moment that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Beside {
    Orders(Rc<Orders>),
    Carried(Vec<Carried>),
}

/// A message of a channel, and what became of the same message in a stream and in a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Carried {
    pub message: Vec<u8>,
    pub got: Vec<String>,
    /// They had listened, and were away.
    pub missed: Vec<String>,
    /// Who has read it from the stream, and whether only after coming back.
    pub read: Vec<(String, bool)>,
    /// Who has taken it out of the list; otherwise it lies there.
    pub taken: Option<String>,
}

/// All orders in which two clients' commands can reach the server, each of them run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Orders {
    /// What each server began with.
    pub given: Vec<String>,
    pub scripts: [Vec<String>; 2],
    /// Why there are none.
    pub refused: String,
    pub all: Vec<Order>,
    /// Which one is looked at more closely, and its commands with all that happened in them.
    pub chosen: usize,
    pub frames: Vec<Rc<crate::Frame>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Whose turn it was, time after time: the first client or the second.
    pub turns: Vec<bool>,
    /// What is stored at the end.
    pub left: String,
    pub fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// As if one client had come after the other.
    Kept,
    /// A client was told that its transaction did nothing; what the others did is kept.
    Told,
    /// What is stored is nothing that the clients could have made one after the other, and nobody was told.
    Lost,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Eviction {
    pub policy: String,
    pub samples: usize,
    /// `maxmemory`; 0 is none.
    pub limit: u64,
    pub used: u64,
    pub evicted: u64,
    pub keys: u64,
    pub clock_millis: i64,
    /// Keys that may go, by their names; of many the first in the table.
    pub held: Vec<Held>,
    /// Candidates of all draws so far, the best last.
    pub pool: Vec<Candidate>,
    /// What another policy made of the same commands.
    pub rival: Option<Rival>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    pub key: Vec<u8>,
    /// The higher, the sooner it goes; what it counts is the policy's.
    pub score: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidate {
    pub key: Vec<u8>,
    pub score: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rival {
    pub policy: String,
    pub bands: Vec<Band>,
}

/// A group of keys, and how many of it were evicted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Band {
    pub name: &'static str,
    pub keys: u64,
    pub evicted: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expiry {
    /// DBSIZE.
    pub keys: u64,
    pub with_deadline: u64,
    /// Past their deadline and still there.
    pub due: u64,
    /// Removed because of their deadline since the server began.
    pub removed: u64,
    pub clock_millis: i64,
    /// Keys with a deadline in the order in which the cycle walks; of many the first ones.
    pub lives: Vec<Life>,
    /// Where the cycle goes on, in a table of so many buckets; those of the keys' own table.
    pub cursor: u64,
    pub buckets: u32,
    pub key_buckets: u32,
    /// The cycle's estimate, in hundredths of a percent.
    pub stale_percent: u32,
    /// A loop is repeated above this.
    pub acceptable_percent: u32,
    pub hz: u32,
    /// DEBUG SET-ACTIVE-EXPIRE.
    pub active: bool,
    pub replica: bool,
    /// Hashes that have fields with deadlines, and the nearest of these.
    pub hashes: u64,
    pub next_field: Option<(Vec<u8>, i64)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Life {
    pub key: Vec<u8>,
    /// Milliseconds since 1970.
    pub deadline: i64,
    /// Its place in the cycle's walk; the highest number: not known yet.
    pub place: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slot {
    pub slot: u16,
    pub keys: u32,
    /// The first of them by bytes.
    pub first: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A string's bytes.
    Bytes(Vec<u8>),
    /// A string that begins as a HyperLogLog does: all of its bytes.
    Hyperloglog(Vec<u8>),
    /// One allocation, entry by entry.
    Listpack(Packed),
    Intset {
        width_bytes: u32,
        values: Vec<i64>,
    },
    Quicklist(Vec<QuicklistNode>),
    /// A hash table: two tables while it is being rehashed.
    Table {
        dict: Dict,
        entries: Vec<(Vec<u8>, Vec<u8>)>,
    },
    Skiplist(Skiplist),
    Stream(Box<Stream>),
    /// A type that has no picture yet.
    Other,
}

/// A hash table: two tables while it is being rehashed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dict {
    pub tables: Vec<Table>,
    /// The first bucket of table 0 that is not known to be empty.
    pub rehash_index: Option<u32>,
    /// A child process shares the memory: growing and shrinking wait.
    pub held: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub buckets: u32,
    /// Entries in all buckets.
    pub used: u64,
    /// Of the first buckets, what stands in each of them, the newest first.
    pub chains: Vec<Vec<Vec<u8>>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Packed {
    pub total_bytes: u32,
    /// Entries in all, of which the first are listed.
    pub count: u32,
    pub entries: Vec<PackedEntry>,
    /// How many entries make one element: 1 for lists and sets, 2 for hashes and sorted sets, 3 for hashes with field deadlines.
    pub stride: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PackedEntry {
    pub offset: u32,
    /// Encoding, data and back-length, exactly as they lie in memory; of a long one the beginning.
    pub raw: Vec<u8>,
    /// Bytes of all three together.
    pub size: u32,
    /// The value as text.
    pub value: Vec<u8>,
    /// Stored as a number.
    pub integer: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuicklistNode {
    pub entries: u32,
    pub bytes: u32,
    /// The first and last values, cut to a readable length.
    pub first: Vec<u8>,
    pub last: Vec<u8>,
    pub plain: bool,
}

/// Ranks count from 1, so that 0 is the head.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Skiplist {
    /// Members in the whole list.
    pub length: u64,
    /// Highest level in use, from 1.
    pub level: u32,
    /// The head's spans, lowest level first.
    pub head: Vec<Link>,
    /// All nodes of a short list; of a long one those round what the command is about, and those on the way there.
    pub nodes: Vec<SkiplistNode>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SkiplistNode {
    pub rank: u32,
    pub member: Vec<u8>,
    pub score: f64,
    /// Lowest level first.
    pub levels: Vec<Link>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// The rank it leads to; none at the end of its level.
    pub to: Option<u32>,
    /// Steps of the lowest level that it crosses.
    pub span: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// Entries that are not deleted.
    pub length: u64,
    pub first_id: Id,
    pub last_id: Id,
    pub max_deleted_id: Id,
    pub entries_added: u64,
    /// Nodes of the radix tree, those that branch or only lead on included.
    pub radix_nodes: u64,
    /// Nodes with entries, in all.
    pub node_count: u64,
    /// The first of them; of a long stream also the last.
    pub nodes: Vec<StreamNode>,
    pub groups: Vec<StreamGroup>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamNode {
    /// That of its first entry.
    pub id: Id,
    pub live: u64,
    pub dead: u64,
    pub bytes: u64,
    /// Field names of the master entry.
    pub fields: Vec<Vec<u8>>,
    /// The first of them, deleted ones included.
    pub entries: Vec<StreamEntry>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamEntry {
    pub id: Id,
    pub deleted: bool,
    /// Its field names are those of the master entry.
    pub same_fields: bool,
    /// The beginning of its fields and values.
    pub text: Vec<u8>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamGroup {
    pub name: Vec<u8>,
    pub last_id: Id,
    pub entries_read: Option<i64>,
    /// Entries that it has not read; none if nobody can say how many.
    pub lag: Option<i64>,
    /// All of them.
    pub pending: u64,
    pub consumers: Vec<StreamConsumer>,
    /// The first pending entries, by id.
    pub tickets: Vec<Ticket>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamConsumer {
    pub name: Vec<u8>,
    pub pending: u64,
}

/// An entry that was delivered and not acknowledged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ticket {
    pub id: Id,
    pub owner: Vec<u8>,
    /// Milliseconds since 1970 of the last delivery.
    pub delivered: i64,
    pub count: u64,
    /// The entry itself is not in the stream any more.
    pub gone: bool,
}
