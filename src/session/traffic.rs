//! The messages of a channel once more, as entries of a stream and as elements of a list, on an engine of its own: what
//! those who were away get in each case. The reader's keys stay as they are.
//!
//! Who listened to the channel reads the stream from where he first came, whenever he is there, and waits in BLPOP for
//! the list.

use std::rc::Rc;

use engine::{ClientId, Engine, Event, Reply, Time, glob};
use trace::{Event as Told, Kind, Pubsub};
use views::Frame;
use views::snapshot::Carried;

use crate::world::World;

/// Messages shown, the last ones.
const MESSAGES_MAX: usize = 8;

/// What happened on the channel of the last message.
enum Happened {
    Comes(String),
    Leaves(String),
    Message(Vec<u8>),
}

pub(crate) fn carried(world: &World, frames: &[Rc<Frame>], step: usize) -> Vec<Carried> {
    let events: Vec<&Pubsub> = events(frames, step);
    let channel = events.iter().rev().find_map(|told| match told {
        Pubsub::Published {
            channel,
            sharded: false,
            ..
        } => Some(channel),
        _ => None,
    });
    let Some(channel) = channel else {
        return Vec::new();
    };
    let happened = story(&events, channel);
    let mut play = Play::new(world);
    happened.into_iter().for_each(|one| play.happens(one));
    let from = play.carried.len().saturating_sub(MESSAGES_MAX);
    play.carried.split_off(from)
}

/// Up to this step of the last frame.
fn events(frames: &[Rc<Frame>], step: usize) -> Vec<&Pubsub> {
    let last = frames.len().saturating_sub(1);
    let events = frames.iter().enumerate().flat_map(|(at, frame)| {
        let count = match at == last {
            true => step.min(frame.events.len()),
            false => frame.events.len(),
        };
        &frame.events[..count]
    });
    let told = events.filter_map(|event| match event {
        Told::Pubsub(told) => Some(told),
        _ => None,
    });
    told.collect()
}

/// Who listens to the channel by its name or by a pattern, from when to when, and what is said meanwhile.
fn story(events: &[&Pubsub], channel: &[u8]) -> Vec<Happened> {
    let concerns = |kind: Kind, name: &[u8]| match kind {
        Kind::Channel => name == channel,
        Kind::Pattern => glob::matches(name, channel, false),
        Kind::Shard => false,
    };
    // Each client with how many of its subscriptions concern the channel.
    let mut present: Vec<(String, u32)> = Vec::new();
    let mut happened = Vec::new();
    for told in events {
        match told {
            Pubsub::Subscribed { client, kind, name } if concerns(*kind, name) => {
                let name = name_of(client);
                match present.iter_mut().find(|(own, _)| *own == name) {
                    Some((_, count)) => *count += 1,
                    None => {
                        present.push((name.clone(), 1));
                        happened.push(Happened::Comes(name));
                    }
                }
            }
            Pubsub::Unsubscribed { client, kind, name } if concerns(*kind, name) => {
                let name = name_of(client);
                if let Some((_, count)) = present.iter_mut().find(|(own, _)| *own == name) {
                    *count -= 1;
                }
            }
            Pubsub::Left { client } => {
                let name = name_of(client);
                if let Some((_, count)) = present.iter_mut().find(|(own, _)| *own == name) {
                    *count = 0;
                }
            }
            Pubsub::Published {
                channel: own,
                message,
                sharded: false,
            } if own == channel => happened.push(Happened::Message(message.clone())),
            _ => {}
        }
        let gone = present.extract_if(.., |(_, count)| *count == 0);
        happened.extend(gone.map(|(name, _)| Happened::Leaves(name)));
    }
    happened
}

fn name_of(client: &trace::Client) -> String {
    match client.name.as_deref() {
        Some("") => "you".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("client {}", client.id),
    }
}

struct Reader {
    name: String,
    /// Where it waits for the list, while it is there.
    connection: Option<ClientId>,
    /// The last entry of the stream that it knows.
    last: Vec<u8>,
}

struct Play {
    engine: Engine,
    now: Time,
    producer: ClientId,
    readers: Vec<Reader>,
    ids: Vec<Vec<u8>>,
    carried: Vec<Carried>,
}

impl Play {
    fn new(world: &World) -> Play {
        let now = Time::WORLD_START;
        let mut engine = Engine::with_config(world.seed(), now, world.config().clone());
        let producer = engine.connect("127.0.0.1:50000", now);
        Play {
            engine,
            now,
            producer,
            readers: Vec::new(),
            ids: Vec::new(),
            carried: Vec::new(),
        }
    }

    fn say(&mut self, client: ClientId, words: &[&[u8]]) -> Reply {
        self.engine.execute(client, words, self.now)
    }

    fn happens(&mut self, one: Happened) {
        self.now = Time(self.now.0 + 1_000);
        match one {
            Happened::Comes(name) => self.comes(name),
            Happened::Leaves(name) => {
                let left = self.readers.iter_mut().find(|reader| reader.name == name);
                if let Some(id) = left.and_then(|reader| reader.connection.take()) {
                    self.engine.disconnect(id);
                }
            }
            Happened::Message(message) => self.message(message),
        }
    }

    fn comes(&mut self, name: String) {
        let id = self.engine.connect("127.0.0.1:50001", self.now);
        let known = self.readers.iter().position(|reader| reader.name == name);
        let at = known.unwrap_or_else(|| {
            let last = self.ids.last().cloned().unwrap_or(b"0-0".to_vec());
            self.readers.push(Reader {
                name,
                connection: None,
                last,
            });
            self.readers.len() - 1
        });
        self.readers[at].connection = Some(id);
        self.read(at, true);
        self.take(at);
    }

