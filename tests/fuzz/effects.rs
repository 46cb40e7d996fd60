//! What both append to their append-only files, compared after every input: replicas get the same.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use engine::Engine;
use engine::words;

use crate::play::Outcome;

/// The increment that both write to; no rewrite begins another.
const FILE: &str = "appendonlydir/appendonly.aof.1.incr.aof";

pub struct Effects {
    theirs: PathBuf,
    their_end: u64,
    our_end: usize,
}

impl Effects {
    pub fn new(folder: &std::path::Path) -> Effects {
        Effects {
            theirs: folder.join(FILE),
            their_end: 0,
            our_end: 0,
        }
    }

    /// The engine is a new one, and so is its file.
    pub fn restart_ours(&mut self) {
        self.our_end = 0;
    }

    /// What is there now is passed over.
    pub fn skip(&mut self, engine: &Engine) {
        let _ = self.take(engine);
    }

    pub fn compare(&mut self, engine: &Engine) -> Outcome {
        let (ours, theirs) = self.take(engine);
        let (a, b) = (normal(&ours), normal(&theirs));
        if a == b {
            return Outcome::Agree;
        }
        Outcome::Differ(format!(
            "appended by the engine {}\n       by the server {}",
            shown(&a),
            shown(&b)
        ))
    }

    /// What either appended since the last call.
    fn take(&mut self, engine: &Engine) -> (Vec<u8>, Vec<u8>) {
        let ours = engine.server.disk.read(FILE).unwrap_or_default();
        let ours = ours[self.our_end.min(ours.len())..].to_vec();
        self.our_end += ours.len();
        let mut theirs = Vec::new();
        let mut file = File::open(&self.theirs).expect("the server writes this file");
        file.seek(SeekFrom::Start(self.their_end))
            .and_then(|_| file.read_to_end(&mut theirs))
            .expect("the server's file can be read");
        self.their_end += theirs.len() as u64;
        (ours, theirs)
    }
}

/// The commands. Keys that expired at the same time come in hash order, so runs of DEL are sorted; so are those of
/// HDEL, which name a field each.
fn normal(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::new();
    let mut rest = bytes;
    while let Some((words, tail)) = next_command(rest) {
        commands.push(words);
        rest = tail;
    }
    let is_removal = |words: &Vec<Vec<u8>>| words[0] == b"DEL" || words[0] == b"HDEL";
    commands
        .chunk_by_mut(|a, b| is_removal(a) && is_removal(b))
        .for_each(|run| run.sort());
    commands
}

fn next_command(bytes: &[u8]) -> Option<(Vec<Vec<u8>>, &[u8])> {
    let (count, mut rest) = header(bytes)?;
    let mut words = Vec::new();
    for _ in 0..count {
        let (length, tail) = header(rest)?;
        words.push(tail.get(..length)?.to_vec());
        rest = tail.get(length + 2..)?;
    }
    Some((words, rest))
}

fn header(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let number = std::str::from_utf8(bytes.get(1..end)?).ok()?.parse().ok()?;
    Some((number, &bytes[end + 2..]))
}

fn shown(commands: &[Vec<Vec<u8>>]) -> String {
    const CHARACTERS_MAX: usize = 600;
    let line = |words: &Vec<Vec<u8>>| {
        let quoted: Vec<String> = words.iter().map(|word| words::quote(word)).collect();
        quoted.join(" ")
    };
    let text = commands.iter().map(line).collect::<Vec<_>>().join("; ");
    text.chars().take(CHARACTERS_MAX).collect()
}
