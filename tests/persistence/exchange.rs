//! The real server starts from our files, and we from its.

use std::thread;
use std::time::{Duration, Instant};

use engine::{Reply, Time};
use tests::real::{Clock, Connection, Real};

use super::{Ours, samples};

const SEEDS: [u64; 2] = [1, 2];

/// How the data gets into files.
struct Way {
    name: &'static str,
    settings: &'static [(&'static str, &'static str)],
    /// Run once the data is there.
    lines: &'static [&'static str],
}

const WAYS: &[Way] = &[
    Way {
        name: "SAVE",
        settings: &[],
        lines: &["SAVE"],
    },
    Way {
        name: "SAVE, neither compressed nor checked",
        settings: &[("rdbcompression", "no"), ("rdbchecksum", "no")],
        lines: &["SAVE"],
    },
    Way {
        name: "SAVE with idle times",
        settings: &[("maxmemory-policy", "allkeys-lru")],
        lines: &["SAVE"],
    },
    Way {
        name: "increment",
        settings: &[("appendonly", "yes"), ("aof-timestamp-enabled", "yes")],
        lines: &[],
    },
    Way {
        name: "RDB base",
        settings: &[("appendonly", "yes")],
        lines: &["BGREWRITEAOF", "SET after rewrite"],
    },
    Way {
        name: "base of commands",
        settings: &[("appendonly", "yes"), ("aof-use-rdb-preamble", "no")],
        lines: &["BGREWRITEAOF", "SET after rewrite"],
    },
    Way {
        name: "switched on later",
        settings: &[("aof-use-rdb-preamble", "no")],
        lines: &[
            "CONFIG SET appendonly yes",
            "SET meanwhile x",
            "SET after rewrite",
        ],
    },
];

impl Way {
    fn options(&self) -> Vec<String> {
        let settings = self.settings.iter();
        settings
            .flat_map(|(name, value)| [format!("--{name}"), value.to_string()])
            .collect()
    }

    /// Settings for who reads the files.
    fn reading(&self) -> Vec<(&'static str, &'static str)> {
        let append_only = self.lines.iter().any(|line| line.contains("appendonly"));
        let mut settings = self.settings.to_vec();
        if append_only {
            settings.push(("appendonly", "yes"));
        }
        settings
    }
}

fn start_real(files: &[(String, Vec<u8>)], settings: &[(&str, &str)]) -> Real {
    let options: Vec<String> = settings
        .iter()
        .flat_map(|(name, value)| [format!("--{name}"), value.to_string()])
        .collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Real::start_from(files, Clock::Machine, &options)
}

fn wait_for_children(connection: &mut Connection) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let info = match connection.call(&["INFO", "persistence"]) {
            Reply::Bulk(text) => String::from_utf8_lossy(&text).into_owned(),
            other => panic!("INFO answers {other:?}"),
        };
        let busy = [
            "rdb_bgsave_in_progress:1",
            "aof_rewrite_in_progress:1",
            "aof_rewrite_scheduled:1",
        ];
        if !busy.iter().any(|field| info.contains(field)) {
            return;
        }
        assert!(Instant::now() < deadline, "the server's child does not end");
        thread::sleep(Duration::from_millis(20));
    }
}

