//! One moment of one command, as a visualiser gets it, and the way from there to what the page is sent.

use std::rc::Rc;

use messages::drawing::{Position, Shown};
use messages::markup::several;
use trace::Event;

use crate::snapshot::{Beside, Key, Shared, Snapshot};
use crate::{Subject, View};

/// One command that concerned a visualiser.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    pub client: String,
    pub line: String,
    /// What redis-cli prints, cut to a readable length.
    pub output: String,
    pub error: bool,
    /// What others got because of it: clients that were blocked, subscribers. Name and output.
    pub late: Vec<(String, String)>,
    pub clock_millis: i64,
    pub before: Shared,
    /// Only what the visualiser steps over.
    pub events: Vec<Event>,
    /// How many more there were.
    pub lost: u64,
    pub after: Shared,
    /// Worked out for the moment that is looked at, for visualisers that need it.
    pub beside: Option<Beside>,
}

impl Frame {
    /// The last step: all events have happened, and then the command is over.
    pub fn steps(&self) -> u32 {
        self.events.len() as u32 + 1
    }
}

/// What the reader set, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(pub Vec<(String, String)>);

impl Options {
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }

    /// A number within bounds, whatever the page sent.
    pub fn number(&self, name: &str, default: i64, min: i64, max: i64) -> i64 {
        let value = self.get(name).and_then(|value| value.parse().ok());
        value.unwrap_or(default).clamp(min, max)
    }
}

/// A moment. `draw` is a pure function of it.
pub struct Scene<'a> {
    /// The key that is shown; empty for the whole server.
    pub key: &'a [u8],
    pub frame: &'a Frame,
    /// The commands before this one that are kept, the oldest first.
    pub past: &'a [Rc<Frame>],
    /// 0: the command has not begun. From 1: so many of its events have happened. `frame.steps()`: it is over.
    pub step: usize,
    pub options: &'a Options,
    /// The answer to the visualiser's question may be drawn.
    pub revealed: bool,
}

impl Scene<'_> {
    /// What has happened so far.
    pub fn events(&self) -> &[Event] {
        &self.frame.events[..self.step.min(self.frame.events.len())]
    }

    /// What just happened; none before the first event and after the last.
    pub fn event(&self) -> Option<&Event> {
        match self.is_over() {
            true => None,
            false => self.events().last(),
        }
    }

    pub fn is_over(&self) -> bool {
        self.step > self.frame.events.len()
    }

    /// The structure that is drawn: as before the command until it is over. What its events have done meanwhile is for
    /// the visualiser to mark.
    pub fn state(&self) -> &Snapshot {
        match self.is_over() {
            true => &self.frame.after,
            false => &self.frame.before,
        }
    }

    pub fn held(&self) -> Option<&Key> {
        match self.state() {
            Snapshot::Key(key) => Some(key),
            _ => None,
        }
    }
}

/// What the page gets for a moment. `total` commands concern the visualiser; `frames` are the last of them, up to this
/// one. Without any frame there is nothing to show yet.
pub fn show(
    view: &'static View,
    key: &[u8],
    frames: &[Rc<Frame>],
    (total, first): (u32, u32),
    at: Position,
    options: &Options,
    revealed: bool,
) -> Shown {
    let nothing = Rc::new(Frame::default());
    let (frame, past) = frames.split_last().unwrap_or((&nothing, &[]));
    let scene = Scene {
        key,
        frame,
        past,
        step: at.step as usize,
        options,
        revealed,
    };
    let drawing = (view.draw)(&scene);
    let log = log_of(view, &scene);
    let said = match drawing.said.is_empty() {
        false => drawing.said,
        true => said_of(view, &scene, &log),
    };
    Shown {
        view: view.name.to_owned(),
        others: others(view, &scene),
        title: view.title.to_owned(),
        model: view.model.map(str::to_owned),
        commands: total,
        first,
        at,
        steps: frame.steps(),
        client: frame.client.clone(),
        line: frame.line.clone(),
        output: scene.is_over().then(|| frame.output.clone()),
        picture: drawing.picture.unwrap_or_else(|| several([])),
        board: drawing.board,
        said,
        log,
        table: drawing.table,
        ask: drawing.ask,
        controls: drawing.controls,
    }
}

/// What else this key can be looked at with.
fn others(view: &View, scene: &Scene) -> Vec<(String, String)> {
    let Some(key) = scene.held() else {
        return Vec::new();
    };
    let fits = |other: &&&View| match other.subject {
        Subject::Key(kinds) => kinds.is_empty() || kinds.contains(&key.row.kind.as_str()),
        Subject::Server(_) => false,
    };
    let others = crate::ALL.iter().filter(fits);
    let others = others.filter(|other| other.name != view.name);
    others
        .map(|other| (other.name.to_owned(), other.title.to_owned()))
        .collect()
}

/// The same events that are drawn, as sentences.
fn log_of(view: &View, scene: &Scene) -> Vec<String> {
    let mut log: Vec<String> = scene.events().iter().map(view.say).collect();
    if scene.is_over() && scene.frame.lost > 0 {
        log.push(format!("{} more steps are not kept.", scene.frame.lost));
    }
    log
}

fn said_of(view: &View, scene: &Scene, log: &[String]) -> String {
    let frame = scene.frame;
    if frame.line.is_empty() {
        return match view.subject {
            Subject::Key(_) => "No command has touched this key yet.".to_owned(),
            Subject::Server(_) => "Nothing has happened yet.".to_owned(),
        };
    }
    if scene.is_over() {
        let answer = match frame.output.lines().count() {
            0 => "Done.".to_owned(),
            1 => format!("Answer: {}", frame.output),
            lines => format!("Answer of {lines} lines."),
        };
        return match (&*frame.before, &*frame.after) {
            (Snapshot::Key(_), Snapshot::Nothing) => format!("{answer} The key is gone."),
            (Snapshot::Key(before), Snapshot::Key(after)) if before.row.kind != after.row.kind => {
                format!(
                    "{answer} The key is a {} now, it was a {}.",
                    after.row.kind, before.row.kind
                )
            }
            _ => answer,
        };
    }
    log.last()
        .cloned()
        .unwrap_or_else(|| format!("Before {}.", frame.line))
}
