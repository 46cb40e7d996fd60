//! What the engine tells whoever listens (`trace`) about clients: their transactions, and what they listen to. Asked for
//! only while somebody listens.

use trace::{Client as Who, Event, Pubsub, Transaction as Told, sample, sample_words};

use crate::client::{Client, ClientId, Transaction};
use crate::keyspace::Keyspace;
use crate::pubsub::Kind;
use crate::reply::Reply;
use crate::resp;
use crate::server::Server;

fn tell(told: Told) {
    trace::tell(Event::Transaction(told));
}

fn who(id: ClientId) -> Who {
    Who::of(id.0)
}

#[cold]
pub(crate) fn watched(id: ClientId, db: usize, key: &[u8]) {
    tell(Told::Watched {
        client: who(id),
        db: db as u32,
        key: sample(key),
    });
}

#[cold]
pub(crate) fn touched(id: ClientId, db: usize, key: &[u8]) {
    tell(Told::Touched {
        client: who(id),
        db: db as u32,
        key: sample(key),
    });
}

#[cold]
pub(crate) fn unwatched(id: ClientId) {
    tell(Told::Unwatched { client: who(id) });
}

#[cold]
pub(crate) fn began(id: ClientId) {
    tell(Told::Began { client: who(id) });
}

#[cold]
pub(crate) fn queued(id: ClientId, words: &[&[u8]], kept: bool) {
    tell(Told::Queued {
        client: who(id),
        words: sample_words(words),
        kept,
    });
}

#[cold]
pub(crate) fn refused(id: ClientId) {
    tell(Told::Refused { client: who(id) });
}

/// What EXEC decides, before it does anything.
#[cold]
pub(crate) fn exec(keys: &Keyspace, client: &Client, transaction: &Transaction, broken: bool) {
    for (db, key) in &client.watching {
        if keys.watched_key_expired(*db, key, client.id) {
            tell(Told::Expired {
                client: who(client.id),
                db: *db as u32,
                key: sample(key),
            });
        }
    }
    tell(match transaction.refused || broken {
        true => Told::Nothing {
            client: who(client.id),
            refused: transaction.refused,
        },
        false => Told::Executes {
            client: who(client.id),
            commands: transaction.queue.len() as u32,
        },
    });
}

/// The next command of a queue, of which so many have run and so many come after it.
#[cold]
pub(crate) fn runs(done: usize, left: usize, words: &[&[u8]]) {
    tell(Told::Runs {
        number: done as u32 + 1,
        of: (done + 1 + left) as u32,
        words: sample_words(words),
    });
}

/// DISCARD, RESET, or a connection that is gone: what it had begun, if it had, is dropped.
#[cold]
pub(crate) fn transaction_ends(client: Option<&Client>) {
    let begun = |client: &&Client| {
        client.transaction.is_some() || client.watch_broken || !client.watching.is_empty()
    };
    if let Some(client) = client.filter(begun) {
        tell(Told::Dropped {
            client: who(client.id),
        });
    }
}

// --- Pub/sub ------------------------------------------------------------------------------------------------------

fn tell_of_message(told: Pubsub) {
    trace::tell(Event::Pubsub(told));
}

fn kind_of(kind: Kind) -> trace::Kind {
    match kind {
        Kind::Channel => trace::Kind::Channel,
        Kind::Pattern => trace::Kind::Pattern,
        Kind::Shard => trace::Kind::Shard,
    }
}

#[cold]
pub(crate) fn subscribed(id: ClientId, kind: Kind, name: &[u8]) {
    tell_of_message(Pubsub::Subscribed {
        client: who(id),
        kind: kind_of(kind),
        name: sample(name),
    });
}

#[cold]
pub(crate) fn unsubscribed(id: ClientId, kind: Kind, name: &[u8]) {
    tell_of_message(Pubsub::Unsubscribed {
        client: who(id),
        kind: kind_of(kind),
        name: sample(name),
    });
}

/// Everything that a client listens to ends at once.
#[cold]
pub(crate) fn listener_leaves(client: &Client) {
    if client.is_subscriber() {
        tell_of_message(Pubsub::Left {
            client: who(client.id),
        });
    }
}

/// `tried` are the patterns in their order, `deliveries` those to the channel's own subscribers first.
#[cold]
pub(crate) fn published(
    server: &Server,
    (channel, message): (&[u8], &[u8]),
    tried: &[(&[u8], bool)],
    deliveries: &[(ClientId, Reply)],
) {
    begin_message(channel, message, false);
    let listeners = |clients: Option<&Vec<ClientId>>| clients.map_or(0, Vec::len);
    let (own, mut rest) = deliveries.split_at(listeners(server.pubsub.channels.get(channel)));
    own.iter()
        .for_each(|delivery| deliver(server, delivery, None));
    for (pattern, matches) in tried {
        tell_of_message(Pubsub::Tried {
            pattern: sample(pattern),
            matches: *matches,
        });
        if *matches {
            let (own, others) = rest.split_at(listeners(server.pubsub.patterns.get(*pattern)));
            own.iter()
                .for_each(|delivery| deliver(server, delivery, Some(pattern)));
            rest = others;
        }
    }
    end_message(deliveries);
}

#[cold]
pub(crate) fn published_to_shard(
    server: &Server,
    (channel, message): (&[u8], &[u8]),
    deliveries: &[(ClientId, Reply)],
) {
    begin_message(channel, message, true);
    deliveries
        .iter()
        .for_each(|delivery| deliver(server, delivery, None));
    end_message(deliveries);
}

fn begin_message(channel: &[u8], message: &[u8], sharded: bool) {
    tell_of_message(Pubsub::Published {
        channel: sample(channel),
        message: sample(message),
        sharded,
    });
}

fn deliver(server: &Server, (id, reply): &(ClientId, Reply), pattern: Option<&[u8]>) {
    let protocol = server.clients.get(*id).map(|client| client.protocol);
    let mut bytes = Vec::new();
    resp::encode(reply, protocol.unwrap_or_default(), &mut bytes);
    tell_of_message(Pubsub::Delivered {
        client: who(*id),
        pattern: pattern.map(sample),
        bytes: bytes.len() as u64,
    });
}

fn end_message(deliveries: &[(ClientId, Reply)]) {
    tell_of_message(Pubsub::Counted {
        deliveries: deliveries.len() as u32,
    });
}
