//! Who begins to listen and stops, and on which ways a message reaches whom.

use crate::Client;

/// What one can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Channel,
    Pattern,
    Shard,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Pubsub {
    Subscribed {
        client: Client,
        kind: Kind,
        name: Vec<u8>,
    },
    Unsubscribed {
        client: Client,
        kind: Kind,
        name: Vec<u8>,
    },
    /// RESET, or the connection is gone.
    Left { client: Client },
    /// A message, before anybody is looked for.
    Published {
        channel: Vec<u8>,
        message: Vec<u8>,
        sharded: bool,
    },
    /// A pattern held against the channel's name.
    Tried { pattern: Vec<u8>, matches: bool },
    /// A copy for one client, by its subscription to the channel or to this pattern.
    Delivered {
        client: Client,
        pattern: Option<Vec<u8>>,
        /// On the wire.
        bytes: u64,
    },
    /// What PUBLISH answers.
    Counted { deliveries: u32 },
}
