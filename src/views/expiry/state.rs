//! Lifetimes after so many events of a command, and what the last cycle did.

use trace::{Event, Expiry as Told};

use crate::Scene;
use crate::snapshot::{Expiry, Life, Snapshot};

/// Lifetimes of this moment.
pub fn at(scene: &Scene) -> Option<Expiry> {
    if scene.is_over() {
        return held(&scene.frame.after).cloned();
    }
    let mut state = held(&scene.frame.before).cloned().unwrap_or_default();
    if state.lives.is_empty() && matches!(*scene.frame.before, Snapshot::Nothing) {
        // Before the first command nothing was looked at.
        state.active = true;
        state.acceptable_percent = 10;
    }
    for event in scene.events() {
        if let Event::Expiry { told, .. } = event {
            apply(&mut state, told);
        }
    }
    Some(state)
}

pub fn held(snapshot: &Snapshot) -> Option<&Expiry> {
    match snapshot {
        Snapshot::Server(server) => server.expiry.as_ref(),
        _ => None,
    }
}

/// Does to a snapshot what was done to the keys.
pub fn apply(state: &mut Expiry, told: &Told) {
    match told {
        Told::Cycle { clock_millis, .. } => state.clock_millis = *clock_millis,
        Told::Sampled { cursor, .. } => state.cursor = *cursor,
        Told::Over { stale_percent, .. } => state.stale_percent = *stale_percent,
        Told::Removed { key } => {
            state.keys = state.keys.saturating_sub(1);
            forget(state, key);
            state.removed += 1;
        }
        Told::Deadline { key, deadline } => {
            forget(state, key);
            if let Some(deadline) = deadline {
                state.with_deadline += 1;
                state.lives.push(Life {
                    key: key.clone(),
                    deadline: *deadline,
                    place: u32::MAX,
                });
            }
        }
    }
    let clock = state.clock_millis;
    let past = state.lives.iter().filter(|life| life.is_past(clock));
    state.due = state.due.min(state.with_deadline).max(past.count() as u64);
}

fn forget(state: &mut Expiry, key: &[u8]) {
    let Some(at) = state.lives.iter().position(|life| life.key == key) else {
        return;
    };
    let life = state.lives.remove(at);
    state.with_deadline = state.with_deadline.saturating_sub(1);
    if life.is_past(state.clock_millis) {
        state.due = state.due.saturating_sub(1);
    }
}

impl Life {
    /// As a look-up asks: a key lives through the millisecond of its deadline.
    pub fn is_past(&self, clock_millis: i64) -> bool {
        clock_millis > self.deadline
    }
}

/// One cycle as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Cycle {
    pub fast: bool,
    pub budget_micros: u64,
    pub keys_per_loop: u32,
    /// Looked at and expired, loop by loop.
    pub loops: Vec<(u32, u32)>,
    /// What it took, and whether that was all it may.
    pub took: Option<(u64, bool)>,
}

/// The last cycle of these events.
pub fn last_cycle(events: &[Event]) -> Option<Cycle> {
    let mut cycle: Option<Cycle> = None;
    for event in events {
        let Event::Expiry { told, .. } = event else {
            continue;
        };
        match (told, &mut cycle) {
            (
                Told::Cycle {
                    fast,
                    budget_micros,
                    keys_per_loop,
                    ..
                },
                _,
            ) => {
                cycle = Some(Cycle {
                    fast: *fast,
                    budget_micros: *budget_micros,
                    keys_per_loop: *keys_per_loop,
                    loops: Vec::new(),
                    took: None,
                });
            }
            (Told::Sampled { keys, expired, .. }, Some(cycle)) => {
                cycle.loops.push((keys.len() as u32, *expired));
            }
            (
                Told::Over {
                    nanos, out_of_time, ..
                },
                Some(cycle),
            ) => cycle.took = Some((*nanos, *out_of_time)),
            _ => {}
        }
    }
    cycle
}
