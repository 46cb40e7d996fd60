//! Who listens to which channel. Messages go out as `Event::Push`; nothing is kept for those who are not there.

use structures::ordered::{OrderedMap, OrderedSet};

use crate::client::{Client, ClientId};
use crate::glob;
use crate::reply::Reply;
use crate::server::Server;
use crate::told;

/// What a client can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Channel,
    Pattern,
    Shard,
}

/// Names with those who listen, in order of subscription.
pub type Listeners = OrderedMap<Vec<u8>, Vec<ClientId>>;

/// Subscribers by channel, by pattern and by shard channel.
#[derive(Debug, Clone, Default)]
pub struct PubSub {
    pub channels: Listeners,
    pub patterns: Listeners,
    pub shard_channels: Listeners,
}

impl PubSub {
    pub fn of(&self, kind: Kind) -> &Listeners {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }

    fn of_mut(&mut self, kind: Kind) -> &mut Listeners {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        }
    }

    /// The client is gone.
    pub fn forget(&mut self, client: ClientId) {
        for listeners in [
            &mut self.channels,
            &mut self.patterns,
            &mut self.shard_channels,
        ] {
            listeners.retain(|_, clients| {
                clients.retain(|other| *other != client);
                !clients.is_empty()
            });
        }
    }
}

impl Client {
    pub fn subscribed(&self, kind: Kind) -> &OrderedSet<Vec<u8>> {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }

    fn subscribed_mut(&mut self, kind: Kind) -> &mut OrderedSet<Vec<u8>> {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        }
    }

    /// The number in a confirmation: channels and patterns count together, shard channels for themselves.
    fn subscription_count(&self, kind: Kind) -> Reply {
        match kind {
            Kind::Shard => Reply::from(self.shard_channels.len()),
            _ => Reply::from(self.subscriptions()),
        }
    }
}

impl Server {
    /// Gives the confirmation.
    pub fn subscribe(&mut self, id: ClientId, kind: Kind, name: &[u8]) -> Reply {
        let client = self
            .clients
            .get_mut(id)
            .expect("only connected clients subscribe");
        if client.subscribed_mut(kind).insert(name.to_vec()) {
            self.pubsub
                .of_mut(kind)
                .get_or_default(name.to_vec())
                .push(id);
            if trace::is_on() {
                told::subscribed(id, kind, name);
            }
        }
        let verb = match kind {
            Kind::Channel => "subscribe",
            Kind::Pattern => "psubscribe",
            Kind::Shard => "ssubscribe",
        };
        Reply::Push(vec![
            Reply::bulk(verb),
            Reply::bulk(name),
            client.subscription_count(kind),
        ])
    }

    /// Gives the confirmation; without a name it says that there was nothing to leave.
    pub fn unsubscribe(&mut self, id: ClientId, kind: Kind, name: Option<&[u8]>) -> Reply {
        let client = self
            .clients
            .get_mut(id)
            .expect("only connected clients unsubscribe");
        let verb = match kind {
            Kind::Channel => "unsubscribe",
            Kind::Pattern => "punsubscribe",
            Kind::Shard => "sunsubscribe",
        };
        if let Some(name) = name
            && client.subscribed_mut(kind).remove(name)
        {
            if trace::is_on() {
                told::unsubscribed(id, kind, name);
            }
            let listeners = self.pubsub.of_mut(kind);
            if let Some(clients) = listeners.get_mut(name) {
                clients.retain(|other| *other != id);
                if clients.is_empty() {
                    listeners.remove(name);
                }
            }
        }
        Reply::Push(vec![
            Reply::bulk(verb),
            Reply::bulk_or_null(name),
            client.subscription_count(kind),
        ])
    }

    /// Leaves everything, without a word.
    pub fn unsubscribe_from_all(&mut self, id: ClientId) {
        self.pubsub.forget(id);
        if let Some(client) = self.clients.get_mut(id) {
            if trace::is_on() {
                told::listener_leaves(client);
            }
            client.channels.clear();
            client.patterns.clear();
            client.shard_channels.clear();
        }
    }

    /// Gives a message to all who listen; counts deliveries, not clients.
    pub fn publish(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let mut deliveries: Vec<(ClientId, Reply)> = Vec::new();
        for client in self.pubsub.channels.get(channel).into_iter().flatten() {
            let words = [b"message".as_slice(), channel, message].map(Reply::bulk);
            deliveries.push((*client, Reply::Push(words.to_vec())));
        }
        let told = trace::is_on();
        let mut tried = Vec::new();
        for (pattern, clients) in &self.pubsub.patterns {
            let matches = glob::matches(pattern, channel, false);
            if told {
                tried.push((pattern.as_slice(), matches));
            }
            if matches {
                let words = [b"pmessage".as_slice(), pattern, channel, message].map(Reply::bulk);
                deliveries.extend(
                    clients
                        .iter()
                        .map(|client| (*client, Reply::Push(words.to_vec()))),
                );
            }
        }
        if told {
            told::published(self, (channel, message), &tried, &deliveries);
        }
        self.deliver_messages(deliveries)
    }

    /// As `publish`, to a shard channel; patterns do not see those.
    pub fn publish_to_shard(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let words = [b"smessage".as_slice(), channel, message].map(Reply::bulk);
        let clients = self
            .pubsub
            .shard_channels
            .get(channel)
            .into_iter()
            .flatten();
        let deliveries: Vec<(ClientId, Reply)> = clients
            .map(|client| (*client, Reply::Push(words.to_vec())))
            .collect();
        if trace::is_on() {
            told::published_to_shard(self, (channel, message), &deliveries);
        }
        self.deliver_messages(deliveries)
    }

    fn deliver_messages(&mut self, deliveries: Vec<(ClientId, Reply)>) -> usize {
        let count = deliveries.len();
        for (client, reply) in deliveries {
            self.push(client, reply);
        }
        count
    }
}
