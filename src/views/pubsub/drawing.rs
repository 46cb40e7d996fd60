//! Names at the left, clients at the right, and lines between them: thin ones for subscriptions, thick ones for the copies
//! of a message.

use messages::format::{counted, cut, text_of};
use messages::markup::{Markup, el, several};
use trace::Kind;

use super::state::Message;
use crate::parts::{self, who};
use crate::snapshot::{Carried, Listener};

/// Names and clients drawn; the table has the others.
const NAMES_MAX: usize = 12;
const CLIENTS_MAX: usize = 12;

const NAME: u32 = 118;
const GAP: u32 = 76;
const CLIENT: u32 = 86;
const ROW: u32 = 36;
const BOX: u32 = 26;

type Name<'a> = (Kind, &'a [u8]);

/// Channels, patterns and shard channels that somebody listens to, and the channel of the message.
fn names<'a>(listeners: &'a [Listener], message: Option<&Message<'a>>) -> Vec<Name<'a>> {
    let all = listeners.iter().flat_map(|listener| &listener.names);
    let mut names: Vec<Name> = all.map(|(kind, name)| (*kind, name.as_slice())).collect();
    names.extend(message.map(own_name));
    names.sort();
    names.dedup();
    // The message's own channel is never among those that are cut.
    if let Some(own) = message.map(own_name)
        && let Some(at) = names.iter().position(|name| *name == own)
    {
        names.remove(at);
        names.insert(0, own);
    }
    names
}

fn own_name<'a>(message: &Message<'a>) -> Name<'a> {
    match message.sharded {
        true => (Kind::Shard, message.channel),
        false => (Kind::Channel, message.channel),
    }
}

pub fn heading(message: &Message) -> Markup {
    el("p", "picture-note strong")
        .append(el("code", "").say(&cut(&text_of(message.message), 40)))
        .say(" → ")
        .append(el("code", "").say(&cut(&text_of(message.channel), 40)))
}

pub fn svg(listeners: &[Listener], message: Option<&Message>, copies: bool) -> Markup {
    let all = names(listeners, message);
    let names = &all[..all.len().min(NAMES_MAX)];
    let clients = &listeners[..listeners.len().min(CLIENTS_MAX)];
    let more = all.len() - names.len() + listeners.len() - clients.len();
    if names.is_empty() && clients.is_empty() {
        return parts::note("Nobody listens to anything.");
    }
    let rows = names.len().max(clients.len()) as u32;
    let (width, height) = (NAME + GAP + CLIENT + 6, rows * ROW + 26);
    let label = format!(
        "{} and who listens to them. The text view says the same.",
        counted(all.len() as u64, "name")
    );
    let svg = el("svg", "fan-out")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .with("aria-label", &label)
        .append(parts::label("head", 4, 14, "listened to"))
        .append(parts::label("head", NAME + GAP + 4, 14, "by"))
        .add_if(
            copies.then(|| el("path", "subscription").with("d", &subscriptions(names, clients))),
        )
        .add_if(
            message
                .filter(|_| copies)
                .map(|message| el("path", "copy").with("d", &delivered(names, clients, message))),
        )
        .add_all(
            names
                .iter()
                .zip(0..)
                .map(|(name, at)| named(*name, at, message, copies)),
        )
        .add_all(
            clients
                .iter()
                .zip(0..)
                .map(|(client, at)| listener(client, at, message.filter(|_| copies))),
        );
    let rest = (more > 0).then(|| parts::note(&format!("{more} more are in the table.")));
    several([el("div", "svg-scroll")
        .with("tabindex", "0")
        .with("role", "group")
        .with("aria-label", "Subscriptions and copies")
        .append(svg)])
    .add_if(rest)
}

fn top(row: u32) -> u32 {
    row * ROW + 22
}

fn curve(from: u32, to: u32) -> String {
    let (start, end) = (top(from) + BOX / 2, top(to) + BOX / 2);
    let (left, right) = (NAME + 2, NAME + GAP - 2);
    let middle = (left + right) / 2;
    format!("M{left} {start}C{middle} {start} {middle} {end} {right} {end}")
}

fn subscriptions(names: &[Name], clients: &[Listener]) -> String {
    let mut path = String::new();
    for (client, to) in clients.iter().zip(0..) {
        for (name, from) in names.iter().zip(0..) {
            let is_own = |own: &(Kind, Vec<u8>)| (own.0, own.1.as_slice()) == *name;
            if client.names.iter().any(is_own) {
                path.push_str(&curve(from, to));
            }
        }
    }
    path
}

