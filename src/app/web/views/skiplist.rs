//! A skip list: towers by level, each pointer with its span (how many ranks it jumps).

use messages::{SkiplistNode, SkiplistView};

use super::{as_table, note};
use crate::format::{counted, cut, text_of};
use crate::markup::{Markup, el, several};

const NODES_MAX: usize = 32;
const COLUMN: u32 = 84;
const ROW: u32 = 30;
const CELL_WIDTH: u32 = 46;
const CELL_HEIGHT: u32 = 22;

/// A pointer as it is drawn: from column to column (0 is the header), at a level from 0.
struct Pointer {
    from: u32,
    to: u32,
    level: u32,
    span: u32,
    /// It leads beyond what is drawn, or to the end.
    open: bool,
}

pub fn picture(list: &SkiplistView) -> Markup {
    let nodes = &list.nodes[..list.nodes.len().min(NODES_MAX)];
    let levels = list.level.max(1);
    let hidden = list.nodes.len().saturating_sub(NODES_MAX);
    let label = format!(
        "A skip list with {} and {}; the table below says the same.",
        counted(list.nodes.len() as u64, "element"),
        counted(levels.into(), "level")
    );
    let rows = list.nodes.iter().zip(1_u32..).map(|(node, rank)| {
        let spans = node
            .levels
            .iter()
            .map(|(_, span)| span.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        vec![
            rank.to_string(),
            node.score.clone(),
            text_of(&node.member),
            node.levels.len().to_string(),
            spans,
        ]
    });
    let rows = rows.collect();
    several([
        note(
            "Ordered by score, then by member. A search begins at the top left and goes down where the next tower is too far; the spans it passes add up to the rank.",
        ),
        el("div", "svg-scroll")
            .with("tabindex", "0")
            .with("role", "region")
            .with("aria-label", "Skip list")
            .append(drawing(list, nodes, levels, hidden).with("aria-label", &label)),
        as_table(
            &["Rank", "Score", "Member", "Levels", "Spans from level 1"],
            rows,
        ),
    ])
}

fn drawing(list: &SkiplistView, nodes: &[SkiplistNode], levels: u32, hidden: usize) -> Markup {
    let columns = nodes.len() as u32 + 2;
    let (width, height) = (columns * COLUMN, levels * ROW + 44);
    let below = levels * ROW + 20;
    let end = if hidden > 0 {
        format!("{hidden} more")
    } else {
        "end".to_owned()
    };
    el("svg", "skiplist")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .add_all(
            pointers(list, nodes, columns - 1)
                .iter()
                .map(|pointer| arrow(pointer, levels)),
        )
        .add_all((0..levels).map(|level| cell("tower header", 0, level, levels)))
        .append(label("caption", center(0), below, "head"))
        .add_all(
            nodes
                .iter()
                .zip(1..)
                .map(|(node, column)| tower(node, column, levels)),
        )
        .append(label("caption", center(columns - 1), below, &end))
}

fn pointers(list: &SkiplistView, nodes: &[SkiplistNode], end: u32) -> Vec<Pointer> {
    let towers = std::iter::once(&list.header).chain(nodes.iter().map(|node| &node.levels));
    let mut pointers = Vec::new();
    for (from, levels) in towers.enumerate() {
        for (level, (target, span)) in levels.iter().enumerate().take(list.level as usize) {
            // Ranks count from 0; column 0 is the header.
            let to = target.map(|rank| rank + 1).filter(|column| *column < end);
            let pointer = Pointer {
                from: from as u32,
                to: to.unwrap_or(end),
                level: level as u32,
                span: *span,
                open: to.is_none(),
            };
            pointers.push(pointer);
        }
    }
    pointers
}

fn center(column: u32) -> u32 {
    column * COLUMN + COLUMN / 2
}

fn top(level: u32, levels: u32) -> u32 {
    (levels - 1 - level) * ROW + 4
}

fn cell(class: &str, column: u32, level: u32, levels: u32) -> Markup {
    el("rect", class)
        .with("x", &(center(column) - CELL_WIDTH / 2).to_string())
        .with("y", &top(level, levels).to_string())
        .with("width", &CELL_WIDTH.to_string())
        .with("height", &CELL_HEIGHT.to_string())
        .with("rx", "3")
}

fn label(class: &str, x: u32, y: u32, words: &str) -> Markup {
    el("text", class)
        .with("x", &x.to_string())
        .with("y", &y.to_string())
        .say(words)
}

fn tower(node: &SkiplistNode, column: u32, levels: u32) -> Markup {
    let x = center(column);
    several((0..node.levels.len() as u32).map(|level| cell("tower", column, level, levels)))
        .append(label("score", x, top(0, levels) + 15, &cut(&node.score, 7)))
        .append(label(
            "caption",
            x,
            levels * ROW + 20,
            &cut(&text_of(&node.member), 10),
        ))
}

fn arrow(pointer: &Pointer, levels: u32) -> Markup {
    let y = top(pointer.level, levels) + CELL_HEIGHT / 2;
    let (from, to) = (
        center(pointer.from) + CELL_WIDTH / 2,
        center(pointer.to) - CELL_WIDTH / 2,
    );
    let class = if pointer.open {
        "pointer open"
    } else {
        "pointer"
    };
    let line = el("path", class).with("d", &format!("M{from} {y} H{to} m-5 -3.5 l5 3.5 l-5 3.5"));
    let span = (!pointer.open).then(|| label("span", from + 12, y - 3, &pointer.span.to_string()));
    several([line]).add_if(span)
}
