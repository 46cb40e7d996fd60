//! Who listens is drawn as the engine holds it, and messages reach whom the real server lets them reach.

use trace::{Event, Pubsub as Told};
use views::pubsub;

use super::*;

fn told(frames: &[Rc<Frame>]) -> Vec<&Told> {
    let events = frames.iter().flat_map(|frame| &frame.events);
    let told = events.filter_map(|event| match event {
        Event::Pubsub(told) => Some(told),
        _ => None,
    });
    told.collect()
}

fn random_line(lot: &mut impl FnMut(u64) -> u64) -> String {
    let client = ["ada", "bob", "cyd", "dan"][lot(4) as usize];
    let name = ["news", "sport", "\"\\x00\\xff\"", "n*", "\"\""][lot(5) as usize];
    match lot(14) {
        0..=2 => format!(
            "{client}> SUBSCRIBE {name} {}",
            ["news", "x"][lot(2) as usize]
        ),
        3 | 4 => format!("{client}> PSUBSCRIBE {name} n?ws"),
        5 => format!("{client}> SSUBSCRIBE {name}"),
        6 => format!("{client}> UNSUBSCRIBE {name}"),
        7 => format!("{client}> PUNSUBSCRIBE"),
        8 => format!(
            "{client}> {}",
            ["QUIT", "RESET", "UNSUBSCRIBE", "HELLO 3"][lot(4) as usize]
        ),
        9 => format!("SPUBLISH {name} m{}", lot(9)),
        10 => "SET k v PX 30".to_owned(),
        11 => ["+ 40ms", "CLIENT KILL TYPE pubsub", "MULTI", "EXEC"][lot(4) as usize].to_owned(),
        _ => format!("PUBLISH {name} m{}", lot(9)),
    }
}

#[test]
fn listeners_are_those_of_the_engine_at_every_step() {
    for seed in 0..6 {
        let mut lot = lots(seed);
        let mut world = world(&["CONFIG SET notify-keyspace-events KEA"]);
        for _ in 0..300 {
            world.type_line("", &random_line(&mut lot));
        }
        let frames = frames(&mut world, &pubsub::VIEW, "");
        let mut compared = 0;
        at_each_step(&frames, "", |scene| {
            if scene.step == scene.frame.events.len() {
                let Snapshot::Server(after) = &*scene.frame.after else {
                    panic!("the whole server")
                };
                let drawn = pubsub::at(scene);
                assert_eq!(
                    drawn.len(),
                    after.clients.listeners.len(),
                    "{}",
                    scene.frame.line
                );
                for (drawn, held) in drawn.iter().zip(&after.clients.listeners) {
                    assert_eq!(drawn.names, held.names, "{}", scene.frame.line);
                    assert_eq!(drawn.client.id, held.client.id);
                }
                compared += usize::from(!after.clients.listeners.is_empty());
            }
            (pubsub::VIEW.draw)(scene);
        });
        assert!(compared > 100, "{compared}");
        for frame in &frames {
            let one = [frame.clone()];
            let counted: Vec<u32> = told(&one)
                .into_iter()
                .filter_map(|told| match told {
                    Told::Counted { deliveries } => Some(*deliveries),
                    _ => None,
                })
                .collect();
            let answer = frame.output.strip_prefix("(integer) ");
            if let ([only], Some(answer), true) =
                (counted.as_slice(), answer, frame.line.contains("PUBLISH"))
            {
                assert_eq!(only.to_string(), answer, "{}", frame.line);
            }
        }
        let now = inspect::server(&world, &[views::Part::Listeners]);
        assert_eq!(*frames.last().expect("frames").after, now);
    }
}

/// What a client got, as it would read it.
fn received(frames: &[Rc<Frame>], client: &str) -> Vec<Vec<String>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (mut channel, mut message) = (String::new(), String::new());
    let mut got = Vec::new();
    for told in told(frames) {
        match told {
            Told::Published {
                channel: to,
                message: what,
                ..
            } => (channel, message) = (text(to), text(what)),
            Told::Delivered {
                client: own,
                pattern,
                ..
            } if own.name.as_deref() == Some(client) => got.push(match pattern {
                None => vec!["message".to_owned(), channel.clone(), message.clone()],
                Some(pattern) => vec![
                    "pmessage".to_owned(),
                    text(pattern),
                    channel.clone(),
                    message.clone(),
                ],
            }),
            _ => {}
        }
    }
    got
}

