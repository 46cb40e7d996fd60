//! CLIENT PAUSE: commands wait until the pause is over, and run then in the order in which they came.

use crate::client::Client;
use crate::command::{Entry, flag};
use crate::server::Server;
use crate::time::Time;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pause {
    pub until: Time,
    /// Only what could change data waits; otherwise everything does.
    pub writes_only: bool,
}

impl Server {
    pub fn is_paused(&self, now: Time) -> bool {
        self.pause.is_some_and(|pause| pause.until > now)
    }

    /// Whether this command of this client has to wait for the end of the pause.
    pub fn must_wait(&self, entry: &Entry, words: &[&[u8]], client: &Client, now: Time) -> bool {
        let Some(pause) = self.pause.filter(|pause| pause.until > now) else {
            return false;
        };
        let may_replicate = |flags| flags & (flag::WRITE | flag::MAY_REPLICATE) != 0;
        !pause.writes_only || self.any_flags(client.id, entry, words, may_replicate)
    }

    /// Begins or extends a pause: the later end wins, and so does the wider one while it lasts.
    pub fn pause_until(&mut self, until: Time, writes_only: bool, now: Time) {
        let before = self.pause.filter(|pause| pause.until > now);
        self.pause = Some(match before {
            Some(before) => Pause {
                until: before.until.max(until),
                writes_only: before.writes_only && writes_only,
            },
            None => Pause { until, writes_only },
        });
    }

    /// The pause is over. The clients that wait for it are served by the engine's next round.
    pub fn unpause(&mut self) {
        self.pause = None;
        for client in self.clients.iter_mut() {
            client.postponed = false;
        }
    }
}
