//! Recorded vectors that need a whole engine.

use engine::resp::{self, Protocol};
use engine::{Engine, Reply, Time};
use serde_json::Value;
use tests::files;

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
    let cases = files::vector("encoding-transitions")["cases"]
        .as_array()
        .expect("cases")
        .clone();
    let mut problems = Vec::new();
    let mut count = 0;
    let mut world = World::new();
    for case in &cases {
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
        let mut engine = Engine::new(seed, Time::WORLD_START);
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        World {
            engine,
            client,
            key: Vec::new(),
        }
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

/// The rows of `quicklist.json` that follow from one list: twenty items of 1000 bytes, one more in the middle, four left.
#[test]
fn a_list_of_large_items_keeps_its_nodes() {
    let rows = files::vector("quicklist")["rows"]
        .as_array()
        .expect("rows")
        .clone();
    let row = |case: &str| {
        rows.iter()
            .find(|row| row["case"] == case)
            .expect("a recorded row")
            .clone()
    };
    let mut world = World::new();
    let say = |world: &mut World, words: &[&str]| {
        world.run(
            &words
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect::<Vec<_>>(),
        )
    };
    for number in 0..20 {
        say(
            &mut world,
            &["RPUSH", "l", &format!("{number:04}{}", "x".repeat(996))],
        );
    }
    check_list(&mut world, &row("20 items of 1000 bytes"));
    let tenth = format!("0010{}", "x".repeat(996));
    say(&mut world, &["LINSERT", "l", "BEFORE", &tenth, "mid-1"]);
    check_list(&mut world, &row("LINSERT in the middle"));
    say(&mut world, &["LREM", "l", "1", "mid-1"]);
    for number in 4..20 {
        say(
            &mut world,
            &["LREM", "l", "0", &format!("{number:04}{}", "x".repeat(996))],
        );
    }
    check_list(&mut world, &row("LREM all but few"));

    let mut world = World::new();
    say(
        &mut world,
        &[
            "CONFIG",
            "SET",
            "list-max-listpack-size",
            "3",
            "list-compress-depth",
            "1",
        ],
    );
    // The recorded bytes say that each item had three more, which told it from the others.
    for number in 0..15 {
        say(
            &mut world,
            &["RPUSH", "l", &format!("{}{number:03}", "a".repeat(60))],
        );
    }
    check_list(
        &mut world,
        &row("compress depth 1, 15 items of 60 repeated bytes"),
    );
}

fn check_list(world: &mut World, row: &Value) {
    let object = world.engine.keys.dbs[0]
        .keys
        .get(b"l")
        .expect("the list is there");
    assert_eq!(
        object.value.encoding(),
        row["encoding"].as_str().expect("an encoding"),
        "{row}"
    );
    let engine::value::Value::List(list) = &object.value else {
        panic!("a list")
    };
    assert_eq!(
        list.len() as u64,
        row["llen"].as_u64().expect("a length"),
        "{row}"
    );
    if let engine::values::list::List::Quicklist(list) = &**list {
        assert_eq!(
            list.node_count() as u64,
            row["ql_nodes"].as_u64().expect("nodes"),
            "{row}"
        );
        let bytes: usize = list.nodes().map(|node| node.bytes).sum();
        assert_eq!(
            bytes as u64,
            row["ql_uncompressed_size"].as_u64().expect("bytes"),
            "{row}"
        );
    }
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
