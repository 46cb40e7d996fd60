//! Places, cells and candidates: what is drawn is what the server holds, and what it answered.

use trace::Event;
use views::geo;
use views::snapshot::Key;

use super::*;

fn key_of(snapshot: &Snapshot) -> Option<&Key> {
    match snapshot {
        Snapshot::Key(key) => Some(key),
        _ => None,
    }
}

fn random_lines(count: usize, seed: u64) -> Vec<String> {
    let mut lot = lots(seed);
    let mut lines = vec!["CONFIG SET zset-max-listpack-entries 20".to_owned()];
    for _ in 0..count {
        // In thousandths of a degree, all over the map.
        let longitude = lot(360_000) as f64 / 1000.0 - 180.0;
        let latitude = lot(170_000) as f64 / 1000.0 - 85.0;
        let (member, other) = (lot(60), lot(60));
        lines.push(match lot(14) {
            0 => format!("ZREM g m{member}"),
            1 => format!("GEODIST g m{member} m{other}"),
            2 => format!(
                "GEOSEARCH g FROMLONLAT {longitude} {latitude} BYRADIUS {} km ASC",
                lot(9_000)
            ),
            3 => format!(
                "GEOSEARCH g FROMMEMBER m{member} BYBOX {} {} km COUNT 3 ANY",
                lot(6_000),
                lot(9_000)
            ),
            4 => format!("GEOADD g NX {longitude} {latitude} m{member}"),
            5 => format!("GEOADD g XX CH {longitude} {latitude} m{member} 1 1 m{other}"),
            6 => format!("GEOSEARCHSTORE h g FROMLONLAT {longitude} {latitude} BYRADIUS 5000 km"),
            7 => format!("ZADD g {} m{member}", lot(1_000_000)),
            _ => format!(
                "GEOADD g {longitude} {latitude} m{member} {latitude} {} m{other}",
                longitude / 3.0
            ),
        });
    }
    lines
}

#[test]
fn places_are_those_of_the_engine_at_every_step() {
    let (mut compared, mut searched) = (0, 0);
    for seed in 0..2 {
        let lines = random_lines(150, seed);
        let mut world = World::new(Setup::default());
        for line in &lines {
            world.type_line("", line);
        }
        let frames = frames(&mut world, &geo::VIEW, "g");
        at_each_step(&frames, "g", |scene| {
            let places = geo::places(scene);
            let told = scene
                .frame
                .events
                .iter()
                .any(|event| matches!(event, Event::Geo(_)));
            if told && scene.step == scene.frame.events.len() {
                let after = key_of(&scene.frame.after).expect("a sorted set");
                assert_eq!(
                    places.as_ref(),
                    Some(&after.more.places),
                    "{}",
                    scene.frame.line
                );
                assert_eq!(after.more.places.len() as u64, after.row.length);
                compared += 1;
            }
            if scene.is_over()
                && !scene.frame.error
                && scene.frame.line.contains("ASC")
                && let Some(search) = geo::search(scene.events())
            {
                let answered = match scene.frame.output.as_str() {
                    "(empty array)" => 0,
                    output => output.lines().count(),
                };
                assert_eq!(search.hits(), answered, "{}", scene.frame.line);
                searched += 1;
            }
            (geo::VIEW.draw)(scene);
        });
        let now = inspect::key(&world, b"g", &[]);
        let last = frames.last().expect("frames");
        assert_eq!(
            key_of(&last.after).map(|key| &key.body),
            key_of(&now).map(|key| &key.body)
        );
    }
    assert!(compared > 120 && searched > 10, "{compared} {searched}");
}

