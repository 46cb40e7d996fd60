//! What clients have begun is drawn as the engine holds it, and what was recorded comes out.

use serde_json::Value;
use trace::{Event, Transaction as Told};
use views::transactions;

use super::*;

const CLIENTS: [&str; 3] = ["ada", "bob", "cyd"];

fn random_line(lot: &mut impl FnMut(u64) -> u64) -> String {
    let client = CLIENTS[lot(3) as usize];
    let key = ["a", "b", "\"\\x00\\xff\""][lot(3) as usize];
    let command = match lot(16) {
        0 | 1 => format!("WATCH {key}"),
        2 => format!("WATCH {key} c"),
        3 => "UNWATCH".to_owned(),
        4..=6 => "MULTI".to_owned(),
        7 | 8 => "EXEC".to_owned(),
        9 => "DISCARD".to_owned(),
        10 => format!("SET {key} {}", lot(5)),
        11 => format!("SADD s {}", lot(3)),
        12 => ["NOSUCH", "SET a", "EXEC now", "FLUSHDB", "SWAPDB 0 1"][lot(5) as usize].to_owned(),
        13 => format!("SET {key} 1 PX 50"),
        14 => format!("GET {key}"),
        _ => {
            return ["+ 40ms", "+ 1s", "cyd> RESET", "cyd> QUIT", "cyd> SELECT 1"][lot(5) as usize]
                .to_owned();
        }
    };
    format!("{client}> {command}")
}

#[test]
fn what_was_begun_is_what_the_engine_holds_at_every_step() {
    for seed in 0..6 {
        let mut lot = lots(seed);
        let mut world = World::new(Setup::default());
        for _ in 0..300 {
            world.type_line("", &random_line(&mut lot));
        }
        let frames = frames(&mut world, &transactions::VIEW, "");
        let (mut compared, mut touched, mut ran) = (0, 0, 0);
        at_each_step(&frames, "", |scene| {
            if scene.step == scene.frame.events.len() {
                let Snapshot::Server(after) = &*scene.frame.after else {
                    panic!("the whole server")
                };
                assert_eq!(
                    transactions::at(scene),
                    after.clients.pending,
                    "{}> {}",
                    scene.frame.client,
                    scene.frame.line
                );
                compared += usize::from(!after.clients.pending.is_empty());
            }
            touched += usize::from(matches!(
                scene.event(),
                Some(Event::Transaction(Told::Touched { .. }))
            ));
            ran += usize::from(matches!(
                scene.event(),
                Some(Event::Transaction(Told::Runs { .. }))
            ));
            (transactions::VIEW.draw)(scene);
        });
        assert!(
            compared > 100 && touched > 5 && ran > 5,
            "{compared} {touched} {ran}"
        );
        let now = inspect::server(&world, &[views::Part::Transactions]);
        let last = frames.last().expect("frames");
        assert_eq!(*last.after, now, "the replay is the world itself");
    }
}

/// Whether redis-cli would print this recorded reply so.
fn is_printed(recorded: &Value, output: &str) -> bool {
    match recorded {
        Value::Null => output == "(nil)",
        Value::Number(number) => output == format!("(integer) {number}"),
        Value::String(text) => output == text || output == format!("\"{text}\""),
        Value::Array(items) => {
            let lines: Vec<&str> = output.lines().collect();
            let rest = |line: &str| line.split_once(") ").map(|(_, rest)| rest.to_owned());
            lines.len() == items.len()
                && lines
                    .iter()
                    .zip(items)
                    .all(|(line, item)| rest(line).is_some_and(|rest| is_printed(item, &rest)))
        }
        Value::Object(error) => {
            let text = error["error"].as_str().unwrap_or_default();
            output == format!("(error) {text}")
        }
        Value::Bool(_) => false,
    }
}

