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
        if !entry.has(flag::ADMIN | flag::SKIP_MONITOR) {
            self.show_to_monitors(entry, id, words, now);
        }
    }

    /// As `feed_monitors`, for what is not shown when it ends: scripts are shown when they begin, before what they do.
    pub fn show_to_monitors(&mut self, entry: &Entry, id: ClientId, words: &[&[u8]], now: Time) {
        if self.monitors.is_empty() {
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
        let by = match self.scripting.speaks {
            true => "lua",
            false => client.address.as_str(),
        };
        let mut line = format!("{secs}.{micros:06} [{db} {by}]");
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
