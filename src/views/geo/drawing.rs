//! Bits as two combs, cells as ranges of scores, and the words for angles, lengths and lines.

use messages::format::{counted, text_of, word};
use messages::markup::{Markup, el, several};
use structures::geohash::{Cell, Place, STEPS_MAX};
use structures::number::format_fixed;

use super::state::{self, Pair, Parting, Places, Search};
use crate::parts;

/// What is to be drawn of a moment.
pub struct Look<'a> {
    pub key: &'a [u8],
    pub places: &'a Places,
    /// The same, and members of the search, in the order in which names are given room.
    pub named: &'a Places,
    pub search: Option<&'a Search>,
    pub pair: Option<&'a Pair<'a>>,
    /// The member whose bits are shown.
    pub chosen: Option<&'a (Vec<u8>, f64)>,
    pub steps: u32,
    /// Which members were candidates is asked for.
    pub hidden: bool,
}

/// `0.0003° E`.
pub fn degrees(angle: f64, is_longitude: bool) -> String {
    let side = match (is_longitude, angle < 0.0) {
        (true, false) => "E",
        (true, true) => "W",
        (false, false) => "N",
        (false, true) => "S",
    };
    let text = format_fixed(angle.abs(), 5);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "0" => "0°".to_owned(),
        text => format!("{text}° {side}"),
    }
}

/// `41.6 m`, `4.9 km`.
pub fn meters(length: f64) -> String {
    match length < 1_000.0 {
        true => format!("{} m", format_fixed(length, 1)),
        false => format!("{} km", format_fixed(length / 1_000.0, 1)),
    }
}

/// `the meridian 0°`.
pub fn line(parting: &Parting) -> String {
    let kind = if parting.is_meridian {
        "meridian"
    } else {
        "parallel"
    };
    format!(
        "the {kind} {}",
        degrees(parting.degrees, parting.is_meridian)
    )
}

/// `2,251,799`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The bits that a cell's members share.
pub fn prefix(bits: u64, steps: u32) -> String {
    format!("{bits:0width$b}", width = 2 * steps as usize)
}

/// Three lines: longitude, latitude, and both taking turns. So many first bits of each are those of the cell.
pub fn combs(place: &(Vec<u8>, f64), steps: u32) -> Markup {
    let (member, score) = place;
    let bits = state::bits(*score);
    let (longitude, latitude) = state::halves(bits);
    let at = Place::from_score(*score);
    let cell = Cell {
        bits: bits >> (2 * (STEPS_MAX - steps)),
        steps,
    };
    let (min, max) = cell.scores();
    let size = cell_size(cell);
    let words = match steps {
        STEPS_MAX => format!(
            "{}: all 52 bits are the score {bits}, a cell of {size}.",
            text_of(member)
        ),
        _ => format!(
            "{}: {} {} a cell of {size}, all scores from {min} up to, not including, {max}.",
            text_of(member),
            counted(steps.into(), "halving"),
            if steps == 1 { "makes" } else { "make" }
        ),
    };
    let rows = several([
        comb_row(
            "longitude",
            &spread(&longitude, 0),
            steps,
            &degrees(at.longitude, true),
        ),
        comb_row(
            "latitude",
            &spread(&latitude, 1),
            steps,
            &degrees(at.latitude, false),
        ),
        comb_row("score", &format!("{bits:052b}"), steps, &bits.to_string()),
    ]);
    several([scrolled(rows), parts::note(&words)])
}

/// Two scores above each other, up to the bit in which they part.
pub fn pair_combs(pair: &Pair, hidden: bool) -> Markup {
    let parting = state::parting(pair.from.1, pair.to.1).filter(|_| !hidden);
    let row = |(member, score): (&[u8], f64)| {
        let bits = format!("{:052b}", state::bits(score));
        let name = messages::format::cut(&text_of(member), 10);
        match (&parting, hidden) {
            (_, true) => comb_cells(&name, el("span", "comb-bits").say(&"?".repeat(52)), ""),
            (None, _) => comb_row(&name, &bits, STEPS_MAX, ""),
            (Some(parting), _) => {
                let (same, rest) = bits.split_at(parting.bit as usize);
                let (own, rest) = rest.split_at(1);
                let class = if parting.is_meridian {
                    "parting lon"
                } else {
                    "parting lat"
                };
                let bits = el("span", "comb-bits")
                    .append(el("span", "comb-same").say(same))
                    .append(el("b", class).say(own))
                    .append(el("span", "quiet-bits").say(rest));
                comb_cells(&name, bits, "")
            }
        }
    };
    let words = match (&parting, hidden) {
        (_, true) => "Their bits are drawn after your answer.".to_owned(),
        (None, _) => "All 52 bits are the same: for Redis they are one place.".to_owned(),
        (Some(parting), _) => {
            let same = match parting.bit {
                0 => "No bit before it is the same".to_owned(),
                1 => "The first bit is the same".to_owned(),
                bits => format!("The first {bits} bits are the same"),
            };
            let angle = if parting.is_meridian {
                "longitude"
            } else {
                "latitude"
            };
            format!(
                "The marked bit is one of {angle}: {} parts them. {same}.",
                line(parting)
            )
        }
    };
    several([
        scrolled(several([row(pair.from), row(pair.to)])),
        parts::note(&words),
    ])
}

/// A tooth at every second place.
fn spread(bits: &str, first: usize) -> String {
    let gap = |bit| match first {
        0 => format!("{bit} "),
        _ => format!(" {bit}"),
    };
    bits.chars().map(gap).collect()
}

