//! Streams: what is drawn is what the server holds, at every step, and what it said.

use trace::stream::Kept;
use trace::{Event, Stream as Told};
use views::snapshot::Stream;
use views::streams;

use super::*;

fn stream_of(snapshot: &Snapshot) -> Option<&Stream> {
    match snapshot {
        Snapshot::Key(key) => match &key.body {
            Body::Stream(stream) => Some(stream),
            _ => None,
        },
        _ => None,
    }
}

fn random_lines(count: usize, seed: u64) -> Vec<String> {
    let mut lot = lots(seed);
    let mut lines = vec!["CONFIG SET stream-node-max-entries 5".to_owned()];
    for at in 1..=count {
        let who = ["ann", "ben", "cyd"][lot(3) as usize];
        let group = ["g", "h"][lot(2) as usize];
        // Ids that mostly exist.
        let id = format!("{}-0", lot(at as u64) + 1);
        let other = format!("{}-0", lot(at as u64) + 1);
        lines.push(match lot(26) {
            0 => format!("XGROUP CREATE s {group} {id} ENTRIESREAD 2 MKSTREAM"),
            1 => format!("XGROUP CREATE s {group} 0 MKSTREAM"),
            2 => format!("XDEL s {id} {other}"),
            3 => format!("XDELEX s DELREF IDS 2 {id} {other}"),
            4 => format!("XDELEX s ACKED IDS 1 {id}"),
            5 => format!("XTRIM s MAXLEN ~ {}", lot(30)),
            6 => format!("XTRIM s MAXLEN {}", 10 + lot(30)),
            7 => format!("XTRIM s MINID ~ {id} LIMIT {}", lot(20)),
            8 => format!("XTRIM s MINID {id} ACKED"),
            9 => format!("XACK s {group} {id} {other}"),
            10 => format!("XACKDEL s {group} ACKED IDS 2 {id} {other}"),
            11 => format!("XCLAIM s {group} {who} 0 {id} {other} FORCE"),
            12 => format!("XCLAIM s {group} {who} 50 {id} JUSTID LASTID {other}"),
            13 => format!("XAUTOCLAIM s {group} {who} {} 0 COUNT 3", lot(20)),
            14 => format!("XREADGROUP GROUP {group} {who} COUNT 4 STREAMS s 0"),
            15 => format!("XGROUP DELCONSUMER s {group} {who}"),
            16 => format!("XGROUP CREATECONSUMER s {group} {who}"),
            17 => format!("XGROUP SETID s {group} {id}"),
            18 if at.is_multiple_of(9) => format!("XGROUP DESTROY s {group}"),
            19 => "+ 10ms".to_owned(),
            20..=21 => format!("XREADGROUP GROUP {group} {who} COUNT 3 STREAMS s >"),
            22 => format!("XREADGROUP GROUP {group} {who} COUNT 1 NOACK STREAMS s >"),
            23 => format!("XADD s MAXLEN ~ 40 {at}-0 other field"),
            24 if at.is_multiple_of(40) => "DEL s".to_owned(),
            _ => format!("XADD s {at}-0 name v{at}"),
        });
    }
    lines
}

#[test]
fn streams_are_those_of_the_engine_at_every_step() {
    let (mut compared, mut kinds) = (0, Vec::new());
    for seed in 0..4 {
        let mut world = World::new(Setup::default());
        for line in random_lines(300, seed) {
            world.type_line("", &line);
        }
        let frames = frames(&mut world, &streams::VIEW, "s");
        at_each_step(&frames, "s", |scene| {
            if let Some(Event::Stream(told)) = scene.event() {
                kinds.push(std::mem::discriminant(told));
            }
            let told = !scene.frame.events.is_empty();
            if told && scene.step == scene.frame.events.len() {
                let drawn = streams::at(scene);
                let after = stream_of(&scene.frame.after);
                assert_eq!(
                    drawn.as_ref(),
                    after,
                    "{}: {:?}",
                    scene.frame.line,
                    scene.frame.events
                );
                compared += 1;
            }
            (streams::VIEW.draw)(scene);
        });
    }
    let mut different: Vec<_> = Vec::new();
    for kind in kinds {
        if !different.contains(&kind) {
            different.push(kind);
        }
    }
    assert!(
        compared > 400 && different.len() == 15,
        "{compared} {}",
        different.len()
    );
}

