//! Every key that there was, in the order in which they came: who was used again, who is gone, and what waits in the
//! pool. Built from the events of all commands that are kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use trace::{Event, Eviction as Told};

use crate::snapshot::{Band, Candidate, Eviction, Rival, Snapshot};
use crate::{Frame, Scene};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Made before the first eviction, and used since.
    Used,
    /// Made before the first eviction, and never used since.
    Idle,
    /// Made after it.
    New,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    pub key: Vec<u8>,
    pub group: Group,
    pub there: bool,
    /// Memory was needed; otherwise a command or its deadline removed it.
    pub evicted: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Arena {
    pub dots: Vec<Dot>,
    index: BTreeMap<Vec<u8>, usize>,
    pub pool: Vec<Candidate>,
    /// An eviction has happened.
    begun: bool,
    pub evicted: u64,
}

pub fn held(snapshot: &Snapshot) -> Option<&Eviction> {
    match snapshot {
        Snapshot::Server(server) => server.eviction.as_ref(),
        _ => None,
    }
}

/// At this moment.
pub fn at(scene: &Scene) -> Arena {
    let mut arena = before(scene.past, scene.frame);
    scene.events().iter().for_each(|event| arena.apply(event));
    if scene.is_over()
        && let Some(after) = held(&scene.frame.after)
    {
        arena.settle(after);
    }
    arena
}

fn before(past: &[Rc<Frame>], frame: &Frame) -> Arena {
    let mut arena = Arena::default();
    // What was there before the first command that is kept came in no known order.
    if let Some(first) = past.first().map_or(Some(frame), |first| Some(first))
        && let Some(state) = held(&first.before)
    {
        arena.settle(state);
    }
    for frame in past {
        frame.events.iter().for_each(|event| arena.apply(event));
        if let Some(after) = held(&frame.after) {
            arena.settle(after);
        }
    }
    arena
}

/// What another policy made of the same commands.
pub fn rival(frames: &[Rc<Frame>]) -> Option<Rival> {
    let (frame, past) = frames.split_last()?;
    let mut arena = before(past, frame);
    frame.events.iter().for_each(|event| arena.apply(event));
    let after = held(&frame.after)?;
    arena.settle(after);
    Some(Rival {
        policy: after.policy.clone(),
        bands: arena.bands(),
    })
}

impl Arena {
    pub fn apply(&mut self, event: &Event) {
        let Event::Eviction { told, .. } = event else {
            return;
        };
        match told {
            Told::Added { key } => self.add(key.clone()),
            Told::Used { key, .. } => {
                if let Some(dot) = self.dot(key)
                    && dot.group == Group::Idle
                {
                    dot.group = Group::Used;
                }
            }
            Told::Gone { key } => {
                if let Some(dot) = self.dot(key) {
                    dot.there = false;
                }
                self.index.remove(key);
            }
            Told::Evicted { key, .. } => {
                self.begun = true;
                self.evicted += 1;
                if let Some(dot) = self.dot(key) {
                    dot.there = false;
                    dot.evicted = true;
                }
                self.index.remove(key);
            }
            Told::Pooled {
                key,
                score,
                place,
                dropped,
            } => {
                if *dropped && !self.pool.is_empty() {
                    self.pool.remove(0);
                }
                let at = (*place as usize).min(self.pool.len());
                let candidate = Candidate {
                    key: key.clone(),
                    score: *score,
                };
                self.pool.insert(at, candidate);
            }
            Told::Taken { .. } => drop(self.pool.pop()),
            Told::Search { .. } | Told::Drawn { .. } => {}
        }
    }

    fn add(&mut self, key: Vec<u8>) {
        let group = if self.begun { Group::New } else { Group::Idle };
        self.index.insert(key.clone(), self.dots.len());
        self.dots.push(Dot {
            key,
            group,
            there: true,
            evicted: false,
        });
    }

    fn dot(&mut self, key: &[u8]) -> Option<&mut Dot> {
        let at = self.index.get(key)?;
        self.dots.get_mut(*at)
    }

    /// What no event told: a database that was emptied or exchanged.
    fn settle(&mut self, state: &Eviction) {
        if state.keys == state.held.len() as u64 {
            let there: std::collections::BTreeSet<&[u8]> =
                state.held.iter().map(|held| held.key.as_slice()).collect();
            for dot in self.dots.iter_mut().filter(|dot| dot.there) {
                if !there.contains(dot.key.as_slice()) {
                    dot.there = false;
                    self.index.remove(&dot.key);
                }
            }
        }
        for held in &state.held {
            if !self.index.contains_key(&held.key) {
                self.add(held.key.clone());
            }
        }
        self.pool.clone_from(&state.pool);
    }

    /// How many of each group there were, and how many memory cost.
    pub fn bands(&self) -> Vec<Band> {
        let groups = [
            (Group::Used, "used again"),
            (Group::Idle, "never used again"),
            (Group::New, "new since the first eviction"),
        ];
        groups
            .into_iter()
            .map(|(group, name)| {
                let own = self.dots.iter().filter(|dot| dot.group == group);
                Band {
                    name,
                    keys: own.clone().count() as u64,
                    evicted: own.filter(|dot| dot.evicted).count() as u64,
                }
            })
            .collect()
    }

    pub fn there(&self) -> impl Iterator<Item = &Dot> {
        self.dots.iter().filter(|dot| dot.there)
    }
}
