//! A command and its reply as the bytes that a client and a server write. Whoever drives an engine tells them: the engine
//! itself gets words and gives values.

use crate::Client;

#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub client: Client,
    /// The beginning of what the client wrote, and how much that was.
    pub sent: Vec<u8>,
    pub sent_bytes: u64,
    /// The same of the reply; nothing if it comes later, or never.
    pub received: Vec<u8>,
    pub received_bytes: u64,
    /// What the server took for it, by the engine's cost model.
    pub took_nanos: u64,
}

impl Exchange {
    /// Of what goes over the wire, so much is kept.
    pub const KEPT_BYTES: usize = 240;
}
