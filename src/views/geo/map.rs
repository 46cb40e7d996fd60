//! The map: cells, the order of their scores, the area, and places. A degree of longitude is drawn as long as it is on
//! the ground in the middle of the map; beyond the date line the map goes on.

use messages::format::{cut, text_of};
use messages::markup::{Markup, el, several};
use structures::geohash::{Area, Cell, LATITUDE_MAX, Place};
use structures::number::format_fixed;
use structures::number::trigonometry::{asin, cos, sin};
use structures::order;
use trace::geo::Size;

use super::drawing::{self, Look};
use super::state::{self, Search};
use crate::parts;

/// In units of the drawing.
const WIDTH: f64 = 480.0;
const HEIGHT_MAX: f64 = 420.0;
const HEIGHT_MIN: f64 = 180.0;
const RADIUS: f64 = 6_372_797.560_856;
const POLE: f64 = 90.0;
const RADIANS: f64 = std::f64::consts::PI / 180.0;

/// The part of the world that is drawn, and how.
struct Window {
    area: Area,
    height: f64,
}

impl Window {
    fn new(area: Area) -> Window {
        let middle = (area.south + area.north) / 2.0;
        let shorter = cos(middle.clamp(-84.0, 84.0) * RADIANS);
        let ratio = (area.north - area.south) / ((area.east - area.west) * shorter);
        Window {
            area,
            height: (WIDTH * ratio).clamp(HEIGHT_MIN, HEIGHT_MAX),
        }
    }

    /// The longitude as it lies nearest to the middle, going round the world if need be.
    fn near(&self, longitude: f64) -> f64 {
        let middle = (self.area.west + self.area.east) / 2.0;
        let off = longitude - middle;
        if off > 180.0 {
            longitude - 360.0
        } else if off < -180.0 {
            longitude + 360.0
        } else {
            longitude
        }
    }

    fn x(&self, longitude: f64) -> f64 {
        (longitude - self.area.west) / (self.area.east - self.area.west) * WIDTH
    }

    fn y(&self, latitude: f64) -> f64 {
        (self.area.north - latitude) / (self.area.north - self.area.south) * self.height
    }

    fn holds(&self, place: Place) -> bool {
        let longitude = self.near(place.longitude);
        (self.area.west..=self.area.east).contains(&longitude)
            && (self.area.south..=self.area.north).contains(&place.latitude)
    }
}

pub fn svg(look: &Look) -> Markup {
    let window = Window::new(window_of(look));
    let label = match look.search {
        Some(_) => "The cells of the search and the places in them. The text view says the same.",
        None => "Places on a map. The text view says the same.",
    };
    let drawing = el("svg", "geo-map")
        .with(
            "viewBox",
            &format!("0 0 {} {}", px(WIDTH), px(window.height)),
        )
        .with("role", "img")
        .with("aria-label", label)
        .add_all(look.search.map(|search| cells(search, &window)))
        .add_if(own_cell(look, &window))
        .add_all(look.search.map(|search| area(search, &window)))
        .add_if(parting(look, &window))
        .append(dots(look, &window));
    let edges = window.area;
    let side = |angle: f64, is_longitude| {
        let turned = match is_longitude {
            true if angle > 180.0 => angle - 360.0,
            true if angle < -180.0 => angle + 360.0,
            _ => angle,
        };
        drawing::degrees(turned, is_longitude)
    };
    let outside = look
        .places
        .iter()
        .filter(|(_, score)| !window.holds(Place::from_score(*score)))
        .count();
    let rest = match outside {
        0 => String::new(),
        1 => " 1 place lies outside.".to_owned(),
        count => format!(" {count} places lie outside."),
    };
    several([
        drawing,
        parts::note(&format!(
            "From {} to {}, from {} to {}.{rest}",
            side(edges.west, true),
            side(edges.east, true),
            side(edges.south, false),
            side(edges.north, false)
        )),
    ])
}

