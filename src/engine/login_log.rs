//! ACL LOG: logins that failed. With one user who may do everything, nothing else is ever refused.

use crate::client::{Client, ClientId};
use crate::commands::describe_client;
use crate::reply::Reply;
use crate::server::Server;
use crate::time::Time;

#[derive(Debug, Clone)]
pub struct FailedLogin {
    /// Ascending from 0.
    id: u64,
    /// Equal failures within a minute are one entry.
    count: u64,
    /// `AUTH` or `HELLO`.
    command: String,
    user: Vec<u8>,
    /// The client as CLIENT LIST shows it.
    client: String,
    first: Time,
    last: Time,
}

impl Server {
    pub fn note_failed_login(&mut self, id: ClientId, command: &str, user: &[u8], now: Time) {
        const SAME_SECS: i64 = 60;
        self.stats.denied_logins += 1;
        let client = self
            .clients
            .get(id)
            .map(|client: &Client| describe_client(client, now))
            .unwrap_or_default();
        let is_same = |entry: &FailedLogin| {
            entry.command == command
                && entry.user == user
                && now.secs() - entry.last.secs() <= SAME_SECS
        };
        let entry = match self.failed_logins.iter().position(is_same) {
            Some(at) => {
                let before = self.failed_logins.remove(at);
                FailedLogin {
                    count: before.count + 1,
                    last: now,
                    client,
                    ..before
                }
            }
            None => {
                let (command, user) = (command.to_string(), user.to_vec());
                self.login_entries += 1;
                FailedLogin {
                    id: self.login_entries - 1,
                    count: 1,
                    command,
                    user,
                    client,
                    first: now,
                    last: now,
                }
            }
        };
        self.failed_logins.insert(0, entry);
        let room = self.config.int("acllog-max-len").unwrap_or(0);
        self.failed_logins
            .truncate(usize::try_from(room).unwrap_or(0));
    }

    /// The last `count` entries, the newest first.
    pub fn show_failed_logins(&self, count: usize, now: Time) -> Reply {
        Reply::array(
            self.failed_logins
                .iter()
                .take(count)
                .map(|entry| entry.show(now)),
        )
    }
}

impl FailedLogin {
    fn show(&self, now: Time) -> Reply {
        let age = (now.millis() - self.last.millis()) as f64 / 1000.0;
        let facts = [
            ("count", Reply::Int(self.count as i64)),
            ("reason", Reply::bulk("auth")),
            ("context", Reply::bulk("toplevel")),
            ("object", Reply::bulk(&self.command)),
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
