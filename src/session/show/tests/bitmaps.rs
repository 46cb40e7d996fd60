//! Bits of strings: what is drawn is what the server holds, and says.

use trace::{Bits as Told, Event};
use views::bitmaps::{self, Board};

use super::*;

fn random_lines(count: usize, seed: u64) -> Vec<String> {
    let mut lot = lots(seed);
    let mut lines = Vec::new();
    for _ in 0..count {
        let (at, bit) = (lot(90), lot(2));
        lines.push(match lot(16) {
            0 => "SET b 12345".to_owned(),
            1 => format!("GETBIT b {at}"),
            2 => format!("BITCOUNT b {} {} BIT", lot(40), lot(90)),
            3 => format!("BITPOS b {bit}"),
            4 => format!(
                "BITFIELD b SET u8 {at} {} GET i5 #2 OVERFLOW FAIL INCRBY i4 {at} {}",
                lot(300),
                lot(9)
            ),
            5 => format!("BITFIELD b OVERFLOW SAT INCRBY u5 #{} {}", lot(9), lot(40)),
            6 => format!("SETBIT other {at} {bit}"),
            7 => "BITOP XOR b b other".to_owned(),
            8 => "BITOP NOT b b".to_owned(),
            9 => "BITOP ONE b other b absent other".to_owned(),
            10 => "DEL b".to_owned(),
            11 => format!("SETBIT b {} 1", 5_000 + lot(9_000)),
            12 => format!("APPEND other {}", lot(1_000_000)),
            _ => format!("SETBIT b {at} {bit}"),
        });
    }
    lines
}

#[test]
fn bits_are_those_of_the_engine_at_every_step() {
    let (mut compared, mut far) = (0, 0);
    for seed in 0..6 {
        let lines = random_lines(300, seed);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut world = world(&lines);
        let frames = frames(&mut world, &bitmaps::VIEW, "b");
        at_each_step(&frames, "b", |scene| {
            let drawn = bitmaps::at(scene);
            let told = scene
                .frame
                .events
                .iter()
                .any(|event| matches!(event, Event::Bits(_)));
            if told && scene.step == scene.frame.events.len() {
                let after = bitmaps::board_of(&scene.frame.after, None);
                assert_eq!(drawn, after, "{}", scene.frame.line);
                compared += 1;
                far += usize::from(after.is_some_and(|after| after.first > 0));
            }
            (bitmaps::VIEW.draw)(scene);
        });
    }
    assert!(compared > 600 && far > 20, "{compared} {far}");
}

