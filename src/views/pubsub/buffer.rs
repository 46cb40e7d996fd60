//! A subscriber that does not read: its output buffer fills until the server closes the connection. The limit is the
//! server's; how fast messages come, and that nobody reads them, is set by the reader.

use messages::drawing::{Control, ControlKind};
use messages::format::{bytes, counted, word};
use messages::markup::{Markup, el, several};

use super::control;
use super::state::{self, Message};
use crate::Scene;
use crate::parts::who;
use crate::snapshot::{Listener, WaitingMost};

/// When the server gives up on a subscriber, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Never,
    Hard { second: u64 },
    Soft { second: u64 },
}

/// After so many whole seconds without reading, at so many bytes a second. The soft limit may be exceeded for
/// `soft_seconds`; one second more is too long. Source: Redis 8.2, `checkClientOutputBufferLimits`.
pub fn end(limit: WaitingMost, bytes_per_second: u64) -> End {
    let reaches = |bytes: u64| match (bytes, bytes_per_second) {
        (0, _) | (_, 0) => None,
        _ => Some(bytes.div_ceil(bytes_per_second)),
    };
    let hard = reaches(limit.hard_bytes);
    let soft = reaches(limit.soft_bytes).map(|second| second + limit.soft_seconds + 1);
    match (hard, soft) {
        (Some(hard), Some(soft)) if soft < hard => End::Soft { second: soft },
        (Some(hard), _) => End::Hard { second: hard },
        (None, Some(soft)) => End::Soft { second: soft },
        (None, None) => End::Never,
    }
}

pub fn controls(scene: &Scene, listeners: &[Listener]) -> Vec<Control> {
    let names = listeners.iter().map(|listener| who(&listener.client));
    let nobody = [(String::new(), "everybody reads".to_owned())];
    let choices = nobody
        .into_iter()
        .chain(names.map(|name| (name.clone(), format!("{name} does not read"))));
    let mut controls = vec![control(
        scene,
        "slow",
        "Subscribers",
        ControlKind::Choice(choices.collect()),
        "",
    )];
    if scene.options.is_on("slow") {
        let range = |min, max, step| ControlKind::Number { min, max, step };
        controls.push(control(
            scene,
            "rate",
            "Messages a second",
            range(1_000, 100_000, 1_000),
            "10000",
        ));
        controls.push(control(
            scene,
            "seconds",
            "Seconds without reading",
            range(0, 120, 1),
            "10",
        ));
    }
    controls
}

pub fn picture(scene: &Scene, listeners: &[Listener]) -> Option<Markup> {
    let slow = scene.options.get("slow").filter(|name| !name.is_empty())?;
    let listener = listeners
        .iter()
        .find(|listener| who(&listener.client) == slow)?;
    let size = size_of_last(scene, listener);
    let rate = scene.options.number("rate", 10_000, 1_000, 100_000) as u64;
    let seconds = scene.options.number("seconds", 10, 0, 120) as u64;
    let limit = state::waiting_most(scene);
    let end = end(limit, rate * size);
    let closed = match end {
        End::Never => None,
        End::Hard { second } | End::Soft { second } => Some(second),
    };
    let waits = rate * size * seconds.min(closed.unwrap_or(u64::MAX));
    let gone = closed.is_some_and(|second| seconds >= second);
    let most = limit.hard_bytes.max(limit.soft_bytes).max(waits).max(1);
    let why = match end {
        End::Never => {
            "No limit is set: the buffer grows until the server has no memory.".to_owned()
        }
        End::Hard { second } => format!(
            "After {} it reaches the hard limit of {}.",
            counted(second, "second"),
            bytes(limit.hard_bytes)
        ),
        End::Soft { second } => format!(
            "After {} it has been above the soft limit of {} for longer than {}.",
            counted(second, "second"),
            bytes(limit.soft_bytes),
            counted(limit.soft_seconds, "second")
        ),
    };
    let now = match gone {
        true => format!(
            "✕ The server has closed the connection of {slow}; {} that it had not read are gone.",
            messages_of(waits / size.max(1))
        ),
        false => format!("{} wait for {slow} in the server’s memory.", bytes(waits)),
    };
    Some(several([
        el("p", "picture-note strong").say(&format!(
            "MODEL: {slow} reads nothing, messages of {} come {} times a second. {now} {why}",
            counted(size, "byte"),
            grouped(rate)
        )),
        bar(limit, waits, most, gone),
        el("p", "picture-note")
            .say("The limit is ")
            .append(el("code", "").say(&format!(
                "CONFIG GET {}",
                word(b"client-output-buffer-limit")
            )))
            .say("; messages that do not fit are not kept anywhere else."),
    ]))
}

/// `840,000`.
fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

fn messages_of(count: u64) -> String {
    match count {
        1 => "1 message".to_owned(),
        _ => format!("{} messages", grouped(count)),
    }
}

/// What its copies of the last message took on the wire, or what a usual one takes.
fn size_of_last(scene: &Scene, listener: &Listener) -> u64 {
    const USUAL: u64 = 60;
    let frames = scene.past.iter().map(|frame| frame.events.as_slice());
    let all = frames.chain([scene.events()]).rev();
    let mut sizes = all.filter_map(|events| {
        let message = Message::of(events)?;
        let own = message
            .delivered
            .iter()
            .filter(|(client, ..)| client.id == listener.client.id);
        Some(own.map(|(_, _, bytes)| bytes).sum()).filter(|size| *size > 0)
    });
    sizes.next().unwrap_or(USUAL)
}

fn bar(limit: WaitingMost, waits: u64, most: u64, gone: bool) -> Markup {
    const WIDTH: u64 = 280;
    let x = |bytes: u64| (bytes * WIDTH / most).to_string();
    let mark = |bytes: u64, name: &str| {
        (bytes > 0).then(|| {
            el("g", "")
                .append(el("path", "limit").with("d", &format!("M{} 0V26", x(bytes))))
                .append(
                    el("text", "")
                        .with("x", &(bytes * WIDTH / most).min(WIDTH - 10).to_string())
                        .with("y", "40")
                        .say(name),
                )
        })
    };
    let class = if gone { "waits closed" } else { "waits" };
    el("svg", "buffer")
        .with("width", &(WIDTH + 30).to_string())
        .with("height", "46")
        .with("viewBox", &format!("-10 -2 {} 46", WIDTH + 30))
        .with("role", "img")
        .with(
            "aria-label",
            &format!("{} of {} wait", bytes(waits), bytes(most)),
        )
        .append(
            el("rect", "room")
                .with("width", &WIDTH.to_string())
                .with("height", "22"),
        )
        .append(
            el("rect", class)
                .with("width", &x(waits))
                .with("height", "22"),
        )
        .add_if(mark(limit.soft_bytes, "soft"))
        .add_if(mark(limit.hard_bytes, "hard"))
}
