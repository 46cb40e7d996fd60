//! Three nodes that own the slots, one slot on its way, and a client with a map of its own: what is answered, in the
//! words of the server.

use structures::slot::{self, SLOTS};
use trace::Event;

use crate::Scene;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    A,
    B,
    C,
}

pub const NODES: [Node; 3] = [Node::A, Node::B, Node::C];

impl Node {
    pub fn name(self) -> &'static str {
        ["A", "B", "C"][self as usize]
    }

    pub fn address(self) -> String {
        format!("127.0.0.1:{}", 7000 + self as u16)
    }

    /// The slots that it began with, as `redis-cli --cluster create` deals them out.
    pub fn range(self) -> std::ops::RangeInclusive<u16> {
        match self {
            Node::A => 0..=5460,
            Node::B => 5461..=10_922,
            Node::C => 10_923..=SLOTS as u16 - 1,
        }
    }
}

pub fn first_owner(slot: u16) -> Node {
    let owner = NODES.into_iter().find(|node| node.range().contains(&slot));
    owner.unwrap_or(Node::C)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    AtRest,
    /// IMPORTING there, MIGRATING here.
    Moving,
    Done,
}

/// What the reader set, and the key that it is about.
#[derive(Debug, Clone)]
pub struct Model {
    pub key: Vec<u8>,
    pub slot: u16,
    pub state: Move,
    /// The key is at the target already.
    gone: bool,
    /// The client keeps an ASK as if it were a MOVED.
    naive: bool,
    /// The client has read the map since the move.
    knows: bool,
}

/// One request of the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub to: Node,
    pub request: String,
    pub answer: String,
    pub why: &'static str,
}

impl Model {
    /// The key that was typed, or the one that the command looked up last.
    pub fn of(scene: &Scene) -> Model {
        let typed = scene.options.get("key").filter(|key| !key.is_empty());
        let looked_up = scene.events().iter().rev().find_map(|event| match event {
            Event::Key { key, .. } => Some(key.clone()),
            _ => None,
        });
        let key = match typed {
            Some(typed) => typed.as_bytes().to_vec(),
            None => looked_up.unwrap_or_else(|| b"foo".to_vec()),
        };
        let slot = slot::key_slot(&key);
        let state = match scene.options.get("state") {
            // What is at A already has nowhere to go.
            _ if first_owner(slot) == Node::A => Move::AtRest,
            Some("moving") => Move::Moving,
            Some("done") => Move::Done,
            _ => Move::AtRest,
        };
        Model {
            slot,
            state,
            gone: scene.options.is_on("gone"),
            naive: scene.options.is_on("naive"),
            knows: scene.options.is_on("knows"),
            key,
        }
    }

    pub fn is_at_rest(&self) -> bool {
        self.state == Move::AtRest
    }

    pub fn target(&self) -> Node {
        Node::A
    }

    /// Who owns a slot in truth. While it moves that is still the source.
    pub fn owner(&self, slot: u16) -> Node {
        match slot == self.slot && self.state == Move::Done {
            true => self.target(),
            false => first_owner(slot),
        }
    }

    /// Where the client believes a slot to be.
    pub fn client_believes(&self, slot: u16) -> Node {
        let learned = match self.state {
            Move::AtRest => false,
            Move::Moving => self.naive && self.gone,
            Move::Done => self.knows,
        };
        match slot == self.slot && learned {
            true => self.target(),
            false => first_owner(slot),
        }
    }

    /// What the client sends for this key, and what it is answered, until it has an answer or goes round in circles.
    pub fn conversation(&self) -> Vec<Turn> {
        const TURNS_MAX: usize = 5;
        let mut turns = Vec::new();
        let (mut to, mut asking) = (self.client_believes(self.slot), false);
        while turns.len() < TURNS_MAX {
            let turn = self.ask(to, asking);
            let done = turn.answer == "the value";
            let redirected = turn.answer.starts_with("ASK ");
            turns.push(turn);
            if done {
                // A client that kept the ASK meets the other keys of the slot next.
                if asking && self.naive {
                    turns.push(self.another_key());
                }
                break;
            }
            asking = redirected;
            to = match redirected {
                true => self.target(),
                false => self.owner(self.slot),
            };
        }
        turns
    }

    fn ask(&self, to: Node, asking: bool) -> Turn {
        let owner = self.owner(self.slot);
        let (answer, why) = if to == owner {
            match (self.state == Move::Moving, self.gone) {
                (true, true) => (
                    format!("ASK {} {}", self.slot, self.target().address()),
                    "It still owns the slot, the slot is MIGRATING, and the key is not here any more.",
                ),
                (true, false) => (
                    "the value".to_owned(),
                    "The slot is MIGRATING, but this key is still here.",
                ),
                (false, _) => ("the value".to_owned(), "It owns the slot."),
            }
        } else if asking && self.state == Move::Moving && to == self.target() {
            (
                "the value".to_owned(),
                "The slot is IMPORTING, and the client said ASKING: for this one command it is served.",
            )
        } else {
            (
                format!("MOVED {} {}", self.slot, owner.address()),
                "Another node owns the slot; the client corrects its map and goes there.",
            )
        };
        let key = messages::format::word(&self.key);
        Turn {
            to,
            request: match asking {
                true => format!("ASKING, GET {key}"),
                false => format!("GET {key}"),
            },
            answer,
            why,
        }
    }

    /// What comes of a remembered ASK.
    fn another_key(&self) -> Turn {
        Turn {
            to: self.target(),
            request: "GET another key of this slot, not moved yet".to_owned(),
            answer: format!("MOVED {} {}", self.slot, self.owner(self.slot).address()),
            why: "The map says A because an ASK was remembered. A does not own the slot: back to the source, and so on with each key.",
        }
    }
}