/// The nine cells of a search, two places that are compared, or all places, with a margin.
fn window_of(look: &Look) -> Area {
    if let Some(search) = look.search {
        let own = search.own_cell().area();
        let (width, height) = (own.east - own.west, own.north - own.south);
        return Area {
            west: own.west - width * 1.06,
            east: own.east + width * 1.06,
            south: (own.south - height * 1.06).max(-POLE),
            north: (own.north + height * 1.06).min(POLE),
        };
    }
    let scores: Vec<f64> = match look.pair {
        Some(pair) => vec![pair.from.1, pair.to.1],
        None => look.places.iter().map(|(_, score)| *score).collect(),
    };
    let Some((first, rest)) = scores.split_first() else {
        return Area {
            west: -180.0,
            east: 180.0,
            south: -LATITUDE_MAX,
            north: LATITUDE_MAX,
        };
    };
    let first = Place::from_score(*first);
    let mut area = Area {
        west: first.longitude,
        east: first.longitude,
        south: first.latitude,
        north: first.latitude,
    };
    for score in rest {
        let place = Place::from_score(*score);
        area.west = area.west.min(place.longitude);
        area.east = area.east.max(place.longitude);
        area.south = area.south.min(place.latitude);
        area.north = area.north.max(place.latitude);
    }
    const LEAST: f64 = 0.000_2;
    let across = (area.east - area.west).max(area.north - area.south);
    let margin = (across * 0.2).max(LEAST);
    Area {
        west: area.west - margin,
        east: area.east + margin,
        south: area.south - margin,
        north: area.north + margin,
    }
}

/// Each cell once, where it lies round the middle; those that were looked through have numbers.
fn cells(search: &Search, window: &Window) -> Markup {
    let own = search.own_cell();
    let area = own.area();
    let (width, height) = (area.east - area.west, area.north - area.south);
    let mut drawn = Vec::new();
    let mut order: Vec<(u64, f64, f64)> = Vec::new();
    let mut seen: Vec<Cell> = Vec::new();
    for (east, north) in spots(own) {
        let cell = own.neighbor(east, north);
        if seen.contains(&cell) {
            continue;
        }
        seen.push(cell);
        let number = search.cells.iter().position(|looked| looked.cell == cell);
        let was_dropped = search.dropped.contains(&cell);
        let class = match (number, was_dropped) {
            (Some(number), _) if number + 1 == search.cells.len() => "geo-cell looked now",
            (Some(_), _) => "geo-cell looked",
            (None, true) => "geo-cell dropped",
            (None, false) => "geo-cell",
        };
        let west = area.west + width * f64::from(east);
        let upper = area.north + height * f64::from(north);
        let (x, y) = (window.x(west), window.y(upper));
        let (across, down) = (window.x(west + width) - x, window.y(upper - height) - y);
        drawn.push(
            el("rect", class)
                .with("x", &px(x))
                .with("y", &px(y))
                .with("width", &px(across))
                .with("height", &px(down)),
        );
        let words = match number {
            Some(number) => (number + 1).to_string(),
            None if was_dropped => "dropped".to_owned(),
            None => String::new(),
        };
        drawn.push(label("geo-number", x + 6.0, y + 16.0, &words));
        if number.is_some() {
            order.extend(inside(cell, (x, y), (across, down)));
        }
    }
    order::sort_by(&mut order, |(one, ..), (other, ..)| one.cmp(other));
    several([z_curve(&order)]).add_all(drawn)
}

/// The nine places round a cell, east and north. Of very large cells there are so few that the grid comes back to the
/// same one: first come those where the map really has them.
fn spots(own: Cell) -> Vec<(i32, i32)> {
    let mut spots = vec![(0, 0)];
    for north in [0, 1, -1] {
        spots.extend(
            [0, 1, -1]
                .map(|east| (east, north))
                .into_iter()
                .filter(|spot| *spot != (0, 0)),
        );
    }
    let comes_back = |(east, north): &(i32, i32)| u8::from(is_round_the_edge(own, *east, *north));
    order::sort_by(&mut spots, |one, other| {
        comes_back(one).cmp(&comes_back(other))
    });
    spots
}

/// Whether the grid has gone on at the other edge of the map.
fn is_round_the_edge(own: Cell, east: i32, north: i32) -> bool {
    let (area, there) = (own.area(), own.neighbor(east, north).area());
    let is_there = |from: f64, size: f64, by: i32, real: f64| {
        (from + size * f64::from(by) - real).abs() < size / 2.0
    };
    !is_there(area.west, area.east - area.west, east, there.west)
        || !is_there(area.south, area.north - area.south, north, there.south)
}