fn comb_row(name: &str, bits: &str, steps: u32, value: &str) -> Markup {
    let (own, rest) = bits.split_at(2 * steps as usize);
    let class = match name {
        "longitude" => "lon",
        "latitude" => "lat",
        _ => "comb-own",
    };
    let own = match class {
        // Where both take turns, each bit says whose it is.
        "comb-own" => several(own.char_indices().map(|(at, bit)| {
            let class = if at.is_multiple_of(2) { "lon" } else { "lat" };
            el("span", class).say(&bit.to_string())
        })),
        class => el("span", class).say(own),
    };
    let bits = el("span", "comb-bits")
        .append(own)
        .append(el("span", "quiet-bits").say(rest));
    comb_cells(name, bits, value)
}

fn comb_cells(name: &str, bits: Markup, value: &str) -> Markup {
    el("p", "comb")
        .append(el("span", "comb-name").say(name))
        .append(bits)
        .append(el("span", "comb-value").say(value))
}

fn scrolled(rows: Markup) -> Markup {
    el("div", "svg-scroll combs")
        .with("tabindex", "0")
        .with("role", "group")
        .with("aria-label", "Bits of longitude, latitude and score")
        .append(rows)
}

/// `4.9 km by 2.4 km`, measured through its middle.
pub fn cell_size(cell: Cell) -> String {
    let area = cell.area();
    let middle = area.middle();
    let at = |longitude, latitude| Place {
        longitude,
        latitude,
    };
    let width = structures::geohash::distance(
        at(area.west, middle.latitude),
        at(area.east, middle.latitude),
    );
    let height = structures::geohash::latitude_distance(area.south, area.north);
    format!("{} by {}", meters(width), meters(height))
}

/// Where a cell lies as seen from the one in the middle.
fn direction(search: &Search, cell: Cell) -> &'static str {
    const NAMES: [[&str; 3]; 3] = [
        ["south-west", "south", "south-east"],
        ["west", "own cell", "east"],
        ["north-west", "north", "north-east"],
    ];
    let middle = search.own_cell();
    if middle == cell {
        return NAMES[1][1];
    }
    for (north, row) in (-1..).zip(NAMES) {
        for (east, name) in (-1..).zip(row) {
            if middle.neighbor(east, north) == cell {
                return name;
            }
        }
    }
    "elsewhere"
}

/// Each cell as the range of scores that it is; pressed, it is asked for as any sorted set is.
pub fn ranges(search: &Search, look: &Look) -> Markup {
    let key = word(look.key);
    let rows = search.cells.iter().zip(1..).map(|(looked, number)| {
        let (min, max) = looked.cell.scores();
        let line = format!("ZRANGE {key} {min} ({max} BYSCORE");
        let hits = looked
            .candidates
            .iter()
            .filter(|one| one.distance.is_some());
        let found = match look.hidden {
            true => String::new(),
            false => format!(
                "{}, {} inside",
                counted(looked.candidates.len() as u64, "candidate"),
                hits.count()
            ),
        };
        el("li", "geo-range")
            .append(el("b", "").say(&format!("{number} {}", direction(search, looked.cell))))
            .append(
                el("button", "geo-run")
                    .with("type", "button")
                    .with("data-run", &line)
                    .say(&line),
            )
            .append(el("span", "").say(&found))
    });
    let far = search.cells.iter().any(|looked| {
        let (own, there) = (search.own_cell().area(), looked.cell.area());
        there.south > own.north || there.north < own.south
    });
    let far = far.then(|| {
        parts::note("The grid has no edge in the north and the south: a cell beyond it is one at the other end of the world, and is looked through too.")
    });
    let dropped: Vec<&str> = search
        .dropped
        .iter()
        .map(|cell| direction(search, *cell))
        .collect();
    let dropped = (!dropped.is_empty()).then(|| {
        parts::note(&format!(
            "Dropped, since the area does not reach them: {}.",
            dropped.join(", ")
        ))
    });
    several([
        parts::note(&format!(
            "{}: cells of {}. A cell is a range of scores:",
            counted(search.steps.into(), "halving"),
            cell_size(search.own_cell())
        )),
        el("ol", "geo-ranges")
            .with(
                "aria-label",
                "Cells in the order in which they are looked through",
            )
            .add_all(rows),
    ])
    .add_if(dropped)
    .add_if(far)
}

pub fn table(look: &Look) -> Markup {
    const ROWS_MAX: usize = 64;
    let rows = look.named.iter().take(ROWS_MAX).map(|(member, score)| {
        let place = Place::from_score(*score);
        vec![
            text_of(member),
            degrees(place.longitude, true),
            degrees(place.latitude, false),
            structures::number::format_f64(*score),
            part_of(look, member),
        ]
    });
    parts::table(
        &["Member", "Longitude", "Latitude", "Score", "In this search"],
        rows,
    )
}

fn part_of(look: &Look, member: &[u8]) -> String {
    let Some(search) = look.search else {
        return String::new();
    };
    if look.hidden {
        return "?".to_owned();
    }
    let found = search.candidates().find(|one| one.member == member);
    match found.map(|one| one.distance) {
        None => "not looked at".to_owned(),
        Some(None) => "candidate, outside".to_owned(),
        Some(Some(distance)) => format!("inside, {}", meters(distance)),
    }
}
