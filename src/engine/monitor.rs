//! MONITOR: every command that runs, as a line to those who asked for it.

use crate::client::ClientId;
use crate::command::{Entry, flag};
use crate::reply::Reply;
use crate::server::Server;
use crate::slow_log::is_secret;
use crate::time::Time;
use crate::words;

impl Server {
    /// Tells the monitors of a command that ran. Administrative ones are not shown, nor are passwords.
    pub fn feed_monitors(&mut self, entry: &Entry, id: ClientId, words: &[&[u8]], now: Time) {
        if self.monitors.is_empty() || entry.has(flag::ADMIN | flag::SKIP_MONITOR) {
            return;
        }
        let Some(client) = self.clients.get(id) else {
            return;
        };
        // After SELECT this is the new one: the server tells of a command once it ran.
        let db = client.db;
        let (secs, micros) = (
            now.micros().div_euclid(1_000_000),
            now.micros().rem_euclid(1_000_000),
        );
        let mut line = format!("{secs}.{micros:06} [{db} {}]", client.address);
        for (at, word) in words.iter().enumerate() {
            line.push(' ');
            if is_secret(entry, words, at) {
                line.push_str("\"(redacted)\"");
            } else {
                line.push_str(&words::quote(word));
            }
        }
        for monitor in self.monitors.clone() {
            self.push(monitor, Reply::StatusText(line.clone()));
        }
    }
}