#[test]
fn messages_reach_whom_they_reached_when_recorded() {
    let recorded = vector(include_str!("../../../../tests/vectors/pubsub.json"));
    let mut world = World::new(Setup::default());
    let (mut published, mut deliveries) = (0, 0);
    for step in recorded["transcript"].as_array().expect("steps") {
        let (client, command) = (step["client"].as_str(), step["command"].as_str());
        let (client, command) = (client.expect("who"), command.expect("what"));
        if client == "K" {
            world.type_line("K", "CONFIG SET notify-keyspace-events KEA");
            world.type_line("K", "PSUBSCRIBE __key*__:*");
            for line in command.split("; ").skip(1).filter(|line| *line != "wait") {
                world.type_line("P", line);
            }
            world.type_line("", "+ 100ms");
            let frames = frames(&mut world, &pubsub::VIEW, "");
            let expected: Vec<Vec<String>> =
                serde_json::from_value(step["received"].clone()).expect("messages");
            assert_eq!(received(&frames, "K"), expected);
            deliveries += expected.len();
            continue;
        }
        let ran = command
            .split("; ")
            .map(|line| world.type_line(client, line.split(" (").next().unwrap_or_default()));
        let ran = ran.last().expect("a command");
        if let Some(count) = step["reply"].as_u64() {
            assert_eq!(ran.output, format!("(integer) {count}"), "{command}");
        }
        if command.starts_with("PUBLISH") {
            let frames = frames(&mut world, &pubsub::VIEW, "");
            let last = &frames[frames.len() - 1..];
            for client in ["S1", "S2", "S3"] {
                let expected: Vec<Vec<String>> = match &step["received"][client] {
                    serde_json::Value::Null => Vec::new(),
                    rows => serde_json::from_value(rows.clone()).expect("messages"),
                };
                assert_eq!(received(last, client), expected, "{command} {client}");
                deliveries += expected.len();
            }
            published += 1;
        }
    }
    assert_eq!((published, deliveries), (2, 20));
}

#[test]
fn three_clients_and_four_deliveries_are_asked_about_before_they_are_drawn() {
    let mut world = world(&[
        "ada> SUBSCRIBE news",
        "bob> PSUBSCRIBE n*",
        "cyd> SUBSCRIBE news",
        "cyd> PSUBSCRIBE ne?s",
        "PUBLISH news one",
    ]);
    let moment = shown(&mut world, "pubsub", "", None);
    let ask = moment.ask.expect("a question");
    assert_eq!(
        ask.question,
        "3 clients get the message, and PUBLISH answers 4. Why?"
    );
    let right: Vec<bool> = ask.choices.iter().map(|choice| choice.right).collect();
    assert_eq!(right, [false, true, false]);
    let text = format!("{:?} {:?}", moment.picture, moment.table);
    assert!(!text.contains("×2") && !text.contains("\"copy\""), "{text}");
    let mut show = |options: &[(&str, &str)]| {
        let options = options.iter();
        let options = options.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let show = Show {
            view: "pubsub".to_owned(),
            options: options.collect(),
            revealed: true,
            ..Show::default()
        };
        format!("{:?}", super::super::show(&mut world, show).picture)
    };
    assert!(show(&[]).contains("cyd ×2"));
    // 46 bytes each, ten thousand a second: 8 MB after 19 seconds, and 60 more are too long.
    let slow = |seconds: &'static str| [("slow", "ada"), ("rate", "10000"), ("seconds", seconds)];
    assert!(show(&slow("10")).contains("wait for ada"));
    let closed = show(&slow("120"));
    assert!(
        closed.contains("has closed the connection of ada"),
        "{closed}"
    );
    assert!(show(&[("slow", "nobody"), ("rate", "x")]).contains("cyd"));
}
