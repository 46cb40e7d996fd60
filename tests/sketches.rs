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
        let score = interleaved(&city["lat26"], &city["lon26"]);
        if text(city, "score") != score {
            problems.push(format!("{name}: {score} are the bits of both halves"));
        }
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

/// The score: bits of the latitude in even places, of the longitude in odd ones.
fn interleaved(latitude: &Value, longitude: &Value) -> String {
    let half = |value: &Value| value.as_u64().expect("26 bits");
    let bits = |value: u64| (0..26).map(move |at| (value >> at & 1) << (2 * at));
    let score: u64 = bits(half(latitude))
        .chain(bits(half(longitude)).map(|bit| bit << 1))
        .sum();
    score.to_string()
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
        let hash = hyperloglog::murmur_hash_64a(element.as_bytes(), hyperloglog::SEED);
        let hash = format!("{hash:016x}");
        let (register, count) = hyperloglog::place(element.as_bytes());
        let bytes = world.bytes("h");
        let found = json!([reply, hash, register, count, hex(&bytes), opcodes(&bytes)]);
        let wanted = json!([
            row["pfadd_reply"],
            row["murmur64a_hex"],
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
        if *limit == json!(3000) && found[0] != recorded["promotion_for_user_n"] {
            problems.push(format!("with the default limit: got {found}"));
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
    for (line, field) in [
        ("PFCOUNT a", "pfcount_a"),
        ("PFCOUNT b", "pfcount_b"),
        ("PFCOUNT a b", "pfcount_union"),
        ("PFMERGE m a b", "pfmerge_reply"),
        ("PFDEBUG ENCODING m", "merged_encoding"),
        ("STRLEN m", "merged_strlen"),
    ] {
        world.expect(line, &merge[field], &mut problems);
    }
    if hex(&world.bytes("m")) != text(merge, "merged_raw_hex") {
        problems.push("the merged bytes differ".to_string());
    }
    world.expect("PFCOUNT m", &merge["pfcount_m"], &mut problems);
    let mut added = 0;
    for row in rows(&recorded, "large_counts_user_n") {
        let wanted = row["true"].as_u64().expect("a number");
        let users: Vec<String> = (added + 1..=wanted).map(|n| format!("user:{n}")).collect();
        added = wanted;
        for users in users.chunks(1000) {
            let mut words: Vec<&[u8]> = vec![b"PFADD", b"many"];
            words.extend(users.iter().map(String::as_bytes));
            world.call(&words);
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

/// What holds of the bytes themselves: none added, all registers written out, told by PFDEBUG, damaged.
#[test]
fn hyperloglogs_looked_into() {
    let recorded = files::vector("hyperloglog");
    let mut problems = Vec::new();
    let mut world = World::new();
    let empty = &recorded["empty"];
    for reply in rows(empty, "replies") {
        world.expect("PFADD e", reply, &mut problems);
    }
    if hex(&world.bytes("e")) != text(empty, "raw_hex") {
        problems.push("the empty one's bytes differ".to_string());
    }
    world.expect("PFCOUNT e", &empty["pfcount"], &mut problems);
    world.expect("PFCOUNT none", &empty["pfcount_missing_key"], &mut problems);

    let dense = &recorded["todense"];
    world.line("PFADD d foo bar zap");
    let sparse = hex(&world.bytes("d"));
    world.expect("PFDEBUG TODENSE d", &dense["reply"], &mut problems);
    let bytes = world.bytes("d");
    let nonzero = |values: &[u8]| -> Value {
        let values = values.iter().enumerate().filter(|(_, value)| **value > 0);
        values.map(|(at, value)| json!([at, value])).collect()
    };
    let registers = hyperloglog::registers(&bytes).expect("it is whole");
    const HEADER: usize = 16;
    let body = nonzero(&bytes[HEADER..]);
    let in_hex = |pair: &Value| json!([pair[0], hex(&[pair[1].as_u64().expect("a byte") as u8])]);
    let found = json!({
        "sparse_raw_hex": sparse,
        "header_hex": hex(&bytes[..HEADER]),
        "strlen": bytes.len(),
        "nonzero_register_bytes": body.as_array().expect("pairs").iter().map(in_hex).collect::<Value>(),
        "decoded_nonzero": nonzero(&registers),
    });
    for (field, found) in found.as_object().expect("fields") {
        if *found != dense[field] {
            problems.push(format!("{field}: expected {}, got {found}", dense[field]));
        }
    }
    let decoded = &recorded["pfdebug_decode"];
    world.line("PFADD d2 foo bar zap");
    world.expect("PFDEBUG DECODE d2", &decoded["reply"], &mut problems);

    for row in rows(&recorded, "lucky_elements") {
        let element = text(row, "element");
        world.line(&format!("PFADD {element} {element}"));
        let alone = format!("PFCOUNT {element}");
        world.expect(&alone, &row["pfcount_alone"], &mut problems);
        if json!(hyperloglog::place(element.as_bytes())) != json!([row["register"], row["rho"]]) {
            problems.push(format!("{row}: another place"));
        }
    }

    world.line("SET s hello");
    world.line("RPUSH l x");
    for row in rows(&recorded, "errors") {
        let command = text(row, "command").split("  (").next();
        let command = command.and_then(|command| command.split(" (").next());
        let mut lines = command.expect("words").split("; ").peekable();
        while let Some(line) = lines.next() {
            // A backslash means a byte only between quotes.
            let line = line.replace(r"\x7f\xfe", r#""\x7f\xfe""#);
            match lines.peek() {
                Some(_) => drop(world.line(&line)),
                None => world.expect(&line, &row["reply"], &mut problems),
            }
        }
    }
    conclude("errors", rows(&recorded, "errors").len(), problems);
}
