//! Client-side caching (CLIENT TRACKING): who may hold a copy of which key, and the messages that end it.
//!
//! A client either has the keys it reads remembered, or names prefixes and is told of every change below them
//! (broadcast). A key is forgotten once its change was told: the client must read it again to hear of it again.

use structures::ordered::{OrderedMap, OrderedSet};

use crate::client::ClientId;
use crate::command::{Entry, flag};
use crate::keys;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::server::Server;

/// What a client asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracking {
    /// Who receives the messages instead.
    pub redirect: Option<ClientId>,
    /// That client has gone.
    pub redirect_broken: bool,
    pub broadcast: bool,
    pub prefixes: OrderedSet<Vec<u8>>,
    /// Remember keys only after CLIENT CACHING YES.
    pub opt_in: bool,
    /// Remember keys unless CLIENT CACHING NO came before.
    pub opt_out: bool,
    /// Not told of its own changes.
    pub no_loop: bool,
    /// CLIENT CACHING was called for the next command.
    pub caching: bool,
}

/// Keys and prefixes with those who are to be told.
#[derive(Debug, Clone, Default)]
pub struct TrackingTable {
    pub keys: OrderedMap<Vec<u8>, OrderedSet<ClientId>>,
    pub prefixes: OrderedMap<Vec<u8>, OrderedSet<ClientId>>,
    /// Keys that changed below a prefix since the last broadcast, and by whom.
    changed: OrderedMap<Vec<u8>, OrderedMap<Vec<u8>, Option<ClientId>>>,
    /// Of what a client had read, what its running command changed: lists of keys, or null for everything.
    own: Vec<(ClientId, Reply)>,
    /// How many clients track.
    pub clients: usize,
}

/// Where messages go that a RESP2 client receives for another one.
const INVALIDATION_CHANNEL: &[u8] = b"__redis__:invalidate";

impl TrackingTable {
    /// Whether it matters which keys change. Keys outlive the clients that read them: they are forgotten when they
    /// change, so that one who tracks again later hears of no earlier reads.
    pub fn wants_changes(&self) -> bool {
        self.clients > 0 || !self.keys.is_empty()
    }
}

impl Server {
    pub fn start_tracking(&mut self, id: ClientId, tracking: Tracking) {
        for prefix in &tracking.prefixes {
            self.tracking
                .prefixes
                .get_or_default(prefix.clone())
                .insert(id);
        }
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        if client.tracking.replace(tracking).is_none() {
            self.tracking.clients += 1;
        }
    }

    pub fn stop_tracking(&mut self, id: ClientId) {
        let tracking = self
            .clients
            .get_mut(id)
            .and_then(|client| client.tracking.take());
        if let Some(tracking) = tracking {
            self.forget_tracking(id, &tracking);
        }
    }

    /// The client that tracked is gone, or wants no more. What it had read is forgotten when it changes.
    pub fn forget_tracking(&mut self, id: ClientId, tracking: &Tracking) {
        self.tracking.clients -= 1;
        for prefix in &tracking.prefixes {
            if let Some(clients) = self.tracking.prefixes.get_mut(prefix) {
                clients.remove(&id);
                if clients.is_empty() {
                    self.tracking.prefixes.remove(prefix);
                }
            }
        }
    }

    /// Remembers the keys that a command read for a client that tracks.
    pub fn remember_reads(&mut self, id: ClientId, entry: &Entry, words: &[&[u8]]) {
        if self.tracking.clients == 0
            || !entry.has(flag::READONLY)
            || entry.has(flag::PUBSUB)
            || entry.group == "scripting"
        {
            return;
        }
        let Some(tracking) = self
            .clients
            .get(id)
            .and_then(|client| client.tracking.as_ref())
        else {
            return;
        };
        let skipped = tracking.opt_in && !tracking.caching || tracking.opt_out && tracking.caching;
        if tracking.broadcast || skipped {
            return;
        }
        for found in keys::touched(entry, words) {
            self.tracking
                .keys
                .get_or_default(words[found.at].to_vec())
                .insert(id);
        }
    }

