//! Distances on a sphere of the earth's size, in meters, by the haversine formula.
//!
//! The server's digits depend on its C library, whose sines are off by a bit in one of a thousand; ours are those of
//! `number::trigonometry`, the same on every machine.

use super::Place;
use crate::number::trigonometry::{asin, cos, sin};

pub const RADIUS: f64 = 6_372_797.560_856;
const RADIANS_PER_DEGREE: f64 = std::f64::consts::PI / 180.0;

pub fn radians(degrees: f64) -> f64 {
    degrees * RADIANS_PER_DEGREE
}

pub fn degrees(radians: f64) -> f64 {
    radians / RADIANS_PER_DEGREE
}

pub fn distance(from: Place, to: Place) -> f64 {
    let across = sin((radians(to.longitude) - radians(from.longitude)) / 2.0);
    if across == 0.0 {
        return latitude_distance(from.latitude, to.latitude);
    }
    let (from_latitude, to_latitude) = (radians(from.latitude), radians(to.latitude));
    let along = sin((to_latitude - from_latitude) / 2.0);
    let haversine = along * along + cos(from_latitude) * cos(to_latitude) * across * across;
    2.0 * RADIUS * asin(haversine.sqrt())
}

/// Along a meridian.
pub fn latitude_distance(from: f64, to: f64) -> f64 {
    RADIUS * (radians(to) - radians(from)).abs()
}
