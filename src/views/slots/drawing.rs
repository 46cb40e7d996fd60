//! The key's bytes and their CRC, the board of owners, the client's map, and what is said between them.

use messages::drawing::{Board, Ink};
use messages::format::{counted, cut, text_of};
use messages::markup::{Markup, el, several};
use structures::slot::{self, SLOTS};

use super::cluster::{Model, Move, NODES, Node};
use crate::parts;
use crate::snapshot::Slot;

const SIDE: u16 = 128;

/// Which bytes count, the register after each of them, and the 14 bits that are left.
pub fn hashing(key: &[u8]) -> Markup {
    const BYTES_MAX: usize = 16;
    let part = slot::hashed_part(key);
    let start = match part.len() == key.len() {
        true => 0,
        false => key
            .iter()
            .position(|byte| *byte == b'{')
            .map_or(0, |open| open + 1),
    };
    let (before, rest) = key.split_at(start);
    let (counts, after) = rest.split_at(part.len());
    let piece = |class: &str, bytes: &[u8]| {
        (!bytes.is_empty()).then(|| el("span", class).say(&cut(&text_of(bytes), 40)))
    };
    let registers = (1..=part.len().min(BYTES_MAX)).map(|length| {
        el("li", "cell")
            .append(el("span", "cell-value").say(&text_of(&part[length - 1..length])))
            .append(el("span", "cell-raw").say(&format!("{:04x}", slot::crc16(&part[..length]))))
    });
    let crc = slot::crc16(part);
    let bits = format!("{crc:016b}");
    several([
        el("p", "slot-key")
            .add_if(piece("ignored", before))
            .add_if(piece("counts", counts))
            .add_if(piece("ignored", after)),
        el("ol", "cells")
            .with("aria-label", "The CRC register after each byte that counts")
            .add_all(registers)
            .add_if(parts::hidden_cell(part.len().saturating_sub(BYTES_MAX))),
        el("p", "hash")
            .append(
                el("span", "hash-bits")
                    .append(el("span", "quiet-bits").say(&bits[..2]))
                    .append(el("span", "index-bits").say(&bits[2..])),
            )
            .append(el("span", "hash-words").say(&format!("→ slot {}", slot::key_slot(key)))),
    ])
}

/// Colors 0 to 2: a node's empty slots; 3 to 5: with keys; 6: on its way.
pub fn board(model: &Model, slots: &[Slot], cursor: u16) -> Board {
    let color = |node: Node| format!("--data-{}", node as usize + 1);
    let faint = NODES.map(|node| Ink {
        color: color(node),
        strength: 80,
    });
    let full = NODES.map(|node| Ink {
        color: color(node),
        strength: 255,
    });
    let moving = Ink {
        color: "--ink".to_owned(),
        strength: 255,
    };
    let mut cells: Vec<u8> = (0..SLOTS as u16)
        .map(|slot| model.owner(slot) as u8)
        .collect();
    for slot in slots {
        cells[slot.slot as usize % SLOTS] = 3 + model.owner(slot.slot) as u8;
    }
    if model.state == Move::Moving {
        cells[model.slot as usize % SLOTS] = 6;
    }
    let held = slots.iter().map(|slot| ring(slot.slot, "held"));
    Board {
        label: format!(
            "Slots 0 to 16,383 in rows of 128, {} of them with keys. Arrow keys move from one to the next.",
            slots.len()
        ),
        columns: SIDE.into(),
        cells,
        palette: faint.into_iter().chain(full).chain([moving]).collect(),
        cursor: Some(cursor.into()),
        over: several([hatches(), names()])
            .add_all(held)
            .append(ring(model.slot, "about")),
    }
}

fn ring(slot: u16, class: &str) -> Markup {
    el("circle", class)
        .with("cx", &format!("{}.5", slot % SIDE))
        .with("cy", &format!("{}.5", slot / SIDE))
        .with("r", "2")
}