fn delivered(names: &[Name], clients: &[Listener], message: &Message) -> String {
    let mut path = String::new();
    for (client, pattern, _) in &message.delivered {
        let by = pattern.map_or(own_name(message), |pattern| (Kind::Pattern, pattern));
        let from = names.iter().position(|name| *name == by);
        let to = clients
            .iter()
            .position(|listener| listener.client.id == client.id);
        if let (Some(from), Some(to)) = (from, to) {
            path.push_str(&curve(from as u32, to as u32));
        }
    }
    path
}

fn named((kind, name): Name, row: u32, message: Option<&Message>, copies: bool) -> Markup {
    let own = message.is_some_and(|message| own_name(message) == (kind, name));
    let tried = message
        .filter(|_| kind == Kind::Pattern)
        .and_then(|message| {
            let found = message.tried.iter().find(|(pattern, _)| *pattern == name);
            found.map(|(_, matches)| *matches)
        });
    let tried = tried.filter(|_| copies);
    let class = match (kind, own, tried) {
        (_, true, _) => "name lit",
        (Kind::Pattern, _, Some(true)) => "name net lit",
        (Kind::Pattern, ..) => "name net",
        _ => "name",
    };
    let mark = match tried {
        Some(true) => "✓ ",
        Some(false) => "✕ ",
        None => "",
    };
    let text = format!("{mark}{}", text_of(name));
    el("g", "")
        .append(cell(class, 2, top(row), NAME - 2))
        .append(parts::label("", 10, top(row) + 17, &cut(&text, 15)))
}

fn listener(listener: &Listener, row: u32, message: Option<&Message>) -> Markup {
    let copies = message.map_or(0, |message| {
        let own = message.delivered.iter();
        own.filter(|(client, ..)| client.id == listener.client.id)
            .count()
    });
    let class = if copies > 0 {
        "listener lit"
    } else {
        "listener"
    };
    let text = match copies {
        0 => who(&listener.client),
        _ => format!("{} ×{copies}", cut(&who(&listener.client), 8)),
    };
    let x = NAME + GAP;
    el("g", "")
        .append(cell(class, x, top(row), CLIENT))
        .append(parts::label("", x + 8, top(row) + 17, &cut(&text, 11)))
}

fn cell(class: &str, x: u32, y: u32, width: u32) -> Markup {
    el("rect", class)
        .with("x", &x.to_string())
        .with("y", &y.to_string())
        .with("width", &width.to_string())
        .with("height", &BOX.to_string())
        .with("rx", "4")
}

/// Each message of the channel in three columns: what became of it, and of the same in a stream and in a list.
pub fn beside(carried: &[Carried]) -> Option<Markup> {
    if carried.is_empty() {
        return None;
    }
    let rows = carried.iter().map(|one| {
        let mut got = list(&one.got, "nobody");
        if !one.missed.is_empty() {
            got.push_str(&format!(" · ✕ lost: {}", list(&one.missed, "")));
        }
        let read: Vec<String> = one
            .read
            .iter()
            .map(|(name, later)| match later {
                true => format!("{name} (later)"),
                false => name.clone(),
            })
            .collect();
        let taken = match &one.taken {
            Some(name) => format!("{name} alone"),
            None => "lies there".to_owned(),
        };
        let kept = match read.is_empty() {
            true => "lies there".to_owned(),
            false => list(&read, ""),
        };
        vec![cut(&text_of(&one.message), 24), got, kept, taken]
    });
    let table = parts::table(&["Message", "Pub/sub", "In a stream", "In a list"], rows);
    let note = "The same messages and the same comings and goings, on an engine of its own: each reader of the stream goes on where it stopped; of those who wait for the list, one gets each element.";
    Some(several([
        el("div", "table-scroll beside")
            .with("tabindex", "0")
            .with("role", "group")
            .with("aria-label", "The same messages three ways")
            .append(table),
        parts::note(note),
    ]))
}

fn list(names: &[String], none: &str) -> String {
    match names.is_empty() {
        true => none.to_owned(),
        false => names.join(", "),
    }
}

/// Deliveries of this message, and every subscription.
pub fn table(listeners: &[Listener], message: Option<&Message>) -> Markup {
    let rows = listeners.iter().flat_map(|listener| {
        listener.names.iter().map(|(kind, name)| {
            let copy = message.and_then(|message| {
                let mut own = message.delivered.iter();
                own.find(|(client, pattern, _)| {
                    let by = pattern.map_or(own_name(message), |one| (Kind::Pattern, one));
                    client.id == listener.client.id && by == (*kind, name.as_slice())
                })
            });
            vec![
                who(&listener.client),
                super::kind(*kind).to_owned(),
                text_of(name),
                copy.map_or_else(String::new, |(_, _, bytes)| counted(*bytes, "byte")),
            ]
        })
    });
    parts::table(
        &["Client", "Listens to", "Name", "Copy of the message"],
        rows,
    )
}
