//! Bytes as they are, space and time, and the order in which the server serves.

use messages::format::{bytes as amount, counted};
use messages::markup::{Markup, el, several};
use trace::Exchange;

use super::model::{How, Plan, Served};
use crate::parts::{self, note};

/// Commands whose bytes are written out.
const WRITTEN_MAX: usize = 5;

/// `*1\r\n$4\r\nPING\r\n`, cut to a readable length.
pub fn escaped(bytes: &[u8], most: usize) -> String {
    let shown = &bytes[..bytes.len().min(most)];
    let text = shown
        .escape_ascii()
        .to_string()
        .replace("\\\"", "\"")
        .replace("\\'", "'");
    match bytes.len() > most {
        true => format!("{text}…"),
        false => text,
    }
}

/// `1.05 s`, `11.2 ms`, `340 µs`.
pub fn time(nanos: u64) -> String {
    let with = |unit: u64, name: &str| {
        let hundredths = nanos * 100 / unit;
        match hundredths {
            0..=999 => format!("{}.{:02} {name}", hundredths / 100, hundredths % 100),
            1_000..=9_999 => format!("{}.{} {name}", hundredths / 100, hundredths / 10 % 10),
            _ => format!("{} {name}", hundredths / 100),
        }
    };
    match nanos {
        0..=999_999 => with(1_000, "µs"),
        1_000_000..=9_999_999_999 => with(1_000_000, "ms"),
        _ => with(1_000_000_000, "s"),
    }
}

/// The last commands and their replies, byte for byte.
pub fn bytes(plan: &Plan) -> Markup {
    let hidden = plan.commands.len().saturating_sub(WRITTEN_MAX);
    let items = plan.commands[hidden..]
        .iter()
        .map(|exchange| written(exchange));
    let first = (hidden > 0).then(|| {
        el("li", "quiet-line").say(&format!(
            "{} before these",
            counted(hidden as u64, "command")
        ))
    });
    several([
        el("p", "picture-note strong").say("On the wire, byte for byte"),
        el("ul", "wire-bytes").add_if(first).add_all(items),
    ])
}

fn written(exchange: &Exchange) -> Markup {
    const SHOWN: usize = 90;
    let part = |class: &str, sign: &str, bytes: &[u8], total: u64| {
        el("span", class)
            .append(el("span", "wire-sign").say(sign))
            .append(el("code", "").say(&escaped(bytes, SHOWN)))
            .append(bar(total))
            .append(el("span", "wire-size").say(&amount(total)))
    };
    let reply = match exchange.received_bytes {
        0 => el("span", "wire-received").say("no reply yet"),
        total => part("wire-received", "←", &exchange.received, total),
    };
    el("li", "")
        .append(part("wire-sent", "→", &exchange.sent, exchange.sent_bytes))
        .append(reply)
}

/// Two pixels a byte, so that lengths can be compared.
fn bar(bytes: u64) -> Markup {
    const MOST: u64 = 120;
    let width = (bytes * 2).clamp(2, MOST).to_string();
    el("svg", "wire-bar")
        .with("width", &width)
        .with("height", "6")
        .with("aria-hidden", "true")
        .append(el("rect", "").with("width", &width).with("height", "6"))
}

/// Units of the drawing, which is stretched to the room that there is.
const WIDTH: u64 = 600;
const CLIENT_Y: u64 = 10;
const SERVER_Y: u64 = 60;

/// One by one and together, in the same measure of time; until the answer is given, the first command alone.
pub fn diagrams(plan: &Plan, told: bool) -> Markup {
    let whole = plan.one_by_one_nanos().max(1);
    if !told {
        let first = plan.rtt_nanos() + plan.commands[0].took_nanos;
        return several([
            heading(&format!("One command and its reply: {}", time(first))),
            diagram(
                &[(0, plan.rtt_nanos(), plan.commands[0].took_nanos)],
                first.max(1),
                "One command: down to the server, and back",
            ),
        ]);
    }
    let mut one_by_one = Vec::new();
    let mut now = 0;
    for command in &plan.commands {
        one_by_one.push((now, plan.rtt_nanos(), command.took_nanos));
        now += plan.rtt_nanos() + command.took_nanos;
    }
    let mut together = Vec::new();
    let mut now = 0;
    let batch = match plan.how {
        How::Pipeline => plan.batch,
        How::Multi | How::Script => plan.commands.len(),
    };
    for write in plan.commands.chunks(batch) {
        let work = write.iter().map(|command| command.took_nanos).sum();
        together.push((now, plan.rtt_nanos(), work));
        now += plan.rtt_nanos() + work;
    }
    several([
        heading(&format!(
            "One by one: {}, {}",
            counted(plan.commands.len() as u64, "round trip"),
            time(plan.one_by_one_nanos())
        )),
        diagram(
            &one_by_one,
            whole,
            "One by one: each command waits for the reply before it",
        ),
        heading(&format!(
            "{}: {}, {}",
            way(plan.how),
            counted(plan.trips(plan.how), "round trip"),
            time(plan.together_nanos(plan.how))
        )),
        diagram(&together, whole, "Together, in the same measure of time"),
    ])
}

fn heading(words: &str) -> Markup {
    el("p", "picture-note strong").say(words)
}

