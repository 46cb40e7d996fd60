use super::*;
use crate::config::{Config, parameters};
use crate::disk::Disk;
use crate::engine::Engine;
use crate::reply::Reply;
use crate::words;

const NOW: Time = Time::WORLD_START;
const MANIFEST: &str = "appendonlydir/appendonly.aof.manifest";
const BASE: &str = "appendonlydir/appendonly.aof.1.base.aof";
const INCREMENT: &str = "appendonlydir/appendonly.aof.1.incr.aof";

fn config(settings: &[(&str, &str)]) -> Config {
    let mut config = Config::default();
    for (name, value) in [("appendonly", "yes")].iter().chain(settings) {
        let parameter = parameters::find(name.as_bytes()).expect("a parameter");
        config
            .set(parameter, value.as_bytes())
            .expect("a good value");
    }
    config
}

fn run(engine: &mut Engine, lines: &[&str]) -> Vec<Reply> {
    let client = engine.connect("127.0.0.1:50000", NOW);
    let run_line = |line: &&str| {
        let words = words::split(line.as_bytes()).expect("well quoted");
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        engine.execute(client, &words, NOW)
    };
    lines.iter().map(run_line).collect()
}

fn command(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let words = words::split(line.as_bytes()).expect("well quoted");
    crate::resp::encode_command(&words, &mut bytes);
    bytes
}

fn commands(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| command(line)).collect()
}

/// A disk with a base that sets `a` and an increment of these bytes.
fn disk(increment: &[u8]) -> Disk {
    let mut disk = Disk::default();
    let manifest = "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";
    disk.put(MANIFEST, manifest.into());
    disk.put(BASE, command("SET a 1"));
    disk.put(INCREMENT, increment.to_vec());
    disk
}

fn start(disk: Disk, settings: &[(&str, &str)]) -> Result<Engine, Failure> {
    let mut engine = Engine::with_config(1, NOW, config(settings));
    engine.start(disk, NOW).map(|_| engine)
}

#[test]
fn what_a_server_wrote_it_reads() {
    for preamble in ["yes", "no"] {
        let settings = [
            ("aof-use-rdb-preamble", preamble),
            ("aof-timestamp-enabled", "yes"),
        ];
        let mut engine = start(Disk::default(), &settings).expect("nothing to read");
        run(
            &mut engine,
            &[
                "SET a 1",
                "INCR a",
                "EXPIRE a 100",
                "MULTI",
                "RPUSH l a b",
                "SELECT 3",
                "HSET h f v",
                "EXEC",
                "HEXPIRE h 100 FIELDS 1 f",
                "BGREWRITEAOF",
                "SADD s 1 2 x",
                "ZADD z 1.5 a",
                "PUBLISH c m",
            ],
        );
        engine.advance(NOW.after(std::time::Duration::from_secs(2)));
        run(&mut engine, &["SET later 1"]);
        let digest = crate::digest::of_databases(&engine.keys);
        let parts = engine.server.persistence.aof.manifest.parts().count();
        assert_eq!(parts, 2, "the rewrite is through");
        let again = start(engine.server.disk.clone(), &settings).expect("our own files");
        assert_eq!(
            crate::digest::of_databases(&again.keys),
            digest,
            "preamble {preamble}"
        );
        assert_eq!(
            again.server.persistence.aof.size,
            engine.server.persistence.aof.size
        );
    }
}

#[test]
fn a_cut_tail_is_dropped() {
    let good = commands(&["SET b 2", "MULTI", "SET c 3", "SET d 4", "EXEC", "SET e 5"]);
    let mut whole = Vec::new();
    for end in 0..good.len() {
        let before = start(disk(&good[..end]), &[]).expect("truncated files are loaded");
        let kept = before.server.disk.get(INCREMENT).expect("the file").len();
        whole.push(kept);
        assert!(kept <= end && start(disk(&good[..kept]), &[("aof-load-truncated", "no")]).is_ok());
        if kept < end {
            let failure = start(disk(&good[..end]), &[("aof-load-truncated", "no")]).err();
            assert_eq!(
                failure,
                Some(Failure::Truncated("appendonly.aof.1.incr.aof".into()))
            );
        }
    }
    whole.dedup();
    // After nothing, SET b and EXEC; an open transaction counts as nothing.
    assert_eq!(whole, [0, 27, 27 + 15 + 27 + 27 + 14]);
}

