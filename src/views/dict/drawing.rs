//! Buckets as rows: what one bucket of the smaller table and those of the larger one share is their low bits, so they
//! stand side by side. Above them the hash that was looked up, and SCAN's cursor bit by bit.

use std::fmt::Write;

use messages::format::{counted, cut, text_of};
use messages::markup::{Markup, el, several};
use trace::{Dict as Told, Event};

use super::tables::{bits, reversed};
use super::walk::Walk;
use crate::parts;
use crate::parts::label;
use crate::snapshot::{Dict, Table};

/// Rows that are drawn; of more a window.
const ROWS_MAX: usize = 32;
const ROW: u32 = 26;
const TOP: u32 = 24;
const BEAD_WIDTH: u32 = 58;
const BEADS_MAX: usize = 4;
const GAP: u32 = 14;
/// More buckets of the large table than these share one cell.
const APART_MAX: u32 = 4;

/// A bucket of the smaller table and those of the larger one with the same low bits.
struct Row {
    small: u32,
    large: Vec<u32>,
}

pub struct Picture<'a> {
    pub dict: &'a Dict,
    /// None if it must not be drawn yet, or nobody scans.
    pub walk: Option<&'a Walk>,
    pub now: Option<&'a Event>,
    /// Rows in the order in which SCAN comes to them.
    pub in_scan_order: bool,
}

