//! Who listens to which channel. Messages go out as `Event::Push`; nothing is kept for those who are not there.

use std::collections::BTreeMap;

use crate::client::ClientId;
use crate::glob;
use crate::reply::Reply;
use crate::server::Server;

/// Subscribers by channel, by pattern and by shard channel, each list in order of subscription.
#[derive(Debug, Clone, Default)]
pub struct PubSub {
    pub channels: BTreeMap<Vec<u8>, Vec<ClientId>>,
    pub patterns: BTreeMap<Vec<u8>, Vec<ClientId>>,
    pub shard_channels: BTreeMap<Vec<u8>, Vec<ClientId>>,
}

impl PubSub {
    /// The client is gone.
    pub fn forget(&mut self, client: ClientId) {
        for subscribers in [&mut self.channels, &mut self.patterns, &mut self.shard_channels] {
            subscribers.retain(|_, clients| {
                clients.retain(|other| *other != client);
                !clients.is_empty()
            });
        }
    }
}

impl Server {
    /// Gives a message to all who listen; counts deliveries, not clients.
    pub fn publish(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let mut deliveries: Vec<(ClientId, Reply)> = Vec::new();
        for client in self.pubsub.channels.get(channel).into_iter().flatten() {
            let words = [b"message".as_slice(), channel, message].map(Reply::bulk);
            deliveries.push((*client, Reply::Push(words.to_vec())));
        }
        for (pattern, clients) in &self.pubsub.patterns {
            if glob::matches(pattern, channel, false) {
                let words = [b"pmessage".as_slice(), pattern, channel, message].map(Reply::bulk);
                deliveries.extend(clients.iter().map(|client| (*client, Reply::Push(words.to_vec()))));
            }
        }
        let count = deliveries.len();
        for (client, reply) in deliveries {
            self.push(client, reply);
        }
        count
    }
}