#[test]
fn what_is_wrong_has_a_name() {
    let increment = || "appendonly.aof.1.incr.aof".to_string();
    let bad: [&[u8]; 7] = [
        b"hello\r\n",
        b"*0\r\n",
        b"*x\r\n",
        b"*1\r\n+OK\r\n",
        b"*1\r\n$-1\r\n",
        b"*2\r\n$3\r\nGET\r\n:1\r\n",
        b"*1\r\n$3\r\nGET\r\n",
    ];
    for bytes in bad {
        assert_eq!(
            start(disk(bytes), &[]).err(),
            Some(Failure::Format(increment())),
            "{bytes:?}"
        );
    }
    let unknown = start(disk(b"*1\r\n$3\r\nFOO\r\n"), &[]).err();
    assert_eq!(
        unknown,
        Some(Failure::UnknownCommand("FOO".into(), increment()))
    );
    let huge = b"*1\r\n$1099511627776\r\nabc";
    assert!(
        start(disk(huge), &[]).is_ok(),
        "a length that lies is a cut file"
    );
    let many = b"*9223372036854775807\r\n$3\r\nGET\r\n";
    assert!(start(disk(many), &[]).is_ok());
    let mut missing = disk(b"");
    missing.remove(INCREMENT);
    assert_eq!(
        start(missing, &[]).err(),
        Some(Failure::Missing(increment()))
    );
    let mut cut = disk(b"");
    cut.put(BASE, command("SET a 1")[..20].to_vec());
    assert!(matches!(
        start(cut, &[]).err(),
        Some(Failure::TruncatedBeforeOthers(_))
    ));
    let mut manifest = disk(b"");
    manifest.put(MANIFEST, b"hello\n".to_vec());
    assert!(matches!(
        start(manifest, &[]).err(),
        Some(Failure::Manifest(_))
    ));
}

#[test]
fn nothing_expires_while_a_file_is_read() {
    let lines = [
        "SET old 1 PXAT 1000",
        "INCR old",
        "HSET h f 1",
        "HPEXPIREAT h 1000 FIELDS 1 f",
        "HINCRBY h f 1",
        "SET new 1",
        "EXPIRE new 100",
    ];
    let mut engine = start(disk(&commands(&lines)), &[]).expect("a good file");
    assert_eq!(engine.keys.dbs[0].keys.len(), 4);
    let replies = run(
        &mut engine,
        &["GET old", "HGET h f", "PTTL new", "OBJECT IDLETIME new"],
    );
    assert_eq!(
        replies,
        [Reply::Null, Reply::Null, Reply::Int(100_000), Reply::Int(0)]
    );
}

#[test]
fn the_single_file_of_older_servers_becomes_the_base() {
    let mut disk = Disk::default();
    disk.put("appendonly.aof", commands(&["SELECT 2", "SET a 1"]));
    let mut engine = start(disk, &[]).expect("a good file");
    assert_eq!(
        run(&mut engine, &["SELECT 2", "GET a", "SET b 2"])[1],
        Reply::bulk("1")
    );
    let manifest = engine.server.disk.read(MANIFEST).expect("a manifest");
    let expected = "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i startoffset 0\n";
    assert_eq!(String::from_utf8_lossy(manifest), expected);
    assert!(engine.server.disk.get("appendonly.aof").is_none());
    assert!(start(engine.server.disk, &[]).is_ok());
}

