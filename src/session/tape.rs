//! A world's log replayed under observation. A world is its seed and its log, so whatever happened in it can be watched
//! afterwards: the reader's own world never pays for it.
//!
//! A `Replay` is a world of its own with a `Tape`. It follows the log as that grows, and the tape keeps a frame for each
//! command that concerns its visualiser.

use std::collections::VecDeque;
use std::rc::Rc;

use engine::ClientId;
use engine::eviction::Policy;
use engine::words;
use lesson::transcript::{self, Action, Line};
use messages::{KeyRow, Ran, Setup};
use trace::{Event, Of};
use views::snapshot::{Shared, Snapshot};
use views::{Frame, Subject, View};

use crate::inspect;
use crate::world::World;

/// Frames kept; earlier ones are forgotten.
const FRAMES_MAX: usize = 1_000;
/// Events kept in all frames together.
const EVENTS_MAX: usize = 400_000;
/// Of a command and its output, so much is kept.
const TEXT_BYTES: usize = 2_000;
/// Visualisers on one page that follow the same world.
const REPLAYS_MAX: usize = 6;

/// What a replay is of.
#[derive(Clone, PartialEq)]
pub(crate) struct Watched {
    pub view: &'static str,
    pub key: Vec<u8>,
    pub seed: Option<String>,
    /// In place of the eviction policy that its commands set.
    pub policy: Option<Policy>,
}

pub(crate) struct Replay {
    watched: Watched,
    resets: u32,
    entries: usize,
    world: Box<World>,
}

pub(crate) struct Tape {
    view: &'static View,
    key: Vec<u8>,
    frames: VecDeque<Rc<Frame>>,
    /// How many frames were forgotten.
    pub forgotten: u32,
    events: usize,
    /// The structure after the last command.
    after: Shared,
    fingerprint: Option<KeyRow>,
}

/// The tape of this world for this visualiser, up to the present. None if the world cannot be replayed, since it began
/// with files.
pub(crate) fn follow<'w>(
    world: &'w mut World,
    view: &'static View,
    watched: &Watched,
) -> Option<&'w Tape> {
    let is_load = |entry: &messages::LogEntry| matches!(entry, messages::LogEntry::Load { .. });
    if world.entries().iter().any(is_load) {
        return None;
    }
    let (resets, length) = (world.resets, world.entries().len());
    let fits = |replay: &Replay| {
        replay.watched == *watched && replay.resets == resets && replay.entries <= length
    };
    let found = world.replays.iter().position(fits);
    let mut replay = match found {
        Some(at) => world.replays.remove(at),
        None => Replay::new(world, view, watched.clone()),
    };
    world.replays.retain(|other| other.watched != *watched);
    for entry in &world.entries()[replay.entries..] {
        replay.world.repeat(entry);
        replay.set_policy();
    }
    replay.entries = length;
    if world.replays.len() >= REPLAYS_MAX {
        world.replays.remove(0);
    }
    world.replays.push(replay);
    world
        .replays
        .last()
        .and_then(|replay| replay.world.tape.as_deref())
}

impl Replay {
    /// Whatever policy was set that evicts, this world has its own.
    fn set_policy(&mut self) {
        let set = &mut self.world.engine.server.config.maxmemory_policy;
        if let (Policy::Evict(..), Some(own)) = (*set, self.watched.policy) {
            *set = own;
        }
    }

    fn new(world: &World, view: &'static View, watched: Watched) -> Replay {
        let setup = world.setup();
        let setup = Setup {
            seed: watched.seed.clone().unwrap_or_else(|| setup.seed.clone()),
            blocks: setup.blocks.clone(),
            ..Setup::default()
        };
        let mut replayed = World::with_config(setup, world.config().clone());
        replayed.tape = Some(Box::new(Tape::new(view, watched.key.clone())));
        Replay {
            resets: world.resets,
            entries: 0,
            world: Box::new(replayed),
            watched,
        }
    }
}

impl Tape {
    fn new(view: &'static View, key: Vec<u8>) -> Tape {
        Tape {
            view,
            key,
            frames: VecDeque::new(),
            forgotten: 0,
            events: 0,
            after: Shared::default(),
            fingerprint: None,
        }
    }

    /// For a visualiser of the whole server.
    pub(crate) fn of(view: &'static View) -> Tape {
        Tape::new(view, Vec::new())
    }

    pub(crate) fn frames(&self) -> impl Iterator<Item = &Rc<Frame>> {
        self.frames.iter()
    }

    pub(crate) fn len(&self) -> u32 {
        self.forgotten + self.frames.len() as u32
    }

