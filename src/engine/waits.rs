//! Clients that wait: commands tried again when a key is ready, and waits that end by themselves.

use crate::acl::log;
use crate::client::ClientId;
use crate::command::{Entry, table};
use crate::engine::Engine;
use crate::error::Error;
use crate::reply::Reply;
use crate::time::Time;

impl Engine {
    /// Tries again the commands that wait for a key, first come first served.
    pub(crate) fn serve_waiting(&mut self, db: usize, key: &[u8], now: Time) {
        for id in self.keys.waiting_for(db, key) {
            self.keys.begin(db, now);
            // A key that is due serves nobody, and is not removed by that.
            let found = self.keys.dbs[db].keys.get(key);
            let found = found.filter(|_| !self.keys.is_due(key));
            let kind = found.map(|object| object.value.kind());
            let Some(blocked) = self
                .server
                .clients
                .get(id)
                .and_then(|client| client.blocked.clone())
            else {
                continue;
            };
            if blocked.kind.is_some() && kind != blocked.kind {
                continue;
            }
            let words: Vec<&[u8]> = blocked.words.iter().map(Vec::as_slice).collect();
            let Ok(entry) = table().resolve(&words) else {
                continue;
            };
            let told = self.server.outbox.len();
            // It may have lost the permission while it waited.
            let permitted = self
                .permit_again(id, entry, &words, now)
                .and_then(|()| self.run(id, entry, &words, now, true));
            let reply = permitted.unwrap_or_else(|error| {
                self.server.stats.error(&error);
                Reply::Error(error)
            });
            if reply != Reply::Later {
                self.unblock(id);
                self.server.reply_late(id, reply);
                self.server.put_own_last(id, told);
            }
        }
    }

    fn permit_again(
        &mut self,
        id: ClientId,
        entry: &Entry,
        words: &[&[u8]],
        now: Time,
    ) -> Result<(), Error> {
        let server = &mut self.server;
        let permitted = server.permit(id, entry, words, log::Context::TopLevel, now);
        permitted.map_err(|denied| {
            server.stats.command(entry).rejected += 1;
            server.refusal(id, entry, denied)
        })
    }

    /// The client waits no longer; it gets no reply by this. Says whether it did wait.
    pub fn unblock(&mut self, id: ClientId) -> bool {
        self.server.unblock(&mut self.keys, id).is_some()
    }

    /// When `advance` has something to do next: a wait that times out, or a deadline that the cron would notice.
    pub fn next_deadline(&self) -> Option<Time> {
        // A script that is not finished has always something to do.
        let script = self.server.scripting.parked.get().map(|_| self.keys.now);
        let wait = self.next_wait_end().map(|(at, _)| at);
        [script, wait].into_iter().flatten().min()
    }

    /// The next blocked client whose time runs out, or the end of CLIENT PAUSE (no client).
    pub(crate) fn next_wait_end(&self) -> Option<(Time, Option<ClientId>)> {
        let pause = self
            .server
            .pause
            .filter(|_| !self.server.backlog.is_empty())
            .map(|pause| (pause.until, None));
        let timeout = self.next_timeout().map(|(at, id)| (at, Some(id)));
        [pause, timeout].into_iter().flatten().min()
    }

    pub(crate) fn end_wait(&mut self, id: Option<ClientId>, at: Time) {
        match id {
            Some(id) => self.time_out(id, at),
            None => self.catch_up(at),
        }
    }

    fn next_timeout(&self) -> Option<(Time, ClientId)> {
        let first = self.server.timeouts.first();
        first.map(|(at, _, id)| (*at, *id))
    }

    fn time_out(&mut self, id: ClientId, at: Time) {
        if let Some(blocked) = self.server.unblock(&mut self.keys, id) {
            self.server.note_end_of_wait(id, &blocked, false, at);
            self.server.reply_late(id, blocked.on_timeout);
        }
        self.settle(at);
        self.catch_up(at);
    }
}