/// The middles of 16 smaller cells, with their bits.
fn inside(
    cell: Cell,
    (x, y): (f64, f64),
    (across, down): (f64, f64),
) -> impl Iterator<Item = (u64, f64, f64)> {
    (0..16u64).map(move |at| {
        // Latitude in the even bits, from the south; longitude in the odd ones.
        let north = (at & 1) + (at >> 1 & 2);
        let east = (at >> 1 & 1) + (at >> 2 & 2);
        let part = |place: u64| (place as f64 + 0.5) / 4.0;
        (
            cell.bits << 4 | at,
            x + across * part(east),
            y + down * (1.0 - part(north)),
        )
    })
}

/// The way of growing scores; where it leaves the cells and comes back, it jumps.
fn z_curve(order: &[(u64, f64, f64)]) -> Markup {
    let (mut way, mut jumps) = (String::new(), String::new());
    for pair in order.windows(2) {
        let ((before, x, y), (after, to_x, to_y)) = (pair[0], pair[1]);
        let path = if after == before + 1 {
            &mut way
        } else {
            &mut jumps
        };
        path.push_str(&format!("M{} {}L{} {}", px(x), px(y), px(to_x), px(to_y)));
    }
    several([
        el("path", "geo-curve").with("d", &way),
        el("path", "geo-curve jump").with("d", &jumps),
    ])
}

/// The cell of the place whose bits are shown, of so many halvings.
fn own_cell(look: &Look, window: &Window) -> Option<Markup> {
    let (_, score) = look.chosen.filter(|_| look.pair.is_none())?;
    let area = Cell::around(Place::from_score(*score), look.steps).area();
    let west = window.near((area.west + area.east) / 2.0) - (area.east - area.west) / 2.0;
    let (x, y) = (window.x(west), window.y(area.north));
    let width = window.x(west + area.east - area.west) - x;
    let height = window.y(area.south) - y;
    const LEAST: f64 = 3.0;
    (width > LEAST && height > LEAST).then(|| {
        el("rect", "geo-own")
            .with("x", &px(x))
            .with("y", &px(y))
            .with("width", &px(width))
            .with("height", &px(height))
    })
}

/// The circle or box as it lies on the globe: how far it reaches sideways differs from parallel to parallel.
fn area(search: &Search, window: &Window) -> Markup {
    const ROWS: u32 = 32;
    let middle = search.middle;
    let up = match search.size {
        Size::Circle { radius } => radius,
        Size::Box { height, .. } => height / 2.0,
    } / RADIUS
        / RADIANS;
    let mut right = Vec::new();
    for row in 0..=ROWS {
        // Denser where the circle turns.
        let turn = std::f64::consts::PI * f64::from(row) / f64::from(ROWS);
        let latitude = (middle.latitude + up * cos(turn)).clamp(-90.0, 90.0);
        right.push((latitude, sideways(search, latitude)));
    }
    let point = |longitude: f64, latitude: f64| {
        format!("{} {}", px(window.x(longitude)), px(window.y(latitude)))
    };
    let east = right
        .iter()
        .map(|(latitude, by)| point(middle.longitude + by, *latitude));
    let west = right
        .iter()
        .rev()
        .map(|(latitude, by)| point(middle.longitude - by, *latitude));
    let points: Vec<String> = east.chain(west).collect();
    let (x, y) = (window.x(middle.longitude), window.y(middle.latitude));
    several([
        el("path", "geo-area").with("d", &format!("M{}Z", points.join("L"))),
        el("path", "geo-middle").with(
            "d",
            &format!("M{} {}h12M{} {}v12", px(x - 6.0), px(y), px(x), px(y - 6.0)),
        ),
    ])
}

/// Degrees of longitude from the middle to the edge of the area on this parallel: the haversine formula turned round.
fn sideways(search: &Search, latitude: f64) -> f64 {
    let (own, other) = (search.middle.latitude * RADIANS, latitude * RADIANS);
    let sine = match search.size {
        Size::Circle { radius } => {
            let (whole, along) = (sin(radius / RADIUS / 2.0), sin((other - own) / 2.0));
            let across = (whole * whole - along * along) / (cos(own) * cos(other)).max(1e-9);
            across.max(0.0).sqrt()
        }
        Size::Box { width, .. } => sin(width / RADIUS / 4.0) / cos(other).max(1e-9),
    };
    2.0 * asin(sine.min(1.0)) / RADIANS
}

