//! A node as one server of the cluster knows it.

use std::fmt;
use structures::ordered::OrderedMap;

use crate::structures::random::Random;
use crate::time::Time;

/// 40 hex digits: the name of a node, or of a shard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId([u8; 20]);

impl NodeId {
    pub fn draw(random: &mut Random) -> NodeId {
        NodeId(std::array::from_fn(|_| random.below(256) as u8))
    }

    /// Reads what `Display` writes; upper case is not the same.
    pub fn parse(text: &[u8]) -> Option<NodeId> {
        if text.len() != 40 {
            return None;
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(NodeId(bytes))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a node listens for clients and for other nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Address {
    /// Empty while it is not known.
    pub ip: String,
    pub port: u16,
    pub bus_port: u16,
    pub hostname: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Master,
    Replica { of: Option<NodeId> },
}

/// Whether a node answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Fine,
    /// This server cannot reach it.
    Suspected,
    /// Most masters cannot reach it.
    Failed,
}

#[derive(Debug, Clone)]
pub struct Node {
    pub id: NodeId,
    /// Shared by a master and its replicas.
    pub shard: NodeId,
    pub address: Address,
    pub role: Role,
    pub health: Health,
    /// Met, but not heard of yet: its id is a guess.
    pub handshake: bool,
    pub no_failover: bool,
    pub known_since: Time,
    pub failed_at: Option<Time>,
    pub config_epoch: u64,
    /// The ping that is not answered yet.
    pub ping_sent: Option<Time>,
    pub pong_received: Option<Time>,
    pub replication_offset: u64,
    /// Since when the link that this server opened stands.
    pub link: Option<Time>,
    /// Since when the link that the other one opened stands.
    pub inbound_link: Option<Time>,
    /// Which masters said that it does not answer, and when.
    pub failure_reports: OrderedMap<NodeId, Time>,
}

impl Node {
    pub fn new(id: NodeId, shard: NodeId, address: Address, now: Time) -> Node {
        Node {
            id,
            shard,
            address,
            role: Role::Master,
            health: Health::Fine,
            handshake: false,
            no_failover: false,
            known_since: now,
            failed_at: None,
            config_epoch: 0,
            ping_sent: None,
            pong_received: None,
            replication_offset: 0,
            link: None,
            inbound_link: None,
            failure_reports: OrderedMap::new(),
        }
    }

    pub fn is_master(&self) -> bool {
        !self.handshake && self.role == Role::Master
    }

    pub fn is_replica(&self) -> bool {
        !self.handshake && self.role != Role::Master
    }

    pub fn is_replica_of(&self, master: NodeId) -> bool {
        self.role == Role::Replica { of: Some(master) }
    }
}