#[test]
fn transactions_are_answered_and_told_as_recorded() {
    let recorded = vector(include_str!("../../../../tests/vectors/transactions.json"));
    let (mut steps, mut lost) = (0, 0);
    for scenario in recorded["scenarios"].as_array().expect("scenarios") {
        let title = scenario["title"].as_str().expect("a title");
        let mut world = World::new(Setup::default());
        if title.contains("(wait 150 ms)") {
            for line in [
                "A> SET exp 1 PX 60",
                "A> WATCH exp",
                "+ 150ms",
                "A> MULTI",
                "A> PING",
            ] {
                world.type_line("", line);
            }
        }
        for step in scenario["steps"].as_array().expect("steps") {
            let (client, command) = (step["client"].as_str(), step["command"].as_str());
            let (client, command) = (client.expect("who"), command.expect("what"));
            let ran = world.type_line(client, command);
            assert!(
                is_printed(&step["reply"], &ran.output),
                "{title}: {command}: {}",
                ran.output
            );
            if command == "EXEC" {
                let frames = frames(&mut world, &transactions::VIEW, "");
                let events = &frames.last().expect("a frame").events;
                let nothing = events
                    .iter()
                    .any(|event| matches!(event, Event::Transaction(Told::Nothing { .. })));
                assert_eq!(nothing, step["reply"].is_null(), "{title}");
                lost += usize::from(nothing);
            }
            steps += 1;
        }
    }
    assert!(steps > 50 && lost >= 5, "{steps} {lost}");
}

#[test]
fn clients_have_the_names_that_the_page_has_for_them() {
    let mut world = world(&[
        "SET k 1",
        "ada> WATCH k",
        "SET k 1",
        "ada> MULTI",
        "ada> EXEC",
    ]);
    let moment = shown(&mut world, "transactions", "", Some((2, 1)));
    assert_eq!(
        moment.said,
        "k is written, and ada watches it: that EXEC is lost, whatever the value is now."
    );
    assert_eq!(
        (moment.client.as_str(), moment.line.as_str()),
        ("", "SET k 1")
    );
    let last = shown(&mut world, "transactions", "", None);
    assert_eq!((last.client.as_str(), last.line.as_str()), ("ada", "EXEC"));
    assert_eq!(
        last.log,
        ["EXEC runs nothing of ada: a watched key was touched."]
    );
    let left = |lines: &[&str]| {
        let mut world = super::world(lines);
        shown(&mut world, "transactions", "", None).log
    };
    assert_eq!(
        left(&["ada> MULTI", "ada> QUIT"]),
        ["The queue and the watches of ada are dropped."]
    );
}

#[test]
fn no_order_is_marked_before_the_question_is_answered() {
    let mut world = world(&["ada> WATCH k"]);
    let mut show = |revealed, options: &[(&str, &str)]| {
        let options = options.iter();
        let options = options.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        super::super::show(
            &mut world,
            Show {
                view: "transactions".to_owned(),
                options: options.collect(),
                revealed,
                ..Show::default()
            },
        )
    };
    let asked = show(false, &[]);
    let text = format!("{:?} {:?}", asked.picture, asked.table);
    assert!(!text.contains("mark lost") && !text.contains("balance = 120"));
    let choices = asked.ask.expect("a question").choices;
    let right: Vec<&str> = choices
        .iter()
        .filter(|choice| choice.right)
        .map(|choice| choice.text.as_str())
        .collect();
    assert_eq!(right, ["In 4"]);
    for (shown, picture) in [
        (show(true, &[]), "mark lost"),
        (show(false, &[("order", "3")]), "order chosen"),
    ] {
        assert!(shown.ask.is_none());
        assert!(format!("{:?}", shown.picture).contains(picture));
    }
    for how in ["multi", "watch", "script", "incr", "own", "?"] {
        let shown = show(true, &[("how", how), ("order", "999999999999")]);
        assert!(messages::to_bytes(&shown).len() < 100_000, "{how}");
    }
}