/// Every recorded command, and the bytes that the server had then.
#[test]
fn recorded_bits_are_drawn() {
    let recorded = vector(include_str!("../../../../tests/vectors/bitmaps.json"));
    let mut world = World::new(Setup::default());
    let (mut compared, mut answered) = (0, 0);
    for row in recorded["transcript"].as_array().expect("rows") {
        let command = row["command"].as_str().expect("a command");
        // Half a gigabyte is not tried here.
        if command.contains("big") {
            continue;
        }
        world.type_line("", command);
        if let Some(key) = command.strip_prefix("GET ") {
            let reply = &row["reply"];
            let bytes = match (reply.as_str(), reply["hex"].as_str()) {
                (Some(text), _) => text.as_bytes().to_vec(),
                (_, Some(hex)) => (0..hex.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
                    .collect(),
                _ => panic!("{command} answers a string"),
            };
            let now = inspect::key(&world, key.as_bytes(), &[]);
            let board = Board {
                length: bytes.len() as u64,
                first: 0,
                bytes,
            };
            assert_eq!(bitmaps::board_of(&now, None), Some(board), "{command}");
            compared += 1;
        }
        let Some(key) = command.split(' ').nth(1) else {
            continue;
        };
        let number = row["reply"].as_i64();
        if let Some(told) = frames(&mut world, &bitmaps::VIEW, key)
            .last()
            .and_then(|frame| frame.events.last().cloned())
        {
            let said = match told {
                Event::Bits(Told::Counted { ones, .. }) if command.starts_with("BITCOUNT") => {
                    Some(ones as i64)
                }
                Event::Bits(Told::Found { at, .. }) if command.starts_with("BITPOS") => {
                    Some(at.map_or(-1, |at| at as i64))
                }
                Event::Bits(Told::Read { bit, .. }) if command.starts_with("GETBIT") => {
                    Some(bit.into())
                }
                Event::Bits(Told::Set { from, .. })
                    if command.starts_with("SETBIT") && number.is_some() =>
                {
                    Some(from.into())
                }
                _ => None,
            };
            if said.is_some() {
                assert_eq!(said, number, "{command}");
                answered += 1;
            }
        }
    }
    assert!(compared >= 12 && answered >= 15, "{compared} {answered}");
}

#[test]
fn a_bit_far_away_is_in_the_window_and_its_price_is_asked_for() {
    let mut world = world(&["SETBIT b 7 1", "SETBIT b 1000000 1"]);
    let moment = shown(&mut world, "bitmaps", "b", None);
    let ask = moment.ask.expect("a question");
    assert!(ask.question.contains("1000000"), "{}", ask.question);
    let right = ask
        .choices
        .iter()
        .find(|choice| choice.right)
        .expect("an answer");
    assert!(right.text.contains("125000 bytes"), "{}", right.text);
    assert_eq!(
        moment.log[0],
        "The string grows from 1 byte to 125001 bytes, with zeros."
    );
    let frames = frames(&mut world, &bitmaps::VIEW, "b");
    at_each_step(&frames[1..], "b", |scene| {
        let drawn = bitmaps::at(scene).expect("bits");
        assert_eq!(drawn.bit(1_000_000).unwrap_or(false), scene.step >= 2);
    });
}

/// The byte that the question is about is drawn neither in the picture nor in the table.
#[test]
fn the_answer_is_not_drawn_before_it_is_given() {
    let mut world = world(&["SETBIT b 1 1"]);
    let mut text = |revealed| {
        let moment = super::super::show(
            &mut world,
            Show {
                view: "bitmaps".to_owned(),
                key: b"b".to_vec(),
                revealed,
                ..Show::default()
            },
        );
        (
            format!("{:?} {:?}", moment.picture, moment.table),
            moment.ask,
        )
    };
    let (before, ask) = text(false);
    let ask = ask.expect("a question");
    assert!(
        !before.contains("x40") && !before.contains("\"40\"") && !before.contains("GET prints \"@")
    );
    let rights: Vec<&str> = ask
        .choices
        .iter()
        .filter(|choice| choice.right)
        .map(|choice| choice.text.as_str())
        .collect();
    assert_eq!(rights, ["\\x40 (01000000)"]);
    let (after, ask) = text(true);
    assert!(after.contains("x40") && ask.is_none());
}

#[test]
fn whatever_a_string_holds_it_has_bits_or_says_why_not() {
    let mut world = world(&[
        "SET b \"\"",
        "SETBIT b 0 0",
        "SET b 12",
        "SETBIT b 100 1",
        "PFADD b2 a",
        "SETBIT b2 200 1",
        "SET b x PX 10",
        "+ 1s",
        "LPUSH b 1",
        "DEL b",
    ]);
    assert!(
        world
            .type_line("", "BITOP NOT b \"\\xff\\x00\"")
            .output
            .contains('0')
    );
    for key in ["b", "b2", "none"] {
        for command in 0..12 {
            for step in 0..4 {
                for cell in ["", "0", "7", "4000", "99999999999", "-3"] {
                    let show = Show {
                        view: "bitmaps".to_owned(),
                        key: key.as_bytes().to_vec(),
                        at: Some(Position { command, step }),
                        options: vec![("cell".to_owned(), cell.to_owned())],
                        ..Show::default()
                    };
                    super::super::show(&mut world, show);
                }
            }
        }
    }
    world.type_line("", "SETBIT bits 3 1");
    assert_eq!(shown(&mut world, "", "bits", None).view, "bitmaps");
    world.type_line("", "SET words hello");
    assert_eq!(shown(&mut world, "", "words", None).view, "xray");
}

/// What WRAP and SAT make of a number, and FAIL refuses, is what the server does.
#[test]
fn each_way_to_treat_an_overflow_is_told_beside_the_others() {
    let mut lot = lots(11);
    let mut compared = 0;
    for _ in 0..200 {
        let sign = ["u", "i"][lot(2) as usize];
        let width = lot(63) + 1;
        let by = lot(u64::MAX >> 1) as i64 >> lot(63);
        let by = if lot(2) == 0 { by } else { -by };
        let start = format!("BITFIELD k SET {sign}{width} 3 {}", lot(1 << 40));
        let answer = |mode: &str| {
            let mut world = world(&[&start]);
            let line = format!("BITFIELD k OVERFLOW {mode} INCRBY {sign}{width} 3 {by}");
            let answer = world.type_line("", &line).output;
            (answer, frames(&mut world, &bitmaps::VIEW, "k"))
        };
        let [(wrapped, frames), (limited, _), (refused, _)] = ["WRAP", "SAT", "FAIL"].map(answer);
        let Some(Event::Bits(Told::NumberSet {
            signed,
            width,
            at,
            from,
            wanted,
            to,
            overflow,
        })) = frames.last().and_then(|frame| frame.events.last()).cloned()
        else {
            panic!("{start}: a number is set")
        };
        let field = bitmaps::Field {
            signed,
            width,
            at,
            from,
            written: Some((wanted, to, overflow)),
        };
        let (wrap, limit) = field.outcomes(wanted);
        assert_eq!(wrapped, format!("1) (integer) {wrap}"), "{start} {by}");
        if refused == "1) (nil)" {
            assert_eq!(limited, format!("1) (integer) {limit}"), "{start} {by}");
            compared += 1;
        } else {
            assert_eq!((wrap, limit), (to.expect("a number"), wrap), "{start} {by}");
        }
    }
    assert!(compared > 15, "{compared}");
}