impl Picture<'_> {
    pub fn svg(&self) -> Markup {
        let Some((small, large)) = self.dict.small_and_large() else {
            return parts::note("There is no table yet: the first entry lays one of 4 buckets.");
        };
        let rows = self.rows(small, large);
        let window = self.window(&rows, small);
        let (first, shown) = (window.start, &rows[window]);
        let columns = self.columns(small, large, shown);
        let width = columns.last().map_or(0, |column| column.right()) + 2;
        let height = TOP + shown.len() as u32 * ROW + 4;
        let cells = columns.iter().flat_map(|column| {
            let name = label("head", column.x, 14, &column.name);
            std::iter::once(name).chain(
                shown
                    .iter()
                    .zip(0..)
                    .map(|(row, at)| self.cell(column, &column.buckets(row), TOP + at * ROW)),
            )
        });
        let drawing = el("svg", "dict")
            .with("width", &width.to_string())
            .with("height", &height.to_string())
            .with("viewBox", &format!("0 0 {width} {height}"))
            .with("role", "img")
            .with(
                "aria-label",
                "Buckets and their chains. The text view says the same.",
            )
            .add_all(cells);
        let scroll = el("div", "svg-scroll")
            .with("tabindex", "0")
            .with("role", "group")
            .with("aria-label", "Buckets")
            .append(drawing);
        let hidden = (rows.len() > shown.len()).then(|| {
            several([
                parts::note(&format!(
                    "Rows {} to {} of {}, round what happened last; the strip is the whole.",
                    first + 1,
                    first + shown.len(),
                    rows.len()
                )),
                self.strip(),
            ])
        });
        several([]).add_if(hidden).append(scroll)
    }

    fn rows(&self, small: usize, large: usize) -> Vec<Row> {
        let few = self.dict.tables[small].buckets;
        let many = self.dict.tables[large].buckets;
        // Chains are known of the first buckets only.
        let known = few.min(Table::CHAINS_MAX as u32);
        let order = |count: u32| -> Vec<u32> {
            (0..count)
                .map(|at| match self.in_scan_order && count == few {
                    true => reversed(at.into(), count) as u32,
                    false => at,
                })
                .collect()
        };
        let rows = order(few).into_iter().filter(|bucket| *bucket < known);
        rows.map(|own| Row {
            small: own,
            large: match small == large {
                true => Vec::new(),
                false => (0..many / few).map(|part| own + part * few).collect(),
            },
        })
        .collect()
    }

    /// Which rows are drawn: always whole pages, so that the picture does not slide.
    fn window(&self, rows: &[Row], small: usize) -> std::ops::Range<usize> {
        if rows.len() <= ROWS_MAX {
            return 0..rows.len();
        }
        let few = self.dict.tables[small].buckets;
        let bucket = self.focus().unwrap_or(0) & (few - 1);
        let at = rows.iter().position(|row| row.small == bucket);
        let start = at.unwrap_or(0) / ROWS_MAX * ROWS_MAX;
        start..(start + ROWS_MAX).min(rows.len())
    }

    fn focus(&self) -> Option<u32> {
        let Some(Event::Dict { told, .. }) = self.now else {
            return self.dict.rehash_index;
        };
        match told {
            Told::Moved { bucket, .. }
            | Told::Inserted { bucket, .. }
            | Told::Removed { bucket, .. } => Some(*bucket),
            Told::Looked { buckets, .. } => buckets.first().copied(),
            Told::Scanned { buckets, .. } => buckets.first().map(|(_, bucket)| *bucket),
            _ => self.dict.rehash_index,
        }
    }

    fn columns(&self, small: usize, large: usize, rows: &[Row]) -> Vec<Column> {
        let mut columns = Vec::new();
        let mut x = 0;
        // The old table has the number 0 and stands on the left, whichever is the larger.
        let mut order = vec![small, large];
        order.sort_unstable();
        order.dedup();
        for number in order {
            self.add_columns(number, (small, large), rows, &mut x, &mut columns);
        }
        columns
    }

    fn add_columns(
        &self,
        number: usize,
        (small, large): (usize, usize),
        rows: &[Row],
        x: &mut u32,
        columns: &mut Vec<Column>,
    ) {
        let table = &self.dict.tables[number];
        let of_small = number == small;
        let parts = match of_small {
            true => 1,
            false => self.dict.tables[large].buckets / self.dict.tables[small].buckets,
        };
        let apart = parts <= APART_MAX;
        for part in 0..if apart { parts } else { 1 } {
            let which = match (of_small, apart) {
                (true, _) => Which::Small,
                (false, true) => Which::Part(part),
                (false, false) => Which::All,
            };
            let mut column = Column {
                name: match part {
                    0 => format!(
                        "Table {number}: {}",
                        counted(table.buckets.into(), "bucket")
                    ),
                    _ => String::new(),
                },
                number,
                which,
                x: *x,
                label: match which {
                    Which::All => 20,
                    _ => 46 + 7 * table.buckets.trailing_zeros().max(1),
                },
                beads: 1,
            };
            let longest = rows.iter().map(|row| {
                let buckets = column.buckets(row);
                buckets
                    .iter()
                    .map(|bucket| table.chain(*bucket).len())
                    .sum()
            });
            // Wide enough for the name above it.
            let least = if which == Which::All { 2 } else { 1 };
            column.beads = longest.max().unwrap_or(1).clamp(least, BEADS_MAX);
            *x = column.right() + GAP;
            columns.push(column);
        }
    }

    fn cell(&self, column: &Column, buckets: &[u32], y: u32) -> Markup {
        let table = &self.dict.tables[column.number];
        let keys: Vec<&Vec<u8>> = buckets
            .iter()
            .flat_map(|bucket| table.chain(*bucket))
            .collect();
        let first = buckets.first().copied().unwrap_or(0);
        let is_old = column.number == 0 && self.dict.is_rehashing();
        let at_frontier = is_old && buckets.len() == 1 && self.dict.rehash_index == Some(first);
        let behind = self.walk.is_some_and(|walk| {
            buckets
                .iter()
                .all(|own| walk.is_behind(*own, table.buckets))
        });
        let class = match (
            self.is_touched(column.number, buckets),
            is_old && keys.is_empty(),
        ) {
            (true, _) => "bucket-cell now",
            (false, true) => "bucket-cell left",
            (false, false) if behind => "bucket-cell behind",
            (false, false) => "bucket-cell",
        };
        let mark = match (at_frontier, behind) {
            (true, _) => "▸",
            (false, true) => "✓",
            (false, false) => "",
        };
        let name = match column.which {
            Which::All => String::new(),
            _ => format!("{first:>3} {}", bits(first.into(), table.buckets)),
        };
        let hidden = keys.len().saturating_sub(column.beads);
        let shown = if hidden > 0 {
            column.beads - 1
        } else {
            keys.len()
        };
        let beads = keys[..shown].iter().zip(0..).map(|(key, at)| {
            let x = column.x + column.label + at * BEAD_WIDTH;
            self.bead(x, y, &cut(&text_of(key), 7), self.is_about(key))
        });
        let more = (hidden > 0).then(|| {
            let x = column.x + column.label + shown as u32 * BEAD_WIDTH;
            label("more", x + 4, y + 16, &format!("+{}", keys.len() - shown))
        });
        several([el("rect", class)
            .with("x", &(column.x + 1).to_string())
            .with("y", &y.to_string())
            .with("width", &(column.right() - column.x - 1).to_string())
            .with("height", &(ROW - 4).to_string())
            .with("rx", "3")])
        .add_if((!mark.is_empty()).then(|| label("mark", column.x + 4, y + 15, mark)))
        .add_if((!name.is_empty()).then(|| label("number", column.x + 14, y + 15, &name)))
        .add_all(beads)
        .add_if(more)
    }

    fn bead(&self, x: u32, y: u32, name: &str, now: bool) -> Markup {
        several([
            el("rect", if now { "bead now" } else { "bead" })
                .with("x", &x.to_string())
                .with("y", &(y + 3).to_string())
                .with("width", &(BEAD_WIDTH - 5).to_string())
                .with("height", "16")
                .with("rx", "8"),
            label("bead-name", x + (BEAD_WIDTH - 5) / 2, y + 15, name),
        ])
    }

    /// Whether what just happened is about one of these buckets.
    fn is_touched(&self, table: usize, buckets: &[u32]) -> bool {
        let Some(Event::Dict { told, .. }) = self.now else {
            return false;
        };
        let table = table as u32;
        match told {
            Told::Moved { bucket, to, .. } => match table {
                0 => buckets.contains(bucket),
                _ => to.iter().any(|target| buckets.contains(target)),
            },
            Told::Inserted {
                table: own, bucket, ..
            }
            | Told::Removed {
                table: own, bucket, ..
            } => *own == table && buckets.contains(bucket),
            Told::Looked { buckets: own, .. } => own
                .get(table as usize)
                .is_some_and(|bucket| buckets.contains(bucket)),
            Told::Scanned { buckets: own, .. } => own
                .iter()
                .any(|(of, bucket)| *of == table && buckets.contains(bucket)),
            _ => false,
        }
    }

    fn is_about(&self, key: &[u8]) -> bool {
        match self.now {
            Some(Event::Dict {
                told: Told::Looked { key: own, .. } | Told::Inserted { key: own, .. },
                ..
            }) => own == key,
            Some(Event::Dict {
                told: Told::Scanned { keys, .. },
                ..
            }) => keys.iter().any(|own| own == key),
            _ => false,
        }
    }

    /// Every bucket of each table as a line: long where entries stand.
    fn strip(&self) -> Markup {
        const WIDTH: u32 = 512;
        let strips = self.dict.tables.iter().zip(0u32..).map(|(table, number)| {
            let (mut used, mut empty) = (String::new(), String::new());
            let count = table.chains.len().max(1) as u32;
            for (chain, at) in table.chains.iter().zip(0u32..) {
                let x = at * WIDTH / count;
                let path = if chain.is_empty() {
                    &mut empty
                } else {
                    &mut used
                };
                // Writing to a string cannot fail.
                let _ = write!(
                    path,
                    "M{x} {}v{}",
                    number * 16 + 2,
                    if chain.is_empty() { 3 } else { 11 }
                );
            }
            several([
                el("path", "strip empty").with("d", &empty),
                el("path", "strip").with("d", &used),
            ])
        });
        let height = self.dict.tables.len() as u32 * 16;
        el("svg", "dict-strip")
            .with("viewBox", &format!("0 0 {WIDTH} {height}"))
            .with("preserveAspectRatio", "none")
            .with("height", &height.to_string())
            .with("aria-hidden", "true")
            .add_all(strips)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Which {
    Small,
    /// The bucket of the large table that shares the row's low bits and has these high ones.
    Part(u32),
    /// All of them in one cell.
    All,
}

struct Column {
    name: String,
    number: usize,
    which: Which,
    x: u32,
    /// Width of what stands before the entries.
    label: u32,
    beads: usize,
}

impl Column {
    fn right(&self) -> u32 {
        self.x + self.label + self.beads as u32 * BEAD_WIDTH + 2
    }

    fn buckets(&self, row: &Row) -> Vec<u32> {
        match self.which {
            Which::Small => vec![row.small],
            Which::Part(part) => row.large.get(part as usize).copied().into_iter().collect(),
            Which::All => row.large.clone(),
        }
    }
}

/// `Table 0: 16 buckets, 6 used.` and where the frontier stands.
pub fn counts(dict: &Dict) -> Markup {
    let tables: Vec<String> = dict
        .tables
        .iter()
        .zip(0..)
        .map(|(table, number)| {
            format!(
                "Table {number}: {}, {}",
                counted(table.buckets.into(), "bucket"),
                counted(table.used, "entry").replace("entrys", "entries")
            )
        })
        .collect();
    let state = match dict.rehash_index {
        Some(at) => format!("; the frontier ▸ stands at bucket {at} of table 0."),
        None if tables.is_empty() => "No table yet.".to_owned(),
        None => "; at rest.".to_owned(),
    };
    el("p", "picture-note strong").say(&format!("{}{state}", tables.join(". ")))
}

/// The hash of the key that was looked up last: its low bits are the bucket.
pub fn hash(dict: &Dict, events: &[Event]) -> Option<Markup> {
    let looked = events.iter().rev().find_map(|event| match event {
        Event::Dict {
            told: Told::Looked { key, hash, .. },
            ..
        } => Some((key, *hash)),
        _ => None,
    })?;
    let (small, large) = dict.small_and_large()?;
    let (few, many) = (dict.tables[small].buckets, dict.tables[large].buckets);
    let (key, hash) = looked;
    let all = format!("{hash:032b}");
    let (upper, rest) = all.split_at(32 - many.trailing_zeros() as usize);
    let (own, low) = rest.split_at((many.trailing_zeros() - few.trailing_zeros()) as usize);
    let place = match few == many {
        true => format!("→ bucket {} of {many}", hash & (many - 1)),
        false => format!(
            "→ bucket {} of {few}, {} of {many}",
            hash & (few - 1),
            hash & (many - 1)
        ),
    };
    Some(
        el("p", "hash")
            .append(el("code", "").say(&cut(&text_of(key), 24)))
            .append(
                el("span", "hash-bits")
                    .append(el("span", "quiet-bits").say(upper))
                    .append(el("span", "run-bits").say(own))
                    .append(el("span", "index-bits").say(low)),
            )
            .append(el("span", "hash-words").say(&place)),
    )
}

/// The cursor in binary: it counts from the left.
pub fn cursor(dict: &Dict, walk: &Walk) -> Option<Markup> {
    let (_, large) = dict.small_and_large()?;
    let buckets = dict.tables[large].buckets;
    let behind = reversed(walk.next, buckets);
    let shown = walk.shown.len() as u64;
    let words = match walk.is_open() {
        true => format!(
            "read from the right, it is {behind} of {buckets}: so many buckets are behind it (✓). {} shown.",
            counted(shown, "key")
        ),
        false => format!("the walk is over. {} shown.", counted(shown, "key")),
    };
    let twice: Vec<String> = walk.twice().map(|key| cut(&text_of(key), 16)).collect();
    let again = match twice.as_slice() {
        [] => String::new(),
        some if some.len() <= 8 => format!(" Twice: {}.", some.join(", ")),
        some => format!(
            " Twice: {} and {} more.",
            some[..8].join(", "),
            some.len() - 8
        ),
    };
    Some(
        el("p", "hash")
            .append(el("code", "").say(&format!("SCAN’s cursor {}", walk.next)))
            .append(
                el("span", "hash-bits")
                    .append(el("span", "index-bits").say(&bits(walk.next, buckets))),
            )
            .append(el("span", "hash-words").say(&format!("{words}{again}"))),
    )
}

pub fn table(dict: &Dict, walk: Option<&Walk>) -> Markup {
    const LISTED: usize = 200;
    let rows = dict.tables.iter().zip(0..).flat_map(|(table, number)| {
        let used = table
            .chains
            .iter()
            .zip(0u32..)
            .filter(|(chain, _)| !chain.is_empty());
        used.map(move |(chain, bucket)| {
            let names: Vec<String> = chain.iter().map(|key| text_of(key)).collect();
            let behind = walk.is_some_and(|walk| walk.is_behind(bucket, table.buckets));
            vec![
                number.to_string(),
                bucket.to_string(),
                bits(bucket.into(), table.buckets),
                names.join(" → "),
                if behind { "behind the cursor" } else { "" }.to_owned(),
            ]
        })
    });
    parts::table(
        &["Table", "Bucket", "In bits", "Entries", "SCAN"],
        rows.take(LISTED),
    )
}