fn split(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn the_server_starts_from_our_files() {
    for seed in SEEDS {
        for way in WAYS {
            let mut ours = Ours::start(&[], way.settings, Time::WORLD_START);
            for words in samples::commands(seed) {
                let reply = ours.run(&words);
                assert!(!matches!(reply, Reply::Error(_)), "{words:?}: {reply:?}");
            }
            for line in way.lines {
                ours.line(line);
                ours.advance(200);
            }
            let files = ours.files();
            let real = start_real(&files, &way.reading());
            // What both read from the same files: an encoding may be another than before.
            let mut again = Ours::start(&files, &way.reading(), ours.now);
            assert!(again.engine.keys.dbs[15].keys.len() > 50, "{}", way.name);
            compare(way.name, &mut again, &mut real.connect());
        }
    }
}

#[test]
fn we_start_from_the_servers_files() {
    for seed in SEEDS {
        for way in WAYS {
            let mut options = way.options();
            // While a sync is slow the server holds back what it has to write, for up to two seconds.
            options.extend(["--appendfsync".to_string(), "no".to_string()]);
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let real = Real::start(Clock::Machine, &options);
            let mut connection = real.connect();
            let commands = samples::commands(seed).into_iter();
            // Its child crashes when it writes a vector set as commands.
            let crashes = way.settings.contains(&("aof-use-rdb-preamble", "no"));
            for words in commands.filter(|words| !(crashes && words[0] == b"VADD")) {
                let reply = connection.call(&words);
                assert!(!matches!(reply, Reply::Error(_)), "{words:?}: {reply:?}");
            }
            for line in way.lines {
                let reply = connection.call(&split(line));
                assert!(!matches!(reply, Reply::Error(_)), "{line}: {reply:?}");
                if !line.starts_with("CONFIG") {
                    wait_for_children(&mut connection);
                }
            }
            wait_for_children(&mut connection);
            let files = real.files();
            let mut ours = Ours::start(&files, &way.reading(), Time::WORLD_START);
            let again = start_real(&files, &way.reading());
            assert!(ours.engine.keys.dbs[15].keys.len() > 50, "{}", way.name);
            compare(way.name, &mut ours, &mut again.connect());
        }
    }
}

#[test]
fn both_start_from_nothing_and_from_an_empty_server() {
    for settings in [vec![], vec![("appendonly", "yes")]] {
        let mut ours = Ours::start(&[], &settings, Time::WORLD_START);
        ours.line("SAVE");
        let real = start_real(&ours.files(), &settings);
        compare("empty", &mut ours, &mut real.connect());
        real.connect().call(&["SAVE"]);
        let mut again = Ours::start(&real.files(), &settings, Time::WORLD_START);
        compare("empty", &mut again, &mut real.connect());
    }
}

/// The same question to both.
fn same(context: &str, ours: &mut Ours, theirs: &mut Connection, words: &[&[u8]]) -> Reply {
    let (a, b) = (ours.run(words), theirs.call(words));
    let mut bytes = Vec::new();
    engine::resp::encode(&a, engine::resp::Protocol::Resp2, &mut bytes);
    let (a, _) = engine::resp::decode_reply(&bytes).expect("what was encoded can be decoded");
    let shown: Vec<_> = words
        .iter()
        .map(|word| String::from_utf8_lossy(word))
        .collect();
    assert_eq!(a, b, "{context}: {shown:?}");
    b
}

fn compare(context: &str, ours: &mut Ours, theirs: &mut Connection) {
    for db in 0..16 {
        let index = db.to_string();
        same(context, ours, theirs, &[b"SELECT", index.as_bytes()]);
        let context = &format!("{context}, database {db}");
        same(context, ours, theirs, &[b"DBSIZE"]);
        let keys: Vec<Vec<u8>> = ours.engine.keys.dbs[db]
            .keys
            .keys()
            .map(<[u8]>::to_vec)
            .collect();
        for key in &keys {
            same(context, ours, theirs, &[b"DEBUG", b"DIGEST-VALUE", key]);
            same(context, ours, theirs, &[b"OBJECT", b"ENCODING", key]);
            same(context, ours, theirs, &[b"PEXPIRETIME", key]);
            field_deadlines(context, ours, theirs, key);
            if key.starts_with(b"stream") {
                same(context, ours, theirs, &[b"XINFO", b"GROUPS", key]);
                let last = [&b"XREVRANGE"[..], key, b"+", b"-", b"COUNT", b"1"];
                same(context, ours, theirs, &last);
                if key != b"stream-empty" {
                    same(context, ours, theirs, &[b"XPENDING", key, b"group"]);
                }
            }
        }
    }
    same(context, ours, theirs, &[b"DEBUG", b"DIGEST"]);
}

fn field_deadlines(context: &str, ours: &mut Ours, theirs: &mut Connection, key: &[u8]) {
    let Reply::Array(fields) = ours.run(&[b"HKEYS", key]) else {
        return;
    };
    let count = fields.len().to_string();
    let mut words: Vec<&[u8]> = vec![b"HPEXPIRETIME", key, b"FIELDS", count.as_bytes()];
    words.extend(fields.iter().filter_map(|field| match field {
        Reply::Bulk(field) => Some(field.as_slice()),
        _ => None,
    }));
    same(context, ours, theirs, &words);
}