/// The line between two places, once it is no secret.
fn parting(look: &Look, window: &Window) -> Option<Markup> {
    let pair = look.pair.filter(|_| !look.hidden)?;
    let parting = state::parting(pair.from.1, pair.to.1)?;
    let (path, x, y) = match parting.is_meridian {
        true => {
            let x = window.x(window.near(parting.degrees));
            (format!("M{} 0V{}", px(x), px(window.height)), x + 6.0, 16.0)
        }
        false => {
            let y = window.y(parting.degrees);
            (format!("M0 {}H{}", px(y), px(WIDTH)), 6.0, y - 6.0)
        }
    };
    Some(several([
        el("path", "geo-parting").with("d", &path),
        label("geo-number", x, y, &drawing::line(&parting)),
    ]))
}

/// Places with as many names as there is room for. A cross marks a candidate that was outside.
fn dots(look: &Look, window: &Window) -> Markup {
    const NAMES_MAX: usize = 16;
    // Left edge, width and base line of what names must not lie over; at first the marks.
    let marks = look
        .named
        .iter()
        .map(|(_, score)| Place::from_score(*score));
    let mut taken: Vec<(f64, f64, f64)> = marks
        .filter(|place| window.holds(*place))
        .map(|place| {
            let x = window.x(window.near(place.longitude));
            (x - 6.0, 12.0, window.y(place.latitude) + 5.0)
        })
        .collect();
    let mut drawn = Vec::new();
    for (number, (member, score)) in look.named.iter().enumerate() {
        let place = Place::from_score(*score);
        if !window.holds(place) {
            continue;
        }
        let (x, y) = (
            window.x(window.near(place.longitude)),
            window.y(place.latitude),
        );
        let found = look
            .search
            .filter(|_| !look.hidden)
            .and_then(|search| search.candidates().find(|one| one.member == *member));
        let class = match found.map(|one| one.distance.is_some()) {
            Some(true) => "geo-place inside",
            Some(false) => "geo-place outside",
            None => "geo-place",
        };
        let mark = match found.is_some_and(|one| one.distance.is_none()) {
            true => el("path", class).with(
                "d",
                &format!("M{} {}l8 8m0-8l-8 8", px(x - 4.0), px(y - 4.0)),
            ),
            false => el("circle", class)
                .with("cx", &px(x))
                .with("cy", &px(y))
                .with("r", "4.5"),
        };
        let name = text_of(member);
        drawn.push(
            el("g", "")
                .with("data-set", &format!("place={name}"))
                .append(mark.append(el("title", "").say(&name))),
        );
        let name = cut(&name, 14);
        if number < NAMES_MAX
            && let Some((x, y)) = room(&mut taken, (x, y), name.chars().count(), window)
        {
            drawn.push(label("geo-name", x, y, &name));
        }
    }
    several(drawn)
}

/// Where beside its place a name does not lie over another one.
fn room(
    taken: &mut Vec<(f64, f64, f64)>,
    (x, y): (f64, f64),
    letters: usize,
    window: &Window,
) -> Option<(f64, f64)> {
    const LETTER: f64 = 10.5;
    const LINE: f64 = 15.0;
    let width = letters as f64 * LETTER;
    let spots = [
        (x + 9.0, y + 4.0),
        (x - 9.0 - width, y + 4.0),
        (x - width / 2.0, y - 11.0),
        (x - width / 2.0, y + 21.0),
    ];
    let found = spots.into_iter().find(|(left, base)| {
        let inside =
            *left >= 0.0 && left + width <= WIDTH && *base > 12.0 && *base < window.height - 4.0;
        inside
            && taken.iter().all(|(other, other_width, other_base)| {
                *left > other + other_width
                    || left + width < *other
                    || (base - other_base).abs() > LINE
            })
    })?;
    taken.push((found.0, width, found.1));
    Some(found)
}

/// With one decimal. The server’s own way to write numbers is here already; the standard library’s would come on top.
fn px(length: f64) -> String {
    format_fixed(length, 1)
}

fn label(class: &str, x: f64, y: f64, words: &str) -> Markup {
    el("text", class)
        .with("x", &px(x))
        .with("y", &px(y))
        .say(words)
}
