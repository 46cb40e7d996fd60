//! Recorded bitmaps, HyperLogLogs and places, replayed: the JSON recordings that are conversations or rows of facts.

use engine::resp::{self, Protocol};
use engine::structures::hyperloglog::{self, Encoding, Opcode};
use engine::{ClientId, Engine, Reply, Time};
use serde_json::{Value, json};
use tests::files;

use crate::conclude;

struct World {
    engine: Engine,
    client: ClientId,
}

impl World {
    fn new() -> World {
        let mut engine = Engine::new(1, Time::WORLD_START);
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        World { engine, client }
    }

    fn call(&mut self, words: &[&[u8]]) -> Reply {
        let reply = self.engine.execute(self.client, words, Time::WORLD_START);
        let mut bytes = Vec::new();
        resp::encode(&reply, Protocol::Resp2, &mut bytes);
        resp::decode_reply(&bytes).expect("a whole reply").0
    }

    fn line(&mut self, line: &str) -> Reply {
        let words = engine::words::split(line.as_bytes())
            .unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        self.call(&slices)
    }

    /// Adds a problem if the reply is not the recorded one.
    fn expect(&mut self, line: &str, recorded: &Value, problems: &mut Vec<String>) {
        let reply = shown(&self.line(line));
        if reply != *recorded {
            problems.push(format!("{line}: expected {recorded}, got {reply}"));
        }
    }

    fn bytes(&mut self, key: &str) -> Vec<u8> {
        match self.call(&[b"GET", key.as_bytes()]) {
            Reply::Bulk(bytes) => bytes,
            other => panic!("GET {key} answers {other:?}"),
        }
    }
}

