use super::*;
use crate::random::Random;

fn some_place(random: &mut Random) -> Place {
    let mut between = |max: f64| random.below(2_000_001) as f64 / 1_000_000.0 * max - max;
    Place {
        longitude: between(LONGITUDE_MAX),
        latitude: between(LATITUDE_MAX),
    }
}

#[test]
fn a_place_lies_in_its_cell_of_every_size() {
    for seed in 0..2000 {
        let place = some_place(&mut Random::new(seed));
        for steps in 1..=STEPS_MAX {
            let cell = Cell::around(place, steps);
            let area = cell.area();
            let within = |low: f64, at: f64, high: f64| low - 1e-9 <= at && at <= high + 1e-9;
            assert!(within(area.west, place.longitude, area.east), "seed {seed}");
            assert!(
                within(area.south, place.latitude, area.north),
                "seed {seed}"
            );
            let (first, end) = cell.scores();
            assert!((first..end).contains(&place.bits()), "seed {seed}");
        }
    }
}

#[test]
fn neighbors_touch() {
    for seed in 0..2000 {
        let mut random = Random::new(seed);
        let steps = 2 + random.below(25) as u32;
        let cell = Cell::around(some_place(&mut random), steps);
        let (here, east) = (cell.area(), cell.neighbor(1, 0).area());
        let north = cell.neighbor(0, 1).area();
        if here.east < LONGITUDE_MAX {
            assert_eq!(here.east, east.west, "seed {seed}");
        }
        if here.north < LATITUDE_MAX {
            assert_eq!(here.north, north.south, "seed {seed}");
        }
        assert_eq!(cell.neighbor(1, 1).neighbor(-1, -1), cell, "seed {seed}");
    }
}

/// What the server finds is what lies in the cells: a circle that reaches over the edge of the map or of its nine cells
/// loses places, which is rare enough not to show away from the poles.
#[test]
fn a_cover_holds_what_is_inside() {
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let middle = some_place(&mut random);
        let radius = (1 + random.below(1_000_000)) as f64;
        let shape = if random.chance(1, 2) {
            Shape::Circle { radius }
        } else {
            Shape::Box {
                width: radius,
                height: radius / 2.0,
            }
        };
        if middle.latitude.abs() > 60.0 || middle.longitude.abs() > 150.0 {
            continue;
        }
        let cells = cover(middle, shape).cells();
        for _ in 0..50 {
            let near = |at: f64, random: &mut Random| {
                at + (random.below(2001) as f64 - 1000.0) / 1000.0 * radius / 60_000.0
            };
            let place = Place {
                longitude: near(middle.longitude, &mut random),
                latitude: near(middle.latitude, &mut random),
            };
            if !place.is_on_map() || shape.distance(middle, place).is_none() {
                continue;
            }
            let bits = place.bits();
            let holds = |cell: &Cell| {
                let (first, end) = cell.scores();
                (first..end).contains(&bits)
            };
            assert!(cells.iter().any(holds), "seed {seed}: {place:?}");
        }
    }
}

#[test]
fn scores_beyond_integers_are_what_the_processor_makes_of_them() {
    for (score, integer) in [
        (5.7, 5),
        (-1.0, -1),
        (f64::INFINITY, i64::MIN),
        (f64::NEG_INFINITY, i64::MIN),
        (9_223_372_036_854_775_808.0, i64::MIN),
    ] {
        assert_eq!(integer_of_score(score), integer, "{score}");
    }
    assert_eq!(bits_of_score(9_223_372_036_854_775_808.0), 1 << 63);
    assert_eq!(bits_of_score(f64::INFINITY), 0);
    assert_eq!(bits_of_score(-1.0), u64::MAX);
}
