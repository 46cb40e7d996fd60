//! Places of a sorted set: the 52 bits of each, the cells of a search on a map, and the ranges of scores that they are.
//!
//! `state.rs` says what is known after so many events, `map.rs` draws the map, `drawing.rs` everything beside it,
//! `ask.rs` asks.

mod ask;
mod drawing;
mod map;
mod state;

use messages::drawing::{Control, ControlKind};
use messages::format::{self, counted, text_of};
use messages::markup::several;
use structures::geohash::STEPS_MAX;
use structures::number::format_fixed;
use trace::geo::Size;
use trace::{Event, Geo as Told};

use crate::parts::{head, of_another_type};
use crate::xray;
use crate::{Drawing, Scene, Subject, View, run_button};

pub use state::{Places, Search, bits, halves, pair, parting, places, search};

pub static VIEW: View = View {
    name: "geo",
    title: "Geo cells",
    about: "Places as scores of a sorted set: two combs of bits, the nine cells of a search as nine ranges of scores, and which candidates were outside after all.",
    subject: Subject::Key(&["zset"]),
    model: None,
    starter: "GEOADD cafes -0.0003 51.4779 west-side 0.0003 51.4779 east-side\n\
              GEOADD cafes -0.0098 51.4826 clipper 0.0105 51.4868 dome -0.0033 51.4934 docks\n\
              GEOADD cafes -0.0255 51.4786 arches 0.0121 51.4657 heath -0.1276 51.5072 square 2.3522 48.8566 paris\n\
              GEODIST cafes west-side east-side\n\
              GEOSEARCH cafes FROMMEMBER west-side BYRADIUS 1 km ASC WITHDIST",
    key: "cafes",
    steps_over: |event| matches!(event, Event::Geo(_)),
    say,
    draw,
};

fn say(event: &Event) -> String {
    let Event::Geo(told) = event else {
        return xray::say(event);
    };
    match told {
        Told::Placed {
            member,
            longitude,
            latitude,
            bits,
            kept,
        } => {
            let place = format!(
                "{} at {} and {}: the bits of both take turns and make {bits}",
                text_of(member),
                drawing::degrees(*longitude, true),
                drawing::degrees(*latitude, false)
            );
            match kept {
                true => format!("{place}, its score."),
                false => format!("{place}; the member keeps another score."),
            }
        }
        Told::Area { size, steps, .. } => {
            let size = match size {
                Size::Circle { radius } => format!("a circle of {}", drawing::meters(*radius)),
                Size::Box { width, height } => format!(
                    "a box of {} by {}",
                    drawing::meters(*width),
                    drawing::meters(*height)
                ),
            };
            format!(
                "For {size}, {} make cells of which nine are enough.",
                counted((*steps).into(), "halving")
            )
        }
        Told::Dropped { bits, steps } => format!(
            "Cell {} is dropped: the area does not reach it.",
            drawing::prefix(*bits, *steps)
        ),
        Told::Cell {
            bits,
            steps,
            min,
            max,
        } => format!(
            "Cell {}: scores from {min} up to, not including, {max}.",
            drawing::prefix(*bits, *steps)
        ),
        Told::Candidate {
            member, distance, ..
        } => match distance {
            Some(distance) => format!(
                "{} is {} away: inside.",
                text_of(member),
                drawing::meters(*distance)
            ),
            None => format!(
                "{} is in the cell and outside of the area.",
                text_of(member)
            ),
        },
        Told::Between { from, to, distance } => {
            let apart = format!(
                "{} and {} are {} apart",
                text_of(&from.0),
                text_of(&to.0),
                drawing::meters(*distance)
            );
            match state::parting(from.1, to.1) {
                None => format!("{apart}: all 52 bits are the same."),
                Some(parting) => format!(
                    "{apart}; their scores share {} of 52 bits, then {} lies between them.",
                    parting.bit,
                    drawing::line(&parting)
                ),
            }
        }
    }
}

