//! Recorded vectors that need a whole engine.

use engine::resp::{self, Protocol};
use engine::{Engine, Reply, Time};
use serde_json::Value;
use tests::files;
use tests::real::open_config;

use crate::conclude;

/// Runs one line as a client; gives the reply as a RESP2 client reads it.
fn run(engine: &mut Engine, client: engine::ClientId, line: &str) -> Reply {
    let words = engine::words::split(line.as_bytes())
        .unwrap_or_else(|_| panic!("unbalanced quotes in {line}"));
    let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let reply = engine.execute(client, &slices, Time::WORLD_START);
    let mut bytes = Vec::new();
    resp::encode(&reply, Protocol::Resp2, &mut bytes);
    resp::decode_reply(&bytes)
        .unwrap_or_else(|| panic!("{line}: nothing to decode in {bytes:?}"))
        .0
}

/// The lines that give a key its value.
type Way<'a> = &'a dyn Fn(&str) -> Vec<String>;

#[test]
fn embstr_limits() {
    let rows = files::vector("embstr-limits")["rows"]
        .as_array()
        .expect("rows")
        .clone();
    let mut problems = Vec::new();
    let mut engine = Engine::new(1, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    for row in &rows {
        let length = row[0].as_u64().expect("a key length") as usize;
        let key = "k".repeat(length);
        let ways: [(&str, Way); 3] = [
            ("SET", &|value| vec![format!("SET {key} {value}")]),
            ("SET EX", &|value| {
                vec![format!("SET {key} {value} EX 1000")]
            }),
            ("SET, EXPIRE", &|value| {
                vec![format!("SET {key} {value}"), format!("EXPIRE {key} 1000")]
            }),
        ];
        for (column, (name, way)) in ways.iter().enumerate() {
            let expected = row[column + 1].as_i64();
            let found = largest_embstr(&mut engine, client, &key, way);
            if found != expected {
                problems.push(format!(
                    "key of {length} bytes, {name}: expected {expected:?}, got {found:?}"
                ));
            }
        }
    }
    conclude("rows", rows.len(), problems);
}

fn largest_embstr(
    engine: &mut Engine,
    client: engine::ClientId,
    key: &str,
    way: Way,
) -> Option<i64> {
    let mut largest = None;
    for length in 0..=48 {
        let value = if length == 0 {
            "\"\"".to_string()
        } else {
            "v".repeat(length)
        };
        run(engine, client, &format!("DEL {key}"));
        for line in way(&value) {
            run(engine, client, &line);
        }
        if run(engine, client, &format!("OBJECT ENCODING {key}")) == Reply::bulk("embstr") {
            largest = Some(length as i64);
        }
    }
    largest
}

#[test]
fn encodings_change_where_redis_changes_them() {
    let recorded = files::vector("encoding-transitions");
    let cases = recorded["cases"].as_array().expect("cases");
    let mut problems = Vec::new();
    let mut count = 0;
    let mut world = World::new();
    for (parameter, value) in recorded["thresholds"].as_object().expect("parameters") {
        let found = world.line(&format!("CONFIG GET {parameter}"));
        let value = value.as_str().expect("a text");
        if found != Reply::array([parameter.as_str(), value].map(Reply::bulk)) {
            problems.push(format!("{parameter}: expected {value}, got {found:?}"));
        }
    }
    for case in cases {
        let name = case["case"].as_str().expect("a name");
        let Some(expected) = case["encoding"].as_str() else {
            continue;
        };
        let commands: Vec<&str> = case["commands"]
            .as_array()
            .expect("commands")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        // A case that only takes away goes on where the one before it ended.
        let goes_on = ["ZREM", "HDEL", "HPERSIST", "SREM"]
            .iter()
            .any(|verb| commands[0].starts_with(verb));
        if !goes_on {
            world = World::new();
        }
        // What the recording had at this point.
        if commands[0].starts_with("ZUNIONSTORE z2 1 z") {
            for number in 0..100 {
                world.run_shorthand(&format!("ZADD z {number} m{number}"), expected);
            }
        }
        for command in &commands {
            world.run_shorthand(command, expected);
        }
        count += 1;
        let found = world.run(&[b"OBJECT".to_vec(), b"ENCODING".to_vec(), world.key.clone()]);
        if found != Reply::bulk(expected) {
            problems.push(format!("{name}: expected {expected}, got {found:?}"));
        }
        if let Some(memory) = case["memory_usage"].as_i64() {
            let found = world.run(&[b"MEMORY".to_vec(), b"USAGE".to_vec(), world.key.clone()]);
            // Five nodes of a skiplist stand for all, and their levels are drawn.
            let tolerance = if expected == "skiplist" {
                memory / 8
            } else {
                0
            };
            if !matches!(found, Reply::Int(found) if (found - memory).abs() <= tolerance) {
                problems.push(format!("{name}: expected {memory} bytes, got {found:?}"));
            }
        }
        if let Some(length) = case["note"].as_str().and_then(length_at_change) {
            let found = world.run(&[b"LLEN".to_vec(), world.key.clone()]);
            if found != Reply::Int(length) {
                problems.push(format!(
                    "{name}: expected the change at {length} items, got {found:?}"
                ));
            }
        }
    }
    conclude("cases", count, problems);
}

/// `item number 683 made the change`, `back to listpack when 39 items were left`
fn length_at_change(note: &str) -> Option<i64> {
    let number = note.split(' ').find_map(|word| word.parse().ok())?;
    (note.contains("made the change") || note.contains("were left")).then_some(number)
}

/// An engine for the shorthand in which these vectors write long commands.
struct World {
    engine: Engine,
    client: engine::ClientId,
    key: Vec<u8>,
}

impl World {
    fn new() -> World {
        World::with_seed(1)
    }

    fn with_seed(seed: u64) -> World {
        let mut engine = Engine::with_config(seed, Time::WORLD_START, open_config());
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        World {
            engine,
            client,
            key: Vec::new(),
        }
    }

    fn line(&mut self, line: &str) -> Reply {
        run(&mut self.engine, self.client, line)
    }

    fn run(&mut self, words: &[Vec<u8>]) -> Reply {
        let slices: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        self.engine.execute(self.client, &slices, Time::WORLD_START)
    }

    /// `<8186 bytes>` is so many bytes, ` x200` so many words, `(repeat)` runs until the encoding is the expected one.
    fn run_shorthand(&mut self, command: &str, expected: &str) {
        let until_changed = command.ends_with("(repeat)");
        let words = shorthand_words(
            command
                .trim_end_matches("(repeat)")
                .trim_end_matches(if until_changed { " " } else { "" }),
        );
        if words[0] != b"CONFIG" {
            self.key = words[1].clone();
        }
        const REPEATS_MAX: usize = 2000;
        for _ in 0..if until_changed { REPEATS_MAX } else { 1 } {
            self.run(&words);
            let encoding = self.run(&[b"OBJECT".to_vec(), b"ENCODING".to_vec(), self.key.clone()]);
            if until_changed && encoding == Reply::bulk(expected) {
                return;
            }
        }
    }
}

/// Words are joined by one space each, so an empty piece belongs to the word after it, or is an empty word at the end.
fn shorthand_words(command: &str) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut pieces = command.split(' ').peekable();
    while let Some(piece) = pieces.next() {
        if let Some(size) = piece
            .strip_prefix('<')
            .and_then(|size| size.parse::<usize>().ok())
        {
            pieces.next();
            words.push(vec![b'x'; size]);
        } else if let Some(times) = piece
            .strip_prefix('x')
            .and_then(|times| times.parse::<usize>().ok())
        {
            let last = words.last().cloned().unwrap_or_default();
            words.extend(std::iter::repeat_n(last, times - 1));
        } else if piece.is_empty() && pieces.peek().is_some() {
            let next = pieces.next().unwrap_or_default();
            words.push(format!(" {next}").into_bytes());
        } else {
            words.push(piece.as_bytes().to_vec());
        }
    }
    words
}

