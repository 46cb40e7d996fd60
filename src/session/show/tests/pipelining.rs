//! Bytes on the wire are those of the real server, and say what the terminal says.

use engine::render;
use engine::resp::{self, Protocol};
use engine::{Reply, words};
use trace::{Event, Exchange};
use views::pipelining::{self, Plan};

use super::*;

fn exchanges(frames: &[Rc<Frame>]) -> Vec<&Exchange> {
    let events = frames.iter().flat_map(|frame| &frame.events);
    let exchanges = events.filter_map(|event| match event {
        Event::Exchange(exchange) => Some(exchange),
        _ => None,
    });
    exchanges.collect()
}

/// Recorded text stands for bytes, one each.
fn latin1(text: &serde_json::Value) -> Vec<u8> {
    let text = text.as_str().expect("recorded bytes");
    text.chars().map(|char| char as u8).collect()
}

fn line_of(sent: &[u8]) -> Option<String> {
    let (Reply::Array(items), _) = resp::decode_reply(sent)? else {
        return None;
    };
    let words = items.iter().map(|item| match item {
        Reply::Bulk(bytes) => words::quote(bytes),
        _ => String::new(),
    });
    Some(words.collect::<Vec<_>>().join(" "))
}

#[test]
fn bytes_are_as_recorded() {
    let recorded = vector(include_str!("../../../../tests/vectors/resp-wire.json"));
    let mut compared = 0;
    for list in ["commands", "transactions_same_connection"] {
        let mut world = World::new(Setup::default());
        let rows = recorded[list].as_array().expect("a list");
        for row in rows {
            let sent = latin1(&row["sent"]);
            let line = line_of(&sent).expect("a command");
            world.type_line("", &line);
            let frames = frames(&mut world, &pipelining::VIEW, "");
            let last = *exchanges(&frames).last().expect("an exchange");
            assert_eq!(last.sent, sent, "{line}");
            assert_eq!(last.sent_bytes as usize, sent.len());
            let received = latin1(&row["received"]);
            // HELLO says the number of the connection; replies with attributes are not emulated, and say so.
            if line.starts_with("\"HELLO")
                || last.received.starts_with(b"-ERR not in this emulator")
            {
                continue;
            }
            let kept = received.len().min(Exchange::KEPT_BYTES);
            assert_eq!(last.received, received[..kept], "{line}");
            assert_eq!(last.received_bytes as usize, received.len(), "{line}");
            compared += 1;
        }
    }
    assert!(compared > 45, "{compared}");
}

#[test]
fn the_bytes_say_what_the_terminal_says() {
    let mut lot = lots(11);
    let mut world = World::new(Setup::default());
    for _ in 0..400 {
        let key = ["a", "b", "\"\\x00\\xff\""][lot(3) as usize];
        let line = match lot(9) {
            0 => format!("SET {key} \"line\\r\\n{}\"", lot(9)),
            1 => format!("GET {key}"),
            2 => format!("INCR {key}"),
            3 => format!("RPUSH l{} {key} x", lot(2)),
            4 => format!("LRANGE l{} 0 5", lot(2)),
            5 => format!("DEL {key}"),
            6 => "NOSUCH".to_owned(),
            7 => format!("MGET {key} a none"),
            _ => format!("HSET h {key} {}", lot(100)),
        };
        world.type_line("", &line);
    }
    let frames = frames(&mut world, &pipelining::VIEW, "");
    let mut compared = 0;
    at_each_step(&frames, "", |scene| {
        let plan = Plan::of(scene);
        assert_eq!(plan.is_some(), scene.step > 0 || !scene.past.is_empty());
        (pipelining::VIEW.draw)(scene);
    });
    for frame in &frames {
        let one = [frame.clone()];
        let [exchange] = exchanges(&one)[..] else {
            panic!("one exchange: {}", frame.line)
        };
        let (sent, length) = resp::decode_reply(&exchange.sent).expect("whole");
        assert_eq!(length as u64, exchange.sent_bytes);
        let typed = words::split(frame.line.as_bytes()).expect("words");
        let typed = Reply::Array(typed.into_iter().map(Reply::Bulk).collect());
        assert_eq!(sent, typed);
        if exchange.received_bytes > Exchange::KEPT_BYTES as u64 {
            continue;
        }
        let (received, length) = resp::decode_reply(&exchange.received).expect("whole");
        assert_eq!(length as u64, exchange.received_bytes);
        let text = render::render(&received, Protocol::Resp2);
        assert_eq!(text.trim_end_matches('\n'), frame.output, "{}", frame.line);
        compared += 1;
    }
    assert!(compared > 350, "{compared}");
}

#[test]
fn a_repeated_command_is_asked_about_and_then_compared() {
    let mut world = world(&["SET n 1", "BLPOP q 0"]);
    world.type_line("ada", "100 INCR n");
    let moment = shown(&mut world, "pipelining", "", None);
    assert_eq!((moment.client.as_str(), moment.steps), ("ada", 101));
    let ask = moment.ask.expect("a question");
    assert_eq!(
        ask.question,
        "A round trip takes 10 ms. How long do your last 100 commands take in one write?"
    );
    let right = ask.choices.iter().find(|choice| choice.right);
    let right = &right.expect("an answer").text;
    assert!(right.starts_with("10.0 ms"), "{right}");
    let text = format!("{:?} {:?}", moment.picture, moment.table);
    assert!(!text.contains("In a pipeline: "), "the answer is not drawn");
    let show = Show {
        view: "pipelining".to_owned(),
        revealed: true,
        options: vec![
            ("packets".to_owned(), "yes".to_owned()),
            ("other".to_owned(), "yes".to_owned()),
        ],
        ..Show::default()
    };
    let answered = super::super::show(&mut world, show);
    let text = format!("{:?}", answered.picture);
    assert!(
        text.contains("In a pipeline: 1 round trip, 10.0 ms"),
        "{text}"
    );
    assert!(
        text.contains("One by one: 100 round trips, 1000 ms"),
        "{text}"
    );
    assert!(text.contains("between two of yours"), "{text}");
    assert!(messages::to_bytes(&answered).len() < 100_000);
}
