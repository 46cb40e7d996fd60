//! "Three clients, PUBLISH says 4: why?", asked before the copies are drawn.

use messages::drawing::{Ask, Choice};
use messages::format::text_of;

use super::state::Message;
use crate::Scene;
use crate::parts::who;

pub fn question(scene: &Scene) -> Option<Ask> {
    if scene.revealed {
        return None;
    }
    let message = Message::of(&scene.frame.events);
    Some(match message {
        Some(message) if message.delivered.len() > message.clients().len() => twice(&message),
        Some(message) if message.delivered.is_empty() => nobody(&message),
        _ => later(),
    })
}

fn choice(text: String, right: bool, why: &str) -> Choice {
    Choice {
        text,
        right,
        why: why.to_owned(),
    }
}

fn twice(message: &Message) -> Ask {
    let clients = message.clients();
    let copies = |id: u64| {
        let own = message.delivered.iter();
        own.filter(|(client, ..)| client.id == id).count()
    };
    let often = clients
        .iter()
        .max_by_key(|client| copies(client.id))
        .map_or_else(String::new, |client| who(client));
    let deliveries = message.delivered.len();
    Ask {
        question: format!(
            "{} the message, and PUBLISH answers {deliveries}. Why?",
            match clients.len() {
                1 => "1 client gets".to_owned(),
                many => format!("{many} clients get"),
            }
        ),
        choices: vec![
            choice(
                "Who publishes is counted as well".to_owned(),
                false,
                "Only deliveries count; a publisher that does not listen gets none.",
            ),
            choice(
                format!("{often} gets more than one copy"),
                true,
                "Each subscription that fits makes a copy, the channel’s and every pattern’s: PUBLISH counts copies, not clients.",
            ),
            choice(
                "Somebody listens to two channels".to_owned(),
                false,
                "A message goes to one channel; what else a client listens to does not matter.",
            ),
        ],
    }
}

fn nobody(message: &Message) -> Ask {
    Ask {
        question: format!(
            "Nobody listens to {}. Where is {} now?",
            text_of(message.channel),
            text_of(message.message)
        ),
        choices: vec![
            choice(
                "In a buffer, until somebody subscribes".to_owned(),
                false,
                "Buffers belong to connections that are there. Nothing is kept for a channel.",
            ),
            choice(
                "Nowhere".to_owned(),
                true,
                "The answer 0 is all that is left of it. A stream or a list would have kept it.",
            ),
        ],
    }
}

fn later() -> Ask {
    Ask {
        question: "A client subscribes a second after a message was published. What does it get?"
            .to_owned(),
        choices: vec![
            choice(
                "The last message of the channel".to_owned(),
                false,
                "Redis keeps no last message; other brokers may.",
            ),
            choice(
                "Nothing".to_owned(),
                true,
                "A message goes to those who listen at that moment. Below are the same messages in a stream and in a list.",
            ),
            choice(
                "All messages since it was last there".to_owned(),
                false,
                "That is what a stream can do, for there a reader knows how far it has read.",
            ),
        ],
    }
}
