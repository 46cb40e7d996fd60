//! The hash as bits, the board of registers, the ribbon of opcodes, the histogram and what it says.

use messages::drawing::{Board, Ink};
use messages::format::{hex, text_of};
use messages::markup::{Markup, el, several};
use structures::hyperloglog::{self as hll, Encoding};

use super::state;
use crate::parts;

const SIDE: u32 = 128;
/// The longest run that 50 bits and a guard can have.
const LONGEST: usize = 51;

/// 64 bits: 50 in which zeros are counted from the right, 14 that choose the register.
pub fn hash((element, hash, register, run): (&[u8], u64, u32, u8)) -> Markup {
    let bits = format!("{hash:064b}");
    let (counted, index) = bits.split_at(50);
    let zeros = usize::from(run).saturating_sub(1).min(50);
    let (high, low) = counted.split_at(50 - zeros.min(49) - 1);
    el("p", "hash")
        .append(el("code", "").say(&text_of(element)))
        .append(
            el("span", "hash-bits")
                .append(el("span", "quiet-bits").say(high))
                .append(
                    el("span", "run-bits")
                        .with("title", "the run: the last 1 and the zeros after it")
                        .say(low),
                )
                .append(
                    el("span", "index-bits")
                        .with("title", "the last 14 bits choose the register")
                        .say(index),
                ),
        )
        .append(el("span", "hash-words").say(&format!("→ register {register}, run {run}")))
}

pub fn board(registers: &[u8], cursor: Option<u32>, hidden: bool) -> Board {
    let inks = (0..=LONGEST).map(|value| Ink {
        color: "--data-1".to_owned(),
        strength: match value {
            0 => 0,
            _ => (70 + value * 16).min(255) as u8,
        },
    });
    let used = registers.iter().filter(|value| **value > 0).count();
    Board {
        label: format!(
            "Registers 0 to 16,383 in rows of 128: {used} are set. Arrow keys move from one to the next."
        ),
        columns: SIDE,
        cells: match hidden {
            true => vec![0; registers.len()],
            false => registers
                .iter()
                .map(|value| (*value).min(LONGEST as u8))
                .collect(),
        },
        palette: inks.collect(),
        cursor: cursor.filter(|_| !hidden),
        over: several([]),
    }
}

/// The estimate with its band, beside the true number where that is known.
pub fn estimate(registers: &[u8], exact: Option<u64>) -> Markup {
    let estimate = hll::estimate(&hll::histogram(registers));
    // One standard error: 1.04 / √16384.
    let band = estimate / 10_000 * 81 + estimate % 10_000 * 81 / 10_000;
    let truth = exact.map(|exact| {
        // In hundredths of a percent.
        let off = estimate.abs_diff(exact) * 10_000 / exact.max(1);
        let sign = if estimate < exact { "−" } else { "+" };
        format!(" Really {exact}: {sign}{}.{:02} %.", off / 100, off % 100)
    });
    let band = match band {
        0 => String::new(),
        band => format!(", give or take {band} (0.81 %)"),
    };
    el("p", "picture-note strong").say(&format!(
        "About {estimate}{band}.{}",
        truth.unwrap_or_default()
    ))
}

/// How many registers hold each value. The first and the last bar go into the estimate on their own.
pub fn histogram(registers: &[u8]) -> Markup {
    const WIDTH: u32 = 12;
    const HEIGHT: u64 = 60;
    let counts = hll::histogram(registers);
    let most = u64::from(*counts[1..].iter().max().unwrap_or(&1)).max(1);
    let last = counts
        .iter()
        .rposition(|count| *count > 0)
        .unwrap_or(0)
        .clamp(8, LONGEST);
    let bars = (1..=last).map(|value| {
        let count = u64::from(counts[value]);
        // A register that is there must be seen.
        let height = (count * HEIGHT / most).max(u64::from(count > 0) * 2);
        el("rect", "bar-of")
            .with("x", &(value as u32 * WIDTH).to_string())
            .with("y", &(HEIGHT - height).to_string())
            .with("width", &(WIDTH - 2).to_string())
            .with("height", &height.to_string())
    });
    let names = (1..=last)
        .filter(|value| value % 4 == 0 || *value == 1)
        .map(|value| {
            el("text", "")
                .with("x", &(value as u32 * WIDTH + WIDTH / 2 - 1).to_string())
                .with("y", "74")
                .say(&value.to_string())
        });
    let width = (last as u32 + 2) * WIDTH;
    let drawing = el("svg", "histogram")
        .with("viewBox", &format!("0 0 {width} 78"))
        .with("width", &width.to_string())
        .with("height", "78")
        .with("role", "img")
        .with(
            "aria-label",
            "Registers by their value; the text view has the numbers",
        )
        .add_all(bars)
        .add_all(names);
    several([
        el("div", "svg-scroll").append(drawing),
        parts::note(&format!(
            "σ: {} registers are 0. τ: {} are at {LONGEST}, the most there can be.",
            counts[0], counts[LONGEST]
        )),
    ])
}