/// Nodes of the radix tree, lengths and trims as the server reported them.
#[test]
fn recorded_nodes_and_trims_are_drawn() {
    let recorded = vector(include_str!("../../../../tests/vectors/streams.json"));
    let mut world = World::new(Setup::default());
    let number = |row: &serde_json::Value, name: &str| row[name].as_u64().expect("a number");
    let mut added = 0;
    for row in recorded["nodes_of_100_entries"].as_array().expect("rows") {
        while added < number(row, "entries") {
            added += 1;
            world.type_line("", &format!("XADD n {added}-0 k v"));
        }
        let now = inspect::key(&world, b"n", &[]);
        let stream = stream_of(&now).expect("a stream");
        assert_eq!(stream.node_count, number(row, "radix_tree_keys"), "{row}");
        let listed: usize = stream.nodes.iter().map(|node| node.entries.len()).sum();
        assert_eq!(listed as u64, added);
    }
    let mut kept = 0;
    for row in recorded["approximate_trim"].as_array().expect("rows") {
        world.type_line("", row["command"].as_str().expect("a command"));
        let frames = frames(&mut world, &streams::VIEW, "n");
        let frame = frames.last().expect("a frame");
        let stream = stream_of(&frame.after).expect("a stream");
        assert_eq!(stream.length, number(row, "xlen"), "{row}");
        assert_eq!(stream.node_count, number(row, "radix_tree_keys"), "{row}");
        let removed: u64 = frame
            .events
            .iter()
            .map(|event| match event {
                Event::Stream(Told::NodeGone { live, .. }) => *live,
                _ => 0,
            })
            .sum();
        assert_eq!(removed, number(row, "removed"), "{row}");
        let why = frame.events.iter().find_map(|event| match event {
            Event::Stream(Told::NodeKept {
                why: Kept::MaxLen(_),
                live,
                length,
                ..
            }) => Some((*live, *length)),
            _ => None,
        });
        assert_eq!(why.map(|(_, length)| length), Some(stream.length), "{row}");
        kept += 1;
    }
    assert_eq!(kept, 8);
}

/// The recorded conversation: what XINFO and XPENDING said of groups is what is drawn.
#[test]
fn recorded_groups_are_drawn() {
    let recorded = vector(include_str!("../../../../tests/vectors/streams.json"));
    let mut world = World::new(Setup::default());
    let (mut lags, mut tickets, mut nils) = (0, 0, 0);
    for row in recorded["transcript"].as_array().expect("rows") {
        let command = row["command"].as_str().expect("a command");
        world.type_line("", command);
        let now = inspect::key(&world, b"s", &[]);
        let Some(stream) = stream_of(&now) else {
            continue;
        };
        if command == "XINFO GROUPS s" {
            let fields = row["reply"][0].as_array().expect("fields");
            let lag = fields.last().expect("a lag").as_i64();
            assert_eq!(stream.groups[0].lag, lag, "{command}");
            let pending = fields[5].as_u64();
            assert_eq!(Some(stream.groups[0].pending), pending);
            lags += 1;
        }
        if command == "XPENDING s g - + 10" {
            let rows = row["reply"].as_array().expect("rows");
            let said: Vec<(String, String, u64)> = rows
                .iter()
                .map(|row| {
                    let text = |at: usize| row[at].as_str().expect("a text").to_owned();
                    (text(0), text(1), row[3].as_u64().expect("a count"))
                })
                .collect();
            let drawn: Vec<(String, String, u64)> = stream.groups[0]
                .tickets
                .iter()
                .map(|ticket| {
                    (
                        ticket.id.to_string(),
                        messages::format::text_of(&ticket.owner),
                        ticket.count,
                    )
                })
                .collect();
            assert_eq!(drawn, said);
            tickets += said.len();
        }
        if command.ends_with("carol STREAMS s 0") {
            let moment = shown(&mut world, "streams", "s", None);
            let said = moment
                .log
                .iter()
                .filter(|line| line.ends_with("gone: nil."));
            nils += said.count();
            assert!(moment.ask.expect("a question").question.contains("nil"));
        }
    }
    assert_eq!((lags, tickets, nils), (2, 7, 2));
}

/// Each question hides what it asks for.
#[test]
fn answers_are_drawn_after_them() {
    let lines: Vec<&str> = streams::VIEW.starter.lines().collect();
    let mut world = world(&lines);
    let commands = shown(&mut world, "streams", "jobs", None).commands;
    let mut asked = Vec::new();
    for command in 0..commands {
        let mut moment = |revealed| {
            let show = Show {
                view: "streams".to_owned(),
                key: b"jobs".to_vec(),
                at: Some(Position { command, step: 99 }),
                revealed,
                ..Show::default()
            };
            super::super::show(&mut world, show)
        };
        let (before, after) = (moment(false), moment(true));
        if let Some(ask) = before.ask {
            assert_eq!(ask.choices.iter().filter(|choice| choice.right).count(), 1);
            assert_ne!(before.picture, after.picture, "{}", before.line);
            asked.push(ask.question);
        }
        assert!(after.ask.is_none());
    }
    let about = |words: &str| {
        asked
            .iter()
            .filter(|question| question.contains(words))
            .count()
    };
    assert_eq!(
        (
            about("dies"),
            about("with ~"),
            about("XINFO GROUPS"),
            about("got nil")
        ),
        (2, 1, 1, 1),
        "{asked:?}"
    );
}

#[test]
fn a_long_stream_is_cut_in_the_middle() {
    let mut world = world(&["CONFIG SET stream-node-max-entries 3"]);
    for at in 1..=200 {
        world.type_line("", &format!("XADD s {at}-0 k v"));
    }
    let moment = shown(&mut world, "streams", "s", None);
    let picture = format!("{:?}", moment.picture);
    assert!(
        picture.contains("39 more nodes") || picture.contains("39 nodes more"),
        "{picture}"
    );
    assert!(messages::to_bytes(&moment).len() < 60_000);
}
