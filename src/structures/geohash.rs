//! Geohash: a place on the globe as one integer. Longitude and latitude are halved again and again; each halving is
//! one bit, and the bits of both alternate, so places near each other mostly share their first bits.
//!
//! A cell is what some bits have in common. Redis keeps the 52 bits of a smallest cell as the score of a sorted set,
//! which makes every larger cell a range of scores. Which cells cover an area is `cover.rs`'s business, distances
//! are `earth.rs`'s.
//!
//! Source: Gustavo Niemeyer's geohash (2008); Redis: `geohash.c`.

mod cover;
mod earth;
#[cfg(test)]
mod tests;

pub use cover::{Cover, Shape, cover};
pub use earth::{distance, latitude_distance};

/// A place in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub longitude: f64,
    pub latitude: f64,
}

/// Halvings of each coordinate in a score: a cell is then about half a meter wide.
pub const STEPS_MAX: u32 = 26;
pub const LONGITUDE_MAX: f64 = 180.0;
/// Where the square map of Web Mercator ends.
pub const LATITUDE_MAX: f64 = 85.051_128_78;

impl Place {
    /// Whether it can be indexed.
    pub fn is_on_map(self) -> bool {
        (-LONGITUDE_MAX..=LONGITUDE_MAX).contains(&self.longitude)
            && (-LATITUDE_MAX..=LATITUDE_MAX).contains(&self.latitude)
    }

    /// The 52 bits of the smallest cell. The upper edges of the map have a bit more, as on the server.
    pub fn bits(self) -> u64 {
        Cell::around(self, STEPS_MAX).bits
    }

    /// The middle of a smallest cell, from any score, even one that no place has.
    pub fn from_score(score: f64) -> Place {
        Cell {
            bits: bits_of_score(score),
            steps: STEPS_MAX,
        }
        .area()
        .middle()
    }

    /// The text by which other programs know a geohash: 10 letters of 5 bits, over latitudes up to the poles, and a
    /// letter for bits that there are not.
    pub fn letters(self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        const POLE: f64 = 90.0;
        let bits = interleaved(self, STEPS_MAX, POLE);
        let letter = |at: u32| ALPHABET[(bits >> (52 - 5 * (at + 1)) & 31) as usize];
        let letters = (0..10).map(|at| char::from(letter(at)));
        letters.chain(std::iter::once('0')).collect()
    }
}

/// Some first bits of all places inside: `2 * steps` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub bits: u64,
    pub steps: u32,
}

/// From edge to edge, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub west: f64,
    pub east: f64,
    pub south: f64,
    pub north: f64,
}

impl Area {
    pub fn middle(self) -> Place {
        Place {
            longitude: ((self.west + self.east) / 2.0).clamp(-LONGITUDE_MAX, LONGITUDE_MAX),
            latitude: ((self.south + self.north) / 2.0).clamp(-LATITUDE_MAX, LATITUDE_MAX),
        }
    }
}

impl Cell {
    /// The cell of so many halvings that a place lies in.
    pub fn around(place: Place, steps: u32) -> Cell {
        Cell {
            bits: interleaved(place, steps, LATITUDE_MAX),
            steps,
        }
    }

    pub fn area(self) -> Area {
        let (latitude, longitude) = (even_bits(self.bits), even_bits(self.bits >> 1));
        let cells = (1u64 << self.steps) as f64;
        let edge =
            |at: u32, more: f64, max: f64| -max + (f64::from(at) + more) / cells * (max + max);
        Area {
            west: edge(longitude, 0.0, LONGITUDE_MAX),
            east: edge(longitude, 1.0, LONGITUDE_MAX),
            south: edge(latitude, 0.0, LATITUDE_MAX),
            north: edge(latitude, 1.0, LATITUDE_MAX),
        }
    }

    /// The cell of the same size so many cells to the east and to the north; the map is a ring both ways.
    pub fn neighbor(self, east: i32, north: i32) -> Cell {
        let inside = u32::MAX >> (32 - self.steps);
        // The upper edges of the map lie one beyond the last cell, and stay there unless moved.
        let moved = |at: u32, by: i32| match by {
            0 => at,
            by => at.wrapping_add_signed(by) & inside,
        };
        let latitude = moved(even_bits(self.bits), north);
        let longitude = moved(even_bits(self.bits >> 1), east);
        Cell {
            bits: spread(latitude) | spread(longitude) << 1,
            steps: self.steps,
        }
    }

    /// The scores of all places inside: from the first, up to and without the second.
    pub fn scores(self) -> (u64, u64) {
        let below = 52 - 2 * self.steps;
        (self.bits << below, (self.bits + 1) << below)
    }
}

fn interleaved(place: Place, steps: u32, latitude_max: f64) -> u64 {
    let cells = (1u64 << steps) as f64;
    let at = |degrees: f64, max: f64| ((degrees - -max) / (max - -max) * cells) as u32;
    let latitude = at(place.latitude, latitude_max);
    let longitude = at(place.longitude, LONGITUDE_MAX);
    spread(latitude) | spread(longitude) << 1
}

/// Bit n goes to bit 2n.
fn spread(number: u32) -> u64 {
    let mut bits = u64::from(number);
    bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff;
    bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff;
    bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    bits = (bits | bits << 2) & 0x3333_3333_3333_3333;
    (bits | bits << 1) & 0x5555_5555_5555_5555
}

/// Bit 2n goes to bit n.
fn even_bits(bits: u64) -> u32 {
    let mut bits = bits & 0x5555_5555_5555_5555;
    bits = (bits | bits >> 1) & 0x3333_3333_3333_3333;
    bits = (bits | bits >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff;
    bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff;
    (bits | bits >> 16) as u32
}

/// Scores need not come from places. What has no 64-bit integer becomes what the processor makes of it.
fn bits_of_score(score: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if score < HALF {
        integer_of_score(score) as u64
    } else {
        integer_of_score(score - HALF) as u64 ^ 1 << 63
    }
}

/// A score without its decimals, as a 64-bit integer; the lowest one if it is beyond them.
pub fn integer_of_score(score: f64) -> i64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if (-HALF..HALF).contains(&score) {
        score as i64
    } else {
        i64::MIN
    }
}
