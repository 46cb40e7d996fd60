//! ACL LOG: what was refused lately, and to whom. Equal refusals within a minute are one entry.

use crate::client::ClientId;
use crate::reply::Reply;
use crate::server::Server;
use crate::time::Time;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A wrong name or password.
    Login,
    Command,
    Key,
    Channel,
}

/// Where the refused command stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    TopLevel,
    Multi,
    Script,
}

#[derive(Debug, Clone)]
pub struct Refused {
    /// Ascending from 0; ACL LOG RESET does not begin anew.
    id: u64,
    count: u64,
    reason: Reason,
    context: Context,
    /// The command's name, the key or the channel.
    object: Vec<u8>,
    user: Vec<u8>,
    /// The client as CLIENT LIST shows it.
    client: String,
    first: Time,
    last: Time,
}

/// What is to be logged.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    pub reason: Reason,
    pub context: Context,
    pub object: &'a [u8],
    /// Who was meant, which for a login is not who the client is.
    pub user: &'a [u8],
}

/// The newest first.
#[derive(Debug, Clone, Default)]
pub struct AccessLog {
    entries: Vec<Refused>,
    /// How many entries there ever were.
    made: u64,
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Reason::Login => "auth",
            Reason::Command => "command",
            Reason::Key => "key",
            Reason::Channel => "channel",
        }
    }
}

impl Context {
    fn name(self) -> &'static str {
        match self {
            Context::TopLevel => "toplevel",
            Context::Multi => "multi",
            Context::Script => "lua",
        }
    }
}

impl AccessLog {
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    fn add(&mut self, new: Refused, room: usize) {
        const SAME_MILLIS: i64 = 60_000;
        // Only so many of the newest entries are compared.
        const SEARCHED: usize = 10;
        let is_same = |entry: &Refused| {
            entry.reason == new.reason
                && entry.context == new.context
                && entry.object == new.object
                && entry.user == new.user
                && new.last.millis() - entry.last.millis() <= SAME_MILLIS
        };
        let entry = match self.entries.iter().take(SEARCHED).position(is_same) {
            Some(at) => {
                let before = self.entries.remove(at);
                Refused {
                    count: before.count + 1,
                    last: new.last,
                    client: new.client,
                    ..before
                }
            }
            None => {
                self.made += 1;
                Refused {
                    id: self.made - 1,
                    ..new
                }
            }
        };
        self.entries.insert(0, entry);
        self.entries.truncate(room);
    }

    /// The last `count` entries, the newest first.
    pub fn show(&self, count: usize, now: Time) -> Reply {
        Reply::array(self.entries.iter().take(count).map(|entry| entry.show(now)))
    }
}

impl Refused {
    fn show(&self, now: Time) -> Reply {
        let age = (now.millis() - self.last.millis()) as f64 / 1000.0;
        let facts = [
            ("count", Reply::Int(self.count as i64)),
            ("reason", Reply::bulk(self.reason.name())),
            ("context", Reply::bulk(self.context.name())),
            ("object", Reply::bulk(&self.object)),
            ("username", Reply::bulk(&self.user)),
            ("age-seconds", Reply::Double(age)),
            ("client-info", Reply::bulk(&self.client)),
            ("entry-id", Reply::Int(self.id as i64)),
            ("timestamp-created", Reply::Int(self.first.millis())),
            ("timestamp-last-updated", Reply::Int(self.last.millis())),
        ];
        Reply::Map(
            facts
                .map(|(name, value)| (Reply::bulk(name), value))
                .to_vec(),
        )
    }
}

impl Server {
    /// Counts and logs a refusal of a client's command.
    pub fn note_refused(&mut self, id: ClientId, refusal: Refusal, words: &[&[u8]], now: Time) {
        let Refusal {
            reason,
            context,
            object,
            user,
        } = refusal;
        let denied = &mut self.stats.denied;
        match reason {
            Reason::Login => denied.logins += 1,
            Reason::Command => denied.commands += 1,
            Reason::Key => denied.keys += 1,
            Reason::Channel => denied.channels += 1,
        }
        let room = self.config.int("acllog-max-len").unwrap_or(0);
        let client = self.describe_client(id, now, words);
        let refused = Refused {
            id: 0,
            count: 1,
            reason,
            context,
            object: object.to_vec(),
            user: user.to_vec(),
            client,
            first: now,
            last: now,
        };
        self.access_log
            .add(refused, usize::try_from(room).unwrap_or(0));
    }
}