/// What DEBUG OBJECT and others say of each list of `quicklist.json`; a row goes on where the one before it ended.
#[test]
fn lists_have_the_recorded_nodes() {
    let recorded = files::vector("quicklist");
    let rows = recorded["rows"].as_array().expect("rows");
    let long = |number: usize| format!("{number:04}{}", "x".repeat(996));
    let push = |count: usize, value: &dyn Fn(usize) -> String| -> Vec<String> {
        (0..count)
            .map(|number| format!("RPUSH l {}", value(number)))
            .collect()
    };
    let fill = |size: &str, depth: &str| {
        let limits = format!("list-max-listpack-size {size} list-compress-depth {depth}");
        vec![
            "DEL l".to_string(),
            format!("CONFIG SET rdbcompression no {limits}"),
        ]
    };
    let tens = |count| [fill("-2", "0"), push(count, &|_| "x".repeat(10))].concat();
    let digits = |from: usize, to: usize| -> Vec<String> {
        (from..=to)
            .map(|number| format!("RPUSH l {number}"))
            .collect()
    };
    let removed = |items: Vec<String>| -> Vec<String> {
        items
            .iter()
            .map(|item| format!("LREM l 0 {item}"))
            .collect()
    };
    let lines: Vec<Vec<String>> = vec![
        tens(100),
        tens(1000),
        tens(5000),
        [fill("-2", "0"), push(20, &long)].concat(),
        vec![format!("LINSERT l BEFORE {} mid-1", long(10))],
        removed(
            std::iter::once("mid-1".to_string())
                .chain((4..20).map(long))
                .collect(),
        ),
        [fill("4", "0"), digits(1, 4)].concat(),
        digits(5, 5),
        digits(6, 12),
        vec!["LINSERT l BEFORE 2 x".to_string()],
        vec!["LPUSH l 0".to_string()],
        removed(["6", "7", "8"].map(String::from).to_vec()),
        vec!["LTRIM l 0 1".to_string()],
        // Three more bytes than the case says, as the recorded sizes show.
        [fill("3", "1"), push(15, &|_| "abc".repeat(21))].concat(),
    ];
    assert_eq!(lines.len(), rows.len());
    let mut world = World::new();
    let mut problems = Vec::new();
    for (row, lines) in rows.iter().zip(lines) {
        for line in &lines {
            world.line(line);
        }
        let Reply::StatusText(text) = world.line("DEBUG OBJECT l") else {
            panic!("DEBUG OBJECT answers with a line")
        };
        let length = format!("llen:{}", shown(&world.line("LLEN l")));
        let mut facts = text.split(' ').chain([length.as_str()]).collect::<Vec<_>>();
        facts.retain(|fact| {
            row.get(fact.split(':').next().unwrap_or_default())
                .is_some()
        });
        let fields = row.as_object().expect("fields").iter();
        for (name, wanted) in fields.filter(|(name, _)| *name != "case") {
            let found = facts
                .iter()
                .find_map(|fact| fact.strip_prefix(&format!("{name}:")));
            let same = match wanted {
                Value::Number(number) => {
                    found.and_then(|text| text.parse().ok()) == number.as_f64()
                }
                text => found == text.as_str(),
            };
            if !same {
                problems.push(format!(
                    "{}: {name} is {wanted}, here {found:?}",
                    row["case"]
                ));
            }
        }
    }
    conclude("rows", rows.len(), problems);
}

