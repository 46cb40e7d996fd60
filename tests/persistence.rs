//! Files of both servers: what one writes the other reads, without a difference. The recorded files need no server.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod exchange;
mod samples;

use engine::config::parameters;
use engine::digest;
use engine::disk::Disk;
use engine::{ClientId, Engine, Reply, Time, words};
use serde_json::Value;
use tests::files;

/// An engine with one client, started from files.
struct Ours {
    engine: Engine,
    client: ClientId,
    now: Time,
}

impl Ours {
    fn start(files: &[(String, Vec<u8>)], settings: &[(&str, &str)], now: Time) -> Ours {
        let mut config = tests::real::open_config();
        for (name, value) in settings {
            let parameter = parameters::find(name.as_bytes()).expect("a parameter");
            config
                .set(parameter, value.as_bytes())
                .expect("a good value");
        }
        let mut disk = Disk::default();
        for (name, bytes) in files {
            disk.put(name, bytes.clone());
        }
        let mut engine = Engine::with_config(1, now, config);
        let started = engine.start(disk, now);
        started.unwrap_or_else(|failure| panic!("the files are refused: {failure}"));
        let client = engine.connect("127.0.0.1:50000", now);
        Ours {
            engine,
            client,
            now,
        }
    }

    fn run(&mut self, words: &[impl AsRef<[u8]>]) -> Reply {
        let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        self.engine.execute(self.client, &words, self.now)
    }

    fn line(&mut self, line: &str) -> Reply {
        self.run(&words::split(line.as_bytes()).expect("well quoted"))
    }

    fn advance(&mut self, millis: i64) {
        self.now = Time::from_millis(self.now.millis() + millis);
        self.engine.advance(self.now);
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let files = self.engine.server.disk.files();
        files
            .map(|(name, file)| (name.to_string(), file.bytes().to_vec()))
            .collect()
    }

    fn file(&self, name: &str) -> Vec<u8> {
        let file = self.engine.server.disk.read(name);
        file.unwrap_or_else(|| panic!("there is no {name}"))
            .to_vec()
    }
}

fn recorded_bytes(file: &Value) -> Vec<u8> {
    if let Some(text) = file["text"].as_str() {
        return text.chars().map(|letter| letter as u8).collect();
    }
    let hex = file["hex"].as_str().expect("text or hex");
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// The moment of the recording: what it says of PEXPIREAT k, less the thousand seconds.
const RECORDED_AT: Time = Time::from_millis(1_795_416_156_441);

/// Each state of the folder as recorded. In RDB bases the memory in use is the process's own and keys come in the
/// order of the hash seed: they are compared by what they hold and how long they are.
#[test]
fn the_append_only_folder_is_the_recorded_one() {
    let vector = files::vector("persistence");
    let states = vector["aof"].as_array().expect("states");
    let mut ours = Ours::start(
        &[],
        &[("appendonly", "yes"), ("rdbcompression", "no")],
        RECORDED_AT,
    );
    let steps: [&[&str]; 5] = [
        &[],
        &[
            "SET k v",
            "INCR n",
            "INCR n",
            "INCR n",
            "LPUSH l a b",
            "EXPIRE k 1000",
            "DEL nope",
            "GETDEL k",
            "SET s x EX 100",
            "INCRBYFLOAT f 0.1",
            "HSET h a 1",
            "SADD ss m",
            "SPOP ss",
        ],
        &["BGREWRITEAOF"],
        &["CONFIG SET aof-use-rdb-preamble no", "BGREWRITEAOF"],
        &["SET after rewrite"],
    ];
    assert_eq!(states.len(), steps.len());
    for (state, lines) in states.iter().zip(steps) {
        for line in lines {
            ours.line(line);
        }
        if lines.contains(&"BGREWRITEAOF") {
            // Not so long that `s` would expire.
            ours.advance(1000);
        }
        let recorded = state["files"].as_object().expect("files");
        let at = state["at"].as_str().expect("a description");
        assert_eq!(ours.files().len(), recorded.len(), "{at}: {recorded:?}");
        for (name, file) in recorded {
            let (theirs, found) = (
                recorded_bytes(file),
                ours.file(&format!("appendonlydir/{name}")),
            );
            if name.contains(".base.") {
                assert_eq!(found.len(), theirs.len(), "{at}: {name}");
                assert_eq!(
                    held_by(name, &found),
                    held_by(name, &theirs),
                    "{at}: {name}"
                );
            } else {
                assert_eq!(
                    String::from_utf8_lossy(&found),
                    String::from_utf8_lossy(&theirs),
                    "{at}: {name}"
                );
            }
        }
    }
}

/// A digest of what a file that is a base holds.
fn held_by(name: &str, bytes: &[u8]) -> digest::Digest {
    let manifest = format!("file {name} seq 9 type b\n").into_bytes();
    let files = [
        (
            "appendonlydir/appendonly.aof.manifest".to_string(),
            manifest,
        ),
        (format!("appendonlydir/{name}"), bytes.to_vec()),
    ];
    let ours = Ours::start(&files, &[("appendonly", "yes")], RECORDED_AT);
    digest::of_databases(&ours.engine.keys)
}

#[test]
fn a_snapshot_is_the_recorded_one() {
    let vector = files::vector("persistence");
    let mut ours = Ours::start(&[], &[("rdbcompression", "no")], RECORDED_AT);
    for line in vector["rdb_small"]["commands"]
        .as_array()
        .expect("commands")
    {
        ours.line(line.as_str().expect("a line"));
    }
    let theirs = recorded_bytes(&vector["rdb_small"]);
    let found = ours.file("dump.rdb");
    assert_eq!(found.len(), theirs.len());
    let load = |bytes: Vec<u8>| {
        let ours = Ours::start(&[("dump.rdb".to_string(), bytes)], &[], RECORDED_AT);
        digest::of_databases(&ours.engine.keys)
    };
    assert_eq!(load(found), load(theirs));
}

/// Our own files of every sample, whatever the compression and checksum settings.
#[test]
fn what_we_write_we_read() {
    for (compress, checksum) in [("yes", "yes"), ("no", "no")] {
        let settings = [("rdbcompression", compress), ("rdbchecksum", checksum)];
        let mut ours = Ours::start(&[], &settings, RECORDED_AT);
        for words in samples::commands(1) {
            let reply = ours.run(&words);
            assert!(!matches!(reply, Reply::Error(_)), "{words:?}: {reply:?}");
        }
        ours.line("SAVE");
        let again = Ours::start(&ours.files(), &settings, RECORDED_AT);
        assert_eq!(
            digest::of_databases(&again.engine.keys),
            digest::of_databases(&ours.engine.keys)
        );
        let before = digest::of_databases(&ours.engine.keys);
        assert_eq!(ours.line("DEBUG RELOAD"), Reply::OK);
        assert_eq!(digest::of_databases(&ours.engine.keys), before);
    }
}
