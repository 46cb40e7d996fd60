//! What the engine tells whoever listens (`trace`) about clients: their transactions. Asked for only while somebody does.

use trace::{Client as Who, Event, Transaction as Told, sample, sample_words};

use crate::client::{Client, ClientId, Transaction};
use crate::keyspace::Keyspace;

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