fn shown(reply: &Reply) -> String {
    match reply {
        Reply::Int(number) => number.to_string(),
        Reply::Bulk(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        other => panic!("not a number or bytes: {other:?}"),
    }
}

/// Each value as its commands make it and DUMP writes it, and as RESTORE reads it and DUMP writes it again.
#[test]
fn containers_are_written_as_recorded() {
    // In the recording words stand between single spaces.
    const ONE_WORD: &[&str] = &["two and a half", "hello world"];
    let recorded = files::vector("raw-containers");
    let rows = recorded["rows"].as_array().expect("rows");
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for row in rows {
        let Some(dump) = row["dump_hex"].as_str() else {
            continue;
        };
        looked_at += 1;
        let mut world = World::new();
        world.line("CONFIG SET rdbcompression no");
        if row["case"]
            .as_str()
            .is_some_and(|case| case.contains("listpack-size 3"))
        {
            world.line("CONFIG SET list-max-listpack-size 3");
        }
        let commands = row["commands"].as_array().expect("commands");
        for command in commands.iter().filter_map(Value::as_str) {
            let quote = |line: String, word: &&str| line.replace(word, &format!("\"{word}\""));
            world.line(&ONE_WORD.iter().fold(command.to_string(), quote));
        }
        let words = commands[0].as_str().unwrap_or_default().split(' ');
        let key = words.clone().nth(1).expect("a key").to_string();
        let encoding = world.line(&format!("OBJECT ENCODING {key}"));
        let made = shown(&world.line(&format!("DUMP {key}")));
        let escaped: String = dump
            .as_bytes()
            .chunks(2)
            .map(|pair| format!("\\x{}", String::from_utf8_lossy(pair)))
            .collect();
        world.line(&format!("RESTORE again 0 \"{escaped}\""));
        let read = shown(&world.line("DUMP again"));
        // A stream's consumers say when they were seen.
        let timed = row["encoding"] == "stream";
        if read != dump || (made != dump && !timed) || made.len() != dump.len() {
            problems.push(format!("{row}: made {made}, read {read}"));
        }
        if encoding != Reply::bulk(row["encoding"].as_str().expect("an encoding")) {
            problems.push(format!("{}: {encoding:?}", row["case"]));
        }
    }
    conclude("values", looked_at, problems);
}

/// The sizes of a hash's tables: one, or two while it is rehashed.
fn table_sizes(world: &World) -> Vec<u64> {
    let object = world.engine.keys.dbs[0]
        .keys
        .get(b"h")
        .expect("the hash is there");
    let engine::value::Value::Hash(hash) = &object.value else {
        panic!("a hash")
    };
    let (first, second) = hash.table().expect("a table").table_sizes();
    let sizes = [first, second].into_iter().filter(|size| *size > 0);
    sizes.map(|size| size as u64).collect()
}

/// How long a rehash takes depends on where the fields lie, so on the process: each row must be seen with some seed.
fn some_seed_shows(rows: &[Value], mut replay: impl FnMut(u64) -> Vec<bool>) {
    const SEEDS: u64 = 40;
    let mut seen = vec![false; rows.len()];
    for seed in 0..SEEDS {
        for (seen, shown) in seen.iter_mut().zip(replay(seed)) {
            *seen |= shown;
        }
    }
    let missing = rows.iter().zip(&seen).filter(|(_, seen)| !**seen);
    conclude(
        "rows",
        rows.len(),
        missing.map(|(row, _)| row.to_string()).collect(),
    );
}

/// The tables of a hash as it grows, a field at a time.
#[test]
fn the_table_of_a_hash_grows_as_recorded() {
    let rows = files::vector("dict-rehash-and-scan")["hash_object_growth"]
        .as_array()
        .expect("rows")
        .clone();
    some_seed_shows(&rows, |seed| {
        let mut world = World::with_seed(seed);
        world.run_shorthand("CONFIG SET hash-max-listpack-entries 0", "hashtable");
        let mut fields = 0;
        let shown = rows.iter().map(|row| {
            while fields < row["fields"].as_u64().expect("a count") {
                world.run_shorthand(&format!("HSET h f{fields} v"), "hashtable");
                fields += 1;
            }
            let expected = row["tables"].as_array().expect("tables").iter();
            let expected: Vec<u64> = expected
                .filter_map(|table| table["size"].as_u64())
                .collect();
            table_sizes(&world) == expected
        });
        shown.collect()
    });
}

/// The same as fields go: which tables there are, and the size of the first.
#[test]
fn the_table_of_a_hash_shrinks_as_recorded() {
    let rows = files::vector("dict-rehash-and-scan")["hash_object_shrink"]
        .as_array()
        .expect("rows")
        .clone();
    some_seed_shows(&rows, |seed| {
        let mut world = World::with_seed(seed);
        world.run_shorthand("CONFIG SET hash-max-listpack-entries 0", "hashtable");
        let mut fields = rows[0]["fields"].as_u64().expect("a count");
        for field in 0..fields {
            world.run_shorthand(&format!("HSET h f{field} v"), "hashtable");
        }
        let shown = rows.iter().map(|row| {
            while fields > row["fields"].as_u64().expect("a count") {
                fields -= 1;
                world.run_shorthand(&format!("HDEL h f{fields}"), "hashtable");
            }
            let tables = row["tables"].as_array().expect("tables");
            let found = table_sizes(&world);
            Some(found[0]) == tables[0]["size"].as_u64() && found.len() == tables.len()
        });
        shown.collect()
    });
}

/// DEBUG HTSTATS while the fifth key makes the table of keys grow.
#[test]
fn a_growing_table_is_described_as_recorded() {
    let recorded = files::vector("dict-rehash-and-scan");
    let sample = recorded["sample_debug_htstats"].clone();
    some_seed_shows(std::slice::from_ref(&sample), |seed| {
        let mut world = World::with_seed(seed);
        for number in 0..5 {
            world.line(&format!("SET k{number} v"));
        }
        let Reply::Bulk(text) = world.line("DEBUG HTSTATS 0") else {
            panic!("DEBUG HTSTATS answers with text")
        };
        vec![text.starts_with(sample.as_str().expect("a text").as_bytes())]
    });
}