fn draw(scene: &Scene) -> Drawing {
    let Some(places) = state::places(scene) else {
        return of_another_type(
            scene,
            "This key is no sorted set, so its members have no places.",
        );
    };
    let events = scene.events();
    let pair = state::pair(events);
    let search = state::search(events).filter(|_| pair.is_none());
    let ask = ask::question(scene);
    let hidden = ask.is_some();
    let named = state::named_first(&places, search.as_ref().filter(|_| !hidden));
    let chosen = chosen(scene, &named);
    let steps = search.as_ref().map_or(STEPS_MAX, |search| search.steps);
    let steps = scene
        .options
        .number("step", steps.into(), 1, STEPS_MAX.into()) as u32;
    let look = drawing::Look {
        key: scene.key,
        places: &places,
        named: &named,
        search: search.as_ref(),
        pair: pair.as_ref(),
        chosen: chosen.as_ref(),
        steps,
        hidden,
    };
    let combs = match (&look.pair, &look.chosen) {
        (Some(pair), _) => Some(drawing::pair_combs(pair, hidden)),
        (None, Some(chosen)) => Some(drawing::combs(chosen, steps)),
        (None, None) => None,
    };
    let picture = several([])
        .add_if(scene.held().map(|key| head(&key.row)))
        .append(map::svg(&look))
        .add_if(combs)
        .add_if(look.search.map(|search| drawing::ranges(search, &look)));
    Drawing {
        picture: Some(picture),
        table: Some(drawing::table(&look)),
        ask,
        controls: controls(scene, &look),
        ..Drawing::default()
    }
}

/// The member that the reader chose, or that the last event is about.
fn chosen(scene: &Scene, named: &Places) -> Option<(Vec<u8>, f64)> {
    let find = |wanted: &[u8]| named.iter().find(|(member, _)| member == wanted).cloned();
    let wish = scene.options.get("place");
    let wished = wish.and_then(|wish| named.iter().find(|(member, _)| text_of(member) == wish));
    let told = scene.events().iter().rev().find_map(|event| match event {
        Event::Geo(Told::Placed { member, .. } | Told::Candidate { member, .. }) => find(member),
        _ => None,
    });
    let told = told.filter(|_| !scene.is_over());
    wished.cloned().or(told).or_else(|| named.first().cloned())
}

fn controls(scene: &Scene, look: &drawing::Look) -> Vec<Control> {
    const CHOICES_MAX: usize = 20;
    let key = format::word(scene.key);
    let choices = look.places.iter().take(CHOICES_MAX);
    let choices: Vec<(String, String)> = choices
        .map(|(member, _)| (text_of(member), text_of(member)))
        .collect();
    let middle = match look.search {
        Some(search) => (search.middle.longitude, search.middle.latitude),
        None => (0.0, 51.4779),
    };
    let radius = match look.search.map(|search| search.size) {
        Some(Size::Circle { radius }) => radius,
        Some(Size::Box { width, .. }) => width / 2.0,
        None => 1_000.0,
    };
    let around = |meters: f64| {
        format!(
            "GEOSEARCH {key} FROMLONLAT {} {} BYRADIUS {} m ASC WITHDIST",
            format_fixed(middle.0, 6),
            format_fixed(middle.1, 6),
            format_fixed(meters, 0)
        )
    };
    vec![
        Control {
            name: "place".to_owned(),
            label: "Bits of".to_owned(),
            kind: ControlKind::Choice(choices),
            value: look
                .chosen
                .map_or_else(String::new, |(member, _)| text_of(member)),
        },
        Control {
            name: "step".to_owned(),
            label: "Halvings".to_owned(),
            kind: ControlKind::Number {
                min: 1,
                max: STEPS_MAX.into(),
                step: 1,
            },
            value: look.steps.to_string(),
        },
        run_button("Half the radius", &[around((radius / 2.0).max(1.0))]),
        run_button("Twice the radius", &[around(radius * 2.0)]),
        run_button(
            "Across the date line",
            &[
                format!("GEOADD {key} 179.9 -17 last-evening -179.9 -17 first-morning"),
                format!("GEOSEARCH {key} FROMLONLAT 179.95 -17 BYRADIUS 50 km ASC WITHDIST"),
            ],
        ),
        run_button(
            "Near the pole",
            &[
                format!("GEOADD {key} 15.65 78.22 longyearbyen 11.93 78.92 ny-alesund"),
                format!("GEOSEARCH {key} FROMLONLAT 14 82 BYRADIUS 500 km ASC WITHDIST"),
            ],
        ),
    ]
}
