//! A moment of a visualiser: the frame that it lies in, and what `views` draws of it.

use std::rc::Rc;

use engine::eviction::Policy;
use messages::drawing::{Position, Show, Shown};
use views::snapshot::{Beside, Snapshot};
use views::{Frame, Options};

use crate::inspect;
use crate::orders;
use crate::tape::{self, Tape, Watched};
use crate::traffic;
use crate::world::World;

/// How many earlier commands a visualiser may look back on.
const PAST_MAX: usize = 200;

pub(crate) fn show(world: &mut World, show: Show) -> Shown {
    let view = match show.view.is_empty() {
        true => views::for_key(&inspect::key(world, &show.key, &[])),
        false => views::named(&show.view),
    };
    let watched = Watched {
        view: view.name,
        key: show.key,
        seed: show.seed,
        policy: None,
    };
    let options = Options(show.options);
    let (total, first, found) = match tape::follow(world, view, &watched) {
        Some(tape) => (tape.len(), tape.forgotten, frames(tape, show.at)),
        None => (0, 0, None),
    };
    let (mut frames, at) = found.unwrap_or_else(|| {
        let still = Tape::still(world, view, &watched.key);
        let step = still.steps();
        (vec![Rc::new(still)], Position { command: 0, step })
    });
    if view.name == "xray" && watched.seed.is_none() && is_present(at, total, &frames) {
        add_costs(world, &watched.key, &mut frames);
    }
    if view.name == "transactions" {
        let orders = orders::of(world, &options);
        add_beside(&mut frames, Beside::Orders(orders));
    }
    if view.name == "pubsub" {
        let carried = traffic::carried(world, &frames, at.step as usize);
        add_beside(&mut frames, Beside::Carried(carried));
    }
    if view.name == "eviction" {
        add_rival(world, &watched, &options, at, &mut frames);
    }
    views::show(
        view,
        &watched.key,
        &frames,
        (total, first),
        at,
        &options,
        show.revealed,
    )
}

/// What another policy makes of the same commands under the same luck, if the reader wants to see that.
fn add_rival(
    world: &mut World,
    watched: &Watched,
    options: &Options,
    at: Position,
    frames: &mut [Rc<Frame>],
) {
    let policy = options
        .get("beside")
        .and_then(|name| Policy::named(name.as_bytes()));
    let beside = Watched {
        policy: policy.filter(|policy| *policy != Policy::NoEviction),
        ..watched.clone()
    };
    if beside.policy.is_none() {
        return;
    }
    let view = views::named(watched.view);
    let theirs = tape::follow(world, view, &beside).and_then(|tape| self::frames(tape, Some(at)));
    let rival = theirs.and_then(|(frames, _)| views::eviction::rival(&frames));
    let Some(frame) = frames.last_mut() else {
        return;
    };
    let mut own = (**frame).clone();
    let mut after = (*own.after).clone();
    if let Snapshot::Server(server) = &mut after
        && let Some(eviction) = &mut server.eviction
    {
        eviction.rival = rival;
    }
    own.after = Rc::new(after);
    *frame = Rc::new(own);
}

/// Whether the reader's own world stands at this moment.
fn is_present(at: Position, total: u32, frames: &[Rc<Frame>]) -> bool {
    let over = frames.last().is_some_and(|frame| at.step >= frame.steps());
    over && at.command + 1 >= total
}

fn add_costs(world: &World, key: &[u8], frames: &mut [Rc<Frame>]) {
    let Some(frame) = frames.last_mut() else {
        return;
    };
    let mut present = (**frame).clone();
    let mut after = (*present.after).clone();
    if let Snapshot::Key(held) = &mut after {
        held.costs = inspect::costs(world, key);
    }
    present.after = Rc::new(after);
    *frame = Rc::new(present);
}

fn add_beside(frames: &mut [Rc<Frame>], beside: Beside) {
    if let Some(frame) = frames.last_mut() {
        *frame = Rc::new(Frame {
            beside: Some(beside),
            ..(**frame).clone()
        });
    }
}

/// The frames up to a moment, of which the last is its own, and the nearest moment that there is.
fn frames(tape: &Tape, at: Option<Position>) -> Option<(Vec<Rc<Frame>>, Position)> {
    let last = tape.len().checked_sub(1)?;
    let command = at.map_or(last, |at| at.command.clamp(tape.forgotten, last));
    let count = (command - tape.forgotten + 1) as usize;
    let frames = tape
        .frames()
        .take(count)
        .skip(count.saturating_sub(PAST_MAX));
    let frames: Vec<Rc<Frame>> = frames.cloned().collect();
    let step = at
        .map_or(u32::MAX, |at| at.step)
        .min(frames.last()?.steps());
    Some((frames, Position { command, step }))
}

#[cfg(test)]
mod tests;