    fn message(&mut self, message: Vec<u8>) {
        let (mut got, mut missed) = (Vec::new(), Vec::new());
        for reader in &self.readers {
            match reader.connection {
                Some(_) => got.push(reader.name.clone()),
                None => missed.push(reader.name.clone()),
            }
        }
        self.carried.push(Carried {
            message: message.clone(),
            got,
            missed,
            ..Carried::default()
        });
        let added = self.say(
            self.producer,
            &[b"XADD", b"stream", b"*", b"message", &message],
        );
        if let Reply::Bulk(id) = added {
            self.ids.push(id);
        }
        self.say(self.producer, &[b"RPUSH", b"list", &message]);
        self.give_out();
        for at in 0..self.readers.len() {
            self.read(at, false);
        }
    }

    /// What this reader's XREAD finds.
    fn read(&mut self, at: usize, later: bool) {
        if self.readers[at].connection.is_none() {
            return;
        }
        let last = self.readers[at].last.clone();
        // Its own connection waits for the list.
        let reply = self.say(self.producer, &[b"XREAD", b"STREAMS", b"stream", &last]);
        let mut found = Vec::new();
        ids_in(&reply, &self.ids, &mut found);
        for number in found {
            self.readers[at].last = self.ids[number].clone();
            let name = self.readers[at].name.clone();
            self.carried[number].read.push((name, later));
        }
    }

    /// The reader waits for an element, or takes what lies there, until nothing does.
    fn take(&mut self, at: usize) {
        let Some(id) = self.readers[at].connection else {
            return;
        };
        while self.say(id, &[b"BLPOP", b"list", b"0"]) != Reply::Later {
            self.taken(at);
        }
    }

    /// Whose BLPOP the last RPUSH ended.
    fn give_out(&mut self) {
        for event in self.engine.drain() {
            let Event::Reply { client, .. } = event else {
                continue;
            };
            let served = |reader: &Reader| reader.connection == Some(client);
            if let Some(at) = self.readers.iter().position(served) {
                self.taken(at);
                self.take(at);
            }
        }
    }

    /// Elements leave in the order in which they came.
    fn taken(&mut self, at: usize) {
        let name = self.readers[at].name.clone();
        let first = self.carried.iter_mut().find(|one| one.taken.is_none());
        if let Some(first) = first {
            first.taken = Some(name);
        }
    }
}

/// The entries that a reply of XREAD names, as numbers of messages.
fn ids_in(reply: &Reply, known: &[Vec<u8>], found: &mut Vec<usize>) {
    match reply {
        Reply::Bulk(bytes) => found.extend(known.iter().position(|id| id == bytes)),
        Reply::Array(items) => items.iter().for_each(|item| ids_in(item, known, found)),
        Reply::Map(pairs) => pairs
            .iter()
            .for_each(|(_, item)| ids_in(item, known, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use messages::Setup;
    use messages::drawing::Show;
    use views::snapshot::Carried;

    use super::*;
    use crate::tape::{self, Watched};

    fn after(lines: &[&str]) -> Vec<Carried> {
        let mut world = World::new(Setup::default());
        for line in lines {
            world.type_line("", line);
        }
        let watched = Watched {
            view: "pubsub",
            key: Show::default().key,
            seed: None,
            policy: None,
        };
        let tape = tape::follow(&mut world, &views::pubsub::VIEW, &watched).expect("a tape");
        let frames: Vec<Rc<Frame>> = tape.frames().cloned().collect();
        carried(&world, &frames, usize::MAX)
    }

    fn row(carried: &Carried) -> String {
        let read: Vec<String> = carried
            .read
            .iter()
            .map(|(name, later)| format!("{name}{}", if *later { " later" } else { "" }))
            .collect();
        format!(
            "{}: {} | missed {} | read {} | taken {}",
            String::from_utf8_lossy(&carried.message),
            carried.got.join(","),
            carried.missed.join(","),
            read.join(","),
            carried.taken.as_deref().unwrap_or("nobody")
        )
    }

    #[test]
    fn who_is_away_loses_messages_but_no_entries() {
        let lines = [
            "PUBLISH news zero",
            "ada> SUBSCRIBE news",
            "bob> PSUBSCRIBE n*",
            "PUBLISH news one",
            "bob> QUIT",
            "PUBLISH news two",
            "PUBLISH news three",
            "bob> PSUBSCRIBE n*",
            "PUBLISH news four",
            "PUBLISH other x",
            "PUBLISH news five",
        ];
        let rows: Vec<String> = after(&lines).iter().map(row).collect();
        assert_eq!(
            rows,
            [
                "zero:  | missed  | read  | taken ada",
                "one: ada,bob | missed  | read ada,bob | taken ada",
                "two: ada | missed bob | read ada,bob later | taken ada",
                "three: ada | missed bob | read ada,bob later | taken ada",
                "four: ada,bob | missed  | read ada,bob | taken ada",
                "five: ada,bob | missed  | read ada,bob | taken bob",
            ]
        );
    }

    #[test]
    fn a_client_counts_as_there_while_one_subscription_is_left() {
        let lines = [
            "ada> SUBSCRIBE news",
            "ada> PSUBSCRIBE n*",
            "ada> UNSUBSCRIBE news",
            "PUBLISH news one",
            "ada> PUNSUBSCRIBE n*",
            "PUBLISH news two",
        ];
        let carried = after(&lines);
        let [one, two] = carried.as_slice() else {
            panic!("{carried:?}")
        };
        assert_eq!((one.got.len(), two.got.len(), two.missed.len()), (1, 0, 1));
        assert_eq!((&one.taken, &two.taken), (&Some("ada".to_owned()), &None));
        assert!(after(&["SET k v", "SPUBLISH s x"]).is_empty());
    }
}
