//! A skip list: towers by level, each pointer with its span (how many ranks it jumps).

use leptos::prelude::*;
use messages::{SkiplistNode, SkiplistView};

use super::as_table;
use crate::format::{counted, cut, text_of};

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

pub fn picture(list: &SkiplistView) -> AnyView {
    let nodes = &list.nodes[..list.nodes.len().min(NODES_MAX)];
    let levels = list.level.max(1);
    let columns = nodes.len() as u32 + 2;
    let (width, height) = (columns * COLUMN, levels * ROW + 44);
    let pointers = pointers(list, nodes, columns - 1);
    let label = format!(
        "A skip list with {} and {}; the table below says the same.",
        counted(list.nodes.len() as u64, "element"),
        counted(levels.into(), "level")
    );
    let towers = nodes.iter().zip(1..).map(|(node, column)| tower(node, column, levels)).collect_view();
    let rows = list.nodes.iter().zip(1..).map(|(node, rank)| {
        let spans = node.levels.iter().map(|(_, span)| span.to_string()).collect::<Vec<_>>().join(", ");
        vec![rank.to_string(), node.score.clone(), text_of(&node.member), node.levels.len().to_string(), spans]
    });
    let rows = rows.collect();
    let hidden = list.nodes.len().saturating_sub(NODES_MAX);
    view! {
        <p class="picture-note">"Ordered by score, then by member. A search begins at the top left and goes down where the next tower is too far; the spans it passes add up to the rank."</p>
        <div class="svg-scroll" tabindex="0" role="region" aria-label="Skip list">
            <svg class="skiplist" width=width height=height viewBox=format!("0 0 {width} {height}") role="img" aria-label=label>
                {pointers.iter().map(arrow(levels)).collect_view()}
                {(0..levels).map(|level| cell(0, level, levels, true)).collect_view()}
                <text class="caption" x=center(0) y=levels * ROW + 20>"head"</text>
                {towers}
                <text class="caption" x=center(columns - 1) y=levels * ROW + 20>{if hidden > 0 { format!("{hidden} more") } else { "end".to_owned() }}</text>
            </svg>
        </div>
        {as_table(&["Rank", "Score", "Member", "Levels", "Spans from level 1"], rows)}
    }
    .into_any()
}

fn pointers(list: &SkiplistView, nodes: &[SkiplistNode], end: u32) -> Vec<Pointer> {
    let towers = std::iter::once(&list.header).chain(nodes.iter().map(|node| &node.levels));
    let mut pointers = Vec::new();
    for (from, levels) in towers.enumerate() {
        for (level, (target, span)) in levels.iter().enumerate().take(list.level as usize) {
            // Ranks count from 0; column 0 is the header.
            let to = target.map(|rank| rank + 1).filter(|column| *column < end);
            let pointer = Pointer { from: from as u32, to: to.unwrap_or(end), level: level as u32, span: *span, open: to.is_none() };
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

fn cell(column: u32, level: u32, levels: u32, header: bool) -> impl IntoView {
    let class = if header { "tower header" } else { "tower" };
    view! { <rect class=class x=center(column) - CELL_WIDTH / 2 y=top(level, levels) width=CELL_WIDTH height=CELL_HEIGHT rx="3"/> }
}

fn tower(node: &SkiplistNode, column: u32, levels: u32) -> impl IntoView + use<> {
    let cells = (0..node.levels.len() as u32).map(|level| cell(column, level, levels, false)).collect_view();
    let member = cut(&text_of(&node.member), 10);
    let score = cut(&node.score, 7);
    view! {
        {cells}
        <text class="score" x=center(column) y=top(0, levels) + 15>{score}</text>
        <text class="caption" x=center(column) y=levels * ROW + 20>{member}</text>
    }
}

fn arrow(levels: u32) -> impl Fn(&Pointer) -> AnyView {
    move |pointer| {
        let y = top(pointer.level, levels) + CELL_HEIGHT / 2;
        let (from, to) = (center(pointer.from) + CELL_WIDTH / 2, center(pointer.to) - CELL_WIDTH / 2);
        let class = if pointer.open { "pointer open" } else { "pointer" };
        let span = (!pointer.open).then(|| view! { <text class="span" x=from + 12 y=y - 3>{pointer.span}</text> });
        view! {
            <path class=class d=format!("M{from} {y} H{to} m-5 -3.5 l5 3.5 l-5 3.5")/>
            {span}
        }
        .into_any()
    }
}