/// The places, bits, distances and searches that were recorded from the server.
#[test]
fn recorded_places_are_drawn() {
    let recorded = vector(include_str!("../../../../tests/vectors/geo.json"));
    let mut world = World::new(Setup::default());
    let cities = recorded["cities"].as_array().expect("cities");
    for city in cities {
        let text = |name: &str| city[name].as_str().expect("a text").to_owned();
        let line = format!(
            "GEOADD cities {} {} {}",
            text("lon"),
            text("lat"),
            text("name")
        );
        world.type_line("", &line);
        let score: f64 = text("score").parse().expect("a score");
        let (longitude, latitude) = geo::halves(geo::bits(score));
        for (bits, recorded) in [(longitude, "lon26"), (latitude, "lat26")] {
            let number = u64::from_str_radix(&bits, 2).expect("bits");
            assert_eq!(Some(number), city[recorded].as_u64(), "{line}");
        }
        let moment = shown(&mut world, "geo", "cities", None);
        assert!(
            moment.log[0].contains(&text("score")),
            "{line}: {:?}",
            moment.log
        );
    }
    assert_eq!(cities.len(), 56);
    let mut searched = 0;
    for search in recorded["searches"].as_array().expect("searches") {
        let command = search["command"].as_str().expect("a command");
        world.type_line("", command);
        let (Some(reply), true) = (
            search["reply"].as_array(),
            command.starts_with("GEOSEARCH "),
        ) else {
            continue;
        };
        let frames = frames(&mut world, &geo::VIEW, "cities");
        let found = geo::search(&frames.last().expect("a frame").events).expect("a search");
        let hits: Vec<&[u8]> = found
            .candidates()
            .filter(|one| one.distance.is_some())
            .map(|one| one.member.as_slice())
            .collect();
        let name = |row: &serde_json::Value| {
            row.as_str()
                .or_else(|| row[0].as_str())
                .expect("a name")
                .to_owned()
        };
        for row in reply {
            assert!(hits.contains(&name(row).as_bytes()), "{command}: {row}");
        }
        if !command.contains("COUNT") {
            assert_eq!(hits.len(), reply.len(), "{command}");
        }
        assert!(
            found.cells.len() + found.dropped.len() >= 9 || found.steps < 3,
            "{command}"
        );
        searched += 1;
    }
    assert!(searched >= 8, "{searched}");
    for edge in recorded["edges_and_errors"].as_array().expect("edges") {
        world.type_line("", edge["command"].as_str().expect("a command"));
        shown(&mut world, "geo", "cities", None);
    }
}

/// Every distance that was recorded, and the line between the two.
#[test]
fn the_line_between_two_places_parts_them() {
    let recorded = vector(include_str!("../../../../tests/vectors/geo.json"));
    let mut world = World::new(Setup::default());
    for city in recorded["cities"].as_array().expect("cities") {
        let text = |name: &str| city[name].as_str().expect("a text").to_owned();
        world.type_line(
            "",
            &format!(
                "GEOADD cities {} {} {}",
                text("lon"),
                text("lat"),
                text("name")
            ),
        );
    }
    let mut compared = 0;
    for row in recorded["distances"].as_array().expect("distances") {
        world.type_line("", row["command"].as_str().expect("a command"));
        let frames = frames(&mut world, &geo::VIEW, "cities");
        let events = &frames.last().expect("a frame").events;
        let Some(pair) = geo::pair(events) else {
            continue;
        };
        let meters: f64 = row["m"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("meters");
        assert!((pair.distance - meters).abs() < 0.001, "{row}");
        if let Some(parting) = geo::parting(pair.from.1, pair.to.1) {
            let sides = [pair.from.1, pair.to.1].map(|score| {
                let place = engine::structures::geohash::Place::from_score(score);
                let angle = if parting.is_meridian {
                    place.longitude
                } else {
                    place.latitude
                };
                angle < parting.degrees
            });
            assert_ne!(sides[0], sides[1], "{row}: {parting:?}");
            compared += 1;
        }
    }
    assert!(compared >= 6, "{compared}");
}

/// Which members were candidates is drawn after the answer; a sorted set of places opens here and in the skip list.
#[test]
fn candidates_are_a_secret_until_the_answer() {
    let lines: Vec<&str> = geo::VIEW.starter.lines().collect();
    let mut world = world(&lines);
    let mut moment = |revealed| {
        super::super::show(
            &mut world,
            Show {
                key: b"cafes".to_vec(),
                revealed,
                ..Show::default()
            },
        )
    };
    let before = moment(false);
    assert_eq!(before.view, "geo");
    assert!(before.others.iter().any(|(name, _)| name == "skiplist"));
    let ask = before.ask.expect("a question");
    assert!(ask.choices.len() == 3, "{ask:?}");
    let drawn = |shown: &Shown| format!("{:?} {:?}", shown.picture, shown.table);
    let hidden = format!("{:?} {:?}", before.picture, before.table);
    assert!(
        !hidden.contains("inside") && !hidden.contains("candidate,"),
        "{hidden}"
    );
    let after = moment(true);
    assert!(drawn(&after).contains("candidate, outside") && after.ask.is_none());
}