fn way(how: How) -> &'static str {
    match how {
        How::Pipeline => "In a pipeline",
        How::Multi => "In MULTI and EXEC, written at once",
        How::Script => "In one script",
    }
}

/// Trips as begin, way and work in nanoseconds: down to the server, along it while it works, and up again.
fn diagram(trips: &[(u64, u64, u64)], whole: u64, label: &str) -> Markup {
    let x = |nanos: u64| (u128::from(nanos) * u128::from(WIDTH) / u128::from(whole)) as u64;
    let (mut down, mut up, mut work) = (String::new(), String::new(), String::new());
    for (begin, way, took) in trips {
        let (arrives, done) = (begin + way / 2, begin + way / 2 + took);
        let (left, right) = (x(arrives), x(done));
        down.push_str(&format!("M{} {CLIENT_Y}L{left} {SERVER_Y}", x(*begin)));
        up.push_str(&format!(
            "M{right} {SERVER_Y}L{} {CLIENT_Y}",
            x(done + way / 2)
        ));
        // However short, it is there.
        work.push_str(&format!("M{left} {SERVER_Y}H{}", right.max(left + 1)));
    }
    let end = trips
        .last()
        .map_or(0, |(begin, way, took)| x(begin + way + took));
    let lines = format!("M0 {CLIENT_Y}H{WIDTH}M0 {SERVER_Y}H{WIDTH}");
    let svg = el("svg", "")
        .with("viewBox", &format!("0 0 {WIDTH} 70"))
        .with("preserveAspectRatio", "none")
        .with("role", "img")
        .with("aria-label", label)
        .append(el("path", "world-line").with("d", &lines))
        .append(el("path", "down").with("d", &down))
        .append(el("path", "up").with("d", &up))
        .append(el("path", "work").with("d", &work))
        .append(el("path", "end").with("d", &format!("M{end} 0V{}", 2 * CLIENT_Y)));
    let names = el("span", "space-names")
        .with("aria-hidden", "true")
        .append(el("span", "").say("client"))
        .append(el("span", "").say("server"));
    el("div", "space-time").append(names).append(svg)
}

/// The server's order, read by read.
pub fn served(plan: &Plan) -> Markup {
    const SHOWN: usize = 10;
    let served = plan.served();
    let mut read = 0;
    let cells: Vec<Markup> = served
        .iter()
        .take(SHOWN)
        .map(|one| match one {
            Served::Read { first, last } => {
                read += 1;
                let which = match first == last {
                    true => format!("command {first}"),
                    false => format!("{first} to {last}"),
                };
                el("li", "cell")
                    .append(el("span", "cell-offset").say(&format!("read {read}")))
                    .append(el("span", "cell-value").say(&which))
            }
            Served::Other => el("li", "cell other")
                .append(el("span", "cell-offset").say("another client"))
                .append(el("span", "cell-value").say("its command")),
        })
        .collect();
    let why = match (plan.other, plan.how, plan.comes_between()) {
        (false, ..) => {
            "One read takes up to 16 KB, and all whole commands in it run before others are served."
        }
        (_, How::Pipeline, true) => {
            "✕ The other client’s command ran between two of yours: a pipeline is no transaction."
        }
        (_, How::Pipeline, false) => {
            "The other client had to wait, since one read took everything. Nothing promises that: the bytes may come in several packets."
        }
        (_, How::Multi, _) => {
            "MULTI and EXEC count as commands here. What is queued has not run: whatever comes in between, EXEC runs it all in one piece."
        }
        (_, How::Script, _) => {
            "A script is one command: nobody comes in between, and nobody else is served meanwhile."
        }
    };
    several([
        heading("In the order of the server’s single lane"),
        el("ol", "cells")
            .with("aria-label", "Reads of the server")
            .add_all(cells)
            .add_if(parts::hidden_cell(served.len().saturating_sub(SHOWN))),
        note(why),
    ])
}

/// What each way costs.
pub fn table(plan: &Plan, told: bool) -> Markup {
    let sent = |how| plan.sent(how).iter().sum::<u64>();
    let own = |how| [amount(sent(how)), amount(plan.received_bytes(how))];
    let count = plan.commands.len() as u64;
    let mut rows = vec![{
        let [out, back] = own(How::Pipeline);
        vec![
            "One by one".to_owned(),
            count.to_string(),
            out,
            back,
            time(plan.one_by_one_nanos()),
        ]
    }];
    for how in [How::Pipeline, How::Multi, How::Script] {
        let [out, back] = match how {
            How::Script => ["its text".to_owned(), "its reply".to_owned()],
            how => own(how),
        };
        let (trips, nanos) = match told {
            true => (plan.trips(how).to_string(), time(plan.together_nanos(how))),
            false => ("?".to_owned(), "?".to_owned()),
        };
        rows.push(vec![way(how).to_owned(), trips, out, back, nanos]);
    }
    several([
        parts::table(&["Way", "Round trips", "Sent", "Received", "Time"], rows),
        parts::table(
            &["Sent", "Received"],
            plan.commands
                .iter()
                .rev()
                .take(20)
                .map(|exchange| vec![escaped(&exchange.sent, 90), escaped(&exchange.received, 90)]),
        ),
    ])
}

pub fn no_table() -> Markup {
    parts::table(&["Sent", "Received"], [])
}