/// What was acknowledged and not synced may be lost; what was synced never is.
#[test]
fn power_loss_takes_what_was_not_synced() {
    for (fsync, kept) in [("always", 2), ("everysec", 1), ("no", 0)] {
        let mut engine =
            start(Disk::default(), &[("appendfsync", fsync)]).expect("nothing to read");
        run(&mut engine, &["SET a 1"]);
        engine.advance(NOW.after(std::time::Duration::from_millis(1100)));
        run(&mut engine, &["SET b 1"]);
        let mut disk = engine.server.disk.clone();
        disk.lose_power();
        let again = start(disk, &[]).expect("a good file");
        assert_eq!(again.keys.dbs[0].keys.len(), kept, "{fsync}");
    }
}

#[test]
fn damaged_files_are_refused_or_harmless() {
    let lines = [
        "SELECT 1",
        "SET a 1",
        "MULTI",
        "RPUSH l a b c",
        "EXEC",
        "ZADD z 1 a",
        "HSET h f v",
    ];
    let good = commands(&lines);
    let mut random = Random::new(3);
    for _ in 0..3000 {
        let mut damaged = good.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(damaged.len() as u64) as usize;
            damaged[at] = random.next_u32() as u8;
        }
        // Either answer will do; a panic or a huge reservation would not.
        let _ = start(disk(&damaged), &[]);
    }
}

#[test]
fn who_waits_for_the_file_is_answered_when_it_is_synced() {
    let mut engine = start(Disk::default(), &[]).expect("nothing to read");
    let client = engine.connect("127.0.0.1:50000", NOW);
    let waits: &[&[u8]] = &[b"WAITAOF", b"1", b"0", b"0"];
    let synced = Reply::Array(vec![Reply::Int(1), Reply::Int(0)]);
    // Whoever wrote nothing has nothing to wait for.
    assert_eq!(engine.execute(client, waits, NOW), synced);
    let later = |millis| NOW.after(std::time::Duration::from_millis(millis));
    engine.execute(client, &[b"SET", b"a", b"1"], later(1500));
    assert_eq!(
        engine.execute(client, waits, later(1500)),
        synced,
        "the last sync is long past"
    );
    engine.execute(client, &[b"SET", b"a", b"1"], later(1600));
    assert_eq!(engine.execute(client, waits, later(1600)), Reply::Later);
    engine.advance(later(2400));
    assert!(engine.drain().is_empty());
    engine.advance(later(2600));
    let reply = synced.clone();
    assert_eq!(engine.drain(), [crate::Event::Reply { client, reply }]);
}

#[test]
fn save_points_and_growth_start_children() {
    let settings = [("save", "60 2"), ("auto-aof-rewrite-min-size", "100")];
    let mut engine = start(Disk::default(), &settings).expect("nothing to read");
    let later = |secs| NOW.after(std::time::Duration::from_secs(secs));
    run(&mut engine, &["SET a 1"]);
    engine.advance(later(100));
    assert!(
        engine.server.disk.get("dump.rdb").is_none(),
        "one change is not enough"
    );
    run(&mut engine, &["SET b 1"]);
    engine.advance(later(101));
    assert!(engine.server.disk.get("dump.rdb").is_some());
    assert_eq!(
        engine.keys.dirty - engine.server.persistence.saved_changes,
        0
    );
    let rewrites = engine.server.persistence.aof.rewrites;
    run(&mut engine, &["SET c 1", "SET d 1", "SET e 1"]);
    engine.advance(later(103));
    assert_eq!(engine.server.persistence.aof.rewrites, rewrites + 1);
    // FLUSHALL saves the empty databases at once.
    run(&mut engine, &["FLUSHALL"]);
    let dump = engine.server.disk.read("dump.rdb").expect("saved").to_vec();
    let mut disk = Disk::default();
    disk.put("dump.rdb", dump);
    let mut empty = Engine::new(1, NOW);
    empty.start(disk, NOW).expect("a good file");
    assert!(empty.keys.dbs.iter().all(|db| db.keys.is_empty()));
}
