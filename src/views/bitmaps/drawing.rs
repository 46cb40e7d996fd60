//! The board of bits, the bytes round one of them with a button for each bit, the numbers laid over them, and strings
//! above each other as BITOP sees them.

use messages::drawing::{Board as Cells, Ink};
use messages::format::{bytes, counted, cut, text_of, word};
use messages::markup::{Markup, el, several};
use structures::bits;
use trace::{Bits as Told, Source};

use super::state::{self, Board, Field};
use crate::parts;
use crate::parts::label;

/// Bytes drawn with a button for each bit.
const NEAR_BYTES: u64 = 16;

/// What is to be drawn of a board.
pub struct Look<'a> {
    pub board: &'a Board,
    pub key: &'a [u8],
    /// The bit that is looked at.
    pub cell: u64,
    /// First and last bit of what the event is about.
    pub reach: Option<(u64, u64)>,
    /// The byte whose value is asked for.
    pub hidden: Option<u64>,
    pub fields: &'a [Field],
}

impl Look<'_> {
    fn is_about(&self, bit: u64) -> bool {
        self.reach
            .is_some_and(|(first, last)| (first..=last).contains(&bit))
    }

    /// A known byte, unless it is asked for.
    fn byte(&self, at: u64) -> Option<u8> {
        let known = at.checked_sub(self.board.first)?;
        let byte = self.board.bytes.get(known as usize).copied();
        byte.filter(|_| self.hidden != Some(at))
    }

    /// The bytes with buttons, round the bit that is looked at.
    fn near(&self) -> std::ops::Range<u64> {
        let (first, known) = (self.board.first, self.board.bytes.len() as u64);
        let last_start = (first + known).saturating_sub(1).max(first);
        let byte = (self.cell / 8).clamp(first, last_start);
        let start = first + (byte - first) / NEAR_BYTES * NEAR_BYTES;
        start..(start + NEAR_BYTES).min(first + known)
    }
}

/// One image for strings that have more than the close-up shows.
pub fn board(look: &Look) -> Option<Cells> {
    let board = look.board;
    let bits = board.bytes.len() as u64 * 8;
    if bits <= NEAR_BYTES * 8 {
        return None;
    }
    let columns = if bits <= 1024 { 32 } else { 64 };
    let mut cells: Vec<u8> = (0..bits)
        .map(|bit| u8::from(bits::get(&board.bytes, bit as usize)))
        .collect();
    cells.resize((bits.div_ceil(columns) * columns) as usize, 2);
    let near = look.near();
    let ink = |color: &str, strength| Ink {
        color: color.to_owned(),
        strength,
    };
    let ones = bits::count(&board.bytes);
    Some(Cells {
        label: format!(
            "Bits {} to {} in rows of {columns}, {ones} of them set. Arrow keys move from one to the next.",
            board.first * 8,
            board.first * 8 + bits - 1
        ),
        columns: columns as u32,
        cells,
        palette: vec![ink("--edge", 40), ink("--data-1", 255), ink("--paper", 0)],
        cursor: look
            .cell
            .checked_sub(board.first * 8)
            .filter(|cell| *cell < bits)
            .map(|cell| cell as u32),
        over: outline(near.start - board.first..near.end - board.first, columns),
    })
}

/// The cells of some bytes.
fn outline(bytes: std::ops::Range<u64>, columns: u64) -> Markup {
    let (top, bottom) = (bytes.start * 8 / columns, (bytes.end * 8).div_ceil(columns));
    several([el("rect", "near")
        .with("x", "0")
        .with("y", &top.to_string())
        .with("width", &columns.to_string())
        .with("height", &(bottom - top).to_string())])
}

/// Each byte with its bits as buttons, as a number, and as GET prints it.
pub fn close_up(look: &Look) -> Markup {
    let near = look.near();
    let cards = near.clone().map(|byte| card(look, byte));
    let printed: String = near.clone().map(|byte| printed(look.byte(byte))).collect();
    let (open, close) = (
        if near.start > 0 { "…" } else { "\"" },
        if near.end < look.board.length {
            "…"
        } else {
            "\""
        },
    );
    several([
        el("ol", "bit-bytes")
            .with("aria-label", "Bytes, with a button for each bit")
            .add_all(cards),
        el("p", "bit-get")
            .append(el("span", "").say("GET prints "))
            .append(el("code", "").say(&format!("{open}{printed}{close}"))),
    ])
}