    /// Tells of a key that changed while `by`'s command ran: because of it, or because the key's time had come.
    pub fn invalidate(&mut self, key: Vec<u8>, by: Option<ClientId>, by_client: bool) {
        let author = by.filter(|_| by_client);
        let table = &mut self.tracking;
        for prefix in table
            .prefixes
            .keys()
            .filter(|prefix| key.starts_with(prefix))
        {
            table
                .changed
                .get_or_default(prefix.clone())
                .insert(key.clone(), author);
        }
        for id in self.tracking.keys.remove(&key).unwrap_or_default() {
            let Some(tracking) = self
                .clients
                .get(id)
                .and_then(|client| client.tracking.as_ref())
            else {
                continue;
            };
            if tracking.broadcast || tracking.no_loop && author == Some(id) {
                continue;
            }
            let told = Reply::array([Reply::bulk(&key)]);
            if by == Some(id) {
                self.tracking.own.push((id, told));
            } else {
                self.send_invalidation(id, told);
            }
        }
    }

    /// A client's own changes are told when its command, or transaction, is over.
    pub fn invalidate_own(&mut self) {
        for (id, told) in std::mem::take(&mut self.tracking.own) {
            self.send_invalidation(id, told);
        }
    }

    /// Tells those who named prefixes, once for all that one command or transaction changed.
    pub fn broadcast_changes(&mut self) {
        if self.tracking.changed.is_empty() {
            return;
        }
        for (prefix, keys) in std::mem::take(&mut self.tracking.changed) {
            self.broadcast(&prefix, &keys);
        }
    }

    fn broadcast(&mut self, prefix: &[u8], keys: &OrderedMap<Vec<u8>, Option<ClientId>>) {
        for id in self
            .tracking
            .prefixes
            .get(prefix)
            .cloned()
            .unwrap_or_default()
        {
            let Some(tracking) = self
                .clients
                .get(id)
                .and_then(|client| client.tracking.as_ref())
            else {
                continue;
            };
            let no_loop = tracking.no_loop;
            let told = keys.iter().filter(|(_, by)| !(no_loop && **by == Some(id)));
            let told: Vec<Reply> = told.map(|(key, _)| Reply::bulk(key)).collect();
            if !told.is_empty() {
                self.send_invalidation(id, Reply::Array(told));
            }
        }
    }

    /// All keys of a database or of the server went at once: everybody who tracks forgets everything. `by`, whose command
    /// is running, is told when that is over, after what it changed before.
    pub fn invalidate_all(&mut self, by: Option<ClientId>) {
        let tracking: Vec<ClientId> = self
            .clients
            .iter()
            .filter(|client| client.tracking.is_some())
            .map(|client| client.id)
            .collect();
        for id in tracking {
            if by == Some(id) {
                self.tracking.own.push((id, Reply::Null));
            } else {
                self.send_invalidation(id, Reply::Null);
            }
        }
        self.tracking.keys.clear();
    }

    fn send_invalidation(&mut self, id: ClientId, keys: Reply) {
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        let Some(tracking) = &mut client.tracking else {
            return;
        };
        let speaks_resp3 = client.protocol == Protocol::Resp3;
        let Some(to) = tracking.redirect else {
            if speaks_resp3 {
                self.push(id, Reply::Push(vec![Reply::bulk("invalidate"), keys]));
            }
            return;
        };
        match self
            .clients
            .get(to)
            .map(|client| (client.protocol, client.is_subscriber()))
        {
            None => {
                if let Some(tracking) = self
                    .clients
                    .get_mut(id)
                    .and_then(|client| client.tracking.as_mut())
                {
                    tracking.redirect_broken = true;
                }
                if speaks_resp3 {
                    let words = vec![
                        Reply::bulk("tracking-redir-broken"),
                        Reply::Int(to.0 as i64),
                    ];
                    self.push(id, Reply::Push(words));
                }
            }
            Some((Protocol::Resp3, _)) => {
                self.push(to, Reply::Push(vec![Reply::bulk("invalidate"), keys]))
            }
            Some((_, true)) => {
                let words = vec![
                    Reply::bulk("message"),
                    Reply::bulk(INVALIDATION_CHANNEL),
                    keys,
                ];
                self.push(to, Reply::Push(words));
            }
            Some(_) => {}
        }
    }
}