/// The cells of a node's range, in units of one cell.
fn outline(node: Node) -> String {
    let range = node.range();
    let (first, last) = (*range.start(), *range.end());
    let (top, left) = (first / SIDE, first % SIDE);
    let (bottom, right) = (last / SIDE, last % SIDE + 1);
    format!(
        "M{left} {top}H{SIDE}V{bottom}H{right}V{}H0V{}H{left}Z",
        bottom + 1,
        top + 1
    )
}

/// A pattern for each node, so that no color stands alone.
fn hatches() -> Markup {
    let nodes = NODES.iter().map(|node| {
        el("path", ["range a", "range b", "range c"][*node as usize]).with("d", &outline(*node))
    });
    several([
        el("pattern", "")
            .with("id", "slots-lines")
            .with("width", "4")
            .with("height", "4")
            .with("patternUnits", "userSpaceOnUse")
            .append(el("path", "hatch").with("d", "M0 4L4 0")),
        el("pattern", "")
            .with("id", "slots-dots")
            .with("width", "5")
            .with("height", "5")
            .with("patternUnits", "userSpaceOnUse")
            .append(
                el("circle", "dot")
                    .with("cx", "2")
                    .with("cy", "2")
                    .with("r", "0.5"),
            ),
    ])
    .add_all(nodes)
}

fn names() -> Markup {
    several(NODES.iter().map(|node| {
        let middle = (node.range().start() / SIDE + node.range().end() / SIDE) / 2 + 3;
        el("text", "node-name")
            .with("x", "64")
            .with("y", &middle.to_string())
            .say(node.name())
    }))
}

/// The same board as the client has it, and where that differs.
pub fn client_map(model: &Model) -> Markup {
    let stale = model.client_believes(model.slot) != model.owner(model.slot);
    let mark = el("circle", if stale { "about stale" } else { "about" })
        .with("cx", &format!("{}.5", model.slot % SIDE))
        .with("cy", &format!("{}.5", model.slot / SIDE))
        .with("r", "3");
    let ranges = NODES.iter().map(|node| {
        el("path", ["client a", "client b", "client c"][*node as usize]).with("d", &outline(*node))
    });
    let words = match stale {
        true => format!(
            "The client believes slot {} to be at {}, and it is at {}: the next command will be redirected.",
            model.slot,
            model.client_believes(model.slot).name(),
            model.owner(model.slot).name()
        ),
        false => format!(
            "The client believes slot {} to be at {}.",
            model.slot,
            model.client_believes(model.slot).name()
        ),
    };
    el("div", "client-map")
        .append(
            el("svg", "client-board")
                .with("viewBox", &format!("0 0 {SIDE} {SIDE}"))
                .with("role", "img")
                .with("aria-label", "The client’s map")
                .add_all(ranges)
                .append(names())
                .append(mark),
        )
        .append(el("p", "").say(&words))
}

/// Each request and its answer, with the reason.
pub fn conversation(model: &Model) -> Markup {
    let turns = model.conversation();
    let trips = counted(turns.len() as u64, "round trip");
    let items = turns.iter().map(|turn| {
        el("li", "")
            .append(el("code", "").say(&turn.request))
            .say(&format!(" to {}: ", turn.to.name()))
            .append(el("b", "").say(&turn.answer))
            .say(&format!(". {}", turn.why))
    });
    several([
        el("p", "picture-note strong").say(&trips),
        el("ol", "conversation").add_all(items),
    ])
}

pub fn table(model: &Model, slots: &[Slot]) -> Markup {
    let ranges = NODES.iter().map(|node| {
        let range = node.range();
        let held: u32 = slots
            .iter()
            .filter(|slot| range.contains(&slot.slot))
            .map(|slot| slot.keys)
            .sum();
        vec![
            format!("{} to {}", range.start(), range.end()),
            node.name().to_owned(),
            counted(held.into(), "key"),
        ]
    });
    let own = slots.iter().take(100).map(|slot| {
        vec![
            slot.slot.to_string(),
            model.owner(slot.slot).name().to_owned(),
            format!(
                "{}: {}",
                counted(slot.keys.into(), "key"),
                text_of(&slot.first)
            ),
        ]
    });
    parts::table(&["Slots", "Node", "Keys"], ranges.chain(own))
}
