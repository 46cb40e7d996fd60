//! Towers by level, each link with its span; what is not in the window is a gap with its count.

use messages::format::{counted, cut, text_of};
use messages::markup::{Markup, el, several};
use structures::number::format_f64;
use trace::{Event, Skiplist as Told};

use super::list::Step;
use crate::parts;
use crate::parts::label;
use crate::snapshot::{Link, Skiplist, SkiplistNode};

const COLUMN: u32 = 84;
const ROW: u32 = 30;
const CELL_WIDTH: u32 = 46;
const CELL_HEIGHT: u32 = 22;

/// What stands in a column of the picture. Ranks count from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Column<'a> {
    Head,
    Node(&'a SkiplistNode),
    /// Nodes outside the window: the first rank, and how many.
    Gap(u32, u32),
    End,
}

struct Layout<'a> {
    columns: Vec<Column<'a>>,
    levels: u32,
}

impl<'a> Layout<'a> {
    fn new(list: &'a Skiplist) -> Layout<'a> {
        let mut columns = vec![Column::Head];
        let mut next = 1;
        for node in &list.nodes {
            if node.rank > next {
                columns.push(Column::Gap(next, node.rank - next));
            }
            columns.push(Column::Node(node));
            next = node.rank + 1;
        }
        let rest = (list.length as u32 + 1).saturating_sub(next);
        if rest > 0 {
            columns.push(Column::Gap(next, rest));
        }
        columns.push(Column::End);
        Layout {
            columns,
            levels: list.level.max(1),
        }
    }

    /// The column of a rank; none is the end.
    fn column(&self, rank: Option<u32>) -> u32 {
        let holds = |column: &Column| match (column, rank) {
            (Column::Head, Some(0)) => true,
            (Column::Node(node), Some(rank)) => node.rank == rank,
            (Column::Gap(first, count), Some(rank)) => (*first..first + count).contains(&rank),
            _ => false,
        };
        let found = self.columns.iter().position(holds);
        found.unwrap_or(self.columns.len() - 1) as u32
    }

    fn top(&self, level: u32) -> u32 {
        (self.levels - 1 - level.min(self.levels - 1)) * ROW + 8
    }

    fn middle(&self, level: u32) -> u32 {
        self.top(level) + CELL_HEIGHT / 2
    }
}

pub fn svg(list: &Skiplist, way: &[Step], now: Option<&Event>, spans: bool) -> Markup {
    let layout = Layout::new(list);
    let (width, height) = (
        layout.columns.len() as u32 * COLUMN,
        layout.levels * ROW + 52,
    );
    let label = format!(
        "A skip list with {} and {}. The text view says the same.",
        counted(list.length, "member"),
        counted(layout.levels.into(), "level")
    );
    let drawing = el("svg", "skiplist")
        .with("width", &width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with("role", "img")
        .with("aria-label", &label)
        .append(links(list, &layout, way, spans))
        .add_all(way.iter().map(|step| looked_along(step, &layout)))
        .add_all(
            layout
                .columns
                .iter()
                .zip(0..)
                .map(|(column, at)| tower(column, at, &layout, now)),
        );
    el("div", "svg-scroll")
        .with("tabindex", "0")
        // A group and no region: a page may hold many figures, and landmarks have to differ.
        .with("role", "group")
        .with("aria-label", "Towers and spans")
        .append(drawing)
}

/// All links as one path, and their spans. Those that the search looked along are drawn over it.
fn links(list: &Skiplist, layout: &Layout, way: &[Step], spans: bool) -> Markup {
    let nodes = list.nodes.iter().map(|node| (node.rank, &node.levels));
    let towers = std::iter::once((0, &list.head)).chain(nodes);
    let mut path = String::new();
    let mut numbers = Vec::new();
    for (rank, tower) in towers {
        for (link, level) in tower.iter().zip(0..) {
            path.push_str(&arrow(layout, rank, link.to, level));
            if spans && link.to.is_some() {
                let crossed =
                    |step: &&Step| step.level == level && step.from == rank && step.crosses;
                let class = match way.iter().find(crossed) {
                    Some(_) => "span crossed",
                    None => "span",
                };
                numbers.push(span(layout, rank, link, level, class));
            }
        }
    }
    several([el("path", "pointer").with("d", &path)]).add_all(numbers)
}

fn arrow(layout: &Layout, from: u32, to: Option<u32>, level: u32) -> String {
    let y = layout.middle(level);
    let start = center(layout.column(Some(from))) + CELL_WIDTH / 2;
    let end = center(layout.column(to)) - CELL_WIDTH / 2;
    format!("M{start} {y}H{end}m-5-3.5l5 3.5l-5 3.5")
}

fn span(layout: &Layout, rank: u32, link: &Link, level: u32, class: &str) -> Markup {
    let x = center(layout.column(Some(rank))) + CELL_WIDTH / 2 + 12;
    label(class, x, layout.middle(level) - 3, &link.span.to_string())
}

/// A link that the search looked along: crossed, or seen to lead too far.
fn looked_along(step: &Step, layout: &Layout) -> Markup {
    let class = if step.crosses { "way" } else { "way too-far" };
    let line = arrow(layout, step.from, Some(step.from + step.span), step.level);
    el("path", class).with("d", &line)
}

fn tower(column: &Column, at: u32, layout: &Layout, now: Option<&Event>) -> Markup {
    let below = layout.levels * ROW + 24;
    match column {
        Column::Head => {
            several((0..layout.levels).map(|level| cell("tower header", at, level, layout)))
                .append(label("caption", center(at), below, "head"))
        }
        Column::End => label("caption", center(at), below, "end"),
        Column::Gap(_, count) => label("caption gap", center(at), below, &format!("{count} more")),
        Column::Node(node) => {
            let class = if is_about(now, node.rank) {
                "tower now"
            } else {
                "tower"
            };
            let height = node.levels.len() as u32;
            several((0..height).map(|level| cell(class, at, level, layout)))
                .append(label(
                    "score",
                    center(at),
                    layout.top(0) + 15,
                    &cut(&format_f64(node.score), 7),
                ))
                .append(label(
                    "caption",
                    center(at),
                    below,
                    &cut(&text_of(&node.member), 10),
                ))
                .append(label(
                    "rank",
                    center(at),
                    below + 14,
                    &(node.rank - 1).to_string(),
                ))
        }
    }
}

/// Whether the event of this moment is about the node of this rank.
fn is_about(now: Option<&Event>, rank: u32) -> bool {
    match now {
        Some(Event::Skiplist(Told::Look { from, span, .. })) => from + span == rank,
        Some(Event::Skiplist(
            Told::Inserted { rank: own, .. } | Told::Rescored { rank: own, .. },
        )) => *own == rank,
        _ => false,
    }
}

fn center(column: u32) -> u32 {
    column * COLUMN + COLUMN / 2
}

fn cell(class: &str, column: u32, level: u32, layout: &Layout) -> Markup {
    el("rect", class)
        .with("x", &(center(column) - CELL_WIDTH / 2).to_string())
        .with("y", &layout.top(level).to_string())
        .with("width", &CELL_WIDTH.to_string())
        .with("height", &CELL_HEIGHT.to_string())
        .with("rx", "3")
}

pub fn table(list: &Skiplist) -> Markup {
    let rows = list.nodes.iter().map(|node| {
        let spans: Vec<String> = node
            .levels
            .iter()
            .map(|link| link.span.to_string())
            .collect();
        vec![
            (node.rank - 1).to_string(),
            format_f64(node.score),
            text_of(&node.member),
            node.levels.len().to_string(),
            spans.join(", "),
        ]
    });
    parts::table(
        &["Rank", "Score", "Member", "Levels", "Spans from level 1"],
        rows,
    )
}
