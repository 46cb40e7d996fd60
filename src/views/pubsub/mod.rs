//! Pub/sub: one message, the channel and the patterns that catch it, and a copy for each subscription; who was away; and
//! the same messages in a stream and in a list.
//!
//! `state.rs` says who listens after so many events, `drawing.rs` draws who gets what, `buffer.rs` is the model of a
//! subscriber that does not read, `ask.rs` asks.

mod ask;
mod buffer;
mod drawing;
mod state;

pub use state::at;

use messages::drawing::{Control, ControlKind};
use messages::format::{counted, text_of, word};
use messages::markup::several;
use trace::{Event, Kind, Pubsub as Told};

use crate::parts::{note, who};
use crate::snapshot::{Beside, Listener};
use crate::xray;
use crate::{Drawing, Part, Scene, Subject, View, run_button};

pub static VIEW: View = View {
    name: "pubsub",
    title: "Pub/sub fan-out",
    about: "One message, the patterns that catch it, a copy for each subscription; and the same messages in a stream and in a list, where those who were away lose less.",
    subject: Subject::Server(&[Part::Listeners]),
    model: Some(
        "Subscriptions, matches and deliveries are the engine’s, and so are the stream and the list, on an engine of their own. How the buffer of a subscriber that does not read fills is computed.",
    ),
    starter: "ada> SUBSCRIBE news sport\n\
              bob> PSUBSCRIBE n*\n\
              cyd> SUBSCRIBE news\n\
              cyd> PSUBSCRIBE ne?s\n\
              PUBLISH news one\n\
              bob> QUIT\n\
              PUBLISH news two\n\
              bob> PSUBSCRIBE n*\n\
              PUBLISH weather rain\n\
              PUBLISH news three",
    key: "",
    steps_over: |event| matches!(event, Event::Pubsub(_)),
    say,
    draw,
};

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Channel => "channel",
        Kind::Pattern => "pattern",
        Kind::Shard => "shard channel",
    }
}

fn say(event: &Event) -> String {
    let Event::Pubsub(told) = event else {
        return xray::say(event);
    };
    match told {
        Told::Subscribed {
            client,
            kind: of,
            name,
        } => format!(
            "{} listens to the {} {}.",
            who(client),
            kind(*of),
            text_of(name)
        ),
        Told::Unsubscribed {
            client,
            kind: of,
            name,
        } => format!(
            "{} no longer listens to the {} {}.",
            who(client),
            kind(*of),
            text_of(name)
        ),
        Told::Left { client } => format!(
            "{} is gone, and all subscriptions with it: nothing is kept for whoever is away.",
            who(client)
        ),
        Told::Published {
            channel,
            message,
            sharded,
        } => format!(
            "{} goes to the {} {}.",
            text_of(message),
            kind(if *sharded { Kind::Shard } else { Kind::Channel }),
            text_of(channel)
        ),
        Told::Tried { pattern, matches } => match matches {
            true => format!("The pattern {} catches it.", text_of(pattern)),
            false => format!("The pattern {} does not match.", text_of(pattern)),
        },
        Told::Delivered {
            client,
            pattern,
            bytes,
        } => {
            let by = match pattern {
                Some(pattern) => format!("by its pattern {}", text_of(pattern)),
                None => "by its subscription to the channel".to_owned(),
            };
            format!(
                "A copy for {}, {by}: {}.",
                who(client),
                counted(*bytes, "byte")
            )
        }
        Told::Counted { deliveries } => match deliveries {
            0 => "No copy was made: the message is gone.".to_owned(),
            1 => "1 copy: that is the answer, and nobody says whether it was read.".to_owned(),
            _ => format!(
                "{deliveries} copies: that is the answer, and nobody says whether they were read."
            ),
        },
    }
}

fn draw(scene: &Scene) -> Drawing {
    let listeners = state::at(scene);
    let ask = ask::question(scene);
    // At the end the copies would be the answer.
    let told = ask.is_none();
    let message = state::Message::of(scene.events());
    let show_copies = told || !scene.is_over();
    let carried = match &scene.frame.beside {
        Some(Beside::Carried(carried)) => carried.as_slice(),
        _ => &[],
    };
    let picture = several([])
        .add_if(message.as_ref().map(drawing::heading))
        .append(drawing::svg(&listeners, message.as_ref(), show_copies))
        .append(note(
            "A dashed box is a pattern: each one is held against the name of every channel that is published to.",
        ))
        .add_if(told.then(|| drawing::beside(carried)).flatten())
        .add_if(buffer::picture(scene, &listeners));
    Drawing {
        picture: Some(picture),
        table: Some(drawing::table(
            &listeners,
            message.as_ref().filter(|_| show_copies),
        )),
        ask,
        controls: controls(scene, &listeners),
        ..Drawing::default()
    }
}

fn controls(scene: &Scene, listeners: &[Listener]) -> Vec<Control> {
    let channel = listeners
        .iter()
        .flat_map(|listener| &listener.names)
        .find(|(kind, _)| *kind == Kind::Channel)
        .map_or("news".to_owned(), |(_, name)| word(name));
    let mut controls = vec![run_button(
        "Publish a message",
        &[format!("PUBLISH {channel} hello")],
    )];
    let named = |listener: &&Listener| {
        let name = listener.client.name.as_deref();
        name.is_some_and(|name| !name.is_empty())
    };
    if let Some(last) = listeners.iter().rev().find(named) {
        let name = who(&last.client);
        controls.push(run_button(
            &format!("Unplug {name}"),
            &[format!("{name}> QUIT")],
        ));
        let again = last.names.iter().map(|(kind, own)| {
            let command = match kind {
                Kind::Channel => "SUBSCRIBE",
                Kind::Pattern => "PSUBSCRIBE",
                Kind::Shard => "SSUBSCRIBE",
            };
            format!("{name}> {command} {}", word(own))
        });
        let away = [format!("{name}> QUIT"), format!("PUBLISH {channel} missed")];
        let lines: Vec<String> = away.into_iter().chain(again).collect();
        controls.push(run_button(
            &format!("{name} is away for one message"),
            &lines,
        ));
    }
    controls.push(run_button(
        "Listen to what happens to keys",
        &[
            "CONFIG SET notify-keyspace-events KEA".to_owned(),
            "eve> PSUBSCRIBE __key*__:*".to_owned(),
            "SET cart:7 book EX 60".to_owned(),
        ],
    ));
    controls.extend(buffer::controls(scene, listeners));
    controls
}

/// Something to set, with its value.
fn control(scene: &Scene, name: &str, label: &str, kind: ControlKind, default: &str) -> Control {
    Control {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        value: scene.options.get(name).unwrap_or(default).to_owned(),
    }
}