fn card(look: &Look, byte: u64) -> Markup {
    let value = look.byte(byte);
    let about = (byte * 8..byte * 8 + 8).any(|bit| look.is_about(bit));
    let buttons = (byte * 8..byte * 8 + 8).map(|bit| button(look, bit));
    let words = match value {
        Some(value) => format!("\\x{value:02x} = {value}"),
        None => "?".to_owned(),
    };
    el("li", if about { "bit-byte about" } else { "bit-byte" })
        .append(el("span", "cell-offset").say(&format!("byte {byte}")))
        .append(el("span", "bit-value").say(&words))
        .append(el("span", "bit-buttons").add_all(buttons))
}

/// Pressed, it runs the SETBIT that turns it round.
fn button(look: &Look, bit: u64) -> Markup {
    if look.hidden == Some(bit / 8) {
        return el("span", "bit").say("?");
    }
    let set = look.board.bit(bit).unwrap_or(false);
    let class = match (set, look.is_about(bit)) {
        (true, true) => "bit one about",
        (true, false) => "bit one",
        (false, true) => "bit about",
        (false, false) => "bit",
    };
    let turned = format!("SETBIT {} {bit} {}", word(look.key), u8::from(!set));
    el("button", class)
        .with("type", "button")
        .with("data-run", &turned)
        .with("title", &turned)
        .with(
            "aria-label",
            &format!("Bit {bit} is {}: run {turned}", u8::from(set)),
        )
        .say(if set { "1" } else { "0" })
}

/// As redis-cli prints a byte inside quotes.
fn printed(byte: Option<u8>) -> String {
    match byte {
        None => "?".to_owned(),
        Some(b'"') => "\\\"".to_owned(),
        Some(b'\\') => "\\\\".to_owned(),
        Some(b'\n') => "\\n".to_owned(),
        Some(b'\r') => "\\r".to_owned(),
        Some(b'\t') => "\\t".to_owned(),
        Some(7) => "\\a".to_owned(),
        Some(8) => "\\b".to_owned(),
        Some(byte @ 0x20..0x7f) => char::from(byte).to_string(),
        Some(byte) => format!("\\x{byte:02x}"),
    }
}

/// What BITFIELD did, number by number.
pub fn numbers(look: &Look) -> Markup {
    const FIELDS_MAX: usize = 12;
    let rows = look
        .fields
        .iter()
        .rev()
        .take(FIELDS_MAX)
        .rev()
        .map(|field| {
            let place = format!(
                "{} at bits {} to {}",
                field.encoding(),
                field.at,
                field.last()
            );
            el("li", "bit-field")
                .append(el("code", "").say(&place))
                .append(el("span", "").say(&outcome(field)))
        });
    match look.fields.is_empty() {
        true => several([]),
        false => el("ol", "bit-fields")
            .with("aria-label", "Numbers of this BITFIELD")
            .add_all(rows),
    }
}

/// `250 → 255 (SAT; WRAP would make 4, FAIL refuse)`.
fn outcome(field: &Field) -> String {
    let Some((wanted, to, overflow)) = field.written else {
        return format!("reads {}", field.from);
    };
    let (wrapped, limited) = field.outcomes(wanted);
    let became = match to {
        Some(to) => format!("{} → {to}", field.from),
        None => format!("{} stays, answered with nil", field.from),
    };
    match to.map(i128::from) == Some(wanted) {
        true => became,
        false => format!(
            "{became}: {} does not fit. {overflow} decided; WRAP makes {wrapped}, SAT {limited}, FAIL refuses",
            state::exact(wanted)
        ),
    }
}

/// How long the string is, and which part of it is drawn.
pub fn memory(look: &Look) -> Markup {
    let board = look.board;
    let words = format!(
        "{} hold bits 0 to {}; every bit up to the last one costs its eighth of a byte, set or not.",
        bytes(board.length),
        board.length * 8 - 1
    );
    if board.bytes.len() as u64 == board.length {
        return parts::note(&words);
    }
    const WIDTH: u64 = 1000;
    let x = board.first * WIDTH / board.length;
    let width = (board.bytes.len() as u64 * WIDTH / board.length).max(6);
    let bar = el("svg", "bit-memory")
        .with("viewBox", &format!("0 0 {WIDTH} 10"))
        .with("preserveAspectRatio", "none")
        .with("role", "img")
        .with("aria-label", "Where in the string the board lies")
        .append(
            el("rect", "")
                .with("x", &x.min(WIDTH - width.min(WIDTH)).to_string())
                .with("width", &width.to_string())
                .with("height", "10"),
        );
    several([
        parts::note(&format!(
            "{words} Drawn are bytes {} to {}:",
            board.first,
            board.first + (board.bytes.len() as u64).saturating_sub(1)
        )),
        bar,
    ])
}

