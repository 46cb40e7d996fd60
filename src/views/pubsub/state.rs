//! Who listens to what, after so many events of a command; and what a message has done so far.

use trace::{Client, Event, Kind, Pubsub as Told};

use crate::Scene;
use crate::snapshot::{Listener, Snapshot, WaitingMost};

/// At the scene's moment.
pub fn at(scene: &Scene) -> Vec<Listener> {
    match scene.is_over() {
        true => held(&scene.frame.after).to_vec(),
        false => after(held(&scene.frame.before), scene.events()),
    }
}

fn held(snapshot: &Snapshot) -> &[Listener] {
    match snapshot {
        Snapshot::Server(server) => &server.clients.listeners,
        _ => &[],
    }
}

pub fn waiting_most(scene: &Scene) -> WaitingMost {
    match scene.state() {
        Snapshot::Server(server) => server.clients.waiting_most,
        _ => WaitingMost::default(),
    }
}

/// Does to the listeners what each event did.
pub fn after(before: &[Listener], events: &[Event]) -> Vec<Listener> {
    let mut all = before.to_vec();
    for event in events {
        match event {
            Event::Pubsub(Told::Subscribed { client, kind, name }) => {
                let names = names_of(&mut all, client);
                let new = (*kind, name.clone());
                if let Err(place) = names.binary_search(&new) {
                    names.insert(place, new);
                }
            }
            Event::Pubsub(Told::Unsubscribed { client, kind, name }) => {
                names_of(&mut all, client).retain(|own| *own != (*kind, name.clone()));
            }
            Event::Pubsub(Told::Left { client }) => {
                all.retain(|listener| listener.client.id != client.id);
            }
            _ => {}
        }
    }
    all.retain(|listener| !listener.names.is_empty());
    all.sort_by_key(|listener| listener.client.id);
    all
}

fn names_of<'a>(all: &'a mut Vec<Listener>, client: &Client) -> &'a mut Vec<(Kind, Vec<u8>)> {
    let found = all
        .iter()
        .position(|listener| listener.client.id == client.id);
    let at = found.unwrap_or_else(|| {
        all.push(Listener {
            client: client.clone(),
            names: Vec::new(),
        });
        all.len() - 1
    });
    &mut all[at].names
}

/// The last message of a command, as far as it has come.
#[derive(Debug, Clone, Default)]
pub struct Message<'a> {
    pub channel: &'a [u8],
    pub message: &'a [u8],
    pub sharded: bool,
    pub tried: Vec<(&'a [u8], bool)>,
    /// Whom it reached, by which pattern if by one, and its bytes on the wire.
    pub delivered: Vec<(&'a Client, Option<&'a [u8]>, u64)>,
    pub counted: Option<u32>,
}

impl<'a> Message<'a> {
    pub fn of(events: &'a [Event]) -> Option<Message<'a>> {
        let mut last: Option<Message> = None;
        for event in events {
            let Event::Pubsub(told) = event else { continue };
            match (told, &mut last) {
                (
                    Told::Published {
                        channel,
                        message,
                        sharded,
                    },
                    _,
                ) => {
                    last = Some(Message {
                        channel,
                        message,
                        sharded: *sharded,
                        ..Message::default()
                    });
                }
                (Told::Tried { pattern, matches }, Some(last)) => {
                    last.tried.push((pattern, *matches));
                }
                (
                    Told::Delivered {
                        client,
                        pattern,
                        bytes,
                    },
                    Some(last),
                ) => last.delivered.push((client, pattern.as_deref(), *bytes)),
                (Told::Counted { deliveries }, Some(last)) => last.counted = Some(*deliveries),
                _ => {}
            }
        }
        last
    }

    /// Clients that it reached, however often.
    pub fn clients(&self) -> Vec<&'a Client> {
        let mut clients: Vec<&Client> = Vec::new();
        for (client, ..) in &self.delivered {
            if !clients.iter().any(|own| own.id == client.id) {
                clients.push(client);
            }
        }
        clients
    }
}
