//! Commands from top to bottom as the server took them: a lane for each client, the server's single lane, and a wire for
//! each watched key, from WATCH to where it is touched or no longer needed.

use std::rc::Rc;

use messages::format::{cut, text_of};
use messages::markup::{Markup, el};
use trace::{Client, Event, Transaction as Told};

use super::state;
use crate::parts::{self, lane, line_of, who};
use crate::snapshot::Pending;
use crate::{Frame, Scene};

/// Commands drawn; earlier ones are left to the bar.
const ROWS_MAX: usize = 12;
const LANES_MAX: usize = 4;
const WIRES_MAX: usize = 4;

/// A command's box is wider than its lane: no other stands beside it.
const BOX: u32 = 124;
const SERVER: u32 = 140;
const WIRE: u32 = 58;
const TOP: u32 = 34;
const ROW: u32 = 30;
/// A command of a queue, inside of its EXEC.
const INNER: u32 = 18;

/// Of a line in the server's lane.
const INNER_CHARS: usize = 18;

/// What is drawn: commands with those of their events that have happened.
pub struct Rows<'a> {
    rows: Vec<Row<'a>>,
    before: &'a [Pending],
}

struct Row<'a> {
    frame: &'a Frame,
    events: &'a [Event],
    over: bool,
}

impl<'a> Rows<'a> {
    /// Up to the scene's moment.
    pub fn live(scene: &'a Scene) -> Rows<'a> {
        let past = &scene.past[scene.past.len().saturating_sub(ROWS_MAX - 1)..];
        let mut rows: Vec<Row> = past.iter().map(|frame| Row::whole(frame)).collect();
        if !scene.frame.line.is_empty() {
            rows.push(Row {
                frame: scene.frame,
                events: scene.events(),
                over: scene.is_over(),
            });
        }
        Rows::new(rows)
    }

    pub fn of(frames: &'a [Rc<Frame>]) -> Rows<'a> {
        Rows::new(frames.iter().map(|frame| Row::whole(frame)).collect())
    }

    fn new(rows: Vec<Row<'a>>) -> Rows<'a> {
        let before = rows
            .first()
            .map_or(&[][..], |row| state::held(&row.frame.before));
        Rows { rows, before }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Names of clients in the order in which they come.
    fn lanes(&self) -> Vec<&'a str> {
        let mut lanes: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !lanes.contains(&row.frame.client.as_str()) {
                lanes.push(&row.frame.client);
            }
        }
        lanes.truncate(LANES_MAX);
        lanes
    }
}

impl<'a> Row<'a> {
    fn whole(frame: &'a Frame) -> Row<'a> {
        Row {
            frame,
            events: &frame.events,
            over: true,
        }
    }

    fn told(&self) -> impl Iterator<Item = &'a Told> {
        self.events.iter().filter_map(|event| match event {
            Event::Transaction(told) => Some(told),
            _ => None,
        })
    }

    /// What ran inside of EXEC, with the replies once it is over.
    fn inner(&self) -> Vec<String> {
        let runs = self.told().filter_map(|told| match told {
            Told::Runs { words, .. } => Some(line_of(words)),
            _ => None,
        });
        let runs: Vec<String> = runs.collect();
        let replies: Vec<&str> = self.frame.output.lines().collect();
        if !self.over || replies.len() != runs.len() {
            return runs;
        }
        let reply = |line: &str| {
            let reply = line.split_once(") ").map_or(line, |(_, reply)| reply);
            cut(&reply.replace("(integer) ", ""), 6)
        };
        let both = runs.iter().zip(replies).map(|(run, line)| {
            let reply = reply(line);
            let room = INNER_CHARS.saturating_sub(reply.chars().count() + 3);
            format!("{} → {reply}", cut(run, room))
        });
        both.collect()
    }

    fn height(&self) -> u32 {
        ROW + self.inner().len() as u32 * INNER
    }

    /// What the server says, and the class of it.
    fn answer(&self) -> (&'static str, String) {
        if !self.over {
            return ("server now", String::new());
        }
        let output = &self.frame.output;
        let first = output.lines().next().unwrap_or("done");
        let lost = self.told().any(|told| matches!(told, Told::Nothing { .. }));
        let runs = self.inner().len();
        match first {
            _ if runs > 0 => ("server", counted_replies(runs)),
            _ if lost || self.frame.error => ("server bad", format!("✕ {first}")),
            "QUEUED" => ("server queued", first.to_owned()),
            _ => ("server", first.to_owned()),
        }
    }
}

fn counted_replies(count: usize) -> String {
    match count {
        1 => "1 reply".to_owned(),
        _ => format!("{count} replies"),
    }
}

/// Where the lanes are.
struct Lanes<'a> {
    names: Vec<&'a str>,
    pitch: u32,
}

impl<'a> Lanes<'a> {
    fn of(rows: &Rows<'a>) -> Lanes<'a> {
        const CHAR: u32 = 7;
        let names = rows.lanes();
        let longest = names.iter().map(|name| lane(name).chars().count()).max();
        Lanes {
            pitch: (longest.unwrap_or(0) as u32 * CHAR + 12).clamp(44, BOX),
            names,
        }
    }

    fn left(&self, at: u32) -> u32 {
        at * self.pitch + 4
    }

    /// Where the server's lane begins.
    fn server(&self) -> u32 {
        (self.names.len() as u32).saturating_sub(1) * self.pitch + BOX + 20
    }

    fn of_row(&self, row: &Row) -> Option<u32> {
        let found = self.names.iter().position(|name| *name == row.frame.client);
        found.map(|at| at as u32)
    }
}

/// A watched key, from where to where.
struct Wire {
    client: Client,
    key: Vec<u8>,
    from: u32,
    to: Option<u32>,
    touched: bool,
}

fn wires(rows: &Rows, tops: &[u32]) -> Vec<Wire> {
    let mut wires: Vec<Wire> = Vec::new();
    let begin = |wires: &mut Vec<Wire>, client: &Client, key: &[u8], from| {
        wires.push(Wire {
            client: client.clone(),
            key: key.to_vec(),
            from,
            to: None,
            touched: false,
        });
    };
    for one in rows.before {
        for (_, key) in &one.watching {
            begin(&mut wires, &one.client, key, TOP - 6);
        }
    }
    for (row, top) in rows.rows.iter().zip(tops) {
        let y = top + 11;
        for told in row.told() {
            let end = |wires: &mut Vec<Wire>, client: &Client, touched: Option<&[u8]>| {
                let own = wires
                    .iter_mut()
                    .filter(|wire| wire.to.is_none() && wire.client.id == client.id);
                for wire in own {
                    wire.to = Some(y);
                    wire.touched = touched == Some(&wire.key);
                }
            };
            match told {
                Told::Watched { client, key, .. } => begin(&mut wires, client, key, y),
                Told::Touched { client, key, .. } | Told::Expired { client, key, .. } => {
                    end(&mut wires, client, Some(key));
                }
                Told::Unwatched { client }
                | Told::Executes { client, .. }
                | Told::Nothing { client, .. }
                | Told::Dropped { client } => end(&mut wires, client, None),
                _ => {}
            }
        }
    }
    wires
}

pub fn svg(rows: &Rows, label: &str) -> Markup {
    let lanes = Lanes::of(rows);
    let mut tops = Vec::new();
    let mut bottom = TOP;
    for row in &rows.rows {
        tops.push(bottom);
        bottom += row.height();
    }
    let wires = wires(rows, &tops);
    let shown = wires.len().min(WIRES_MAX);
    let server = lanes.server();
    let width = server + SERVER + shown as u32 * WIRE + 8;
    let height = bottom + 4;
    let heads = lanes.names.iter().zip(0..);
    let heads = heads
        .map(|(name, at)| parts::label("client-name", lanes.left(at), 16, &cut(lane(name), 16)));
    let commands = rows.rows.iter().zip(&tops);
    let wires = wires.iter().take(WIRES_MAX).zip(0..);
    let svg = el("svg", "timeline")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .with(
            "aria-label",
            &format!("{label}. The text view says the same."),
        )
        .append(el("path", "lane").with("d", &lane_lines(&lanes, bottom)))
        .add_all(heads)
        .append(parts::label("lane-name", server + SERVER / 2, 16, "server"))
        .append(el("path", "sent").with("d", &arrows(rows, &lanes, &tops)))
        .add_all(commands.map(|(row, top)| command(row, *top, &lanes)))
        .add_all(wires.map(|(wire, at)| drawn(wire, server + SERVER, at, bottom)));
    el("div", "svg-scroll")
        .with("tabindex", "0")
        .with("role", "group")
        .with("aria-label", label)
        .append(svg)
}

fn lane_lines(lanes: &Lanes, bottom: u32) -> String {
    let all = 0..lanes.names.len() as u32;
    all.map(|at| format!("M{} {}V{bottom}", lanes.left(at) + 6, TOP - 10))
        .collect()
}

/// From a client's command to the server, behind the other lanes.
fn arrows(rows: &Rows, lanes: &Lanes, tops: &[u32]) -> String {
    let server = lanes.server();
    let arrows = rows.rows.iter().zip(tops).filter_map(|(row, top)| {
        let (x, y) = (lanes.left(lanes.of_row(row)?) + BOX, top + 11);
        Some(format!("M{x} {y}H{}m-4-3l4 3l-4 3", server + 4))
    });
    arrows.collect()
}

/// The command in its client's lane, and what the server made of it in its own.
fn command(row: &Row, top: u32, lanes: &Lanes) -> Markup {
    const CHARS: usize = 17;
    let server = lanes.server();
    let (class, answer) = row.answer();
    let inner = row.inner();
    let sent = lanes.of_row(row).map(|at| {
        let x = lanes.left(at);
        el("g", "")
            .append(cell("sent-cell", x, top, BOX, 22))
            .append(parts::label(
                "command",
                x + 6,
                top + 15,
                &cut(&row.frame.line, CHARS),
            ))
    });
    let runs = inner.iter().zip(0..).map(|(line, at)| {
        parts::label(
            "command",
            server + 12,
            top + 15 + at * INNER,
            &cut(line, INNER_CHARS),
        )
    });
    let below = inner.len() as u32 * INNER;
    let says = parts::label(
        "answer",
        server + 12,
        top + below + 15,
        &cut(&answer, INNER_CHARS),
    );
    el("g", "")
        .add_if(sent)
        .append(cell(class, server + 6, top, SERVER - 12, 22 + below))
        .add_all(runs)
        .append(says)
}

/// A cross where the key is touched, a bar where nobody needs the wire any more.
fn drawn(wire: &Wire, left: u32, at: u32, bottom: u32) -> Markup {
    let x = left + at * WIRE + WIRE / 2;
    let end = wire.to.unwrap_or(bottom);
    let (class, mark) = match (wire.to, wire.touched) {
        (None, _) => ("wire", String::new()),
        (Some(_), true) => (
            "wire burnt",
            format!("M{left} {end}H{x}M{} {}l10 10m0 -10l-10 10", x - 5, end - 5),
        ),
        (Some(_), false) => ("wire", format!("M{} {end}h10", x - 5)),
    };
    el("g", "")
        .append(el("path", class).with("d", &format!("M{x} {}V{end}", wire.from)))
        .append(
            el("circle", "wire-begin")
                .with("cx", &x.to_string())
                .with("cy", &wire.from.to_string())
                .with("r", "3"),
        )
        .append(el("path", if wire.touched { "touch" } else { "wire-end" }).with("d", &mark))
        .append(parts::label(
            "lane-name",
            x,
            12,
            &cut(&text_of(&wire.key), 8),
        ))
        .append(parts::label(
            "lane-name",
            x,
            25,
            &cut(&who(&wire.client), 8),
        ))
}

fn cell(class: &str, x: u32, y: u32, width: u32, height: u32) -> Markup {
    el("rect", class)
        .with("x", &x.to_string())
        .with("y", &y.to_string())
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("rx", "3")
}

/// The numbered transcript.
pub fn table(rows: &Rows) -> Markup {
    let rows = rows.rows.iter().enumerate().map(|(at, row)| {
        let happened: Vec<String> = row.events.iter().map(super::say).collect();
        vec![
            (at + 1).to_string(),
            lane(&row.frame.client).to_owned(),
            row.frame.line.clone(),
            match row.over {
                true => row.frame.output.clone(),
                false => String::new(),
            },
            happened.join(" "),
        ]
    });
    parts::table(&["", "Client", "Command", "Reply", "What happened"], rows)
}
