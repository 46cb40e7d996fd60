//! Every order as a strip of turns, marked by what became of it, and one of them in full.

use messages::format::counted;
use messages::markup::{Markup, el, several};

use super::CLIENTS;
use super::timeline::{self, Rows};
use crate::parts::{self, note};
use crate::snapshot::{Fate, Order, Orders};

/// How many orders came to what.
pub struct Counts {
    pub kept: usize,
    pub told: usize,
    pub lost: usize,
}

impl Counts {
    pub fn of(orders: &Orders) -> Counts {
        let count = |fate| orders.all.iter().filter(|order| order.fate == fate).count();
        Counts {
            kept: count(Fate::Kept),
            told: count(Fate::Told),
            lost: count(Fate::Lost),
        }
    }
}

/// Without the answer there are no marks, and no order in full.
pub fn picture(orders: &Orders, told: bool) -> Markup {
    if !orders.refused.is_empty() {
        return note(&orders.refused);
    }
    let script = |at: usize| {
        el("li", "")
            .append(el("b", "").say(CLIENTS[at]))
            .say(": ")
            .append(el("code", "").say(&orders.scripts[at].join(" · ")))
    };
    let heading = el("p", "picture-note strong").say(&format!(
        "{} in which these two can reach a server that begins with {}:",
        counted(orders.all.len() as u64, "order"),
        orders.given.join(", ")
    ));
    let scripts = el("ul", "standing").append(script(0)).append(script(1));
    let rest = match told {
        true => several([summary(orders)]).add_if(chosen(orders)),
        false => several([]),
    };
    several([heading, scripts, strips(orders, told), rest])
}

fn summary(orders: &Orders) -> Markup {
    let Counts { kept, told, lost } = Counts::of(orders);
    el("p", "picture-note strong").say(&format!(
        "✕ {lost} of {} lose an update and tell nobody · ↻ {told} tell a client to try again · {kept} are as good as one after the other. Each was run on a server of its own; your keys are as they were.",
        orders.all.len()
    ))
}

/// The sizes of the strips: large ones where there are few.
struct Sizes {
    cell: u32,
    half: u32,
    width: u32,
    height: u32,
    columns: u32,
}

impl Sizes {
    fn of(orders: &Orders) -> Sizes {
        let turns = orders.all[0].turns.len() as u32;
        let (cell, half, most) = match orders.all.len() {
            0..=8 => (15, 11, 280),
            9..=80 => (8, 8, 620),
            _ => (5, 6, 620),
        };
        let width = turns * cell + 26;
        Sizes {
            cell,
            half,
            width,
            height: 2 * half + 10,
            columns: (most / width).clamp(1, orders.all.len() as u32),
        }
    }

    fn corner(&self, order: usize) -> (u32, u32) {
        let order = order as u32;
        (
            order % self.columns * self.width + 4,
            order / self.columns * self.height + 4,
        )
    }
}

/// A strip has its first client's turns above and the second's below, so that no color stands alone. All cells of a
/// client are one path, and so are all marks of a kind.
fn strips(orders: &Orders, told: bool) -> Markup {
    let sizes = Sizes::of(orders);
    let rows = (orders.all.len() as u32).div_ceil(sizes.columns);
    let (width, height) = (sizes.columns * sizes.width + 4, rows * sizes.height + 4);
    let mut turns = [String::new(), String::new()];
    let (mut lost, mut again) = (String::new(), String::new());
    for (at, order) in orders.all.iter().enumerate() {
        let (x, y) = sizes.corner(at);
        for (turn, second) in order.turns.iter().enumerate() {
            let x = x + turn as u32 * sizes.cell;
            let y = y + u32::from(*second) * sizes.half;
            turns[usize::from(*second)].push_str(&format!(
                "M{x} {y}h{0}v{1}h-{0}z",
                sizes.cell - 1,
                sizes.half - 1
            ));
        }
        let x = x + order.turns.len() as u32 * sizes.cell + 4;
        let y = y + sizes.half - 5;
        match order.fate {
            Fate::Lost => lost.push_str(&format!("M{x} {y}l9 9m0 -9l-9 9")),
            Fate::Told => again.push_str(&format!(
                "M{} {}a4 4 0 1 1 -3 -2m-1 -3l2 3l-3 2",
                x + 8,
                y + 3
            )),
            Fate::Kept => {}
        }
    }
    let label = format!(
        "{} as strips: above the turns of {}, below those of {}. The slider below chooses one.",
        counted(orders.all.len() as u64, "order"),
        CLIENTS[0],
        CLIENTS[1]
    );
    let svg = el("svg", "orders")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .with("aria-label", &label)
        .append(el("path", "turn first").with("d", &turns[0]))
        .append(el("path", "turn second").with("d", &turns[1]))
        .add_if(told.then(|| el("path", "mark lost").with("d", &lost)))
        .add_if(told.then(|| el("path", "mark again").with("d", &again)))
        .add_all((0..orders.all.len()).map(|at| frame(orders, &sizes, at, told)));
    el("div", "svg-scroll")
        .with("tabindex", "0")
        .with("role", "group")
        .with("aria-label", "All orders")
        .append(svg)
}

/// What is pressed to choose an order.
fn frame(orders: &Orders, sizes: &Sizes, at: usize, told: bool) -> Markup {
    let (x, y) = sizes.corner(at);
    let class = match told && at == orders.chosen {
        true => "order chosen",
        false => "order",
    };
    el("rect", class)
        .with("x", &(x - 3).to_string())
        .with("y", &(y - 3).to_string())
        .with("width", &(sizes.width - 2).to_string())
        .with("height", &(sizes.height - 3).to_string())
        .with("data-set", &format!("order={}", at + 1))
}

fn chosen(orders: &Orders) -> Option<Markup> {
    let order = orders.all.get(orders.chosen)?;
    let rows = Rows::of(&orders.frames);
    let heading = el("p", "picture-note strong").say(&format!(
        "Order {}: {}. {}",
        orders.chosen + 1,
        order.left,
        verdict(order)
    ));
    Some(several([heading]).append(timeline::svg(&rows, "The chosen order")))
}

fn verdict(order: &Order) -> &'static str {
    match order.fate {
        Fate::Kept => "That is what one after the other would leave.",
        Fate::Told => "EXEC’s nil told a client that it has to begin again.",
        Fate::Lost => {
            "That is nothing that they could have made one after the other, and no reply says so."
        }
    }
}

/// The lines that do the same on the reader's server.
pub fn to_run(orders: &Orders) -> Vec<String> {
    let given = orders.given.iter().cloned();
    let turns = orders.frames.iter();
    let turns = turns.map(|frame| format!("{}> {}", frame.client, frame.line));
    given.chain(turns).collect()
}

pub fn table(orders: &Orders, told: bool) -> Markup {
    const ROWS_MAX: usize = 80;
    let rows = orders
        .all
        .iter()
        .enumerate()
        .take(ROWS_MAX)
        .map(|(at, order)| {
            let turns: Vec<&str> = order
                .turns
                .iter()
                .map(|second| CLIENTS[usize::from(*second)])
                .collect();
            let (left, fate) = match (told, order.fate) {
                (false, _) => ("?", "?"),
                (true, Fate::Kept) => (order.left.as_str(), "kept"),
                (true, Fate::Told) => (order.left.as_str(), "told to try again"),
                (true, Fate::Lost) => (order.left.as_str(), "lost"),
            };
            vec![
                (at + 1).to_string(),
                turns.join(" "),
                left.to_owned(),
                fate.to_owned(),
            ]
        });
    parts::table(&["Order", "Turns", "Left", "Updates"], rows)
}
