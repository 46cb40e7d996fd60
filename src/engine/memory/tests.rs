use super::*;
use crate::engine::Engine;
use crate::structures::random::Random;
use crate::time::Time;

/// What all keys take, each looked at in full.
fn counted_one_by_one(engine: &Engine) -> usize {
    let of_db = |db: &Db| -> usize {
        let sizes = db.keys.iter();
        sizes
            .map(|(key, object)| usage(key, object, usize::MAX))
            .sum()
    };
    engine.keys.dbs.iter().map(of_db).sum()
}

/// The same without the sums that the structures keep.
fn looked_at_closely(key: &[u8], object: &Object) -> usize {
    let elements = match &object.value {
        Value::List(list) => match &**list {
            List::Quicklist(list) => list.node_count() - 1,
            List::Listpack(_) => return usage(key, object, usize::MAX),
        },
        Value::Set(set) => set.len() - 1,
        Value::SortedSet(set) => set.len() - 1,
        Value::Hash(hash) => hash.len() - 1,
        _ => return usage(key, object, usize::MAX),
    };
    usage(key, object, elements)
}

#[test]
fn the_sum_is_that_of_all_keys_after_any_commands() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let mut engine = Engine::new(seed, Time::WORLD_START);
        let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
        engine.server.config.limits.zset_max_listpack_entries = 4;
        engine.server.config.limits.hash_max_listpack_entries = 4;
        engine.server.config.limits.set_max_listpack_entries = 4;
        engine.server.config.limits.list_max_listpack_size = 4;
        let mut now = Time::WORLD_START;
        for _ in 0..6000 {
            let line = command(&mut random);
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            now = Time(now.0 + 1000);
            engine.execute(client, &words, now);
            engine.advance(now);
            engine.keys.recount();
            let (kept, real) = (engine.keys.counted_bytes(), counted_one_by_one(&engine));
            assert_eq!(kept, real, "seed {seed}, after {line}");
        }
    }
}

fn command(random: &mut Random) -> String {
    let key = format!("k{}", random.below(8));
    let other = format!("k{}", random.below(8));
    let word = "w".repeat(random.below(90) as usize + 1) + &random.below(30).to_string();
    let number = random.below(20);
    let lines = [
        format!("SET {key} {word}"),
        format!("SET {key} {number} PX 5"),
        format!("APPEND {key} {word}"),
        format!("DEL {key}"),
        format!("RENAME {key} {other}"),
        format!("COPY {key} {other} REPLACE"),
        format!("MOVE {key} 1"),
        format!("EXPIRE {key} 100"),
        format!("PERSIST {key}"),
        format!("RPUSH {key} {word} a b"),
        format!("LPUSH {key} {word}"),
        format!("LPOP {key}"),
        format!("LSET {key} 1 {word}"),
        format!("LINSERT {key} BEFORE a {word}"),
        format!("LTRIM {key} 1 -2"),
        format!("LREM {key} 1 a"),
        format!("RPOPLPUSH {key} {other}"),
        format!("SADD {key} {word} {number}"),
        format!("SREM {key} {number}"),
        format!("SPOP {key}"),
        format!("SUNIONSTORE {key} {other} k1"),
        format!("HSET {key} {number} {word}"),
        format!("HDEL {key} {number}"),
        format!("HPEXPIRE {key} 20 FIELDS 1 {number}"),
        format!("HINCRBY {key} {number} 5"),
        format!("ZADD {key} {number} {word}"),
        format!("ZREMRANGEBYRANK {key} 0 1"),
        format!("ZINCRBY {key} 3 {word}"),
        format!("ZUNIONSTORE {key} 2 {other} k2"),
        format!("GETDEL {key}"),
        format!("GETEX {key} PX 7"),
        format!("SWAPDB 0 {}", random.below(2)),
    ];
    match random.below(400) {
        0 => "FLUSHDB".to_string(),
        1 => "FLUSHALL".to_string(),
        2 => "SELECT 1".to_string(),
        3 => "SELECT 0".to_string(),
        other => lines[other as usize % lines.len()].clone(),
    }
}

#[test]
fn sums_are_those_of_the_elements() {
    let mut engine = Engine::new(3, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    let mut random = Random::new(5);
    engine.server.config.limits.list_max_listpack_size = 3;
    for name in ["RPUSH l", "SADD s", "HSET h", "ZADD z"] {
        for number in 0..700 {
            // Of equal sizes, so that some of them speak for all.
            let word = format!("{:0100}", random.below(500));
            let line = match name {
                "HSET h" => format!("{name} {word} {word}"),
                "ZADD z" => format!("{name} {number} {word}"),
                _ => format!("{name} {word}"),
            };
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &words, Time::WORLD_START);
        }
    }
    for (key, object) in engine.keys.dbs[0].keys.iter() {
        let (sum, scaled) = (
            usage(key, object, usize::MAX),
            looked_at_closely(key, object),
        );
        let off = sum.abs_diff(scaled) as f64 / sum as f64;
        assert!(off < 0.003, "{}: {sum} {scaled}", object.value.kind());
    }
}

#[test]
fn a_key_takes_no_more_than_it_did() {
    assert!(size_of::<Object>() <= 40);
}
