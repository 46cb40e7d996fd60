//! Which cells cover an area around a place: its own cell and up to eight neighbors, of a size at which these nine
//! are enough. What they hold beyond the area is sorted out by `Shape::distance`.

use super::earth::{RADIUS, degrees, distance, latitude_distance, radians};
use super::{Cell, Place, STEPS_MAX};
use crate::number::trigonometry::cos;

/// What is searched around a place; in meters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}

impl Shape {
    /// How far a place is from the middle, if it is inside.
    pub fn distance(self, middle: Place, place: Place) -> Option<f64> {
        match self {
            Shape::Circle { radius } => {
                // Antipodes may have no distance at all; as on the server that counts as inside.
                let found = distance(middle, place);
                if found > radius { None } else { Some(found) }
            }
            Shape::Box { width, height } => {
                let up = latitude_distance(place.latitude, middle.latitude);
                if up > height / 2.0 {
                    return None;
                }
                let on_its_parallel = Place {
                    longitude: middle.longitude,
                    latitude: place.latitude,
                };
                if distance(place, on_its_parallel) > width / 2.0 {
                    return None;
                }
                Some(distance(middle, place))
            }
        }
    }

    /// The radius of a circle that holds it.
    fn reach(self) -> f64 {
        match self {
            Shape::Circle { radius } => radius,
            Shape::Box { width, height } => {
                ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
            }
        }
    }

    /// Half its width and half its height.
    fn halves(self) -> (f64, f64) {
        match self {
            Shape::Circle { radius } => (radius, radius),
            Shape::Box { width, height } => (width / 2.0, height / 2.0),
        }
    }
}

/// The cells to search, in the order in which Redis searches them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    pub middle: Cell,
    /// North, south, east, west, north-east, north-west, south-east, south-west; `None` is outside of the area.
    pub neighbors: [Option<Cell>; 8],
}

/// East and north.
const DIRECTIONS: [(i32, i32); 8] = [
    (0, 1),
    (0, -1),
    (1, 0),
    (-1, 0),
    (1, 1),
    (-1, 1),
    (1, -1),
    (-1, -1),
];

impl Cover {
    /// Each cell once. Of large cells there are so few that neighbors are the same; those follow one another.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![self.middle];
        for cell in self.neighbors.into_iter().flatten() {
            if cells.last() != Some(&cell) {
                cells.push(cell);
            }
        }
        cells
    }

    /// The neighbors that are outside of the area.
    pub fn dropped(&self) -> Vec<Cell> {
        let all = DIRECTIONS.iter().zip(&self.neighbors);
        let outside = all.filter(|(_, neighbor)| neighbor.is_none());
        outside
            .map(|((east, north), _)| self.middle.neighbor(*east, *north))
            .collect()
    }
}

/// The edges of an area, in degrees; beyond the map if it reaches that far.
struct Bounds {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

fn bounds(middle: Place, shape: Shape) -> Bounds {
    let (half_width, half_height) = shape.halves();
    let up = degrees(half_height / RADIUS);
    // A parallel is shorter the nearer it is to a pole.
    let sideways = |latitude: f64| degrees(half_width / RADIUS / cos(radians(latitude)));
    let sideways = if middle.latitude < 0.0 {
        sideways(middle.latitude - up)
    } else {
        sideways(middle.latitude + up)
    };
    Bounds {
        west: middle.longitude - sideways,
        east: middle.longitude + sideways,
        south: middle.latitude - up,
        north: middle.latitude + up,
    }
}

pub fn cover(middle: Place, shape: Shape) -> Cover {
    let bounds = bounds(middle, shape);
    let mut cell = Cell::around(middle, steps_for(shape.reach(), middle.latitude));
    if cell.steps > 1 && !neighbors_reach(cell, &bounds) {
        cell = Cell::around(middle, cell.steps - 1);
    }
    let area = cell.area();
    let is_useless = |(east, north): (i32, i32)| {
        cell.steps >= 2
            && (north < 0 && area.south < bounds.south
                || north > 0 && area.north > bounds.north
                || east < 0 && area.west < bounds.west
                || east > 0 && area.east > bounds.east)
    };
    let neighbors = DIRECTIONS.map(|direction| {
        let neighbor = cell.neighbor(direction.0, direction.1);
        (!is_useless(direction)).then_some(neighbor)
    });
    Cover {
        middle: cell,
        neighbors,
    }
}

fn neighbors_reach(cell: Cell, bounds: &Bounds) -> bool {
    let area = |east: i32, north: i32| cell.neighbor(east, north).area();
    !(area(0, 1).north < bounds.north
        || area(0, -1).south > bounds.south
        || area(1, 0).east < bounds.east
        || area(-1, 0).west > bounds.west)
}

/// How many halvings give cells of about this size.
fn steps_for(radius: f64, latitude: f64) -> u32 {
    /// Half the width of the Web Mercator map.
    const MERCATOR_MAX: f64 = 20_037_726.37;
    if radius == 0.0 {
        return STEPS_MAX;
    }
    let mut steps = 1i32;
    let mut doubled = radius;
    while doubled < MERCATOR_MAX {
        doubled *= 2.0;
        steps += 1;
    }
    steps -= 2;
    // Cells are narrower near the poles.
    for pole in [66.0, 80.0] {
        if latitude.abs() > pole {
            steps -= 1;
        }
    }
    steps.clamp(1, STEPS_MAX as i32) as u32
}