/// When a bit of the result is 1.
pub fn rule(operation: &str) -> &'static str {
    match operation {
        "AND" => "a bit is 1 where all have a 1",
        "OR" => "a bit is 1 where any has a 1",
        "XOR" => "a bit is 1 where an odd number of them have a 1",
        "NOT" => "each bit is turned round",
        "DIFF" => "a bit is 1 where the first has a 1 and none of the others",
        "DIFF1" => "a bit is 1 where some other has a 1 and not the first",
        "ANDOR" => "a bit is 1 where the first has a 1 and some other too",
        _ => "a bit is 1 where exactly one of them has a 1",
    }
}

/// The strings that BITOP read, above the one that it made.
pub fn stack(told: &Told) -> Option<Markup> {
    const BYTES: usize = 8;
    const ROW: u32 = 44;
    let Told::Combined {
        operation,
        sources,
        result,
        length,
    } = told
    else {
        return None;
    };
    let made = Source {
        key: format!("= {operation}").into_bytes(),
        bytes: result.clone(),
        length: *length,
    };
    let width = result.len().clamp(1, BYTES);
    let rows = sources.iter().chain([&made]).zip(0..);
    let height = ROW * (sources.len() as u32 + 1);
    let drawn_width = strip_x(width as u32) + 8;
    let svg = el("svg", "bit-stack")
        .with("width", &drawn_width.to_string())
        .with("height", &height.to_string())
        .with("viewBox", &format!("0 0 {drawn_width} {height}"))
        .with("role", "img")
        .with(
            "aria-label",
            &format!("{operation}: the beginnings of the strings, one above the other"),
        )
        .add_all(rows.map(|(source, row)| strip(source, width, row * ROW)));
    let rest = (*length > width as u64).then(|| {
        parts::note(&format!(
            "Of {} the first {width} are drawn.",
            counted(*length, "byte")
        ))
    });
    Some(
        several([
            el("div", "svg-scroll")
                .with("tabindex", "0")
                .with("role", "group")
                .with("aria-label", "The strings of this BITOP")
                .append(svg),
            parts::note(&format!("{operation}: {}.", rule(operation))),
        ])
        .add_if(rest),
    )
}

const NAME_WIDTH: u32 = 60;
const BIT: u32 = 12;
const BYTE: u32 = 8 * BIT + 8;

fn strip_x(byte: u32) -> u32 {
    NAME_WIDTH + byte * BYTE
}

/// A row of bits: all cells as one path, those that are set as another.
fn strip(source: &Source, width: usize, top: u32) -> Markup {
    let (mut cells, mut ones) = (String::new(), String::new());
    let mut names = Vec::new();
    for byte in 0..width {
        let value = source.bytes.get(byte).copied();
        let x = strip_x(byte as u32);
        for bit in 0..8 {
            let cell = format!("M{} {}h{BIT}v{BIT}h-{BIT}z", x + bit * BIT, top + 4);
            cells.push_str(&cell);
            if value.unwrap_or(0) & 0x80 >> bit != 0 {
                ones.push_str(&cell);
            }
        }
        // Behind the end of a shorter string zeros are read.
        let name = value.map_or("end".to_owned(), |value| {
            format!("{value:02x} {}", printed(Some(value)))
        });
        names.push(label("bit-hex", x + 4 * BIT, top + 32, &name));
    }
    several([
        label("bit-name", 0, top + 15, &cut(&text_of(&source.key), 8)),
        el("path", "bit-cells").with("d", &cells),
        el("path", "bit-ones").with("d", &ones),
    ])
    .add_all(names)
}

/// Byte by byte, with runs of zeros as one row.
pub fn table(look: &Look) -> Markup {
    const ROWS_MAX: usize = 64;
    let board = look.board;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut at = 0;
    while at < board.bytes.len() && rows.len() < ROWS_MAX {
        let zeros = board.bytes[at..]
            .iter()
            .take_while(|byte| **byte == 0)
            .count();
        let place = board.first + at as u64;
        if zeros > 2 {
            rows.push(vec![
                format!("{place} to {}", place + zeros as u64 - 1),
                "all 0".to_owned(),
                "00".to_owned(),
                "\\x00".to_owned(),
                String::new(),
            ]);
            at += zeros;
            continue;
        }
        let byte = board.bytes[at];
        let set = (0..8).filter(|bit| byte & 0x80 >> bit != 0);
        let set: Vec<String> = set.map(|bit| (place * 8 + bit).to_string()).collect();
        let mut row = vec![
            place.to_string(),
            format!("{byte:08b}"),
            format!("{byte:02x}"),
            printed(Some(byte)),
            set.join(", "),
        ];
        if look.hidden == Some(place) {
            row[1..].fill("?".to_owned());
        }
        rows.push(row);
        at += 1;
    }
    parts::table(&["Byte", "Bits", "Hex", "In GET", "Bits that are 1"], rows)
}