/// In the notation of the recordings.
fn shown(reply: &Reply) -> Value {
    match reply {
        Reply::StatusText(text) => json!(text),
        Reply::Int(number) => json!(number),
        Reply::Null | Reply::NullArray => Value::Null,
        Reply::Error(error) => json!({ "error": error.to_string() }),
        Reply::Array(items) => items.iter().map(shown).collect(),
        Reply::Bulk(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains(|c: char| c.is_control()) => json!(text),
            _ => json!({ "hex": hex(bytes) }),
        },
        other => panic!("no such reply is recorded: {other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn rows<'a>(recorded: &'a Value, name: &str) -> &'a Vec<Value> {
    recorded[name].as_array().expect("rows")
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().expect("text")
}

#[test]
fn bitmaps() {
    let recorded = files::vector("bitmaps");
    let mut problems = Vec::new();
    let mut world = World::new();
    let transcript = rows(&recorded, "transcript");
    for row in transcript {
        world.expect(text(row, "command"), &row["reply"], &mut problems);
    }
    conclude("commands", transcript.len(), problems);
}

#[test]
fn places() {
    let recorded = files::vector("geo");
    let mut problems = Vec::new();
    let mut world = World::new();
    for city in rows(&recorded, "cities") {
        let name = text(city, "name");
        let (longitude, latitude) = (text(city, "lon"), text(city, "lat"));
        let add = format!("GEOADD cities {longitude} {latitude} {name}");
        world.expect(&add, &json!(1), &mut problems);
        world.expect(
            &format!("ZSCORE cities {name}"),
            &city["score"],
            &mut problems,
        );
        let letters = json!([city["geohash"]]);
        world.expect(&format!("GEOHASH cities {name}"), &letters, &mut problems);
        let position = json!([city["geopos"]]);
        world.expect(&format!("GEOPOS cities {name}"), &position, &mut problems);
    }
    for row in rows(&recorded, "distances") {
        let command = text(row, "command");
        world.expect(command, &row["reply"], &mut problems);
        for unit in ["m", "mi", "ft"] {
            let command = command.replace(" km", &format!(" {unit}"));
            world.expect(&command, &row[unit], &mut problems);
        }
    }
    for row in rows(&recorded, "searches") {
        world.expect(text(row, "command"), &row["reply"], &mut problems);
    }
    for row in rows(&recorded, "edges_and_errors") {
        world.expect(text(row, "command"), &row["reply"], &mut problems);
    }
    conclude("cities", rows(&recorded, "cities").len(), problems);
}

#[test]
fn hyperloglogs_of_one_element() {
    let recorded = files::vector("hyperloglog");
    let mut problems = Vec::new();
    let elements = rows(&recorded, "single_element");
    for row in elements {
        let element = text(row, "element");
        let mut world = World::new();
        let reply = shown(&world.call(&[b"PFADD", b"h", element.as_bytes()]));
        let (register, count) = hyperloglog::place(element.as_bytes());
        let bytes = world.bytes("h");
        let found = json!([reply, register, count, hex(&bytes), opcodes(&bytes)]);
        let wanted = json!([
            row["pfadd_reply"],
            row["register"],
            row["rho"],
            row["raw_hex"],
            row["sparse_ops"]
        ]);
        if found != wanted {
            problems.push(format!("{element}: expected {wanted}, got {found}"));
        }
    }
    conclude("elements", elements.len(), problems);
}

/// As the recording writes them: name, value if it has one, run.
fn opcodes(bytes: &[u8]) -> Value {
    let shown = |opcode| match opcode {
        Opcode::Zero { run } => json!(["ZERO", run]),
        Opcode::XZero { run } => json!(["XZERO", run]),
        Opcode::Value { value, run } => json!(["VAL", value, run]),
    };
    hyperloglog::opcodes(bytes).map(shown).collect()
}

#[test]
fn hyperloglogs_as_they_grow() {
    let recorded = files::vector("hyperloglog");
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for sequence in rows(&recorded, "sequences") {
        let mut world = World::new();
        let mut added = 0;
        for step in rows(sequence, "steps") {
            let mut reply = Reply::Null;
            while json!(added) != step["after"] {
                added += 1;
                let user = format!("user:{added}");
                let element = sequence["elements"][added - 1].as_str().unwrap_or(&user);
                reply = world.call(&[b"PFADD", b"h", element.as_bytes()]);
            }
            looked_at += 1;
            let found = facts(&mut world, reply, step);
            if found != *step {
                problems.push(format!("after {added}: expected {step}, got {found}"));
            }
        }
    }
    conclude("steps", looked_at, problems);
}

/// What the recording has of a step; what it has not of it is left out.
fn facts(world: &mut World, reply: Reply, recorded: &Value) -> Value {
    let stale = hyperloglog::known_estimate(&world.bytes("h")).is_none();
    let count = shown(&world.line("PFCOUNT h"));
    let bytes = world.bytes("h");
    let registers = hyperloglog::registers(&bytes).expect("it is whole");
    let mut histogram = serde_json::Map::new();
    for (value, count) in hyperloglog::histogram(&registers).iter().enumerate() {
        if *count > 0 {
            histogram.insert(value.to_string(), json!(count));
        }
    }
    let Reply::Bulk(dump) = world.line("DUMP h") else {
        panic!("DUMP answers no bytes")
    };
    let mut found = json!({
        "after": recorded["after"],
        "pfadd_reply": shown(&reply),
        "strlen": bytes.len(),
        "encoding": shown(&world.line("PFDEBUG ENCODING h")),
        "pfcount": count,
        "cache_stale_before_count": stale,
        "cached_card_after_count": hyperloglog::known_estimate(&bytes),
        "nonzero_registers": registers.iter().filter(|register| **register > 0).count(),
        "max_register": registers.iter().max(),
        "register_histogram": histogram,
        "dump_bytes_after_count": dump.len(),
        "dump_crc64_hex_after_count": hex(&dump[dump.len() - 8..]),
    });
    if recorded["sparse_ops"].is_array() {
        found["sparse_ops"] = opcodes(&bytes);
    }
    found
}

#[test]
fn hyperloglogs_become_dense_where_recorded() {
    let recorded = files::vector("hyperloglog");
    let mut problems = Vec::new();
    let points = rows(&recorded, "promotion_point_by_config");
    for row in points {
        let mut world = World::new();
        let limit = &row["hll_sparse_max_bytes"];
        world.line(&format!("CONFIG SET hll-sparse-max-bytes {limit}"));
        const ELEMENTS_MAX: usize = 10_000;
        let (mut added, mut length) = (0, 0);
        while added < ELEMENTS_MAX {
            added += 1;
            world.line(&format!("PFADD h user:{added}"));
            let bytes = world.bytes("h");
            if hyperloglog::encoding(&bytes) == Encoding::Dense {
                break;
            }
            length = bytes.len();
        }
        let found = json!([added, length]);
        let wanted = json!([row["promoted_at_element"], row["last_sparse_strlen"]]);
        if found != wanted {
            problems.push(format!("{limit} bytes: expected {wanted}, got {found}"));
        }
    }
    conclude("limits", points.len(), problems);
}

#[test]
fn hyperloglogs_merged_and_counted() {
    let recorded = files::vector("hyperloglog");
    let mut problems = Vec::new();
    let mut world = World::new();
    let merge = &recorded["merge"];
    for number in 0..50 {
        world.line(&format!("PFADD a a{number}"));
        world.line(&format!("PFADD b a{}", number + 25));
    }
    world.expect("PFCOUNT a b", &merge["pfcount_union"], &mut problems);
    world.expect("PFMERGE m a b", &merge["pfmerge_reply"], &mut problems);
    if hex(&world.bytes("m")) != text(merge, "merged_raw_hex") {
        problems.push("the merged bytes differ".to_string());
    }
    world.expect("PFCOUNT m", &merge["pfcount_m"], &mut problems);
    let mut added = 0;
    const ENOUGH: u64 = 200_000;
    for row in rows(&recorded, "large_counts_user_n") {
        let wanted = row["true"].as_u64().expect("a number");
        if wanted > ENOUGH {
            break;
        }
        while added < wanted {
            added += 1;
            world.call(&[b"PFADD", b"many", format!("user:{added}").as_bytes()]);
        }
        world.expect("PFCOUNT many", &row["pfcount"], &mut problems);
    }
    for row in rows(&recorded["register_collisions"], "rows") {
        let [first, rho, second, other_rho, register] = row.as_array().expect("a row").as_slice()
        else {
            panic!("five columns: {row}")
        };
        let place =
            |element: &Value| hyperloglog::place(element.as_str().expect("an element").as_bytes());
        let found = json!([place(first), place(second)]);
        if found != json!([[register, rho], [register, other_rho]]) {
            problems.push(format!("{row}: got {found}"));
        }
    }
    conclude("counts", added as usize, problems);
}
