//! Scripts that take longer than one command: they go on as time passes, and end in a late reply.

use crate::commands::transactions;
use crate::context::Context;
use crate::cost;
use crate::engine::Engine;
use crate::error::Error;
use crate::reply::Reply;
use crate::scripting::by_line::Standing;
use crate::scripting::{self, NANOS_PER_STEP, Running};
use crate::time::Time;

impl Engine {
    /// A script is in the middle of something: it goes on when time passes (`advance`), or by `run_script`.
    pub fn script_is_running(&self) -> bool {
        self.server.scripting.parked.get().is_some()
    }

    /// Other clients are told BUSY.
    pub fn is_busy(&self) -> bool {
        self.server.scripting.busy().is_some()
    }

    /// Lets a script go on although no time passes, for `steps` jumps back and calls, but not beyond
    /// `busy-reply-threshold`: from there on it needs time. Says whether there is more to do without any.
    pub fn run_script(&mut self, steps: u64, now: Time) -> bool {
        let threshold = self.server.config.busy_reply_threshold.as_nanos() as u64 / NANOS_PER_STEP;
        let Some(running) = self.server.scripting.parked.get() else {
            return false;
        };
        if running.calls.is_some() {
            return false;
        }
        if running.steps < threshold {
            let until = (running.steps + steps).min(threshold);
            self.run_script_until(until, now);
        }
        let parked = self.server.scripting.parked.get();
        parked.is_some_and(|running| running.steps < threshold)
    }

    /// A script has done as much as the time since its beginning allows, or it goes on until then.
    pub(crate) fn continue_script(&mut self, now: Time) {
        let Some(running) = self.server.scripting.parked.get() else {
            return;
        };
        if running.calls.is_some() {
            return;
        }
        let passed = (now.micros() - running.since.micros()).max(0) as u64;
        let until = passed.saturating_mul(1000) / NANOS_PER_STEP;
        if until > running.steps {
            self.run_script_until(until, now);
        }
    }

    /// What there is to see of a script that is run line by line. Nothing but the next three lets it go on.
    pub fn standing_script(&self) -> Option<Standing<'_>> {
        self.server.scripting.parked.get()?.standing()
    }

    /// Lets it go on to its next line, for at most so many steps.
    pub fn step_script(&mut self, steps: u64, now: Time) {
        let until = self
            .server
            .scripting
            .parked
            .get()
            .map(|running| running.steps + steps);
        if let Some(until) = until {
            self.run_script_until(until, now);
        }
    }

    /// From now on it runs as any other.
    pub fn release_script(&mut self) {
        if let Some(running) = self.server.scripting.parked.get_mut() {
            running.calls = None;
            if let Some(machine) = &mut running.machine {
                machine.vm.set_stepping(false);
            }
        }
    }

    /// Ends it, even if it has written; what it did stays done.
    pub fn stop_script(&mut self, now: Time) {
        if let Some(running) = self.server.scripting.parked.get_mut() {
            running.killed = true;
        }
        self.end_killed_script(now);
    }

    /// SCRIPT KILL ends a script before anything else happens.
    pub(crate) fn end_killed_script(&mut self, now: Time) {
        let parked = self.server.scripting.parked.get();
        if parked.is_some_and(|running| running.killed) {
            self.run_script_until(u64::MAX, now);
        }
    }

    fn run_script_until(&mut self, until: u64, now: Time) {
        let Some(mut running) = self.server.scripting.parked.take() else {
            return;
        };
        let (id, busy, abandoned) = (running.client, running.busy, running.abandoned);
        let interrupted = running.transaction.take();
        let (entry, words) = match &interrupted {
            Some(interrupted) => (interrupted.entry, interrupted.words.clone()),
            None => (running.entry, running.words.clone()),
        };
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        // Time stands still for a script, from its first step to its last.
        let since = running.since;
        self.prepare(running.db, since);
        let mut context = Context {
            keys: &mut self.keys,
            server: &mut self.server,
            random: &mut self.random,
            now: since,
            id,
            entry,
            words: &words,
            may_block: false,
            resuming: false,
            effects: None,
        };
        let reply = go_on(&mut context, running, until, interrupted);
        if let Some(parked) = self.server.scripting.parked.get_mut() {
            // A transaction may have come to its next script.
            parked.abandoned |= abandoned;
            if parked.busy && !busy {
                self.catch_up(now);
            }
            return;
        }
        self.server.end_unit(true, now);
        self.server.after_call(id, entry, &words, &mut self.keys);
        let nanos = cost::of_call(entry, &words, reply.as_ref().ok()) + self.keys.work;
        self.server.took_nanos += nanos;
        self.server
            .note_call(id, entry, &words, reply.is_err(), nanos, now);
        self.answer_script(id, reply, now);
        if abandoned {
            self.disconnect(id);
        }
        self.catch_up(now);
    }

    fn answer_script(&mut self, id: crate::ClientId, reply: Result<Reply, Error>, now: Time) {
        let reply = reply.unwrap_or_else(|error| {
            self.server.stats.error(&error);
            Reply::Error(error)
        });
        self.settle(now);
        self.server.reply_late(id, reply);
    }
}

/// The script, and what is left of the transaction that it interrupted.
fn go_on(
    ctx: &mut Context,
    running: Box<Running>,
    until: u64,
    interrupted: Option<scripting::Interrupted>,
) -> Result<Reply, Error> {
    let reply = scripting::go_on(ctx, running, until);
    let Some(mut interrupted) = interrupted else {
        return reply;
    };
    if let Some(running) = ctx.server.scripting.parked.get_mut() {
        running.transaction = Some(interrupted);
        return Ok(Reply::Later);
    }
    let reply = reply.unwrap_or_else(|error| ctx.fail(error));
    interrupted.replies.push(reply);
    transactions::go_on(ctx, interrupted.replies, interrupted.rest)
}