/// The header, and the part of the body that is about the register under the cursor.
pub fn bytes(bytes: &[u8], cursor: Option<u32>) -> Markup {
    let stale = bytes.get(15).is_some_and(|byte| byte & 0x80 != 0);
    let cache = bytes.get(8..16).unwrap_or_default();
    let header = el("p", "hll-header")
        .append(el("code", "").say(&hex(bytes.get(..4).unwrap_or_default())))
        .say(" HYLL ")
        .append(el("code", "").say(&hex(bytes.get(4..8).unwrap_or_default())))
        .say(match hll::encoding(bytes) {
            Encoding::Dense => " dense ",
            Encoding::Sparse => " sparse ",
        })
        .append(el("code", if stale { "stale" } else { "" }).say(&hex(cache)))
        .say(match stale {
            true => " cached estimate, stale",
            false => " cached estimate, valid",
        });
    let body = match hll::encoding(bytes) {
        Encoding::Dense => dense(bytes, cursor.unwrap_or(0) as usize),
        Encoding::Sparse => ribbon(bytes, cursor.unwrap_or(0) as usize),
    };
    several([header, body])
}

/// Three bytes hold four registers of six bits.
fn dense(bytes: &[u8], register: usize) -> Markup {
    let first = register / 4 * 4;
    let at = hll::HEADER_BYTES + first / 4 * 3;
    let three = bytes.get(at..at + 3).unwrap_or_default();
    let bits: String = three
        .iter()
        .rev()
        .map(|byte| format!("{byte:08b}"))
        .collect();
    let groups = bits
        .as_bytes()
        .chunks(6)
        .rev()
        .zip(first..)
        .map(|(bits, own)| {
            let class = if own == register { "six own" } else { "six" };
            el("span", class)
                .with("title", &format!("register {own}"))
                .say(&String::from_utf8_lossy(bits))
        });
    let groups: Vec<Markup> = groups.collect();
    el("p", "hll-body")
        .say(&format!("Bytes {at} to {}: ", at + 2))
        .append(el("code", "").say(&hex(three)))
        .say(&format!(" are registers {first} to {}: ", first + 3))
        .add_all(groups)
}

/// Some opcodes round the one that speaks of this register.
fn ribbon(bytes: &[u8], register: usize) -> Markup {
    const AROUND: usize = 6;
    let (mut at, mut first) = (hll::HEADER_BYTES, 0);
    let mut all = Vec::new();
    let mut own = 0;
    for opcode in hll::opcodes(bytes) {
        if (first..first + opcode.run()).contains(&register) {
            own = all.len();
        }
        all.push((at, first, opcode));
        at += opcode.size();
        first += opcode.run();
    }
    let from = own.saturating_sub(AROUND);
    let shown = all.iter().enumerate().skip(from).take(2 * AROUND + 1);
    let cells = shown.map(|(number, (at, first, opcode))| {
        let class = match (number == own, opcode.value() > 0) {
            (true, _) => "cell fresh",
            (false, true) => "cell first",
            (false, false) => "cell",
        };
        let raw = bytes.get(*at..at + opcode.size()).unwrap_or_default();
        parts::cell(
            class,
            &format!("byte {at} · register {first}"),
            &state::words(*opcode),
            &hex(raw),
        )
    });
    several([
        parts::note(&format!(
            "{} opcodes; these are round register {register}.",
            all.len()
        )),
        el("ol", "cells")
            .with("aria-label", "Opcodes")
            .add_all(cells),
    ])
}

pub fn table(registers: &[u8]) -> Markup {
    let counts = hll::histogram(registers);
    let rows = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    parts::table(
        &["Value", "Registers"],
        rows.map(|(value, count)| vec![value.to_string(), count.to_string()]),
    )
}
