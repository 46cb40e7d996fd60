//! What geo commands tell whoever listens (`trace`).

use trace::geo::Size;
use trace::{Event, Geo, sample, tell};

use crate::context::Context;
use crate::structures::geohash::{Cell, Cover, Place, Shape};
use crate::value::Value;

/// The places of a GEOADD, each with its member, once they are in the set.
#[cold]
pub(super) fn placed(ctx: &Context, key: &[u8], places: &[(Place, &[u8])]) {
    let object = ctx.keys.dbs[ctx.keys.db].keys.get(key);
    for (place, member) in places {
        let bits = place.bits();
        let score = match object.map(|object| &object.value) {
            Some(Value::SortedSet(set)) => set.score(member),
            _ => None,
        };
        tell(Event::Geo(Geo::Placed {
            member: sample(member),
            longitude: place.longitude,
            latitude: place.latitude,
            bits,
            kept: score == Some(bits as f64),
        }));
    }
}

#[cold]
pub(super) fn area(middle: Place, shape: Shape, cover: &Cover) {
    let size = match shape {
        Shape::Circle { radius } => Size::Circle { radius },
        Shape::Box { width, height } => Size::Box { width, height },
    };
    tell(Event::Geo(Geo::Area {
        longitude: middle.longitude,
        latitude: middle.latitude,
        size,
        steps: cover.middle.steps,
    }));
    for Cell { bits, steps } in cover.dropped() {
        tell(Event::Geo(Geo::Dropped { bits, steps }));
    }
}

#[cold]
pub(super) fn cell(cell: Cell) {
    let (min, max) = cell.scores();
    tell(Event::Geo(Geo::Cell {
        bits: cell.bits,
        steps: cell.steps,
        min,
        max,
    }));
}

#[cold]
pub(super) fn candidate(member: &[u8], score: f64, distance: Option<f64>) {
    tell(Event::Geo(Geo::Candidate {
        member: sample(member),
        score,
        distance,
    }));
}

#[cold]
pub(super) fn between(from: (&[u8], f64), to: (&[u8], f64), distance: f64) {
    tell(Event::Geo(Geo::Between {
        from: (sample(from.0), from.1),
        to: (sample(to.0), to.1),
        distance,
    }));
}
