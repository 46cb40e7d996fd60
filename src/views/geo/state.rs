//! Places of a moment, what a search has looked at so far, and the line that parts two places.

use structures::geohash::{Cell, Place, STEPS_MAX};
use structures::order;
use trace::geo::Size;
use trace::{Event, Geo as Told};

use crate::Scene;
use crate::snapshot::{Key, Snapshot};

/// Members with their scores, in the order of the sorted set.
pub type Places = Vec<(Vec<u8>, f64)>;

/// The places of this moment; none if the key is no sorted set.
pub fn places(scene: &Scene) -> Option<Places> {
    if scene.is_over() {
        return held(&scene.frame.after).map(|key| key.more.places.clone());
    }
    let mut places = held(&scene.frame.before).map(|key| key.more.places.clone());
    for event in scene.events() {
        if let Event::Geo(Told::Placed {
            member,
            bits,
            kept: true,
            ..
        }) = event
        {
            let places = places.get_or_insert_with(Vec::new);
            places.retain(|(own, _)| own != member);
            let score = *bits as f64;
            let before = |(own, other): &(Vec<u8>, f64)| {
                (*other, own.as_slice()) < (score, member.as_slice())
            };
            let at = places.partition_point(before);
            places.insert(at, (member.clone(), score));
        }
    }
    places
}

pub fn held(snapshot: &Snapshot) -> Option<&Key> {
    match snapshot {
        Snapshot::Key(key) if key.row.kind == "zset" => Some(key),
        _ => None,
    }
}

/// What a search has done so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    pub middle: Place,
    pub size: Size,
    pub steps: u32,
    /// Cells that cannot hold any of the area.
    pub dropped: Vec<Cell>,
    /// Those that were looked through, in that order.
    pub cells: Vec<Looked>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    pub cell: Cell,
    pub candidates: Vec<Candidate>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub member: Vec<u8>,
    pub score: f64,
    /// Meters from the middle, if that is inside of the area.
    pub distance: Option<f64>,
}

impl Search {
    pub fn own_cell(&self) -> Cell {
        Cell::around(self.middle, self.steps)
    }

    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.cells.iter().flat_map(|looked| &looked.candidates)
    }

    pub fn hits(&self) -> usize {
        let hits = self.candidates().filter(|one| one.distance.is_some());
        hits.count()
    }
}

/// The last search of these events.
pub fn search(events: &[Event]) -> Option<Search> {
    let mut search: Option<Search> = None;
    for event in events {
        let Event::Geo(told) = event else { continue };
        match (told, &mut search) {
            (
                Told::Area {
                    longitude,
                    latitude,
                    size,
                    steps,
                },
                _,
            ) => {
                let middle = Place {
                    longitude: *longitude,
                    latitude: *latitude,
                };
                search = Some(Search {
                    middle,
                    size: *size,
                    steps: *steps,
                    dropped: Vec::new(),
                    cells: Vec::new(),
                });
            }
            (Told::Dropped { bits, steps }, Some(search)) => search.dropped.push(Cell {
                bits: *bits,
                steps: *steps,
            }),
            (Told::Cell { bits, steps, .. }, Some(search)) => search.cells.push(Looked {
                cell: Cell {
                    bits: *bits,
                    steps: *steps,
                },
                candidates: Vec::new(),
            }),
            (
                Told::Candidate {
                    member,
                    score,
                    distance,
                },
                Some(search),
            ) => {
                if let Some(looked) = search.cells.last_mut() {
                    looked.candidates.push(Candidate {
                        member: member.clone(),
                        score: *score,
                        distance: *distance,
                    });
                }
            }
            _ => {}
        }
    }
    search
}

/// Two members and how far they are from each other, as GEODIST told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair<'a> {
    pub from: (&'a [u8], f64),
    pub to: (&'a [u8], f64),
    pub distance: f64,
}

pub fn pair(events: &[Event]) -> Option<Pair<'_>> {
    events.iter().rev().find_map(|event| match event {
        Event::Geo(Told::Between { from, to, distance }) => Some(Pair {
            from: (&from.0, from.1),
            to: (&to.0, to.1),
            distance: *distance,
        }),
        _ => None,
    })
}

/// The first bit in which two scores differ, and the line on the map that it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parting {
    /// Counted from the highest of the 52 bits.
    pub bit: u32,
    /// A meridian, or else a parallel.
    pub is_meridian: bool,
    pub degrees: f64,
    /// The edge of the same cell the other way.
    pub crossing: f64,
}

pub fn parting(one: f64, other: f64) -> Option<Parting> {
    let (one, other) = (bits(one), bits(other));
    let differing = one ^ other;
    if differing == 0 {
        return None;
    }
    let bit = differing.leading_zeros() - (u64::BITS - 2 * STEPS_MAX);
    let steps = bit / 2 + 1;
    // The greater one lies on the far side of the line, and the line is an edge of its cell.
    let beyond = Cell {
        bits: one.max(other) >> (2 * (STEPS_MAX - steps)),
        steps,
    };
    let area = beyond.area();
    // The highest bit is one of longitude, then they alternate.
    let is_meridian = bit.is_multiple_of(2);
    let (degrees, crossing) = match is_meridian {
        true => (area.west, area.south),
        false => (area.south, area.west),
    };
    Some(Parting {
        bit,
        is_meridian,
        degrees,
        crossing,
    })
}

/// The 52 bits of a score. Scores need not come from places.
pub fn bits(score: f64) -> u64 {
    Place::from_score(score).bits() & ((1 << (2 * STEPS_MAX)) - 1)
}

/// The bits of longitude and of latitude, each as text.
pub fn halves(bits: u64) -> (String, String) {
    let text = format!("{bits:052b}");
    let every = |first: usize| text.chars().skip(first).step_by(2).collect();
    (every(0), every(1))
}

/// Members that are shown by name first: those of the search, then the others by score.
pub fn named_first(places: &Places, search: Option<&Search>) -> Places {
    let mut all: Places = Vec::new();
    if let Some(search) = search {
        let mut found: Vec<&Candidate> = search.candidates().collect();
        order::sort_by(&mut found, |one, other| {
            let far = |candidate: &Candidate| candidate.distance.unwrap_or(f64::INFINITY);
            far(one).total_cmp(&far(other))
        });
        let found = found.into_iter();
        all.extend(found.map(|one| (one.member.clone(), one.score)));
    }
    for place in places {
        if !all.iter().any(|(member, _)| *member == place.0) {
            all.push(place.clone());
        }
    }
    all
}