    /// Lets the world do something and keeps what happened, if it concerns the visualiser.
    pub(crate) fn record(
        &mut self,
        world: &mut World,
        line: &str,
        act: impl FnOnce(&mut World) -> Ran,
    ) -> Ran {
        let line = &without_prompt(line);
        let about = words::split(line.as_bytes()).unwrap_or_default();
        let about: Vec<&[u8]> = about.iter().map(Vec::as_slice).collect();
        let before = self.before(world, &about);
        let names = world.names().clone();
        let db = world.own_db() as u16;
        let (ran, trace) = trace::during(|| act(world));
        let changed = self.has_changed(world);
        let (touched, mut events) = self.own(trace.events, db);
        // Who came during the command has a name now, and who left had one before.
        for client in events.iter_mut().filter_map(client_of) {
            let id = ClientId(client.id);
            let name = names.get(&id).or_else(|| world.names().get(&id));
            client.name = name.cloned();
        }
        if !(touched || changed) {
            return ran;
        }
        let after = match changed || touched {
            true => Rc::new(self.snapshot(world, &about)),
            false => before.clone(),
        };
        self.after = after.clone();
        self.keep(Frame {
            client: ran.client.clone(),
            line: cut(line),
            output: cut(&ran.output),
            error: ran.error,
            late: ran
                .late
                .iter()
                .map(|notice| (notice.client.clone(), cut(&notice.output)))
                .collect(),
            clock_millis: world.now().millis(),
            before,
            events,
            lost: trace.lost,
            after,
            beside: None,
        });
        ran
    }

    /// As the last command left it; but a window is laid anew, for this command is about something else.
    fn before(&self, world: &World, about: &[&[u8]]) -> Shared {
        let is_window = match &*self.after {
            Snapshot::Key(key) => key.row.length > 64 && about.contains(&self.key.as_slice()),
            _ => false,
        };
        match is_window {
            true => Rc::new(self.snapshot(world, about)),
            false => self.after.clone(),
        }
    }

    fn snapshot(&self, world: &World, about: &[&[u8]]) -> Snapshot {
        match self.view.subject {
            Subject::Key(_) => {
                let mut snapshot = inspect::key(world, &self.key, about);
                if let Snapshot::Key(key) = &mut snapshot
                    && self.view.name == "geo"
                {
                    key.more.places = inspect::places(world, &self.key);
                }
                snapshot
            }
            Subject::Server(parts) => inspect::server(world, parts),
        }
    }

    fn has_changed(&mut self, world: &World) -> bool {
        match self.view.subject {
            Subject::Key(_) => {
                let now = inspect::fingerprint(world, &self.key);
                std::mem::replace(&mut self.fingerprint, now.clone()) != now
            }
            Subject::Server(_) => true,
        }
    }

    /// Of what was told, what the visualiser steps over: for a key, what happened inside of it. Also whether it was
    /// looked at.
    fn own(&self, told: Vec<Event>, db: u16) -> (bool, Vec<Event>) {
        let of_server = matches!(self.view.subject, Subject::Server(_));
        let (mut touched, mut inside) = (of_server, of_server);
        let mut events = Vec::new();
        for event in told {
            if let Event::Key { key, .. } = &event {
                inside = of_server || *key == self.key;
                touched |= inside;
            }
            // A command that reads and then writes looks up its key twice; to the reader that is one thing.
            let again = matches!(event, Event::Key { .. }) && events.last() == Some(&event);
            let elsewhere = match &event {
                Event::Dict {
                    of: Of::Keys(own), ..
                } => *own != db,
                Event::Expiry { db: own, .. } | Event::Eviction { db: own, .. } => {
                    *own != u32::from(db)
                }
                _ => false,
            };
            if inside && !again && !elsewhere && (self.view.steps_over)(&event) {
                events.push(event);
            }
        }
        (touched, events)
    }

    fn keep(&mut self, frame: Frame) {
        self.events += frame.events.len();
        self.frames.push_back(Rc::new(frame));
        while self.frames.len() > FRAMES_MAX || self.events > EVENTS_MAX && self.frames.len() > 1 {
            if let Some(oldest) = self.frames.pop_front() {
                self.events -= oldest.events.len();
                self.forgotten += 1;
            }
        }
    }

    /// What there is to see without any frame: the present, as if it had always been so.
    pub(crate) fn still(world: &World, view: &'static View, key: &[u8]) -> Frame {
        let mut tape = Tape::new(view, key.to_vec());
        tape.after = Rc::new(tape.snapshot(world, &[]));
        Frame {
            clock_millis: world.now().millis(),
            before: tape.after.clone(),
            after: tape.after,
            ..Frame::default()
        }
    }
}

/// A line typed for another client begins with its name, which a frame knows by itself.
fn without_prompt(line: &str) -> String {
    match transcript::read_line(line) {
        Ok(Line::Action(Action::Run { text, .. })) => text,
        _ => line.to_owned(),
    }
}

/// The client that an event is about, if it is about one.
fn client_of(event: &mut Event) -> Option<&mut trace::Client> {
    use trace::{Pubsub, Transaction as Told};
    match event {
        Event::Transaction(told) => match told {
            Told::Watched { client, .. }
            | Told::Touched { client, .. }
            | Told::Expired { client, .. }
            | Told::Unwatched { client }
            | Told::Began { client }
            | Told::Queued { client, .. }
            | Told::Refused { client }
            | Told::Executes { client, .. }
            | Told::Nothing { client, .. }
            | Told::Dropped { client } => Some(client),
            Told::Runs { .. } => None,
        },
        Event::Exchange(exchange) => Some(&mut exchange.client),
        Event::Pubsub(told) => match told {
            Pubsub::Subscribed { client, .. }
            | Pubsub::Unsubscribed { client, .. }
            | Pubsub::Left { client }
            | Pubsub::Delivered { client, .. } => Some(client),
            Pubsub::Published { .. } | Pubsub::Tried { .. } | Pubsub::Counted { .. } => None,
        },
        _ => None,
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(text.len().min(TEXT_BYTES))].to_owned()
}
